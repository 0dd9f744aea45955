"""What a sentence's wording alone says: a linear model over its pieces and pairs of pieces.

The encoder knows what a sentence means and, in prose unlike its training texts, now and then
believes too much. Which words stand side by side knows less and is right where words decide;
calibration joins the two (stacked generalization, Wolpert 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BUCKETS = 2**18
_MULTIPLIER = 2_654_435_761
_PAIR = 1_000_003


def wording_buckets(token_ids: Sequence[int]) -> NDArray[np.int64]:
    """The features of a sentence, each once: its pieces and pairs of neighbours, hashed to
    numbers below ``BUCKETS`` (the hashing trick, Weinberger et al. 2009)."""
    pieces = np.asarray(token_ids, np.int64)
    pairs = (pieces[:-1] * _PAIR + pieces[1:] + 1) % 2**28
    return np.unique(np.concatenate([pieces, pairs]) * _MULTIPLIER % 2**40 >> 22)


class Wording:
    """Weights of the features, [BUCKETS]."""

    def __init__(self, weights: NDArray[np.float32]) -> None:
        if weights.shape != (BUCKETS,):
            raise ValueError(f"wording weights have the shape {weights.shape}, not ({BUCKETS},)")
        self._weights = weights

    @classmethod
    def load(cls, path: Path) -> Wording:
        """Read weights that `save` wrote; raises ValueError or OSError for another file."""
        return cls(np.load(path, allow_pickle=False).astype(np.float32))

    def save(self, path: Path) -> None:
        """Write the weights as float16."""
        np.save(path, self._weights.astype(np.float16), allow_pickle=False)

    def logits(self, token_ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """How much like evidence each sentence is worded, [sentences], up to a constant."""
        return np.array([self._logit(sentence) for sentence in token_ids], np.float32)

    def _logit(self, token_ids: Sequence[int]) -> float:
        buckets = wording_buckets(token_ids)
        return float(self._weights[buckets].sum() / np.sqrt(max(1, len(buckets))))
