"""What goes wrong around a running audit: it waits, goes on by itself, and loses nothing."""

import json
import resource
import sys
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url, text

from serve.roles import Role
from serve.storage import Storage
from tests.conftest import PERMITTED
from tests.service.conftest import postgres_server
from tests.service.test_audits import Office, assessed, many
from tests.service.test_scoring import is_problem

COUNT = 100


def begun(office, start):
    """An undisturbed audit that has ended, and the same documents in one that is at work."""
    documents = many(COUNT, start)
    undisturbed = office.submit(documents=documents)
    assert office.wait(undisturbed, seconds=120)["state"] == "done"
    audit_id = office.submit(documents=documents)
    office.wait(audit_id, lambda audit: audit["done"] > 0)
    return undisturbed, audit_id


def assert_equal_to_undisturbed(office, undisturbed, audit_id):
    ended = office.wait(audit_id, seconds=180)
    assert (ended["state"], ended["done"], ended["faults"]) == ("done", COUNT, 0), ended
    results = office.results(audit_id)
    assert [r["row"] for r in results] == list(range(COUNT))
    assert assessed(results) == assessed(office.results(undisturbed))
    assert office.journal(audit_id) == ["audit.create", "audit.finish"]
    assert not (office.spool / audit_id).exists()
    assert '"status": 500' not in office.service.log.read_text()


def asked_meanwhile(office, audit_id, seconds):
    """Ask for everything for a while; the statuses of what was answered."""
    statuses: set[int] = set()
    end = time.monotonic() + seconds
    with office.monitor as client:
        while time.monotonic() < end:
            for method, path, body in (
                ("POST", "/v1/score", {"text": PERMITTED}),
                ("GET", f"/v1/audits/{audit_id}", None),
                ("GET", f"/v1/audits/{audit_id}/results", None),
                ("POST", "/v1/audits", {"documents": [{"text": PERMITTED}]}),
                ("GET", "/readyz", None),
                ("GET", "/healthz", None),
            ):
                statuses.add(client.request(method, path, json=body).status_code)
    return statuses


@contextmanager
def full_disk(process):
    """No file of a process may grow beyond its first byte: what a full disk is to it."""
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)


@pytest.fixture
def on_sqlite(tmp_path):
    office = Office(tmp_path, f"sqlite:///{tmp_path}/b.db", requests_per_minute="0")
    yield office
    office.service.stop()


def test_a_disk_that_is_full_for_a_while(on_sqlite):
    undisturbed, audit_id = begun(on_sqlite, 20_000)
    with full_disk(on_sqlite.service.process):
        statuses = asked_meanwhile(on_sqlite, audit_id, 8)
        is_problem(on_sqlite.monitor.get("/readyz"), 503, "not_ready")
    assert 503 in statuses
    assert {status for status in statuses if status >= 500} == {503}
    assert_equal_to_undisturbed(on_sqlite, undisturbed, audit_id)


def test_steps_that_cannot_be_noted_for_a_while(on_sqlite):
    undisturbed, audit_id = begun(on_sqlite, 25_000)
    notes = Storage(f"sqlite:///{on_sqlite.service.folder}/kept/dbos.db")
    # Only the notes of steps fail; that the work came to an end could be written down.
    with notes.engine.begin() as connection:
        connection.execute(text("ALTER TABLE operation_outputs RENAME TO away"))
    time.sleep(3)
    with notes.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO operation_outputs"))
    notes.close()
    assert_equal_to_undisturbed(on_sqlite, undisturbed, audit_id)


def test_files_are_read_once_there_is_room(make_url_of, tmp_path):
    office = Office(tmp_path, make_url_of("postgresql"))
    try:
        rows = "".join(json.dumps(document) + "\n" for document in many(5))
        audit_id = office.upload([("file", ("rows.jsonl", rows.encode()))])
        with full_disk(office.service.process):
            time.sleep(4)
            audit = office.monitor.get(f"/v1/audits/{audit_id}").json()
            assert audit["state"] in ("waiting", "running"), audit
        ended = office.wait(audit_id)
        assert (ended["state"], ended["done"], ended["faults"]) == ("done", 5, 0)
    finally:
        office.service.stop()


def test_a_database_that_is_restarted(tmp_path):
    with postgres_server() as server:
        url = make_url(server.get_uri()).set(drivername="postgresql")
        office = Office(
            tmp_path, url.render_as_string(hide_password=False), requests_per_minute="0"
        )
        try:
            undisturbed, audit_id = begun(office, 30_000)
            for pause in (0, 6):
                server.stop()
                statuses = asked_meanwhile(office, audit_id, pause) if pause else set()
                server.ensure_postgres_running()
                office.service.wait_until_ready()
                assert {status for status in statuses if status >= 500} <= {503}
            assert_equal_to_undisturbed(office, undisturbed, audit_id)
        finally:
            office.service.stop()


def test_a_clock_that_jumps_a_day_ahead_and_two_back(make_url_of, request, tmp_path):
    """Keys, rates, the log and a running audit get over it; nothing is lost."""
    hours = 3600
    clock = tmp_path / "clock"
    clock.write_text("0")
    office = Office(
        tmp_path,
        make_url_of("sqlite"),
        [sys.executable, "-m", "tests.service.shifted", str(clock)],
        requests_per_minute="100000",
        documents_per_day="1000",
        keep_text_days="3",
    )
    request.addfinalizer(office.service.stop)
    short = office.service.client(office.service.token(Role.MONITOR, days=0.5))
    undisturbed, audit_id = begun(office, 40_000)
    during = []
    for off in (24 * hours, -24 * hours, 0):
        clock.write_text(str(off))
        # A key that has expired opens nothing while it is later than that, and only then.
        assert short.get("/v1/me").status_code == (401 if off > 0 else 200)
        assert office.monitor.get("/readyz").status_code == 200
        audit = office.monitor.get(f"/v1/audits/{audit_id}").json()
        assert audit["state"] in ("running", "done")
        assert audit["seconds_left"] is None or audit["seconds_left"] >= 0
        # No day's quota is used up by another day.
        during.append(office.submit(documents=many(1, 50_000 + off)))
    assert_equal_to_undisturbed(office, undisturbed, audit_id)
    for other in during:
        assert office.wait(other)["done"] == 1
        assert (office.wait(other)["state"], len(office.results(other))) == ("done", 1)
    listed = office.monitor.get("/v1/audits").json()["audits"]
    assert {audit["id"] for audit in listed} == {undisturbed, audit_id, *during}
    auditor = office[Role.AUDITOR]
    assert auditor.get("/v1/log/verification").json()["holds"]
    assessment = office.results(audit_id)[0]["assessment"]
    assert office.monitor.get(f"/v1/assessments/{assessment}").json()["text"]
