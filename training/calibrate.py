"""Calibration and thresholds, fitted on development documents and the artefact that ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifier.bundle import Calibration
from classifier.decision import document_features, document_score, sigmoid
from classifier.runtime import Logits, Runtime
from data.schema import Document
from training.examples import evidence_targets
from training.metrics import threshold_at

FALSE_FLAGS = 0.01
MISSES = 0.02
# How much F1 may be given away so that more kinds are named.
KIND_F1_GIVEN = 0.005


@dataclass(frozen=True)
class ReadSet:
    """Documents with what the model says of them."""

    documents: list[Document]
    logits: list[Logits]

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Whether each document is partisan."""
        return np.array([d.label == "partisan" for d in self.documents])


def read_set(runtime: Runtime, documents: Sequence[Document]) -> ReadSet:
    """Run the model over documents; those that hold no readable sentence are left out."""
    kept, logits = [], []
    for document in documents:
        of_document = runtime.logits(document.text)
        if of_document.read.spans:
            kept.append(document)
            logits.append(of_document)
    return ReadSet(kept, logits)


def fit_calibration(development: ReadSet) -> Calibration:
    """Fit score and thresholds.

    The score is a logistic regression on the document's two features (Platt 1999), its
    weights kept non-negative. The upper threshold is the lowest at which at most 1 % of the
    protected documents are flagged, the lower one the highest at which at most 2 % of the
    partisan ones are cleared. Evidence and rules are cut where F1 is highest, kinds at the
    lowest cut that is within ``KIND_F1_GIVEN`` of it.
    """
    labels = development.labels
    features = np.stack([document_features(x) for x in development.logits])
    weights, bias = _logistic(features, labels)
    fitted = Calibration(sentence=weights[0], window=weights[1], bias=bias)
    scores = np.array([document_score(f, fitted) for f in features])
    flag = threshold_at(scores[~labels], FALSE_FLAGS)
    review = -threshold_at(-scores[labels], MISSES)
    review = min(review, flag)
    evidence, rules = _span_thresholds(development)
    return replace(
        fitted,
        review_threshold=round(review, 6),
        flag_threshold=round(max(flag, review), 6),
        evidence_threshold=evidence,
        rule_threshold=rules,
        kind_threshold=_kind_threshold(development),
        base_rate=round(float(labels.mean()), 4),
    )


def _logistic(
    features: NDArray[np.float64], labels: NDArray[np.bool_], ridge: float = 1e-3
) -> tuple[list[float], float]:
    """Logistic regression by Newton's method; a feature whose weight turns negative is left out."""
    active = list(range(features.shape[1]))
    while True:
        x = np.column_stack([features[:, active], np.ones(len(features))])
        w = np.zeros(x.shape[1])
        # Platt's targets keep a separable development set from infinite weights.
        positives, negatives = labels.sum(), (~labels).sum()
        y = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
        for _ in range(100):
            p = sigmoid(x @ w)
            gradient = x.T @ (p - y) + ridge * w
            hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(w))
            step = np.linalg.solve(hessian, gradient)
            w -= step
            if np.abs(step).max() < 1e-9:
                break
        worst = int(np.argmin(w[:-1])) if active else 0
        if not active or w[worst] >= 0:
            break
        active.pop(worst)
    weights = [0.0] * features.shape[1]
    for value, index in zip(w[:-1], active, strict=True):
        weights[index] = round(float(value), 6)
    return weights, round(float(w[-1]), 6)


def _best_threshold(
    targets: NDArray[np.bool_], probabilities: NDArray[np.float64], give: float = 0.0
) -> float:
    """The lowest cut whose F1 is the best there is, or at most `give` below it."""
    candidates = np.linspace(0.1, 0.9, 33)
    values = []
    for cut in candidates:
        chosen = probabilities >= cut
        denominator = chosen.sum() + targets.sum()
        values.append(2 * (chosen & targets).sum() / denominator if denominator else 0.0)
    return round(float(candidates[np.argmax(np.array(values) >= max(values) - give)]), 4)


def _span_thresholds(development: ReadSet) -> tuple[float, float]:
    """Cuts for evidence (over sentences) and rules (over evidence sentences)."""
    targets, probabilities, rule_targets, rule_probabilities = [], [], [], []
    for document, logits in zip(development.documents, development.logits, strict=True):
        if document.label != "partisan":
            continue
        truth = evidence_targets(logits.read, document)
        targets.append(truth[:, 0])
        probabilities.append(sigmoid(logits.sentences[:, 0]))
        rule_targets.append(truth[truth[:, 0], 1:].ravel())
        rule_probabilities.append(sigmoid(logits.sentences[truth[:, 0], 1:6]).ravel())
    if not targets:
        return 0.5, 0.5
    return (
        _best_threshold(np.concatenate(targets), np.concatenate(probabilities)),
        _best_threshold(np.concatenate(rule_targets), np.concatenate(rule_probabilities)),
    )


def _kind_threshold(development: ReadSet) -> float:
    """Cut for protected kinds: the strongest sentence of each kind against the annotation.

    F1 hardly changes over a wide range; the lower end of it is taken, for a kind that is not
    named tells nobody why a text was let through.
    """
    from classifier.codebook import PROTECTED_NAMES

    targets, probabilities = [], []
    for document, logits in zip(development.documents, development.logits, strict=True):
        if document.confusers:
            targets.append([name in document.confusers for name in PROTECTED_NAMES])
            probabilities.append(sigmoid(logits.sentences[:, 6:].max(0)))
    if not targets:
        return 0.5
    return _best_threshold(
        np.array(targets).ravel(), np.array(probabilities).ravel(), give=KIND_F1_GIVEN
    )
