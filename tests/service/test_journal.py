"""The log: append-only, chained, and honest about what was done to it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from serve import journal


def _fill(storage, count=5):
    for number in range(count):
        with storage.write() as session:
            journal.record(
                session, "دفتر پایش", "audit.create", f"audit-{number}", documents=number
            )


def _tamper(storage, statement):
    """What somebody with the database's password could do."""
    with storage.engine.begin() as connection:
        if storage.is_sqlite:
            connection.execute(text("DROP TRIGGER journal_no_update"))
            connection.execute(text("DROP TRIGGER journal_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER journal_append_only ON journal"))
        connection.execute(text(statement))


def test_a_chain_holds(storage):
    with storage.read() as session:
        assert journal.verify(session) == 0
    _fill(storage)
    with storage.read() as session:
        assert journal.verify(session) == 5
        assert journal.verify(session, journal.head(session)) == 5


@pytest.mark.parametrize("act", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"])
def test_the_database_refuses_changes(storage, act):
    _fill(storage, 2)
    with pytest.raises(DBAPIError, match="append-only"), storage.write() as session:
        session.execute(text(act))
    with storage.read() as session:
        assert journal.verify(session) == 2


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE journal SET actor = 'somebody' WHERE number = 3", "entry 3 was changed"),
        ("UPDATE journal SET details = '{}' WHERE number = 2", "entry 2 was changed"),
        ("DELETE FROM journal WHERE number = 3", "entry 3 is missing"),
        ("DELETE FROM journal WHERE number = 1", "entry 1 is missing"),
        ("UPDATE journal SET previous_hash = hash WHERE number = 4", "entry 4 does not follow"),
    ],
)
def test_tampering_is_found_and_named(storage, statement, says):
    _fill(storage)
    _tamper(storage, statement)
    with storage.read() as session, pytest.raises(journal.JournalError, match=says):
        journal.verify(session)


def test_an_end_cut_off_shows_beside_a_head_kept_elsewhere(storage):
    _fill(storage)
    with storage.read() as session:
        noted = journal.head(session)
    _tamper(storage, "DELETE FROM journal WHERE number = 5")
    with storage.read() as session:
        assert journal.verify(session) == 4
        with pytest.raises(journal.JournalError, match="ends at 4"):
            journal.verify(session, noted)


def test_writers_at_once_make_one_chain(storage):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: _fill(storage, 5), range(6)))
    with storage.read() as session:
        assert journal.verify(session) == 30
