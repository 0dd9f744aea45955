"""The damage that Persian text really suffers: seeded, composable, evidence kept in place.

A noise rewrites each code point into a string (itself, another, several, none). Evidence
offsets follow by adding up lengths, so they stay right whatever is composed.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

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
# Pairs that scanners confuse: dots lost, moved or added, loops closed, digits for letters.
_OCR = {
    "ب": "پت", "پ": "ب", "ت": "نث", "ن": "ت", "ث": "ت", "ج": "حچ", "چ": "ج", "ح": "ج", "خ": "ح",
    "ر": "ز", "ز": "رژ", "ژ": "ز", "د": "ذ", "س": "ش", "ش": "س", "ع": "غ", "غ": "ع", "ف": "ق",
    "ق": "ف", "ک": "گ", "گ": "ک", "ه": "ة", "۰": ".", "۵": "ه", "۱": "ا",
}  # fmt: skip
# Look-alikes from other alphabets and from the corners of this one, used to pass a filter.
_LOOK_ALIKES = {
    "ا": "ٲاlا", "ه": "ەھہ", "ی": "ېێۍ", "ک": "ڪګ", "و": "ۆۋ", "ر": "ڕړ", "ل": "ڵ", "ن": "ںڼ",
    "ب": "ٻݕ", "د": "ډ", "س": "ښ", "گ": "ګ", "ف": "ڤ", "۰": "٠0", "۱": "١1", "۵": "٥5",
}  # fmt: skip
_FINGLISH = {
    "ا": "a", "آ": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h",
    "خ": "kh", "د": "d", "ذ": "z", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s",
    "ض": "z", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "gh", "ک": "k", "گ": "g",
    "ل": "l", "م": "m", "ن": "n", "و": "o", "ه": "h", "ی": "i", "ئ": "e", "ء": "e", "أ": "a",
}  # fmt: skip
_EMOJI = ("🌱", "🙏", "❤️", "🔹", "✅", "📌", "💚", "👇", "🌸", "📣")
_HAMZA = {"أ": "ا", "إ": "ا", "ؤ": "و", "ئ": "ی", "ۀ": "ه", "ء": ""}
_WORD = re.compile(r"[^\W\d_]{4,}")


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


def _hamza_lost(text: str, rng: random.Random) -> list[str]:
    """Hamza dropped or written on a bare letter, and the ezafe's hamza left out."""
    return ["" if c == "\u0654" else _HAMZA.get(c, c) for c in text]


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Presentation forms by letter and position, from the Unicode character database."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        if len(letters) == 1 and kind.startswith("<"):
            forms.setdefault(chr(int(letters[0], 16)), {})[kind.strip("<>")] = chr(code)
    return forms


def _presentation_forms(text: str, rng: random.Random) -> list[str]:
    """Letters as the shapes that some programs write into a PDF."""
    forms = _forms()

    def joins_next(i: int) -> bool:
        return 0 <= i < len(text) and "initial" in forms.get(text[i], {})

    def joins_before(i: int) -> bool:
        return 0 <= i < len(text) and "final" in forms.get(text[i], {})

    written = []
    for i, c in enumerate(text):
        if c not in forms:
            written.append(c)
            continue
        before = joins_next(i - 1) and joins_before(i)
        after = joins_next(i) and joins_before(i + 1)
        kind = ("isolated", "initial", "final", "medial")[2 * before + after]
        written.append(forms[c].get(kind, c))
    return written


def _ocr_confusions(text: str, rng: random.Random) -> list[str]:
    return [rng.choice(_OCR[c]) if c in _OCR and rng.random() < 0.03 else c for c in text]


def _emoji_and_hashtags(text: str, rng: random.Random) -> list[str]:
    """Emoji after sentences and lines, hashtags before words."""
    written = []
    for i, c in enumerate(text):
        if c in ".!؟\n" and rng.random() < 0.3:
            written.append(" " + rng.choice(_EMOJI) + c if c == "\n" else c + rng.choice(_EMOJI))
        elif c.isalpha() and (i == 0 or text[i - 1] == " ") and rng.random() < 0.05:
            written.append("#" + c)
        else:
            written.append(c)
    return written


def _words_rewritten(
    text: str, rng: random.Random, share: float, letter: Callable[[str, bool], str]
) -> list[str]:
    """Rewrite the letters of some words of four letters and more; told which letter is last."""
    written = list(text)
    for match in _WORD.finditer(text):
        if rng.random() < share:
            for i in range(*match.span()):
                written[i] = letter(text[i], i + 1 == match.end())
    return written


def _finglish_words(text: str, rng: random.Random) -> list[str]:
    return _words_rewritten(text, rng, 0.06, lambda c, _: _FINGLISH.get(c, c))


def _spaced_letters(text: str, rng: random.Random) -> list[str]:
    """Words spaced or dotted out to pass a filter."""
    mark = rng.choice([" ", ".", "ـ", "\u200b", "*", "-"])
    return _words_rewritten(text, rng, 0.12, lambda c, last: c if last else c + mark)


def _look_alikes(text: str, rng: random.Random) -> list[str]:
    return [
        rng.choice(_LOOK_ALIKES[c]) if c in _LOOK_ALIKES and rng.random() < 0.15 else c
        for c in text
    ]


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
    "hamza_lost": _hamza_lost,
    "presentation_forms": _presentation_forms,
    "ocr_confusions": _ocr_confusions,
    "emoji_and_hashtags": _emoji_and_hashtags,
    "finglish_words": _finglish_words,
    "spaced_letters": _spaced_letters,
    "look_alikes": _look_alikes,
}
# Those meant to pass a filter rather than suffered on the way.
EVASIONS = ("zero_width", "spaced_letters", "look_alikes")


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
