"""The pages and what they are made of, read once when the service starts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from serve.problems import ProblemError
from serve.web.headers import PAGE_POLICY

_STATIC = Path(__file__).parent / "static"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
# A font never changes under its name; all else is asked for anew and mostly found unchanged.
_FONT_CACHING = "public, max-age=31536000, immutable"
_CACHING = "no-cache"


@dataclass(frozen=True)
class Asset:
    """A file of the pages, as it is sent."""

    data: bytes
    media_type: str
    tag: str
    caching: str


def _load(folder: Path) -> dict[str, Asset]:
    """All files under `folder` by their path: what is not in here cannot be asked for."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in _KINDS:
            data = path.read_bytes()
            tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
            caching = _FONT_CACHING if path.suffix == ".woff2" else _CACHING
            name = path.relative_to(folder).as_posix()
            found[name] = Asset(data, _KINDS[path.suffix], tag, caching)
    return found


_ASSETS = _load(_STATIC)
router = APIRouter(include_in_schema=False)


@router.get("/")
def self_check() -> Response:
    """The self-check."""
    return _page("self-check.html")


@router.get("/docs")
def reference() -> Response:
    """The API's documentation, drawn from /openapi.json."""
    return _page("reference.html")


@router.get("/contest")
def contest() -> Response:
    """Where a contest link leads; its token stands in the address's fragment, for the page."""
    return _page("contest.html")


@router.get("/favicon.ico")
def icon(request: Request) -> Response:
    """The mark, for browsers that ask for it by this name."""
    return asset("icon.svg", request)


@router.get("/web/{path:path}")
def asset(path: str, request: Request) -> Response:
    """A style sheet, module, font or picture."""
    found = _ASSETS.get(path)
    if found is None or path.endswith(".html"):
        raise ProblemError("not_found", "There is no such file.", "چنین پرونده‌ای نیست.")
    headers = {"ETag": found.tag, "Cache-Control": found.caching}
    known = [tag.strip().removeprefix("W/") for tag in _asked(request)]
    if found.tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(found.data, media_type=found.media_type, headers=headers)


def _asked(request: Request) -> list[str]:
    return request.headers.get("if-none-match", "").split(",")


def _page(name: str) -> Response:
    """A page; kept nowhere, so that a browser that goes back finds no text in it."""
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    page = _ASSETS[name]
    return Response(page.data, media_type=page.media_type, headers=headers)
