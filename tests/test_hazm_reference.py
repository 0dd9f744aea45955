"""hazm as a reference: where its prose rules and ours meet, they agree."""

import pytest

from classifier.text import normalise, split_sentences
from data.corpus import load_documents
from training.baselines import hazm_lemmas


@pytest.fixture(scope="module")
def prose() -> list[str]:
    """Single-paragraph texts without lists, where both splitters should see the same."""
    texts = [d.text for d in load_documents("train") if d.unit == "item"]
    return [t for t in texts if "\n" not in t][:300]


def test_sentences_of_plain_prose_are_those_of_hazm(prose):
    import hazm

    tokenizer = hazm.SentenceTokenizer()
    agreed = 0
    for text in prose:
        normal = normalise(text).text
        ours = [normal[s.start : s.end] for s in split_sentences(normal)]
        theirs = [s.strip() for s in tokenizer.tokenize(normal) if any(map(str.isalnum, s))]
        agreed += ours == theirs
    assert agreed >= 0.85 * len(prose), f"{agreed} of {len(prose)}"


def test_letters_are_unified_as_hazm_unifies_them():
    import hazm

    hazm_normal = hazm.Normalizer()
    for text in ["كتاب علي", "مُحَمَّد رفت", "انتخـــابات شورا", "مدرسه‌ي ما"]:
        ours = normalise(text).text.split()
        theirs = normalise(hazm_normal.normalize(text)).text.split()
        assert ours == theirs


def test_lemmas_are_features_of_the_baseline():
    assert "رفت#رو*" in hazm_lemmas("آنها به جلسه رفتند")
