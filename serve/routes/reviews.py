"""Reviews: the queue, one assessment, what reviewers say of it, the notice, the export."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from classifier.codebook import PROTECTED_KINDS, RULES
from serve import journal
from serve.identity import Allowed, Principal, principal_of
from serve.problems import ProblemError
from serve.reviews import contests, desk, export, notice_docx, notice_html
from serve.reviews.notice import Answer, compose
from serve.reviews.outcome import Outcome
from serve.reviews.passages import kept_text
from serve.roles import Permission
from serve.routes.common import StorageNow, errors
from serve.routes.contests import link_of
from serve.routes.passages import EvidenceOut, ProtectedOut, evidence_out, protected_out
from serve.routes.prose import Reason
from serve.storage import Account, Contest, Decision, StoredAssessment
from serve.storage.tables import is_identity

Reviewer = Annotated[Principal, Depends(Allowed(Permission.REVIEW))]
Caller = Annotated[Principal, Depends(principal_of)]
router = APIRouter(tags=["reviews"], responses=errors(401, 403, 422))

_BY_CODE = {category.code: category.name for category in (*RULES, *PROTECTED_KINDS)}
_RULES = frozenset(rule.name for rule in RULES)
_KINDS = frozenset(kind.name for kind in PROTECTED_KINDS)
_NAMES = tuple(_BY_CODE) + tuple(_BY_CODE.values())


class StoredAssessmentOut(BaseModel):
    """The assessment of a document of an audit, and where it stands with people."""

    id: str
    audit_id: str
    row: int
    document: str | None
    outcome: Outcome
    verdict: str
    score: float | None
    abstained_reason: str | None
    evidence: list[EvidenceOut]
    protected: list[ProtectedOut]
    notes: list[str]
    model: str
    codebook: str
    text_hash: str
    text: str | None = Field(description="only where the service keeps texts, and for its time")
    text_until: datetime | None
    created_at: datetime


class ReviewIn(BaseModel):
    """A reviewer's word. Saying another later changes it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "decision": "confirm",
                    "rule": "E3",
                    "reason": "وانت مؤسسه به ستاد یک نامزد سپرده شده است.",
                },
                {
                    "decision": "overturn",
                    "rule": "P4",
                    "reason": "نقل قول از خبرگزاری است و سازمان آن را از آنِ خود نکرده است.",
                },
            ]
        },
    )

    decision: Decision
    rule: Literal[_NAMES] | None = Field(  # type: ignore[valid-type]
        None,
        description="By code or name. To confirm names a rule, E1-E5; to overturn may name the "
        "protected kind, P1-P7.",
    )
    reason: Reason = Field(
        description="Why, in your words; whoever published the text may read it, without your name."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.rule is not None:
            self.rule = _BY_CODE.get(self.rule, self.rule)
        if self.decision is Decision.CONFIRM and self.rule not in _RULES:
            raise ValueError("to confirm, name a rule, E1 to E5")
        if self.decision is Decision.OVERTURN and self.rule is not None and self.rule not in _KINDS:
            raise ValueError("to overturn, name a protected kind, P1 to P7, or none")
        return self


class ReviewOut(BaseModel):
    """What one reviewer says, and when."""

    reviewer: str
    decision: Decision
    rule: str | None
    reason: str
    at: datetime


class ContestOut(BaseModel):
    """A link to the publisher, without its secret, and the answer that it brought."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    answered_at: datetime | None
    heard_at: datetime | None = Field(description="when a reviewer spoke after the answer")
    statement: str | None


class ReviewsOut(BaseModel):
    """Everything people said of one assessment."""

    outcome: Outcome
    reviews: list[ReviewOut]
    contests: list[ContestOut]


class OutcomeOut(BaseModel):
    """Where the assessment stands now."""

    id: str
    outcome: Outcome


class WaitingOut(BaseModel):
    """An assessment that asks for a person."""

    id: str
    audit_id: str
    document: str | None
    outcome: Outcome
    verdict: str
    score: float | None
    confirming: int
    overturning: int
    own: Decision | None = Field(description="what you said of it")
    created_at: datetime


class QueueOut(BaseModel):
    """A page of the queue; ask for what comes `after` its `next` to go on."""

    assessments: list[WaitingOut]
    total: int
    next: str | None


@router.get("/v1/reviews/queue", operation_id="listQueue")
def queue(
    storage: StorageNow,
    caller: Reviewer,
    state: Annotated[
        Literal["waiting", "disputed", "contested"] | None, Query(description="default: all three")
    ] = None,
    after: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> QueueOut:
    """What asks for a person, oldest first; all monitors share it."""
    asked = Outcome(state) if state else None
    with storage.read() as session:
        page, total, following = desk.queue(session, caller, asked, after, limit)
        return QueueOut(
            assessments=[
                WaitingOut(
                    **{name: getattr(w.assessment, name) for name in _LISTED},
                    confirming=w.votes.confirming,
                    overturning=w.votes.overturning,
                    own=w.own,
                )
                for w in page
            ],
            total=total,
            next=following,
        )


_LISTED = ("id", "audit_id", "document", "outcome", "verdict", "score", "created_at")


@router.get("/v1/reviews/export", operation_id="exportReviews", response_class=StreamingResponse)
def export_reviews(storage: StorageNow, caller: Reviewer) -> StreamingResponse:
    """Decided assessments whose text is kept, as JSON lines to train on.

    `bitaraf data import --reviews FILE --hand NAME` makes training documents of them.
    """
    with storage.write() as session:
        identities = export.settled(session)
        journal.record(
            session, caller.name, "reviews.export", "reviews", assessments=len(identities)
        )
    return StreamingResponse(
        export.lines(storage, identities),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="bitaraf-reviews.jsonl"'},
    )


@router.get("/v1/assessments/{identity}", operation_id="getAssessment", responses=errors(404))
def assessment(identity: str, storage: StorageNow, caller: Caller) -> StoredAssessmentOut:
    """One assessment, for its owner, for monitors and for auditors."""
    with storage.read() as session:
        return shown(desk.readable(session, identity, caller))


def shown(found: StoredAssessment) -> StoredAssessmentOut:
    """A stored assessment as the API gives it."""
    fields: dict[str, Any] = {
        name: getattr(found, name)
        for name in StoredAssessmentOut.model_fields
        if name not in ("evidence", "protected", "text")
    }
    return StoredAssessmentOut(
        **fields,
        evidence=evidence_out(found),
        protected=protected_out(found),
        text=kept_text(found),
    )


@router.post(
    "/v1/assessments/{identity}/review",
    operation_id="reviewAssessment",
    responses=errors(404, 409),
)
def review(identity: str, body: ReviewIn, storage: StorageNow, caller: Reviewer) -> OutcomeOut:
    """Confirm or overturn an assessment. Your later word replaces your earlier one."""
    with storage.write() as session:
        found = desk.speak(session, identity, caller, body.decision, body.rule, body.reason)
        return OutcomeOut(id=found.id, outcome=Outcome(found.outcome))


@router.get("/v1/assessments/{identity}/reviews", operation_id="listReviews", responses=errors(404))
def reviews(identity: str, storage: StorageNow, caller: Caller) -> ReviewsOut:
    """What reviewers and the publisher said of an assessment."""
    with storage.read() as session:
        found = desk.readable(session, identity, caller)
        return ReviewsOut(
            outcome=Outcome(found.outcome),
            reviews=[
                ReviewOut(
                    reviewer=session.get_one(Account, r.reviewer_id).name,
                    decision=Decision(r.decision),
                    rule=r.rule,
                    reason=r.reason,
                    at=r.created_at,
                )
                for r in desk.reviews_of(session, found.id)
            ],
            contests=[
                ContestOut.model_validate(c) for c in contests.contests_of(session, found.id)
            ],
        )


_NOTICES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string"}},
            notice_docx.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


@router.get(
    "/v1/assessments/{identity}/notice",
    operation_id="getNotice",
    response_class=Response,
    responses=errors(404, 409) | _NOTICES,
)
def notice(
    identity: str,
    request: Request,
    storage: StorageNow,
    caller: Reviewer,
    form: Annotated[Literal["html", "docx"], Query(alias="format")] = "html",
    contest: Annotated[
        str | None,
        Query(max_length=32, description="the id of an open contest: tells until when it is open"),
    ] = None,
    token: Annotated[
        str | None,
        Header(
            alias="Contest-Token",
            max_length=200,
            description="the token of an open contest: prints its link. It is kept as a hash "
            "only, so that the service cannot fill it in; in an address it would be logged.",
        ),
    ] = None,
) -> Response:
    """The notice to the publisher of a confirmed document, in Persian, as a page or for Word.

    It says which passages were found under which rule, what that means and does not mean, that
    a person confirmed it, and how to answer. Nothing is decided by it.
    """
    with storage.write() as session:
        found = desk.readable(session, identity, caller)
        if found.outcome != Outcome.CONFIRMED:
            raise ProblemError(
                "conflict",
                "A notice is drawn up once a person has confirmed the assessment.",
                "آگاهی‌نامه هنگامی نوشته می‌شود که یک نفر ارزیابی را تأیید کرده باشد.",
            )
        answer = _answer(session, request, found.id, contest, token)
        composed = compose(session, found, answer)
        journal.record(session, caller.name, "notice.draw", found.id, format=form)
    if form == "html":
        return Response(
            notice_html.render(composed),
            media_type="text/html; charset=utf-8",
            headers={
                "Content-Security-Policy": notice_html.POLICY,
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
            },
        )
    return Response(
        notice_docx.render(composed),
        media_type=notice_docx.MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="notice-{identity}.docx"',
            "Cache-Control": "no-store",
        },
    )


def _answer(
    session: Session, request: Request, assessment: str, identity: str | None, token: str | None
) -> Answer | None:
    """How the notice says to answer; raises ProblemError (404) for a contest of anything else."""
    if identity is None and token is None:
        return None
    if token is not None:
        found = contests.opened_by(session, token)
    else:
        found = session.get(Contest, identity) if is_identity(identity or "") else None
    fits = (
        found is not None
        and found.assessment_id == assessment
        and identity in (None, found.id)
        and contests.is_open(found)
    )
    if found is None or not fits:
        raise contests.no_contest()
    return Answer(found.expires_at, link_of(request, token) if token else None)
