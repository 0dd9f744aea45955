"""A file handed in over HTTP, held in memory and read into texts; nothing touches the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

import anyio.to_thread
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from classifier.readers import Desk, Document, LeftOut, Unread, printable, sound
from serve.problems import ProblemError
from serve.settings import Settings

FIELD = "file"
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Upload:
    """One file: its name without folders, and its bytes."""

    name: str
    data: bytes


async def uploaded(request: Request) -> Upload:
    """The one file of a multipart request; raises ProblemError for any other body."""
    settings: Settings = request.app.state.settings
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _no_file()
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=0)
    # A larger part would be spooled to a temporary file. The body's limit has held already.
    parser.spool_max_size = settings.max_body_bytes + 1
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise _no_file() from error
    try:
        part = form.get(FIELD)
        if not isinstance(part, UploadFile):
            raise _no_file()
        return Upload(own_name(part.filename or ""), await part.read())
    finally:
        await form.close()


def own_name(name: str) -> str:
    """A file's own name: no folders, no control characters, not endless; its suffix stays."""
    own = printable(sound(PurePosixPath(name.replace("\\", "/")).name)) or "file"
    if len(own) <= _LONGEST_NAME:
        return own
    suffix = PurePosixPath(own).suffix[:12]
    return own[: _LONGEST_NAME - len(suffix)] + suffix


def _no_file() -> ProblemError:
    return ProblemError(
        "invalid_request",
        f"Send one file as multipart/form-data, in the field '{FIELD}'.",
        f"یک پرونده را به صورت multipart/form-data و در فیلد «{FIELD}» بفرستید.",
    )


class _ReadingDesk(Desk):
    """A desk that can be called off by another thread than the one that reads at it."""

    def __init__(self) -> None:
        super().__init__()
        self._called_off = threading.Event()

    def read_bytes(
        self, name: str, data: bytes, text_column: str | None = None
    ) -> Iterator[Document | Unread | LeftOut]:
        """As long as it is not called off."""
        for item in super().read_bytes(name, data, text_column):
            if self._called_off.is_set():
                return
            yield item

    def call_off(self) -> None:
        """End what is being read, soon."""
        self._called_off.set()
        # It may be ending at this moment by itself.
        with suppress(AttributeError):
            self.close()


class ReadingRoom:
    """Lends desks that read uploads: few at a time, each with a worker process of its own.

    A worker is not shared between uploads: a file made to take over its reader finds nobody
    else's text there, now or later.
    """

    def __init__(self, places: int) -> None:
        self._limiter = anyio.CapacityLimiter(places)

    async def read[Found](self, work: Callable[[Desk], Found], patience: float = 20.0) -> Found:
        """Give `work` a desk in a thread of its own; whoever waits for one holds no thread.

        Raises ProblemError if none comes free. When it is cancelled, the reading stops.
        """
        begun = False
        reader = _ReadingDesk()

        def with_desk() -> Found:
            nonlocal begun
            begun = True
            with reader:
                return work(reader)

        task = asyncio.ensure_future(anyio.to_thread.run_sync(with_desk, limiter=self._limiter))
        try:
            done, _ = await asyncio.wait([task], timeout=patience)
            if not done and not begun:
                raise _no_place()
            return await asyncio.shield(task)
        finally:
            if not begun:
                task.cancel()
            elif not task.done():
                task.add_done_callback(lambda ended: ended.exception())
                await anyio.to_thread.run_sync(reader.call_off)


def _no_place() -> ProblemError:
    return ProblemError(
        "busy",
        "Too many files are being read. Try again in a few seconds.",
        "پرونده‌های بسیاری در دست خواندن است. چند ثانیهٔ دیگر بکوشید.",
        {"Retry-After": "5"},
    )
