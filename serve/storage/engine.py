"""The database: SQLite by default, PostgreSQL by its URL; one place that opens it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from serve.storage.tables import Base

_MIGRATIONS = Path(__file__).parent / "migrations"
_OLDEST_SQLITE = (3, 42)
# Any number will do, if it is always the same: processes that migrate wait for each other.
_MIGRATION_LOCK = 6241180
_TRIAL = "bitaraf_trial"


class StorageError(RuntimeError):
    """The database cannot be used; the message says what to do, and holds no password."""


def sqlite_driver() -> ModuleType:
    """A SQLite of at least 3.42, which durable audits need: Python's own or pysqlite3's.

    Raises StorageError if there is none.
    """
    if sqlite3.sqlite_version_info >= _OLDEST_SQLITE:
        return sqlite3
    try:
        from pysqlite3 import dbapi2
    except ImportError as error:
        raise StorageError(
            f"SQLite {sqlite3.sqlite_version} is too old: install the package pysqlite3, or a "
            "Python with SQLite 3.42 or later, or set BITARAF_DATABASE to a PostgreSQL URL"
        ) from error
    return dbapi2


def open_engine(url: str) -> Engine:
    """An engine for a database URL; SQLite in WAL mode, deleted rows overwritten.

    Raises StorageError for a URL that names no database we can use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "BITARAF_DATABASE is no database URL; examples: sqlite:////var/lib/bitaraf/bitaraf.db "
            "or postgresql://user:password@host/bitaraf"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StorageError("BITARAF_DATABASE: a SQLite database needs a file")
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            hide_parameters=True,
            module=sqlite_driver(),
            connect_args={"timeout": 30, "autocommit": True}
            if sqlite_driver() is sqlite3
            else {"timeout": 30, "isolation_level": None},
        )
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        try:
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                pool_pre_ping=True,
                pool_size=10,
                # Better a quick 503 than a queue of threads that wait for a lost server.
                pool_timeout=10,
                connect_args={"connect_timeout": 5},
            )
        except NoSuchModuleError as error:  # pragma: no cover - psycopg is a dependency
            raise StorageError("PostgreSQL needs the package psycopg") from error
    raise StorageError(f"BITARAF_DATABASE: {backend} is not supported; use sqlite or postgresql")


def insert_into(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the session's own kind of database, which knows ON CONFLICT."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    columns = cast(Table, table.__table__)
    return sqlite.insert(columns) if on_sqlite else postgresql.insert(columns)


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Tell a new connection how files of ours are kept; listens to the event "connect"."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON",
        "busy_timeout=30000",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that reads first and then writes would fail at once beside another writer;
    # taking the lock at the start lets it wait its turn instead.
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


class Storage:
    """The database of one service. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(
            self.engine.execution_options(read_only=True), expire_on_commit=False
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it is kept, or nothing if the block raises."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; it does not wait for writers."""
        with self._reading() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to this version's shape; many processes may call it at once.

        Raises StorageError if the database cannot be reached or is of a later version.
        """
        script = ScriptDirectory(str(_MIGRATIONS))
        try:
            with self.engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
                    )
                current = MigrationContext.configure(connection).get_current_heads()
                known = {revision.revision for revision in script.walk_revisions()}
                if set(current) - known:
                    raise StorageError(
                        "the database was made by a later version of Bitaraf; run that version"
                    )
                config = Config()
                config.set_main_option("script_location", str(_MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DBAPIError as error:
            raise StorageError(
                f"the database {self.shown} does not answer: {str(error.orig).splitlines()[0]}"
            ) from error

    def check_reading(self) -> None:
        """Raise StorageError unless the database answers."""
        with self._checked(), self.read() as session:
            session.execute(text("SELECT 1 FROM accounts LIMIT 1"))

    def check_writing(self) -> None:
        """Raise StorageError unless the database takes a write; nothing of it stays.

        A transaction that ends without a change writes nothing, and would tell nothing.
        """
        with self._checked(), self.engine.connect() as connection:
            if self.is_sqlite:
                # Written anew also where it stays what it was.
                version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                connection.exec_driver_sql(f"PRAGMA user_version = {version:d}")
                connection.commit()
            else:
                # A new table takes new room on the disk, at once, and is gone by rolling back.
                connection.exec_driver_sql(
                    f"CREATE TABLE {_TRIAL}_{secrets.token_hex(8)} AS SELECT 1 AS tried"
                )
                connection.rollback()

    @contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StorageError(f"the database {self.shown} does not answer") from error

    @property
    def folder(self) -> Path | None:
        """Where a SQLite database lies; None for a server's."""
        if not self.is_sqlite:
            return None
        return Path(self.engine.url.database or "").absolute().parent

    def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, in which deleted texts may still stand."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.close()

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
