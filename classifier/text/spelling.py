"""One spelling for compounds: «کتاب‌ها», «کتابها» and «کتاب ها» are read alike, as the last,
and so are two words whose space was lost and words that lost their hamza.

The zero-width non-joiner is lost or turned into a space on most roads that a text travels;
the encoder's tokenizer reads it as a space.
"""

from __future__ import annotations

import math
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
_POSSESSIVE = re.compile(r"^(.{4,})([شتم](?:ان|ون))$")
_NO_PLURAL = frozenset({"انتها", "منتها", "اشتها", "گرانبها", "خونبها", "تنهایی", "رهایی"})
# How unexpected a word never met is, by its length; the unit is that of `Lexicon.costs`. Fitted
# on the development split: spaces lost and found again against clean words taken apart.
_NEW_WORD, _NEW_LETTER = 10.0, 1.3
_LONGEST_PART = 16
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
        if plural[2] == "هاست" and plural[1] in known.verbs:
            # «کردهاست» is «کرده است», as «کتابهاست» is «کتاب هاست».
            return f"{plural[1]}ه است"
        return f"{plural[1]} {plural[2]}"
    if word in known.words:
        return None
    for pattern in (_AFTER_HE, _COMPARATIVE, _POSSESSIVE):
        ending = pattern.match(word)
        if ending and ending[1] in known.words:
            return f"{ending[1]} {ending[2]}"
    return _divided(word, known)


def _divided(word: str, known: Lexicon) -> str | None:
    """An unknown word as known ones, where the spaces between them were lost.

    Of all ways to part it the likeliest is taken, if it is likelier than a word never met of
    this length.
    """
    if word in known.rare or word in _NO_RUN_ON:
        return None
    if word.endswith("ست") and word[-3] in "او" and word[:-2] in known.words:
        return f"{word[:-2]} ست"
    costs = [0.0]
    begins = [0]
    for end in range(1, len(word) + 1):
        cost, begin = math.inf, 0
        for start in range(max(0, end - _LONGEST_PART), end):
            of_part = known.costs.get(word[start:end])
            if of_part is not None and costs[start] + of_part < cost:
                cost, begin = costs[start] + of_part, start
        costs.append(cost)
        begins.append(begin)
    if costs[-1] >= _NEW_WORD + _NEW_LETTER * len(word):
        return None
    parts = []
    end = len(word)
    while end:
        parts.append(word[begins[end] : end])
        end = begins[end]
    return " ".join(reversed(parts))


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
