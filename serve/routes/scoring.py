"""Scoring one text or a few."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from serve.identity import Allowed
from serve.problems import ProblemError
from serve.roles import Permission
from serve.routes.common import SettingsNow, errors
from serve.schemas import AssessmentOut, BatchIn, BatchOut, TextIn
from serve.scoring import DeskNow

router = APIRouter(
    tags=["scoring"],
    dependencies=[Depends(Allowed(Permission.SCORE))],
    responses=errors(401, 403, 413, 422, 503),
)


@router.post("/v1/score", operation_id="scoreText")
def score(text: TextIn, desk: DeskNow) -> AssessmentOut:
    """Assess one text, however long: verdict, score, evidence, protected passages."""
    return desk.score(text)


@router.post("/v1/score/batch", operation_id="scoreBatch")
def score_batch(batch: BatchIn, desk: DeskNow, settings: SettingsNow) -> BatchOut:
    """Assess several texts, up to the service's limit (64 by default); answers in their order."""
    if len(batch.texts) > settings.max_batch:
        raise ProblemError(
            "batch_too_large",
            f"A batch may have {settings.max_batch} texts, this one has {len(batch.texts)}.",
            f"هر دسته حداکثر {settings.max_batch} متن دارد؛ این دسته {len(batch.texts)} متن.",
        )
    return BatchOut(assessments=[desk.score(text) for text in batch.texts])
