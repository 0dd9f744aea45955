"""The reviewers' desk: the queue that all monitors share, and what each of them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select, tuple_, update
from sqlalchemy.orm import Session

from serve import journal
from serve.identity import Principal
from serve.problems import ProblemError
from serve.reviews.outcome import OPEN, Outcome, outcome_of
from serve.roles import Permission
from serve.storage import Contest, Decision, Review, StoredAssessment
from serve.storage.paging import read_place, write_place
from serve.storage.tables import is_identity, now


@dataclass(frozen=True)
class Votes:
    """How many reviewers say what of an assessment."""

    confirming: int = 0
    overturning: int = 0


@dataclass(frozen=True)
class Waiting:
    """An assessment in the queue, what was said of it, and what the one who asks said."""

    assessment: StoredAssessment
    votes: Votes
    own: Decision | None


def readable(session: Session, identity: str, principal: Principal) -> StoredAssessment:
    """An assessment that `principal` may see; raises ProblemError (404) for any other.

    Its owner, every monitor and every auditor may. Others do not learn whether it exists.
    """
    found = session.get(StoredAssessment, identity) if is_identity(identity) else None
    if found is None:
        raise no_assessment()
    owns = principal.account_id is not None and principal.account_id == found.owner_id
    if owns or principal.may(Permission.REVIEW) or principal.may(Permission.READ_ALL_AUDITS):
        return found
    raise no_assessment()


def locked(session: Session, identity: str) -> StoredAssessment:
    """An assessment that nobody else changes before this transaction ends; ProblemError (404).

    Whoever speaks of an assessment takes its row first, so that no word is counted before
    another that was said at the same time.
    """
    found = (
        session.get(StoredAssessment, identity, with_for_update=True, populate_existing=True)
        if is_identity(identity)
        else None
    )
    if found is None:
        raise no_assessment()
    return found


def no_assessment() -> ProblemError:
    """There is none, or none that the caller may know of."""
    return ProblemError("not_found", "There is no such assessment.", "چنین ارزیابی‌ای نیست.")


def speak(
    session: Session,
    identity: str,
    reviewer: Principal,
    decision: Decision,
    rule: str | None,
    reason: str,
) -> StoredAssessment:
    """Say a reviewer's word of an assessment, or change it; the outcome follows at once.

    `rule` is the name of a rule, or of a protected kind. Saying the same again changes
    nothing, unless the publisher has answered since: then it is a new word on the answer.
    Raises ProblemError: 404 for no such assessment, 409 for one that needs no review.
    """
    assessment = locked(session, identity)
    if assessment.outcome == Outcome.NOT_NEEDED:
        raise ProblemError(
            "conflict",
            "Only what is flagged or sent to review waits for a person.",
            "تنها متنی که نشان‌دار است یا نیاز به بازبینی دارد، در انتظار نظر یک نفر است.",
        )
    own = session.scalar(
        select(Review).where(
            Review.assessment_id == assessment.id, Review.reviewer_id == reviewer.owner
        )
    )
    unheard = _unheard(session, assessment)
    if own is not None and not unheard and _says(own, decision, rule, reason):
        return assessment
    before = {"decision": own.decision, "rule": own.rule} if own else None
    if own is None:
        own = Review(assessment_id=assessment.id, reviewer_id=reviewer.owner)
        session.add(own)
    own.decision, own.rule, own.reason, own.created_at = decision.value, rule, reason, now()
    session.execute(
        update(Contest)
        .where(
            Contest.assessment_id == assessment.id,
            Contest.answered_at.is_not(None),
            Contest.heard_at.is_(None),
        )
        .values(heard_at=now())
    )
    settle(session, assessment)
    details = {"decision": decision.value, "rule": rule, "outcome": assessment.outcome}
    action = "review.change" if before else "review.create"
    journal.record(
        session,
        reviewer.name,
        action,
        assessment.id,
        **details | ({"before": before} if before else {}),
    )
    return assessment


def _says(review: Review, decision: Decision, rule: str | None, reason: str) -> bool:
    return (review.decision, review.rule, review.reason) == (decision.value, rule, reason)


def settle(session: Session, assessment: StoredAssessment) -> None:
    """Bring an assessment's outcome up to what was said of it; its row is taken already."""
    session.flush()
    votes = votes_on(session, [assessment.id])[assessment.id]
    assessment.outcome = outcome_of(
        assessment.verdict,
        votes.confirming,
        votes.overturning,
        unheard=_unheard(session, assessment),
    )


def _unheard(session: Session, assessment: StoredAssessment) -> bool:
    """Whether the publisher answered and no reviewer has spoken since."""
    found = session.scalar(
        select(Contest.id)
        .where(
            Contest.assessment_id == assessment.id,
            Contest.answered_at.is_not(None),
            Contest.heard_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


def votes_on(session: Session, identities: Sequence[str]) -> dict[str, Votes]:
    """The votes on each of these assessments."""
    confirms = case((Review.decision == Decision.CONFIRM.value, 1), else_=0)
    rows = session.execute(
        select(Review.assessment_id, func.sum(confirms), func.count())
        .where(Review.assessment_id.in_(identities))
        .group_by(Review.assessment_id)
    )
    counted = {identity: Votes(yes, all_ - yes) for identity, yes, all_ in rows}
    return {identity: counted.get(identity, Votes()) for identity in identities}


def reviews_of(session: Session, identity: str) -> Sequence[Review]:
    """What reviewers say of an assessment, the oldest word first."""
    return session.scalars(
        select(Review)
        .where(Review.assessment_id == identity)
        .order_by(Review.created_at, Review.id)
    ).all()


def queue(
    session: Session, principal: Principal, state: Outcome | None, after: str | None, limit: int
) -> tuple[list[Waiting], int, str | None]:
    """A page of what asks for a person, oldest first: the page, how many in all, what is next.

    `state` narrows it to one of the open outcomes. Raises ProblemError (422) for an `after`
    that this function did not give.
    """
    states = OPEN if state is None else (state,)
    of_state = StoredAssessment.outcome.in_(states)
    total = session.scalar(select(func.count()).select_from(StoredAssessment).where(of_state)) or 0
    statement = select(StoredAssessment).where(of_state)
    if after is not None:
        statement = _after(statement, after)
    found = session.scalars(
        statement.order_by(StoredAssessment.created_at, StoredAssessment.id).limit(limit + 1)
    ).all()
    page = found[:limit]
    identities = [a.id for a in page]
    votes = votes_on(session, identities)
    own = session.execute(
        select(Review.assessment_id, Review.decision).where(
            Review.assessment_id.in_(identities), Review.reviewer_id == principal.owner
        )
    )
    said = {identity: Decision(decision) for identity, decision in own}
    waiting = [Waiting(a, votes[a.id], said.get(a.id)) for a in page]
    following = write_place(page[-1].created_at, page[-1].id) if len(found) > limit else None
    return waiting, total, following


def _after(statement: Select[StoredAssessment], word: str) -> Select[StoredAssessment]:
    place = read_place(word)
    if place is None:
        raise ProblemError(
            "invalid_request",
            "after: give what the page before called 'next'.",
            "در after همان را بدهید که صفحهٔ پیش next نامیده است.",
        )
    return statement.where(tuple_(StoredAssessment.created_at, StoredAssessment.id) > place)
