"""Audits: many documents assessed by durable work, and what was found in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.requests import ClientDisconnect

from classifier.assessment import RuleName, Verdict
from serve import journal
from serve.audits import records
from serve.audits.creation import Creation
from serve.audits.exports import MEDIA_TYPES, ExportFormat, export
from serve.audits.failures import in_words as failure_in_words
from serve.audits.records import Progress
from serve.audits.submission import JSON, MULTIPART, AuditIn, room, stalled, take_in
from serve.audits.work import AuditWork
from serve.identity import Allowed, Principal
from serve.problems import ProblemError, wants_persian
from serve.reviews.outcome import Outcome
from serve.roles import Permission
from serve.routes.common import RatesNow, SettingsNow, StorageNow, errors
from serve.routes.passages import EvidenceOut, ProtectedOut, evidence_out, protected_out
from serve.stopping import Stopping
from serve.storage import AuditFault, AuditState, Storage, StoredAssessment
from serve.storage.paging import PLACE, read_place, write_place
from serve.storage.tables import new_id
from serve.unread import in_words as reason_in_words

Creator = Annotated[Principal, Depends(Allowed(Permission.CREATE_AUDITS))]
Reader = Annotated[
    Principal, Depends(Allowed(Permission.CREATE_AUDITS, Permission.READ_ALL_AUDITS))
]
router = APIRouter(tags=["audits"], responses=errors(401, 403, 422, 429))

_EVENT_SECONDS = 1.0
_HEARTBEAT_SECONDS = 15.0
_ROW = Annotated[int, Query(ge=-1, le=2**31 - 1, description="The `next` of the page before.")]


def _documents_schema() -> dict[str, Any]:
    """The schema of the JSON body, in one piece: the route reads its body by itself."""
    schema = AuditIn.model_json_schema()
    document = schema.pop("$defs")["DocumentIn"]
    for choice in schema["properties"]["documents"]["anyOf"]:
        if "items" in choice:
            choice["items"] = document
    return schema


_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON: {"schema": _documents_schema()},
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "array",
                        "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                        "description": "TXT, Markdown, HTML, DOCX, ODT, RTF, PDF, EML, CSV, XLSX, "
                        "JSONL, or a ZIP of these; one file or many.",
                    },
                    "name": {"type": "string"},
                    "prior": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                    "text_column": {"type": "string"},
                },
            }
        },
    },
}


async def _work(request: Request) -> AuditWork:
    work: AuditWork = request.app.state.audits
    return work


WorkNow = Annotated[AuditWork, Depends(_work)]


class AuditOut(BaseModel):
    """An audit, and how far the work on it is."""

    id: str
    owner_id: str
    name: str | None
    state: AuditState
    error: str | None = Field(None, description="Why it failed: a stable code.")
    explanation: str | None = Field(None, description="The same in words.")
    prior: float | None
    model: str | None = Field(description="The model that began it; each result names its own.")
    total: int | None = Field(description="Documents and faults; null until all files are read.")
    done: int = Field(description="Documents assessed.")
    faults: int = Field(description="Rows and files that held no document that can be read.")
    verdicts: dict[str, int]
    seconds_left: float | None = Field(description="An estimate from the pace so far.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AuditsOut(BaseModel):
    """A page of audits, latest first; `next` asks for those after it, null at the end."""

    audits: list[AuditOut]
    next: str | None


class ResultOut(BaseModel):
    """What was found in one document; of its text the passages, only where it is kept."""

    row: int
    assessment: str = Field(description="Its identity, for reviews and contest links.")
    id: str | None = Field(description="The document's own name.")
    verdict: Verdict
    score: float | None
    abstained_reason: str | None
    evidence: list[EvidenceOut]
    protected: list[ProtectedOut]
    notes: list[str]
    model: str
    codebook: str
    outcome: Outcome


class ResultsOut(BaseModel):
    """A page of results in the order of the documents; `next` is null at the end."""

    results: list[ResultOut]
    next: int | None


class FaultOut(BaseModel):
    """A row or file that held no document that can be read, and why."""

    row: int
    source: str
    reason: str


class FaultsOut(BaseModel):
    """A page of faults in the order of the rows; `next` is null at the end."""

    faults: list[FaultOut]
    next: int | None


@router.post(
    "/v1/audits",
    operation_id="createAudit",
    status_code=202,
    responses={
        200: {"model": AuditOut, "description": "The audit that this key has made before"},
        **errors(408, 409, 413, 415, 503),
    },
    openapi_extra={"requestBody": _BODY},
)
async def create(
    request: Request,
    response: Response,
    storage: StorageNow,
    settings: SettingsNow,
    rates: RatesNow,
    work: WorkNow,
    caller: Creator,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Any string of your own: the same request with the same key makes one "
            "audit, however often it is sent.",
        ),
    ] = None,
) -> AuditOut:
    """Submit documents, files, or the name of a dataset; the answer comes before the work.

    Documents wait in a folder that only the service can read, and are removed when the audit
    ends.
    """
    creation = Creation(storage, settings, work, rates)
    if idempotency_key is None:
        await run_in_threadpool(creation.check_open, caller.owner)
    audit_id = new_id()
    with room():
        place = work.spool.arriving(audit_id, work.slot.number)
    try:
        submission = await take_in(request, settings, place)
        audit, new = await run_in_threadpool(
            creation.create, audit_id, caller, idempotency_key, submission, place
        )
    except ClientDisconnect as error:
        raise stalled() from error
    finally:
        # Whatever was not accepted is gone, also if the client went away.
        work.spool.discard(place)
    response.headers["Location"] = f"/v1/audits/{audit.id}"
    response.status_code = 202 if new else 200
    return await run_in_threadpool(_read, storage, caller, audit.id, wants_persian(request))


@router.get("/v1/audits", operation_id="listAudits")
def audits(
    request: Request,
    storage: StorageNow,
    caller: Reader,
    after: Annotated[str | None, Query(pattern=PLACE)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditsOut:
    """Your own audits, latest first; auditors see all."""
    persian = wants_persian(request)
    place = read_place(after) if after is not None else None
    with storage.read() as session:
        found = records.list_audits(session, caller, place, limit + 1)
        page = found[:limit]
        listed = [_out(p, persian=persian) for p in records.progress_of(session, page)]
    more = page[-1] if len(found) > limit else None
    return AuditsOut(
        audits=listed,
        next=write_place(more.created_at, more.id) if more else None,
    )


@router.get("/v1/audits/{audit_id}", operation_id="getAudit", responses=errors(404))
def audit(request: Request, audit_id: str, storage: StorageNow, caller: Reader) -> AuditOut:
    """How far an audit is, and the verdicts so far."""
    return _read(storage, caller, audit_id, wants_persian(request))


@router.get(
    "/v1/audits/{audit_id}/events",
    operation_id="watchAudit",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events `progress`, each an audit as JSON, until it ends",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **errors(404),
    },
)
async def events(
    request: Request, audit_id: str, storage: StorageNow, caller: Reader
) -> StreamingResponse:
    """Follow an audit: an event whenever something has changed, and the last when it ends."""
    persian = wants_persian(request)
    first = await run_in_threadpool(_read, storage, caller, audit_id, persian)
    stopping: Stopping = request.app.state.stopping

    async def stream() -> AsyncIterator[str]:
        told, silent = "", 0.0
        now = first
        while True:
            line = now.model_dump_json()
            if line != told:
                told, silent = line, 0.0
                yield f"event: progress\ndata: {line}\n\n"
            elif silent >= _HEARTBEAT_SECONDS:
                silent = 0.0
                yield ": still here\n\n"
            if now.state in records.FINAL or stopping:
                return
            await asyncio.sleep(_EVENT_SECONDS)
            silent += _EVENT_SECONDS
            try:
                now = await run_in_threadpool(_read, storage, caller, audit_id, persian)
            except ProblemError:
                # It was deleted meanwhile.
                return

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@router.post("/v1/audits/{audit_id}/cancel", operation_id="cancelAudit", responses=errors(404))
def cancel(
    request: Request, audit_id: str, storage: StorageNow, caller: Creator, work: WorkNow
) -> AuditOut:
    """Cancel your audit; what was assessed stays. An audit that has ended stays as it is."""
    with storage.write() as session:
        changed = records.cancel(session, records.find_own(session, audit_id, caller), caller.name)
    if changed:
        work.cancelled(audit_id)
    return _read(storage, caller, audit_id, wants_persian(request))


@router.delete(
    "/v1/audits/{audit_id}",
    operation_id="deleteAudit",
    status_code=204,
    responses=errors(404, 409),
)
def delete(audit_id: str, storage: StorageNow, caller: Creator) -> Response:
    """Delete your audit once it has ended, with all results, reviews and contest links."""
    with storage.write() as session:
        records.remove(session, records.find_own(session, audit_id, caller), caller.name)
    return Response(status_code=204)


@router.get("/v1/audits/{audit_id}/results", operation_id="listResults", responses=errors(404))
def results(
    audit_id: str,
    storage: StorageNow,
    caller: Reader,
    verdict: Verdict | None = None,
    rule: RuleName | None = None,
    after: _ROW = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ResultsOut:
    """What was found, in the order of the documents; also while the audit runs."""
    with storage.read() as session:
        records.find_audit(session, audit_id, caller)
        asked = records.results(audit_id, verdict, rule, after, limit + 1)
        found = list(session.scalars(asked))
    page = found[:limit]
    return ResultsOut(
        results=[_result(stored) for stored in page],
        next=page[-1].row if len(found) > limit else None,
    )


@router.get(
    "/v1/audits/{audit_id}/results.{form}",
    operation_id="exportResults",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file", "content": {kind: {} for kind in MEDIA_TYPES.values()}},
        **errors(404, 409),
    },
)
def export_results(
    audit_id: str,
    form: ExportFormat,
    storage: StorageNow,
    caller: Reader,
    verdict: Verdict | None = None,
    rule: RuleName | None = None,
) -> StreamingResponse:
    """All results as JSONL, CSV or Parquet, in the columns of `bitaraf audit`.

    The text of a passage is empty unless the service keeps texts. An audit that still runs has
    no file yet: half a file could be taken for a whole.
    """
    with storage.write() as session:
        found = records.find_audit(session, audit_id, caller)
        if found.state not in records.FINAL:
            raise ProblemError(
                "conflict",
                "The audit has not ended. Ask again then, or read its results by page.",
                "ممیزی به پایان نرسیده است. پس از آن بپرسید، یا نتیجه‌ها را صفحه به صفحه بخوانید.",
            )
        chosen = {"verdict": verdict, "rule": rule}
        details = {name: value for name, value in chosen.items() if value is not None}
        journal.record(session, caller.name, "audit.export", audit_id, format=form, **details)
    return StreamingResponse(
        export(storage, audit_id, form, verdict, rule),
        media_type=MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="audit-{audit_id}.{form}"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/v1/audits/{audit_id}/faults", operation_id="listFaults", responses=errors(404))
def faults(
    request: Request,
    audit_id: str,
    storage: StorageNow,
    caller: Reader,
    after: _ROW = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> FaultsOut:
    """Rows and files that held no document that can be read, each with the reason."""
    persian = wants_persian(request)
    with storage.read() as session:
        records.find_audit(session, audit_id, caller)
        found = list(
            session.scalars(
                select(AuditFault)
                .where(AuditFault.audit_id == audit_id, AuditFault.row > after)
                .order_by(AuditFault.row)
                .limit(limit + 1)
            )
        )
    page = found[:limit]
    return FaultsOut(
        faults=[
            FaultOut(row=f.row, source=f.source, reason=_reason(f.reason, persian=persian))
            for f in page
        ],
        next=page[-1].row if len(found) > limit else None,
    )


def _read(storage: Storage, caller: Principal, audit_id: str, persian: bool) -> AuditOut:
    with storage.read() as session:
        found = records.find_audit(session, audit_id, caller)
        return _out(records.progress_of(session, [found])[0], persian=persian)


def _out(progress: Progress, *, persian: bool) -> AuditOut:
    audit = progress.audit
    return AuditOut(
        id=audit.id,
        owner_id=audit.owner_id,
        name=audit.name,
        state=AuditState(audit.state),
        error=audit.error,
        explanation=failure_in_words(audit.error, persian=persian),
        prior=audit.prior,
        model=audit.model,
        total=audit.total,
        done=audit.done,
        faults=audit.faults,
        verdicts=progress.verdicts,
        seconds_left=progress.seconds_left,
        created_at=audit.created_at,
        started_at=audit.started_at,
        finished_at=audit.finished_at,
    )


def _result(stored: StoredAssessment) -> ResultOut:
    return ResultOut(
        row=stored.row,
        assessment=stored.id,
        id=stored.document,
        verdict=stored.verdict,
        score=stored.score,
        abstained_reason=stored.abstained_reason,
        evidence=evidence_out(stored),
        protected=protected_out(stored),
        notes=stored.notes,
        model=stored.model,
        codebook=stored.codebook,
        outcome=Outcome(stored.outcome),
    )


def _reason(stored: str, *, persian: bool) -> str:
    # Readers' reasons begin with a small letter; they are stored as sentences.
    return reason_in_words(stored[:1].lower() + stored[1:], persian=True) if persian else stored
