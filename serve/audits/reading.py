"""From what was submitted to rows: documents, and what holds none with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from classifier.audit import InputError, find_files
from classifier.readers import Desk, Document, LeftOut, Unread
from serve.audits.failures import AuditFailedError
from serve.audits.spool import Input, Row, Unreadable
from serve.unread import in_words, others_in_words


def find_dataset(root: Path | None, name: str) -> Path | None:
    """The file or folder of this name under `root`; None if there is none, or it lies outside.

    Neither ``..`` nor a link leads out: where the name really ends is what counts.
    """
    if root is None or "\0" in name:
        return None
    try:
        real_root = root.resolve(strict=True)
        path = (real_root / name).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    inside = path.is_relative_to(real_root) and path != real_root
    return path if inside and (path.is_file() or path.is_dir()) else None


def dataset_files(root: Path | None, name: str) -> tuple[list[Input], list[Row]]:
    """The files of a dataset, and what in it is passed over; names begin at `root`.

    Raises AuditFailedError if it is not there or holds nothing to read.
    """
    path = find_dataset(root, name)
    if path is None or root is None:
        raise AuditFailedError("dataset_not_found")
    try:
        found = find_files([path])
    except InputError as error:
        raise AuditFailedError("dataset_not_found") from error
    real_root = root.resolve()
    files = [Input(str(file), _relative(str(file), real_root)) for file in found.files]
    passed: list[Row] = [
        _unreadable(item, _relative(item.file, real_root)) for item in found.passed_over
    ]
    return files, passed


def rows_of(desk: Desk, path: Path, name: str, text_column: str | None) -> Iterator[Row]:
    """The rows of a file, in order; a file that cannot be read is one row that says so."""
    for item in desk.read_file(path, name, text_column):
        if isinstance(item, Document):
            yield item
        else:
            yield _unreadable(item, item.file)


def _unreadable(item: Unread | LeftOut, name: str) -> Unreadable:
    # In words of our own: a reader's may quote the first row of a table.
    if isinstance(item, LeftOut):
        return Unreadable(name, others_in_words(len(item.suffixes), persian=False))
    place = f"{name}:{item.line}" if item.line else name
    return Unreadable(place, in_words(item.reason, persian=False))


def _relative(path: str, root: Path) -> str:
    try:
        return str(Path(path).relative_to(root))
    except ValueError:
        return Path(path).name
