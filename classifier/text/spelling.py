"""One spelling for compounds: «کتاب‌ها», «کتابها» and «کتاب ها» are read alike, as the last,
and so are two words whose space was lost.

The zero-width non-joiner is lost or turned into a space on most roads that a text travels;
the encoder's tokenizer reads it as a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.text.alignment import AlignedText, Edit
from classifier.text.lexicon import Lexicon, lexicon

_WORD = re.compile(r"[آ-غف-يپچژکگی]{4,}")
_PLURAL = re.compile(r"^(.{3,})(ها(?:یی|یم|یت|یش|یمان|یتان|یشان|ی|ست)?)$")
_SHORTEST_RUN_ON, _SHORTEST_PART = 7, 3
_NO_PLURAL = frozenset({"انتها", "منتها", "اشتها", "گرانبها", "خونبها", "تنهایی", "رهایی"})


def _parts(word: str, known: Lexicon) -> str | None:
    """The word with spaces where its parts meet, or None where it is one."""
    if word in known.compounds:
        return known.compounds[word]
    for prefix in ("نمی", "می"):
        rest = word.removeprefix(prefix)
        if rest != word and rest in known.verbs and word not in known.words:
            return f"{prefix} {rest}"
    plural = _PLURAL.match(word)
    if plural and word not in _NO_PLURAL and plural[1] in known.words:
        return f"{plural[1]} {plural[2]}"
    return _divided(word, known) if len(word) >= _SHORTEST_RUN_ON else None


def _divided(word: str, known: Lexicon) -> str | None:
    """An unknown word as two known ones, where the space between them was lost.

    Of several ways the one whose shorter part is longest is taken.
    """
    if word in known.words:
        return None
    ways = [
        i
        for i in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        if word[:i] in known.words and word[i:] in known.words
    ]
    if not ways:
        return None
    cut = max(ways, key=lambda i: min(i, len(word) - i))
    return f"{word[:cut]} {word[cut:]}"


def _edits(text: str) -> Iterator[Edit]:
    known = lexicon()
    for match in _WORD.finditer(text):
        parts = _parts(match.group(), known)
        if not parts:
            continue
        position = match.start()
        for part in parts.split(" ")[:-1]:
            position += len(part)
            yield Edit(position, position, " ")


def part_compounds(aligned: AlignedText) -> AlignedText:
    """Write compounds and words run together apart; nothing but spaces is added."""
    return aligned.apply(_edits(aligned.text))
