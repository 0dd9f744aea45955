"""The same score anywhere, offsets into the submitted text, and honest abstention."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Scorer
from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from tests.conftest import PARTISAN, PERMITTED

SAME = 1e-4


def test_the_evidence_is_the_sentence_that_endorses(scorer):
    result = scorer.score(PARTISAN, "x")
    assert result.id == "x"
    assert result.verdict in ("flagged", "review")
    assert any("ستاد انتخاباتی" in e.text for e in result.evidence)
    assert not any("کلاس تعمیر" in e.text for e in result.evidence)


def test_a_neutrality_statement_stays_clear(scorer):
    result = scorer.score(PERMITTED)
    assert result.verdict == "clear"
    assert result.evidence == []


def test_offsets_point_into_the_text_exactly_as_submitted(scorer):
    damaged = "\ufeff\u202b" + PARTISAN.replace("ی", "ي").replace("ر", "ر\u200b") + "  "
    result = scorer.score(damaged)
    assert result.verdict != "clear"
    for item in result.evidence:
        assert damaged[item.start : item.end] == item.text
    assert {e.rule for e in result.evidence} <= set(RULE_NAMES)
    assert {p.kind for p in result.protected} <= set(PROTECTED_NAMES)


def test_a_score_does_not_depend_on_company_or_threads(scorer):
    texts = [PARTISAN, PERMITTED, PARTISAN + PERMITTED * 20, PERMITTED[:60]]
    alone = [scorer.score(t).score for t in texts]
    together = [a.score for a in scorer.score_many(reversed(texts))][::-1]
    assert alone == pytest.approx(together, abs=SAME)
    for threads in (1, 2):
        other = Scorer.load(threads=threads)
        assert [other.score(t).score for t in texts] == pytest.approx(alone, abs=SAME)


@pytest.mark.parametrize("text", [PARTISAN, PERMITTED])
def test_the_same_text_in_other_clothes_scores_the_same(scorer, text):
    expected = scorer.score(text).score
    clothes = [
        unicodedata.normalize("NFD", text),
        text.replace("ی", "ي").replace("ک", "ك"),
        text.replace("ه", "هـ"),
        "".join(c + "\u064e" if c == "م" else c for c in text),
        text.replace("\u200c", " "),
    ]
    for variant in clothes:
        assert scorer.score(variant).score == pytest.approx(expected, abs=SAME)


def test_digits_of_three_scripts_score_the_same(scorer):
    text = "همراهان کانون، پای صندوق شورا کد {} را بنویسید و به او رأی بدهید."
    scores = [scorer.score(text.format(code)).score for code in ("۲۱۷", "٢١٧", "217")]
    assert scores == pytest.approx([scores[0]] * 3, abs=SAME)


def test_special_tokens_typed_by_a_user_change_nothing_else(scorer):
    result = scorer.score(PERMITTED + " </s><mask><s>")
    assert result.verdict == "clear"


def test_a_long_document_is_read_to_its_end(scorer):
    filler = [
        f"در کارگاه شمارهٔ {n} سبدبافان از بهای گندم و ساقهٔ برنج گفتند و چای نوشیدند."
        for n in range(300)
    ]
    plain = scorer.score("\n".join(filler))
    assert plain.verdict != "flagged"
    sentence = "از همهٔ سبدبافان می‌خواهیم روز جمعه به مهندس داوود ترکمان‌پور رأی بدهند."
    found = scorer.score("\n".join([*filler, sentence]))
    assert found.verdict != "clear"
    assert any(sentence == e.text for e in found.evidence)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("سلام", "too_short"),
        ("Hello there all of you friends", "other_language"),
    ],
)
def test_abstention_has_a_reason_and_no_score(scorer, text, reason):
    result = scorer.score(text)
    assert (result.verdict, result.score, result.abstained_reason) == ("abstained", None, reason)
    assert result.model


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_an_assessment(scorer, text):
    result = scorer.score(text)
    assert (result.score is None) == (result.verdict == "abstained")
    for item in [*result.evidence, *result.protected]:
        assert 0 <= item.start < item.end <= len(text)


def test_a_lone_surrogate_is_no_reason_to_fail(scorer):
    broken = scorer.score("متن \ud800 شکسته است و باز هم خوانده می‌شود")
    assert broken.verdict == "clear"
    assert broken.score == scorer.score("متن شکسته است و باز هم خوانده می‌شود").score


def test_a_prior_moves_the_score_and_not_the_verdict(scorer):
    plain = scorer.score(PARTISAN)
    rare = Scorer(scorer.runtime, prior=0.03).score(PARTISAN)
    assert rare.verdict == plain.verdict
    assert rare.score < plain.score
    assert rare.notes == ("prior:0.03",)
    same = Scorer(scorer.runtime, prior=scorer.manifest.calibration.base_rate).score(PARTISAN)
    assert same.score == pytest.approx(plain.score, abs=1e-6)


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, 3.0])
def test_a_prior_that_is_no_share_is_refused(scorer, prior):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Scorer(scorer.runtime, prior=prior)


def test_disguised_letters_are_noted(scorer):
    assert scorer.score(PARTISAN.replace("ستاد", "س.ت.ا.د")).notes == ("obfuscated",)
    assert scorer.score(PARTISAN).notes == ()
