"""Normalisation that keeps, for every code point it writes, where it came from.

What a reader would call the same text becomes the same text: Arabic and Persian ye and
kaf, three kinds of digits, diacritics, kashida, zero-width and bidirectional marks,
presentation forms, composed and decomposed letters. Newlines stay, since sentences need
them; nothing else about the layout changes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from classifier.text.alignment import AlignedText
from classifier.text.evasion import hides_letters, undo_evasion
from classifier.text.marks import part_marks
from classifier.text.spelling import mend_spelling

_ZWNJ = "\u200c"
_HAMZA_ABOVE = "\u0654"
_LETTERS = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ے": "ی", "ۍ": "ی", "ێ": "ی",
    "ك": "ک", "ڪ": "ک",
    "ة": "ه", "ۀ": "ه", "ہ": "ه", "ۂ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا",
    "ۇ": "و", "ۆ": "و", "ۋ": "و",
    "ڕ": "ر", "ړ": "ر", "ڑ": "ر", "ڵ": "ل", "ں": "ن", "ڼ": "ن", "ٻ": "ب", "ݕ": "ب",
    "ډ": "د", "ڈ": "د", "ټ": "ت", "ٹ": "ت", "ښ": "س", "ګ": "گ", "ڤ": "ف", "ږ": "ژ",
    "څ": "س", "ځ": "ز",
}  # fmt: skip
_NEWLINES = {"\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"}
_KASHIDA = "ـ"
_MOST_ROUNDS = 8


def _is_dropped(character: str) -> bool:
    """Whether a character says nothing: marks of direction, vowel signs, kashida, controls."""
    if character in "\n\t" or character in _NEWLINES or character == _ZWNJ:
        return False
    code = ord(character)
    if 0x064B <= code <= 0x0652 or code in (0x0656, 0x0657, 0x0670):
        return True
    if 0x06D6 <= code <= 0x06ED and unicodedata.category(character) == "Mn":
        return True
    if character == _KASHIDA or 0xFE00 <= code <= 0xFE0F:
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _extends(character: str) -> bool:
    """Whether a character belongs to the letter before it."""
    return (
        unicodedata.category(character)[0] == "M"
        or unicodedata.combining(character) != 0
        or 0x1160 <= ord(character) <= 0x11FF
    )


@lru_cache(maxsize=20_000)
def _fold(cluster: str) -> str:
    """What one letter with its marks becomes; may be empty or several characters."""
    if len(cluster) == 1 and (cluster in "\n\t" or cluster.isascii()):
        return "\n" if cluster in _NEWLINES else cluster
    if cluster in _NEWLINES:
        return "\n"
    if cluster[0] == _ZWNJ:
        cluster = " " + cluster[1:]
    if cluster[0] == "ی" and _HAMZA_ABOVE in cluster:
        cluster = "ي" + cluster[1:]
    folded = []
    for character in unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", cluster)):
        letter = _LETTERS.get(character, character)
        if letter == _HAMZA_ABOVE or _is_dropped(letter):
            continue
        if letter.isdecimal():
            letter = str(unicodedata.decimal(letter))
        elif letter.isspace() and letter not in "\n\t":
            letter = " "
        folded.append(letter)
    return "".join(folded)


def _fold_letters(text: str, starts: list[int], ends: list[int]) -> AlignedText:
    kept = [
        i for i, c in enumerate(text)
        if ("\u0621" <= c <= "\u063a") or (" " <= c <= "~") or not _is_dropped_cached(c)
    ]  # fmt: skip
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    position, count = 0, len(kept)
    while position < count:
        first = position
        position += 1
        while position < count and _extends_cached(text[kept[position]]):
            position += 1
        cluster = (
            text[kept[first]]
            if position == first + 1
            else "".join(text[i] for i in kept[first:position])
        )
        folded = cluster if "a" <= cluster <= "z" and position == first + 1 else _fold(cluster)
        if folded:
            pieces.append(folded)
            start, end = starts[kept[first]], ends[kept[position - 1]]
            for _ in folded:
                new_starts.append(start)
                new_ends.append(end)
    return AlignedText(
        "".join(pieces), np.array(new_starts, np.int32), np.array(new_ends, np.int32)
    )


_is_dropped_cached = lru_cache(maxsize=20_000)(_is_dropped)
_extends_cached = lru_cache(maxsize=20_000)(_extends)


@dataclass(frozen=True)
class NormalisedText(AlignedText):
    """A normalised text; ``obfuscated`` where letters seem disguised to pass a filter."""

    obfuscated: bool = False


def normalise(text: str) -> NormalisedText:
    """Normalise any string; never raises, and normalising twice changes nothing.

    ZWNJ becomes a space, as the encoder's tokenizer reads it, and compounds are written
    apart. A hashtag becomes the words it is made of, and marks are set apart from the word
    that follows. Disguised letters are read as what they mean. Line breaks of every kind become
    ``\\n``.
    """
    obfuscated = hides_letters(text)
    result = _fold_letters(text, list(range(len(text))), list(range(1, len(text) + 1)))
    # Dropping a character can bring together two that compose; a few rounds settle it.
    for _ in range(_MOST_ROUNDS):
        before = result.text
        result, disguised = undo_evasion(result)
        obfuscated |= disguised
        result = part_marks(result)
        result = mend_spelling(result)
        result = _fold_letters(result.text, result.starts.tolist(), result.ends.tolist())
        if result.text == before:
            break
    return NormalisedText(result.text, result.starts, result.ends, obfuscated)
