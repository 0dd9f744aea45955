"""Fitting the wording model: which pieces and pairs of pieces stand in evidence sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifier.reading import read_document
from classifier.wording import BUCKETS, Wording, wording_buckets
from data.schema import Document
from training.examples import sentence_targets


def fit_wording(
    documents: Sequence[Document], tokenizer: Tokenizer, inverse_ridge: float
) -> Wording:
    """Logistic regression of "this sentence is evidence" on its wording; deterministic.

    `inverse_ridge` is scikit-learn's C. The intercept is left out: calibration has its own.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows: list[NDArray[np.int64]] = []
    labels: list[bool] = []
    for document in documents:
        read = read_document(document.text, tokenizer)
        evidence = [(s.start, s.end, s.category) for s in document.evidence]
        labels.extend(sentence_targets(read, evidence)[:, 0] > 0.5)
        rows.extend(wording_buckets(sentence) for sentence in read.token_ids)
    lengths = np.array([len(row) for row in rows])
    features = csr_matrix(
        (
            np.repeat(1 / np.sqrt(lengths), lengths),
            np.concatenate(rows),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        shape=(len(rows), BUCKETS),
    )
    model = LogisticRegression(C=inverse_ridge, max_iter=500).fit(features, np.array(labels))
    return Wording(model.coef_[0].astype(np.float32))
