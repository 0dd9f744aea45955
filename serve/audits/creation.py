"""Creating an audit: once for each idempotency key, and wholly or not at all."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serve import journal
from serve.audits import records
from serve.audits.spool import Place
from serve.audits.submission import Submission
from serve.audits.work import AuditWork
from serve.identity import Principal
from serve.operations.rates import Rates
from serve.problems import ProblemError
from serve.settings import Settings
from serve.storage import Audit, Storage


class Creation:
    """Makes audits of what has been taken in."""

    def __init__(self, storage: Storage, settings: Settings, work: AuditWork, rates: Rates) -> None:
        self._storage, self._settings, self._work, self._rates = storage, settings, work, rates

    def check_open(self, owner_id: str) -> None:
        """Raise ProblemError (429) if the account has as many audits at work as it may."""
        with self._storage.read() as session:
            count = records.count_open(session, owner_id)
        most = self._settings.max_open_audits
        if count >= most:
            raise ProblemError(
                "too_many_requests",
                f"Your account may have {most} audits waiting or running. Wait for one to end.",
                f"حساب شما می‌تواند {most} ممیزی در صف یا در حال اجرا داشته باشد. صبر کنید تا یکی "
                "به پایان برسد.",
                {"Retry-After": "60"},
            )

    def create(
        self,
        audit_id: str,
        caller: Principal,
        key: str | None,
        submission: Submission,
        arrived: Place,
    ) -> tuple[Audit, bool]:
        """The audit of a submission that lies in `arrived`, and whether it is new.

        The same key with the same submission gives the audit that there is; with another one
        it raises ProblemError (409). So it does (429) for an account that has used its share.
        """
        with self._storage.read() as session:
            known = self._known(session, caller.owner, key, submission)
        if known is not None:
            return known, False
        self.check_open(caller.owner)
        self._rates.documents(caller.account_id, submission.documents or 0)
        audit = Audit(
            id=audit_id,
            owner_id=caller.owner,
            name=submission.options.name,
            prior=submission.options.prior,
            idempotency_key=key,
            request_hash=submission.digest,
            total=submission.documents,
        )
        try:
            with self._storage.write() as session:
                session.add(audit)
                session.flush()
                journal.record(
                    session, caller.name, "audit.create", audit.id, documents=submission.documents
                )
        except IntegrityError:
            # Another request with this key has come first.
            with self._storage.read() as session:
                known = self._known(session, caller.owner, key, submission)
            if known is None:
                raise
            return known, False
        # From here on the audit exists: if this process dies, the next one goes on.
        self._work.spool.accept(arrived)
        self._work.submit(audit.id)
        return audit, True

    def _known(
        self, session: Session, owner_id: str, key: str | None, submission: Submission
    ) -> Audit | None:
        known = records.by_key(session, owner_id, key) if key is not None else None
        if known is not None and known.request_hash != submission.digest:
            raise ProblemError(
                "idempotency_conflict",
                "An audit with this Idempotency-Key was made of another request. Use a new key.",
                "با این Idempotency-Key ممیزی دیگری ساخته شده است. کلید تازه‌ای به کار ببرید.",
            )
        return known
