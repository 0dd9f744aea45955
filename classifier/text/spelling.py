"""One spelling for compounds: «کتاب‌ها», «کتابها» and «کتاب ها» are read alike, as the last,
and so are two words whose space was lost and words that lost their hamza.

The zero-width non-joiner is lost or turned into a space on most roads that a text travels;
the encoder's tokenizer reads it as a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.text.alignment import AlignedText, Edit
from classifier.text.lexicon import Lexicon, lexicon

_LETTER = "[آ-غف-يپچژکگی]"
_WORD = re.compile(rf"{_LETTER}{{4,}}")
_PLURAL = re.compile(r"^(.{3,})(ها(?:یی|یم|یت|یش|یمان|یتان|یشان|ی|ست|مان|تان|شان)?)$")
_COMPARATIVE = re.compile(r"^(.{4,})(تر(?:ین|ها|ی)?)$")
# What follows a silent he, which is one after no long vowel: «نوشتهام», «دورهی».
_AFTER_HE = re.compile(r"^(.+[^اوی]ه)(ا(?:ی|م|ت|ش|ند|یم|ید)|یی?|ست|ها(?:ی|یی|ست)?)$")
_SHORTEST_RUN_ON, _SHORTEST_PART = 7, 3
_NO_PLURAL = frozenset({"انتها", "منتها", "اشتها", "گرانبها", "خونبها", "تنهایی", "رهایی"})
# Small words that run into the next one or the last; others begin or end too many words.
_RUN_AHEAD = frozenset({"به", "از", "که", "را", "با", "این", "آن", "یک", "برای"})
_RUN_BEHIND = frozenset({"را", "که", "است", "این", "آن", "برای"})
_VERB = re.compile(r".{3,}[تدم]$")
_NO_RUN_ON = frozenset({"یکدیگر", "ورامین"})
_WITH_HAMZA = {"ی": "ئ", "و": "ؤ"}


def _parts(word: str, known: Lexicon) -> str | None:
    """The word with spaces where its parts meet, or None where it is one."""
    if word in known.compounds:
        return known.compounds[word]
    for prefix in ("نمی", "می"):
        rest = word.removeprefix(prefix)
        if rest == word or word in known.words:
            continue
        if rest in known.verbs or (_VERB.match(rest) and rest in known.words):
            return f"{prefix} {rest}"
    plural = _PLURAL.match(word)
    if plural and word not in _NO_PLURAL and plural[1] in known.words:
        return f"{plural[1]} {plural[2]}"
    if word in known.words:
        return None
    for pattern in (_AFTER_HE, _COMPARATIVE):
        ending = pattern.match(word)
        if ending and ending[1] in known.words:
            return f"{ending[1]} {ending[2]}"
    return _divided(word, known)


def _divided(word: str, known: Lexicon) -> str | None:
    """An unknown word as two known ones, where the space between them was lost.

    Of several ways the one whose shorter part is longest is taken, but «و» before a whole
    word goes first.
    """
    if word in _NO_RUN_ON:
        return None
    if word[0] == "و" and _may_part("و", word[1:], known):
        return f"و {word[1:]}"
    if word.endswith("ست") and word[-3] in "او" and word[:-2] in known.words:
        return f"{word[:-2]} ست"
    ways = [i for i in range(1, len(word)) if _may_part(word[:i], word[i:], known)]
    if not ways:
        return None
    cut = max(ways, key=lambda i: min(i, len(word) - i))
    return f"{word[:cut]} {word[cut:]}"


def _may_part(first: str, second: str, known: Lexicon) -> bool:
    if any(part not in known.words and part != "و" for part in (first, second)):
        return False
    if len(first) + len(second) >= _SHORTEST_RUN_ON and (
        min(len(first), len(second)) >= _SHORTEST_PART
    ):
        return True
    if "و" in (first, second):
        return max(len(first), len(second)) > _SHORTEST_PART
    return (first in _RUN_AHEAD and len(second) > _SHORTEST_PART) or (
        second in _RUN_BEHIND and len(first) >= _SHORTEST_PART
    )


def _edits(text: str) -> Iterator[Edit]:
    known = lexicon()
    for match in _WORD.finditer(text):
        word = match.group()
        parts = _parts(word, known)
        if not parts:
            yield from _hamza(word, match.start(), known)
            continue
        position = match.start()
        for part in parts.split(" ")[:-1]:
            position += len(part)
            yield Edit(position, position, " ")


def _hamza(word: str, start: int, known: Lexicon) -> Iterator[Edit]:
    """The hamza that an unknown word lost, where with it the word is known."""
    if word in known.words:
        return
    for i, letter in enumerate(word):
        seat = _WITH_HAMZA.get(letter)
        if seat and word[:i] + seat + word[i + 1 :] in known.words:
            yield Edit(start + i, start + i + 1, seat)
            return


def mend_spelling(aligned: AlignedText) -> AlignedText:
    """Write compounds and words run together apart, and lost hamzas where they belong."""
    return aligned.apply(_edits(aligned.text))
