import numpy as np
import pytest

from data.corpus import load_documents
from training.baselines import keyword_count, static_embeddings, tfidf_characters, tfidf_hazm
from training.metrics import average_precision


@pytest.fixture(scope="module")
def splits():
    documents = [d for d in load_documents("test") if d.unit == "document"]
    return load_documents("train")[::4], documents


@pytest.mark.parametrize("rank", [tfidf_characters, tfidf_hazm, static_embeddings])
def test_a_baseline_learns_more_than_chance(splits, rank):
    train, test = splits
    labels = np.array([d.label == "partisan" for d in test])
    scores = rank(train, test)
    assert scores.shape == labels.shape
    assert average_precision(labels, scores) > labels.mean()


def test_keywords_are_counted_in_any_spelling(splits):
    from data.schema import Document

    def score(text: str) -> float:
        document = Document(id="x", text=text, label="permitted", confusers=["ordinary"])
        return float(keyword_count([], [document])[0])

    assert score("به ليست ما رأي بدهيد") == score("به لیست ما رأی بدهید") > 0
    assert score("امروز باران آمد") == 0
