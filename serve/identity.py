"""Who calls: accounts and their API keys."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from serve.problems import ProblemError
from serve.roles import PERMISSIONS, Permission, Role
from serve.settings import is_loopback
from serve.storage import Account, ApiKey, Storage
from serve.storage.tables import now

_PREFIX = "btf"


@dataclass(frozen=True)
class Principal:
    """Who makes a request. `account_id` is None for the person at a service without keys."""

    account_id: str | None
    name: str
    role: Role
    key_id: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return permission in PERMISSIONS[self.role]

    @property
    def owner(self) -> str:
        """The account that what is made now belongs to; raises ProblemError where there is none."""
        if self.account_id is None:
            raise _forbidden()
        return self.account_id


LOCAL = Principal(None, "local", Role.AUTHOR)


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal: secrets are 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def same_secret(secret: str, expected_hash: str | None) -> bool:
    """Compare in constant time.

    None, for an object that does not exist, takes as long, so that time does not tell which do.
    """
    return hmac.compare_digest(hash_secret(secret), expected_hash or "0" * 64)


def write_token(prefix: str, identity: str, secret: str) -> str:
    """What is handed out, once: what it opens, by which identity, and the secret."""
    return f"{prefix}_{identity}_{secret}"


def read_token(prefix: str, token: str) -> tuple[str, str]:
    """Identity and secret of a token; empty ones, which open nothing, for any other string."""
    kind, _, rest = token.partition("_")
    identity, _, secret = rest.partition("_")
    return (identity, secret) if kind == prefix else ("", "")


def create_account(session: Session, name: str, role: Role) -> Account:
    """A new account; raises ValueError if the name is taken."""
    if session.scalar(select(Account).where(Account.name == name)) is not None:
        raise ValueError(f"there is an account named {name} already")
    account = Account(name=name, role=role)
    session.add(account)
    session.flush()
    return account


def create_key(
    session: Session, account: Account, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """A new key of `account` and its token, which can be shown this once only."""
    secret = new_secret()
    key = ApiKey(
        id=secrets.token_hex(8),
        account_id=account.id,
        secret_hash=hash_secret(secret),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key, write_token(_PREFIX, key.id, secret)


def expiry(days: int | None) -> datetime | None:
    """The moment `days` from now; None stays None: no end."""
    return now() + timedelta(days=days) if days else None


def authenticate(session: Session, token: str) -> Principal | None:
    """The holder of a token, or None if it is unknown, wrong, expired, revoked or closed."""
    key_id, secret = read_token(_PREFIX, token)
    key = session.get(ApiKey, key_id) if len(key_id) == 16 else None
    matches = same_secret(secret, key.secret_hash if key else None)
    if key is None or not matches or key.revoked_at is not None:
        return None
    if key.expires_at is not None and key.expires_at <= now():
        return None
    if key.account.closed_at is not None:
        return None
    return Principal(key.account.id, key.account.name, Role(key.account.role), key.id)


def any_key(session: Session) -> bool:
    """Whether any key was ever made; from then on nobody is let in without one."""
    return session.scalar(select(ApiKey.id).limit(1)) is not None


_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="apiKey",
    description="An API key, as `bitaraf admin create-account` shows it once: "
    "`Authorization: Bearer btf_…`. On one's own computer, a service "
    "without any key needs none to score.",
)


def principal_of(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """The caller. Raises ProblemError: 401 for a missing or unusable key, 429 over the rate."""
    storage: Storage = request.app.state.storage
    token = credentials.credentials if credentials else None
    with storage.read() as session:
        if token is not None:
            found = authenticate(session, token)
        else:
            found = LOCAL if from_this_computer(request) and not any_key(session) else None
    if found is None:
        raise ProblemError(
            "unauthenticated",
            "Send a key that is known, not expired and not revoked: Authorization: Bearer btf_…",
            "کلیدی شناخته‌شده بفرستید که منقضی یا باطل نشده باشد: Authorization: Bearer btf_…",
            {"WWW-Authenticate": "Bearer"},
        )
    request.state.principal = found
    if found.account_id is not None:
        request.app.state.rates.request(found.account_id)
    return found


def from_this_computer(request: Request) -> bool:
    """Whether both ends are this computer.

    The name asked for must be local too: else a page on the web could point its own name at
    this computer (DNS rebinding) and read answers.
    """
    client = request.client.host if request.client else ""
    return is_loopback(client) and is_loopback(request.url.hostname or "")


def _forbidden() -> ProblemError:
    return ProblemError(
        "forbidden",
        "Your role does not allow this. Ask whoever runs the service for another key.",
        "نقش شما این کار را مجاز نمی‌داند. از گردانندهٔ سامانه کلید دیگری بخواهید.",
    )


class AllowedFromElsewhere:
    """Dependency of a route that is open to this computer, and else asks for a permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        """Return, or raise ProblemError (401, 403)."""
        if not from_this_computer(request):
            Allowed(self.permission)(principal_of(request, credentials))


class Allowed:
    """Dependency of a route: the caller, who must have one of `permissions`; else 403."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions

    def __call__(self, principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        """Return the principal, or raise ProblemError (403)."""
        if not any(principal.may(p) for p in self.permissions):
            raise _forbidden()
        return principal
