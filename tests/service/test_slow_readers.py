"""Clients that do not take their answers, on real sockets: cut off, unless they make progress."""

import random
import select
import socket
import string
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import insert

from serve.roles import Role
from serve.storage import Account, Audit, AuditState, Storage, StoredAssessment
from serve.storage.tables import new_id
from tests.service.conftest import Service, serving_crew
from tests.service.test_audits import many
from tests.service.test_faults import wait_until

PATIENCE = 2.0
ROWS = 12_000


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    with serving_crew(
        tmp_path_factory.mktemp("slow"),
        seconds_for_answer=str(PATIENCE),
        requests_per_minute="0",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def ended(service) -> str:
    """An audit that has ended, with results that no buffer on the way takes in whole."""
    letters, chance = string.ascii_letters + string.digits, random.Random(3)
    storage = Storage(service.url)
    with storage.write() as session:
        owner = session.query(Account).filter_by(role=Role.MONITOR).one().id
        audit = Audit(owner_id=owner, state=AuditState.DONE, total=ROWS, done=ROWS)
        session.add(audit)
        session.flush()
        common = {
            "audit_id": audit.id, "owner_id": owner, "verdict": "clear", "score": 0.01,
            "evidence": [], "protected": [], "notes": [], "model": "m", "codebook": "1",
            "text_hash": "0" * 64,
        }  # fmt: skip
        rows = [
            common
            | {"id": new_id(), "row": row, "document": "".join(chance.choices(letters, k=500))}
            for row in range(ROWS)
        ]
        session.execute(insert(StoredAssessment), rows)
    storage.close()
    return audit.id


def ask(service: Service, path: str) -> socket.socket:
    """Ask for something over a connection that takes in a few kilobytes at once."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", service.port))
    head = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {service.tokens[Role.MONITOR]}\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def is_cut_off(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side ends the connection while nothing is read from it."""
    poll = select.poll()
    poll.register(connection, 0)
    return bool(poll.poll(seconds * 1000))


def in_progress(service: Service) -> float:
    """How many requests are being answered, beside the one that asks."""
    lines = service.client().get("/metrics").text.splitlines()
    [found] = [line for line in lines if line.startswith("bitaraf_requests_in_progress ")]
    return float(found.split()[1]) - 1


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_download_that_is_not_read_is_cut_off(service, ended, form):
    with closing(ask(service, f"/v1/audits/{ended}/results.{form}")) as connection:
        assert not is_cut_off(connection, PATIENCE * 0.8)
        assert is_cut_off(connection, PATIENCE * 4)
    wait_until(lambda: in_progress(service) == 0)


def test_events_that_are_not_read_are_cut_off(service):
    with service.client(service.tokens[Role.MONITOR]) as monitor:
        made = monitor.post("/v1/audits", json={"documents": many(1500, 10_000)}).json()["id"]
        with closing(ask(service, f"/v1/audits/{made}/events")) as connection:
            assert is_cut_off(connection, 30)
        wait_until(lambda: in_progress(service) == 0)
        assert monitor.get(f"/v1/audits/{made}").json()["state"] in ("waiting", "running")
        monitor.post(f"/v1/audits/{made}/cancel")


def test_a_download_that_goes_on_slowly_arrives_whole(service, ended):
    path = f"/v1/audits/{ended}/results.jsonl"
    received, pauses = bytearray(), 0
    began = time.monotonic()
    with closing(ask(service, path)) as connection:
        while piece := connection.recv(1 << 16):
            received += piece
            # Much longer than a client may take nothing, in pauses that are shorter.
            if len(received) > pauses * 300_000 and pauses < 8:
                pauses += 1
                time.sleep(PATIENCE * 0.6)
    assert time.monotonic() - began > PATIENCE * 3
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b'"verdict"') == ROWS


def test_following_an_audit_takes_as_long_as_it_takes(service):
    with service.client(service.tokens[Role.MONITOR]) as monitor:
        made = monitor.post("/v1/audits", json={"documents": many(120, 20_000)}).json()["id"]
        with closing(ask(service, f"/v1/audits/{made}/events")) as connection:
            received = b""
            while piece := connection.recv(300):
                received += piece
                time.sleep(0.1)
    assert b'"state":"done"' in received
