"""Scoring over HTTP, the service as a real process."""

import json
import os
import subprocess
import time

import pytest

from tests.conftest import BITARAF, PARTISAN, PERMITTED
from tests.service.conftest import free_port


def is_problem(response, status, code):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["title"]
    return body


def test_a_text_gets_the_same_assessment_as_in_the_library(service, scorer):
    answer = service.post("/v1/score", json={"id": "post-1", "text": PARTISAN})
    assert answer.status_code == 200
    expected = json.loads(json.dumps(scorer.score(PARTISAN, "post-1").to_dict()))
    assert answer.json()["score"] == pytest.approx(expected.pop("score"), abs=1e-4)
    assert {k: v for k, v in answer.json().items() if k != "score"} == expected


def test_a_batch_comes_back_in_order(service):
    texts = [{"id": "1", "text": PERMITTED}, {"text": ""}, {"id": "3", "text": PARTISAN}]
    answer = service.post("/v1/score/batch", json={"texts": texts}).json()["assessments"]
    assert [a["id"] for a in answer] == ["1", None, "3"]
    assert [a["verdict"] for a in answer][:2] == ["clear", "abstained"]
    assert answer[2]["verdict"] != "clear"


def test_model_codebook_and_health(service, scorer):
    model = service.get("/v1/model").json()
    assert model["version"] == scorer.manifest.version
    codebook = service.get("/v1/codebook").json()
    assert [r["code"] for r in codebook["rules"]] == ["E1", "E2", "E3", "E4", "E5"]
    assert len(codebook["protected"]) == 7
    assert service.get("/healthz").json() == {"status": "alive"}
    assert service.get("/readyz").json() == {"status": "ready"}


def test_openapi_has_persian_examples_and_stable_operation_ids(service):
    schema = service.get("/openapi.json").json()
    operations = [o["operationId"] for path in schema["paths"].values() for o in path.values()]
    assert len(operations) == len(set(operations))
    assert {
        "scoreText", "scoreBatch", "getModel", "getCodebook", "getPrincipal", "isAlive", "isReady",
    } <= set(operations)  # fmt: skip
    assert "نامزدی" in json.dumps(schema, ensure_ascii=False)
    assert "USE.md" in schema["info"]["description"]


def test_the_pace_is_told_once_it_is_known(service):
    assert service.post("/v1/score", json={"text": f"{PARTISAN} {PARTISAN}"}).status_code == 200
    assert service.get("/v1/model").json()["characters_per_second"] > 0


def test_a_long_text_is_refused_and_never_cut(service):
    body = is_problem(service.post("/v1/score", json={"text": "متن " * 6000}), 422, "text_too_long")
    assert "20,000" in body["detail"]
    texts = [{"text": PERMITTED}] * 6
    is_problem(service.post("/v1/score/batch", json={"texts": texts}), 422, "batch_too_large")
    is_problem(service.post("/v1/score/batch", json={"texts": []}), 422, "invalid_request")


def test_a_large_body_is_refused_declared_or_not(service):
    large = json.dumps({"text": "م" * 150_000}).encode()
    is_problem(service.post("/v1/score", content=large), 413, "body_too_large")
    chunks = (large[i : i + 50_000] for i in range(0, len(large), 50_000))
    headers = {"content-type": "application/json"}
    is_problem(service.post("/v1/score", content=chunks, headers=headers), 413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        (b"", "invalid_request"),
        (b"[]", "invalid_request"),
        (b'{"text": 5}', "invalid_request"),
        (b'{"txt": "x"}', "invalid_request"),
        (b'{"text": "x", "extra": 1}', "invalid_request"),
        (b"\xff\xfe", "not_json"),
    ],
)
def test_a_malformed_request_is_answered_with_its_fault(service, body, code):
    headers = {"content-type": "application/json"}
    answer = service.post("/v1/score", content=body, headers=headers)
    is_problem(answer, 422, code)


def test_errors_come_in_persian_to_those_who_read_it(service):
    answer = service.post("/v1/score", json={"text": 5}, headers={"Accept-Language": "fa-IR,en"})
    assert "معتبر" in is_problem(answer, 422, "invalid_request")["title"]


def test_unknown_addresses_and_methods(service):
    is_problem(service.get("/nowhere"), 404, "not_found")
    is_problem(service.get("/v1/score"), 405, "method_not_allowed")


def test_no_submitted_text_is_logged_or_echoed_in_errors(service):
    marker = "نشان‌پنهان۷۷۳"
    service.post("/v1/score", json={"id": "m", "text": f"{marker} {PERMITTED}"})
    answer = service.post("/v1/score", json={"text": [marker]})
    assert marker not in answer.text
    service.post("/v1/score", content=f'{{"text": "{marker}'.encode())
    log = service.log.read_text("utf-8")
    assert marker not in log
    assert '"route": "/v1/score"' in log


def test_a_port_in_use_or_a_wrong_setting_ends_with_a_message(run_bitaraf, service):
    port = str(service.base_url.port)
    taken = run_bitaraf("serve", "--port", port)
    assert taken.returncode != 0
    assert b"Traceback" not in taken.stderr
    wrong = run_bitaraf("serve", env=os.environ | {"BITARAF_PORT": "many"})
    assert wrong.returncode == 2
    assert b"BITARAF_PORT" in wrong.stderr


def test_it_stops_when_asked(tmp_path):
    process = subprocess.Popen(
        [str(BITARAF), "serve", "--port", str(free_port())],
        stderr=subprocess.PIPE,
        env=os.environ | {"BITARAF_FOLDER": str(tmp_path)},
    )
    time.sleep(3)
    process.terminate()
    _, errors = process.communicate(timeout=15)
    assert process.returncode in (0, -15)
    assert b"Traceback" not in errors
