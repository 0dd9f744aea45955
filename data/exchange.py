"""Import and export for annotation tools, with offsets that survive the journey.

Offsets are code points everywhere in this project. Browsers count UTF-16 code units, in which
an emoji is two, and tools differ in who converts. Label Studio stores code points and the
marked passage with them, so what comes back is compared with the passage and mended if it was
counted the other way. Argilla's page counts UTF-16 units, its server code points, and it keeps
no passage; so texts go there with a stand-in of one unit for every code point that would need
two, beside the true text, and both ways of counting agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

from pydantic import ValidationError

from classifier.codebook import PROTECTED_KINDS, RULES
from data.schema import CorpusDocument, CorpusError, Document, first_fault, read_documents

Format = Literal["jsonl", "label-studio", "argilla"]
FORMATS: tuple[Format, ...] = ("jsonl", "label-studio", "argilla")
# Stands in Argilla's text for a code point beyond the first 65,536: one unit, no letter.
STAND_IN = "\u25fb"
# What an annotator decides; everything else travels along unchanged.
_DECIDED = ("label", "evidence", "confusers")


def export_documents(
    documents: Sequence[Document], path: Path, form: Format, *, blind: bool = False
) -> int:
    """Write documents for an annotation tool; returns how many.

    With `blind` no label, evidence or kind goes along, nor notes, so that a second reader
    decides alone. Beside Label Studio's tasks lies its labelling configuration
    (``label-studio.xml``), beside Argilla's records the settings of its dataset
    (``argilla-settings.json``).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "jsonl":
        hidden = {*_DECIDED, "note"} if blind else set()
        path.write_text(
            "".join(
                json.dumps(d.model_dump(exclude_defaults=True, exclude=hidden), ensure_ascii=False)
                + "\n"
                for d in documents
            ),
            encoding="utf-8",
        )
        return len(documents)
    write = _to_label_studio if form == "label-studio" else _to_argilla
    records = [write(d, blind) for d in documents]
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if form == "label-studio":
        beside = path.with_name("label-studio.xml")
        beside.write_text(label_studio_configuration(), encoding="utf-8")
    else:
        beside = path.with_name("argilla-settings.json")
        settings = json.dumps(argilla_settings(), ensure_ascii=False, indent=1)
        beside.write_text(settings + "\n", encoding="utf-8")
    return len(records)


def import_documents(path: Path, form: Format, annotator: str | None = None) -> list[Document]:
    """Read what annotators made of exported documents.

    Where a record holds several annotations, `annotator` says whose count (Label Studio: the
    number or e-mail address in ``completed_by``; Argilla: ``user_id``). Records that nobody
    annotated are passed over. Raises CorpusError naming the file and the record at fault.
    """
    if form == "jsonl":
        return list(read_documents(path))
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    if not isinstance(records, list):
        raise CorpusError(f"{path}: expected a list of records, as {form} exports them")
    read = _from_label_studio if form == "label-studio" else _from_argilla
    documents: list[Document] = []
    for number, record in enumerate(records, start=1):
        try:
            fields = read(record, annotator)
            if fields is not None:
                documents.append(CorpusDocument.model_validate(fields))
        except ValidationError as error:
            fault = first_fault(error, "record")
            raise CorpusError(f"{path}: record {number}: {fault}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                f"{path}: record {number}: {error!r} is missing; is this a {form} export?"
            ) from error
        except ValueError as error:
            raise CorpusError(f"{path}: record {number}: {error}") from error
    return documents


def utf16_to_code_points(text: str, units: int) -> int:
    """The code point at a distance of UTF-16 code units; raises ValueError inside a pair."""
    seen = 0
    for index, character in enumerate(text):
        if seen == units:
            return index
        seen += 1 + (ord(character) > 0xFFFF)
    if seen == units:
        return len(text)
    raise ValueError(f"offset {units} does not fall between two characters")


def _others(document: Document) -> dict[str, Any]:
    hidden = {*_DECIDED, "text", "note"}
    return document.model_dump(exclude_defaults=True, exclude=hidden)


# Label Studio ----------------------------------------------------------------------------


def label_studio_configuration() -> str:
    """The labelling interface: evidence by rule, the label, and the protected kinds."""
    rules = "".join(
        f'\n    <Label value="{r.name}" hint={quoteattr(r.persian)} hotkey="{r.code[1]}"/>'
        for r in RULES
    )
    kinds = "".join(
        f'\n    <Choice value="{k.name}" hint={quoteattr(k.persian)}/>' for k in PROTECTED_KINDS
    )
    return f"""<View>
  <Style>.htx-text {{ white-space: pre-wrap; direction: rtl; line-height: 2; }}</Style>
  <Labels name="evidence" toName="text">{rules}
  </Labels>
  <Text name="text" value="$text"/>
  <Choices name="label" toName="text" choice="single" required="true">
    <Choice value="partisan"/>
    <Choice value="permitted"/>
  </Choices>
  <Choices name="confusers" toName="text" choice="multiple">{kinds}
  </Choices>
</View>
"""


def _to_label_studio(document: Document, blind: bool) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {"text": document.text, "document": _others(document)}}
    if blind:
        return task
    result: list[dict[str, Any]] = [
        {
            "id": f"evidence-{number}",
            "from_name": "evidence",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": span.start,
                "end": span.end,
                "text": document.text[span.start : span.end],
                "labels": [span.category],
            },
        }
        for number, span in enumerate(document.evidence)
    ]
    for name, chosen in (("label", [document.label]), ("confusers", document.confusers)):
        if chosen:
            result.append(
                {
                    "id": name,
                    "from_name": name,
                    "to_name": "text",
                    "type": "choices",
                    "value": {"choices": list(chosen)},
                }
            )
    task["annotations"] = [{"result": result}]
    return task


def _from_label_studio(task: dict[str, Any], annotator: str | None) -> dict[str, Any] | None:
    annotations = [a for a in task.get("annotations", []) if not a.get("was_cancelled")]
    chosen = _one_of(annotations, annotator, _completed_by)
    if chosen is None:
        return None
    text = task["data"]["text"]
    fields: dict[str, Any] = {**task["data"]["document"], "text": text, "evidence": []}
    for region in chosen["result"]:
        value = region["value"]
        if region["type"] == "labels":
            start, end = _mended(text, value)
            fields["evidence"] += [
                {"start": start, "end": end, "category": name} for name in value["labels"]
            ]
        elif region["from_name"] == "label":
            fields["label"] = value["choices"][0]
        else:
            fields["confusers"] = value["choices"]
    fields["evidence"].sort(key=lambda s: (s["start"], s["end"]))
    return fields


def _completed_by(annotation: dict[str, Any]) -> set[str]:
    who = annotation.get("completed_by", "")
    return {str(v) for v in who.values()} if isinstance(who, dict) else {str(who)}


def _mended(text: str, value: dict[str, Any]) -> tuple[int, int]:
    """Code points of a region, by the passage stored with it, without space at its ends."""
    start, end = int(value["start"]), int(value["end"])
    passage = value.get("text")
    if passage is not None and text[start:end] != passage:
        start, end = utf16_to_code_points(text, start), utf16_to_code_points(text, end)
        if text[start:end] != passage:
            raise ValueError(
                f"evidence {value['start']}:{value['end']} is not the passage stored with it; "
                "the text was changed after it was marked"
            )
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


# Argilla ---------------------------------------------------------------------------------


def argilla_settings() -> dict[str, Any]:
    """Settings of an Argilla dataset (`rg.Settings.from_json`) for exported records."""
    return {
        "guidelines": "Codebook, version 1. Evidence is the operative sentence, whole.",
        "allow_extra_metadata": True,
        "fields": [
            {
                "name": "text",
                "title": "متن",
                "required": True,
                "settings": {"type": "text", "use_markdown": False},
            },
            {
                "name": "original",
                "title": "متن با شکلک‌ها",
                "required": False,
                "settings": {"type": "text", "use_markdown": False},
            },
        ],
        "questions": [
            {
                "name": "label",
                "title": "label",
                "required": True,
                "settings": {
                    "type": "label_selection",
                    "options": [
                        {"value": name, "text": name} for name in ("partisan", "permitted")
                    ],
                },
            },
            {
                "name": "evidence",
                "title": "evidence",
                "required": False,
                "settings": {
                    "type": "span",
                    "field": "text",
                    "allow_overlapping": True,
                    "options": [
                        {"value": r.name, "text": f"{r.code} {r.name}", "description": r.persian}
                        for r in RULES
                    ],
                },
            },
            {
                "name": "confusers",
                "title": "confusers",
                "required": False,
                "settings": {
                    "type": "multi_label_selection",
                    "options": [
                        {"value": k.name, "text": f"{k.code} {k.name}", "description": k.persian}
                        for k in PROTECTED_KINDS
                    ],
                },
            },
        ],
    }


def _to_argilla(document: Document, blind: bool) -> dict[str, Any]:
    shown = "".join(c if ord(c) <= 0xFFFF else STAND_IN for c in document.text)
    record: dict[str, Any] = {
        "id": document.id,
        "fields": {"text": shown, "original": document.text},
        "metadata": {k: v for k, v in _others(document).items() if k != "id"},
        "suggestions": {},
        "responses": {},
        "vectors": {},
    }
    if not blind:
        values: dict[str, Any] = {
            "label": document.label,
            "evidence": [
                {"start": s.start, "end": s.end, "label": s.category} for s in document.evidence
            ],
            "confusers": list(document.confusers),
        }
        record["suggestions"] = {
            name: {"value": value, "score": None, "agent": "corpus"}
            for name, value in values.items()
            if value
        }
    return record


def _from_argilla(record: dict[str, Any], annotator: str | None) -> dict[str, Any] | None:
    by_user: dict[str, dict[str, Any]] = {}
    for question, responses in (record.get("responses") or {}).items():
        for response in responses:
            by_user.setdefault(str(response["user_id"]), {})[question] = response["value"]
    answers = _one_of(
        [{"user": user, **values} for user, values in by_user.items()],
        annotator,
        lambda a: {a["user"]},
    )
    if answers is None:
        suggestions = record.get("suggestions") or {}
        if not suggestions or annotator:
            return None
        answers = {name: suggestion["value"] for name, suggestion in suggestions.items()}
    text = record["fields"].get("original") or record["fields"]["text"]
    evidence = [
        dict(zip(("start", "end"), _mended(text, span), strict=True)) | {"category": span["label"]}
        for span in answers.get("evidence") or []
    ]
    return {
        **(record.get("metadata") or {}),
        "id": record["id"],
        "text": text,
        "label": answers["label"],
        "evidence": sorted(evidence, key=lambda s: (s["start"], s["end"])),
        "confusers": answers.get("confusers") or [],
    }


def _one_of(annotations: Iterable[dict], annotator: str | None, who: Any) -> dict | None:
    """The annotation that counts, or nothing; raises ValueError where several could."""
    fitting = [a for a in annotations if annotator is None or annotator in who(a)]
    if len(fitting) > 1:
        names = sorted(set().union(*(who(a) for a in fitting)))
        raise ValueError(
            f"it holds {len(fitting)} annotations ({', '.join(names)}); name one: --annotator"
        )
    return fitting[0] if fitting else None
