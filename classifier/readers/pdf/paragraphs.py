"""From lines to paragraphs: furniture of the page dropped, broken lines joined, pages known."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
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
_PAIRS = (("«", "»"), ("(", ")"), ("[", "]"), ("{", "}"), ("‹", "›"))
_BRACKET = re.compile(r"[«»()\[\]{}‹›]")
_OPENING = "«»()[]{}"


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
    writer = _Writer()
    last: tuple[Line, Sequence[Line]] | None = None
    for page in pages:
        references = {mark for line in page.lines() for mark in line.references}
        notes: list[Line] = []
        for region in page.regions:
            main, under = _part_notes(region, body, references)
            notes += under
            for place, line in enumerate(main):
                joined = last is not None and (
                    _continues(main, place) if place else _flows_on(*last, line)
                )
                writer.add(line, joined=joined)
                last = line, main
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


def _leftover(line: Line, lines: Sequence[Line]) -> float:
    """White space at a line's end, measured against the lines around it."""
    place = next((i for i, other in enumerate(lines) if other is line), 0)
    around = lines[max(0, place - 2) : place + 3]
    if line.leftward:
        return line.x0 - min(other.x0 for other in around)
    return max(other.x1 for other in around) - line.x1


def _continues(lines: Sequence[Line], place: int) -> bool:
    """Whether a line goes on with the paragraph of the line above it in its column."""
    above, line = lines[place - 1], lines[place]
    if above.table_row or line.table_row or _differs(above, line) or _ITEM.match(line.text):
        return False
    pitches = sorted(
        a.base - b.base for a, b in itertools.pairwise(lines)
        if a.base > b.base and not _differs(a, b)
    )  # fmt: skip
    usual = pitches[len(pitches) // 4] if pitches else 0.0
    if above.base - line.base > max(1.22 * usual, 1.1 * line.size):
        return False
    # The word would have fitted into the line above: it was broken on purpose.
    return not _leftover(above, lines) > line.first_word + 0.35 * line.size


def _differs(one: Line, two: Line) -> bool:
    return abs(one.size - two.size) > 0.1 * max(one.size, two.size)


def _flows_on(last: Line, lines: Sequence[Line], line: Line) -> bool:
    """Whether a column or page begins in the middle of a sentence."""
    return not (
        _SENTENCE_END.search(last.text)
        or last.table_row
        or line.table_row
        or _differs(last, line)
        or _ITEM.match(line.text)
        or _leftover(last, lines) > line.first_word + 0.35 * line.size
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
        before = text[place - 1 : place] or " "
        after = text[place + 1 : place + 2] or " "
        opens = (before.isspace() or before in _OPENING) and after.isalnum()
        closes = (before.isalnum() or before in ".!?؟…") and not after.isalnum()
        opening, closing = next((o, c) for o, c in _PAIRS if text[place] in (o, c))
        if opens != closes:
            turned[place] = opening if opens else closing
    return "".join(turned)
