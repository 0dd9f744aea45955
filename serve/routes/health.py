"""Whether the service is alive, and ready."""

from __future__ import annotations

from fastapi import APIRouter

from serve.problems import ProblemError
from serve.routes.common import StorageNow, errors
from serve.schemas import HealthOut
from serve.scoring import DeskNow
from serve.storage import StorageError

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="isAlive")
def healthz() -> HealthOut:
    """The process answers."""
    return HealthOut(status="alive")


@router.get("/readyz", operation_id="isReady", responses=errors(503))
def readyz(desk: DeskNow, storage: StorageNow) -> HealthOut:
    """The model is loaded and the database answers."""
    desk.ready()
    try:
        storage.check()
    except StorageError as error:
        raise ProblemError(
            "not_ready", "The database does not answer.", "پایگاه داده پاسخ نمی‌دهد."
        ) from error
    return HealthOut(status="ready")
