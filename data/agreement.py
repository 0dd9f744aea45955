"""How far two readings of the same documents agree: label, evidence, rules, kinds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from data.schema import Document, Span


@dataclass(frozen=True)
class Agreement:
    """Agreement of two readings; shares are between 0 and 1, kappa is Cohen's (1960)."""

    documents: int
    label_share: float
    label_kappa: float
    evidence_found: float
    evidence_overlap: float
    rule_kappa: dict[str, float]
    kind_kappa: dict[str, float]
    disagreements: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return dict(self.__dict__)


def agreement(first: Iterable[Document], second: Iterable[Document]) -> Agreement:
    """Compare two readings by document id; documents that only one has are left out.

    ``evidence_found`` is the share of documents that both call partisan in which some passage
    of one overlaps some passage of the other; ``evidence_overlap`` the mean over them of the
    marked code points in common over those that either marked. Raises ValueError where no
    document is common to both, or where a text differs between them.
    """
    others = {d.id: d for d in second}
    both = [(d, others[d.id]) for d in first if d.id in others]
    if not both:
        raise ValueError("the two readings have no document in common")
    for a, b in both:
        if a.text != b.text:
            raise ValueError(f"{a.id}: the two readings are of different texts")
    labels = [(a.label == "partisan", b.label == "partisan") for a, b in both]
    partisan = [(a, b) for a, b in both if a.label == b.label == "partisan"]
    overlaps = [_overlap(a.evidence, b.evidence) for a, b in partisan]
    return Agreement(
        documents=len(both),
        label_share=sum(a == b for a, b in labels) / len(labels),
        label_kappa=cohen_kappa(labels),
        evidence_found=sum(o > 0 for o in overlaps) / max(1, len(overlaps)),
        evidence_overlap=sum(overlaps) / max(1, len(overlaps)),
        rule_kappa={
            name: cohen_kappa([(name in _rules(a), name in _rules(b)) for a, b in both])
            for name in RULE_NAMES
        },
        kind_kappa={
            name: cohen_kappa([(name in a.confusers, name in b.confusers) for a, b in both])
            for name in PROTECTED_NAMES
        },
        disagreements=[a.id for a, b in both if a.label != b.label],
    )


def cohen_kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two yes-or-no readings; 1 where both say the same of all."""
    count = len(pairs)
    observed = sum(a == b for a, b in pairs) / count
    first, second = sum(a for a, _ in pairs) / count, sum(b for _, b in pairs) / count
    expected = first * second + (1 - first) * (1 - second)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _rules(document: Document) -> set[str]:
    return {s.category for s in document.evidence}


def _overlap(first: Sequence[Span], second: Sequence[Span]) -> float:
    a = {i for s in first for i in range(s.start, s.end)}
    b = {i for s in second for i in range(s.start, s.end)}
    return len(a & b) / len(a | b)
