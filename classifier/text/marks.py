"""Marks between words, written as in print: the encoder knows «#شورا» and «است.این» only in
splinters, where it knows «شورا» and «است. این» well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.text.alignment import AlignedText, Edit

_LETTER = "[ء-غف-يپچژکگی]"
# Not of an address (t.me/x#y), nor of a language or a note (C#).
_HASHTAG = re.compile(rf"(?<![\x21-\x7e])#+{_LETTER}(?:\w*{_LETTER})?|(?<={_LETTER})#+{_LETTER}")
# Marks that end what comes before, set against what follows them; a full stop only among
# others, or before a quotation; and an opening mark set against what comes before.
_UNSPACED = re.compile(
    rf"(?<=[\d{_LETTER[1:]})(?:[،؛؟!:…»)]|\.(?=[،؛»)«(]))[.،؛؟!:…»)]*(?={_LETTER}|[«(])"
    rf"|(?<={_LETTER})(?=[«(]{_LETTER})|(?<=[.؟!»)])(?=[—–]\s)"
)
_NUMBER = re.compile(
    rf"(?<={_LETTER}{{3}})(?=\d)|(?<=\d)(?={_LETTER}{{3}})"
    rf"|(?:(?<!{_LETTER})(?:از|تا|به|در|با|و))(?=\d)"
    rf"|(?<=\d)(?=(?:شب|تن|تا|از|به|در|با|را|که|هم)(?!{_LETTER}))"
)
# A full stop between words, not between the letters of «ه.ش» or «ان.جی.او».
_STOP = re.compile(rf"(?<!{_LETTER})({_LETTER}+)\.(?=({_LETTER}+))")


def part_marks(aligned: AlignedText) -> AlignedText:
    """Write hashtags as words, and the spaces that marks and numbers lack."""
    for edits in (_hashtags, _spaces):
        aligned = aligned.apply(sorted(edits(aligned.text), key=lambda e: e.start))
    return aligned


def _hashtags(text: str) -> Iterator[Edit]:
    """What stands for the sign and the first letter stands for both, so that a span of the
    word takes in its sign."""
    for match in _HASHTAG.finditer(text):
        sign = match.group().count("#")
        start = match.start()
        before = " " if start and text[start - 1].isalnum() else ""
        yield Edit(start, start + sign + 1, before + text[start + sign])
        for i in range(start + sign + 1, match.end()):
            if text[i] == "_":
                yield Edit(i, i + 1, " ")


def _spaces(text: str) -> Iterator[Edit]:
    for pattern in (_UNSPACED, _NUMBER):
        for match in pattern.finditer(text):
            yield Edit(match.end(), match.end(), " ")
    for match in _STOP.finditer(text):
        lengths = len(match[1]), len(match[2])
        if min(lengths) > 1 and max(lengths) > 2:
            yield Edit(match.end(), match.end(), " ")
