"""The process that opens what may be hostile: little memory, no files written, no new ones.

It answers requests on its standard input with items on its standard output, one JSON message
each behind its length. It is started by `classifier.readers.desk` and ends with it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import struct
import threading
import time
from pathlib import Path
from typing import IO, Any

from classifier.readers.document import Context, Document, Item, LeftOut, Progress, Source, Unread
from classifier.readers.limits import WORKER_MEMORY
from classifier.readers.registry import read_here

ITEMS: dict[str, type] = {kind.__name__: kind for kind in (Document, Unread, LeftOut, Progress)}
HEADER = struct.Struct("!I")


def write_message(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message; raises OSError when nobody reads any more."""
    data = json.dumps(message).encode("ascii")
    stream.write(HEADER.pack(len(data)) + data)
    stream.flush()


def read_message(stream: IO[bytes], most: int) -> dict[str, Any] | None:
    """Read one message; None at the end, or for one longer than `most` bytes."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    data = stream.read(size) if size <= most else b""
    return json.loads(data) if len(data) == size else None


def to_message(item: Item) -> dict[str, Any]:
    """An item as a message."""
    return {"item": type(item).__name__, **dataclasses.asdict(item)}


def from_message(message: dict[str, Any]) -> Item:
    """The item of a message."""
    fields = dict(message)
    kind = ITEMS[fields.pop("item")]
    for name in ("notes", "suffixes"):
        if name in fields:
            fields[name] = tuple(fields[name])
    if "pages" in fields:
        fields["pages"] = tuple((offset, page) for offset, page in fields["pages"])
    return kind(**fields)


def limit_resources() -> bool:
    """Bound this process; returns whether this platform bounds its memory."""
    try:
        import resource
    except ImportError:
        return False
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        _limit(getattr(resource, name, None), value)
    return _limit(getattr(resource, "RLIMIT_AS", None), WORKER_MEMORY)


def _limit(kind: int | None, value: int) -> bool:
    import resource

    if kind is None:
        return False
    try:
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _is_tired() -> bool:
    """Whether what earlier files left behind takes half of the memory; the next deserves more."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE") > WORKER_MEMORY // 2
    except (OSError, ValueError, AttributeError):
        return False


def _end_with(parent: int) -> None:
    """End this process, even in the midst of a file, once whoever started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    """Answer requests until the other side closes."""
    # Ctrl-C is for the process that the person sees; this one ends when that one does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints must not tear the messages.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    bounded = limit_resources()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        write_message(answers, {"bounded": bounded})
        while (request := read_message(requests, 1_000_000)) is not None:
            data = requests.read(request["size"])
            path = Path(request["path"]) if request["path"] is not None else None
            source = Source(request["name"], path, data)
            context = Context(text_column=request["text_column"], skip=request["skip"])
            for item in read_here(source, context):
                write_message(answers, to_message(item))
            write_message(answers, {"end": True, "tired": _is_tired()})
    except OSError:
        return


if __name__ == "__main__":
    main()
