"""Sentences as people see them: paragraphs, list items and headings are borders too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
# A border: end marks with closing quotes or brackets, and emoji set against them, then
# white space or the end of the emoji; or a line break.
_BORDER = re.compile(rf"[.!?؟…]+[\"'»)\]”’]*(?:(?=\s)|[{_EMOJI}]+)|\n")
# No border: a single letter and a dot ("دکتر م. احمدی"، "ه. ش."), Latin titles, "1." of a list.
_NO_BORDER = re.compile(
    r"(?:^|[\s.(«])(?:[^\W\d_]|\d{1,2}|Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e)\.$", re.IGNORECASE
)
_LONGEST = 600
# Emoji around a sentence are no part of it: what it says does not turn on them.
_ADORNS = re.compile(rf"[\s{_EMOJI}]")

# Lines of a text that a program broke at a fixed width are not sentences of their own.
_WRAPPED_WIDTHS = range(48, 131)
_FEWEST_WRAPPED = 3
_RAGGED = 4  # programs measure widths, not letters
_ENDS_LINE = re.compile(r"[.!?؟…:؛»\"”*_]\s*$")
_OPENS_ITEM = re.compile(rf"\s*(?:[-–—*•●▪◦#@+>|{_EMOJI}]|\d{{1,3}}\s*[.)\-–:]|[^\W\d_][.)]\s)")


@dataclass(frozen=True)
class Sentence:
    """A sentence as a span of the normalised text (code points, end exclusive)."""

    start: int
    end: int


def _trim(text: str, start: int, end: int) -> Sentence | None:
    while start < end and _ADORNS.match(text[start]):
        start += 1
    while end > start and _ADORNS.match(text[end - 1]):
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


def _soft_breaks(text: str) -> frozenset[int]:
    """Positions of line breaks inside sentences: the text was wrapped at a fixed width.

    It was, where nearly every line that does not end as a sentence does, and no item of a
    list follows, lacks just the room for the first word of the next: poems, lists and posts
    of short lines do not fill their lines so.
    """
    soft: set[int] = set()
    position = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        lines = paragraph.split("\n")
        width = max(map(len, lines))
        if len(lines) > _FEWEST_WRAPPED and width in _WRAPPED_WIDTHS:
            open_ends: list[int] = []
            filled = 0
            at = position
            for line, following in pairwise(lines):
                at += len(line)
                if not _ENDS_LINE.search(line) and not _OPENS_ITEM.match(following):
                    open_ends.append(at)
                    first_word = following.split(maxsplit=1)[:1] or [""]
                    filled += len(line) + 1 + len(first_word[0]) > width - _RAGGED
                at += 1
            if len(open_ends) >= _FEWEST_WRAPPED and filled >= 0.85 * len(open_ends):
                soft.update(open_ends)
        position += len(paragraph)
    return frozenset(soft)


def split_sentences(text: str) -> list[Sentence]:
    """Split normalised text into sentences, in order and without overlap.

    Every letter and digit of the text lies in exactly one sentence; lines without any
    (rules, rows of emoji) belong to none.
    """
    sentences: list[Sentence] = []
    soft = _soft_breaks(text) if "\n" in text else frozenset()
    start = 0

    def close(end: int) -> None:
        nonlocal start
        sentence = _trim(text, start, end)
        if sentence:
            sentences.extend(_cut_long(text, sentence))
        start = end

    for border in _BORDER.finditer(text):
        if border.start() in soft:
            continue
        if border.group() == ".":
            before = text[max(start, border.end() - 12) : border.end()]
            if _NO_BORDER.search(before):
                continue
        close(border.end())
    close(len(text))
    return sentences
