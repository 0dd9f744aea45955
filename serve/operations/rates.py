"""Rates and quotas of each account, counted in the database so that all workers share them."""

from __future__ import annotations

import time

from sqlalchemy import case

from serve.problems import ProblemError
from serve.storage import Storage, Usage
from serve.storage.engine import insert_into

_MINUTE, _DAY = 60, 86_400


class Rates:
    """Counts what accounts use in fixed windows; 0 means no limit."""

    def __init__(self, storage: Storage, requests_per_minute: int, documents_per_day: int) -> None:
        self._storage = storage
        self._requests = requests_per_minute
        self._documents = documents_per_day

    @property
    def counts_documents(self) -> bool:
        """Whether documents are counted at all."""
        return bool(self._documents)

    def request(self, account_id: str) -> None:
        """Count a request; raises ProblemError (429) over the rate."""
        if self._requests:
            self._spend(account_id, "requests", _MINUTE, 1, self._requests)

    def documents(self, account_id: str | None, count: int) -> None:
        """Count documents to be assessed; raises ProblemError (429) over the day's quota.

        Documents that are refused are not counted. The person at a service without keys
        (`account_id` None) has no quota.
        """
        if self._documents and account_id is not None and count:
            self._spend(account_id, "documents", _DAY, count, self._documents)

    def _spend(self, account_id: str, kind: str, seconds: int, amount: int, limit: int) -> None:
        now = int(time.time())
        window = now - now % seconds
        granted = amount <= limit
        if granted:
            with self._storage.write() as session:
                fresh = insert_into(session, Usage).values(
                    account_id=account_id, kind=kind, window=window, count=amount
                )
                statement = fresh.on_conflict_do_update(
                    index_elements=[Usage.account_id, Usage.kind],
                    # A new window starts at nothing. A clock set back must not lock anybody out,
                    # so any other window than the present one counts as over.
                    set_={
                        "count": case((Usage.window == window, Usage.count + amount), else_=amount),
                        "window": window,
                    },
                    where=(Usage.window != window) | (Usage.count + amount <= limit),
                )
                granted = session.scalar(statement.returning(Usage.count)) is not None
        if not granted:
            wait = max(window + seconds - now, 1)
            raise ProblemError(
                "too_many_requests",
                f"Your account may use {limit:,} {kind} in {_WORDS[seconds][0]}. "
                f"Try again in {wait} seconds.",
                f"سهم حساب شما {limit:,} {_KINDS[kind]} در {_WORDS[seconds][1]} است. "
                f"{wait} ثانیهٔ دیگر دوباره بکوشید.",
                {"Retry-After": str(wait)},
            )


_WORDS = {_MINUTE: ("a minute", "دقیقه"), _DAY: ("a day", "روز")}
_KINDS = {"requests": "درخواست", "documents": "سند"}
