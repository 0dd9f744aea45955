"""Fitting the wording model: which pieces and pairs of pieces stand in evidence sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifier.reading import read_document
from classifier.wording import BUCKETS, Wording, wording_buckets
from data.schema import Document
from training.examples import evidence_targets

_ITERATIONS = 500


def fit_wording(
    documents: Sequence[Document], tokenizer: Tokenizer, inverse_ridge: float
) -> Wording:
    """Logistic regression of "this sentence is evidence" on its wording; deterministic.

    Left out is what names contestants rather than says something of them: features that tell
    the rivals of a swap group apart, and those that occur in one story only. `inverse_ridge`
    is scikit-learn's C. From the odds that it gives, those of any sentence are taken off, so
    that what is left is what the wording adds. Raises ValueError where all sentences are
    evidence, or none is, or the fit does not settle.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    read = [read_document(document.text, tokenizer) for document in documents]
    labels = np.concatenate(
        [np.zeros(0, bool)]
        + [evidence_targets(r, d)[:, 0] for r, d in zip(read, documents, strict=True)]
    )
    if labels.all() or not labels.any():
        raise ValueError("training texts must hold sentences that are evidence, and others")
    buckets = [[wording_buckets(sentence) for sentence in r.token_ids] for r in read]
    of_documents = [
        {b for sentence in sentences for b in sentence.tolist()} for sentences in buckets
    ]
    used = _in_several_stories(documents, of_documents) & ~_of_rivals(documents, of_documents)
    sentences = [sentence for document in buckets for sentence in document]
    kept = [sentence[used[sentence]] for sentence in sentences]
    counts = [len(sentence) for sentence in kept]
    features = csr_matrix(
        (
            np.repeat([1 / np.sqrt(len(sentence)) for sentence in sentences], counts),
            np.concatenate(kept),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(len(kept), BUCKETS),
    )
    model = LogisticRegression(C=inverse_ridge, max_iter=_ITERATIONS).fit(features, labels)
    if model.n_iter_[0] >= _ITERATIONS:
        raise ValueError(f"wording_inverse_ridge = {inverse_ridge:g}: the fit does not settle")
    prior = labels.mean()
    constant = model.intercept_[0] - np.log(prior / (1 - prior))
    return Wording(np.append(np.where(used, model.coef_[0], 0), constant))


def _in_several_stories(
    documents: Sequence[Document], buckets: Sequence[set[int]]
) -> NDArray[np.bool_]:
    """Of each feature, whether more than one story has it: an invented name has one."""
    of_story: dict[str, set[int]] = defaultdict(set)
    for document, found in zip(documents, buckets, strict=True):
        of_story[document.event] |= found
    counts = np.zeros(BUCKETS, np.int64)
    for found in of_story.values():
        counts[list(found)] += 1
    return counts > 1


def _of_rivals(documents: Sequence[Document], buckets: Sequence[set[int]]) -> NDArray[np.bool_]:
    """Of each feature, whether it tells rivals of a swap group apart."""
    groups: dict[str, list[set[int]]] = defaultdict(list)
    for document, found in zip(documents, buckets, strict=True):
        if document.swap_group:
            groups[document.swap_group].append(found)
    told = np.zeros(BUCKETS, bool)
    for first, *others in groups.values():
        told[list(first.union(*others) - first.intersection(*others))] = True
    return told
