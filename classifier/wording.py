"""What a sentence's wording alone says: a linear model over its pieces and pairs of pieces.

The encoder knows what a sentence means and, in prose unlike its training texts, now and then
believes too much. Which words stand side by side knows less and is right where words decide;
the two are added up, as independent evidence would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# How features are numbered is part of a bundle's format: other numbers need another format.
_BITS = 18
BUCKETS = 2**_BITS
_HASH_BITS = 40
_MULTIPLIER = 2_654_435_761
_PAIR = 1_000_003


def wording_buckets(token_ids: Sequence[int]) -> NDArray[np.int64]:
    """The features of a sentence, each once: its pieces and pairs of neighbours, hashed to
    numbers below ``BUCKETS`` (the hashing trick, Weinberger et al. 2009)."""
    pieces = np.asarray(token_ids, np.int64)
    pairs = (pieces[:-1] * _PAIR + pieces[1:] + 1) % 2**28
    hashes = np.concatenate([pieces, pairs]) * _MULTIPLIER % 2**_HASH_BITS
    return np.unique(hashes >> (_HASH_BITS - _BITS))


class Wording:
    """Weights of the features and, last, the constant: [BUCKETS + 1], in half precision."""

    def __init__(self, weights: NDArray[np.floating]) -> None:
        """Raises ValueError for weights of another shape, or beyond half precision."""
        if weights.shape != (BUCKETS + 1,):
            raise ValueError(f"wording weights have shape {weights.shape}, not ({BUCKETS + 1},)")
        with np.errstate(over="ignore"):
            self.weights = weights.astype(np.float16)
        if not np.isfinite(self.weights).all():
            raise ValueError("wording weights are not all finite numbers")

    @classmethod
    def load(cls, path: Path) -> Wording:
        """Read weights that `save` wrote; raises ValueError or OSError for another file."""
        try:
            weights = np.load(path, allow_pickle=False)
        except EOFError as error:
            raise ValueError("the file is empty") from error
        if not isinstance(weights, np.ndarray) or weights.dtype != np.float16:
            raise ValueError("not an array of half precision")
        return cls(weights)

    def save(self, path: Path) -> None:
        """Write the weights as an array of NumPy."""
        np.save(path, self.weights, allow_pickle=False)

    def logit(self, token_ids: Sequence[int]) -> float:
        """How much its wording speaks for a sentence being evidence: the logarithm of a ratio
        of likelihoods, 0 where it says nothing."""
        buckets = wording_buckets(token_ids)
        # Exact in double precision, so that the order of summing cannot show.
        total = self.weights[buckets].sum(dtype=np.float64)
        return float(total / np.sqrt(max(1, len(buckets))) + self.weights[-1])
