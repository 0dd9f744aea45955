"""The desk where files are handed in: plain text is read here, all else in a worker process.

The worker may neither use much memory nor take long; one that does is ended, the file is told
as unread, and the next file gets a new worker. It is started for the first file that needs it
and kept, so that thousands of documents cost one start.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

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
from classifier.readers.kinds import IN_PROCESS, find_kind
from classifier.readers.limits import LARGEST_TEXT_FILE, PATIENCE, SCAN_PATIENCE, SILENCE
from classifier.readers.registry import read_here
from classifier.readers.worker import from_message, read_message, write_message

_LONGEST_MESSAGE = 64_000_000
_MOST_RESTARTS = 20
_SLOW = "takes too long to read; it may be damaged or made to stall. Save it anew or split it"
_DIED = (
    "could not be read within the memory that a document may use, or broke its reader; "
    "save it anew or split it"
)
# The package's own __init__ loads the model's runtime, which a reader has no use for; openpyxl
# would load numpy, which takes half of a worker's memory.
_START = """
import sys, types
package = types.ModuleType("classifier")
package.__path__ = [sys.argv[1]]
sys.modules["classifier"] = package
sys.modules["numpy"] = None
from classifier.readers.worker import main
main()
"""


class _StalledError(Exception):
    """The worker gave no sign of life in time."""


class _EndedError(Exception):
    """The worker ended in the middle of a file."""


class _Worker:
    """A worker process, its answers collected by a thread so that waiting can end."""

    def __init__(self) -> None:
        package = str(Path(__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, package],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Else each thread reserves memory of its own, out of the little that there is.
            env=os.environ | {"MALLOC_ARENA_MAX": "1"},
        )
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue(maxsize=8)
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            hello = self.answer(4 * SILENCE)
        except (_StalledError, _EndedError):
            self.end()
            raise
        self.bounded = bool(hello["bounded"])

    def _listen(self) -> None:
        assert self._process.stdout is not None
        message: dict[str, Any] | None = {}
        while message is not None:
            try:
                message = read_message(self._process.stdout, _LONGEST_MESSAGE)
            except (OSError, ValueError):
                message = None
            self._answers.put(message)

    def ask(self, request: dict[str, Any], data: bytes) -> None:
        """Send a request; raises _EndedError if the worker is gone."""
        stdin = self._process.stdin
        try:
            if stdin is None:
                raise OSError
            write_message(stdin, {**request, "size": len(data)})
            stdin.write(data)
            stdin.flush()
        except OSError as error:
            raise _EndedError from error

    def answer(self, seconds: float) -> dict[str, Any]:
        """The next message; raises _StalledError or _EndedError."""
        try:
            message = self._answers.get(timeout=max(seconds, 0.01))
        except queue.Empty as error:
            raise _StalledError from error
        if message is None:
            raise _EndedError
        return message

    def end(self) -> None:
        """Kill the process and let its thread go."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        while not self._answers.empty():
            self._answers.get_nowait()


class Desk:
    """Reads files of every supported kind. Close it, or use it as a context manager.

    Not to be shared between threads.
    """

    def __init__(self) -> None:
        self._worker: _Worker | None = None

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    @property
    def bounded(self) -> bool:
        """Whether the worker's memory is bounded here; True before one was needed."""
        return self._worker is None or self._worker.bounded

    def read_file(
        self, path: Path, name: str | None = None, text_column: str | None = None
    ) -> Iterator[Document | Unread | LeftOut]:
        """The documents of a file, in order; what holds none is told as Unread, never raised."""
        name = name or str(path)
        try:
            # A device or a pipe has no end; whoever means one pipes it in.
            if not path.is_file():
                yield Unread(name, _no_file(path))
                return
            yield from self._read(Source(name, path), text_column)
        except OSError as error:
            yield Unread(name, f"cannot be read: {error.strerror or error}")

    def read_bytes(
        self, name: str, data: bytes, text_column: str | None = None
    ) -> Iterator[Document | Unread | LeftOut]:
        """The documents of a file that is given as bytes."""
        yield from self._read(Source(name, data=data), text_column)

    def _read(
        self, source: Source, text_column: str | None
    ) -> Iterator[Document | Unread | LeftOut]:
        try:
            kind = find_kind(source)
        except ReadError as error:
            yield Unread(source.name, str(error), consumed=source.size())
            return
        context = Context(text_column=text_column)
        items = (
            read_here(source, context, kind)
            if kind in IN_PROCESS
            else self._read_apart(source, text_column)
        )
        for item in items:
            if not isinstance(item, Progress):
                yield item

    def _read_apart(self, source: Source, text_column: str | None) -> Iterator[Item]:
        """Read in the worker; an archive goes on behind a member that ended it."""
        skip = 0
        for _ in range(_MOST_RESTARTS):
            at: Progress | None = None
            try:
                for item in self._ask(source, text_column, skip):
                    if isinstance(item, Progress) and item.member is not None:
                        at = item
                    yield item
                return
            except (_StalledError, _EndedError) as error:
                self.close()
                reason = _SLOW if isinstance(error, _StalledError) else _DIED
                if at is None or at.member is None:
                    yield Unread(source.name, reason, consumed=source.size())
                    return
                yield Unread(at.name, reason)
                skip = at.member + 1
        yield Unread(source.name, "too many of its files end the reader; the rest was not read")

    def _ask(self, source: Source, text_column: str | None, skip: int) -> Iterator[Item]:
        path = None if source.path is None else str(source.path.absolute())
        request = {"path": path, "name": source.name, "text_column": text_column, "skip": skip}
        data = source.read(32 * LARGEST_TEXT_FILE) if path is None else b""
        worker = self._hand_in(request, data)
        finished = False
        begun = time.monotonic()
        patience = PATIENCE
        try:
            while True:
                left = begun + patience - time.monotonic()
                wait = SILENCE if patience == PATIENCE else 6 * SILENCE
                message = worker.answer(min(wait, left))
                if "end" in message:
                    finished = not message["tired"]
                    return
                item = from_message(message)
                if isinstance(item, Progress):
                    patience = SCAN_PATIENCE if item.patient else patience
                if not isinstance(item, Progress) or item.member is not None:
                    begun, patience = time.monotonic(), PATIENCE
                given = time.monotonic()
                yield item
                # Time that the caller takes for an item is not the worker's.
                begun += time.monotonic() - given
        finally:
            if not finished:
                self.close()

    def _hand_in(self, request: dict[str, Any], data: bytes) -> _Worker:
        """The worker that took the request: a new one, if the last has ended in the meantime."""
        for _ in range(2):
            if self._worker is None:
                self._worker = _Worker()
            try:
                self._worker.ask(request, data)
            except _EndedError:
                self.close()
            else:
                return self._worker
        raise _EndedError


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "a folder, not a file; give it to bitaraf audit"
    if path.exists():
        return "a device or a pipe, not a file; pipe it in and name it '-'"
    return "No such file or directory"
