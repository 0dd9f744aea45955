"""Contests: a link by which whoever published a text sees its assessment and answers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from serve import journal
from serve.identity import (
    Principal,
    hash_secret,
    new_secret,
    read_token,
    same_secret,
    write_token,
)
from serve.problems import ProblemError
from serve.reviews import desk
from serve.reviews.outcome import Outcome
from serve.storage import Contest, Review, StoredAssessment
from serve.storage.tables import is_identity, new_id, now

_PREFIX = "btc"


def create(
    session: Session, creator: Principal, assessment_id: str, days: int
) -> tuple[Contest, str]:
    """A new contest of an assessment and its token, which can be shown this once only.

    Raises ProblemError: 404 for no such assessment, 403 for a monitor who neither owns nor
    has reviewed it, 409 where nothing asks for an answer.
    """
    assessment = desk.readable(session, assessment_id, creator)
    if assessment.owner_id != creator.owner and not _reviewed(session, assessment, creator):
        raise ProblemError(
            "forbidden",
            "Only who submitted this document or has reviewed it may open it to its publisher.",
            "تنها کسی که این سند را فرستاده یا بازبینی کرده است می‌تواند آن را به روی ناشر بگشاید.",
        )
    if assessment.outcome == Outcome.NOT_NEEDED:
        raise ProblemError(
            "conflict",
            "There is nothing to contest: this text is neither flagged nor sent to review.",
            "چیزی برای اعتراض نیست: این متن نه نشان‌دار است و نه نیازمند بازبینی.",
        )
    secret = new_secret()
    contest = Contest(
        id=new_id(),
        assessment_id=assessment.id,
        owner_id=creator.owner,
        secret_hash=hash_secret(secret),
        expires_at=now() + timedelta(days=days),
    )
    session.add(contest)
    session.flush()
    journal.record(
        session,
        creator.name,
        "contest.create",
        contest.id,
        assessment=assessment.id,
        expires_at=contest.expires_at.isoformat(timespec="seconds"),
    )
    return contest, write_token(_PREFIX, contest.id, secret)


def _reviewed(session: Session, assessment: StoredAssessment, reviewer: Principal) -> bool:
    found = session.scalar(
        select(Review.id).where(
            Review.assessment_id == assessment.id, Review.reviewer_id == reviewer.owner
        )
    )
    return found is not None


def opened_by(session: Session, token: str) -> Contest | None:
    """The contest that a token opens; None if it is unknown, wrong, expired or revoked."""
    identity, secret = read_token(_PREFIX, token)
    contest = session.get(Contest, identity) if is_identity(identity) else None
    matches = same_secret(secret, contest.secret_hash if contest else None)
    if contest is None or not matches or not is_open(contest):
        return None
    return contest


def is_open(contest: Contest) -> bool:
    """Whether it is neither revoked nor expired."""
    return contest.revoked_at is None and contest.expires_at > now()


def answer(session: Session, token: str, statement: str) -> Contest:
    """Keep the publisher's answer, once, and put the assessment back into the queue.

    Raises ProblemError: 401 for a token that opens nothing (any longer), 409 if there is an
    answer already or the assessment was overturned.
    """
    contest = opened_by(session, token)
    if contest is None:
        raise unusable()
    assessment = desk.locked(session, contest.assessment_id)
    # It may have been answered or revoked while this request waited for its turn.
    session.refresh(contest, with_for_update=True)
    if not is_open(contest):
        raise unusable()
    if contest.answered_at is not None:
        raise ProblemError(
            "conflict",
            "This link has been answered already; an answer is given once.",
            "با این پیوند پیش‌تر پاسخ داده شده است؛ هر پیوند یک پاسخ می‌پذیرد.",
        )
    if assessment.outcome == Outcome.OVERTURNED:
        raise ProblemError(
            "conflict",
            "A person has overturned this assessment already; there is nothing to contest.",
            "این ارزیابی را یک نفر پیش‌تر رد کرده است و چیزی برای اعتراض نمانده است.",
        )
    contest.answered_at, contest.statement = now(), statement
    desk.settle(session, assessment)
    journal.record(
        session,
        f"contest {contest.id}",
        "contest.answer",
        contest.id,
        assessment=assessment.id,
        outcome=assessment.outcome,
    )
    return contest


def revoke(session: Session, identity: str, caller: Principal) -> None:
    """Close a contest for good; an answer that it brought stays.

    Who made it and who owns the assessment may. Raises ProblemError (404) for all others.
    """
    contest = (
        session.get(Contest, identity, with_for_update=True) if is_identity(identity) else None
    )
    if contest is None or caller.owner not in (
        contest.owner_id,
        session.get_one(StoredAssessment, contest.assessment_id).owner_id,
    ):
        raise no_contest()
    if contest.revoked_at is None:
        contest.revoked_at = now()
        journal.record(session, caller.name, "contest.revoke", contest.id)


def contests_of(session: Session, assessment_id: str) -> Sequence[Contest]:
    """The contests of an assessment, oldest first."""
    return session.scalars(
        select(Contest)
        .where(Contest.assessment_id == assessment_id)
        .order_by(Contest.created_at, Contest.id)
    ).all()


def no_contest() -> ProblemError:
    """There is none, or none that the caller may know of."""
    return ProblemError("not_found", "There is no such contest.", "چنین اعتراضی نیست.")


def unusable() -> ProblemError:
    """One answer for every token that opens nothing, so that it tells nothing."""
    return ProblemError(
        "contest_unusable",
        "This link is not known, has expired or was withdrawn. Ask whoever sent it for another.",
        "این پیوند شناخته نشد، زمانش گذشته یا پس گرفته شده است. از فرستنده پیوند دیگری بخواهید.",
        {"WWW-Authenticate": "Contest"},
    )
