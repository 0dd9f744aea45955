"""The linear model of wording: hashed pieces and pairs, fitted on evidence sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.wording import BUCKETS, Wording, wording_buckets
from data.schema import Document
from training.config import TrainingConfig
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


def test_a_sentence_reads_alike_alone_and_among_others():
    wording = Wording(np.random.default_rng(3).normal(size=BUCKETS).astype(np.float32))
    together = wording.logits([[5, 6, 7], [900], [5, 6, 7, 8]])
    assert together[0] == wording.logits([[5, 6, 7]])[0]
    assert wording.logits([]).shape == (0,)


def test_weights_come_back_as_they_were_written(tmp_path):
    weights = np.linspace(-9, 9, BUCKETS).astype(np.float16).astype(np.float32)
    Wording(weights).save(tmp_path / "wording.npy")
    again = Wording.load(tmp_path / "wording.npy")
    assert again.logits([[1, 2, 3]]) == Wording(weights).logits([[1, 2, 3]])


def test_weights_of_another_size_are_refused(tmp_path):
    np.save(tmp_path / "wording.npy", np.zeros(12, np.float16))
    with pytest.raises(ValueError, match="shape"):
        Wording.load(tmp_path / "wording.npy")


def _document(number: int, text: str, marked: str = "") -> Document:
    start = text.index(marked)
    evidence = [{"start": start, "end": start + len(marked), "category": "endorsement"}]
    return Document.model_validate(
        {
            "id": f"x-{number}",
            "text": text,
            "label": "partisan" if marked else "permitted",
            "evidence": evidence if marked else [],
            "confusers": [] if marked else ["ordinary"],
        }
    )


def test_wording_of_evidence_is_learned():
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(load_encoder().tokenizer_json)
    documents = []
    for number, place in enumerate(("تالش", "میبد", "خاش", "بانه")):
        vote = f"به فهرست همدلی {place} رأی بدهید."
        documents.append(_document(2 * number, f"امروز در {place} باران آمد. {vote}", vote))
        documents.append(_document(2 * number + 1, f"در {place} کارگاه سفال برگزار شد."))
    wording = fit_wording(documents, tokenizer, TrainingConfig().wording_inverse_ridge)

    def logit(text: str) -> float:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        return float(wording.logits([ids])[0])

    assert logit("به فهرست همدلی رأی بدهید.") > logit("در شهر ما کارگاه سفال برگزار شد.") + 1
