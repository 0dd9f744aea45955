"""What the API takes and gives, beside the Assessment itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WrapSerializer,
)

from classifier import Assessment

EXAMPLE_TEXT = "انجمن ما در انتخابات شورا از هیچ نامزدی حمایت نمی‌کند. رأی هر عضو تصمیم خود اوست."

Identity = Annotated[str, StringConstraints(max_length=200)]


def _without_empty_pages(value: Any, handler: SerializerFunctionWrapHandler) -> Any:
    """Pages are named only in documents that have them, as on the command line."""
    plain = handler(value)
    for passage in (*plain["evidence"], *plain["protected"]):
        if passage.get("page") is None:
            passage.pop("page", None)
    return plain


AssessmentOut = Annotated[Assessment, WrapSerializer(_without_empty_pages)]


class TextIn(BaseModel):
    """One text to score; nothing of it is stored or logged."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"id": "post-12", "text": EXAMPLE_TEXT}]}
    )

    text: str = Field(description="The text, exactly as it is or will be published.")
    id: Identity | None = Field(None, description="Your own name for it; comes back unchanged.")


class BatchIn(BaseModel):
    """Several texts to score."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"texts": [{"id": "1", "text": EXAMPLE_TEXT}]}]},
    )

    texts: list[TextIn] = Field(min_length=1)


class BatchOut(BaseModel):
    """Assessments in the order of the texts."""

    assessments: list[AssessmentOut]


class CategoryOut(BaseModel):
    """A rule or a protected kind, in both languages."""

    code: str
    name: str
    english: str
    persian: str


class CodebookOut(BaseModel):
    """The codebook that every verdict follows."""

    version: str
    rules: list[CategoryOut]
    protected: list[CategoryOut]


class ModelOut(BaseModel):
    """The model that scores, and how well it does."""

    version: str
    codebook: str
    encoder: str
    thresholds: dict[str, float]
    metrics: dict[str, Any]
    characters_per_second: float | None = Field(
        description="how fast it read lately, waiting left out; null before the first text"
    )


class PrincipalOut(BaseModel):
    """Who the caller is."""

    name: str
    role: str


class HealthOut(BaseModel):
    """Whether the service is alive, or ready to score."""

    status: str


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
