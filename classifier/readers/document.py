"""What readers give: documents, files that hold none, files that were passed over."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

TOO_DEEP = "nested too deeply for a document; it was not read"


class ReadError(ValueError):
    """A file that cannot be read; says why and what to do, and quotes nothing of its text."""


@dataclass(frozen=True)
class Document:
    """One text to assess.

    ``text`` is what offsets point into: a text file's own text, or what was read out of a
    document. ``scored``, where given, is as long as ``text`` and leaves marks of layout
    blank. ``pages`` holds ``(offset, page)`` wherever another page begins, in order of offset
    (code points). ``notes`` are the codes that an Assessment carries on. ``consumed`` counts
    the bytes of input that this document stands for.
    """

    id: str
    text: str
    notes: tuple[str, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    scored: str | None = None
    consumed: int = 0

    def page_at(self, offset: int) -> int | None:
        """The page on which a code point stands, counted from 1; None without pages."""
        place = bisect_right(self.pages, offset, key=lambda entry: entry[0])
        return self.pages[place - 1][1] if place else None


@dataclass(frozen=True)
class Unread:
    """A file, or a row of one (``line`` from 1), that holds no readable document."""

    file: str
    reason: str
    line: int = 0
    consumed: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{printable(place)}: {self.reason}"


@dataclass(frozen=True)
class LeftOut:
    """Files of a folder or archive that are of no kind that is read; no fault of theirs."""

    file: str
    suffixes: tuple[str, ...]

    def __str__(self) -> str:
        kinds = ", ".join(sorted({printable(s) or "without suffix" for s in self.suffixes})[:8])
        files = "1 file" if len(self.suffixes) == 1 else f"{len(self.suffixes)} files"
        return f"{printable(self.file)}: {files} of other kinds not read ({kinds})"


@dataclass(frozen=True)
class Progress:
    """A sign of life from a long reading; ``member`` counts an archive's members from 0.

    ``patient`` asks for more time than parsing may take: recognising a scan is slow work.
    """

    name: str
    member: int | None = None
    patient: bool = False


Item = Document | Unread | LeftOut | Progress


class Source:
    """A file by path, or bytes under a name: opened anew by each reader."""

    def __init__(self, name: str, path: Path | None = None, data: bytes = b"") -> None:
        self.name = name
        self.path = path
        self._data = data

    def open(self) -> BinaryIO:
        """A binary stream at its start, seekable; raises OSError."""
        return BytesIO(self._data) if self.path is None else self.path.open("rb")

    def size(self) -> int:
        """Size in bytes; raises OSError."""
        return len(self._data) if self.path is None else self.path.stat().st_size

    def read(self, most: int) -> bytes:
        """All bytes; raises ReadError if there are more than `most`, or OSError."""
        if self.size() > most:
            raise ReadError(f"larger than {most // 1_000_000} MB; split it into smaller files")
        with self.open() as stream:
            return stream.read(most)


@dataclass
class Context:
    """What a reading is asked for, and how deep in archives it stands.

    ``bytes_left`` is what archives may still unpack in all; ``skip`` passes over the first
    members of the outermost archive, read before.
    """

    text_column: str | None = None
    depth: int = 0
    bytes_left: int = 1_000_000_000
    skip: int = 0


def sound(text: str) -> str:
    """The text with lone surrogates replaced, as many characters long: files cannot hold them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def printable(name: str) -> str:
    """A name fit for a terminal: no control or formatting characters, no line breaks."""
    return "".join(c if c.isprintable() or c == "\u200c" else "\ufffd" for c in name)
