"""Knowing early that the process is asked to stop.

A server that stops waits for its connections before it tells the application. Answers that
go on for as long as they are listened to must hear of it at once, or they would hold it up.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Stopping:
    """Set once SIGTERM or SIGINT has come; the handlers that were there still run."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def watch(self) -> None:
        """Listen to the signals; does nothing outside the main thread, where none arrive."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)

            def handle(received: int, frame: FrameType | None, before: object = previous) -> None:
                self._event.set()
                if callable(before):
                    before(received, frame)

            # Where nobody handles it, the signal's own effect (to end) is what is wanted.
            if callable(previous):
                signal.signal(number, handle)

    def set(self) -> None:
        """Say so without a signal."""
        self._event.set()

    def __bool__(self) -> bool:
        """Whether the process is stopping."""
        return self._event.is_set()
