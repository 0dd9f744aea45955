"""The glyphs of a page: which letter, where, how large. Order in the file says nothing."""

from __future__ import annotations

import ctypes
import itertools
import math
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

KASHIDA = "ـ"
_BLANK = frozenset((0x20, 0x0A, 0x0D, 0xA0, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xAD))
_SLANTING = 0.05
# Letters of a page whose room is guessed at; more are no text.
_MOST_UNSURE = 400
# What lies flat on the baseline by nature.
_FLAT = frozenset(".,_…‥،٫\u0660\u06f0")


@dataclass(slots=True)
class Glyph:
    """Letters drawn as one shape: its box, its baseline and its font's size, in points.

    ``room`` is what the font sets aside for it from left to right, with the white at its
    sides, and ``pen`` where its drawing began, where that is known.
    """

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    base: float
    size: float
    room: tuple[float, float] | None = None
    pen: float | None = None

    @property
    def left(self) -> float:
        """Where the letter to the left may begin."""
        return self.x0 if self.room is None else min(self.room[0], self.x0)

    @property
    def right(self) -> float:
        """Where the letter to the right may begin."""
        return self.x1 if self.room is None else max(self.room[1], self.x1)

    @property
    def middle(self) -> float:
        """Centre of the box from left to right."""
        return (self.x0 + self.x1) / 2


@dataclass
class PageGlyphs:
    """A page's glyphs, turned upright; ``faults`` counts those that name no letter."""

    glyphs: list[Glyph]
    faults: int


def read_glyphs(textpage: Any, most: int) -> PageGlyphs:
    """At most `most` glyphs of a page of pypdfium2; spaces are left out.

    Where words end is read off the distances: many programs write no spaces, or put them
    elsewhere.
    """
    count = min(pdfium.FPDFText_CountChars(textpage), most)
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    matrix = pdfium.FS_MATRIX()
    room = pdfium.FS_RECTF()
    found: list[tuple[int, Glyph]] = []
    blanks: list[Glyph] = []
    faults = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if not pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
            continue
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        pdfium.FPDFText_GetMatrix(textpage, index, matrix)
        size = pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        if not math.isfinite(size + left.value + right.value + bottom.value + top.value):
            continue
        height = top.value - bottom.value
        if _is_stroke(code, right.value - left.value, height, bottom.value - y.value, size):
            text = KASHIDA
        elif code in _BLANK:
            if right.value > left.value:
                blanks.append(Glyph(" ", left.value, right.value, 0, 0, y.value, size))
            continue
        else:
            text = _letters(code)
        if not text and height < 0.3 * size:
            # A flat stroke without a name stretches a line, as a kashida does.
            text = KASHIDA
        if not text:
            faults += 1
            continue
        turn = _quarter(matrix.a, matrix.b)
        if turn is None or size < 0.5:
            continue
        glyph = _turned(
            Glyph(text, left.value, right.value, bottom.value, top.value, y.value, size),
            turn,
            x.value,
        )
        if turn == 0 and pdfium.FPDFText_GetLooseCharBox(textpage, index, room):
            # Of some fonts only the pen's place is known, at the left of each letter.
            glyph.pen = x.value
            slant = matrix.c / matrix.d if matrix.d else 0.0
            glyph.room = min(room.left, x.value), room.right - max(slant, 0) * (room.top - y.value)
            if slant > _SLANTING:
                _stand_upright(glyph, slant)
        found.append((turn, glyph))
    turns = Counter(turn for turn, _ in found)
    main = turns.most_common(1)[0][0] if turns else 0
    glyphs = _whole_shapes([glyph for turn, glyph in found if turn == main])
    if main == 0:
        _give_room(glyphs, blanks)
    return PageGlyphs(glyphs, faults)


def _whole_shapes(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs with those put together that are one shape: ligatures, letters with marks.

    The library gives each letter of a shape the whole of its box or a part of it, in either
    order.
    """
    whole: list[Glyph] = []
    for _, group in itertools.groupby(glyphs, key=lambda g: (g.pen, g.base, g.y0, g.y1, g.size)):
        parts = list(group)
        if len(parts) == 1 or parts[0].pen is None or KASHIDA in {p.text for p in parts}:
            whole += parts
            continue
        leftward = any(unicodedata.bidirectional(p.text[0]) in ("R", "AL") for p in parts)
        same = all((p.x0, p.x1) == (parts[0].x0, parts[0].x1) for p in parts)
        if leftward and same:
            parts.reverse()
        else:
            parts.sort(key=lambda p: -p.x0 if leftward else p.x0)
        if is_mark(parts[0]):
            parts.reverse()
        one = parts[0]
        one.text = "".join(p.text for p in parts)
        one.x0, one.x1 = min(p.x0 for p in parts), max(p.x1 for p in parts)
        rooms = [p.room for p in parts if p.room]
        one.room = (min(r[0] for r in rooms), max(r[1] for r in rooms)) if rooms else None
        whole.append(one)
    return whole


def _give_room(glyphs: list[Glyph], blanks: list[Glyph]) -> None:
    """Give letters of which only a mark's shape is known as much room as others of their
    kind take: Chromium names a letter and its mark at the mark, and the letter not at all."""
    unsure = [g for g in glyphs if len(g.text) > 1 and _is_mark_shape(g)]
    if len(unsure) > _MOST_UNSURE:
        return
    widths: dict[str, list[float]] = defaultdict(list)
    for glyph in glyphs if unsure else ():
        if len(glyph.text) == 1:
            widths[glyph.text].append((glyph.right - glyph.left) / glyph.size)
    for glyph in unsure:
        row = [
            g for g in (*glyphs, *blanks)
            if abs(g.base - glyph.base) <= 0.4 * glyph.size
            and abs(g.middle - glyph.middle) < 2 * glyph.size
            and g is not glyph and not is_mark(g)
        ]  # fmt: skip
        left = max((g.right for g in row if g.middle < glyph.middle), default=-math.inf)
        right = min((g.left for g in row if g.middle > glyph.middle), default=math.inf)
        known = sorted(widths.get(glyph.text[0]) or _width(glyph.text[0]))
        # Narrow at a word's start and inside it, wide at its end: the quartiles of the two.
        narrow, wide = (known[n * len(known) // 4] * glyph.size / 2 for n in (1, 3))
        reach = narrow if glyph.middle - narrow - left < 0.12 * glyph.size else wide
        # Where a neighbour is in the way, the mark does not stand over the letter's middle.
        shift = max(left - (glyph.middle - reach), 0.0) or min(right - glyph.middle - reach, 0.0)
        glyph.room = (
            min(max(glyph.middle - reach + shift, left), glyph.x0),
            max(min(glyph.middle + reach + shift, right), glyph.x1),
        )
        glyph.x0, glyph.x1 = glyph.room
        if row:
            glyph.base = Counter(g.base for g in row).most_common(1)[0][0]


def _width(letter: str) -> list[float]:
    """Usual widths in ems of a letter inside a word and at its end, where none can be seen."""
    return [0.75, 0.95] if letter in "سشصضطظ" else [0.3, 0.3, 0.6, 0.6]


def is_mark(glyph: Glyph) -> bool:
    """Whether a glyph is a vowel sign or another mark that belongs to a letter."""
    return unicodedata.category(glyph.text[0]) == "Mn"


def _is_mark_shape(glyph: Glyph) -> bool:
    """Whether a letter with its mark is as small as a mark."""
    return any(unicodedata.category(c) == "Mn" for c in glyph.text) and (
        max(glyph.y1 - glyph.y0, glyph.x1 - glyph.x0) < 0.45 * glyph.size
    )


def _is_stroke(code: int, width: float, height: float, above: float, size: float) -> bool:
    """Whether a shape is a flat stroke on the baseline, whatever letter the file calls it:
    LibreOffice stretches justified lines with such, and names them at random."""
    character = chr(code) if 0 < code < 0x110000 else ""
    return (
        0.01 * size < height < 0.15 * size
        and abs(above) < 0.06 * size
        and width > 1.5 * height
        and character not in _FLAT
        and unicodedata.bidirectional(character or "x") not in ("R", "AL", "NSM")
    )


def _letters(code: int) -> str:
    """What a code of the file stands for; "" where it names no letter at all."""
    if code == 0 or code >= 0x110000 or 0xD800 <= code < 0xE000 or 0xE000 <= code < 0xF900:
        return ""
    if code in (0xFFFD, 0xFFFE, 0xFFFF):
        return ""
    if code < 0x20:
        # LibreOffice stretches justified lines with shapes that have a control code.
        return KASHIDA
    character = chr(code)
    if 0xFB00 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFE:
        return unicodedata.normalize("NFKC", character).replace(" ", "")
    return character


def _quarter(a: float, b: float) -> int | None:
    """Quarter turns of a glyph to the left, None for slanting ones: watermarks and stamps."""
    angle = math.degrees(math.atan2(b, a)) % 360
    turn = round(angle / 90)
    return turn % 4 if abs(angle - 90 * turn) < 5 else None


def _stand_upright(glyph: Glyph, slant: float) -> None:
    """Take the slant out of the box of a letter that a program made italic."""
    x0 = glyph.x0 - slant * (glyph.y0 - glyph.base)
    x1 = glyph.x1 - slant * (glyph.y1 - glyph.base)
    if x0 < x1:
        glyph.x0, glyph.x1 = x0, x1
    if glyph.pen is not None and glyph.room is not None:
        glyph.room = glyph.pen, glyph.room[1]


def _turned(glyph: Glyph, turn: int, x: float) -> Glyph:
    g = glyph
    if turn == 1:
        return Glyph(g.text, g.y0, g.y1, -g.x1, -g.x0, -x, g.size)
    if turn == 2:
        return Glyph(g.text, -g.x1, -g.x0, -g.y1, -g.y0, -g.base, g.size)
    if turn == 3:
        return Glyph(g.text, -g.y1, -g.y0, g.x0, g.x1, x, g.size)
    return g
