"""Rows of CSV and JSONL, each a document of its own, read as a stream."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from classifier.readers.document import Context, Document, Item, ReadError, Source, Unread
from classifier.readers.encoding import decode, guess_encoding
from classifier.readers.limits import LONGEST_TEXT

_LONGEST_LINE = 64 * 1024 * 1024
_LONGEST_FIELD = 16 * 1024 * 1024
_TEXT_COLUMNS = ("text", "متن", "body", "content")
_ID_COLUMNS = ("id", "شناسه")


class Columns:
    """Where a table keeps its texts and their names.

    Raises ReadError, naming the columns found, where no column is known to hold text.
    """

    def __init__(self, header: Sequence[str], text_column: str | None) -> None:
        wanted = [text_column] if text_column else list(_TEXT_COLUMNS)
        found = [name.strip() for name in header]
        text = next((found.index(name) for name in wanted if name in found), None)
        if text is None:
            names = ", ".join(name[:40] for name in found[:12] if name) or "none"
            raise ReadError(
                f"no column {' or '.join(map(repr, wanted))} (found: {names}); "
                "name it with --text-column"
            )
        self.text = text
        self.name = found[text]
        self._id = next((found.index(name) for name in _ID_COLUMNS if name in found), None)

    def row(
        self, fields: Sequence[str], file: str, line: int, notes: tuple[str, ...] = ()
    ) -> Document | Unread:
        """The document of a row; its name is the row's own, else ``file:line``."""
        size = sum(len(field.encode("utf-8", "replace")) + 1 for field in fields)
        if len(fields) <= self.text:
            return Unread(file, f"the row has no column {self.name!r}", line, size)
        own = fields[self._id] if self._id is not None and self._id < len(fields) else ""
        return document(own or f"{file}:{line}", fields[self.text], file, line, size, notes)


def document(
    identity: str, text: str, file: str, line: int, size: int, notes: tuple[str, ...] = ()
) -> Document | Unread:
    """A row's document, or why it is none: a text may be too long."""
    if len(text) > LONGEST_TEXT:
        return Unread(file, f"the text has more than {LONGEST_TEXT:,} characters", line, size)
    return Document(identity, text, notes, consumed=size)


def read_jsonl(source: Source, context: Context) -> Iterator[Item]:
    """One JSON object a line; a bad line is told and the rest goes on."""
    column = context.text_column or "text"
    with source.open() as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            size = len(line)
            if size == _LONGEST_LINE and not line.endswith(b"\n"):
                while rest := file.readline(_LONGEST_LINE):
                    size += len(rest)
                    if rest.endswith(b"\n"):
                        break
                yield Unread(source.name, "the line is longer than 64 MB", number, size)
            elif line.strip():
                yield _record(line, column, source.name, number)


def _record(line: bytes, column: str, file: str, number: int) -> Document | Unread:
    size = len(line)
    try:
        text, notes = decode(line)
        record = json.loads(text)
    except RecursionError:
        return Unread(file, "JSON nested too deeply", number, size)
    except json.JSONDecodeError as error:
        return Unread(file, f"not valid JSON: {error.msg}", number, size)
    except ReadError as error:
        return Unread(file, str(error), number, size)
    except ValueError:
        return Unread(file, "not valid JSON: a number is too long", number, size)
    if not isinstance(record, dict):
        return Unread(file, "not a JSON object", number, size)
    value = record.get(column)
    if not isinstance(value, str):
        found = "missing" if column not in record else f"a {type(value).__name__}, not a string"
        return Unread(file, f"the field {column!r} is {found}", number, size)
    own = record.get("id")
    identity = f"{file}:{number}" if own is None else str(own)
    return document(identity, value, file, number, size, notes)


def read_csv(source: Source, context: Context) -> Iterator[Item]:
    """A table with a header; comma, semicolon or tab; a bad row is told and the rest goes on."""
    csv.field_size_limit(_LONGEST_FIELD)
    with source.open() as raw:
        encoding = guess_encoding(raw.read(262_144).rsplit(b"\n", 1)[0])
        raw.seek(0)
        # Bytes that do not decode become U+FFFD, found below and told with their row.
        named = "utf-8-sig" if encoding == "utf-8" else encoding
        stream = io.TextIOWrapper(raw, encoding=named, errors="replace", newline="")
        notes = () if encoding.startswith("utf-8") else (f"encoding:{encoding}",)
        sample = stream.read(8192)
        stream.seek(0)
        rows = csv.reader(stream, _dialect(sample))
        try:
            columns = Columns(next(rows, []), context.text_column)
        except (csv.Error, ReadError) as error:
            reason = f"not valid CSV: {error}" if isinstance(error, csv.Error) else str(error)
            yield Unread(source.name, reason, 1, source.size())
            return
        while True:
            line = rows.line_num + 1
            try:
                fields = next(rows, None)
            except csv.Error as error:
                yield Unread(source.name, f"not valid CSV: {error}", line)
                continue
            if fields is None:
                break
            if not any(fields):
                continue
            item = columns.row(fields, source.name, line, notes)
            if isinstance(item, Document) and "\ufffd" in item.text:
                name = encoding.removesuffix("-sig").upper()
                yield Unread(source.name, f"not valid {name}", line, item.consumed)
            else:
                yield item


def _dialect(sample: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab, whichever the header line holds most of."""
    header = sample.split("\n", 1)[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=header.count)

    return Found
