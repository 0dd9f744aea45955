"""Working for a client only while it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.requests import ClientDisconnect, Request


async def while_present[Found](request: Request, work: Coroutine[Any, Any, Found]) -> Found:
    """What `work` finds; it is cancelled as soon as the client goes away.

    Raises ClientDisconnect then. The request's body must have been read.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_departure(request))
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        watching.cancel()
        working.cancel()
    # What it holds is given back before anybody hears that it ended.
    await asyncio.wait([working])
    raise ClientDisconnect


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
