"""The Python client, against the service as a real process and against scripted answers."""

import httpx
import pytest

from serve.client import Client, ProblemError
from serve.roles import Role
from tests.conftest import PARTISAN, PERMITTED


def scripted(*answers: httpx.Response, **options) -> Client:
    """A client whose service gives these answers, one after another."""
    left = list(answers)
    return Client(transport=httpx.MockTransport(lambda _: left.pop(0)), **options)


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """How long the client slept, without sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("serve.client.time.sleep", slept.append)
    return slept


BUSY = {"code": "busy", "title": "The service is busy", "detail": "Later.", "status": 503}


def test_what_is_refused_for_now_is_sent_again_after_as_long_as_asked(waits):
    client = scripted(
        httpx.Response(503, json=BUSY, headers={"Retry-After": "5"}),
        httpx.Response(429, json=BUSY | {"code": "too_many_requests"}),
        httpx.Response(200, json={"name": "n", "role": "author"}),
    )
    assert client.me()["name"] == "n"
    assert 5 <= waits[0] <= 6.25
    assert 1 <= waits[1] <= 1.25


def test_a_long_wait_and_the_last_refusal_are_raised(waits):
    tomorrow = httpx.Response(429, json=BUSY, headers={"Retry-After": "40000"})
    with pytest.raises(ProblemError) as caught:
        scripted(tomorrow).score("متن")
    assert (caught.value.retry_after, waits) == (40000, [])
    with pytest.raises(ProblemError) as caught:
        scripted(*[httpx.Response(503, json=BUSY)] * 3, retries=2).score("متن")
    assert (caught.value.code, caught.value.status) == ("busy", 503)
    assert len(waits) == 2


def test_an_answer_that_is_no_problem_document_is_told_all_the_same():
    with pytest.raises(ProblemError) as caught:
        scripted(httpx.Response(502, text="<html>bad gateway")).me()
    assert (caught.value.code, caught.value.status) == ("unknown", 502)
    assert "gateway" in caught.value.detail
    unreachable = Client("http://127.0.0.1:9", retries=0)
    assert not unreachable.is_alive()


def test_lines_are_parted_at_line_feeds_only():
    content = '{"a": "x\u2028y"}\n{"a": "z"}\n'.encode()
    client = scripted(httpx.Response(200, content=content))
    assert [line["a"] for line in client.export_reviews()] == ["x\u2028y", "z"]


def test_it_scores_texts_batches_and_files_as_a_person_without_keys(service, tmp_path):
    with Client(str(service.base_url)) as client:
        assert client.is_alive()
        assert client.is_ready()
        assert client.score(PERMITTED, id="1")["verdict"] == "clear"
        answers = client.score_batch([PERMITTED, {"text": PARTISAN, "id": "2"}])
        assert [a["id"] for a in answers] == [None, "2"]
        path = tmp_path / "متن.txt"
        path.write_text(PARTISAN, encoding="utf-8")
        read = client.score_file(path)
        assert read["documents"][0]["assessment"]["verdict"] == answers[1]["verdict"]
        assert client.score_file(PERMITTED.encode(), name="a.txt")["complete"]
        assert client.model()["version"] == answers[0]["model"]
        assert len(client.codebook()["rules"]) == 5
        assert "bitaraf_requests" in client.metrics()
        assert client.score("")["abstained_reason"] == "empty"
        with pytest.raises(ProblemError) as caught:
            client.accounts()
        assert caught.value.code == "forbidden"


def test_it_administers_accounts_and_reads_the_log(start_service):
    service = start_service()
    with Client(service.base_url, service.token(Role.ADMIN), language="fa") as client:
        made = client.create_account("دفتر", "monitor")
        key = client.create_key(made["id"], days=1)
        assert Client(service.base_url, key["token"]).me() == {"name": "دفتر", "role": "monitor"}
        assert key["id"] in [k["id"] for k in client.keys(made["id"])]
        client.revoke_key(key["id"])
        client.close_account(made["id"])
        acts = [entry["action"] for entry in client.log(page_size=2)]
        assert acts[-4:] == ["account.create", "key.create", "key.revoke", "account.close"]
        assert client.verify_log()["holds"]
        assert {a["name"] for a in client.accounts()} >= {"دفتر"}
        with pytest.raises(ProblemError) as caught:
            client.keys("../log")
        assert caught.value.code == "not_found"
        assert "نیست" in caught.value.title


def test_it_submits_an_audit_and_reads_its_results(start_service, tmp_path):
    service = start_service()
    with Client(service.base_url, service.token(Role.MONITOR)) as client:
        texts = [PERMITTED, {"id": "2", "text": PARTISAN}, {"id": "3", "text": ""}]
        made = client.create_audit(texts, name="پایش", idempotency_key="one")
        assert client.create_audit(texts, name="پایش", idempotency_key="one")["id"] == made["id"]
        states = [audit["state"] for audit in client.watch_audit(made["id"])]
        assert states[-1] == "done"
        ended = client.wait_for_audit(made["id"], timeout=60)
        assert (ended["done"], ended["faults"], ended["total"]) in ((3, 0, 3), (2, 1, 3))
        rows = list(client.results(made["id"], page_size=1))
        assert [row["row"] for row in rows][:2] == [0, 1]
        assert rows[1]["id"] == "2"
        written = client.export_results(made["id"], "jsonl", tmp_path / "results.jsonl")
        assert len(written.read_text("utf-8").splitlines()) == len(rows)
        path = tmp_path / "متن.txt"
        path.write_text(PERMITTED, encoding="utf-8")
        other = client.create_audit_of_files([path], name="پرونده")
        assert client.wait_for_audit(other["id"], timeout=60)["verdicts"] == {"clear": 1}
        assert {a["id"] for a in client.audits(page_size=1)} == {made["id"], other["id"]}
        assert list(client.faults(other["id"])) == []
        client.delete_audit(other["id"])
        with pytest.raises(ProblemError) as caught:
            client.audit(other["id"])
        assert caught.value.code == "not_found"
        with pytest.raises(ProblemError) as caught:
            client.create_audit_of_dataset("none")
        assert caught.value.code == "dataset_not_found"
        assert client.cancel_audit(made["id"])["state"] == "done"


def test_each_operation_of_the_api_has_its_method(service):
    paths = service.get("/openapi.json").json()["paths"]
    offered = {o["operationId"] for path in paths.values() for o in path.values()}
    assert offered - _METHODS.keys() == set()
    assert set(_METHODS.values()) <= set(vars(Client))


_METHODS = {
    "scoreText": "score", "scoreBatch": "score_batch", "scoreFile": "score_file",
    "createAudit": "create_audit", "listAudits": "audits", "getAudit": "audit",
    "watchAudit": "watch_audit", "cancelAudit": "cancel_audit", "deleteAudit": "delete_audit",
    "listResults": "results", "exportResults": "export_results", "listFaults": "faults",
    "listQueue": "queue", "getAssessment": "assessment", "reviewAssessment": "review",
    "listReviews": "reviews", "getNotice": "notice", "exportReviews": "export_reviews",
    "createContest": "create_contest", "revokeContest": "revoke_contest",
    "getContest": "contest", "answerContest": "answer_contest",
    "getPrincipal": "me", "listAccounts": "accounts", "createAccount": "create_account",
    "closeAccount": "close_account", "listKeys": "keys", "createKey": "create_key",
    "revokeKey": "revoke_key", "readLog": "log", "verifyLog": "verify_log",
    "getModel": "model", "getCodebook": "codebook", "listModels": "models",
    "activateModel": "activate_model", "rollBackModel": "roll_back_model",
    "isAlive": "is_alive", "isReady": "is_ready", "getMetrics": "metrics",
}  # fmt: skip
