"""What goes wrong around the service, with real processes: it refuses, recovers, loses nothing."""

import http.client
import json
import random
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest
from sqlalchemy import make_url

from serve.roles import Role
from tests.conftest import PARTISAN, PERMITTED
from tests.service.conftest import Service, postgres_server, serving_crew
from tests.service.test_scoring import is_problem

MARKER = "نشان‌پنهان۴۴۱"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory) -> Iterator[Service]:
    """A service with little patience and few connections."""
    with serving_crew(
        tmp_path_factory.mktemp("narrow"),
        seconds_for_head="1.5",
        seconds_for_body="1.5",
        max_connections="24",
        max_body_bytes="200000",
        max_characters="100000",
        requests_per_minute="0",
    ) as service:
        yield service


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def is_raw_problem(answer: bytes, status: int, code: str) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"application/problem+json" in head
    # Sent in pieces where its length was not told.
    assert json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["code"] == code


def test_a_body_that_comes_by_drops_is_cut_off(narrow):
    with closing(connect(narrow)) as slow:
        slow.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Content-Length: 1000\r\n\r\n{"text": "'
        )
        is_raw_problem(read_all(slow), 408, "too_slow")


def test_a_head_that_comes_by_drops_is_cut_off(narrow):
    with closing(connect(narrow)) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: local")
        is_raw_problem(read_all(slow), 408, "too_slow")
    with closing(connect(narrow)) as silent:
        is_raw_problem(read_all(silent), 408, "too_slow")
    with closing(connect(narrow)) as second:
        # The second request on a connection has no more time than the first.
        second.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert second.recv(65536).startswith(b"HTTP/1.1 200")
        second.sendall(b"GET /heal")
        assert b"408" in read_all(second)


def test_one_connection_too_many_is_told_so(narrow):
    idle = [connect(narrow) for _ in range(24)]
    try:
        with closing(connect(narrow)) as one_more:
            is_raw_problem(read_all(one_more), 503, "busy")
    finally:
        for connection in idle:
            connection.close()
    narrow.wait_until_ready()


def test_reading_routes_answer_while_many_texts_wait(narrow):
    long = " ".join([PARTISAN] * 12)
    token, auditor = narrow.tokens[Role.AUTHOR], narrow.tokens[Role.AUDITOR]
    with narrow.client(token, timeout=120) as author, ThreadPoolExecutor(16) as pool:
        scores = [
            pool.submit(author.post, "/v1/score", json={"text": f"{i} {long}"}) for i in range(16)
        ]
        time.sleep(0.2)
        with narrow.client(auditor) as reader:
            for path in ("/healthz", "/readyz", "/v1/log", "/v1/me"):
                assert reader.get(path).status_code == 200, path
        # Had reading waited for its turn, all texts would be done by now.
        assert not all(score.done() for score in scores)
        assert {score.result().status_code for score in scores} <= {200, 503}


@pytest.mark.parametrize("text", ['"\\u0000"', '"الف\\u0000ب است"', '"\\ud800 سلام"', '"\\udfff"'])
def test_nul_and_lone_surrogates_break_nothing(narrow, text):
    headers = {"content-type": "application/json"}
    with narrow.client(narrow.tokens[Role.AUTHOR]) as author:
        for body in (f'{{"text": {text}}}', f'{{"text": "x", {text}: 1}}'):
            answer = author.post("/v1/score", content=body.encode(), headers=headers)
            assert answer.status_code in (200, 422), answer.text
    with narrow.client(narrow.tokens[Role.ADMIN]) as admin:
        body = f'{{"name": {text}, "role": "author"}}'.encode()
        is_problem(
            admin.post("/v1/accounts", content=body, headers=headers), 422, "invalid_request"
        )
        is_problem(admin.get("/v1/accounts/%00/keys"), 404, "not_found")


PATHS = [
    "/v1/score", "/v1/score/batch", "/v1/score/file", "/v1/audits", "/v1/audits/x/results",
    "/v1/audits/x/results.csv", "/v1/reviews/queue", "/v1/assessments/x", "/v1/contests",
    "/v1/assessments/x/review", "/v1/contests/current", "/v1/contests/current/answer",
    "/v1/accounts", "/v1/accounts/x/keys", "/v1/keys/x", "/v1/log", "/v1/models",
    "/v1/models/activate", "/v1/model", "/v1/me", "/", "/docs", "/web/x", "/openapi.json",
]  # fmt: skip
BODIES = [
    {"text": PERMITTED}, {"texts": [{"text": PERMITTED}]}, {"name": "x", "role": "author"},
    {"documents": [{"text": PERMITTED}]}, {"decision": "confirm", "rule": "E1", "reason": "دلیل"},
    {"assessment_id": "x", "days": 3}, {"statement": "پاسخ"}, {"version": "x"}, {"days": 1},
]  # fmt: skip
ODD = [None, True, -1, 2**70, 1e308, "", "\0", MARKER, [], {}, [[[]]], "‮", "9" * 400]


def spoiled(chance: random.Random, value: object) -> object:
    """A body with some of its parts replaced, dropped or put elsewhere."""
    if chance.random() < 0.2:
        return chance.choice(ODD)
    if isinstance(value, dict):
        kept = {k: spoiled(chance, v) for k, v in value.items() if chance.random() < 0.9}
        return kept | ({chance.choice(["x", MARKER, "\0"]): 1} if chance.random() < 0.1 else {})
    if isinstance(value, list):
        return [spoiled(chance, v) for v in value] * chance.choice([0, 1, 1, 2])
    return value


def body_of(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.2:
        return chance.randbytes(chance.randrange(200))
    body = json.dumps(spoiled(chance, chance.choice(BODIES)), ensure_ascii=chance.random() < 0.5)
    raw = bytearray(body.encode("utf-8", "surrogatepass"))
    if kind < 0.4 and raw:
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    if kind < 0.45:
        del raw[chance.randrange(len(raw) + 1) :]
    return bytes(raw)


KINDS = [
    "application/json", "application/json; charset=utf-16", "text/plain", "", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "\xff",
]  # fmt: skip


def fuzz(service: Service, seed: int, until: float, most: int) -> Counter[int]:
    """Send what nobody sends; the answers' statuses."""
    chance = random.Random(seed)
    tokens = [f"Bearer {token}" for token in service.tokens.values()]
    statuses: Counter[int] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    while statuses.total() < most and time.monotonic() < until:
        path = chance.choice(PATHS)
        if chance.random() < 0.3:
            path += chance.choice(
                ["/", "%00", "%ff", "?limit=-1", "?after=%00", "?limit=9e9", "//"]
            )
        method = chance.choice(["GET", "POST", "POST", "POST", "DELETE", "PUT", "HEAD", "X"])
        headers = {
            "Content-Type": chance.choice(KINDS),
            "Authorization": chance.choice([*tokens, *tokens, "Bearer", "Basic x", "Contest btc_"]),
            "Accept-Language": chance.choice(["fa", "en", "*", "\xe9"]),
        }
        if chance.random() < 0.2:
            headers["Idempotency-Key"] = chance.choice(["k", "", "\xe9", "k" * 300])
        try:
            connection.request(method, path, body_of(chance), headers)
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        except (http.client.HTTPException, OSError):
            # The server may close a connection that it cannot make sense of.
            statuses[0] += 1
            connection.close()
    connection.close()
    return statuses


def test_thousands_of_broken_requests_bring_no_error_of_the_service(narrow):
    until = time.monotonic() + 40
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(lambda seed: fuzz(narrow, seed, until, 2500), range(4))
    statuses = sum(parts, Counter())
    assert statuses.total() > 200
    assert statuses[0] < statuses.total() / 20
    assert {status for status in statuses if status >= 500} <= {503}, statuses
    narrow.wait_until_ready()
    log = narrow.log.read_text("utf-8")
    assert '"status": 500' not in log
    assert MARKER not in log
    with narrow.client(narrow.tokens[Role.AUTHOR]) as author:
        assert author.post("/v1/score", json={"text": PARTISAN}).status_code == 200
    with narrow.client(narrow.tokens[Role.AUDITOR]) as auditor:
        assert auditor.get("/v1/log/verification").json()["holds"]


def test_garbage_instead_of_http_harms_nobody(narrow):
    chance = random.Random(5)
    for _ in range(40):
        with closing(connect(narrow)) as connection:
            connection.sendall(chance.randbytes(chance.randrange(1, 300)) + b"\r\n\r\n")
    narrow.wait_until_ready()


def test_a_full_disk_is_a_refusal_and_nothing_is_half_done(narrow):
    process, folder = narrow.process, narrow.folder
    admin = narrow.client(narrow.tokens[Role.ADMIN])
    before = [account["name"] for account in admin.get("/v1/accounts").json()]
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    # No file may grow beyond its first byte: what a full disk is to whoever writes.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    try:
        refused = admin.post("/v1/accounts", json={"name": "تازه", "role": "author"})
        is_problem(refused, 503, "storage_unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        with narrow.client(narrow.tokens[Role.MONITOR]) as monitor:
            body = {"documents": [{"text": PERMITTED}]}
            answer = monitor.post("/v1/audits", json=body)
            assert answer.status_code == 503, answer.text
            assert answer.json()["code"] in ("no_space", "storage_unavailable")
        assert admin.get("/healthz").status_code == 200
        assert [a["name"] for a in admin.get("/v1/accounts").json()] == before
        wait_until(lambda: admin.get("/readyz").status_code == 503)
        is_problem(admin.get("/readyz"), 503, "not_ready")
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert admin.get("/readyz").status_code == 200
    made = admin.post("/v1/accounts", json={"name": "تازه", "role": "author"})
    assert made.status_code == 201
    assert admin.get("/v1/log/verification").json()["holds"]
    assert (folder / "bitaraf.db").is_file()


def test_a_database_that_goes_and_comes_back(tmp_path):
    with postgres_server() as server:
        url = make_url(server.get_uri()).set(drivername="postgresql")
        service = Service(tmp_path / "service", url.render_as_string(hide_password=False))
        token = service.token(Role.AUTHOR)
        service.start(wait=False).wait_until_ready(180)
        statuses: set[int] = set()
        try:
            client = service.client(token)
            assert client.post("/v1/score", json={"text": PERMITTED}).status_code == 200
            server.stop()
            for _ in range(3):
                answer = client.post("/v1/score", json={"text": PERMITTED})
                is_problem(answer, 503, "storage_unavailable")
                assert int(answer.headers["retry-after"]) >= 1
                is_problem(client.get("/readyz"), 503, "not_ready")
                statuses.add(client.get("/healthz").status_code)
            assert statuses == {200}
            server.ensure_postgres_running()
            service.wait_until_ready(60)
            assert client.post("/v1/score", json={"text": PERMITTED}).status_code == 200
            assert '"status": 500' not in service.log.read_text()
        finally:
            service.stop()


def test_a_text_whose_turn_does_not_come_is_refused(tmp_path):
    folder = tmp_path / "impatient"
    service = Service(
        folder, f"sqlite:///{folder / 'bitaraf.db'}", seconds_to_wait="0.2", max_waiting="4"
    )
    service.start(wait=False).wait_until_ready(180)
    long = " ".join([PARTISAN] * 80)
    try:
        with service.client(timeout=120) as client, ThreadPoolExecutor(12) as pool:
            sent = [
                pool.submit(client.post, "/v1/score", json={"text": f"{i} {long}"})
                for i in range(12)
            ]
            answers: list[httpx.Response] = [answer.result() for answer in sent]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert 0 < len(refused) < 12
        for answer in refused:
            is_problem(answer, 503, "busy")
            assert int(answer.headers["retry-after"]) >= 1
    finally:
        service.stop()
