"""The draft format: how people write documents for the corpus.

Nobody counts code points by hand, so a draft marks evidence inside the text and
the reader turns the marks into offsets. A draft file (UTF-8) holds documents and
families of short items, in any order::

    === charity-iftar
    genre: telegram_post
    organisation: charity
    region: Iran, Kerman
    election: council
    confusers: ordinary, voter_education
    note: in-kind help to a candidate's office, in one line of a report
    ---
    The text, over as many lines as it needs.
    {{E3| one passage of evidence}} and {{E1+E4| another under two rules}}.

    ### bus-on-friday | transport for a rally | region=Iran, Gilan
    + {{E3| a partisan item on one line}} with its evidence marked
    - P1,P7 | a permitted twin of it, with its protected kinds

A document is partisan exactly if it carries a mark. ``story``, ``pair`` (contrast
pair), ``swap`` (swap group) and ``camp`` are optional header lines; a pair or swap
shares its story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from classifier.codebook import PROTECTED_KINDS, RULES

_MARK = re.compile(r"\{\{\s*(E[1-5](?:\s*[+,]\s*E[1-5])*)\s*\|\s?(.*?)\}\}", re.DOTALL)
_RULE_NAME = {rule.code: rule.name for rule in RULES}
_KIND_NAME = {kind.code: kind.name for kind in PROTECTED_KINDS}
_KIND_NAMES = set(_KIND_NAME.values())
_HEADER_KEYS = {
    "genre", "organisation", "region", "election", "confusers", "note",
    "story", "pair", "swap", "camp", "label",
}  # fmt: skip


class DraftError(ValueError):
    """A fault in a draft, with the file and the line where it stands."""


@dataclass
class Draft:
    """One text as its author wrote it, with evidence offsets in code points."""

    name: str
    text: str
    evidence: list[dict[str, int | str]]
    confusers: list[str]
    unit: str = "document"
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``partisan`` if any passage is marked, else ``permitted``."""
        return "partisan" if self.evidence else "permitted"


def read_marks(marked: str) -> tuple[str, list[dict[str, int | str]]]:
    """Turn ``{{E1| passage}}`` marks into plain text and evidence spans.

    Returns the text without marks and spans ``{"start", "end", "category"}`` in
    code points, end exclusive. Raises ValueError on an unfinished mark.
    """
    parts: list[str] = []
    evidence: list[dict[str, int | str]] = []
    position = length = 0
    for mark in _MARK.finditer(marked):
        before = marked[position : mark.start()]
        parts.append(before)
        length += len(before)
        passage = mark.group(2)
        stripped = passage.strip()
        start = length + len(passage) - len(passage.lstrip())
        parts.append(passage)
        length += len(passage)
        for code in re.split(r"\s*[+,]\s*", mark.group(1)):
            evidence.append(
                {"start": start, "end": start + len(stripped), "category": _RULE_NAME[code]}
            )
        position = mark.end()
    parts.append(marked[position:])
    text = "".join(parts)
    if "{{" in text or "}}" in text:
        raise ValueError("an evidence mark is not finished; write {{E1| passage}}")
    return text, evidence


def read_drafts(path: Path) -> Iterator[Draft]:
    """Yield the drafts of one file; raises DraftError naming file and line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith(("=== ", "### "))]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        block = lines[start:end]
        try:
            if block[0].startswith("=== "):
                yield _document(block)
            else:
                yield from _family(block)
        except ValueError as error:
            raise DraftError(f"{path}:{start + 1}: {error}") from error


def _confusers(listed: str) -> list[str]:
    names = []
    for word in re.split(r"[\s,+]+", listed.strip()):
        name = _KIND_NAME.get(word, word)
        if not word or word == "-":
            continue
        if name not in _KIND_NAMES:
            raise ValueError(f"{word!r} is not a protected kind (P1-P7 or its name)")
        names.append(name)
    return names


def _strip_blank_ends(text: str) -> str:
    return re.sub(r"^(?:[ \t]*\n)+|\s+$", "", text)


def _document(block: list[str]) -> Draft:
    name = block[0][4:].strip()
    if "---" not in block:
        raise ValueError(f"document {name!r} has no line '---' between header and text")
    cut = block.index("---")
    header: dict[str, str] = {}
    for line in block[1:cut]:
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in _HEADER_KEYS:
            raise ValueError(
                f"header line {line!r} of {name!r} is not one of {sorted(_HEADER_KEYS)}"
            )
        header[key.strip()] = value.strip()
    text, evidence = read_marks(_strip_blank_ends("\n".join(block[cut + 1 :])))
    if not text.strip():
        raise ValueError(f"document {name!r} has no text")
    confusers = _confusers(header.pop("confusers", ""))
    stated = header.pop("label", None)
    draft = Draft(name, text, evidence, confusers, fields=header)
    if stated and stated != draft.label:
        raise ValueError(f"document {name!r} says {stated} but its marks say {draft.label}")
    if draft.label == "permitted" and not confusers:
        raise ValueError(f"permitted document {name!r} names no protected kind in 'confusers'")
    return draft


def _family(block: list[str]) -> Iterator[Draft]:
    name, *rest = [part.strip() for part in block[0][4:].split("|")]
    fields = {"family": name, "story": name}
    for part in rest:
        key, equals, value = part.partition("=")
        if equals and key.strip() in _HEADER_KEYS:
            fields[key.strip()] = value.strip()
        else:
            fields["note"] = part
    number = 0
    for line in block[1:]:
        if not line.strip():
            continue
        sign, body = line[0], line[1:].strip()
        if sign not in "+-":
            raise ValueError(f"line {line[:40]!r} of family {name!r} begins with neither + nor -")
        confusers: list[str] = []
        if sign == "-":
            listed, bar, body = body.partition("|")
            if not bar:
                raise ValueError(f"permitted item {line[:40]!r} lacks its kinds: '- P1,P7 | text'")
            confusers = _confusers(listed)
        text, evidence = read_marks(body.strip())
        if bool(evidence) != (sign == "+"):
            raise ValueError(f"item {line[:40]!r}: '+' needs a mark and '-' must have none")
        number += 1
        yield Draft(f"{name}-{number}", text, evidence, confusers, "item", dict(fields))
