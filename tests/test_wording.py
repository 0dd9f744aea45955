"""The linear model of wording: hashed pieces and pairs, fitted on evidence sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from classifier.wording import BUCKETS, Wording, wording_buckets
from data.schema import Document
from training.pretrained import load_encoder
from training.wording import fit_wording

PIECES = st.lists(st.integers(0, 250_000), min_size=1, max_size=80)


@given(PIECES)
def test_features_are_distinct_numbers_of_buckets(pieces):
    buckets = wording_buckets(pieces)
    assert 1 <= len(buckets) <= 2 * len(pieces) - 1
    assert len(set(buckets.tolist())) == len(buckets)
    assert buckets.min() >= 0
    assert buckets.max() < BUCKETS


def test_the_order_of_pieces_is_heard():
    assert set(wording_buckets([17, 170])) != set(wording_buckets([170, 17]))


def test_few_features_share_a_bucket():
    pieces = np.arange(20_000)
    assert len({int(wording_buckets([p])[0]) for p in pieces}) > 0.93 * len(pieces)


def test_features_are_numbered_as_in_the_bundles_that_exist():
    assert wording_buckets([5, 17, 44138]).tolist() == [713, 3164, 10758, 14672, 146210]
    assert wording_buckets([0, 0]).tolist() == [0, 632]
    assert wording_buckets([]).tolist() == []


def test_weights_come_back_as_they_were_written(tmp_path):
    wording = Wording(np.random.default_rng(3).normal(size=BUCKETS + 1))
    wording.save(tmp_path / "wording.npy")
    assert np.array_equal(Wording.load(tmp_path / "wording.npy").weights, wording.weights)


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        (np.zeros(12, np.float16), "shape"),
        (np.zeros(BUCKETS + 1, np.float64), "half precision"),
        (np.full(BUCKETS + 1, np.nan, np.float16), "finite"),
    ],
)
def test_other_arrays_are_refused(tmp_path, weights, fault):
    np.save(tmp_path / "wording.npy", weights)
    with pytest.raises(ValueError, match=fault):
        Wording.load(tmp_path / "wording.npy")


@pytest.mark.parametrize("content", [b"", b"not an array"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "wording.npy").write_bytes(content)
    with pytest.raises((ValueError, OSError)):
        Wording.load(tmp_path / "wording.npy")


def test_weights_beyond_half_precision_are_refused():
    with pytest.raises(ValueError, match="finite"):
        Wording(np.full(BUCKETS + 1, 1e6))


def _document(number: int, text: str, marked: str = "", **fields: str) -> Document:
    start = text.index(marked)
    evidence = [{"start": start, "end": start + len(marked), "category": "endorsement"}]
    return Document.model_validate(
        {
            "id": f"x-{number}",
            "text": text,
            "label": "partisan" if marked else "permitted",
            "evidence": evidence if marked else [],
            "confusers": [] if marked else ["ordinary"],
            **fields,
        }
    )


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_str(load_encoder().tokenizer_json)


def _logit(wording: Wording, tokenizer: Tokenizer, text: str) -> float:
    return wording.logit(tokenizer.encode(text, add_special_tokens=False).ids)


PLACES = ("تالش", "میبد", "خاش", "بانه")


def _corpus() -> list[Document]:
    documents = []
    for number, place in enumerate(PLACES):
        vote = f"به فهرست همدلی {place} رأی بدهید."
        documents.append(_document(2 * number, f"امروز در {place} باران آمد. {vote}", vote))
        documents.append(_document(2 * number + 1, f"در {place} کارگاه سفال برگزار شد."))
    return documents


def test_wording_of_evidence_is_learned_and_the_same_each_time(tokenizer):
    wording = fit_wording(_corpus(), tokenizer, 30)
    vote, pottery = "به فهرست همدلی رأی بدهید.", "در شهر ما کارگاه سفال برگزار شد."
    assert _logit(wording, tokenizer, vote) > _logit(wording, tokenizer, pottery) + 1
    again = fit_wording(_corpus(), tokenizer, 30)
    assert np.array_equal(wording.weights, again.weights)


def test_names_are_not_learned(tokenizer):
    """Neither one that a single story has, nor what tells the rivals of a swap group apart."""
    documents = _corpus()
    factions = ("اصولگرایان", "اصلاح‌طلبان")
    for number, faction in enumerate(factions):
        for story, group in (("a", "swap"), ("b", "")):
            text = f"از {faction} در این شهر پشتیبانی می‌کنیم و می‌مانیم."
            fields = {"story": story, "swap_group": group}
            documents.append(_document(20 + 2 * number + (story == "b"), text, text, **fields))
    name = "زرین‌قلم"
    text = f"از {name} در این شهر پشتیبانی می‌کنیم."
    documents.append(_document(30, text, text))
    wording = fit_wording(documents, tokenizer, 30)
    known = {t for d in _corpus() for t in tokenizer.encode(d.text).ids}
    for word in (*factions, name):
        pieces = set(tokenizer.encode(word, add_special_tokens=False).ids) - known
        assert pieces
        assert not wording.weights[[int(wording_buckets([p])[0]) for p in pieces]].any()
    support = tokenizer.encode("پشتیبانی", add_special_tokens=False).ids
    assert wording.weights[wording_buckets(support)].any()


def test_texts_of_one_label_are_refused(tokenizer):
    with pytest.raises(ValueError, match="evidence, and others"):
        fit_wording([d for d in _corpus() if d.label == "permitted"], tokenizer, 30)
