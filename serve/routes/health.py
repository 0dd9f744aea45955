"""Whether the service is alive, whether it is ready, and its metrics."""

from __future__ import annotations

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from serve.identity import AllowedFromElsewhere
from serve.operations import metrics
from serve.operations.readiness import Readiness
from serve.problems import ProblemError
from serve.roles import Permission
from serve.routes.common import errors
from serve.schemas import HealthOut
from serve.scoring import DeskNow
from serve.storage import StorageError

router = APIRouter(tags=["health"])
_PATIENCE = 5.0
_CHECKING = anyio.CapacityLimiter(4)


@router.get("/healthz", operation_id="isAlive")
async def healthz() -> HealthOut:
    """The process answers."""
    return HealthOut(status="alive")


@router.get("/readyz", operation_id="isReady", responses=errors(503))
async def readyz(desk: DeskNow, request: Request) -> HealthOut:
    """The model is loaded, and the database and the disk take what is written."""
    desk.ready()
    readiness: Readiness = request.app.state.readiness
    try:
        # Threads of its own: it answers also while all others wait for the database.
        with anyio.fail_after(_PATIENCE):
            await anyio.to_thread.run_sync(
                readiness.check, abandon_on_cancel=True, limiter=_CHECKING
            )
    except (StorageError, PoolTimeoutError, TimeoutError, OSError) as error:
        raise ProblemError(
            "not_ready",
            "The database does not answer, or nothing can be written. Is the disk full?",
            "پایگاه داده پاسخ نمی‌دهد یا چیزی نوشته نمی‌شود؛ ببینید دیسک پر نشده باشد.",
            {"Retry-After": "5"},
        ) from error
    return HealthOut(status="ready")


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=PlainTextResponse,
    responses=errors(401, 403),
    dependencies=[Depends(AllowedFromElsewhere(Permission.ADMINISTER))],
)
def exposition() -> Response:
    """Metrics for Prometheus; from another computer, for administrators only."""
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
