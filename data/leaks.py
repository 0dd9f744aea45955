"""Label leaks: whether something that is not the meaning of a text gives its label away.

A model that can tell labels from length, punctuation, genre, region or an organisation's name
would pass on such a corpus and fail on real publications.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.schema import Document

# Area under the ROC curve, on stories left out, from which a leak is a fault; chance is 0.5.
TOO_TELLING = 0.70
_FOLDS = 5
_FEWEST = 100

Features = dict[str, float]


@dataclass(frozen=True)
class Leak:
    """What one sort of feature tells of the label: the area under the ROC curve."""

    feature: str
    area: float
    documents: int


def _length(document: Document) -> Features:
    words = document.text.split()
    lines = [line for line in document.text.split("\n") if line.strip()]
    sentences = [s for s in re.split(r"[.!؟?\n]+", document.text) if s.strip()]
    return {
        "words": float(len(words)),
        "characters": float(len(document.text)),
        "lines": float(len(lines)),
        "sentences": float(len(sentences)),
        "words a sentence": len(words) / max(1, len(sentences)),
        "characters a word": len(document.text) / max(1, len(words)),
    }


def _punctuation(document: Document) -> Features:
    """Marks, digits and symbols per character, by kind of character."""
    marks = Counter(
        c
        if unicodedata.category(c)[0] == "P"
        else "digit"
        if c.isdecimal()
        else "symbol"
        if unicodedata.category(c)[0] == "S"
        else "newline"
        for c in document.text
        if c == "\n" or c.isdecimal() or unicodedata.category(c)[0] in "PS"
    )
    shares = {mark: 100 * n / len(document.text) for mark, n in marks.items()}
    return shares | {"marks": sum(shares.values())}


def _one(field: str) -> Callable[[Document], Features]:
    def of(document: Document) -> Features:
        value = getattr(document, field).strip().lower()
        return {value or "(none)": 1.0}

    return of


def _region(document: Document) -> Features:
    return {part.strip().lower(): 1.0 for part in document.region.split(",")}


FEATURES: dict[str, Callable[[Document], Features]] = {
    "length": _length,
    "punctuation": _punctuation,
    "genre": _one("genre"),
    "organisation": _one("organisation"),
    "region": _region,
    "election": _one("election"),
}


def find_leaks(documents: Sequence[Document]) -> list[Leak]:
    """How well each sort of feature alone tells the labels of stories it has not seen.

    Logistic regression, cross-validated by story (so that twins do not help), on documents
    (short items have no genre of their own). Nothing where documents are too few to tell.
    """
    chosen = [d for d in documents if d.unit == "document"]
    if len(chosen) < _FEWEST:
        return []
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = [d.label == "partisan" for d in chosen]
    stories = [d.event for d in chosen]
    leaks = []
    for name, features in FEATURES.items():
        pipeline = make_pipeline(
            DictVectorizer(sparse=False),
            StandardScaler(),
            LogisticRegression(C=0.1, max_iter=2000),
        )
        scores = cross_val_predict(
            pipeline,
            [features(d) for d in chosen],
            labels,
            groups=stories,
            cv=GroupKFold(_FOLDS, shuffle=True, random_state=0),
            method="predict_proba",
        )[:, 1]
        leaks.append(Leak(name, float(roc_auc_score(labels, scores)), len(chosen)))
    return leaks
