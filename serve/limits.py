"""Limits that hold before a request is read: its address, the size and pace of its body."""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.problems import MEDIA_TYPE, ProblemError, problem_body, wants_persian

_GONE = "gone"
_NOTHING_THERE = ("No address holds such a character.", "هیچ نشانی‌ای چنین نویسه‌ای ندارد.")
_TOO_MUCH = (
    "Too much is being received. Try again in a few seconds.",
    "داده‌های بسیاری در راه است. چند ثانیهٔ دیگر بکوشید.",
)
_UPLOADS = frozenset({("POST", "/v1/audits")})


class BodyLimit:
    """Middleware that refuses bodies that are too large, come too slowly, or are too many.

    A body over `max_bytes`, declared or not, is refused with 413, one that has not arrived
    after `seconds` with 408, and one that would bring all that is held at once over
    `max_held` bytes with 503. Files that are uploaded for an audit have a limit of their own,
    and are passed on as they come instead of being held.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, max_upload_bytes: int, seconds: float, max_held: int
    ) -> None:
        self._app = app
        self._max = max_bytes
        self._max_upload = max_upload_bytes
        self._seconds = seconds
        self._max_held = max(max_held, max_bytes)
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it; a body is held only up to the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        upload = _is_upload(request)
        limit = self._max_upload if upload else self._max
        declared = request.headers.get("content-length", "")
        if "\0" in scope["path"]:
            # No identity holds one, and PostgreSQL takes none.
            await _refuse(request, send, "not_found", _NOTHING_THERE)
        elif declared.isdecimal() and int(declared) > limit:
            await _refuse(request, send, "body_too_large", _too_large(limit))
        elif upload:
            await self._app(scope, _counted(receive, limit), send)
        else:
            await self._hold(request, receive, send)

    async def _hold(self, request: Request, receive: Receive, send: Send) -> None:
        body = _Body()
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    fault = await self._take(receive, body)
            except TimeoutError:
                fault = "too_slow"
            if fault is None:
                await self._app(request.scope, body.replayed(receive), send)
            elif fault != _GONE:
                words = {
                    "body_too_large": _too_large(self._max),
                    "too_slow": _too_slow(self._seconds),
                    "busy": _TOO_MUCH,
                }
                await _refuse(request, send, fault, words[fault])
        finally:
            self._held -= body.size

    async def _take(self, receive: Receive, body: _Body) -> str | None:
        """Take the whole body in; the code of what is wrong with it, if anything is."""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return _GONE
            chunk = message.get("body", b"")
            if body.size + len(chunk) > self._max:
                return "body_too_large"
            if self._held + len(chunk) > self._max_held:
                return "busy"
            body.add(chunk)
            self._held += len(chunk)
            more = message.get("more_body", False)
        return None


class _Body:
    """What arrived of a body."""

    def __init__(self) -> None:
        self.size = 0
        self._chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Keep another piece."""
        self._chunks.append(chunk)
        self.size += len(chunk)

    def replayed(self, receive: Receive) -> Receive:
        """A `receive` that gives the body in one piece, then goes on with what comes."""
        message: Message | None = {"type": "http.request", "body": b"".join(self._chunks)}
        self._chunks.clear()

        async def replay() -> Message:
            nonlocal message
            if message is not None:
                given, message = message, None
                return given
            return await receive()

        return replay


async def _refuse(request: Request, send: Send, code: str, words: tuple[str, str]) -> None:
    persian = wants_persian(request)
    body = problem_body(code, words[persian], persian=persian)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
    if code == "busy":
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": body["status"], "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _is_upload(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    route = (request.method, request.scope["path"])
    return route in _UPLOADS and kind == "multipart/form-data"


def _counted(receive: Receive, limit: int) -> Receive:
    """The body as it comes; raises ProblemError (413) in whoever reads beyond the limit."""
    size = 0

    async def next_message() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise ProblemError("body_too_large", *_too_large(limit), {"Connection": "close"})
        return message

    return next_message


def _too_large(limit: int) -> tuple[str, str]:
    return (
        f"The limit is {limit:,} bytes for one request. Send fewer or shorter texts.",
        f"بیشینهٔ حجم درخواست {limit:,} بایت است.",
    )


def _too_slow(seconds: float) -> tuple[str, str]:
    return (
        f"A request must arrive within {seconds:g} seconds. Send fewer or shorter texts.",
        f"درخواست باید در {seconds:g} ثانیه برسد. متن‌های کمتر یا کوتاه‌تری بفرستید.",
    )
