"""Archives: each member a document of its own, nothing ever written to disk."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from classifier.readers import kinds
from classifier.readers.document import (
    Context,
    Document,
    Item,
    LeftOut,
    Progress,
    ReadError,
    Source,
    Unread,
)
from classifier.readers.limits import DEEPEST_ARCHIVE, LARGEST_PART, MOST_MEMBERS
from classifier.readers.parts import check_swelling, read_bounded

_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def read_zip(source: Source, context: Context) -> Iterator[Item]:
    """The documents of an archive, named ``archive.zip/member``; members that cannot be read
    are told one by one.

    Raises ReadError if the archive itself cannot be opened, holds too many members, or lies
    too deep in others.
    """
    if context.depth >= DEEPEST_ARCHIVE:
        raise ReadError("an archive in an archive in an archive; unpack it first")
    try:
        stream = source.open()
        with stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_MEMBERS:
                raise ReadError(f"holds more than {MOST_MEMBERS:,} files; split it")
            yield from _members(archive, infos, source, context)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ReadError("damaged or cut short: the archive cannot be opened") from error


def _members(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], source: Source, context: Context
) -> Iterator[Item]:
    left_out: list[str] = []
    for number, info in enumerate(infos):
        member = _name(info)
        name = f"{source.name}/{member}"
        if info.is_dir() or any(part in member for part in _IGNORED):
            continue
        if context.depth == 0:
            if number < context.skip:
                continue
            yield Progress(name, member=number)
        if kinds.suffix(member) not in kinds.BY_SUFFIX:
            left_out.append(kinds.suffix(member))
            continue
        try:
            data = _unpack(archive, info, member, context)
        except ReadError as error:
            yield Unread(name, str(error), consumed=info.compress_size)
            continue
        yield from _read_member(Source(name, data=data), info, context)
    if left_out:
        yield LeftOut(source.name, tuple(left_out))


def _read_member(source: Source, info: zipfile.ZipInfo, context: Context) -> Iterator[Item]:
    from classifier.readers.registry import read_here

    inner = replace(context, depth=context.depth + 1)
    for item in read_here(source, inner):
        if isinstance(item, Document | Unread):
            # Progress is counted in bytes of the archive, not of what it unpacks to.
            share = info.compress_size / max(info.file_size, 1)
            yield replace(item, consumed=int(item.consumed * share))
        else:
            yield item
    context.bytes_left = inner.bytes_left


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: str, context: Context
) -> bytes:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    if ".." in parts or member.startswith(("/", "\\")) or member[1:2] == ":":
        raise ReadError("its path leads out of the archive; it was not opened")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ReadError("a link, not a file; it was not followed")
    if info.flag_bits & 1:
        raise ReadError("protected by a password; pack it without one")
    check_swelling(info)
    if info.file_size > context.bytes_left:
        raise ReadError("the archive unpacks to more than 1 GB; split it")
    try:
        with archive.open(info) as stream:
            data = read_bounded(stream, min(LARGEST_PART, info.file_size + 1))  # type: ignore[arg-type]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise ReadError("damaged or packed in a way that is not read; pack it anew") from error
    context.bytes_left -= len(data)
    return data


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; old programs wrote UTF-8 without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename
