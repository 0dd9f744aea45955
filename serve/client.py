"""A client of the service, in Python.

::

    from serve.client import Client, ProblemError

    with Client("https://bitaraf.example", token="btf_…") as bitaraf:
        assessment = bitaraf.score("متن", id="post-12")
        for passage in assessment["evidence"]:
            print(passage["rule"], passage["text"])

One method for each operation of the API; answers are the API's own JSON, typed where it is
used most. A refusal is raised as `ProblemError` with its stable code. What the service asks
to send again later (429, 503) is sent again, after as long as it says.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NotRequired, Self, TypedDict
from urllib.parse import quote

try:
    import httpx
except ImportError as error:  # pragma: no cover - tests install it
    raise ImportError("serve.client needs the package httpx: pip install httpx") from error

Json = dict[str, Any]
RoleName = Literal["author", "monitor", "auditor", "admin"]

_ENDED = frozenset({"done", "cancelled", "failed"})
_AGAIN = frozenset({429, 503})
_LONGEST_ERROR = 500


class ProblemError(Exception):
    """A refusal of the service (RFC 9457): its stable code, its words, when to try again."""

    def __init__(self, code: str, status: int, title: str, detail: str, retry_after: float | None):
        super().__init__(f"{title} ({code}, {status}). {detail}".strip())
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after = retry_after


class Passage(TypedDict):
    """A passage; code points into the submitted text, end exclusive."""

    start: int
    end: int
    text: NotRequired[str]
    rule: NotRequired[str]
    kind: NotRequired[str]
    probability: float
    page: NotRequired[int]


class Assessment(TypedDict):
    """What was found in one text."""

    id: str | None
    verdict: Literal["clear", "review", "flagged", "abstained"]
    score: float | None
    abstained_reason: str | None
    evidence: list[Passage]
    protected: list[Passage]
    notes: list[str]
    model: str
    codebook: str


class ReadDocument(TypedDict):
    """A text that was read out of a file, and its assessment."""

    text: str
    assessment: Assessment


class ReadFile(TypedDict):
    """What a file held."""

    file: str
    documents: list[ReadDocument]
    unread: list[Json]
    complete: bool


class Text(TypedDict):
    """A text to score, with your own name for it."""

    text: str
    id: NotRequired[str | None]


class Audit(TypedDict):
    """An audit, and how far the work on it is."""

    id: str
    owner_id: str
    name: str | None
    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    error: str | None
    explanation: str | None
    prior: float | None
    model: str | None
    total: int | None
    done: int
    faults: int
    verdicts: dict[str, int]
    seconds_left: float | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class Account(TypedDict):
    """An account."""

    id: str
    name: str
    role: RoleName
    created_at: str
    closed_at: str | None


class Key(TypedDict):
    """A key; its token only in the answer that made it."""

    id: str
    account_id: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    token: NotRequired[str]


class Client:
    """The service at one address, with one key. Safe to share between threads.

    `language` is that of errors: ``en`` or ``fa``. A request that is refused with 429 or 503
    is sent again up to `retries` times, unless the service asks to wait longer than
    `longest_wait` seconds.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        token: str | None = None,
        *,
        language: Literal["en", "fa"] = "en",
        timeout: float = 120.0,
        retries: int = 4,
        longest_wait: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers: dict[str, str] = {"Accept-Language": language}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.http = httpx.Client(
            base_url=address, headers=headers, timeout=timeout, transport=transport
        )
        self._retries = retries
        self._longest_wait = longest_wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.http.close()

    # Scoring

    def score(self, text: str, id: str | None = None) -> Assessment:
        """Assess one text, however long."""
        return self._json("POST", "/v1/score", json=_given(text=text, id=id))

    def score_batch(self, texts: Iterable[str | Text]) -> list[Assessment]:
        """Assess several texts, up to the service's limit (64 by default), in their order."""
        listed = [{"text": text} if isinstance(text, str) else text for text in texts]
        return self._json("POST", "/v1/score/batch", json={"texts": listed})["assessments"]

    def score_file(self, file: Path | str | bytes, name: str | None = None) -> ReadFile:
        """Read a file of any supported kind and assess each document in it.

        `file` is a path or the content; the suffix of its `name` may tell its kind.
        """
        files = {"file": _named(file, name)}
        return self._json("POST", "/v1/score/file", files=files)

    # Audits

    def create_audit(
        self,
        documents: Iterable[str | Text],
        *,
        name: str | None = None,
        prior: float | None = None,
        idempotency_key: str | None = None,
    ) -> Audit:
        """Submit documents; the answer comes at once, the work is done by and by.

        With an `idempotency_key` of your own the same submission makes one audit, however
        often it is sent; without one a fresh key guards against sending it twice.
        """
        listed = [{"text": text} if isinstance(text, str) else text for text in documents]
        body = _given(documents=listed, name=name, prior=prior)
        return self._create_audit(idempotency_key, json=body)

    def create_audit_of_dataset(
        self,
        dataset: str,
        *,
        name: str | None = None,
        prior: float | None = None,
        text_column: str | None = None,
        idempotency_key: str | None = None,
    ) -> Audit:
        """Submit what the service's operator has laid ready under a name."""
        body = _given(dataset=dataset, name=name, prior=prior, text_column=text_column)
        return self._create_audit(idempotency_key, json=body)

    def create_audit_of_files(
        self,
        files: Iterable[Path | str],
        *,
        name: str | None = None,
        prior: float | None = None,
        text_column: str | None = None,
        idempotency_key: str | None = None,
    ) -> Audit:
        """Submit files of any supported kind."""
        options = _given(name=name, prior=prior, text_column=text_column)
        with ExitStack() as opened:
            sent = [
                ("file", (Path(file).name, opened.enter_context(Path(file).open("rb"))))
                for file in files
            ]
            fields = {key: str(value) for key, value in options.items()}
            return self._create_audit(idempotency_key, files=sent, data=fields)

    def audits(self, page_size: int = 100) -> Iterator[Audit]:
        """Your own audits, latest first, page after page; auditors see all."""
        yield from self._pages("/v1/audits", "audits", page_size)

    def audit(self, audit_id: str) -> Audit:
        """How far an audit is, and the verdicts so far."""
        return self._json("GET", f"/v1/audits/{_part(audit_id)}")

    def wait_for_audit(
        self, audit_id: str, *, timeout: float | None = None, every: float = 2.0
    ) -> Audit:
        """Wait until an audit has ended; raises TimeoutError after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            audit = self.audit(audit_id)
            if audit["state"] in _ENDED:
                return audit
            if end is not None and time.monotonic() + every > end:
                raise TimeoutError(f"audit {audit_id} has not ended: {audit['state']}")
            time.sleep(every)

    def watch_audit(self, audit_id: str) -> Iterator[Audit]:
        """The audit whenever something has changed, and the last time when it ends."""
        address = f"/v1/audits/{_part(audit_id)}/events"
        with self.http.stream("GET", address) as answer:
            if not answer.is_success:
                answer.read()
                raise _problem(answer)
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def cancel_audit(self, audit_id: str) -> Audit:
        """Cancel an audit; what was assessed stays."""
        return self._json("POST", f"/v1/audits/{_part(audit_id)}/cancel")

    def delete_audit(self, audit_id: str) -> None:
        """Delete an audit that has ended, with all results, reviews and contest links."""
        self._send("DELETE", f"/v1/audits/{_part(audit_id)}")

    def results(
        self,
        audit_id: str,
        *,
        verdict: str | None = None,
        rule: str | None = None,
        page_size: int = 500,
    ) -> Iterator[Json]:
        """What was found, in the order of the documents, page after page."""
        address = f"/v1/audits/{_part(audit_id)}/results"
        yield from self._pages(address, "results", page_size, verdict=verdict, rule=rule)

    def faults(self, audit_id: str, page_size: int = 500) -> Iterator[Json]:
        """Rows and files that held no document that can be read, each with the reason."""
        yield from self._pages(f"/v1/audits/{_part(audit_id)}/faults", "faults", page_size)

    def export_results(
        self,
        audit_id: str,
        form: Literal["jsonl", "csv", "parquet"],
        target: Path | str,
        *,
        verdict: str | None = None,
        rule: str | None = None,
    ) -> Path:
        """Write all results of an audit that has ended into a file, as they come."""
        parameters = _given(verdict=verdict, rule=rule)
        address = f"/v1/audits/{_part(audit_id)}/results.{form}"
        with self.http.stream("GET", address, params=parameters) as answer:
            if not answer.is_success:
                answer.read()
                raise _problem(answer)
            with Path(target).open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
        return Path(target)

    # Reviews

    def queue(
        self,
        state: Literal["waiting", "disputed", "contested"] | None = None,
        page_size: int = 100,
    ) -> Iterator[Json]:
        """What asks for a person, oldest first, page after page."""
        yield from self._pages("/v1/reviews/queue", "assessments", page_size, state=state)

    def assessment(self, assessment_id: str) -> Json:
        """One assessment of an audit, and where it stands with people."""
        return self._json("GET", f"/v1/assessments/{_part(assessment_id)}")

    def review(
        self,
        assessment_id: str,
        decision: Literal["confirm", "overturn"],
        reason: str,
        rule: str | None = None,
    ) -> str:
        """Confirm or overturn an assessment; returns the outcome that follows.

        To confirm names a rule (E1 to E5); to overturn may name a protected kind (P1 to P7).
        """
        body = _given(decision=decision, reason=reason, rule=rule)
        address = f"/v1/assessments/{_part(assessment_id)}/review"
        return self._json("POST", address, json=body)["outcome"]

    def reviews(self, assessment_id: str) -> Json:
        """What reviewers and the publisher said of an assessment."""
        return self._json("GET", f"/v1/assessments/{_part(assessment_id)}/reviews")

    def notice(
        self,
        assessment_id: str,
        format: Literal["html", "docx"] = "html",
        *,
        contest: str | None = None,
        contest_token: str | None = None,
    ) -> bytes:
        """The notice to the publisher of a confirmed document, as a page or for Word."""
        return self._send(
            "GET",
            f"/v1/assessments/{_part(assessment_id)}/notice",
            params=_given(format=format, contest=contest),
            headers=_given(**{"Contest-Token": contest_token}),
        ).content

    def export_reviews(self) -> Iterator[Json]:
        """Decided assessments whose text is kept, as examples to train on."""
        yield from _lines(self._send("GET", "/v1/reviews/export"))

    # Contests

    def create_contest(self, assessment_id: str, days: int = 30) -> Json:
        """Make a link for whoever published the text; its token is shown this once."""
        body = {"assessment_id": assessment_id, "days": days}
        return self._json("POST", "/v1/contests", json=body)

    def revoke_contest(self, contest_id: str) -> None:
        """Withdraw a link; an answer that it brought stays."""
        self._send("DELETE", f"/v1/contests/{_part(contest_id)}")

    def contest(self, contest_token: str) -> Json:
        """The assessment that a contest's token opens, as its publisher sees it."""
        headers = {"Authorization": f"Contest {contest_token}"}
        return self._json("GET", "/v1/contests/current", headers=headers)

    def answer_contest(self, contest_token: str, statement: str) -> Json:
        """Answer for the publisher, once; the assessment waits for a person again."""
        headers = {"Authorization": f"Contest {contest_token}"}
        body = {"statement": statement}
        return self._json("POST", "/v1/contests/current/answer", json=body, headers=headers)

    # Accounts, keys and the log

    def me(self) -> Json:
        """Who the key belongs to, and in which role."""
        return self._json("GET", "/v1/me")

    def accounts(self) -> list[Account]:
        """All accounts, oldest first."""
        return self._json("GET", "/v1/accounts")

    def create_account(self, name: str, role: RoleName) -> Account:
        """Make an account in one role."""
        return self._json("POST", "/v1/accounts", json={"name": name, "role": role})

    def close_account(self, account_id: str) -> None:
        """Close an account: its keys no longer open anything; what belongs to it stays."""
        self._send("DELETE", f"/v1/accounts/{_part(account_id)}")

    def keys(self, account_id: str) -> list[Key]:
        """The keys of an account, without their secrets."""
        return self._json("GET", f"/v1/accounts/{_part(account_id)}/keys")

    def create_key(self, account_id: str, days: int | None = None) -> Key:
        """Make a key; its ``token`` is in this answer and nowhere else."""
        address = f"/v1/accounts/{_part(account_id)}/keys"
        return self._json("POST", address, json=_given(days=days))

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key, at once and for good."""
        self._send("DELETE", f"/v1/keys/{_part(key_id)}")

    def log(self, after: int = 0, page_size: int = 500) -> Iterator[Json]:
        """The log's entries that follow number `after`, in order, page after page."""
        while True:
            parameters = {"after": after, "limit": page_size}
            entries = self._json("GET", "/v1/log", params=parameters)["entries"]
            yield from entries
            if len(entries) < page_size:
                return
            after = entries[-1]["number"]

    def verify_log(self) -> Json:
        """Whether the log's chain holds, how many entries it has, and its head."""
        return self._json("GET", "/v1/log/verification")

    # The service itself

    def model(self) -> Json:
        """The model's version, thresholds and measured quality."""
        return self._json("GET", "/v1/model")

    def codebook(self) -> Json:
        """The rules and the protected kinds, in both languages."""
        return self._json("GET", "/v1/codebook")

    def models(self) -> Json:
        """The models that can be put to work, and the one that is."""
        return self._json("GET", "/v1/models")

    def activate_model(self, version: str) -> Json:
        """Put a model to work, without a pause."""
        return self._json("POST", "/v1/models/activate", json={"version": version})

    def roll_back_model(self) -> Json:
        """Put the model that was at work before back to work."""
        return self._json("POST", "/v1/models/rollback")

    def is_alive(self) -> bool:
        """Whether the service answers."""
        return self._healthy("/healthz")

    def is_ready(self) -> bool:
        """Whether its model is loaded and its database answers."""
        return self._healthy("/readyz")

    def metrics(self) -> str:
        """Metrics in Prometheus' format."""
        return self._send("GET", "/metrics").text

    def openapi(self) -> Json:
        """The description of the API itself."""
        return self._json("GET", "/openapi.json")

    def _create_audit(self, key: str | None, **request: Any) -> Audit:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._json("POST", "/v1/audits", headers=headers, **request)

    def _pages(self, address: str, member: str, size: int, **asked: Any) -> Iterator[Any]:
        after = None
        while True:
            page = self._json("GET", address, params=_given(**asked, after=after, limit=size))
            yield from page[member]
            after = page["next"]
            if after is None:
                return

    def _healthy(self, address: str) -> bool:
        try:
            return self.http.get(address).status_code == 200
        except httpx.TransportError:
            return False

    def _json(self, method: str, address: str, **request: Any) -> Any:
        return self._send(method, address, **request).json()

    def _send(self, method: str, address: str, **request: Any) -> httpx.Response:
        """Send until it is answered for good; raises ProblemError for a refusal.

        Sending again is safe: what is refused with 429 or 503 was not begun, or undone.
        """
        for attempt in range(self._retries + 1):
            answer = self.http.request(method, address, **request)
            if answer.is_success:
                return answer
            problem = _problem(answer)
            wait = problem.retry_after
            if wait is None:
                wait = min(0.5 * 2**attempt, 8)
            again = answer.status_code in _AGAIN and attempt < self._retries
            if not again or wait > self._longest_wait:
                raise problem
            # Spread a little, so that clients refused together do not return together.
            time.sleep(wait * random.uniform(1.0, 1.25))
        raise AssertionError("unreachable")  # pragma: no cover


def _given(**members: Any) -> Json:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def _part(identity: str) -> str:
    """An identity as one part of an address."""
    return quote(identity, safe="")


def _named(file: Path | str | bytes, name: str | None) -> tuple[str, bytes]:
    if isinstance(file, bytes):
        return name or "file", file
    path = Path(file)
    return name or path.name, path.read_bytes()


def _lines(answer: httpx.Response) -> Iterator[Json]:
    # Not str.splitlines: it also breaks at characters that JSON leaves in strings.
    return (json.loads(line) for line in answer.content.split(b"\n") if line.strip())


def _problem(answer: httpx.Response) -> ProblemError:
    """The problem of an answer; what stands between may answer with something else."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        body = {"detail": answer.text[:_LONGEST_ERROR]}
    return ProblemError(
        code=str(body.get("code", "unknown")),
        status=answer.status_code,
        title=str(body.get("title", answer.reason_phrase)),
        detail=str(body.get("detail", "")),
        retry_after=_seconds(answer.headers.get("retry-after")),
    )


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, is taken as unknown."""
    return float(header) if header is not None and header.strip().isdecimal() else None
