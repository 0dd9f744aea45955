"""One spelling for compounds: «کتاب‌ها», «کتابها» and «کتاب ها» are read alike, as the last,
and so are words whose spaces were lost, and those with a letter lost or mistaken for another.

The zero-width non-joiner is lost or turned into a space on most roads that a text travels;
the encoder's tokenizer reads it as a space.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from classifier.text.alignment import AlignedText, Edit
from classifier.text.lexicon import Lexicon, lexicon

_LETTER = "[آ-غف-يپچژکگی]"
_WORD = re.compile(rf"{_LETTER}{{2,}}")
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
_WHOLE = frozenset({"یکدیگر", "ورامین"})
_HAMZA = {"ی": "ئ", "و": "ؤ"}

# Letters that differ in dots or a stroke only, by one of them.
_SHAPES = str.maketrans(
    {
        "پ": "ب",
        "ت": "ب",
        "ث": "ب",
        "ن": "ب",
        "ج": "ح",
        "چ": "ح",
        "خ": "ح",
        "ذ": "د",
        "ز": "ر",
        "ژ": "ر",
        "ش": "س",
        "ض": "ص",
        "ظ": "ط",
        "غ": "ع",
        "ق": "ف",
        "گ": "ک",
    }
)
# The Persian keyboard (ISIRI 9147), row by row.
_ROWS = ("ضصثقفغعهخحجچ", "شسیبلاتنمکگ", "ظطزرذدپو")
_NEIGHBOURS = {
    letter: row[max(i - 1, 0) : i] + row[i + 1 : i + 2]
    for row in _ROWS
    for i, letter in enumerate(row)
}
# Known words with endings are words, too: «خطایی», «ترسیدیم», «خودمم».
_INFLECTED = re.compile(r"^(.{3,}?)(?:یی?|ی?م|ی?د|ند|ش|ین|ا)$")
_ALPHABET = "".join(_ROWS) + "آژ"
# How unexpected slips are, in the unit of `Lexicon.costs` (keys in the wrong order as one beside
# the right one); by how much what is meant must be likelier than a new word, and than anything
# else that may be meant. Fitted as above.
_DOTS, _TWICE, _BESIDE, _LEFT_OUT = 3.0, 3.0, 5.0, 5.5
_DOUBT, _LEAD = 2.0, 3.0
_MOST_DOTS = 2
_SHORTEST_DIVIDED, _SHORTEST_MENDED = 4, 5


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
    if word.endswith("ست") and word[-3] in "او" and word[:-2] in known.words:
        return f"{word[:-2]} ست"
    return None


def _divided(word: str, known: Lexicon) -> tuple[float, str] | None:
    """An unknown word as known ones, where the spaces between them were lost, and how
    unexpected they are.

    Of all ways to part it the likeliest is taken, if it is likelier than a word never met of
    this length.
    """
    if len(word) < _SHORTEST_DIVIDED:
        return None
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
    return costs[-1], " ".join(reversed(parts))


def _edits(text: str) -> Iterator[Edit]:
    for match in _WORD.finditer(text):
        spelt = _spelt(match.group())
        if spelt is not None:
            yield from _changes(match.group(), spelt, match.start())


@lru_cache(maxsize=20_000)
def _spelt(word: str) -> str | None:
    """The word as it is to be read, with spaces where it is several; None if as it stands."""
    known = lexicon()
    if len(word) >= _SHORTEST_DIVIDED and (parts := _parts(word, known)):
        return parts
    if word in known.words or word in known.rare or word in known.compounds or word in _WHOLE:
        return _with_hamza(word, known) if word in known.rare else None
    if with_hamza := _with_hamza(word, known):
        return with_hamza
    readings = [reading for read in (_divided, _mended) if (reading := read(word, known))]
    return min(readings)[1] if readings else None


def _changes(word: str, spelt: str, start: int) -> Iterator[Edit]:
    """The edits that make one of the other; letters before and after stay with their own."""
    if len(word) == len(spelt.replace(" ", "")):
        at = start
        for letter in spelt:
            if letter == " ":
                yield Edit(at, at, " ")
                continue
            if letter != word[at - start]:
                yield Edit(at, at + 1, letter)
            at += 1
        return
    first = next((i for i, (a, b) in enumerate(zip(word, spelt, strict=False)) if a != b), 0)
    if len(spelt) < len(word):
        first = first or len(spelt)
        yield Edit(start + first, start + first + 1, "")
    elif first or word[0] == spelt[0]:
        first = first or len(word)
        yield Edit(start + first, start + first, spelt[first])
    else:
        yield Edit(start, start + 1, spelt[0] + word[0])


def _with_hamza(word: str, known: Lexicon) -> str | None:
    """An unknown word with the hamza that it lost, where with it the word is known."""
    for i, letter in enumerate(word):
        seat = _HAMZA.get(letter)
        if seat and word[:i] + seat + word[i + 1 :] in known.words:
            return word[:i] + seat + word[i + 1 :]
    return None


def _mended(word: str, known: Lexicon) -> tuple[float, str] | None:
    """The known word that an unknown one was meant to be, and how unexpected that is: one is
    far likelier than the others, and than a word never met.

    A negation is neither made nor undone: «بکنیم» and «نکنیم» are a letter apart.
    """
    if len(word) > _LONGEST_PART + 1:
        return None
    inflected = _INFLECTED.match(word)
    if inflected and inflected[1] in known.words:
        return None
    limit = _NEW_WORD + _NEW_LETTER * len(word) - _DOUBT
    if len(word) < _SHORTEST_DIVIDED:
        limit -= _DOUBT
    least = second = math.inf
    best = word
    for meant, slip in _candidates(word).items():
        of_word = known.costs.get(meant)
        if of_word is None or (meant[0] != word[0] and "ن" in (meant[0], word[0])):
            continue
        cost = of_word + slip
        if cost < least:
            least, second, best = cost, least, meant
        elif cost < second:
            second = cost
    return (least, best) if least < limit and second - least >= _LEAD else None


def _candidates(word: str) -> dict[str, float]:
    """What a word may have been meant to be, and how unexpected that slip is: dots that a
    scanner or a pen misplaced, a key struck twice, its neighbour struck, none, or two in the
    wrong order."""
    found: dict[str, float] = {}
    for meant in _by_shape().get(word.translate(_SHAPES), ()):
        different = sum(a != b for a, b in zip(meant, word, strict=True))
        if 0 < different <= (_MOST_DOTS if len(word) >= _SHORTEST_MENDED else 1):
            found[meant] = _DOTS * different
    for i in range(1, len(word)):
        if word[i] == word[i - 1] and (i > 1 or word[0] != "ن"):
            found.setdefault(word[:i] + word[i + 1 :], _TWICE)
    if len(word) >= _SHORTEST_DIVIDED:
        for i, letter in enumerate(word):
            for neighbour in _NEIGHBOURS.get(letter, ()):
                found.setdefault(word[:i] + neighbour + word[i + 1 :], _BESIDE)
    if len(word) >= _SHORTEST_MENDED:
        for i in range(len(word) + 1):
            for letter in _ALPHABET:
                found.setdefault(word[:i] + letter + word[i:], _LEFT_OUT)
        for i in range(1, len(word)):
            swapped = word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
            found.setdefault(swapped, _BESIDE)
    return found


@cache
def _by_shape() -> dict[str, list[str]]:
    """Words that stand alone, by their shape without dots."""
    shapes: dict[str, list[str]] = defaultdict(list)
    for word in lexicon().costs:
        if len(word) > 1:
            shapes[word.translate(_SHAPES)].append(word)
    return shapes


def mend_spelling(aligned: AlignedText) -> AlignedText:
    """Write compounds and words run together apart, and letters lost or mistaken as meant."""
    return aligned.apply(_edits(aligned.text))
