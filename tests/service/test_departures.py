"""Clients that go away before their answer comes: what was done for them stops soon."""

import json
import socket
import time
from contextlib import closing

import pytest

from tests.conftest import PARTISAN, PERMITTED
from tests.service.conftest import Service
from tests.service.test_faults import wait_until

# Minutes of work.
LONG = " ".join(f"{PARTISAN} نوبت {number}." for number in range(3000))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("departures")
    running = Service(folder, f"sqlite:///{folder / 'b.db'}", max_characters="2000000")
    try:
        yield running.start()
    finally:
        running.stop()


def send(service: Service, path: str, kind: str, body: bytes) -> socket.socket:
    """A request whose answer is not waited for."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=60)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def metric(service: Service, name: str) -> float:
    """The sum of a metric over all labels."""
    lines = service.client().get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


JSON = ("application/json", json.dumps({"text": LONG}).encode())
BATCH = ("application/json", json.dumps({"texts": [{"text": LONG}]}).encode())
PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
FILE = ("multipart/form-data; boundary=x", f"{PART}{LONG}\r\n--x--\r\n".encode())


@pytest.mark.parametrize(
    ("path", "request_"),
    [("/v1/score", JSON), ("/v1/score/batch", BATCH), ("/v1/score/file", FILE)],
)
def test_a_text_is_scored_only_while_somebody_waits(service, path, request_):
    before = metric(service, "bitaraf_assessments_total")
    with closing(send(service, path, *request_)):
        wait_until(lambda: metric(service, "bitaraf_texts_waiting") == 1)
        # Into the midst of it.
        time.sleep(1)
    wait_until(lambda: metric(service, "bitaraf_texts_waiting") == 0)
    with service.client(timeout=60) as other:
        assert other.post("/v1/score", json={"text": PERMITTED}).status_code == 200
    # In turn, the long one would have come first.
    assert metric(service, "bitaraf_assessments_total") == before + 1
    ended = [json.loads(line) for line in service.log.read_text().splitlines() if line[0] == "{"]
    assert (path, 499) in {(entry.get("route"), entry.get("status")) for entry in ended}


def test_a_file_is_read_only_while_somebody_waits(service, tmp_path):
    """Sheets take long to read; both readers are free again for the next."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(60_000):
        sheet.append([number, "", f"{number}", None, "۱"])
    book.save(tmp_path / "large.xlsx")
    part = PART.replace("a.txt", "a.xlsx").encode()
    body = part + (tmp_path / "large.xlsx").read_bytes() + b"\r\n--x--\r\n"
    for _ in range(4):
        with closing(send(service, "/v1/score/file", FILE[0], body)):
            time.sleep(1)
    files = {"file": ("b.txt", PERMITTED.encode())}
    with service.client(timeout=60) as other:
        assert other.post("/v1/score/file", files=files).status_code == 200
    wait_until(lambda: metric(service, "bitaraf_requests_in_progress") == 1)
