"""Which of the service's processes this one is, and which of them have died.

Every process that works from one folder holds a lock on a numbered file there, for as long as
it lives, however it ends. The number is its name as an executor of audits: a process that
starts after a crash takes the number that came free, and with it the work that was left.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST = 1000

if sys.platform == "win32":  # pragma: no cover - the service is tested on Unix
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Slot:
    """The number that this process holds among those of its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(_MOST):
            descriptor = _take(folder / f"{number}.lock")
            if descriptor is not None:
                self.number, self._descriptor = number, descriptor
                return
        raise OSError(f"more than {_MOST} processes work from {folder.parent}")

    @contextmanager
    def dead(self) -> Iterator[list[int]]:
        """The numbers that were held by processes which are gone; kept from others meanwhile."""
        taken = {
            int(path.stem): descriptor
            for path in sorted(self._folder.glob("*.lock"))
            if path.stem.isdecimal()
            and int(path.stem) != self.number
            and (descriptor := _take(path)) is not None
        }
        try:
            yield sorted(taken)
        finally:
            for descriptor in taken.values():
                os.close(descriptor)

    def release(self) -> None:
        """Give the number back."""
        os.close(self._descriptor)


def _take(path: Path) -> int | None:
    # A child process that inherited the descriptor would hold the lock beyond our death.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    if _lock(descriptor):
        return descriptor
    os.close(descriptor)
    return None


def folder_name(folder: Path) -> str:
    """A name of eight digits that `folder` keeps: audits wait where their documents lie."""
    path = folder / "name"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f"name.{secrets.token_hex(4)}"
    if not path.exists():
        fresh.write_text(secrets.token_hex(4), encoding="ascii")
        try:
            # Of several processes that start at once, the first one names the folder.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()
