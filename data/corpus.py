"""The corpus on disk: one folder a split, one JSONL file a hand, loaded with `datasets`.

A split is a folder, and everything around one story is written by one hand into one file,
so that splits stay fixed when documents are added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.drafts import read_drafts
from data.schema import CorpusDocument, CorpusError, Document, read_documents, slug

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

CORPUS = Path(__file__).parent / "corpus"
Split = Literal["train", "development", "test"]
SPLITS: tuple[Split, ...] = ("train", "development", "test")


def split_files(split: Split, corpus: Path = CORPUS) -> list[Path]:
    """The JSONL files of a split, in a stable order; raises CorpusError if there are none."""
    files = sorted((corpus / split).glob("*.jsonl"))
    if not files:
        raise CorpusError(f"{corpus / split}: the split has no .jsonl file")
    return files


def load_documents(split: Split, corpus: Path = CORPUS) -> list[Document]:
    """All valid documents of a split; raises CorpusError on the first fault."""
    return [d for path in split_files(split, corpus) for d in read_documents(path)]


def load_dataset(
    split: Split, corpus: Path = CORPUS, *, streaming: bool = False
) -> Dataset | IterableDataset:
    """A split as a `datasets.Dataset` (or, streaming, an `IterableDataset`) of rows.

    Rows are validated as they are read; raises CorpusError naming file and line.
    """
    import datasets

    files = split_files(split, corpus)

    def rows() -> Iterator[dict]:
        for path in files:
            for document in read_documents(path):
                yield document.model_dump()

    if streaming:
        return datasets.IterableDataset.from_generator(rows)
    return datasets.Dataset.from_list(list(rows()))


def split_hash(split: Split, corpus: Path = CORPUS) -> str:
    """SHA-256 over the names and bytes of a split's files."""
    digest = hashlib.sha256()
    for path in split_files(split, corpus):
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def import_drafts(paths: Iterable[Path], hand: str) -> list[Document]:
    """Turn draft files of one hand into corpus documents; raises DraftError or ValueError."""
    documents: list[Document] = []
    seen: set[str] = set()
    for path in paths:
        for draft in read_drafts(path):
            identity = slug(draft.name)
            if not identity.startswith(f"{hand}-"):
                identity = f"{hand}-{identity}"
            if identity in seen:
                raise ValueError(f"{path}: the name {draft.name!r} is used twice")
            seen.add(identity)
            fields = dict(draft.fields)
            group = fields.pop("swap", "")
            story = fields.pop("story", "") or fields.get("pair") or group or identity
            documents.append(
                CorpusDocument.model_validate(
                    {
                        "id": identity,
                        "text": draft.text,
                        "label": draft.label,
                        "evidence": draft.evidence,
                        "confusers": sorted(set(draft.confusers)),
                        "source": f"written for Bitaraf by hand {hand}",
                        "unit": draft.unit,
                        "swap_group": group,
                        "story": story,
                        **fields,
                    }
                )
            )
    return documents


def write_documents(documents: Iterable[Document], path: Path) -> int:
    """Write documents as JSONL (UTF-8, defaults left out); returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(d.model_dump(exclude_defaults=True), ensure_ascii=False) for d in documents]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)
