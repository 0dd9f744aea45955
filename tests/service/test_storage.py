"""The database: migrations, transactions, clear refusals."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from serve.identity import create_account
from serve.roles import Role
from serve.storage import Account, Base, Storage, StorageError


def test_migrations_make_the_tables_that_the_code_knows(storage):
    with storage.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_many_may_migrate_at_once(database_url):
    storages = [Storage(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Storage.migrate, storages))
    storages[0].check_writing()
    for storage in storages:
        storage.close()


def test_a_transaction_is_kept_whole_or_not_at_all(storage):
    def fail_half_way():
        with storage.write() as session:
            create_account(session, "نیمه‌کاره", Role.AUTHOR)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with storage.read() as session:
        assert session.query(Account).count() == 0


def test_moments_come_back_in_utc(storage):
    with storage.write() as session:
        account = create_account(session, "ساعت", Role.AUTHOR)
    with storage.read() as session:
        found = session.get(Account, account.id)
        assert found.created_at == account.created_at
        assert found.created_at.tzinfo is not None
        assert (datetime.now(UTC) - found.created_at).total_seconds() < 60


def test_writers_wait_for_each_other(storage):
    def add(number: int) -> None:
        with storage.write() as session:
            session.query(Account).count()
            create_account(session, f"حساب {number}", Role.AUTHOR)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with storage.read() as session:
        assert session.query(Account).count() == 40


def test_a_database_of_a_later_version_is_refused(storage):
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="later version"):
        storage.migrate()


def contents(storage):
    """What the database holds, by table."""
    found = inspect(storage.engine)
    with storage.engine.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT * FROM "{name}"')).all()
            for name in found.get_table_names()
        }


def test_checking_that_it_takes_a_write_leaves_nothing(storage):
    before = contents(storage)
    for _ in range(3):
        storage.check_writing()
    assert contents(storage) == before


def test_checking_a_sqlite_file_really_writes(make_url_of):
    storage = Storage(make_url_of("sqlite"))
    storage.migrate()
    storage.truncate_log()
    log = Path(f"{storage.engine.url.database}-wal")
    assert log.stat().st_size == 0
    storage.check_writing()
    assert log.stat().st_size > 0
    storage.close()


def test_a_server_that_only_reads_is_told(make_url_of):
    """Some managed servers do this to a database whose disk is full."""
    url = make_url_of("postgresql")
    storage = Storage(url)
    storage.migrate()
    with storage.engine.begin() as connection:
        name = storage.engine.url.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    storage.close()
    reading = Storage(url)
    reading.check_reading()
    with pytest.raises(StorageError):
        reading.check_writing()
    reading.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "examples: sqlite"),
        ("mysql://root@localhost/x", "mysql is not supported"),
        ("sqlite://", "needs a file"),
    ],
)
def test_a_url_that_names_no_database_of_ours_is_refused(url, says):
    with pytest.raises(StorageError, match=says):
        Storage(url)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    storage = Storage("postgresql://somebody:secret@127.0.0.1:1/nothing")
    with pytest.raises(StorageError, match="does not answer") as caught:
        storage.migrate()
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.db").write_text("این پایگاه داده نیست " * 50)
    with pytest.raises(StorageError):
        Storage(f"sqlite:///{tmp_path / 'x.db'}").migrate()


def test_what_was_deleted_is_not_left_in_the_file(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'x.db'}")
    storage.migrate()
    with storage.write() as session:
        account = create_account(session, "marker-to-delete", Role.AUTHOR)
    with storage.write() as session:
        session.delete(session.get(Account, account.id))
    storage.close()
    assert b"marker-to-delete" not in (tmp_path / "x.db").read_bytes()
    assert sqlite3.connect(tmp_path / "x.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_scoring_on_the_command_line_does_not_load_the_service():
    code = "import sys, bitaraf; print([m for m in ('sqlalchemy', 'fastapi') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
