"""From documents to training windows, by the very road that scoring takes."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import datasets
import numpy as np
import torch
from tokenizers import Tokenizer

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from classifier.reading import ReadDocument, read_document
from classifier.windows import SpecialTokens, pack_windows
from data.noise import add_noise
from data.schema import Document
from training.config import TrainingConfig

# Kinds of damage that change what the encoder reads, drawn in training.
TRAINING_NOISES = (
    "zwnj_lost",
    "typing_slips",
    "missing_spaces",
    "ocr_confusions",
    "emoji_and_hashtags",
    "finglish_words",
)
RULES_AT = slice(1, 1 + len(RULE_NAMES))
KINDS_AT = slice(1 + len(RULE_NAMES), 1 + len(RULE_NAMES) + len(PROTECTED_NAMES))
OUTPUT_COUNT = KINDS_AT.stop


def sentence_targets(
    document: ReadDocument, evidence: Sequence[tuple[int, int, str]]
) -> np.ndarray:
    """Targets [sentences, 6]: partisan and the five rules, where evidence lies.

    A sentence is evidence if it shares at least half of itself, or half of the evidence,
    with a span; each span marks at least the sentence that it overlaps most.
    """
    targets = np.zeros((len(document.spans), 1 + len(RULE_NAMES)), np.float32)
    for start, end, category in evidence:
        overlaps = [max(0, min(end, b) - max(start, a)) for a, b in document.spans]
        if not overlaps or max(overlaps) == 0:
            continue
        best = int(np.argmax(overlaps))
        for index, ((a, b), shared) in enumerate(zip(document.spans, overlaps, strict=True)):
            if index == best or shared >= 0.5 * min(b - a, end - start) > 0:
                targets[index, 0] = 1
                targets[index, 1 + RULE_NAMES.index(category)] = 1
    return targets


def evidence_targets(read: ReadDocument, document: Document) -> np.ndarray:
    """Whether each sentence is evidence, and under which rules, [sentences, 6]; of a document
    as it stands."""
    spans = [(s.start, s.end, s.category) for s in document.evidence]
    return sentence_targets(read, spans) > 0.5


@dataclass
class ExampleBuilder:
    """Turns documents into rows of windows with targets."""

    tokenizer: Tokenizer
    special: SpecialTokens

    def rows(
        self, document: Document, capacity: int, noise_seed: int | None = None
    ) -> Iterable[dict]:
        """Rows of one document; with a `noise_seed` the text is damaged first."""
        text = document.text
        spans = [(s.start, s.end) for s in document.evidence]
        if noise_seed is not None:
            rng = random.Random(noise_seed)
            names = rng.sample(TRAINING_NOISES, rng.randint(1, 3))
            noised = add_noise(text, spans, names, noise_seed)
            text, spans = noised.text, noised.spans
        read = read_document(text, self.tokenizer)
        evidence = [(a, b, s.category) for (a, b), s in zip(spans, document.evidence, strict=True)]
        targets = sentence_targets(read, evidence)
        kinds = np.array([name in document.confusers for name in PROTECTED_NAMES], np.float32)
        # A partisan text need not list its confusers: an empty list there says nothing.
        kinds_known = bool(document.confusers)
        twins = group_number(document.pair or document.family)
        rivals = group_number(document.swap_group)
        for window in pack_windows(read.token_ids, capacity, self.special):
            yield {
                "input_ids": window.input_ids,
                "sentence_of": window.sentence_of,
                "positions": window.positions,
                "sentence_bounds": [[a, b] for _, a, b in window.sentences],
                "sentence_targets": [targets[i].tolist() for i, _, _ in window.sentences],
                "kinds": kinds.tolist(),
                "kinds_known": kinds_known,
                "twins": twins,
                "rivals": rivals,
            }


def group_number(name: str) -> int:
    """A number for a pair, family or swap group, the same in every run; -1 for none."""
    return zlib.crc32(name.encode()) if name else -1


def take_share(documents: Sequence[Document], share: float) -> list[Document]:
    """A share of the documents, the same in every run; what belongs to one story stays together,
    and a smaller share lies within a larger one."""
    return [d for d in documents if zlib.crc32(f"share {d.event}".encode()) < share * 2**32]


def join(document: Document, other: Document, before: bool) -> Document:
    """One text of two, a permitted one before or after: a newsletter with one more section.

    Most publications are longer than most of the corpus and hold matters that have nothing to
    do with each other; joined texts keep a sentence's meaning apart from its neighbours'.
    """
    shift = len(other.text) + 2 if before else 0
    parts = (other.text, document.text) if before else (document.text, other.text)
    known = bool(document.confusers)
    return document.model_copy(
        update={
            "text": "\n\n".join(parts),
            "evidence": [
                s.model_copy(update={"start": s.start + shift, "end": s.end + shift})
                for s in document.evidence
            ],
            "confusers": sorted({*document.confusers, *other.confusers}) if known else [],
            "pair": "",
            "swap_group": "",
        }
    )


def build_schedule(
    documents: Sequence[Document], builder: ExampleBuilder, config: TrainingConfig
) -> datasets.Dataset:
    """All windows of all epochs in the order in which they are trained on.

    Each epoch draws capacities and damage anew. Windows of like length share a batch, and
    batches are shuffled. Everything follows from the seed, so a resumed run continues
    exactly where it stopped.
    """
    rng = random.Random(config.seed)
    permitted = [d for d in documents if d.unit == "document" and d.label == "permitted"]
    ordered: list[dict] = []
    for _ in range(config.epochs):
        rows: list[dict] = []
        for document in documents:
            if document.unit == "item" and rng.random() >= config.item_share:
                continue
            noise_seed = rng.randrange(2**31) if rng.random() < config.noise_share else None
            if document.unit == "document" and permitted and rng.random() < config.join_share:
                document = join(document, rng.choice(permitted), rng.random() < 0.5)
            of_document = list(
                builder.rows(document, rng.choice(config.training_windows), noise_seed)
            )
            rows.extend(_sample_windows(of_document, config.longest_run, rng))
        rows = _shuffle_groups(rows, rng)
        chunk = config.batch_size * 40
        batches: list[list[dict]] = []
        for start in range(0, len(rows), chunk):
            part = _sort_groups(rows[start : start + chunk])
            batches += [
                part[i : i + config.batch_size] for i in range(0, len(part), config.batch_size)
            ]
        rng.shuffle(batches)
        # A short batch in the middle would shift all later ones: it goes to the end.
        batches.sort(key=lambda batch: len(batch) < config.batch_size)
        ordered += [row for batch in batches for row in batch]
    return datasets.Dataset.from_list(ordered)


def _sample_windows(rows: list[dict], most: int, rng: random.Random) -> list[dict]:
    """All windows with evidence, and at most `most` of the others (0: all)."""
    plain = [i for i, row in enumerate(rows) if not any(t[0] for t in row["sentence_targets"])]
    if not most or len(plain) <= most:
        return rows
    dropped = set(rng.sample(plain, len(plain) - most))
    return [row for i, row in enumerate(rows) if i not in dropped]


def _groups(rows: Sequence[dict]) -> list[list[dict]]:
    """Rows that belong together (twins, rivals), the others alone; in order of appearance."""
    groups: dict[tuple[str, int], list[dict]] = {}
    for number, row in enumerate(rows):
        key = next(((k, row[k]) for k in ("twins", "rivals") if row[k] >= 0), ("row", number))
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _shuffle_groups(rows: Sequence[dict], rng: random.Random) -> list[dict]:
    groups = _groups(rows)
    rng.shuffle(groups)
    return [row for group in groups for row in group]


def _sort_groups(rows: Sequence[dict]) -> list[dict]:
    """Rows by length, so that batches hold little padding, and groups kept together."""
    groups = sorted(_groups(rows), key=lambda g: sum(len(r["input_ids"]) for r in g) / len(g))
    return [row for group in groups for row in group]


def pooling_matrix(bounds: Sequence[Sequence[int]], tokens: int) -> np.ndarray:
    """Averaging weights [sentences, tokens] for sentences at token `bounds`."""
    matrix = np.zeros((len(bounds), tokens), np.float32)
    for row, (start, end) in enumerate(bounds):
        matrix[row, start:end] = 1.0 / (end - start)
    return matrix


def collate(rows: Sequence[dict], pad: int) -> dict[str, torch.Tensor]:
    """Pad rows to one batch; padding sentences carry zero pooling and mask."""
    tokens = max(len(r["input_ids"]) for r in rows)
    sentences = max(len(r["sentence_bounds"]) for r in rows)
    input_ids = torch.full((len(rows), tokens), pad, dtype=torch.long)
    sentence_of = torch.full((len(rows), tokens), -1, dtype=torch.long)
    positions = torch.zeros((len(rows), tokens), dtype=torch.long)
    pooling = torch.zeros((len(rows), sentences, tokens))
    targets = torch.zeros((len(rows), sentences, 1 + len(RULE_NAMES)))
    for i, row in enumerate(rows):
        length, count = len(row["input_ids"]), len(row["sentence_bounds"])
        input_ids[i, :length] = torch.tensor(row["input_ids"])
        sentence_of[i, :length] = torch.tensor(row["sentence_of"])
        positions[i, :length] = torch.tensor(row["positions"])
        pooling[i, :count] = torch.from_numpy(pooling_matrix(row["sentence_bounds"], tokens))
        targets[i, :count] = torch.tensor(row["sentence_targets"])
    return {
        "input_ids": input_ids,
        "sentence_of": sentence_of,
        "positions": positions,
        "pooling": pooling,
        "sentence_targets": targets,
        "kinds": torch.tensor([r["kinds"] for r in rows]),
        "kinds_known": torch.tensor([float(r["kinds_known"]) for r in rows]),
        "twins": torch.tensor([r["twins"] for r in rows]),
        "rivals": torch.tensor([r["rivals"] for r in rows]),
    }
