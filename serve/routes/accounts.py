"""Accounts and their keys, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from serve import journal
from serve.identity import Allowed, Principal, create_account, create_key, expiry
from serve.problems import ProblemError
from serve.roles import Permission, Role
from serve.routes.common import StorageNow, errors
from serve.routes.prose import Name
from serve.storage import Account, ApiKey
from serve.storage.tables import now

Administrator = Annotated[Principal, Depends(Allowed(Permission.ADMINISTER))]
router = APIRouter(tags=["accounts"], responses=errors(401, 403, 422))


class AccountIn(BaseModel):
    """A new account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "دفتر پایش شمال", "role": "monitor"}]},
    )

    name: Name
    role: Role


class AccountOut(BaseModel):
    """An account."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    role: Role
    created_at: datetime
    closed_at: datetime | None


class KeyIn(BaseModel):
    """A new key; without `days` it does not expire."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"days": 90}]})

    days: int | None = Field(None, ge=1, le=3650)


class KeyOut(BaseModel):
    """A key; never its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    account_id: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A new key with its token, which is shown this once only."""

    token: str


@router.post("/v1/accounts", operation_id="createAccount", status_code=201, responses=errors(409))
def create(body: AccountIn, storage: StorageNow, caller: Administrator) -> AccountOut:
    """Make an account in one role."""
    with storage.write() as session:
        try:
            account = create_account(session, body.name, body.role)
        except ValueError as error:
            raise ProblemError(
                "conflict", "This name is taken. Choose another.", "این نام گرفته شده است."
            ) from error
        journal.record(session, caller.name, "account.create", account.id, role=body.role.value)
        return AccountOut.model_validate(account)


@router.get("/v1/accounts", operation_id="listAccounts")
def accounts(storage: StorageNow, caller: Administrator) -> list[AccountOut]:
    """All accounts, oldest first."""
    with storage.read() as session:
        found = session.scalars(select(Account).order_by(Account.created_at, Account.id))
        return [AccountOut.model_validate(a) for a in found]


@router.delete(
    "/v1/accounts/{account_id}",
    operation_id="closeAccount",
    status_code=204,
    responses=errors(404),
)
def close(account_id: str, storage: StorageNow, caller: Administrator) -> Response:
    """Close an account: its keys no longer open anything; what belongs to it stays."""
    with storage.write() as session:
        account = session.get(Account, account_id) or _missing()
        if account.closed_at is None:
            account.closed_at = now()
            journal.record(session, caller.name, "account.close", account.id)
    return Response(status_code=204)


@router.post(
    "/v1/accounts/{account_id}/keys",
    operation_id="createKey",
    status_code=201,
    responses=errors(404, 409),
)
def create_account_key(
    account_id: str, body: KeyIn, storage: StorageNow, caller: Administrator
) -> NewKeyOut:
    """Make a key; its token is in this answer and nowhere else."""
    with storage.write() as session:
        account = session.get(Account, account_id) or _missing()
        if account.closed_at is not None:
            raise ProblemError("conflict", "This account is closed.", "این حساب بسته شده است.")
        key, token = create_key(session, account, expiry(body.days))
        journal.record(session, caller.name, "key.create", key.id, account=account.id)
        return NewKeyOut(**KeyOut.model_validate(key).model_dump(), token=token)


@router.get("/v1/accounts/{account_id}/keys", operation_id="listKeys", responses=errors(404))
def keys(account_id: str, storage: StorageNow, caller: Administrator) -> list[KeyOut]:
    """The keys of an account, without their secrets."""
    with storage.read() as session:
        account = session.get(Account, account_id) or _missing()
        found = session.scalars(
            select(ApiKey).where(ApiKey.account_id == account.id).order_by(ApiKey.created_at)
        )
        return [KeyOut.model_validate(k) for k in found]


@router.delete(
    "/v1/keys/{key_id}", operation_id="revokeKey", status_code=204, responses=errors(404)
)
def revoke(key_id: str, storage: StorageNow, caller: Administrator) -> Response:
    """Revoke a key, at once and for good."""
    with storage.write() as session:
        key = session.get(ApiKey, key_id)
        if key is None:
            raise ProblemError("not_found", "There is no such key.", "چنین کلیدی نیست.")
        if key.revoked_at is None:
            key.revoked_at = now()
            journal.record(session, caller.name, "key.revoke", key.id)
    return Response(status_code=204)


def _missing() -> Account:
    raise ProblemError("not_found", "There is no such account.", "چنین حسابی نیست.")
