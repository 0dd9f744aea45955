"""What a model is worth: measured on documents that training never saw."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment
from classifier.bundle import Manifest
from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from classifier.decision import decide, document_features, document_score
from data.schema import Document
from training.calibrate import ReadSet
from training.metrics import (
    Bools,
    Floats,
    average_precision,
    bootstrap_interval,
    calibration_error,
    overlap,
    recall_at,
    share,
)


def evaluate_set(documents: ReadSet, manifest: Manifest) -> dict[str, Any]:
    """All metrics of a set of labelled texts; documents and short items apart.

    Shares come with their 95 % interval (Wilson) as ``[share, low, high, of]``.
    """
    assessed = [
        decide(d.text, d.id, logits, manifest)
        for d, logits in zip(documents.documents, documents.logits, strict=True)
    ]
    pairs = list(zip(documents.documents, assessed, strict=True))
    metrics = {
        "documents": evaluate_pairs([p for p in pairs if p[0].unit == "document"]),
        "items": evaluate_pairs([p for p in pairs if p[0].unit == "item"]),
        "contrast_pairs": contrast_pairs(pairs),
        "swaps": swap_changes(pairs),
    }
    return {key: value for key, value in metrics.items() if value}


def ranking(read: ReadSet, manifest: Manifest) -> dict[str, float]:
    """How well the documents of a set (not its short items) are ranked."""
    features = [document_features(x) for x in read.logits]
    scores = np.array([document_score(f, manifest.calibration) for f in features], np.float64)
    whole = np.array([d.unit == "document" for d in read.documents], bool)
    return _ranked(read.labels[whole], scores[whole])


def _ranked(labels: Bools, scores: Floats) -> dict[str, float]:
    return {
        "average_precision": round(average_precision(labels, scores), 4),
        "recall_at_1_percent": round(recall_at(labels, scores, 0.01), 4),
        "recall_at_5_percent": round(recall_at(labels, scores, 0.05), 4),
    }


def evaluate_pairs(pairs: list[tuple[Document, Assessment]]) -> dict[str, Any]:
    """Ranking, verdicts, evidence, rules, kinds and calibration of assessed documents."""
    if not pairs:
        return {}
    labels = np.array([d.label == "partisan" for d, _ in pairs])
    scores = np.array([a.score for _, a in pairs], np.float64)
    verdicts = np.array([a.verdict for _, a in pairs])
    low, high = bootstrap_interval(labels, scores)
    return {
        "texts": len(pairs),
        "partisan": int(labels.sum()),
        **_ranked(labels, scores),
        "average_precision_interval": [round(low, 4), round(high, 4)],
        "flagged_of_partisan": share(int((verdicts[labels] == "flagged").sum()), int(labels.sum())),
        "cleared_of_partisan": share(int((verdicts[labels] == "clear").sum()), int(labels.sum())),
        "flagged_of_permitted": share(
            int((verdicts[~labels] == "flagged").sum()), int((~labels).sum())
        ),
        "cleared_of_permitted": share(
            int((verdicts[~labels] == "clear").sum()), int((~labels).sum())
        ),
        "flagged_by_kind": _by_kind(pairs),
        "calibration_error": round(calibration_error(labels, scores), 4),
        "brier": round(float(((scores - labels) ** 2).mean()), 4),
        "evidence": _evidence(pairs),
    }


def _by_kind(pairs: list[tuple[Document, Assessment]]) -> dict[str, list[float]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for document, assessment in pairs:
        if document.label == "permitted":
            for kind in document.confusers:
                counts[kind][0] += assessment.verdict == "flagged"
                counts[kind][1] += 1
    return {k: share(*counts[k]) for k in PROTECTED_NAMES if k in counts}


def _evidence(pairs: list[tuple[Document, Assessment]]) -> dict[str, Any]:
    """Over partisan documents that were not cleared: were the right words pointed at?"""
    found = asked = right_rule = inside = pointed = 0
    by_rule: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for document, assessment in pairs:
        if document.label != "partisan":
            continue
        asked += 1
        truth = [(s.start, s.end) for s in document.evidence]
        given = [(e.start, e.end) for e in assessment.evidence]
        shared = overlap(truth, given)
        found += shared > 0
        inside += shared
        pointed += overlap(given, given)
        rules = {s.category for s in document.evidence}
        right = bool(rules & {e.rule for e in assessment.evidence})
        right_rule += right
        for rule in rules:
            by_rule[rule][0] += rule in {e.rule for e in assessment.evidence}
            by_rule[rule][1] += 1
    return {
        "found": share(found, asked),
        "right_rule": share(right_rule, asked),
        "character_precision": round(inside / pointed, 4) if pointed else 0.0,
        "rule_recall": {r: share(*by_rule[r]) for r in RULE_NAMES if r in by_rule},
    }


def contrast_pairs(pairs: list[tuple[Document, Assessment]]) -> dict[str, Any]:
    """How often the partisan text of a contrast pair scores above its permitted twin."""
    groups: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for document, assessment in pairs:
        if document.pair and assessment.score is not None:
            groups[document.pair][document.label].append(assessment.score)
    ordered = [
        min(g["partisan"]) > max(g["permitted"])
        for g in groups.values()
        if g["partisan"] and g["permitted"]
    ]
    return {"ordered": share(sum(ordered), len(ordered))} if ordered else {}


def swap_changes(pairs: list[tuple[Document, Assessment]]) -> dict[str, Any]:
    """How much the score moves when only the contestant is exchanged."""
    groups: dict[str, list[Assessment]] = defaultdict(list)
    for document, assessment in pairs:
        if document.swap_group:
            groups[document.swap_group].append(assessment)
    changes: list[float] = []
    flips = 0
    for group in groups.values():
        scores: NDArray[np.float64] = np.array([a.score for a in group], np.float64)
        if len(group) > 1:
            changes.append(float(scores.max() - scores.min()))
            flips += len({a.verdict for a in group}) > 1
    if not changes:
        return {}
    return {
        "groups": len(changes),
        "mean_change": round(float(np.mean(changes)), 4),
        "largest_change": round(float(np.max(changes)), 4),
        "verdict_flips": flips,
    }
