"""Where an audit's assessments go: JSONL, CSV or Parquet, written as they come.

Results are written to ``NAME.partial`` and renamed when complete, so that a file under its
own name is always whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast

from classifier.assessment import Assessment

OUTPUT_FORMATS = (".jsonl", ".csv", ".parquet")
_BATCH = 1000
_COLUMNS = (
    "id", "verdict", "score", "abstained_reason", "evidence", "protected", "notes", "model",
    "codebook",
)  # fmt: skip


class Writer(Protocol):
    """Takes assessments one by one."""

    def write(self, assessment: Assessment) -> None:
        """Append one assessment."""

    def close(self) -> None:
        """Write what is buffered, and the end of the file; the stream stays open."""


@contextmanager
def open_output(path: Path) -> Iterator[Writer]:
    """A writer by the suffix of `path`; raises ValueError for an unknown one.

    On an exception (also Ctrl-C) what was written stays in ``NAME.partial``.
    """
    if path.suffix.lower() not in OUTPUT_FORMATS:
        raise ValueError(f"{path}: write to a file ending in {', '.join(OUTPUT_FORMATS)}")
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as stream:
        writer = stream_output(path.suffix.lower(), stream)
        try:
            yield writer
        finally:
            writer.close()
    partial.replace(path)


def stream_output(suffix: str, stream: BinaryIO | io.RawIOBase) -> Writer:
    """A writer to an open binary stream, which need not be seekable; by one of the suffixes."""
    kinds: dict[str, type] = {".jsonl": _Jsonl, ".csv": _Csv, ".parquet": _Parquet}
    writer: Writer = kinds[suffix](stream)
    return writer


class _Jsonl:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, assessment: Assessment) -> None:
        line = json.dumps(assessment.to_dict(), ensure_ascii=False) + "\n"
        self._stream.write(line.encode("utf-8"))

    def close(self) -> None:
        self._stream.flush()


class _Csv:
    def __init__(self, stream: BinaryIO) -> None:
        # The mark lets spreadsheet programs recognise UTF-8.
        self._file = io.TextIOWrapper(
            cast(IO[bytes], stream), encoding="utf-8-sig", newline="", write_through=True
        )
        self._rows = csv.DictWriter(self._file, _COLUMNS)
        self._rows.writeheader()

    def write(self, assessment: Assessment) -> None:
        row: dict[str, Any] = assessment.to_dict()
        for name in ("evidence", "protected", "notes"):
            row[name] = json.dumps(row[name], ensure_ascii=False)
        self._rows.writerow(row)

    def close(self) -> None:
        self._file.flush()
        self._file.detach()


class _Parquet:
    def __init__(self, stream: BinaryIO) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        place = [("start", pa.int64()), ("end", pa.int64())]
        evidence = [
            *place, ("text", pa.string()), ("rule", pa.string()), ("probability", pa.float64()),
            ("page", pa.int64()),
        ]  # fmt: skip
        protected = [
            *place, ("kind", pa.string()), ("probability", pa.float64()), ("page", pa.int64()),
        ]  # fmt: skip
        self._schema = pa.schema(
            [
                ("id", pa.string()),
                ("verdict", pa.string()),
                ("score", pa.float64()),
                ("abstained_reason", pa.string()),
                ("evidence", pa.list_(pa.struct(evidence))),
                ("protected", pa.list_(pa.struct(protected))),
                ("notes", pa.list_(pa.string())),
                ("model", pa.string()),
                ("codebook", pa.string()),
            ]
        )
        self._table = pa.Table
        self._writer = parquet.ParquetWriter(stream, self._schema)
        self._rows: list[dict[str, Any]] = []

    def write(self, assessment: Assessment) -> None:
        self._rows.append(assessment.to_dict())
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

    def close(self) -> None:
        self._flush()
        self._writer.close()
