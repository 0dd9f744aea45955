"""Connections: how many there may be, and how long the other side may keep them waiting.

The server itself waits for a request's head, and for its answer to be taken, as long as the
other side likes; a few hundred such connections would use up what the service may open, and
answers that nobody takes its memory.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from serve.problems import MEDIA_TYPE, problem_body
from serve.settings import Settings

_LOG = structlog.get_logger("bitaraf.connections")
_LOOKS = 4

if sys.platform == "win32":  # pragma: no cover - the service is tested on Unix

    def _in_system(transport: asyncio.Transport) -> int:
        return 0
else:
    import fcntl
    import termios

    def _in_system(transport: asyncio.Transport) -> int:
        """Bytes that the system has taken to send and the other side has not received."""
        connected = transport.get_extra_info("socket")
        try:
            asked = fcntl.ioctl(connected.fileno(), termios.TIOCOUTQ, bytes(4))
        except (OSError, ValueError):
            # Closed, or a system that does not tell.
            return 0
        return int.from_bytes(asked, sys.byteorder)


class _Outgoing:
    """A transport that counts what is written to it, and tells when something is."""

    def __init__(self, transport: asyncio.Transport, watch: Callable[[], None]) -> None:
        self._transport, self._watch = transport, watch
        self._written = 0

    def write(self, data: bytes) -> None:
        """Write, and have it watched until it is taken."""
        self._transport.write(data)
        self._written += len(data)
        self._watch()

    def left(self) -> int:
        """How much of it the other side has not received."""
        return self._transport.get_write_buffer_size() + _in_system(self._transport)

    def taken(self) -> int:
        """How much of it the other side has received."""
        return self._written - self.left()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(H11Protocol):
    """One connection, under the limits of the settings that the application's state brings."""

    _head: asyncio.TimerHandle | None = None
    _answer: asyncio.TimerHandle | None = None

    @property
    def _settings(self) -> Settings | None:
        found = self.app_state.get("settings")
        return found if isinstance(found, Settings) else None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or answer 503 and close it."""
        super().connection_made(transport)
        settings = self._settings
        if settings is None:
            return
        self._outgoing = _Outgoing(transport, self._watch_answer)
        self.transport = cast(asyncio.Transport, self._outgoing)
        if len(self.connections) > settings.max_connections:
            self._end("busy", "Too many connections are open. Try again in a few seconds.")
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on, and see whether the head is complete."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        if self._answer is not None:
            self._answer.cancel()
            self._answer = None
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._head is None and self._settings is not None:
            self._head = self.loop.call_later(self._settings.seconds_for_head, self._late)

    def _forget(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _late(self) -> None:
        self._head = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._end("too_slow", "The request did not arrive in time.")

    def _watch_answer(self) -> None:
        if self._answer is None and self._settings is not None:
            self._look(self._outgoing.taken(), self.loop.time())

    def _look(self, taken: int, since: float) -> None:
        """Look again in a while whether more is taken than was at `since`."""
        seconds = cast(Settings, self._settings).seconds_for_answer

        def again() -> None:
            self._answer = None
            if not self._outgoing.left():
                return
            now, taken_now = self.loop.time(), self._outgoing.taken()
            if taken_now > taken:
                self._look(taken_now, now)
            elif now - since < seconds:
                self._look(taken, since)
            else:
                _LOG.warning("a connection is cut off: its answer is not taken")
                # At once, else the system would go on offering what it has taken.
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.transport.abort()

        # However slowly it goes: any progress within the time counts.
        self._answer = self.loop.call_later(seconds / _LOOKS, again)

    def _end(self, code: str, detail: str) -> None:
        problem = problem_body(code, detail, persian=False)
        body = json.dumps(problem).encode()
        status = HTTPStatus(problem["status"])
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            f"content-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\n"
            "retry-after: 5\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
