"""Limits that hold before a request is read: the size of its body."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.problems import MEDIA_TYPE, problem_body, wants_persian


class BodyLimit:
    """Middleware that refuses bodies over a limit, declared or not, with 413."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413; a body is held only up to the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._max:
            await self._refuse(request, send)
            return
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
                await self._refuse(request, send)
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

        await self._app(scope, replay, send)

    async def _refuse(self, request: Request, send: Send) -> None:
        persian = wants_persian(request)
        detail = (
            f"بیشینهٔ حجم درخواست {self._max:,} بایت است."
            if persian
            else f"The limit is {self._max:,} bytes for one request. Send fewer or shorter texts."
        )
        body = json.dumps(problem_body("body_too_large", detail, persian=persian)).encode()
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})
