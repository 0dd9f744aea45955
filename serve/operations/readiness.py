"""Whether the service can do its work now: the database and the disk take what is written."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from serve.settings import Settings
from serve.storage import Storage

# What must fit beside everything else: a page of the database, a submission that arrives.
_ROOM = bytes(1 << 20)
# Anybody may ask as often as they like; that must not make the disk busy.
_SECONDS_BETWEEN_WRITES = 2.0


class Readiness:
    """Finds out by writing, and leaves nothing of what it wrote."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._storage = storage
        own = {settings.folder.absolute(), storage.folder}
        self._folders = sorted(folder for folder in own if folder is not None)
        self._writing = threading.Lock()
        self._written: float | None = None

    def check(self) -> None:
        """Return if all is well; else raise StorageError or OSError.

        That the database answers is asked each time. Writing is tried once in a while: in
        between, what was found last holds if it was good.
        """
        self._storage.check_reading()
        with self._writing:
            if (
                self._written is not None
                and time.monotonic() - self._written < _SECONDS_BETWEEN_WRITES
            ):
                return
            self._written = None
            self._storage.check_writing()
            for folder in self._folders:
                _check_room(folder)
            self._written = time.monotonic()


def _check_room(folder: Path) -> None:
    # A database that is full to the last page still writes over pages that it has.
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as stream:
        stream.write(_ROOM)
