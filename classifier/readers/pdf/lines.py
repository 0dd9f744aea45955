"""From glyphs to lines of letters: which stand in a row, where words end, which way to read."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from classifier.readers.pdf.direction import (
    Atom,
    is_rtl,
    read_leftward,
    read_rightward,
    reads_leftward,
)
from classifier.readers.pdf.glyphs import KASHIDA, Glyph, is_mark

_ZWNJ = "\u200c"
_SHADDA = "\u0651"
# Letters that join the letter after them: where one does not, there is a ZWNJ.
_JOINING = frozenset("بپتثجچحخسشصضطظعغفقکكگلمنهیيئىـ")
# Distances in ems of the font's size. Joined letters touch; unjoined ones stand a little apart.
_APART = 0.03
_SPACE = 0.16
# The same between what fonts set aside for letters, which stand close inside words.
_ROOMY_SPACE = 0.12
_WIDE_SPACE = 0.32
_OVERLAP = 0.15
_FEWEST_GAPS = 40
_DIGIT_SPACE = 0.38
_STROKE_SPACE = 0.35
_TALLEST_STACK = 4
_GAP = 1.0
_COLUMN_GAP = 1.6


@dataclass
class Segment:
    """Glyphs in one row without a wide gap."""

    glyphs: list[Glyph] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x0 = min(g.x0 for g in self.glyphs)
        self.x1 = max(g.x1 for g in self.glyphs)
        self.size = median(g.size for g in self.glyphs)
        self.base = median(g.base for g in self.glyphs)

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0


@dataclass
class Line:
    """A row of a column, as text; places in points."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    first_word: float
    page: int = 0
    # Raised numbers of footnotes in the line, and whether it begins with one.
    references: tuple[str, ...] = ()
    note_mark: bool = False
    table_row: bool = False

    @property
    def leftward(self) -> bool:
        """Whether the line reads from right to left."""
        return reads_leftward(self.text)


def find_segments(glyphs: Sequence[Glyph]) -> list[Segment]:
    """Rows of glyphs by their baselines, cut at wide gaps, marks put with their letters."""
    rows: list[list[Glyph]] = []
    letters = sorted((g for g in glyphs if not is_mark(g)), key=lambda g: -g.base)
    usual = median(g.size for g in letters) if letters else 0.0
    raised = [g for g in letters if g.size < 0.8 * usual and _refers(g)]
    for glyph in letters:
        if glyph.size < 0.8 * usual and _refers(glyph):
            continue
        if rows and abs(rows[-1][0].base - glyph.base) <= 0.35 * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    _place_raised(rows, raised)
    segments = []
    for row in rows:
        row.sort(key=lambda g: g.middle)
        current = [row[0]]
        edge = row[0].x1
        for glyph in row[1:]:
            if glyph.x0 - edge > _GAP * max(glyph.size, current[-1].size):
                segments.append(Segment(current))
                current = []
            current.append(glyph)
            edge = max(edge, glyph.x1) if len(current) > 1 else glyph.x1
        segments.append(Segment(current))
    _place_marks(segments, [g for g in glyphs if is_mark(g)])
    _doubt_rooms(segments)
    return segments


def _place_raised(rows: list[list[Glyph]], raised: list[Glyph]) -> None:
    """Put small raised figures into the row that they stand in; others are rows of their own."""
    for glyph in raised:
        for row in rows:
            if 0.05 < (glyph.base - row[0].base) / row[0].size < 0.75 and (
                min(g.x0 for g in row) - row[0].size
                < glyph.middle
                < max(g.x1 for g in row) + row[0].size
            ):
                row.append(glyph)
                break
        else:
            same = next((r for r in rows if abs(r[0].base - glyph.base) <= 0.35 * glyph.size), None)
            if same is None:
                rows.append([glyph])
            else:
                same.append(glyph)


def _place_marks(segments: list[Segment], marks: list[Glyph]) -> None:
    """Give each mark to the letter under or over which it stands."""
    ordered = sorted(segments, key=lambda s: s.base)
    for mark in marks:
        near = [
            s for s in ordered
            if s.base - s.size <= mark.y0 <= s.base + 1.3 * s.size
            and s.x0 - s.size <= mark.middle <= s.x1 + s.size
        ]  # fmt: skip
        if not near:
            continue
        segment = min(near, key=lambda s: abs(s.base - mark.base))
        # An alef is never doubled: that mark is of the letter beside it.
        fit = [g for g in segment.glyphs if mark.text != _SHADDA or g.text[0] not in "اآأإ"]
        letter = min(
            fit or segment.glyphs,
            key=lambda g: (
                max(g.x0 - mark.middle, mark.middle - g.x1, 0) + abs(g.middle - mark.middle) / 99
            ),
        )
        letter.text += mark.text
        if abs(letter.y0 - mark.y0) + abs(letter.y1 - mark.y1) < 0.02 * letter.size:
            # One shape for both: the file gives each a half of its width.
            letter.x0, letter.x1 = min(letter.x0, mark.x0), max(letter.x1, mark.x1)
            if letter.room and mark.room:
                letter.room = min(letter.room[0], mark.room[0]), max(letter.room[1], mark.room[1])


def space_width(segments: Sequence[Segment]) -> float:
    """The distance in ems from which on letters stand in different words, on this page.

    The widest stretch of distances that hardly occur between those inside words and those
    between words; a usual value where a page has too few words to tell.
    """
    roomy = sum(g.room is not None for s in segments for g in s.glyphs)
    least, usual = (
        (0.05, _ROOMY_SPACE) if 2 * roomy > sum(len(s.glyphs) for s in segments) else (0.08, _SPACE)
    )
    distances = sorted(
        (right.left - left.right) / segment.size
        for segment in segments
        for left, right in itertools.pairwise(segment.glyphs)
    )
    gaps = [gap for gap in distances if least <= gap <= _WIDE_SPACE]
    if len(gaps) < _FEWEST_GAPS:
        return usual
    edges = [least, *gaps]
    if sum(gap > _WIDE_SPACE for gap in distances) >= len(gaps):
        # Only where most words stand further apart may all these be inside of words.
        edges.append(_WIDE_SPACE)
    widest = max(range(1, len(edges)), key=lambda i: edges[i] - edges[i - 1])
    if edges[widest] - edges[widest - 1] < 0.03:
        return usual
    return (edges[widest] + edges[widest - 1]) / 2


def _doubt_rooms(segments: Sequence[Segment]) -> None:
    """Forget the rooms of letters where they overlap: the file gives wrong widths."""
    pairs = [pair for s in segments for pair in itertools.pairwise(s.glyphs)]
    overlapping = sum(a.right - b.left > _OVERLAP * a.size for a, b in pairs)
    if overlapping > 0.2 * len(pairs):
        for segment in segments:
            for glyph in segment.glyphs:
                glyph.room = None


def join_rows(segments: Sequence[Segment], space: float) -> Iterator[Line]:
    """Lines of one column from top to bottom; `space` as of `space_width`."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: -s.base):
        if rows and abs(rows[-1][0].base - segment.base) <= 0.35 * segment.size:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    for row in rows:
        line = _write(sorted((g for s in row for g in s.glyphs), key=lambda g: -g.middle), space)
        if line is not None:
            yield line


def _write(glyphs: list[Glyph], space: float) -> Line | None:
    size = median(g.size for g in glyphs)
    base = median(g.base for g in glyphs)
    kept = [g for g in glyphs if not _is_reference(g, size, base)]
    if not kept:
        return None
    note_mark = _is_reference(glyphs[0], size, base)
    marks = "".join(g.text if _is_reference(g, size, base) else " " for g in reversed(glyphs))
    _order_stacked(kept)
    atoms: list[Atom] = []
    first_word: float | None = None
    for glyph, following in zip(kept, [*kept[1:], None], strict=True):
        after = "" if following is None else _between(glyph, following, size, space)
        if first_word is None and (after in (" ", "\t") or following is None):
            first_word = kept[0].x1 - glyph.x0
        if glyph.text == KASHIDA:
            # A stretched stroke joins its neighbours; what stands after it still counts.
            if atoms and after in (" ", "\t"):
                atoms[-1].after = after
            continue
        atoms.append(Atom(glyph.text.replace(KASHIDA, ""), after))
    if not atoms:
        return None
    text = read_leftward(atoms)
    x0, x1 = min(g.x0 for g in kept), max(g.x1 for g in kept)
    if not reads_leftward(text):
        text = read_rightward(atoms)
        words = text.split()
        first_word = (x1 - x0) * len(words[0]) / len(text) if words else 0.0
    return Line(
        " ".join(text.split(" ")), x0, x1, base, size, first_word or 0.0,
        references=tuple(marks.split()), note_mark=note_mark, table_row="\t" in text,
    )  # fmt: skip


def _is_letter(glyph: Glyph) -> bool:
    return glyph.text[0].isalpha() and is_rtl(glyph.text[0])


def _is_reference(glyph: Glyph, size: float, base: float) -> bool:
    """Whether a glyph is the small raised number of a footnote."""
    return glyph.size < 0.8 * size and glyph.base > base + 0.05 * size and _refers(glyph)


def _refers(glyph: Glyph) -> bool:
    return glyph.text[0].isdecimal() or glyph.text in ("*", "†", "‡")


def _order_stacked(glyphs: list[Glyph]) -> None:
    """Letters drawn across each other come in the order in which they were drawn; of lam and
    alef, the lam is read first."""
    for _ in range(_TALLEST_STACK):
        for i in range(len(glyphs) - 1):
            one, two = glyphs[i], glyphs[i + 1]
            overlap = min(one.x1, two.x1) - max(one.x0, two.x0)
            if overlap <= 0.5 * min(one.x1 - one.x0, two.x1 - two.x0):
                continue
            if (one.text[0] in "اأإآ" and two.text[0] == "ل") or (
                one.pen is not None and two.pen is not None
                and two.pen - one.pen > 0.03 * one.size
            ):  # fmt: skip
                glyphs[i], glyphs[i + 1] = two, one


def _between(right: Glyph, left: Glyph, size: float, space: float) -> str:
    gap = (right.left - left.right) / size
    if gap > _COLUMN_GAP:
        return "\t"
    if KASHIDA in (right.text, left.text):
        # A stretched stroke is the inside of a word.
        return " " if gap > _STROKE_SPACE else ""
    if right.text.isdecimal() and left.text.isdecimal() and right.room is None:
        # A Persian zero is a dot with much white at its sides.
        space = max(space, _DIGIT_SPACE)
    if gap > space:
        return " "
    joins = right.text[-1] if unicodedata.category(right.text[-1]) != "Mn" else right.text[0]
    if (right.x0 - left.x1) / size > _APART and joins in _JOINING and _is_letter(left):
        return _ZWNJ
    return ""
