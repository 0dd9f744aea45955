"""The log of acts, for auditors and administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from serve import journal
from serve.identity import Allowed
from serve.roles import Permission
from serve.routes.common import StorageNow, errors

router = APIRouter(
    tags=["log"],
    dependencies=[Depends(Allowed(Permission.READ_LOG))],
    responses=errors(401, 403, 422),
)


class EntryOut(BaseModel):
    """One act: who did what to which object, and the hashes that chain it."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: str
    actor: str
    action: str
    object: str
    details: dict[str, Any]
    previous_hash: str
    hash: str


class LogOut(BaseModel):
    """A page of the log; ask for what comes `after` its last number to go on."""

    entries: list[EntryOut]
    total: int


class VerificationOut(BaseModel):
    """Whether the chain holds, how many entries it has, and its head to note elsewhere."""

    holds: bool
    entries: int
    head: str
    fault: str | None = None


@router.get("/v1/log", operation_id="readLog")
def read(
    storage: StorageNow,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> LogOut:
    """Entries in order."""
    with storage.read() as session:
        found, total = journal.entries(session, after, limit)
        return LogOut(entries=[EntryOut.model_validate(e) for e in found], total=total)


@router.get("/v1/log/verification", operation_id="verifyLog")
def verification(storage: StorageNow) -> VerificationOut:
    """Check every hash of the chain."""
    with storage.read() as session:
        number, head = journal.head(session)
        try:
            journal.verify(session)
        except journal.JournalError as error:
            return VerificationOut(holds=False, entries=number, head=head, fault=str(error))
        return VerificationOut(holds=True, entries=number, head=head)
