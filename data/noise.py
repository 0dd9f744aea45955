"""The damage that Persian text really suffers: seeded, composable, evidence kept in place.

A noise rewrites each code point into a string (itself, another, several, none). Evidence
offsets follow by adding up lengths, so they stay right whatever is composed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Spans = list[tuple[int, int]]
Rewrite = Callable[[str, random.Random], list[str]]

_ZWNJ = "\u200c"
# Neighbours on the standard Persian keyboard (ISIRI 9147), row by row.
_ROWS = ("ضصثقفغعهخحجچ", "شسیبلاتنمکگ", "ظطزرذدپو")
_NEIGHBOURS = {
    letter: row[max(i - 1, 0) : i] + row[i + 1 : i + 2]
    for row in _ROWS
    for i, letter in enumerate(row)
}
_DIACRITICS = "\u064e\u064f\u0650\u0651"


@dataclass(frozen=True)
class Noised:
    """A damaged text with its evidence spans moved along (code points, end exclusive)."""

    text: str
    spans: Spans


def _zwnj_lost(text: str, rng: random.Random) -> list[str]:
    return ["" if c == _ZWNJ else c for c in text]


def _zwnj_to_space(text: str, rng: random.Random) -> list[str]:
    return [" " if c == _ZWNJ else c for c in text]


def _arabic_letters(text: str, rng: random.Random) -> list[str]:
    table = {"ی": "ي", "ک": "ك"}
    return [table.get(c, c) for c in text]


def _digits(text: str, rng: random.Random) -> list[str]:
    zero = rng.choice(["0", "۰", "٠"])
    return [chr(ord(zero) + int(c)) if c.isdecimal() else c for c in text]


def _diacritics(text: str, rng: random.Random) -> list[str]:
    return [c + rng.choice(_DIACRITICS) if c.isalpha() and rng.random() < 0.15 else c for c in text]


def _kashida(text: str, rng: random.Random) -> list[str]:
    return [
        c + "ـ" * rng.randint(1, 3) if c in "بتسشصعفقکگلمنهیپ" and rng.random() < 0.08 else c
        for c in text
    ]


def _zero_width(text: str, rng: random.Random) -> list[str]:
    return [
        c + rng.choice("\u200b\u200d\u2060\u200e\u00ad")
        if c.isalpha() and rng.random() < 0.1
        else c
        for c in text
    ]


def _typing_slips(text: str, rng: random.Random) -> list[str]:
    def slip(c: str) -> str:
        if c not in _NEIGHBOURS or rng.random() > 0.02:
            return c
        kind = rng.random()
        if kind < 0.5:
            return rng.choice(_NEIGHBOURS[c])
        return c + c if kind < 0.75 else ""

    return [slip(c) for c in text]


def _missing_spaces(text: str, rng: random.Random) -> list[str]:
    return ["" if c == " " and rng.random() < 0.06 else c for c in text]


NOISES: dict[str, Rewrite] = {
    "zwnj_lost": _zwnj_lost,
    "zwnj_to_space": _zwnj_to_space,
    "arabic_letters": _arabic_letters,
    "digits": _digits,
    "diacritics": _diacritics,
    "kashida": _kashida,
    "zero_width": _zero_width,
    "typing_slips": _typing_slips,
    "missing_spaces": _missing_spaces,
}


def add_noise(
    text: str, spans: Sequence[tuple[int, int]], names: Sequence[str], seed: int
) -> Noised:
    """Damage `text` by the noises named, in order; the same seed gives the same damage.

    `spans` are code points, end exclusive; those returned bound the same words in the
    damaged text. Raises KeyError for an unknown noise.
    """
    rng = random.Random(seed)
    moved = list(spans)
    for name in names:
        pieces = NOISES[name](text, rng)
        offsets = [0]
        for piece in pieces:
            offsets.append(offsets[-1] + len(piece))
        text = "".join(pieces)
        moved = [(offsets[start], offsets[end]) for start, end in moved]
    return Noised(text, moved)
