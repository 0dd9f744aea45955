"""From marked-up paragraphs to lines of text: what DOCX and ODT have in common."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class _Paragraph:
    pieces: list[str] = field(default_factory=list)
    # Text boxes and notes that hang on this paragraph: they follow it.
    hanging: list[str] = field(default_factory=list)


class Lines:
    """Collects paragraphs into lines, in the order in which a person reads them.

    A paragraph inside another (a text box, a footnote) follows it, so that no sentence is
    torn. A row of short cells is one line, cells apart by tabs; else each cell is its own.
    """

    def __init__(self) -> None:
        self._open: list[_Paragraph] = []
        self._levels: list[list[str]] = [[]]
        self._rows: list[list[list[str]]] = []

    @property
    def inside(self) -> bool:
        """Whether a paragraph is open."""
        return bool(self._open)

    def begin_paragraph(self) -> None:
        """Open a paragraph."""
        self._open.append(_Paragraph())

    def end_paragraph(self) -> None:
        """Close the paragraph opened last."""
        if not self._open:
            return
        closed = self._open.pop()
        lines = _lines("".join(closed.pieces)) + closed.hanging
        if self._open and len(self._levels) == 1:
            self._open[-1].hanging += lines
        else:
            self._levels[-1] += lines

    def add(self, text: str) -> None:
        """Add to the open paragraph; text outside any is no text of the document."""
        if self._open:
            self._open[-1].pieces.append(text)

    def hang(self, lines: list[str]) -> None:
        """Let lines follow the open paragraph."""
        if self._open:
            self._open[-1].hanging += lines
        else:
            self._levels[-1] += lines

    def begin_row(self) -> None:
        """Open a row of a table."""
        self._rows.append([])

    def begin_cell(self) -> None:
        """Open a cell."""
        self._levels.append([])

    def end_cell(self) -> None:
        """Close the cell opened last."""
        if len(self._levels) > 1:
            cell = self._levels.pop()
            if self._rows:
                self._rows[-1].append(cell)
            else:
                self.hang(cell)

    def end_row(self) -> None:
        """Close the row opened last."""
        if not self._rows:
            return
        cells = [cell for cell in self._rows.pop() if cell]
        if all(len(cell) == 1 and len(cell[0]) <= 60 for cell in cells):
            lines = ["\t".join(cell[0] for cell in cells)] if cells else []
        else:
            lines = [line for cell in cells for line in cell]
        if self._open and len(self._levels) == 1:
            self.hang(lines)
        else:
            self._levels[-1] += lines

    def finish(self) -> list[str]:
        """All lines; what was left open is closed."""
        while self._open:
            self.end_paragraph()
        while len(self._levels) > 1:
            self.end_cell()
        while self._rows:
            self.end_row()
        return self._levels[0]


def _lines(text: str) -> list[str]:
    return [line for line in (line.strip() for line in text.split("\n")) if line]
