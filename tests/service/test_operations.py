"""Logs, metrics, rates: what whoever runs the service sees and sets."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from serve.identity import create_account
from serve.operations.rates import Rates
from serve.problems import ProblemError
from serve.roles import Role
from serve.settings import Settings, read_settings
from tests.conftest import PERMITTED, ROOT
from tests.service.test_scoring import is_problem


@pytest.fixture
def account(storage):
    with storage.write() as session:
        return create_account(session, "انجمن", Role.AUTHOR).id


def test_a_rate_is_held_by_many_at_once(storage, account):
    rates = Rates(storage, requests_per_minute=20, documents_per_day=0)

    def ask(_):
        try:
            rates.request(account)
        except ProblemError as error:
            return int(error.headers["Retry-After"])
        return 0

    if time.time() % 60 > 50:
        time.sleep(11)  # so that the minute does not end meanwhile
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(ask, range(50)))
    assert waits.count(0) == 20
    assert all(1 <= wait <= 60 for wait in waits if wait)


def test_a_new_window_begins_anew_also_when_the_clock_was_set_back(storage, account, monkeypatch):
    rates = Rates(storage, requests_per_minute=2, documents_per_day=0)
    for moment in (1_000_000_020, 1_000_000_080, 999_999_000):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        rates.request(account)
        rates.request(account)
        with pytest.raises(ProblemError) as caught:
            rates.request(account)
        assert caught.value.code == "too_many_requests"


def test_documents_refused_do_not_count(storage, account):
    rates = Rates(storage, requests_per_minute=0, documents_per_day=10)
    rates.documents(account, 8)
    with pytest.raises(ProblemError):
        rates.documents(account, 3)
    with pytest.raises(ProblemError):
        rates.documents(account, 11)
    rates.documents(account, 2)
    rates.documents(None, 1000)


def test_over_the_rate_and_over_the_quota_say_when_to_return(start_service):
    service = start_service(requests_per_minute="8", documents_per_day="3")
    client = service.client(service.token(Role.AUTHOR))
    body = {"texts": [{"text": PERMITTED}] * 3}
    assert client.post("/v1/score/batch", json=body).status_code == 200
    refused = client.post("/v1/score", json={"text": PERMITTED})
    is_problem(refused, 429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 60 or time.gmtime().tm_hour == 23
    answers = [client.get("/v1/me") for _ in range(12)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert service.client(service.token(Role.AUTHOR)).get("/v1/me").status_code == 200


def test_metrics_tell_of_requests_verdicts_and_the_model(start_service, scorer):
    service = start_service()
    client = service.client()
    client.post("/v1/score", json={"text": PERMITTED})
    client.post("/v1/score", json={"text": ""})
    client.get("/no/such/address/marker")
    lines = client.get("/metrics").text.splitlines()
    version = scorer.manifest.version
    for expected in (
        'bitaraf_requests_total{method="POST",route="/v1/score",status="200"} 2.0',
        f'bitaraf_assessments_total{{model="{version}",verdict="clear"}} 1.0',
        'bitaraf_abstentions_total{reason="empty"} 1.0',
        f'bitaraf_model{{version="{version}"}} 1.0',
        'bitaraf_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        "bitaraf_texts_waiting 0.0",
    ):
        assert expected in lines, expected
    assert not any("marker" in line for line in lines)


def test_metrics_are_not_for_strangers(start_service):
    service = start_service()
    client = service.client(service.token(Role.MONITOR))
    admin = service.client(service.token(Role.ADMIN))
    elsewhere = {"Host": "bitaraf.example"}
    is_problem(service.client().get("/metrics", headers=elsewhere), 401, "unauthenticated")
    is_problem(client.get("/metrics", headers=elsewhere), 403, "forbidden")
    assert admin.get("/metrics", headers=elsewhere).status_code == 200


def test_logs_are_json_with_an_identity_for_each_request(start_service):
    service = start_service()
    answer = service.client().post("/v1/score", json={"text": PERMITTED})
    entries = [json.loads(line) for line in service.log.read_text().splitlines() if line[0] == "{"]
    mine = [e for e in entries if e.get("request") == answer.headers["x-request-id"]]
    assert [(e["event"], e["route"], e["status"]) for e in mine] == [("request", "/v1/score", 200)]
    assert mine[0]["milliseconds"] > 0
    # Ended by the signal that asked for it, after an orderly shutdown.
    assert service.stop() in (0, -15)
    assert "Application shutdown complete" in service.log.read_text()


def test_an_unknown_setting_is_refused(run_bitaraf, tmp_path):
    environment = os.environ | {"BITARAF_FOLDER": str(tmp_path), "BITARAF_MAX_BACH": "5"}
    refused = run_bitaraf("serve", env=environment)
    assert refused.returncode == 2
    assert b"BITARAF_MAX_BACH" in refused.stderr
    assert b"BITARAF_MAX_BATCH" in refused.stderr


def test_a_mistyped_line_of_the_settings_file_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("BITARAF_MAX_BATCH=3\nOTHER=1\n", "utf-8")
    assert read_settings().max_batch == 3
    (tmp_path / ".env").write_text("BITARAF_MAX_BACH=3\n", "utf-8")
    with pytest.raises(
        ValueError, match="BITARAF_MAX_BACH is unknown; did you mean BITARAF_MAX_BA"
    ):
        read_settings()


@pytest.mark.parametrize(
    "address",
    [
        "bitaraf.example", "ftp://bitaraf.example", "https://", "https://a.example/path",
        "https://a.example?x=1", "https://a.example#x", "https://me:word@a.example",
        "https://a.example?", "https://a b.example", "https://[::1",
    ],
)  # fmt: skip
def test_a_public_address_is_checked_at_the_start(monkeypatch, address):
    monkeypatch.setenv("BITARAF_PUBLIC_URL", address)
    with pytest.raises(ValueError, match="BITARAF_PUBLIC_URL"):
        read_settings()


def test_whom_a_request_comes_from_is_believed_of_known_proxies_only(start_service):
    def statuses(service):
        """Attempts from two addresses in turn, as a proxy on this computer names them."""
        client = service.client()
        return [
            client.get(
                "/v1/contests/current", headers={"X-Forwarded-For": f"203.0.113.9, 192.0.2.{end}"}
            ).status_code
            for end in (1, 1, 1, 2)
        ]

    limit = {"contest_attempts_per_minute": "2"}
    assert statuses(start_service(**limit)) == [401, 401, 429, 401]
    assert statuses(start_service(proxies="10.0.0.0/8", **limit)) == [401, 401, 429, 429]


@pytest.mark.parametrize("proxies", ["*", "proxy", "10.0.0.1/8", "10.0.0.0/33"])
def test_proxies_are_checked_at_the_start(monkeypatch, proxies):
    monkeypatch.setenv("BITARAF_PROXIES", proxies)
    with pytest.raises(ValueError, match="BITARAF_PROXIES"):
        read_settings()


def test_every_setting_stands_in_the_documents():
    told = (ROOT / "docs" / "service.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `BITARAF_{name.upper()}` |" in told, "run tools/write_documentation.py"
        assert field.description in told, "run tools/write_documentation.py"
