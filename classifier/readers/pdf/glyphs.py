"""The glyphs of a page: which letter, where, how large. Order in the file says nothing."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

KASHIDA = "ـ"


@dataclass(slots=True)
class Glyph:
    """Letters drawn as one shape: its box, its baseline and its font's size, in points."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    base: float
    size: float

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
    found: list[tuple[int, Glyph]] = []
    faults = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if code in (0x20, 0x0A, 0x0D, 0xA0, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xAD):
            continue
        if not pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
            continue
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        pdfium.FPDFText_GetMatrix(textpage, index, matrix)
        size = pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        if not math.isfinite(size + left.value + right.value + bottom.value + top.value):
            continue
        text = _letters(code)
        if not text and top.value - bottom.value < 0.3 * size:
            # A flat stroke without a name stretches a line, as a kashida does.
            text = KASHIDA
        if not text:
            faults += 1
            continue
        turn = _quarter(matrix.a, matrix.b)
        if turn is None or size < 0.5:
            continue
        glyph = Glyph(text, left.value, right.value, bottom.value, top.value, y.value, size)
        found.append((turn, _turned(glyph, turn, x.value)))
    turns = Counter(turn for turn, _ in found)
    main = turns.most_common(1)[0][0] if turns else 0
    return PageGlyphs([glyph for turn, glyph in found if turn == main], faults)


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


def _turned(glyph: Glyph, turn: int, x: float) -> Glyph:
    g = glyph
    if turn == 1:
        return Glyph(g.text, g.y0, g.y1, -g.x1, -g.x0, -x, g.size)
    if turn == 2:
        return Glyph(g.text, -g.x1, -g.x0, -g.y1, -g.y0, -g.base, g.size)
    if turn == 3:
        return Glyph(g.text, -g.y1, -g.y0, g.x0, g.x1, x, g.size)
    return g
