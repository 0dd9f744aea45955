"""The Assessment: the one result that library, command line, audit and API share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from classifier.codebook import CODEBOOK_VERSION
from classifier.text.language import AbstentionReason

Verdict = Literal["clear", "review", "flagged", "abstained"]
RuleName = Literal["endorsement", "party_promotion", "mobilisation", "fundraising", "candidacy"]
KindName = Literal[
    "voter_education",
    "issue_advocacy",
    "rights_reporting",
    "neutral_reporting",
    "neutrality_statement",
    "government_relations",
    "ordinary",
]


@dataclass(frozen=True)
class Evidence:
    """A passage that falls under a rule; code points into the submitted text, end exclusive.

    ``page``, counted from 1, tells where it begins in a document that has pages.
    """

    start: int
    end: int
    text: str
    rule: RuleName
    probability: float
    page: int | None = None


@dataclass(frozen=True)
class ProtectedPassage:
    """A passage recognised as protected; code points into the submitted text, end exclusive.

    ``page``, counted from 1, tells where it begins in a document that has pages.
    """

    start: int
    end: int
    kind: KindName
    probability: float
    page: int | None = None


@dataclass(frozen=True)
class Assessment:
    """What was found in one text.

    ``score`` is the calibrated probability that the document is partisan, None when
    abstained. ``notes`` are short stable codes of what the reading had to do or leave out
    (``encoding:windows-1256``, ``ocr``, ``cut:page-1000``).
    Every verdict but ``clear`` asks a person to look; none is a judgement.
    """

    id: str | None
    verdict: Verdict
    score: float | None
    abstained_reason: AbstentionReason | None = None
    evidence: list[Evidence] = field(default_factory=list)
    protected: list[ProtectedPassage] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    model: str = ""
    codebook: str = CODEBOOK_VERSION

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON; pages only where there are any."""
        plain = asdict(self)
        plain["notes"] = list(self.notes)
        for passage in (*plain["evidence"], *plain["protected"]):
            if passage["page"] is None:
                del passage["page"]
        return plain
