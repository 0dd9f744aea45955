"""Where a model is strong and where it is weak: by length, group, noise, and base rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment
from classifier.bundle import Manifest
from classifier.decision import decide
from classifier.runtime import Runtime
from data.noise import EVASIONS, NOISES, add_noise
from data.schema import Document
from training.calibrate import ReadSet, read_set
from training.metrics import Bools, Floats, average_precision, overlap, share

LENGTHS = ((0, 40), (40, 100), (100, 250), (250, 500), (500, 5000))
PREVALENCES = (0.01, 0.05, 0.2, 0.5)
_BINS = 10


@dataclass(frozen=True)
class Assessed:
    """Labelled documents beside their assessments; texts that were abstained on left out."""

    documents: list[Document]
    assessments: list[Assessment]

    @classmethod
    def of(cls, read: ReadSet, manifest: Manifest) -> Assessed:
        """Decide on every document that was read."""
        return cls(
            read.documents,
            [
                decide(d.text, d.id, logits, manifest)
                for d, logits in zip(read.documents, read.logits, strict=True)
            ],
        )

    def where(self, wanted: Callable[[Document], bool]) -> Assessed:
        """Only the documents that `wanted` holds for."""
        kept = [(d, a) for d, a in zip(self.documents, self.assessments, strict=True) if wanted(d)]
        return Assessed([d for d, _ in kept], [a for _, a in kept])

    @property
    def pairs(self) -> list[tuple[Document, Assessment]]:
        """Each document with its assessment."""
        return list(zip(self.documents, self.assessments, strict=True))

    @property
    def labels(self) -> Bools:
        """Whether each document is partisan."""
        return np.array([d.label == "partisan" for d in self.documents], bool)

    @property
    def scores(self) -> Floats:
        """The calibrated score of each document."""
        return np.array([a.score for a in self.assessments], np.float64)

    @property
    def verdicts(self) -> NDArray[np.str_]:
        """The verdict on each document."""
        return np.array([a.verdict for a in self.assessments], dtype=np.str_)


def by_length(assessed: Assessed) -> list[dict[str, Any]]:
    """Ranking, misses, false flags and found evidence in bands of length, in words."""
    rows = []
    for low, high in LENGTHS:
        band = assessed.where(partial(_is_as_long, low=low, high=high))
        if band.documents:
            rows.append({"words": f"{low}-{high}", **_verdict_shares(band)})
    return rows


def by_group(assessed: Assessed, field: str, fewest: int = 8) -> list[dict[str, Any]]:
    """False flags and misses for each value of a field (camp, region's country, ...).

    Values met in fewer than `fewest` documents are put together.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for document in assessed.documents:
        groups[_group(document, field)].append(document.id)
    common = {value for value, ids in groups.items() if len(ids) >= fewest}
    rows = []
    for value in sorted(common, key=lambda v: -len(groups[v])):
        part = assessed.where(lambda d: _group(d, field) == value)  # noqa: B023 - used at once
        rows.append({field: value or "none", **_verdict_shares(part)})
    rest = assessed.where(lambda d: _group(d, field) not in common)
    if rest.documents:
        rows.append({field: "others", **_verdict_shares(rest)})
    return rows


def _is_as_long(document: Document, low: int, high: int) -> bool:
    return low <= len(document.text.split()) < high


def _group(document: Document, field: str) -> str:
    return str(getattr(document, field)).split(",")[0].strip().lower()


def _verdict_shares(part: Assessed) -> dict[str, Any]:
    labels, verdicts = part.labels, part.verdicts
    found = [
        overlap([(s.start, s.end) for s in d.evidence], [(e.start, e.end) for e in a.evidence]) > 0
        for d, a in part.pairs
        if d.label == "partisan"
    ]
    both = 0 < labels.sum() < len(labels)
    return {
        "texts": len(labels),
        "average_precision": round(average_precision(labels, part.scores), 4) if both else None,
        "false_flags": share(int((verdicts[~labels] == "flagged").sum()), int((~labels).sum())),
        "misses": share(int((verdicts[labels] == "clear").sum()), int(labels.sum())),
        "evidence_found": share(sum(found), len(found)),
    }


def reliability(assessed: Assessed) -> list[dict[str, float]]:
    """Mean score and share of partisan texts in ten bins of the score."""
    labels, scores = assessed.labels, assessed.scores
    which = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    return [
        {
            "score": round(float(scores[which == b].mean()), 4),
            "partisan": round(float(labels[which == b].mean()), 4),
            "texts": int((which == b).sum()),
        }
        for b in range(_BINS)
        if (which == b).any()
    ]


def risk_and_coverage(assessed: Assessed) -> list[tuple[float, float]]:
    """Coverage and error when only the surest documents are decided at one half.

    Documents are taken in the order of their distance from one half (El-Yaniv and
    Wiener 2010).
    """
    labels, scores = assessed.labels, assessed.scores
    order = np.argsort(-np.abs(scores - 0.5), kind="stable")
    wrong = ((scores > 0.5) != labels)[order]
    count = np.arange(1, len(wrong) + 1)
    return [
        (round(float(n / len(wrong)), 4), round(float(w / n), 4))
        for n, w in zip(count, np.cumsum(wrong), strict=True)
    ]


def verdicts_risk(assessed: Assessed) -> dict[str, dict[str, Any]]:
    """How many documents each verdict covers, and the share of partisan ones among them."""
    rows = {}
    for verdict in ("clear", "review", "flagged"):
        inside = assessed.verdicts == verdict
        rows[verdict] = {
            "coverage": round(float(inside.mean()), 4),
            "partisan": share(int(assessed.labels[inside].sum()), int(inside.sum())),
        }
    return rows


def at_prevalence(assessed: Assessed) -> list[dict[str, float]]:
    """Precision of a flag, and what review holds, where partisan texts are rarer.

    From recall r and false-flag rate f, the precision at base rate p is
    ``p r / (p r + (1 - p) f)``. A set without a false flag gives no upper bound: the rate's
    upper 95 % limit is used beside the rate itself.
    """
    labels, verdicts = assessed.labels, assessed.verdicts
    recall, _, _, _ = share(int((verdicts[labels] == "flagged").sum()), int(labels.sum()))
    flagged, _, most, _ = share(int((verdicts[~labels] == "flagged").sum()), int((~labels).sum()))
    looked = float((verdicts[labels] != "clear").mean())
    lost_time = float((verdicts[~labels] != "clear").mean())

    def precision(p: float, hit: float, false: float) -> float:
        wanted = p * hit
        return round(wanted / (wanted + (1 - p) * false), 4) if wanted else 0.0

    return [
        {
            "prevalence": p,
            "precision_of_flags": precision(p, recall, flagged),
            "precision_of_flags_at_least": precision(p, recall, most),
            "precision_of_flags_and_reviews": precision(p, looked, lost_time),
            "share_to_look_at": round(p * looked + (1 - p) * lost_time, 4),
        }
        for p in PREVALENCES
    ]


def noise_table(
    runtime: Runtime, clean: Assessed, sample: int = 120, seed: int = 0
) -> list[dict[str, Any]]:
    """What each kind of damage costs, on up to `sample` documents, half of each label.

    ``lost`` is the average precision lost in points; ``flips`` the share of documents whose
    verdict changed; ``evidence_found`` that of partisan documents whose damaged evidence is
    still pointed at.
    """
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for label in (True, False):
        of_label = np.flatnonzero(clean.labels == label)
        rng.shuffle(of_label)
        chosen += of_label[: sample // 2].tolist()
    part = Assessed([clean.documents[i] for i in chosen], [clean.assessments[i] for i in chosen])
    before = average_precision(part.labels, part.scores)
    rows = []
    for name in NOISES:
        damaged = [_damaged(d, name, seed + i) for i, d in enumerate(part.documents)]
        after = Assessed.of(read_set(runtime, damaged), runtime.manifest)
        kept = {d.id: a for d, a in after.pairs}
        flips = sum(d.id not in kept or kept[d.id].verdict != a.verdict for d, a in part.pairs)
        rows.append(
            {
                "noise": name,
                "evasion": name in EVASIONS,
                "lost": round(100 * (before - average_precision(after.labels, after.scores)), 2),
                "flips": share(flips, len(part.documents)),
                "evidence_found": _verdict_shares(after)["evidence_found"],
            }
        )
    return rows


def _damaged(document: Document, noise: str, seed: int) -> Document:
    spans = [(s.start, s.end) for s in document.evidence]
    noised = add_noise(document.text, spans, [noise], seed)
    return document.model_copy(
        update={
            "text": noised.text,
            "evidence": [
                s.model_copy(update={"start": a, "end": b})
                for s, (a, b) in zip(document.evidence, noised.spans, strict=True)
                if a < b
            ],
        }
    )


def worst_errors(assessed: Assessed, count: int = 12) -> list[tuple[Document, Assessment]]:
    """Permitted documents of the highest score and partisan ones of the lowest, by turns."""
    ranked = sorted(assessed.pairs, key=lambda p: p[1].score or 0.0)
    missed = [p for p in ranked if p[0].label == "partisan"][: count // 2]
    flagged = [p for p in reversed(ranked) if p[0].label == "permitted"][: count // 2]
    return [p for couple in zip(flagged, missed, strict=False) for p in couple]


def gains_and_losses(
    before: Sequence[Assessment], after: Sequence[Assessment], documents: Sequence[Document]
) -> dict[str, Any]:
    """What a new model gains and loses, document by document; aligned sequences.

    A document is better judged if its verdict moved towards its label: `clear` is right for
    permitted, `flagged` for partisan, `review` between.
    """
    worth = {"clear": 0.0, "review": 0.5, "flagged": 1.0}
    rows: list[dict[str, Any]] = []
    for document, old, new in zip(documents, before, after, strict=True):
        target = 1.0 if document.label == "partisan" else 0.0
        gain = abs(worth[old.verdict] - target) - abs(worth[new.verdict] - target)
        rows.append(
            {
                "id": document.id,
                "label": document.label,
                "before": [old.verdict, old.score],
                "after": [new.verdict, new.score],
                "gain": gain,
            }
        )
    changed = sorted((r for r in rows if r["gain"]), key=lambda r: r["gain"])
    return {
        "texts": len(rows),
        "better": sum(r["gain"] > 0 for r in rows),
        "worse": sum(r["gain"] < 0 for r in rows),
        "changed": changed,
    }
