"""What may be shown of a stored assessment: its passages, with their text only while it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from serve.storage import StoredAssessment
from serve.storage.tables import now


@dataclass(frozen=True)
class Passage:
    """A passage as it is stored; code points into the text, end exclusive.

    ``name`` is a rule in evidence, a protected kind elsewhere. ``text`` is None where the text
    is not kept.
    """

    start: int
    end: int
    page: int | None
    name: str
    probability: float
    text: str | None


def kept_text(assessment: StoredAssessment) -> str | None:
    """The document's text, if it is stored and its time has not passed.

    Text whose time is over is gone for everybody, also before it is purged.
    """
    if assessment.text_until is not None and assessment.text_until <= now():
        return None
    return assessment.text


def evidence_of(assessment: StoredAssessment) -> list[Passage]:
    """The passages that fall under rules, in the order of the text."""
    return _passages(assessment.evidence, "rule", kept_text(assessment))


def protected_of(assessment: StoredAssessment) -> list[Passage]:
    """The passages that were recognised as protected, in the order of the text."""
    return _passages(assessment.protected, "kind", kept_text(assessment))


def _passages(stored: Iterable[dict[str, Any]], field: str, text: str | None) -> list[Passage]:
    found = [
        Passage(
            item["start"],
            item["end"],
            item.get("page"),
            item[field],
            item["probability"],
            text[item["start"] : item["end"]] if text is not None else None,
        )
        for item in stored
    ]
    return sorted(found, key=lambda p: (p.start, p.end, p.name))
