"""The library that makes work durable (DBOS), set up for this service and kept quiet.

It writes down every step that an audit has taken, and after a crash goes on behind the last
one. What it writes holds identities and counts only. It keeps that beside the service's own
tables: in a SQLite file of the same folder, or a schema of its own in PostgreSQL.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

from serve.storage import Storage
from serve.storage.engine import prepare_sqlite, sqlite_driver

_SCHEMA = "bitaraf_work"
# Left to itself the library takes a version from the code, and an upgrade would strand the
# audits that are at work. It changes only when the steps of an audit do; those at work then
# begin anew.
_VERSION = "1"
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
# How soon a submitted audit is begun, at the latest.
_POLLING_SECONDS = 0.5

Step = Callable[..., Any]


class Durable:
    """Runs one kind of work, each once by its identity, in the order it was submitted.

    `group` names the folder that all the processes share, `number` this process among them.
    `work` is given the identity and does everything lasting by `Durable.step`.
    """

    def __init__(
        self,
        storage: Storage,
        folder: Path,
        group: str,
        number: int,
        work: Callable[[str], None],
        at_once: int,
    ) -> None:
        self._group, self._number = group, number
        self._queue = f"audits-{group}"
        # A version belongs to one name; another folder beside the same database is another.
        self._version = f"{_VERSION}-{group}"
        self._work = work
        self._at_once = at_once
        self._engine = _open_engine(storage, folder)

    def launch(self) -> None:
        """Begin to work, with what this process left when it ended."""
        from dbos import DBOS

        # Its own handler would print plain lines, and an advertisement, between our JSON.
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        DBOS(
            config={
                "name": f"bitaraf-{self._group}",
                "system_database_url": self._engine.url.render_as_string(hide_password=False),
                "system_database_engine": self._engine,
                "dbos_system_schema": _SCHEMA,
                "application_version": self._version,
                "executor_id": self._executor(self._number),
                "log_level": "WARNING",
                "use_listen_notify": False,
            }
        )
        self._workflow = DBOS.workflow(name="audit", max_recovery_attempts=None)(_named(self._work))
        DBOS.launch()
        DBOS.register_queue(
            self._queue,
            worker_concurrency=self._at_once,
            polling_interval_sec=_POLLING_SECONDS,
            on_conflict="always_update",
        )

    def submit(self, identity: str) -> None:
        """Have the work done; it is done once, however often it is submitted."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(identity):
            DBOS.enqueue_workflow(self._queue, self._workflow, identity)

    def step(self, name: str, act: Step, *arguments: Any) -> Any:
        """Do a part of the work, or take its outcome from the record if it was done before."""
        from dbos import DBOS

        return DBOS.run_step({"name": name}, act, *arguments)

    def at_work(self, numbers: Sequence[int]) -> list[str]:
        """What processes have begun and not ended, as far as is written down."""
        from dbos import DBOS

        if not numbers:
            return []
        found = DBOS.list_workflows(
            status="PENDING",
            executor_id=[self._executor(number) for number in numbers],
            load_input=False,
            load_output=False,
        )
        return [work.workflow_id for work in found]

    def resume(self, identity: str) -> None:
        """Have work that was begun gone on with, by whichever process comes to it first."""
        from dbos import DBOS

        DBOS.resume_workflow(identity, queue_name=self._queue)

    def forget_foreign(self, numbers: Sequence[int]) -> None:
        """Delete the record of work that another version of the service has left undone.

        Nobody would go on with it: its steps may have been others. Submitted again, it begins
        anew. What a living process of that version is at, beside those of `numbers`, stays.
        """
        from dbos import DBOS

        found = DBOS.list_workflows(
            status=["ENQUEUED", "PENDING"],
            queue_name=self._queue,
            load_input=False,
            load_output=False,
        )
        dead = [self._executor(number) for number in numbers]
        foreign = [
            work.workflow_id
            for work in found
            if work.app_version != self._version
            and (work.status == "ENQUEUED" or work.executor_id in dead)
        ]
        if foreign:
            DBOS.delete_workflows(foreign)

    def forget_ended(self) -> list[str]:
        """Delete the record of some work that has ended; returns what."""
        from dbos import DBOS

        found = DBOS.list_workflows(
            status=_ENDED, queue_name=self._queue, limit=100, load_input=False, load_output=False
        )
        ended = [work.workflow_id for work in found]
        if ended:
            DBOS.delete_workflows(ended)
        return ended

    def close(self) -> None:
        """Stop; what is at work is cut, and goes on at the next launch."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)
        self._engine.dispose()

    def _executor(self, number: int) -> str:
        return f"{self._group}.{number}"


def _named(work: Callable[[str], None]) -> Callable[[str], None]:
    """A plain function: the library takes methods for those of its own kind of class."""

    def audit(identity: str) -> None:
        work(identity)

    return audit


def _open_engine(storage: Storage, folder: Path) -> Engine:
    if storage.is_sqlite:
        engine = create_engine(
            f"sqlite:///{folder.absolute() / 'dbos.db'}",
            module=sqlite_driver(),
            hide_parameters=True,
        )
        event.listen(engine, "connect", _take_over_transactions)
        event.listen(engine, "connect", prepare_sqlite)
        return engine
    return create_engine(
        make_url(storage.url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
    )


def _take_over_transactions(connection: Any, _record: Any) -> None:
    # As the library sets up an engine of its own.
    connection.isolation_level = "IMMEDIATE"
