"""The log of acts: append-only, each entry chained by hash to the one before it.

A chain of hashes shows any later change of an entry (Haber and Stornetta, 1991). That the
end was cut off only shows beside a head kept elsewhere: `head` gives it, `verify` takes it.
No submitted text belongs in an entry: details hold identities, counts and codes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from serve.storage import JournalEntry
from serve.storage.tables import now

_START = "0" * 64
# Any number will do, if it is always the same: writers of the log wait for each other.
_LOCK = 6241181


class JournalError(ValueError):
    """The log does not hold together; the message names the first entry that is wrong."""


def record(session: Session, actor: str, action: str, object_: str, **details: Any) -> JournalEntry:
    """Append one act, in the caller's transaction: the act and its entry are kept together."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))
    entry = JournalEntry(
        number=last.number + 1 if last else 1,
        at=now().isoformat(timespec="milliseconds"),
        actor=actor,
        action=action,
        object=object_,
        details=details,
        previous_hash=last.hash if last else _START,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def head(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry; (0, zeros) of an empty log."""
    last = session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))
    return (last.number, last.hash) if last else (0, _START)


def verify(session: Session, known_head: tuple[int, str] | None = None) -> int:
    """Check the whole chain and return its number of entries.

    `known_head` is a head noted before: the log must still hold it. Raises JournalError.
    """
    previous = _START
    count = 0
    for entry in session.scalars(
        select(JournalEntry).order_by(JournalEntry.number).execution_options(yield_per=1000)
    ):
        count += 1
        if entry.number != count:
            raise JournalError(f"entry {count} is missing")
        if entry.previous_hash != previous:
            raise JournalError(f"entry {count} does not follow the one before it")
        if entry.hash != _hash(entry):
            raise JournalError(f"entry {count} was changed")
        if known_head and count == known_head[0] and entry.hash != known_head[1]:
            raise JournalError(f"entry {count} is not the one that was noted before")
        previous = entry.hash
    if known_head and count < known_head[0]:
        raise JournalError(f"the log ends at {count}, but held {known_head[0]} entries before")
    return count


def entries(session: Session, after: int, limit: int) -> tuple[list[JournalEntry], int]:
    """Entries after number `after`, at most `limit`, and how many there are in all."""
    found = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.number > after)
        .order_by(JournalEntry.number)
        .limit(limit)
    )
    return list(found), session.scalar(select(func.count(JournalEntry.number))) or 0


def _hash(entry: JournalEntry) -> str:
    body = json.dumps(
        [
            entry.number,
            entry.at,
            entry.actor,
            entry.action,
            entry.object,
            entry.details,
            entry.previous_hash,
        ],
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode("ascii")).hexdigest()
