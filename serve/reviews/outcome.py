"""What becomes of an assessment: a function of what people said of it, and nothing else."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Where an assessment stands between the model and the people who look at it."""

    NOT_NEEDED = "not_needed"
    WAITING = "waiting"
    DISPUTED = "disputed"
    CONTESTED = "contested"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"


# A person is asked to look at these.
OPEN = (Outcome.WAITING, Outcome.DISPUTED, Outcome.CONTESTED)
# People have decided these, for the time being: a later word or answer may change them.
SETTLED = (Outcome.CONFIRMED, Outcome.OVERTURNED)


def outcome_of(
    verdict: str, confirming: int = 0, overturning: int = 0, *, unheard: bool = False
) -> Outcome:
    """The outcome of a verdict by the number of reviewers who confirm and who overturn it.

    One reviewer decides unless another disagrees; then the majority does, and a tie is a
    dispute. `unheard` tells that the publisher has answered and no reviewer has spoken since:
    nothing counts as decided until one has.
    """
    if verdict not in ("flagged", "review"):
        return Outcome.NOT_NEEDED
    if unheard:
        return Outcome.CONTESTED
    if confirming == overturning:
        return Outcome.DISPUTED if confirming else Outcome.WAITING
    return Outcome.CONFIRMED if confirming > overturning else Outcome.OVERTURNED
