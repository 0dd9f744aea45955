"""Errors as problem+json (RFC 9457), with stable codes, in English or Persian."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from serve.storage import StorageError

MEDIA_TYPE = "application/problem+json"
# As proxies log a request whose client went away; no answer has it.
CLIENT_GONE = 499
_LOG = structlog.get_logger("bitaraf.problems")
_MOST_FAULTS = 20
_LONGEST_PLACE = 200
# No room, no right to write, or a disk that fails: the operator must act, the caller may wait.
NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
)
_NOT_KEPT = (
    "It holds a character or number that cannot be kept, such as NUL.",
    "نویسه یا عددی در آن است که نگه داشتنی نیست، مانند NUL.",
)
# Of what the framework refuses by itself; it answers 400 to a body that is no JSON.
_CODES = {400: "not_json", 404: "not_found", 405: "method_not_allowed"}
_MEANWHILE = (
    "It was changed or made by another request meanwhile. Look again, then try again.",
    "در این میان درخواست دیگری آن را ساخت یا دگرگون کرد. دوباره نگاه کنید و بکوشید.",
)

_TITLES: dict[str, tuple[int, str, str]] = {
    "invalid_request": (422, "The request is not valid", "درخواست معتبر نیست"),
    "not_json": (422, "The body is not valid JSON", "بدنهٔ درخواست JSON معتبر نیست"),
    "text_too_long": (422, "The text is too long", "متن بیش از اندازه بلند است"),
    "batch_too_large": (422, "Too many texts in one batch", "شمار متن‌ها در یک دسته زیاد است"),
    "unreadable_file": (422, "The file could not be read", "پرونده خوانده نشد"),
    "too_slow": (408, "The request came too slowly", "درخواست بیش از اندازه کند رسید"),
    "body_too_large": (413, "The request is too large", "حجم درخواست زیاد است"),
    "upload_stalled": (408, "The upload stalled", "بارگذاری از کار ماند"),
    "unsupported_media_type": (415, "This kind of body is not read", "این نوع بدنه خوانده نمی‌شود"),
    "too_many_documents": (422, "Too many documents in one audit", "شمار سندها زیاد است"),
    "dataset_not_found": (422, "There is no such dataset", "چنین مجموعه‌ای نیست"),
    "not_found": (404, "There is nothing at this address", "در این نشانی چیزی نیست"),
    "method_not_allowed": (405, "This method is not allowed here", "این روش در این‌جا مجاز نیست"),
    "unauthenticated": (401, "A valid key is needed", "کلید معتبر لازم است"),
    "contest_unusable": (401, "A valid contest link is needed", "پیوند معتبر لازم است"),
    "forbidden": (403, "This is not allowed for your role", "نقش شما این کار را مجاز نمی‌داند"),
    "idempotency_conflict": (
        409,
        "This idempotency key belongs to another request",
        "این کلید یکتایی از آنِ درخواست دیگری است",
    ),
    "unusable_model": (422, "The model cannot be used", "این مدل به کار نمی‌آید"),
    "conflict": (409, "This does not fit the present state", "این با وضع کنونی سازگار نیست"),
    "too_many_requests": (429, "Too many requests", "درخواست‌ها بیش از سهم است"),
    "storage_unavailable": (503, "Storage does not answer", "پایگاه داده پاسخ نمی‌دهد"),
    "busy": (503, "The service is busy", "سامانه سرگرم است"),
    "no_space": (503, "The service has no room left", "سامانه جای خالی ندارد"),
    "not_ready": (503, "The model is not loaded", "مدل بارگذاری نشده است"),
    "internal": (500, "Something went wrong in the service", "در سامانه خطایی رخ داد"),
}


@dataclass
class ProblemError(Exception):
    """An error with a stable code; `details` hold its two languages and extra members."""

    code: str
    english: str = ""
    persian: str = ""
    headers: dict[str, str] | None = None


def codes_of(status: int) -> list[str]:
    """The codes of the problems that are sent with a status; they are part of the contract."""
    return [code for code, (of, _, _) in _TITLES.items() if of == status]


def wants_persian(request: Request) -> bool:
    """Whether the caller prefers Persian, by Accept-Language."""
    accepted = request.headers.get("accept-language", "")
    first = accepted.split(",")[0].strip().lower()
    return first.startswith(("fa", "prs"))


def problem_body(code: str, detail: str, *, persian: bool, **extra: Any) -> dict[str, Any]:
    """The members of a problem document."""
    status, english_title, persian_title = _TITLES[code]
    return {
        "type": f"urn:bitaraf:problem:{code}",
        "title": persian_title if persian else english_title,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def problem_response(
    request: Request,
    code: str,
    english: str = "",
    persian: str = "",
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> JSONResponse:
    """A problem+json response in the caller's language."""
    in_persian = wants_persian(request)
    body = problem_body(code, persian if in_persian else english, persian=in_persian, **extra)
    return JSONResponse(body, body["status"], headers, MEDIA_TYPE)


def _place_of(location: Iterable[str | int]) -> str:
    """Where a fault is. Names of members may be anything that JSON lets through."""
    place = ".".join(str(part) for part in location)[:_LONGEST_PLACE]
    return place.encode("utf-8", "replace").decode()


def _storage_failed(
    request: Request, error: Exception, code: str = "storage_unavailable"
) -> JSONResponse:
    """503: whatever the request began was undone with its transaction."""
    _LOG.error("storage failed", exc_info=error)
    return problem_response(
        request,
        code,
        "Nothing was changed. Try again in a few seconds; if it happens again, tell whoever "
        "runs the service.",
        "چیزی دگرگون نشد. چند ثانیهٔ دیگر بکوشید و اگر تکرار شد گردانندهٔ سامانه را خبر کنید.",
        {"Retry-After": "5"},
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document; never with what was submitted."""

    @app.exception_handler(ProblemError)
    async def _problem(request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(request, error.code, error.english, error.persian, error.headers)

    @app.exception_handler(ClientDisconnect)
    async def _gone(request: Request, error: ClientDisconnect) -> Response:
        # Nobody hears it; the log and the metrics tell it from an answer.
        return Response(status_code=CLIENT_GONE)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"field": _place_of(fault["loc"]), "reason": fault["msg"]}
            for fault in error.errors()[:_MOST_FAULTS]
        ]
        code = "not_json" if any(f["type"] == "json_invalid" for f in error.errors()) else ""
        listed = "; ".join(f"{f['field']}: {f['reason']}" for f in faults)
        return problem_response(
            request,
            code or "invalid_request",
            listed,
            f"بخش‌های نادرست: {'، '.join(f['field'] for f in faults)}",
            faults=faults,
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = _CODES.get(
            error.status_code, "internal" if error.status_code >= 500 else "invalid_request"
        )
        return problem_response(request, code, headers=dict(error.headers or {}))

    @app.exception_handler(SQLAlchemyError)
    async def _storage(request: Request, error: SQLAlchemyError) -> JSONResponse:
        if isinstance(error, DataError):
            return problem_response(request, "invalid_request", *_NOT_KEPT)
        if isinstance(error, IntegrityError):
            return problem_response(request, "conflict", *_MEANWHILE)
        if isinstance(error, ProgrammingError | NotSupportedError) or not isinstance(
            error, DBAPIError | PoolTimeoutError
        ):
            return await _unexpected(request, error)
        return _storage_failed(request, error)

    @app.exception_handler(StorageError)
    async def _no_storage(request: Request, error: StorageError) -> JSONResponse:
        return _storage_failed(request, error)

    @app.exception_handler(OSError)
    async def _system(request: Request, error: OSError) -> JSONResponse:
        if error.errno in NO_ROOM:
            return _storage_failed(request, error, "no_space")
        return await _unexpected(request, error)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("request failed", exc_info=error)
        return problem_response(
            request,
            "internal",
            "Nothing was kept. Try again; if it happens again, tell whoever runs the service.",
            "چیزی نگه داشته نشد. دوباره بکوشید و اگر تکرار شد گردانندهٔ سامانه را خبر کنید.",
        )
