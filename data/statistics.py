"""Counts over the corpus, for people (`bitaraf data stats`) and for the datasheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from classifier.text import normalise
from classifier.text.lexicon import CAMPAIGN_WORDS
from data.schema import Document

# Words of campaigns from which on a permitted document counts as full of politics.
FULL_OF_POLITICS = 3


def campaign_words(text: str) -> int:
    """How many words of a text are those of campaigns."""
    return sum(w in CAMPAIGN_WORDS for w in re.findall(r"\w+", normalise(text).text))


def statistics(splits: dict[str, Sequence[Document]]) -> dict[str, Any]:
    """Counts by label, rule, protected kind, pair, swap group, split, genre and length.

    ``documents`` counts documents, ``items`` the short items of families; labels, rules and
    kinds are of documents, with those of items under ``items_by``.
    """
    every = [d for documents in splits.values() for d in documents]
    documents = [d for d in every if d.unit == "document"]
    items = [d for d in every if d.unit == "item"]
    # Hands whose notes say whether a partisan text is indirect.
    noting = {d.source for d in documents if d.note.startswith("indirect")}
    words = sorted(len(d.text.split()) for d in documents)
    return {
        "documents": len(documents),
        "items": len(items),
        "families": len({d.family for d in items if d.family}),
        **_by(documents),
        "items_by": _by(items),
        "pairs": len({d.pair for d in every if d.pair}),
        "swap_groups": len({d.swap_group for d in every if d.swap_group}),
        "splits": {
            name: {
                "documents": sum(d.unit == "document" for d in of_split),
                "items": sum(d.unit == "item" for d in of_split),
                "labels": dict(Counter(d.label for d in of_split if d.unit == "document")),
            }
            for name, of_split in splits.items()
        },
        "words": {
            "total": sum(words),
            "median": words[len(words) // 2] if words else 0,
            "longest": words[-1] if words else 0,
            "over_400": sum(w > 400 for w in words),
        },
        "genres": dict(Counter(d.genre for d in documents).most_common()),
        "difficulty": {
            "permitted_with_campaign_words": sum(
                d.label == "permitted" and campaign_words(d.text) >= FULL_OF_POLITICS
                for d in documents
            ),
            "partisan_noted_indirect": sum(
                d.label == "partisan" and d.note.startswith("indirect") for d in documents
            ),
            "partisan_with_note_on_directness": sum(
                d.label == "partisan" and d.source in noting for d in documents
            ),
        },
        "camps": dict(Counter(d.camp for d in documents if d.camp).most_common()),
    }


def _by(documents: Sequence[Document]) -> dict[str, dict[str, int]]:
    return {
        "labels": dict(Counter(d.label for d in documents)),
        "rules": dict(
            Counter(r for d in documents for r in {s.category for s in d.evidence}).most_common()
        ),
        "protected": dict(
            Counter(
                k for d in documents if d.label == "permitted" for k in d.confusers
            ).most_common()
        ),
    }
