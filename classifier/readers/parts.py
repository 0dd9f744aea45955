"""Parts of office files, unpacked and parsed within bounds; entities are refused."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO, Protocol
from xml.parsers import expat

from classifier.readers.document import TOO_DEEP, ReadError, Source
from classifier.readers.limits import DEEPEST_MARKUP, LARGEST_FILE, LARGEST_PART, LARGEST_RATIO

_BOMB = "unpacks to far more than a document holds (a zip bomb?); it was not opened"
_BROKEN = "damaged or cut short: the parts of the file cannot be unpacked"
# A part may be this large whatever its ratio: style sheets of a few kB repeat themselves.
_HARMLESS = 4_000_000


class MarkupHandler(Protocol):
    """Takes the events of an XML part; names come without their namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def data(self, text: str) -> None:
        """Characters."""


class Package:
    """The parts of a zip-based office file.

    Raises ReadError for one that is broken, encrypted or swells like a bomb.
    """

    def __init__(self, source: Source) -> None:
        if source.size() > LARGEST_FILE:
            raise ReadError(f"larger than {LARGEST_FILE // 1_000_000} MB; split it")
        try:
            self._zip = zipfile.ZipFile(source.open())
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise ReadError(_BROKEN) from error
        self.names = [info.filename for info in self._zip.infolist()]
        if any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise ReadError("protected by a password; save it without one")

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._zip.NameToInfo

    def open(self, name: str) -> BinaryIO:
        """A stream of a part that fails beyond its bounds; raises ReadError."""
        info = self._zip.NameToInfo.get(name)
        if info is None:
            raise ReadError(f"damaged or of another kind: the part {name} is missing")
        check_swelling(info)
        try:
            return self._zip.open(info)  # type: ignore[return-value]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as e:
            raise ReadError(_BROKEN) from e

    def check_all(self) -> None:
        """Raise ReadError if the parts together swell too far: for readers that open all."""
        infos = self._zip.infolist()
        for info in infos:
            check_swelling(info)
        if sum(info.file_size for info in infos) > 2 * LARGEST_PART:
            raise ReadError(_BOMB)


def check_swelling(info: zipfile.ZipInfo) -> None:
    """Raise ReadError for a member that says it unpacks to more than it may."""
    if info.file_size > LARGEST_PART or (
        info.file_size > _HARMLESS and info.file_size > LARGEST_RATIO * info.compress_size
    ):
        raise ReadError(_BOMB)


def read_bounded(stream: BinaryIO, most: int) -> bytes:
    """Unpack a member, whatever size it claimed; raises ReadError beyond `most` bytes."""
    try:
        data = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise ReadError(_BROKEN) from error
    if len(data) > most:
        raise ReadError(_BOMB)
    return data


def parse_markup(stream: BinaryIO, handler: MarkupHandler) -> None:
    """Feed an XML part to `handler` in constant memory.

    Raises ReadError for XML that is broken, nested too deeply, or declares a document type:
    entities are how a small file becomes a huge one, or asks for other files.
    """
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_MARKUP:
            raise ReadError(TOO_DEEP)
        handler.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(name))

    def refuse(*ignored: object) -> None:
        raise ReadError("declares XML entities or a document type, which documents never need")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    total = 0
    try:
        while chunk := stream.read(65_536):
            total += len(chunk)
            if total > LARGEST_PART:
                raise ReadError(_BOMB)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ReadError(f"damaged: broken XML at line {error.lineno}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise ReadError(_BROKEN) from error


def _local(name: str) -> str:
    return name.rpartition("}")[2]
