"""Scoring one text or a few."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from serve.identity import Allowed, Principal
from serve.presence import while_present
from serve.problems import ProblemError
from serve.roles import Permission
from serve.routes.common import RatesNow, SettingsNow, errors
from serve.schemas import AssessmentOut, BatchIn, BatchOut, TextIn
from serve.scoring import Desk, DeskNow

Caller = Annotated[Principal, Depends(Allowed(Permission.SCORE))]
router = APIRouter(tags=["scoring"], responses=errors(401, 403, 413, 422, 429, 503))


@router.post("/v1/score", operation_id="scoreText")
async def score(
    text: TextIn, request: Request, desk: DeskNow, caller: Caller, rates: RatesNow
) -> AssessmentOut:
    """Assess one text, however long: verdict, score, evidence, protected passages.

    Whoever no longer wants the answer ends the connection; the text's scoring stops then.
    """
    if rates.counts_documents:
        await run_in_threadpool(rates.documents, caller.account_id, 1)
    return await while_present(request, desk.wait_for(text))


@router.post("/v1/score/batch", operation_id="scoreBatch")
async def score_batch(
    batch: BatchIn,
    request: Request,
    desk: DeskNow,
    settings: SettingsNow,
    caller: Caller,
    rates: RatesNow,
) -> BatchOut:
    """Assess several texts, up to the service's limit (64 by default); answers in their order."""
    if len(batch.texts) > settings.max_batch:
        raise ProblemError(
            "batch_too_large",
            f"A batch may have {settings.max_batch} texts, this one has {len(batch.texts)}.",
            f"هر دسته حداکثر {settings.max_batch} متن دارد؛ این دسته {len(batch.texts)} متن.",
        )
    if rates.counts_documents:
        await run_in_threadpool(rates.documents, caller.account_id, len(batch.texts))
    return await while_present(request, _score_all(batch, desk))


async def _score_all(batch: BatchIn, desk: Desk) -> BatchOut:
    scorer = desk.ready()
    return BatchOut(assessments=[await desk.wait_for(text, scorer) for text in batch.texts])
