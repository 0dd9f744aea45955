"""Metrics of the codebook's questions, from scores and spans; plain NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def average_precision(labels: Bools, scores: Floats) -> float:
    """Area under the precision-recall curve as a step function (as in scikit-learn).

    Tied scores count together. NaN if there is no positive.
    """
    if not labels.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = labels[order]
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    true = np.cumsum(hits)[last_of_tie]
    seen = (np.arange(len(hits)) + 1)[last_of_tie]
    recall = true / hits.sum()
    return float(np.sum(np.diff(recall, prepend=0.0) * (true / seen)))


def threshold_at(negatives: Floats, share: float) -> float:
    """The lowest threshold that at most `share` of `negatives` lie above."""
    if not len(negatives):
        return 0.0
    allowed = int(np.floor(share * len(negatives) + 1e-9))
    return float(np.sort(negatives)[::-1][min(allowed, len(negatives) - 1)])


def recall_at(labels: Bools, scores: Floats, share: float) -> float:
    """Recall where at most `share` of the negatives are flagged; NaN without positives."""
    if not labels.any():
        return float("nan")
    return float((scores[labels] > threshold_at(scores[~labels], share)).mean())


def calibration_error(labels: Bools, scores: Floats, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017)."""
    which = np.minimum((scores * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        inside = which == b
        if inside.any():
            error += inside.mean() * abs(labels[inside].mean() - scores[inside].mean())
    return float(error)


def wilson_interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    p = successes / trials
    centre = p + z * z / (2 * trials)
    margin = z * np.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return float(max(0.0, (centre - margin) / scale)), float(min(1.0, (centre + margin) / scale))


def share(successes: int, trials: int) -> list[float]:
    """A share with its 95 % interval: ``[share, low, high, trials]``."""
    low, high = wilson_interval(successes, trials)
    return [round(successes / trials, 4) if trials else 0.0, round(low, 4), round(high, 4), trials]


def bootstrap_interval(
    labels: Bools, scores: Floats, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % bootstrap interval of the average precision."""
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        drawn = rng.integers(0, len(labels), len(labels))
        if labels[drawn].any():
            values.append(average_precision(labels[drawn], scores[drawn]))
    if not values:
        return float("nan"), float("nan")
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> int:
    """Code points that lie in a span of both lists."""
    points = {i for start, end in a for i in range(start, end)}
    return len(points & {i for start, end in b for i in range(start, end)})
