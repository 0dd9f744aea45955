"""Rates and quotas of each account, counted in the database so that all workers share them.

Whoever has no account is counted by address, in each process for itself: a stranger's
attempt is worth no write.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time

from sqlalchemy import case

from classifier.presentation import persian_digits
from serve.problems import ProblemError
from serve.storage import Storage, Usage
from serve.storage.engine import insert_into

_MINUTE, _DAY = 60, 86_400
_MOST_PLACES = 50_000


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


class Attempts:
    """Counts what comes from each address in a minute; 0 means no limit."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._counting = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def count(self, address: str) -> None:
        """Count an attempt; raises ProblemError (429) over the limit."""
        if not self._most:
            return
        place = _place_of(address)
        # A clock that only goes on: setting the other one opens and closes nothing.
        now = time.monotonic()
        with self._counting:
            if int(now // _MINUTE) != self._minute:
                self._minute = int(now // _MINUTE)
                self._counts.clear()
            so_far = self._counts.get(place, 0)
            full = place not in self._counts and len(self._counts) >= _MOST_PLACES
            refused = full or so_far >= self._most
            if not refused:
                self._counts[place] = so_far + 1
        if refused:
            wait = max(math.ceil((self._minute + 1) * _MINUTE - now), 1)
            raise ProblemError(
                "too_many_requests",
                f"Too many attempts from your address. Try again in {wait} seconds.",
                f"از نشانی شما بیش از اندازه کوشش شده است. {persian_digits(wait)} ثانیهٔ دیگر "
                "دوباره بکوشید.",
                {"Retry-After": str(wait)},
            )


def _place_of(address: str) -> str:
    """What counts as one caller: of IPv6, the network, for whoever has one has all in it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


_WORDS = {_MINUTE: ("a minute", "دقیقه"), _DAY: ("a day", "روز")}
_KINDS = {"requests": "درخواست", "documents": "سند"}
