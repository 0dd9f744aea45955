"""The API keeps to its description, whatever is sent to it, in whichever role."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serve import problems
from serve.app import create_app
from serve.examples import ANSWERS
from serve.roles import Role
from serve.settings import Settings
from tests.service.conftest import Service, serving_crew

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Too many at once is the one thing that a service may answer with a 5xx.
BY_DESIGN = 503


def describe() -> dict:
    """The description as the service gives it, without starting it."""
    with tempfile.TemporaryDirectory() as folder:
        return json.loads(json.dumps(create_app(Settings(folder=Path(folder))).openapi()))


DESCRIBED = describe()


@pytest.fixture
def described() -> dict:
    return DESCRIBED


def operations(schema: dict) -> Iterator[dict]:
    for path in schema["paths"].values():
        yield from path.values()


def test_it_is_openapi_3_1_and_each_operation_has_an_example(described):
    assert described["openapi"].startswith("3.1")
    for operation in operations(described):
        name = operation["operationId"]
        assert operation["description"], name
        answers = [r for s, r in operation["responses"].items() if s < "300" and "content" in r]
        for answer in answers:
            if "application/json" in answer["content"]:
                assert "example" in answer["content"]["application/json"], name
    assert set(ANSWERS) <= {o["operationId"] for o in operations(described)}


def test_examples_are_what_the_description_says(described):
    for operation in operations(described):
        for response in operation["responses"].values():
            for media in response.get("content", {}).values():
                if "example" in media and "schema" in media:
                    schema = {**media["schema"], "components": described["components"]}
                    jsonschema_rs.validate(schema, media["example"])


def test_examples_of_requests_are_what_the_description_says(described):
    for name, schema in described["components"]["schemas"].items():
        for example in schema.get("examples", []):
            whole = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
            jsonschema_rs.validate(whole, example)


def test_errors_are_described_as_they_are_sent(described):
    for operation in operations(described):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [problems.MEDIA_TYPE], operation["operationId"]
                assert ("headers" in response) == (status in ("429", "503"))
        if operation.get("security"):
            assert {"401", "429", "503"} <= set(operation["responses"])


# The contract: codes are never renamed, and never change their status.
CODES = {
    "invalid_request": 422, "not_json": 422, "text_too_long": 422, "batch_too_large": 422,
    "unreadable_file": 422, "too_slow": 408, "body_too_large": 413, "upload_stalled": 408,
    "unsupported_media_type": 415, "too_many_documents": 422, "dataset_not_found": 422,
    "not_found": 404, "method_not_allowed": 405, "unauthenticated": 401, "contest_unusable": 401,
    "forbidden": 403, "idempotency_conflict": 409, "unusable_model": 422, "conflict": 409,
    "too_many_requests": 429, "storage_unavailable": 503, "busy": 503, "no_space": 503,
    "not_ready": 503, "internal": 500,
}  # fmt: skip


def test_codes_of_problems_are_stable_and_in_both_languages():
    known = {code: status for code, (status, _, _) in problems._TITLES.items()}
    assert {code: known.get(code) for code in CODES} == CODES
    assert set(known) == set(CODES), "write the new code into this list"
    for code in CODES:
        english = problems.problem_body(code, "", persian=False)
        persian = problems.problem_body(code, "", persian=True)
        assert english["type"] == persian["type"] == f"urn:bitaraf:problem:{code}"
        assert english["title"].isascii()
        assert any("\u0600" <= letter <= "\u06ff" for letter in persian["title"]), code


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Service]:
    """A service with small limits, and a key in every role."""
    with serving_crew(
        tmp_path_factory.mktemp("contract"),
        requests_per_minute="0",
        max_characters="2000",
        max_batch="3",
        max_body_bytes="100000",
    ) as service:
        yield service


schema = schemathesis.openapi.from_dict(DESCRIBED)


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_description_allows(case, running):
    for token in (*running.tokens.values(), None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = case.call(running.base_url, headers=headers, timeout=60)
        if response.status_code != BY_DESIGN:
            case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            body = json.loads(response.content)
            assert body["code"] in CODES
            assert body["status"] == response.status_code


def test_afterwards_it_is_ready_and_its_log_holds(running):
    client = running.client(running.tokens[Role.ADMIN])
    assert client.get("/readyz").status_code == 200
    # The run above did reach the routes, and was let in as well as refused.
    counted = client.get("/metrics").text
    for status in (200, 201, 202, 401, 403, 404, 422):
        assert f'status="{status}"' in counted, status
    assert client.get("/v1/log/verification").json()["holds"]
    assert '"status": 500' not in running.log.read_text()
