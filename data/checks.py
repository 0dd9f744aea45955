"""Faults a corpus must not have: repeated identities, near-copies, leaks, real names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from classifier.text import normalise, unreadable_reason
from data.leaks import TOO_TELLING, Leak
from data.schema import Document
from data.vocabulary import VOCABULARY

# The share of common word 5-grams from which two texts of different stories are too alike.
TOO_ALIKE = 0.2
_GRAM = 5
# Each split's share of partisan documents lies between these.
_BALANCE = (0.4, 0.6)
# Lists of real names that no text may hold, and what each list names.
_REAL = {"real_persons.txt": "person", "real_organisations.txt": "organisation"}


def check(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    """Yield a sentence for every fault found; nothing means that the corpus is sound."""
    yield from _identities(splits)
    yield from _stories(splits)
    yield from _groups(splits)
    yield from _balance(splits)
    yield from _words(splits)
    yield from _texts(splits)
    yield from _copies(splits)


def leak_faults(leaks: Sequence[Leak]) -> Iterator[str]:
    """Yield a sentence for every feature that gives labels away (see `data.leaks`)."""
    for leak in leaks:
        if leak.area > TOO_TELLING:
            yield (
                f"{leak.feature} alone tells labels apart: area under the curve {leak.area:.2f}, "
                f"at most {TOO_TELLING} is allowed; write the label that is rarer there"
            )


def _identities(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, documents in splits.items():
        for document in documents:
            if document.id in seen:
                yield f"{document.id}: the id is used twice ({seen[document.id]}, {name})"
            seen[document.id] = name


def _stories(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    """Everything around one story, pair, swap or family stays in one split."""
    for field in ("story", "pair", "swap_group", "family"):
        where: dict[str, set[str]] = defaultdict(set)
        for name, documents in splits.items():
            for document in documents:
                if value := getattr(document, field):
                    where[value].add(name)
        for value, names in where.items():
            if len(names) > 1:
                yield f"{field} {value!r} lies in several splits: {', '.join(sorted(names))}"


def _groups(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    pairs: dict[str, list[Document]] = defaultdict(list)
    swaps: dict[str, list[Document]] = defaultdict(list)
    for documents in splits.values():
        for document in documents:
            if document.pair:
                pairs[document.pair].append(document)
            if document.swap_group:
                swaps[document.swap_group].append(document)
    for name, members in pairs.items():
        if {d.label for d in members} != {"partisan", "permitted"}:
            yield f"pair {name!r} does not hold both labels"
    for name, members in swaps.items():
        if len(members) < 2:
            yield f"swap group {name!r} has a single member"
        if len({d.label for d in members}) > 1:
            yield f"swap group {name!r} mixes labels"


def _balance(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    low, high = _BALANCE
    for name, every in splits.items():
        documents = [d for d in every if d.unit == "document"]
        if len(documents) < 20:
            continue
        share = sum(d.label == "partisan" for d in documents) / len(documents)
        if not low <= share <= high:
            yield f"{name}: {share:.0%} of the documents are partisan, not {low:.0%} to {high:.0%}"


def _words(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    """Documents are described in the words of `data.vocabulary`."""
    for documents in splits.values():
        for document in documents:
            for field, known in VOCABULARY.items():
                value = getattr(document, field)
                if value and value not in known:
                    listed = ", ".join(sorted(known))
                    yield f"{document.id}: {field} {value!r} is not one of {listed}"


@lru_cache(maxsize=len(_REAL))
def _real_names(file: str) -> re.Pattern[str]:
    """The names that a list beside this module holds, as whole words of a normalised text."""
    names = [
        normalise(line.strip()).text
        for line in (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    # Between two words stands any space or none, and after a final he perhaps the ezafe's ye.
    between = "(?:(?<=ه)[ \u200c]?ی)?[\\s\u200c]*"
    spaced = [
        between.join(map(re.escape, re.split("[ \u200c]+", name)))
        for name in sorted(names, key=len, reverse=True)  # so that a fault names the whole
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)")


def _texts(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    for documents in splits.values():
        for document in documents:
            if reason := unreadable_reason(document.text):
                yield f"{document.id}: a system would abstain ({reason})"
            if "{{" in document.text or "}}" in document.text:
                yield f"{document.id}: an evidence mark was left in the text"
            normalised = normalise(document.text)
            for file, kind in _REAL.items():
                if name := _real_names(file).search(normalised.text):
                    start, end = normalised.original_span(*name.span())
                    written = document.text[start:end]
                    yield f"{document.id}: names a real {kind}, «{written}»: invent one"


def word_grams(text: str) -> set[tuple[str, ...]]:
    """The word 5-grams of a text, normalised."""
    words = re.findall(r"\w+", normalise(text).text)
    return {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}


def _copies(splits: dict[str, Sequence[Document]]) -> Iterator[str]:
    """Exact and near copies among texts that share neither story, pair nor swap group."""
    every = [(name, d) for name, documents in splits.items() for d in documents]
    grams = [word_grams(d.text) for _, d in every]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, of_text in enumerate(grams):
        for gram in of_text:
            where[gram].append(index)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for indices in where.values():
        for position, a in enumerate(indices):
            for b in indices[position + 1 :]:
                shared[a, b] += 1
    for (a, b), count in shared.items():
        (name_a, first), (name_b, second) = every[a], every[b]
        if first.story and first.story == second.story:
            continue
        alike = count / max(1, min(len(grams[a]), len(grams[b])))
        if alike >= TOO_ALIKE and count >= 3:
            yield f"{first.id} ({name_a}) and {second.id} ({name_b}) are too alike: {alike:.2f}"
    exact: dict[str, str] = {}
    for _, document in every:
        key = " ".join(normalise(document.text).text.split())
        if key in exact:
            yield f"{document.id} repeats the text of {exact[key]}"
        exact[key] = document.id
