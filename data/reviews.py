"""Training documents from what reviewers decided, as the service exports it.

A reviewer's decision is the label: overturned texts are permitted, confirmed ones partisan.
What a document needs besides may be missing from a decision. Then it is left out and said so:
a guess would teach the model what nobody decided.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from data.schema import CorpusDocument, CorpusError, Document, Span, first_fault, slug


class Reviewed(BaseModel):
    """One line of the export: a text, its outcome, and what reviewers and the model named.

    ``named`` holds the rules of those who confirmed or the protected kinds of those who
    overturned; ``evidence`` and ``protected`` are the model's.
    """

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    outcome: Literal["confirmed", "overturned"]
    named: list[Literal[RULE_NAMES + PROTECTED_NAMES]] = []  # type: ignore[valid-type]
    evidence: list[Span] = []
    protected: list[Literal[PROTECTED_NAMES]] = []  # type: ignore[valid-type]


@dataclass(frozen=True)
class LeftOut:
    """A decision that makes no document, and why."""

    row: int
    identity: str
    reason: str


def import_reviews(path: Path, hand: str) -> tuple[list[Document], list[LeftOut]]:
    """Read an export of reviews: the documents, and the decisions that make none.

    Raises CorpusError naming file and row, for a row without text as for one that is wrong.
    """
    documents: list[Document] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    for row, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        reviewed = _read(path, row, line)
        if reviewed.id in seen:
            raise CorpusError(f"{path}: row {row}: the id {reviewed.id} is used twice")
        seen.add(reviewed.id)
        made = _document(reviewed, hand)
        if isinstance(made, str):
            left_out.append(LeftOut(row, reviewed.id, made))
            continue
        try:
            documents.append(CorpusDocument.model_validate(made))
        except ValidationError as error:
            raise CorpusError(f"{path}: row {row}: {first_fault(error)}") from error
    return documents, left_out


def _read(path: Path, row: int, line: str) -> Reviewed:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}: row {row}: not JSON: {error.msg}") from error
    if isinstance(fields, dict) and not fields.get("text"):
        identity = fields.get("id", "it")
        raise CorpusError(
            f"{path}: row {row}: {identity} has no text: only texts that the service keeps can "
            "become training documents (BITARAF_KEEP_TEXT_DAYS)"
        )
    try:
        return Reviewed.model_validate(fields)
    except ValidationError as error:
        raise CorpusError(f"{path}: row {row}: {first_fault(error)}") from error


def _document(reviewed: Reviewed, hand: str) -> dict[str, Any] | str:
    """The fields of the training document, or the reason why there is none."""
    if reviewed.outcome == "confirmed":
        rules = [name for name in reviewed.named if name in RULE_NAMES]
        evidence = [
            _trimmed(reviewed.text, span) for span in reviewed.evidence if span.category in rules
        ]
        if not evidence:
            return f"no passage is marked under the confirmed rule ({', '.join(rules) or 'none'})"
        label, kinds = "partisan", list(reviewed.protected)
    else:
        # Where no reviewer named a kind, what the model took for protected speaks for itself.
        named = [name for name in reviewed.named if name in PROTECTED_NAMES]
        evidence, label, kinds = [], "permitted", named or list(reviewed.protected)
        if not kinds:
            return "neither a reviewer nor the model named a protected kind"
    identity = slug(f"{hand}-{reviewed.id}")
    return {
        "id": identity,
        "text": reviewed.text,
        "label": label,
        "evidence": evidence,
        "confusers": sorted(set(kinds)),
        "source": f"{reviewed.outcome} by reviewers, brought in by hand {hand}",
        "story": identity,
    }


def _trimmed(text: str, span: Span) -> dict[str, Any]:
    """A passage without space at its ends, as the corpus marks passages.

    One that lies outside the text stays as it is, for the corpus to refuse.
    """
    if span.end > len(text):
        return span.model_dump()
    passage = text[span.start : span.end]
    start = span.start + len(passage) - len(passage.lstrip())
    return {
        "start": start,
        "end": start + len(passage.strip()),
        "category": span.category,
    }
