"""Structured logs: one JSON object a line on standard error, without submitted text.

Messages of exceptions are left out, for they may quote what was submitted; their type and
where they arose are told instead.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.operations import metrics

_QUIET = ("alembic", "dbos", "httpx", "multipart", "python_multipart", "sqlalchemy")


def _without_messages(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it came through."""
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, BaseException):
        failure = (type(failure), failure, failure.__traceback__)
    if failure and failure[0] is not None:
        event["exception"] = failure[0].__name__
        frames = traceback.extract_tb(failure[2])
        event["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    return event


def configure(level: str = "info") -> None:
    """Send all logs of this process, ours and the libraries', through one JSON format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    # Our own entry of each request stands for it; uvicorn's would quote addresses with tokens.
    logging.getLogger("uvicorn.access").propagate = False


def route_of(scope: Scope) -> str:
    """The route's pattern: addresses themselves may hold names and tokens."""
    route = scope.get("route")
    return getattr(route, "path", "unmatched")


class RequestLog:
    """Middleware: an identity for each request, one entry in the log, and the metrics."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("bitaraf.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = uuid.uuid4().hex
        started = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", identity.encode()),
                ]
            await send(message)

        structlog.contextvars.bind_contextvars(request=identity)
        try:
            with metrics.IN_PROGRESS.track_inprogress():
                await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            route, method = route_of(scope), scope["method"]
            principal = scope.get("state", {}).get("principal")
            metrics.observe_request(method, route, status, seconds)
            self._log.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                account=principal.account_id if principal else None,
            )
            structlog.contextvars.unbind_contextvars("request")
