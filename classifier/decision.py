"""From logits to an Assessment: calibrated score, verdict, evidence, protected passages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment, Evidence, ProtectedPassage, Verdict
from classifier.bundle import Calibration, Manifest
from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from classifier.runtime import Logits

_RULES = slice(1, 1 + len(RULE_NAMES))
_KINDS = slice(1 + len(RULE_NAMES), None)


def sigmoid(logits: NDArray[np.float32] | float) -> NDArray[np.float64]:
    """The logistic function, safe for large values."""
    values = np.clip(np.asarray(logits, np.float64), -60, 60)
    return 1.0 / (1.0 + np.exp(-values))


def document_features(logits: Logits) -> NDArray[np.float64]:
    """What the score rests on, [2]: the strongest sentence's and the strongest window's logit."""
    return np.array([logits.sentences[:, 0].max(), logits.windows[:, 0].max()], np.float64)


def document_score(features: NDArray[np.float64], calibration: Calibration) -> float:
    """Calibrated probability that the document is partisan, rounded to six places."""
    weights = np.array([calibration.sentence, calibration.window])
    return round(float(sigmoid(float(features @ weights) + calibration.bias)), 6)


def check_prior(prior: float) -> None:
    """Raise ValueError for a prior that is not between 0 and 1."""
    if not 0 < prior < 1:
        raise ValueError(f"a prior is a share between 0 and 1, such as 0.03, not {prior:g}")


def score_at_prior(score: float, prior: float, base_rate: float) -> float:
    """The score where a share `prior` of the texts is partisan, not `base_rate` as in
    calibration: Bayes' rule on the odds (Saerens et al. 2002), rounded to six places.

    Raises ValueError for a prior that is not between 0 and 1.
    """
    check_prior(prior)
    wanted = score * prior / base_rate
    unwanted = (1 - score) * (1 - prior) / (1 - base_rate)
    return round(wanted / (wanted + unwanted), 6)


def verdict_of(score: float, calibration: Calibration) -> Verdict:
    """``clear`` below the lower threshold, ``flagged`` above the upper, else ``review``."""
    if score > calibration.flag_threshold:
        return "flagged"
    return "clear" if score < calibration.review_threshold else "review"


def decide(text: str, identity: str | None, logits: Logits, manifest: Manifest) -> Assessment:
    """Draw up the Assessment of a text that was read."""
    calibration = manifest.calibration
    score = document_score(document_features(logits), calibration)
    verdict = verdict_of(score, calibration)
    chosen = _evidence_sentences(logits, calibration) if verdict != "clear" else []
    evidence = [item for i in chosen for item in _evidence(text, i, logits, calibration)]
    return Assessment(
        id=identity,
        verdict=verdict,
        score=score,
        evidence=evidence,
        protected=_protected(logits, calibration, set(chosen)),
        model=manifest.version,
        codebook=manifest.codebook,
    )


def _evidence_sentences(logits: Logits, calibration: Calibration) -> list[int]:
    """Sentences above the threshold; at least the strongest, for a flag names its reason."""
    probabilities = sigmoid(logits.sentences[:, 0])
    above = np.flatnonzero(probabilities >= calibration.evidence_threshold).tolist()
    return above or [int(probabilities.argmax())]


def _evidence(text: str, index: int, logits: Logits, calibration: Calibration) -> list[Evidence]:
    start, end = logits.read.spans[index]
    rules = sigmoid(logits.sentences[index, _RULES])
    best = int(rules.argmax())
    return [
        Evidence(start, end, text[start:end], name, round(float(rules[i]), 4))  # type: ignore[arg-type]
        for i, name in enumerate(RULE_NAMES)
        if i == best or rules[i] >= calibration.rule_threshold
    ]


def _protected(
    logits: Logits, calibration: Calibration, evidence: set[int]
) -> list[ProtectedPassage]:
    """Passages of each protected kind; neighbouring sentences of a kind are one passage."""
    probabilities = sigmoid(logits.sentences[:, _KINDS])
    passages = []
    for column, name in enumerate(PROTECTED_NAMES):
        run: list[int] = []
        for index in range(len(probabilities) + 1):
            inside = (
                index < len(probabilities)
                and index not in evidence
                and probabilities[index, column] >= calibration.kind_threshold
            )
            if inside:
                run.append(index)
            elif run:
                spans = logits.read.spans
                probability = float(probabilities[run, column].max())
                passages.append(
                    ProtectedPassage(
                        spans[run[0]][0],
                        spans[run[-1]][1],
                        name,  # type: ignore[arg-type]
                        round(probability, 4),
                    )
                )
                run = []
    return sorted(passages, key=lambda p: (p.start, p.end, p.kind))
