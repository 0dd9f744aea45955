"""What routes share: the storage, the settings, documented errors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from serve.operations.rates import Rates
from serve.problems import MEDIA_TYPE
from serve.schemas import ProblemOut
from serve.settings import Settings
from serve.storage import Storage

Responses = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Responses:
    """The documented problem responses of a route, by status."""
    return {code: {"model": ProblemOut, "content": {MEDIA_TYPE: {}}} for code in statuses}


# Coroutines, though they wait for nothing: FastAPI runs plain functions in a thread each.
async def _storage(request: Request) -> Storage:
    return request.app.state.storage


async def _settings(request: Request) -> Settings:
    return request.app.state.settings


async def _rates(request: Request) -> Rates:
    return request.app.state.rates


RatesNow = Annotated[Rates, Depends(_rates)]
StorageNow = Annotated[Storage, Depends(_storage)]
SettingsNow = Annotated[Settings, Depends(_settings)]
