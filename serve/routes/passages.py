"""Passages of stored assessments as the API gives them: as an Assessment has them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from classifier.assessment import KindName, RuleName
from serve.reviews.passages import Passage, evidence_of, protected_of
from serve.storage import StoredAssessment

_TEXT = Field(description="only where the service keeps texts, and for its time")


class _PassageOut(BaseModel):
    start: int
    end: int
    page: int | None
    probability: float
    text: str | None = _TEXT


class EvidenceOut(_PassageOut):
    """A passage under a rule: code points into the text as submitted, end exclusive."""

    rule: RuleName


class ProtectedOut(_PassageOut):
    """A passage recognised as permitted speech; code points, end exclusive."""

    kind: KindName


def evidence_out(found: StoredAssessment) -> list[EvidenceOut]:
    """The passages that fall under rules, in the order of the text."""
    return [EvidenceOut(**_place(p), rule=p.name) for p in evidence_of(found)]


def protected_out(found: StoredAssessment) -> list[ProtectedOut]:
    """The passages that were recognised as protected, in the order of the text."""
    return [ProtectedOut(**_place(p), kind=p.name) for p in protected_of(found)]


def _place(passage: Passage) -> dict[str, Any]:
    return {name: getattr(passage, name) for name in _PassageOut.model_fields}
