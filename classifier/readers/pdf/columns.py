"""Columns: in which order the parts of a page are read, from right to left."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from classifier.readers.pdf.lines import Segment

_DEEPEST = 3
_FEWEST_ROWS = 3
# Columns at heights of their own: lines at most so far from each other, and from those beside
# them (ems of the font's size), and the share of lines with none beside them.
_WIDEST_PITCH, _LEVEL, _FEWEST_ALONE = 2.6, 0.2, 0.3


def reading_order(segments: Sequence[Segment], depth: int = 0) -> list[list[Segment]]:
    """The segments of a page as regions, each a column to be read from top to bottom.

    A gutter is a white stripe that hardly any segment crosses, with filled columns at both
    sides. What crosses it (titles, wide tables) parts the columns above from those below.
    """
    gutter = _find_gutter(segments) if depth < _DEEPEST else None
    if gutter is None:
        return [list(segments)] if segments else []
    crossing = sorted((s for s in segments if s.x0 < gutter < s.x1), key=lambda s: -s.base)
    columns = sorted((s for s in segments if not s.x0 < gutter < s.x1), key=lambda s: -s.base)
    regions: list[list[Segment]] = []

    def close(band: list[Segment]) -> None:
        right = [s for s in band if s.x0 >= gutter]
        left = [s for s in band if s.x1 <= gutter]
        first, second = (right, left) if _leftward(band) else (left, right)
        for side in (first, second):
            regions.extend(reading_order(side, depth + 1))

    wide: list[Segment] = []
    position = 0
    for segment in crossing:
        band = []
        while (
            position < len(columns) and columns[position].base > segment.base + 0.4 * segment.size
        ):
            band.append(columns[position])
            position += 1
        if band:
            if wide:
                regions.append(wide)
            wide = []
            close(band)
        # What stands beside a wide segment, in its row, is read with it.
        wide.append(segment)
        while (
            position < len(columns) and columns[position].base > segment.base - 0.4 * segment.size
        ):
            wide.append(columns[position])
            position += 1
    if wide:
        regions.append(wide)
    close(columns[position:])
    return [region for region in regions if region]


def _leftward(segments: Sequence[Segment]) -> bool:
    letters = [g.text[0] for s in segments[:40] for g in s.glyphs]
    return sum("\u0590" <= c <= "\u08ff" for c in letters) * 2 >= sum(c.isalpha() for c in letters)


def _find_gutter(segments: Sequence[Segment]) -> float | None:
    if len(segments) < 2 * _FEWEST_ROWS:
        return None
    size = median(s.size for s in segments)
    edges: list[tuple[float, int]] = []
    for segment in segments:
        edges += [(segment.x0, 1), (segment.x1, -1)]
    edges.sort()
    best: tuple[float, float] | None = None
    gutter = None
    crossed = 0
    for (x, change), (following, _) in itertools.pairwise(edges):
        crossed += change
        width = following - x
        if width < 0.9 * size or crossed > 0.15 * len(segments):
            continue
        middle = (x + following) / 2
        right = [s for s in segments if s.x0 >= middle]
        left = [s for s in segments if s.x1 <= middle]
        filled = _filled(right, len(segments)) and _filled(left, len(segments))
        if not filled and not _uneven(right, left, size):
            continue
        rank = (crossed, -width)
        if best is None or rank < best:
            best, gutter = rank, middle
    return gutter


def _uneven(right: Sequence[Segment], left: Sequence[Segment], size: float) -> bool:
    """Whether two sides are set line by line, and each at heights of its own, as columns of
    short lines are whose paragraphs end at different places; rows of a table and halves of a
    verse stand at the same height."""
    if not right or not left:
        return False
    bases = [sorted({round(s.base, 1) for s in side}, reverse=True) for side in (right, left)]
    top, bottom = min(b[0] for b in bases), max(b[-1] for b in bases)
    beside = [[b for b in of_side if bottom - size <= b <= top + size] for of_side in bases]
    if min(map(len, beside)) < 2 * _FEWEST_ROWS:
        return False
    for own, other in (beside, beside[::-1]):
        pitch = median(above - below for above, below in itertools.pairwise(own))
        alone = sum(min(abs(b - o) for o in other) > _LEVEL * size for b in own)
        if pitch > _WIDEST_PITCH * size or alone < _FEWEST_ALONE * len(own):
            return False
    return True


def _filled(side: Sequence[Segment], whole: int) -> bool:
    """Whether segments fill a column as running text does, and cells of a table do not."""
    if len(side) < max(_FEWEST_ROWS, 0.15 * whole):
        return False
    width = max(s.x1 for s in side) - min(s.x0 for s in side)
    rows: dict[int, float] = defaultdict(float)
    for segment in side:
        rows[round(segment.base / (0.5 * segment.size))] += segment.width
    if len(rows) < 2 * _FEWEST_ROWS:
        # So few rows could be a table's: all must be full, but for the end of a paragraph.
        return width > 8 * side[0].size and sorted(rows.values())[1] >= 0.8 * width
    return width > 8 * side[0].size and median(rows.values()) >= 0.6 * width
