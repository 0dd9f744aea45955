"""Contests: whoever published a text sees its assessment by a link, and answers it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.http import HTTPBase
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from classifier.codebook import PROTECTED_KINDS, RULES
from serve.identity import Allowed, Principal
from serve.operations.rates import Attempts
from serve.reviews import contests, desk
from serve.reviews.outcome import Outcome
from serve.reviews.passages import Passage, evidence_of, protected_of
from serve.roles import Permission
from serve.routes.common import StorageNow, errors
from serve.routes.prose import Statement
from serve.schemas import CategoryOut
from serve.settings import Settings
from serve.storage import Contest, Decision, Storage, StoredAssessment

Reviewer = Annotated[Principal, Depends(Allowed(Permission.REVIEW))]
router = APIRouter(tags=["contests"], responses=errors(401, 422))
_scheme = HTTPBase(
    scheme="contest",
    scheme_name="contest",
    auto_error=False,
    description="The token of a contest link, as `createContest` shows it once: "
    "`Authorization: Contest btc_…`. It opens one assessment, and nothing else.",
)
_CATEGORIES = {
    c.name: CategoryOut(code=c.code, name=c.name, english=c.english, persian=c.persian)
    for c in (*RULES, *PROTECTED_KINDS)
}


class ContestIn(BaseModel):
    """A link to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"assessment_id": "0123456789abcdef0123456789abcdef", "days": 30}]
        },
    )

    assessment_id: str = Field(max_length=32)
    days: int = Field(30, ge=1, le=365, description="days until it expires")


class NewContestOut(BaseModel):
    """A new contest with its token and link, which are shown this once only."""

    id: str
    assessment_id: str
    expires_at: datetime
    token: str
    link: str = Field(
        description="For a person. The token stands behind '#', which browsers do not send: it "
        "comes into no log on the way."
    )


class ContestPassageOut(BaseModel):
    """A passage with its rule or protected kind in words; its text only where it is kept."""

    start: int
    end: int
    page: int | None
    category: CategoryOut
    text: str | None


class HeardOut(BaseModel):
    """What a reviewer said; never who."""

    decision: Decision
    category: CategoryOut | None
    reason: str
    at: datetime


class ContestViewOut(BaseModel):
    """One assessment as its publisher sees it, and the answer, if there is one."""

    document: str | None
    outcome: Outcome
    verdict: str
    score: float | None
    evidence: list[ContestPassageOut]
    protected: list[ContestPassageOut]
    reviews: list[HeardOut]
    model: str
    codebook: str
    assessed_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    statement: str | None


class AnswerIn(BaseModel):
    """The publisher's answer; it is given once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"statement": "این جمله نقل قول بود و نام گوینده در سطر پیش آمده است."}]
        },
    )

    statement: Statement


def _token_of(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
) -> str:
    """A token that opens a contest now.

    Raises ProblemError: 401, the same for every failure; 429 after too many attempts, good ones
    too, or the answer would tell which was good.
    """
    attempts: Attempts = request.app.state.attempts
    attempts.count(request.client.host if request.client else "")
    storage: Storage = request.app.state.storage
    if credentials is None or credentials.scheme.lower() != "contest":
        raise contests.unusable()
    with storage.read() as session:
        if contests.opened_by(session, credentials.credentials) is None:
            raise contests.unusable()
    return credentials.credentials


Token = Annotated[str, Depends(_token_of)]


@router.post(
    "/v1/contests",
    operation_id="createContest",
    status_code=201,
    responses=errors(403, 404, 409),
)
def create(
    body: ContestIn, request: Request, storage: StorageNow, caller: Reviewer
) -> NewContestOut:
    """Make a link for whoever published the text, if you submitted or reviewed it.

    It shows this one assessment and takes one answer, which puts it back into the queue.
    """
    with storage.write() as session:
        contest, token = contests.create(session, caller, body.assessment_id, body.days)
    return NewContestOut(
        id=contest.id,
        assessment_id=contest.assessment_id,
        expires_at=contest.expires_at,
        token=token,
        link=link_of(request, token),
    )


def link_of(request: Request, token: str) -> str:
    """The address of the page that shows a contest to a person.

    It names the service as people reach it: behind a proxy, the request may name it otherwise.
    """
    settings: Settings = request.app.state.settings
    return f"{settings.public_url or str(request.base_url).rstrip('/')}/contest#{token}"


@router.delete(
    "/v1/contests/{identity}",
    operation_id="revokeContest",
    status_code=204,
    responses=errors(403, 404),
)
def revoke(identity: str, storage: StorageNow, caller: Reviewer) -> Response:
    """Withdraw a link, at once and for good; an answer that it brought stays."""
    with storage.write() as session:
        contests.revoke(session, identity, caller)
    return Response(status_code=204)


@router.get("/v1/contests/current", operation_id="getContest")
def current(storage: StorageNow, token: Token) -> ContestViewOut:
    """The assessment that the token opens."""
    with storage.read() as session:
        contest = contests.opened_by(session, token)
        if contest is None:
            raise contests.unusable()
        return _view(session, contest)


@router.post("/v1/contests/current/answer", operation_id="answerContest", responses=errors(409))
def answer(body: AnswerIn, storage: StorageNow, token: Token) -> ContestViewOut:
    """Answer, once. The assessment waits for a person again."""
    with storage.write() as session:
        return _view(session, contests.answer(session, token, body.statement))


def _view(session: Session, contest: Contest) -> ContestViewOut:
    found = session.get_one(StoredAssessment, contest.assessment_id)
    return ContestViewOut(
        document=found.document,
        outcome=Outcome(found.outcome),
        verdict=found.verdict,
        score=found.score,
        evidence=[_passage(p) for p in evidence_of(found)],
        protected=[_passage(p) for p in protected_of(found)],
        reviews=[
            HeardOut(
                decision=Decision(r.decision),
                category=_CATEGORIES.get(r.rule) if r.rule else None,
                reason=r.reason,
                at=r.created_at,
            )
            for r in desk.reviews_of(session, found.id)
        ],
        model=found.model,
        codebook=found.codebook,
        assessed_at=found.created_at,
        expires_at=contest.expires_at,
        answered_at=contest.answered_at,
        statement=contest.statement,
    )


def _passage(passage: Passage) -> ContestPassageOut:
    return ContestPassageOut(
        start=passage.start,
        end=passage.end,
        page=passage.page,
        category=_CATEGORIES[passage.name],
        text=passage.text,
    )
