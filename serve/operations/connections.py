"""Connections: how many there may be, and how long a request's head may take to arrive.

The server itself waits for a head as long as the other side likes; a few hundred idle
connections would then use up what the service may open.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from serve.problems import MEDIA_TYPE, problem_body
from serve.settings import Settings


class Connection(H11Protocol):
    """One connection, under the limits of the settings that the application's state brings."""

    _head: asyncio.TimerHandle | None = None

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
