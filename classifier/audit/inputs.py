"""What an audit reads: files of every supported kind and folders of them, one after another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from classifier.readers import SUFFIXES, Desk, Document, LeftOut, ReadError, Unread
from classifier.readers.document import Source
from classifier.readers.kinds import find_kind, suffix

# What programs leave beside documents: locks, and shadows of files from other systems.
_SHADOWS = ("~$", "._", ".~lock")


class InputError(ValueError):
    """An input that cannot be opened at all; the message names it and says what to do."""


@dataclass
class FoundFiles:
    """The files of an audit in order, and what in its folders is not read, with the reason."""

    files: list[Path] = field(default_factory=list)
    passed_over: list[Unread | LeftOut] = field(default_factory=list)


def find_files(inputs: Sequence[Path]) -> FoundFiles:
    """The files behind `inputs`, folders opened recursively, names in order.

    A link that leads out of its folder is not followed. Raises InputError for a path that
    does not exist, is of no supported kind, or a folder without any supported file.
    """
    found = FoundFiles()
    for path in inputs:
        if path.is_dir():
            before = len(found.files)
            _walk(path, found)
            if len(found.files) == before:
                raise InputError(f"{path}: the folder holds no file of {', '.join(SUFFIXES)}")
        elif not path.exists():
            raise InputError(f"{path}: no such file or folder")
        elif not path.is_file():
            raise InputError(f"{path}: a device or a pipe, not a file; save it as a file first")
        else:
            if suffix(path.name) not in SUFFIXES:
                _check_content(path)
            found.files.append(path)
    return found


def _check_content(path: Path) -> None:
    try:
        find_kind(Source(str(path), path))
    except ReadError as error:
        raise InputError(f"{path}: not a kind of file that is read: {error}") from error


def _walk(root: Path, found: FoundFiles) -> None:
    files: list[Path] = []
    others: list[str] = []
    real_root = root.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        for name in list(folders):
            if (here / name).is_symlink():
                found.passed_over.append(
                    Unread(str(here / name), "a link to a folder; it was not followed")
                )
            # The pictures and frames that a browser saves beside a page are no publications.
            elif name.endswith("_files") and any(
                f"{name[:-6]}{ending}" in names for ending in (".html", ".htm")
            ):
                folders.remove(name)
        for name in names:
            path = here / name
            if name.startswith(_SHADOWS):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(real_root):
                reason = "a link out of the folder; it was not followed"
                found.passed_over.append(Unread(str(path), reason))
            elif path.is_file() and suffix(name) in SUFFIXES:
                files.append(path)
            else:
                others.append(suffix(name))
    if others:
        found.passed_over.append(LeftOut(str(root), tuple(others)))
    found.files += sorted(files)


def open_inputs(
    found: FoundFiles, desk: Desk, text_column: str | None = None
) -> Iterator[Document | Unread | LeftOut]:
    """Yield the documents of `found`, in order; what cannot be read does not end it."""
    yield from found.passed_over
    for path in found.files:
        told = 0
        last: Document | Unread | None = None
        for item in desk.read_file(path, text_column=text_column):
            if isinstance(item, LeftOut):
                yield item
                continue
            if last is not None:
                told += last.consumed
                yield last
            last = item
        if last is not None:
            # The file's last document accounts for all of it that is not yet told.
            yield replace(last, consumed=max(_size(path) - told, 0))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
