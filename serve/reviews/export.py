"""What people decided, as lines that the corpus can take in as training documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from serve.reviews.desk import reviews_of
from serve.reviews.outcome import SETTLED, Outcome
from serve.reviews.passages import kept_text
from serve.storage import Decision, Storage, StoredAssessment
from serve.storage.tables import now

_AT_ONCE = 100


def settled(session: Session) -> Sequence[str]:
    """The identities of all assessments that people decided and whose text is kept."""
    return session.scalars(
        select(StoredAssessment.id)
        .where(
            StoredAssessment.outcome.in_(SETTLED),
            StoredAssessment.text.is_not(None),
            or_(StoredAssessment.text_until.is_(None), StoredAssessment.text_until > now()),
        )
        .order_by(StoredAssessment.created_at, StoredAssessment.id)
    ).all()


def lines(storage: Storage, identities: Sequence[str]) -> Iterator[str]:
    """One JSON line for each of these that is still decided and kept, a few texts at a time."""
    for some in batched(identities, _AT_ONCE):
        with storage.read() as session:
            rows = [
                _row(session, assessment)
                for assessment in session.scalars(
                    select(StoredAssessment)
                    .where(StoredAssessment.id.in_(some), StoredAssessment.outcome.in_(SETTLED))
                    .order_by(StoredAssessment.created_at, StoredAssessment.id)
                )
            ]
        for row in rows:
            if row["text"] is not None:
                yield json.dumps(row, ensure_ascii=False) + "\n"


def _row(session: Session, assessment: StoredAssessment) -> dict[str, Any]:
    """A decided assessment: the rules or kinds are those of the reviewers who prevailed."""
    confirmed = assessment.outcome == Outcome.CONFIRMED
    prevailing = Decision.CONFIRM if confirmed else Decision.OVERTURN
    named = [
        review.rule
        for review in reviews_of(session, assessment.id)
        if review.decision == prevailing.value and review.rule is not None
    ]
    return {
        "id": assessment.id,
        "text": kept_text(assessment),
        "outcome": assessment.outcome,
        "named": sorted(set(named)),
        "evidence": [
            {"start": e["start"], "end": e["end"], "category": e["rule"]}
            for e in assessment.evidence
        ],
        "protected": sorted({p["kind"] for p in assessment.protected}),
        "model": assessment.model,
        "codebook": assessment.codebook,
    }
