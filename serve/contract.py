"""The description of the API, completed: errors as they are sent, and examples of answers.

FastAPI knows what each route says of itself. What stands before all routes - the limits of
bodies, rates, the database - and what errors look like is added here, once.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from serve.examples import ANSWERS
from serve.problems import MEDIA_TYPE, codes_of, problem_body

_JSON = "application/json"
_PROBLEM = {"$ref": "#/components/schemas/ProblemOut"}
_MEANING = {
    401: "No valid key",
    403: "Not allowed for this role",
    404: "No such thing, or not for you",
    408: "The request came too slowly",
    409: "It does not fit the present state",
    413: "The request is too large",
    415: "A kind of body that is not read",
    422: "The request is not valid",
    429: "Over a rate or quota; Retry-After says for how long",
    503: "Busy, or a part does not answer; Retry-After says when to try again",
}
# Which of a status's problems an example shows.
_SHOWN = {
    404: "not_found",
    408: "too_slow",
    409: "conflict",
    422: "invalid_request",
    503: "busy",
}
_WAITS = (429, 503)
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 1},
    }
}


def install(app: FastAPI) -> None:
    """Give `app` the completed description at /openapi.json."""
    drawn = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(drawn())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            _complete(operation)
    return schema


def _complete(operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation["responses"]
    problems = {int(status) for status in responses if int(status) >= 400} | {503}
    if operation.get("security"):
        problems |= {401, 429}
    if "requestBody" in operation:
        problems |= {408, 413, 422}
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        problems |= {404}
    for problem in problems:
        responses[str(problem)] = _problem(problem)
    example = ANSWERS.get(operation["operationId"])
    for status, response in responses.items():
        if int(status) < 400 and example is not None:
            for kind, media in response.get("content", {}).items():
                if kind == _JSON or isinstance(example, str):
                    media["example"] = example
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: int) -> dict[str, Any]:
    shown = _SHOWN.get(status, codes_of(status)[0])
    example = problem_body(shown, "", persian=False)
    answer: dict[str, Any] = {
        "description": f"{_MEANING[status]}. Codes: {', '.join(codes_of(status))}.",
        "content": {MEDIA_TYPE: {"schema": _PROBLEM, "example": example}},
    }
    if status in _WAITS:
        answer["headers"] = _RETRY_AFTER
    return answer
