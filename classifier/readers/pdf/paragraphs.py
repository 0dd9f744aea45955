"""From lines to paragraphs: furniture of the page dropped, broken lines joined, pages known."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from classifier.readers.pdf.lines import Line

_SENTENCE_END = re.compile(r"[.!?؟:…؛][\"'»«)\]”]*$")
_ITEM = re.compile(r"^(?:[•●▪◦‣■□–—*\-]\s|[\d۰-۹٠-٩]{1,3}\s?[.)\-]\s)")
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—|]*(?:(?:صفحه|صفحهٔ|صفحۀ|ص|page|p)[.:]?\s*)?[\d۰-۹٠-٩]{1,4}"
    r"(?:\s*(?:/|از|of)\s*[\d۰-۹٠-٩]{1,4})?[\s\-–—|]*$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\d۰-۹٠-٩]+")
_TORN = re.compile(r"(?<!\S)-([^\s\u0590-\u08ff-][^\u0590-\u08ff]*[A-Za-z0-9])$")
# First lines of paragraphs are set in by so many ems.
_INDENT = (0.6, 5.0)
_FLUSH = 0.3
_FEWEST_LISTED, _FEWEST_PITCHES, _FEWEST_FULL, _MANY_PITCHES = 3, 3, 2, 10
_PAIRS = (("«", "»"), ("(", ")"), ("[", "]"), ("{", "}"), ("‹", "›"))
_BRACKET = re.compile(r"[«»()\[\]{}‹›]")
_OPENING, _CLOSING, _EITHER = "«([{‹", "»)]}›.!?؟…", "«»()[]{}‹›"


@dataclass
class Page:
    """The regions of a page in reading order, each a list of lines."""

    number: int
    height: float
    regions: list[list[Line]]

    def lines(self) -> list[Line]:
        """All lines from top to bottom."""
        return sorted((line for region in self.regions for line in region), key=lambda x: -x.base)


@dataclass
class Text:
    """A document's text and where its pages begin: ``(offset, page)`` in order of offset."""

    text: str
    pages: list[tuple[int, int]]


@dataclass
class _Writer:
    paragraphs: list[list[Line]] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)

    def add(self, line: Line, *, joined: bool) -> None:
        if joined and self.paragraphs:
            self.paragraphs[-1].append(line)
        else:
            self.flush()
            self.paragraphs.append([line])

    def flush(self) -> None:
        """Write the footnotes that wait for their paragraph's end."""
        for line in self.waiting:
            if self.paragraphs and not line.note_mark and self.paragraphs[-1][0].note_mark:
                self.paragraphs[-1].append(line)
            else:
                self.paragraphs.append([line])
        self.waiting = []


def drop_furniture(pages: Sequence[Page]) -> bool:
    """Remove running headers, footers and page numbers; returns whether there were any.

    Running is what stands at the same height of two pages or more, figures aside.
    """
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    edges: dict[int, list[Line]] = {}
    for page in pages:
        lines = page.lines()
        edges[page.number] = lines[:3] + (lines[-3:] if len(lines) > 3 else [])
        for line in edges[page.number]:
            places[_key(line)].append((page.number, line.base / page.height))
    gone: set[int] = set()
    for page in pages:
        lines = edges[page.number]
        for line in lines:
            others = places[_key(line)]
            height = line.base / page.height
            running = any(n != page.number and abs(h - height) < 0.02 for n, h in others)
            outermost = line is lines[0] or line is lines[-1]
            if running or (outermost and _PAGE_NUMBER.match(line.text)):
                gone.add(id(line))
    if len(gone) == sum(len(page.lines()) for page in pages):
        # Nothing else is left: then it is the text.
        return False
    for page in pages:
        kept = ([line for line in region if id(line) not in gone] for region in page.regions)
        page.regions = [region for region in kept if region]
    return bool(gone)


def _key(line: Line) -> str:
    return _DIGITS.sub("#", "".join(line.text.split()))


def write_paragraphs(pages: Sequence[Page]) -> Text:
    """The text of all pages, a paragraph a line, and where each page begins."""
    body = _body_size(line for page in pages for region in page.regions for line in region)
    parts: list[tuple[list[_Column], list[Line]]] = []
    for page in pages:
        references = {mark for line in page.lines() for mark in line.references}
        split = [_part_notes(region, body, references) for region in page.regions]
        parts.append(
            ([_Column(main) for main, _ in split if main], [x for _, under in split for x in under])
        )
    everywhere = _widest_pitches([column for columns, _ in parts for column in columns])
    writer = _Writer()
    last: tuple[Line, _Column] | None = None
    for columns, notes in parts:
        for column in columns:
            pitches = everywhere | _own_pitches(column)
            for place, line in enumerate(column.lines):
                joined = last is not None and (
                    column.continues(place, pitches) if place else _flows_on(*last, line)
                )
                writer.add(line, joined=joined)
                last = line, column
        writer.waiting += notes
    writer.flush()
    return _assemble(writer.paragraphs)


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _part_notes(
    region: list[Line], body: float, references: set[str]
) -> tuple[list[Line], list[Line]]:
    """The lines of a column and the footnotes under them.

    A footnote opens with a raised number, or with one in small print, or with one that a
    raised number on the page refers to.
    """
    start = len(region)
    for place in range(len(region) - 1, -1, -1):
        line = region[place]
        small = line.size < 0.93 * body
        number = re.match(r"[\d۰-۹٠-٩*†]+", line.text)
        if line.note_mark or (number and (small or number.group() in references)):
            line.note_mark = True
            start = place
        elif not small and (start < len(region) or place < len(region) - 4):
            break
    for line in region[start:]:
        if line.note_mark:
            line.text = re.sub(r"^[\d۰-۹٠-٩*†]+[.)\-]?\s*", "", line.text)
    return region[:start], region[start:]


class _Column:
    """Lines of one column, and what they tell of where its paragraphs end."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.left = min((line.x0 for line in lines), default=0.0)
        self.right = max((line.x1 for line in lines), default=0.0)
        starts, ends = (
            sum(white(line) < _FLUSH * line.size for line in lines)
            for white in (self._start, self._end)
        )
        # Some programs align right-to-left text at the left: then lines begin where they can.
        self._at_end = starts < 0.5 * len(lines) and ends > 2 * starts
        self._listed = self._find_lists()
        self._indent = self._find_indent()

    def _start(self, line: Line) -> float:
        """White space at a line's start, measured against the column."""
        return self.right - line.x1 if line.leftward else line.x0 - self.left

    def _end(self, line: Line) -> float:
        """White space at a line's end, measured against the column."""
        return line.x0 - self.left if line.leftward else self.right - line.x1

    def _white(self, line: Line) -> float:
        """White space in a line, at the side where lines have it."""
        start, end = self._start(line), self._end(line)
        if self._at_end:
            return start
        centred = abs(start - end) < 0.5 * line.size < 2 * line.size < end
        return start + end if centred else end

    def leftover(self, place: int) -> float:
        """White space at a line's end, measured against the lines around it: text may run
        beside a picture."""
        line = self.lines[place]
        around = self.lines[max(0, place - 2) : place + 3]
        white = min(self._white(other) for other in around)
        return self._white(line) - white

    def _find_lists(self) -> set[int]:
        """Lines in runs of short ones that fill no common width: verses, names, talk."""
        listed: set[int] = set()
        short = [self._white(x) > 0.15 * (self.right - self.left) for x in self.lines]
        for is_short, run in itertools.groupby(range(len(self.lines)), key=short.__getitem__):
            places = list(run)
            if not is_short or len(places) < _FEWEST_LISTED:
                continue
            edge = min(self._white(self.lines[i]) for i in places)
            broken = sum(
                self._white(self.lines[i]) - edge > _needed(self.lines[i + 1]) for i in places[:-1]
            )
            if broken >= 0.4 * (len(places) - 1):
                listed.update(places)
        return listed

    def inner_pitches(self) -> Iterator[tuple[float, float]]:
        """Size and distance of lines of which the second must go on with the first: that one
        is full, and its sentence does not end."""
        for above, line in itertools.pairwise(self.lines):
            if (
                0 < above.base - line.base < 4 * line.size
                and not _parted(above, line)
                and not _SENTENCE_END.search(above.text)
                and self._white(above) <= _needed(line)
            ):
                yield _size(line), above.base - line.base

    def continues(self, place: int, pitches: Mapping[float, float]) -> bool:
        """Whether a line goes on with the paragraph of the line above it."""
        above, line = self.lines[place - 1], self.lines[place]
        if _parted(above, line):
            return False
        if above.base - line.base > max(pitches.get(_size(line), 0.0), 1.1 * line.size):
            return False
        if self.leftover(place - 1) > _needed(line) or place - 1 in self._listed:
            # The word would have fitted into the line above: it was broken on purpose.
            return False
        if _SENTENCE_END.search(above.text) and self._white(above) > _needed(line):
            return False
        return not self._indented(line)

    def _find_indent(self) -> float | None:
        """By how much the first lines of paragraphs are set in, where they are.

        Then what is not set in goes on with a line that is full. Where items hang instead,
        it is the lines set in that do.
        """
        if self._at_end:
            return None
        indents = Counter(
            round(self._start(x), 0)
            for x in self.lines
            if _INDENT[0] * x.size < self._start(x) < _INDENT[1] * x.size
        )
        full = [
            self._white(above) <= _needed(line)
            for above, line in itertools.pairwise(self.lines)
            if self._start(line) < _FLUSH * line.size
        ]
        if not indents or len(full) < _FEWEST_FULL or sum(full) < 0.9 * len(full):
            return None
        indent, count = indents.most_common(1)[0]
        return indent if count > 1 else None

    def _indented(self, line: Line) -> bool:
        return self._indent is not None and abs(self._start(line) - self._indent) < 1.5


def _needed(line: Line) -> float:
    """The room that a line's first word would have needed in the line above."""
    return line.first_word + 0.45 * line.size


def _size(line: Line) -> float:
    return round(2 * line.size) / 2


def _parted(above: Line, line: Line) -> bool:
    """Whether two lines are of different kinds."""
    return (
        above.table_row or line.table_row or _differs(above, line) or bool(_ITEM.match(line.text))
    )


def _differs(one: Line, two: Line) -> bool:
    return abs(one.size - two.size) > 0.1 * max(one.size, two.size)


def _widest(inner: list[float]) -> float:
    """The widest distance of lines in a paragraph, from those of lines that go on: nearly all
    are alike; in a short text, a title may be among them."""
    share = 0.8 if len(inner) >= _MANY_PITCHES else 0.5
    return 1.12 * sorted(inner)[math.ceil(share * len(inner)) - 1]


def _widest_pitches(columns: Sequence[_Column]) -> dict[float, float]:
    """The widest distance of lines inside paragraphs, by size of the letters."""
    inner: dict[float, list[float]] = defaultdict(list)
    any_pitch: dict[float, list[float]] = defaultdict(list)
    for column in columns:
        for size, pitch in column.inner_pitches():
            inner[size].append(pitch)
        for above, line in itertools.pairwise(column.lines):
            if above.base > line.base and not _differs(above, line):
                any_pitch[_size(line)].append(above.base - line.base)
    return {
        size: _widest(inner[size]) if inner[size] else 1.22 * sorted(pitches)[len(pitches) // 4]
        for size, pitches in any_pitch.items()
    }


def _own_pitches(column: _Column) -> dict[float, float]:
    """The same for one column, where it has enough lines to tell."""
    inner: dict[float, list[float]] = defaultdict(list)
    for size, pitch in column.inner_pitches():
        inner[size].append(pitch)
    return {size: _widest(p) for size, p in inner.items() if len(p) >= _FEWEST_PITCHES}


def _flows_on(last: Line, column: _Column, line: Line) -> bool:
    """Whether a column or page begins in the middle of a sentence."""
    return not (
        _SENTENCE_END.search(last.text)
        or _parted(last, line)
        or column.leftover(len(column.lines) - 1) > _needed(line)
    )


def _assemble(paragraphs: Sequence[Sequence[Line]]) -> Text:
    pieces: list[str] = []
    pages: list[tuple[int, int]] = []
    length = 0

    def add(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    for number, paragraph in enumerate(paragraphs):
        if number:
            add("\n")
        before = ""
        for place, line in enumerate(paragraph):
            following = paragraph[place + 1].text if place + 1 < len(paragraph) else ""
            text = turn_brackets(line.text) if line.leftward else line.text
            torn = _TORN.search(text) if re.match(r"[A-Za-z0-9]", following) else None
            if torn:
                # An address broken at its hyphen, which stands where the reading began.
                text = text[: torn.start()] + torn.group(1) + "-"
            if place and not re.search(r"[A-Za-z]-$", before):
                add(" ")
            if not pages or pages[-1][1] != line.page:
                pages.append((length, line.page))
            add(text)
            before = text
    return Text("".join(pieces), pages)


def turn_brackets(text: str) -> str:
    """The text with brackets and quotes turned to where they stand: at a word's start or end.

    Some programs write the shape that is seen, others the character that is meant, and the
    library mirrors some of them on its own account.
    """
    found = list(_BRACKET.finditer(text))
    turned = list(text)
    for match in found:
        place = match.start()
        before = turned[place - 1] if place else " "
        after = text[place + 1 : place + 2] or " "
        opens = (before.isspace() or before in _OPENING) and (after.isalnum() or after in _EITHER)
        closes = (before.isalnum() or before in _CLOSING) and not after.isalnum()
        opening, closing = next((o, c) for o, c in _PAIRS if text[place] in (o, c))
        if opens != closes:
            turned[place] = opening if opens else closing
    return "".join(turned)
