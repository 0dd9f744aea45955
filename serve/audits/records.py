"""Audits in the database: what is written of them, and by whom they may be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select, tuple_, update
from sqlalchemy.orm import Session

from classifier import Assessment
from classifier.readers import Document, sound
from serve import journal
from serve.audits.spool import Unreadable
from serve.identity import Principal
from serve.problems import ProblemError
from serve.roles import Permission
from serve.storage import Audit, AuditFault, AuditState, StoredAssessment
from serve.storage.engine import insert_into
from serve.storage.tables import is_identity, now

FINAL = (AuditState.DONE, AuditState.CANCELLED, AuditState.FAILED)
SERVICE = "service"
_LONGEST_NAME = 500


@dataclass(frozen=True)
class Progress:
    """An audit as it stands, with its verdicts counted."""

    audit: Audit
    verdicts: dict[str, int]

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None while there is none."""
        audit = self.audit
        if audit.state != AuditState.RUNNING or not audit.total or audit.started_at is None:
            return None
        so_far = audit.done + audit.faults
        if not so_far:
            return None
        elapsed = (now() - audit.started_at).total_seconds()
        return round(max(elapsed, 0) / so_far * max(audit.total - so_far, 0), 1)


def find_audit(session: Session, audit_id: str, principal: Principal) -> Audit:
    """An audit that the caller may see: their own, or any for those who read all.

    Raises ProblemError (404) for others' audits as for those that do not exist.
    """
    audit = session.get(Audit, audit_id) if is_identity(audit_id) else None
    if audit is None or not (
        audit.owner_id == principal.account_id or principal.may(Permission.READ_ALL_AUDITS)
    ):
        raise ProblemError("not_found", "There is no such audit.", "چنین ممیزی‌ای نیست.")
    return audit


def find_own(session: Session, audit_id: str, principal: Principal) -> Audit:
    """An audit of the caller's own, locked until the transaction ends; else ProblemError (404)."""
    audit = find_audit(session, audit_id, principal)
    if audit.owner_id != principal.account_id:
        raise ProblemError("not_found", "There is no such audit.", "چنین ممیزی‌ای نیست.")
    session.refresh(audit, with_for_update=True)
    return audit


def progress_of(session: Session, audits: Sequence[Audit]) -> list[Progress]:
    """Each audit with its verdicts counted."""
    counts: dict[str, dict[str, int]] = {audit.id: {} for audit in audits}
    for audit_id, verdict, count in session.execute(
        select(StoredAssessment.audit_id, StoredAssessment.verdict, func.count())
        .where(StoredAssessment.audit_id.in_(list(counts)))
        .group_by(StoredAssessment.audit_id, StoredAssessment.verdict)
    ):
        counts[audit_id][verdict] = count
    return [Progress(audit, counts[audit.id]) for audit in audits]


def list_audits(
    session: Session, principal: Principal, after: tuple[datetime, str] | None, limit: int
) -> list[Audit]:
    """The audits that the caller may see, latest first, after the one named by `after`."""
    asked = select(Audit).order_by(Audit.created_at.desc(), Audit.id.desc()).limit(limit)
    if not principal.may(Permission.READ_ALL_AUDITS):
        asked = asked.where(Audit.owner_id == principal.account_id)
    if after is not None:
        asked = asked.where(tuple_(Audit.created_at, Audit.id) < after)
    return list(session.scalars(asked))


def by_key(session: Session, owner_id: str, key: str) -> Audit | None:
    """The owner's audit that was created with this idempotency key."""
    return session.scalar(
        select(Audit).where(Audit.owner_id == owner_id, Audit.idempotency_key == key)
    )


def count_open(session: Session, owner_id: str) -> int:
    """How many audits of an account are not yet final."""
    asked = select(func.count(Audit.id)).where(
        Audit.owner_id == owner_id, Audit.state.not_in(FINAL)
    )
    return session.scalar(asked) or 0


def cancel(session: Session, audit: Audit, actor: str) -> bool:
    """Cancel an audit; False if it was final already."""
    if audit.state in FINAL:
        return False
    audit.state, audit.finished_at = AuditState.CANCELLED, now()
    journal.record(session, actor, "audit.cancel", audit.id, done=audit.done)
    return True


def remove(session: Session, audit: Audit, actor: str) -> None:
    """Delete a final audit with all that was found; raises ProblemError (409) for another."""
    if audit.state not in FINAL:
        raise ProblemError(
            "conflict",
            "The audit is not finished. Cancel it first.",
            "ممیزی به پایان نرسیده است. نخست آن را لغو کنید.",
        )
    journal.record(session, actor, "audit.delete", audit.id, documents=audit.done)
    session.delete(audit)


def start(session: Session, audit_id: str, model: str) -> bool:
    """Mark an audit as running; False if it is final."""
    return _change(
        session,
        update(Audit)
        .where(Audit.id == audit_id, Audit.state.not_in(FINAL))
        .values(
            state=AuditState.RUNNING,
            model=func.coalesce(Audit.model, model),
            started_at=func.coalesce(Audit.started_at, now()),
        ),
    )


def set_total(session: Session, audit_id: str, total: int) -> bool:
    """Note how many rows there are, as the assessing begins; False unless it is running."""
    return _change(
        session,
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING)
        .values(total=total, started_at=now()),
    )


def finish(session: Session, audit_id: str, failure: str | None = None) -> None:
    """Mark an audit as done, or as failed with a code; nothing if it is final already."""
    state = AuditState.FAILED if failure else AuditState.DONE
    changed = _change(
        session,
        update(Audit)
        .where(Audit.id == audit_id, Audit.state.not_in(FINAL))
        .values(state=state, error=failure, finished_at=now()),
    )
    if changed:
        audit = session.get_one(Audit, audit_id, populate_existing=True)
        details: dict[str, Any] = {"documents": audit.done, "faults": audit.faults}
        if failure:
            details["error"] = failure
        action = "audit.fail" if failure else "audit.finish"
        journal.record(session, SERVICE, action, audit_id, **details)


@dataclass(frozen=True)
class Portion:
    """What one step of an audit found: assessments and faults by row, and the counts so far."""

    assessed: list[tuple[int, Document, Assessment]]
    faults: list[tuple[int, Unreadable]]
    done: int
    faulty: int


def write_portion(session: Session, audit_id: str, portion: Portion, keep_days: int = 0) -> bool:
    """Write results and progress in one; what was written before stays as it is.

    False, and nothing written, unless the audit is running.
    """
    changed = _change(
        session,
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING)
        # A step that is done again may end earlier than it did before.
        .values(
            done=_at_least(Audit.done, portion.done), faults=_at_least(Audit.faults, portion.faulty)
        ),
    )
    if not changed:
        return False
    owner_id = session.scalar(select(Audit.owner_id).where(Audit.id == audit_id))
    until = now() + timedelta(days=keep_days) if keep_days else None
    _insert_new(
        session,
        StoredAssessment,
        [
            _stored(audit_id, row, document, assessment, until) | {"owner_id": owner_id}
            for row, document, assessment in portion.assessed
        ],
    )
    _insert_new(
        session,
        AuditFault,
        [
            {
                "audit_id": audit_id,
                "row": row,
                "source": fit(fault.source),
                "reason": fit(fault.reason),
            }
            for row, fault in portion.faults
        ],
    )
    return True


def results(
    audit_id: str, verdict: str | None, rule: str | None, after: int, limit: int
) -> Select[StoredAssessment]:
    """The assessments of an audit after a row, in order, by verdict and rule."""
    asked = select(StoredAssessment).where(
        StoredAssessment.audit_id == audit_id, StoredAssessment.row > after
    )
    if verdict is not None:
        asked = asked.where(StoredAssessment.verdict == verdict)
    if rule is not None:
        asked = asked.where(StoredAssessment.rules.contains(f",{rule},", autoescape=True))
    return asked.order_by(StoredAssessment.row).limit(limit)


def purge_texts(session: Session) -> int:
    """Forget the texts whose time has passed; returns how many."""
    changed = session.execute(
        update(StoredAssessment)
        .where(StoredAssessment.text_until <= now())
        .values(text=None, text_until=None)
    )
    count: int = changed.rowcount  # type: ignore[attr-defined]
    if count:
        journal.record(session, SERVICE, "text.purge", "assessments", documents=count)
    return count


def fit(text: str) -> str:
    """A name or reason as any database takes it: no NUL, no lone surrogate, not endless."""
    plain = sound(text).replace("\0", "\ufffd")
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"


def _change(session: Session, statement: Any) -> bool:
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _at_least(column: Any, value: int) -> Any:
    return case((column < value, value), else_=column)


def _insert_new(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        session.execute(insert_into(session, table).on_conflict_do_nothing(), listed)


def _stored(
    audit_id: str, row: int, document: Document, assessment: Assessment, until: datetime | None
) -> dict[str, Any]:
    """The columns of an assessment; the same row gives the same identity, however often."""
    plain = assessment.to_dict()
    for passage in plain["evidence"]:
        del passage["text"]
    rules = dict.fromkeys(passage["rule"] for passage in plain["evidence"])
    text_bytes = document.text.encode("utf-8", "surrogatepass")
    return {
        # The audit's own identity is random, so that this one cannot be guessed either.
        "id": hashlib.sha256(f"{audit_id}:{row}".encode()).hexdigest()[:32],
        "audit_id": audit_id,
        "row": row,
        "document": fit(document.id) or None,
        "verdict": assessment.verdict,
        "score": assessment.score,
        "abstained_reason": assessment.abstained_reason,
        "rules": f",{','.join(rules)}," if rules else "",
        "evidence": plain["evidence"],
        "protected": plain["protected"],
        "notes": [fit(note) for note in plain["notes"]],
        "model": assessment.model,
        "codebook": assessment.codebook,
        "text_hash": hashlib.sha256(text_bytes).hexdigest(),
        # As many characters as there were, so that offsets still point at the passages.
        "text": sound(document.text).replace("\0", "\ufffd") if until else None,
        "text_until": until,
    }
