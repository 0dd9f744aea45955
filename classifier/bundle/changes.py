"""What training learned, small enough for a repository: differences to the encoder, rounded.

A matrix of the encoder that training moved is stored as its difference to the pretrained one,
in whole steps; vectors, and the heads in whole, as float16. The steps are of one size for all
matrices and entropy-coded: of a given number of bits that keeps most of the differences, more
than a fixed number of bits a weight would (Gish and Pierce 1968). A difference is much smaller
than the weight, so rounding it loses little, and calibration is fitted on what is restored
from here, not on what was trained.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

_STEPS = ".difference_steps"
_F16 = ".difference_f16"
_WHOLE = ".whole_f16"
_STEP_SIZE = "step_size"
# Of a step, in root mean squares of all differences: about 2.6 bits a weight.
_STEP = 0.7
_MOST_STEPS = 127

Array = NDArray[np.float32]


def make_changes(
    pretrained: Mapping[str, Array], trained: Mapping[str, Array]
) -> dict[str, NDArray]:
    """Arrays that, with the pretrained parameters, restore the trained ones (closely).

    Parameters that `pretrained` lacks (the heads) are stored whole; unchanged ones not at
    all. Raises ValueError if a shape changed.
    """
    changes: dict[str, NDArray] = {}
    matrices: dict[str, Array] = {}
    for name, value in trained.items():
        if name not in pretrained:
            changes[name + _WHOLE] = value.astype(np.float16)
            continue
        if value.shape != pretrained[name].shape:
            raise ValueError(f"{name} changed its shape in training")
        difference = value - pretrained[name]
        if not difference.any():
            continue
        if value.ndim == 2:
            matrices[name] = difference
        else:
            changes[name + _F16] = difference.astype(np.float16)
    if matrices:
        squares = sum(float(np.square(d, dtype=np.float64).sum()) for d in matrices.values())
        size = np.float32(_STEP * np.sqrt(squares / sum(d.size for d in matrices.values())))
        changes[_STEP_SIZE] = np.array([size])
        for name, difference in matrices.items():
            changes[name + _STEPS] = _encode(difference / size)
    return changes


def _encode(steps: Array) -> NDArray[np.uint8]:
    """Rounded and, since what is small is frequent, by Huffman's code."""
    whole = np.clip(np.rint(steps), -_MOST_STEPS, _MOST_STEPS).astype(np.int8)
    # Nothing in a matrix repeats: looking for repetitions costs time, and space.
    coder = zlib.compressobj(level=9, strategy=zlib.Z_HUFFMAN_ONLY)
    return np.frombuffer(coder.compress(whole.tobytes()) + coder.flush(), np.uint8)


def restore(name: str, pretrained: Array | None, changes: Mapping[str, NDArray]) -> Array:
    """The parameter `name` as it was trained; raises KeyError if it is nowhere."""
    if pretrained is None:
        return changes[name + _WHOLE].astype(np.float32)
    if name + _STEPS in changes:
        steps = np.frombuffer(zlib.decompress(changes[name + _STEPS].tobytes()), np.int8)
        differences = changes[_STEP_SIZE].astype(np.float32) * steps.astype(np.float32)
        return pretrained + differences.reshape(pretrained.shape)
    if name + _F16 in changes:
        return pretrained + changes[name + _F16].astype(np.float32)
    return pretrained


def whole_names(changes: Mapping[str, NDArray]) -> Iterator[str]:
    """Names of the parameters that are stored whole."""
    return (key.removesuffix(_WHOLE) for key in changes if key.endswith(_WHOLE))
