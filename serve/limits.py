"""Limits that hold before a request is read: the size of its body."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.problems import MEDIA_TYPE, ProblemError, problem_body, wants_persian

_UPLOADS = frozenset({("POST", "/v1/audits")})


class BodyLimit:
    """Middleware that refuses bodies over a limit, declared or not, with 413.

    Files that are uploaded for an audit have a limit of their own, and are passed on as they
    come instead of being held.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._max = max_bytes
        self._max_upload = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413; a body is held only up to the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        upload = _is_upload(request)
        limit = self._max_upload if upload else self._max
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            await self._refuse(request, send, limit)
        elif upload:
            await self._app(scope, _counted(receive, limit), send)
        else:
            await self._hold(request, receive, send)

    async def _hold(self, request: Request, receive: Receive, send: Send) -> None:
        chunks: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max:
                await self._refuse(request, send, self._max)
                return
            chunks.append(chunk)
            more = message.get("more_body", False)
        body: Message | None = {"type": "http.request", "body": b"".join(chunks)}

        async def replay() -> Message:
            nonlocal body
            if body is not None:
                message, body = body, None
                return message
            return await receive()

        await self._app(request.scope, replay, send)

    async def _refuse(self, request: Request, send: Send, limit: int) -> None:
        persian = wants_persian(request)
        detail = _too_large(limit)[persian]
        body = json.dumps(problem_body("body_too_large", detail, persian=persian)).encode()
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


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
