"""Sentences as people see them: paragraphs, list items and headings are borders too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A border: end marks with closing quotes or brackets, then white space; or a line break.
_BORDER = re.compile(r"[.!?؟…]+[\"'»)\]”’]*(?=\s)|\n")
# No border: a single letter and a dot ("دکتر م. احمدی"، "ه. ش."), Latin titles, "1." of a list.
_NO_BORDER = re.compile(
    r"(?:^|[\s.(«])(?:[^\W\d_]|\d{1,2}|Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e)\.$", re.IGNORECASE
)
_LONGEST = 600


@dataclass(frozen=True)
class Sentence:
    """A sentence as a span of the normalised text (code points, end exclusive)."""

    start: int
    end: int


def _trim(text: str, start: int, end: int) -> Sentence | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if not any(c.isalnum() for c in text[start:end]):
        return None
    return Sentence(start, end)


def _cut_long(text: str, sentence: Sentence) -> Iterator[Sentence]:
    """Cut a sentence of more than `_LONGEST` characters at its best marks."""
    start = sentence.start
    while sentence.end - start > _LONGEST:
        window = text[start : start + _LONGEST]
        cut = max(window.rfind("؛"), window.rfind(";"))
        if cut < _LONGEST // 3:
            cut = max(window.rfind("،"), window.rfind(","), window.rfind(":"))
        if cut < _LONGEST // 3:
            cut = window.rfind(" ")
        cut = _LONGEST if cut <= 0 else cut + 1
        piece = _trim(text, start, start + cut)
        if piece:
            yield piece
        start += cut
    last = _trim(text, start, sentence.end)
    if last:
        yield last


def split_sentences(text: str) -> list[Sentence]:
    """Split normalised text into sentences, in order and without overlap.

    Every letter and digit of the text lies in exactly one sentence; lines without any
    (rules, rows of emoji) belong to none.
    """
    sentences: list[Sentence] = []
    start = 0

    def close(end: int) -> None:
        nonlocal start
        sentence = _trim(text, start, end)
        if sentence:
            sentences.extend(_cut_long(text, sentence))
        start = end

    for border in _BORDER.finditer(text):
        if border.group() == ".":
            before = text[max(start, border.end() - 12) : border.end()]
            if _NO_BORDER.search(before):
                continue
        close(border.end())
    close(len(text))
    return sentences
