"""Spreadsheets: a column of texts, a row each, as in CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from classifier.readers.document import Context, Document, Item, Progress, ReadError, Source, Unread
from classifier.readers.parts import Package
from classifier.readers.tables import Columns

_MOST_ROWS = 200_000
_MOST_COLUMNS = 256


def read_xlsx(source: Source, context: Context) -> Iterator[Item]:
    """Every sheet that has a text column; raises ReadError if none has.

    Formulas count as the value they had when the file was saved; nothing is computed.
    """
    import openpyxl

    package = Package(source)
    package.check_all()
    macros = any(name.endswith("vbaProject.bin") for name in package.names)
    notes = ("macros_ignored",) if macros else ()
    with source.open() as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        refusal: ReadError | None = None
        read = 0
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            name = source.name if len(sheets) == 1 else f"{source.name}/{sheet.title}"
            sheet.reset_dimensions()
            try:
                for item in _rows(sheet, name, context.text_column, notes):
                    yield item
                    read += 1
            except ReadError as error:
                refusal = error
        if not read and refusal is not None:
            raise refusal
        if not read:
            raise ReadError("a spreadsheet without rows")


def _rows(
    sheet: object, name: str, text_column: str | None, notes: tuple[str, ...]
) -> Iterator[Item]:
    columns: Columns | None = None
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):  # type: ignore[attr-defined]
        if number > _MOST_ROWS:
            yield Unread(name, f"has more than {_MOST_ROWS:,} rows; split it", number)
            return
        if number % 1000 == 0:
            yield Progress(name)
        fields = ["" if v is None else str(v) for v in values[:_MOST_COLUMNS]]
        if not any(fields):
            continue
        if columns is None:
            columns = Columns(fields, text_column)
            continue
        item = columns.row(fields, name, number, notes)
        if not isinstance(item, Document) or item.text.strip():
            yield replace(item, consumed=0)
