"""Rows of an audit: JSONL, CSV, text files and folders of them, read as a stream."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".jsonl", ".ndjson", ".csv", ".txt", ".text", ".md")
_LONGEST_LINE = 64 * 1024 * 1024
_TEXT_COLUMNS = ("text", "متن", "body", "content")
_ID_COLUMNS = ("id", "شناسه")
_LONGEST_FIELD = 16 * 1024 * 1024


class InputError(ValueError):
    """An input that cannot be opened at all; the message names it and says what to do."""


@dataclass(frozen=True)
class AuditRow:
    """One document to assess; ``id`` is the input's own, else ``file:line`` or the path."""

    id: str
    text: str
    consumed: int


@dataclass(frozen=True)
class BadRow:
    """A row that holds no readable document, with its place and the reason."""

    file: str
    line: int
    reason: str
    consumed: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def list_files(inputs: Sequence[Path]) -> list[Path]:
    """The files behind `inputs`, folders opened recursively, names in order.

    Raises InputError for a path that does not exist, is of no supported kind, or a folder
    without any supported file.
    """
    files: list[Path] = []
    for path in inputs:
        if path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES
            )
            if not found:
                raise InputError(f"{path}: the folder holds no file of {', '.join(SUFFIXES)}")
            files += found
        elif not path.exists():
            raise InputError(f"{path}: no such file or folder")
        elif path.suffix.lower() not in SUFFIXES:
            raise InputError(f"{path}: not a kind of file that is read ({', '.join(SUFFIXES)})")
        else:
            files.append(path)
    return files


def open_inputs(
    files: Sequence[Path], text_column: str | None = None
) -> Iterator[AuditRow | BadRow]:
    """Yield the rows of `files` (see `list_files`) in order; a bad row does not end it."""
    for path in files:
        reader = _READERS.get(path.suffix.lower(), _read_text_file)
        try:
            yield from reader(path, text_column)
        except OSError as error:
            yield BadRow(str(path), 0, f"cannot be read: {error.strerror or error}", 0)


def decode(data: bytes) -> str:
    """Text of a file: UTF-8 with or without a mark, UTF-16 with one.

    Raises ValueError that says where the first fault stands.
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"not valid {encoding.removesuffix('-sig').upper()} at byte {error.start}; "
            "save the file as UTF-8"
        ) from error


def _read_text_file(path: Path, text_column: str | None) -> Iterator[AuditRow | BadRow]:
    data = path.read_bytes()
    try:
        yield AuditRow(str(path), decode(data), len(data))
    except ValueError as error:
        yield BadRow(str(path), 1, str(error), len(data))


def _read_jsonl(path: Path, text_column: str | None) -> Iterator[AuditRow | BadRow]:
    column = text_column or "text"
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            size = len(line)
            if size == _LONGEST_LINE and not line.endswith(b"\n"):
                while rest := file.readline(_LONGEST_LINE):
                    size += len(rest)
                    if rest.endswith(b"\n"):
                        break
                yield BadRow(str(path), number, "the line is longer than 64 MB", size)
                continue
            if not line.strip():
                continue
            try:
                record = json.loads(decode(line))
                yield _row(record, column, path, number, size)
            except ValueError as error:
                reason = f"not valid JSON: {error.msg}" if hasattr(error, "msg") else str(error)
                yield BadRow(str(path), number, reason, size)
            except RecursionError:
                yield BadRow(str(path), number, "JSON nested too deeply", size)


def _row(record: object, column: str, path: Path, number: int, size: int) -> AuditRow | BadRow:
    if not isinstance(record, dict):
        return BadRow(str(path), number, "not a JSON object", size)
    text = record.get(column)
    if not isinstance(text, str):
        found = "missing" if column not in record else f"a {type(text).__name__}, not a string"
        return BadRow(str(path), number, f"the field {column!r} is {found}", size)
    identity = record.get("id")
    return AuditRow(f"{path}:{number}" if identity is None else str(identity), text, size)


def _read_csv(path: Path, text_column: str | None) -> Iterator[AuditRow | BadRow]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open("rb") as raw:
        encoding = "utf-16" if raw.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        raw.seek(0)
        # Bytes that do not decode become U+FFFD, found below and reported with their row.
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        sample = stream.read(8192)
        stream.seek(0)
        rows = csv.reader(stream, _dialect(sample))
        consumed = 0
        try:
            header = [name.strip() for name in next(rows, [])]
        except csv.Error as error:
            yield BadRow(str(path), 1, f"not valid CSV: {error}", path.stat().st_size)
            return
        wanted = [text_column] if text_column else list(_TEXT_COLUMNS)
        column = next((header.index(name) for name in wanted if name in header), None)
        if column is None:
            names = ", ".join(header[:12]) or "none"
            reason = (
                f"no column {' or '.join(map(repr, wanted))} (found: {names}); "
                "name it with --text-column"
            )
            yield BadRow(str(path), 1, reason, path.stat().st_size)
            return
        identity = next((header.index(name) for name in _ID_COLUMNS if name in header), None)
        while True:
            line = rows.line_num + 1
            try:
                fields = next(rows, None)
            except csv.Error as error:
                yield BadRow(str(path), line, f"not valid CSV: {error}", 0)
                continue
            if fields is None:
                break
            if not any(fields):
                continue
            size = sum(len(f.encode()) + 1 for f in fields)
            consumed += size
            if len(fields) <= column:
                yield BadRow(str(path), line, f"the row has no column {header[column]!r}", size)
            elif "\ufffd" in fields[column]:
                yield BadRow(str(path), line, f"not valid {encoding[:6].upper().rstrip('-')}", size)
            else:
                own = fields[identity] if identity is not None and identity < len(fields) else ""
                yield AuditRow(own or f"{path}:{line}", fields[column], size)


def _dialect(sample: str) -> type[csv.Dialect] | csv.Dialect:
    """Comma, semicolon or tab, whichever the header line holds most of."""
    header = sample.split("\n", 1)[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=header.count)

    return Found


_READERS: dict[str, Callable[[Path, str | None], Iterator[AuditRow | BadRow]]] = {
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": _read_csv,
}
