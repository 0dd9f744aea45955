"""One document of the corpus: the codebook's format, and what it takes to be valid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES


class CorpusError(ValueError):
    """A fault in a corpus file; the message names the file and the line."""


class Span(BaseModel):
    """A passage of evidence: code points into the text, end exclusive, and its rule."""

    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0)
    end: int
    category: Literal[RULE_NAMES]  # type: ignore[valid-type]


class Document(BaseModel):
    """An annotated text: the codebook's format, from wherever it comes.

    Fields that are not known are passed over. What the corpus itself must keep to besides
    stands in `CorpusDocument`.

    ``unit`` tells a document from a short item of a family. ``pair`` names a contrast pair
    (few words changed, the label changes), ``swap_group`` a group in which only the
    contestant differs, ``family`` a set of short items around one situation, ``story``
    everything written around one event: a story never spans splits.
    """

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    label: Literal["partisan", "permitted"]
    evidence: list[Span] = []
    confusers: list[Literal[PROTECTED_NAMES]] = []  # type: ignore[valid-type]
    genre: str = ""
    source: str = ""
    unit: Literal["document", "item"] = "document"
    organisation: str = ""
    region: str = ""
    election: str = ""
    camp: str = ""
    story: str = ""
    pair: str = ""
    swap_group: str = ""
    family: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Document:
        if (self.label == "partisan") != bool(self.evidence):
            raise ValueError("a partisan document has evidence, a permitted one has none")
        for span in self.evidence:
            if not span.start < span.end <= len(self.text):
                raise ValueError(
                    f"evidence {span.start}:{span.end} lies outside a text of {len(self.text)}"
                )
            passage = self.text[span.start : span.end]
            if passage != passage.strip():
                raise ValueError(f"evidence {span.start}:{span.end} begins or ends in space")
        return self

    @property
    def event(self) -> str:
        """Names what it was written around: its story, else its family, else itself."""
        return self.story or self.family or self.id


class CorpusDocument(Document):
    """A document of the corpus: known fields only, and protected kinds named."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _names_kinds(self) -> CorpusDocument:
        if self.label == "permitted" and not self.confusers:
            raise ValueError("a permitted document names the protected kinds in it")
        return self


def first_fault(error: ValidationError, whole: str = "document") -> str:
    """The first field at fault and what is wrong with it; `whole` names all of them together."""
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"])) or whole
    return f"{field}: {first['msg']}"


def read_documents(path: Path, model: type[Document] = CorpusDocument) -> Iterator[Document]:
    """Yield the documents of a JSONL file, validated as `model`.

    Raises CorpusError with file and line.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield model.model_validate(json.loads(line))
        except ValidationError as error:
            raise CorpusError(f"{path}:{number}: {first_fault(error)}") from error
        except json.JSONDecodeError as error:
            raise CorpusError(f"{path}:{number}: not JSON: {error.msg}") from error


def slug(name: str) -> str:
    """A name as an id: ASCII letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
