"""Baselines on the same splits: what the product must beat clearly.

Each is fitted on the training split and ranks the test split's documents. hazm, slow to
import and without offsets, serves here: its words and lemmas are features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.text import normalise
from data.schema import Document
from training.analysis import Assessed
from training.metrics import average_precision, bootstrap_interval, recall_at

# Words that a naive filter would look for; permitted texts are full of them.
KEYWORDS = (
    "رأی", "رای", "انتخابات", "نامزد", "کاندیدا", "کاندید", "ستاد", "لیست", "فهرست", "حزب",
    "جناح", "اصلاح‌طلب", "اصولگرا", "تکت", "کمپین", "حمایت", "صندوق",
)  # fmt: skip

Ranker = Callable[[Sequence[Document], Sequence[Document]], NDArray[np.float64]]


def keyword_count(train: Sequence[Document], test: Sequence[Document]) -> NDArray[np.float64]:
    """Occurrences of campaign words, per hundred words."""
    words = [normalise(w).text for w in KEYWORDS]
    scores = []
    for document in test:
        text = normalise(document.text).text
        scores.append(100 * sum(text.count(w) for w in words) / max(1, len(text.split())))
    return np.array(scores)


def _logistic(vectorizer: Any, train: Any, labels: Any, test: Any) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=2000))
    model.fit(train, labels)
    return model.decision_function(test)


def _labels(documents: Sequence[Document]) -> NDArray[np.bool_]:
    return np.array([d.label == "partisan" for d in documents])


def tfidf_characters(train: Sequence[Document], test: Sequence[Document]) -> NDArray[np.float64]:
    """TF-IDF of character n-grams (2-5, inside words) under logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    texts = [[normalise(d.text).text for d in documents] for documents in (train, test)]
    return _logistic(vectorizer, texts[0], _labels(train), texts[1])


@cache
def _hazm() -> tuple[Any, Any, Any]:
    import hazm

    return hazm.Normalizer(), hazm.WordTokenizer(), hazm.Lemmatizer()


def hazm_lemmas(text: str) -> list[str]:
    """hazm's words and, after them, their lemmas; normalised by hazm."""
    normalizer, tokenizer, lemmatizer = _hazm()
    words = tokenizer.tokenize(normalizer.normalize(text))
    return [*words, *(f"{lemmatizer.lemmatize(w)}*" for w in words)]


def tfidf_hazm(train: Sequence[Document], test: Sequence[Document]) -> NDArray[np.float64]:
    """TF-IDF of hazm's words and lemmas (single and in pairs) under logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=_lemma_pairs, sublinear_tf=True, min_df=2)
    return _logistic(vectorizer, [d.text for d in train], _labels(train), [d.text for d in test])


def _lemma_pairs(text: str) -> list[str]:
    words = hazm_lemmas(text)
    half = words[: len(words) // 2]
    return [*words, *(f"{a} {b}" for a, b in pairwise(half))]


def frozen_encoder(train: Sequence[Document], test: Sequence[Document]) -> NDArray[np.float64]:
    """Mean vectors of the pretrained encoder, unchanged, under logistic regression."""
    import torch
    from sklearn.preprocessing import StandardScaler
    from tokenizers import Tokenizer

    from training.pretrained import load_encoder

    encoder = load_encoder()
    tokenizer = Tokenizer.from_str(encoder.tokenizer_json)

    def vectors(documents: Sequence[Document]) -> NDArray[np.float64]:
        rows = []
        for document in documents:
            ids = tokenizer.encode(normalise(document.text).text).ids[: encoder.positions - 2]
            framed = [encoder.special.begin, *ids, encoder.special.end]
            with torch.no_grad():
                hidden = encoder.model(torch.tensor([framed])).last_hidden_state
            rows.append(hidden.mean(1)[0].numpy())
        return np.array(rows)

    return _logistic(StandardScaler(), vectors(train), _labels(train), vectors(test))


def static_embeddings(train: Sequence[Document], test: Sequence[Document]) -> NDArray[np.float64]:
    """Static embeddings of the encoder's own pieces, as model2vec distils them, under logistic
    regression: each piece read alone, the first 256 principal components, weights by Zipf's
    law (Tulkens and van Dongen 2024)."""
    import torch
    from model2vec import StaticModel
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler
    from tokenizers import Tokenizer

    from training.pretrained import load_encoder

    encoder = load_encoder()
    special = encoder.special
    rows = []
    with torch.no_grad():
        for start in range(0, encoder.model.config.vocab_size, 512):
            pieces = torch.arange(start, min(start + 512, encoder.model.config.vocab_size))
            framed = torch.stack(
                [
                    torch.full_like(pieces, special.begin),
                    pieces,
                    torch.full_like(pieces, special.end),
                ],
                1,
            )
            rows.append(encoder.model(framed).last_hidden_state.mean(1).numpy())
    vectors = PCA(256, random_state=0).fit_transform(np.concatenate(rows))
    # Pieces stand in the order of their frequency, after the special ones.
    vectors *= np.log(np.arange(len(vectors)) + 2)[:, None]
    model = StaticModel(
        vectors.astype(np.float32), Tokenizer.from_str(encoder.tokenizer_json), normalize=True
    )
    encoded = [
        model.encode([normalise(d.text).text for d in documents], max_length=None)
        for documents in (train, test)
    ]
    return _logistic(StandardScaler(), encoded[0], _labels(train), encoded[1])


def setfit(
    train: Sequence[Document], test: Sequence[Document], of_each_label: int = 32
) -> NDArray[np.float64]:
    """SetFit (Tunstall et al. 2022): the encoder tuned on pairs of a few documents of each
    label, then logistic regression. It is a method for few examples, so it is given few."""
    import random
    import tempfile
    from pathlib import Path

    import datasets
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from setfit import SetFitModel, Trainer, TrainingArguments
    from sklearn.linear_model import LogisticRegression
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    from training.pretrained import load_encoder

    encoder = load_encoder()
    rng = random.Random(0)
    chosen = [
        d
        for label in ("partisan", "permitted")
        for d in rng.sample(
            [d for d in train if d.label == label and d.unit == "document"], of_each_label
        )
    ]
    tokenizer = Tokenizer.from_str(encoder.tokenizer_json)
    names = {
        key: tokenizer.id_to_token(value)
        for key, value in (
            ("cls_token", encoder.special.begin),
            ("sep_token", encoder.special.end),
            ("pad_token", encoder.special.pad),
        )
    }
    with tempfile.TemporaryDirectory() as folder:
        encoder.model.save_pretrained(folder)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
        body = Transformer(folder, max_seq_length=160)
        sentences = SentenceTransformer(
            modules=[body, Pooling(body.get_word_embedding_dimension())], device="cpu"
        )
        model = SetFitModel(model_body=sentences, model_head=LogisticRegression(max_iter=2000))
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=str(Path(folder) / "run"), batch_size=8, num_epochs=1, num_iterations=5,
                show_progress_bar=False, report_to="none", save_strategy="no",
            ),
            train_dataset=datasets.Dataset.from_dict(
                {
                    "text": [normalise(d.text).text for d in chosen],
                    "label": [int(d.label == "partisan") for d in chosen],
                }
            ),
        )  # fmt: skip
        trainer.train()
        return np.asarray(model.predict_proba([normalise(d.text).text for d in test]))[:, 1]


BASELINES: dict[str, Ranker] = {
    "keyword count": keyword_count,
    "TF-IDF of characters": tfidf_characters,
    "TF-IDF of hazm words and lemmas": tfidf_hazm,
    "static embeddings (model2vec)": static_embeddings,
    "frozen encoder": frozen_encoder,
    "SetFit": setfit,
}


def compare_documents(train: Sequence[Document], assessed: Assessed) -> dict[str, dict[str, Any]]:
    """Average precision and recall at 1 % false flags, of the model and of every baseline.

    Baselines learn from all training texts; what is ranked are the assessed documents.
    """
    labels = assessed.labels
    rankings = {name: rank(train, assessed.documents) for name, rank in BASELINES.items()}
    rankings["this model"] = assessed.scores
    return {
        name: {
            "average_precision": round(average_precision(labels, values), 4),
            "interval": [round(v, 4) for v in bootstrap_interval(labels, values)],
            "recall_at_1_percent": round(recall_at(labels, values, 0.01), 4),
        }
        for name, values in rankings.items()
    }
