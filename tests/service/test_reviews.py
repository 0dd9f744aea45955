"""Reviews: what people's words make of an assessment, who may say them, what is kept of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.reviews.outcome import Outcome, outcome_of

counts = st.integers(0, 9)
asked = st.sampled_from(["flagged", "review"])


@given(asked, counts, counts)
def test_a_majority_decides_and_a_tie_is_a_dispute(verdict, confirming, overturning):
    outcome = outcome_of(verdict, confirming, overturning)
    if confirming + overturning == 0:
        assert outcome is Outcome.WAITING
    elif confirming == overturning:
        assert outcome is Outcome.DISPUTED
    else:
        wins = Outcome.CONFIRMED if confirming > overturning else Outcome.OVERTURNED
        assert outcome is wins


@given(asked, counts, counts)
def test_neither_side_weighs_more(verdict, one, other):
    sides = {Outcome.CONFIRMED: Outcome.OVERTURNED, Outcome.OVERTURNED: Outcome.CONFIRMED}
    outcome = outcome_of(verdict, one, other)
    assert outcome_of(verdict, other, one) is sides.get(outcome, outcome)


@given(asked, counts, counts)
def test_a_word_never_moves_the_outcome_away_from_what_it_says(verdict, confirming, overturning):
    rank = [Outcome.OVERTURNED, Outcome.DISPUTED, Outcome.CONFIRMED]
    before = outcome_of(verdict, confirming, overturning)
    after = outcome_of(verdict, confirming + 1, overturning)
    assert after is not Outcome.WAITING
    if before in rank:
        assert rank.index(after) >= rank.index(before)


@given(asked, counts, counts)
def test_an_unheard_answer_opens_every_case_again(verdict, confirming, overturning):
    assert outcome_of(verdict, confirming, overturning, unheard=True) is Outcome.CONTESTED


@given(st.sampled_from(["clear", "abstained"]), counts, counts, st.booleans())
def test_what_asks_for_nobody_needs_nobody(verdict, confirming, overturning, unheard):
    outcome = outcome_of(verdict, confirming, overturning, unheard=unheard)
    assert outcome is Outcome.NOT_NEEDED


@pytest.mark.parametrize(
    ("confirming", "overturning", "expected"),
    [(1, 0, "confirmed"), (0, 1, "overturned"), (1, 1, "disputed"), (2, 1, "confirmed"),
     (1, 2, "overturned"), (2, 2, "disputed")],
)  # fmt: skip
def test_one_decides_two_may_disagree_and_a_third_settles(confirming, overturning, expected):
    assert outcome_of("flagged", confirming, overturning) == expected
