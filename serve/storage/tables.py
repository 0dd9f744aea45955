"""The tables. No column but ``StoredAssessment.text`` ever holds submitted text."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from serve.reviews.outcome import outcome_of


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh identity that cannot be guessed: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def _first_outcome(context: DefaultExecutionContext) -> str:
    return outcome_of(context.get_current_parameters()["verdict"])


def is_identity(given: str) -> bool:
    """Whether something could be the identity of an object of ours.

    What could not is not asked of the database, which refuses some characters with an error.
    """
    return re.fullmatch("[0-9a-f]{32}", given) is not None


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone, and write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class AuditState(StrEnum):
    """Where an audit stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Decision(StrEnum):
    """What a reviewer says of an assessment."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"


class Base(DeclarativeBase):
    """What all tables share; names of constraints are fixed, so that migrations can name them."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: String(200),
    }


Base.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Account(Base):
    """A person or a program that uses the service, in one role; objects belong to it."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]

    keys: Mapped[list[ApiKey]] = relationship(back_populates="account")


class ApiKey(Base):
    """A key of an account: only a hash of its secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(back_populates="keys", lazy="joined")


class Usage(Base):
    """How much an account has used in the present window of one kind of limit."""

    __tablename__ = "usage"

    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    window: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int]


class Audit(Base):
    """Many documents submitted together, and how far the work on them is."""

    __tablename__ = "audits"
    __table_args__ = (UniqueConstraint("owner_id", "idempotency_key"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(20), default=AuditState.WAITING, index=True)
    error: Mapped[str | None] = mapped_column(String(500))
    prior: Mapped[float | None]
    model: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    request_hash: Mapped[str | None] = mapped_column(String(64))
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class AuditFault(Base):
    """A row or file of an audit that held nothing to read, with the reason."""

    __tablename__ = "audit_faults"

    audit_id: Mapped[str] = mapped_column(
        ForeignKey("audits.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(String(500))


class StoredAssessment(Base):
    """The assessment of one document of an audit; offsets and a hash, and no text by default.

    ``text`` is there only where the operator keeps texts, and until ``text_until``.
    Passages in ``evidence`` and ``protected`` are kept without their text. ``rules`` names those
    of the evidence, each between commas, to be searched on any database. ``outcome`` follows
    from the reviews and is kept beside them so that the queue is found by an index.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        UniqueConstraint("audit_id", "row"),
        Index("ix_assessments_audit_id_verdict", "audit_id", "verdict"),
        Index("ix_assessments_outcome_created_at_id", "outcome", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    audit_id: Mapped[str] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    row: Mapped[int]
    document: Mapped[str | None] = mapped_column(String(500))
    verdict: Mapped[str] = mapped_column(String(20))
    score: Mapped[float | None]
    abstained_reason: Mapped[str | None] = mapped_column(String(40))
    rules: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[Any]]
    protected: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    model: Mapped[str]
    codebook: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(Text())
    text_until: Mapped[datetime | None] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(20), default=_first_outcome)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Review(Base):
    """What one reviewer says of one assessment; a later word of the same reviewer replaces it."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("assessment_id", "reviewer_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    assessment_id: Mapped[str] = mapped_column(
        ForeignKey("assessments.id", ondelete="CASCADE"), index=True
    )
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    decision: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text())
    created_at: Mapped[datetime] = mapped_column(default=now)


class Contest(Base):
    """A link by which the publisher of one document may see its assessment and answer it.

    ``heard_at`` is when a reviewer spoke after the answer. It is a mark of its own, for two
    moments could not be compared after the clock was set back.
    """

    __tablename__ = "contests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    assessment_id: Mapped[str] = mapped_column(
        ForeignKey("assessments.id", ondelete="CASCADE"), index=True
    )
    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    statement: Mapped[str | None] = mapped_column(Text())


class ModelActivation(Base):
    """A model that was put to work: the last row is the one in use."""

    __tablename__ = "model_activations"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    version: Mapped[str]
    folder: Mapped[str] = mapped_column(String(1000))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class JournalEntry(Base):
    """One act: who did what to which object, chained by hash to the act before it."""

    __tablename__ = "journal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str]
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
