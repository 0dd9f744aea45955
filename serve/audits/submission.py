"""Taking in what is submitted: documents, files or the name of a dataset, straight to disk."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from classifier.readers import Document, printable, sound
from serve.audits.reading import find_dataset
from serve.audits.spool import Input, Place, Plan
from serve.problems import ProblemError
from serve.schemas import EXAMPLE_TEXT
from serve.settings import Settings
from serve.uploads import own_name

MULTIPART = "multipart/form-data"
JSON = "application/json"
_STALLED_SECONDS = 60.0
_LONGEST_FIELD = 2000
_LONGEST_HEADER = 16_000

# It would log bytes of a body that it cannot take apart.
logging.getLogger("python_multipart.multipart").setLevel(logging.ERROR)


def _tidy(value: Any) -> Any:
    """A name without what names cannot hold."""
    return printable(sound(value)) if isinstance(value, str) else value


def _without_surrogates(value: Any) -> Any:
    return sound(value) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_tidy), StringConstraints(max_length=200)]
# Half a character is as long as the mark that stands for it, so that offsets stay true.
Text = Annotated[str, BeforeValidator(_without_surrogates)]


class Options(BaseModel):
    """What may be said of an audit beside its documents."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = Field(None, description="Your own name for the audit.")
    prior: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="The share of partisan texts among these, as 0.03; scores are given for it.",
    )
    text_column: Name | None = Field(
        None, description="The column or field that holds the text, in tables and JSONL."
    )


class DocumentIn(BaseModel):
    """One document of an audit."""

    model_config = ConfigDict(extra="forbid")

    id: Text | None = Field(None, description="Your own name for it.")
    text: Text = Field(description="The text, exactly as it was published.")


class AuditIn(Options):
    """Documents, or the name of a dataset that the service's operator has laid ready."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "پایش آبان", "documents": [{"id": "post-12", "text": EXAMPLE_TEXT}]},
                {"name": "پایش آذر", "dataset": "1405/azar", "prior": 0.03},
            ]
        },
    )

    documents: list[DocumentIn] | None = Field(None, min_length=1)
    dataset: Name | None = Field(None, description="A file or folder, named from the datasets'.")

    @model_validator(mode="after")
    def _one_source(self) -> AuditIn:
        if (self.documents is None) == (self.dataset is None):
            raise ValueError("give either documents or dataset")
        return self


@dataclass(frozen=True)
class Submission:
    """A submission that lies in its place: its options, a hash of all of it, its documents."""

    options: Options
    digest: str
    documents: int | None


async def take_in(request: Request, settings: Settings, place: Place) -> Submission:
    """Write what a request submits to `place`.

    Raises ProblemError or RequestValidationError for what is not accepted, and
    starlette's ClientDisconnect if it is broken off; the place is then the caller's to remove.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    with room():
        if kind == MULTIPART:
            return await _take_files(request, settings, place)
        if kind == JSON:
            body = await request.body()
            return await run_in_threadpool(_take_json, body, settings, place)
    raise ProblemError(
        "unsupported_media_type",
        f"Send {JSON} with documents or a dataset, or files as {MULTIPART}.",
        f"سندها یا نام مجموعه را به صورت {JSON} بفرستید، یا پرونده‌ها را به صورت {MULTIPART}.",
    )


def _take_json(body: bytes, settings: Settings, place: Place) -> Submission:
    try:
        plain = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError("not_json", "Send one JSON object.", "یک شیء JSON بفرستید.") from error
    asked = _validated(AuditIn, plain)
    digest = hashlib.sha256(b"json\n")
    digest.update(json.dumps(asked.model_dump(), sort_keys=True).encode("ascii"))
    options = Options(name=asked.name, prior=asked.prior, text_column=asked.text_column)
    if asked.dataset is not None:
        if find_dataset(settings.datasets, asked.dataset) is None:
            raise ProblemError(
                "dataset_not_found",
                "There is no file or folder of this name among the datasets. "
                "Ask whoever runs the service which there are.",
                "در پوشهٔ مجموعه‌ها پرونده یا پوشه‌ای به این نام نیست. از گردانندهٔ سامانه بپرسید "
                "چه مجموعه‌هایی هست.",
            )
        place.write_plan(Plan(dataset=asked.dataset, text_column=asked.text_column))
        return Submission(options=options, digest=digest.hexdigest(), documents=None)
    documents = asked.documents or []
    if len(documents) > settings.max_audit_documents:
        raise _too_many_documents(settings.max_audit_documents)
    place.write_rows(0, (Document(d.id or "", d.text) for d in documents))
    place.write_plan(Plan())
    return Submission(options=options, digest=digest.hexdigest(), documents=len(documents))


async def _take_files(request: Request, settings: Settings, place: Place) -> Submission:
    _, parameters = parse_options_header(request.headers["content-type"])
    boundary = parameters.get(b"boundary")
    if not boundary:
        raise _not_multipart()
    form = _Form(place, settings.max_upload_files)
    parser = MultipartParser(boundary, form.callbacks())
    try:
        stream = aiter(request.stream())
        while (chunk := await _next_chunk(stream)) is not None:
            # The disk may be slow, and others are served meanwhile.
            await run_in_threadpool(parser.write, chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise _not_multipart() from error
    finally:
        form.close()
    if not form.ended:
        raise _not_multipart()
    if not form.files:
        raise ProblemError(
            "invalid_request",
            "Send at least one file, in a field named 'file'.",
            "دست‌کم یک پرونده در فیلد «file» بفرستید.",
        )
    options = _validated(Options, form.fields)
    place.write_plan(Plan(files=form.files, text_column=options.text_column))
    digest = hashlib.sha256(b"files\n")
    digest.update(json.dumps([options.model_dump(), form.digests]).encode("ascii"))
    return Submission(options=options, digest=digest.hexdigest(), documents=None)


async def _next_chunk(stream: Any) -> bytes | None:
    """The next bytes of the body, None at its end; raises ProblemError if none come for long."""
    try:
        async with asyncio.timeout(_STALLED_SECONDS):
            chunk: bytes = await anext(stream)
            return chunk
    except StopAsyncIteration:
        return None
    except TimeoutError as error:
        raise stalled() from error


class _Form:
    """Takes a form apart as it comes: files to disk, the few fields to memory."""

    def __init__(self, place: Place, most_files: int) -> None:
        self._place, self._most_files = place, most_files
        self.files: list[Input] = []
        self.digests: list[list[str]] = []
        self.fields: dict[str, str] = {}
        self.ended = False
        self._header: list[bytes] = [b"", b""]
        self._disposition = b""
        self._name = ""
        self._value = b""
        self._stream: BinaryIO | None = None
        self._digest = hashlib.sha256()

    def callbacks(self) -> Any:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_header(0),
            "on_header_value": self._add_to_header(1),
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._end_form,
        }

    def close(self) -> None:
        """Close the file that was being written, if there is one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _begin(self) -> None:
        self._disposition = b""

    def _add_to_header(self, which: int) -> Callable[[bytes, int, int], None]:
        def add(data: bytes, start: int, end: int) -> None:
            self._header[which] += data[start:end]
            if len(self._header[which]) > _LONGEST_HEADER:
                raise _not_multipart()

        return add

    def _end_header(self) -> None:
        if self._header[0].strip().lower() == b"content-disposition":
            self._disposition = self._header[1]
        self._header = [b"", b""]

    def _begin_content(self) -> None:
        _, parameters = parse_options_header(self._disposition)
        self._name = parameters.get(b"name", b"").decode("utf-8", "replace")
        self._value = b""
        # A form sends a file field that was left empty without a name.
        if not parameters.get(b"filename"):
            return
        if len(self.files) >= self._most_files:
            raise ProblemError(
                "too_many_documents",
                f"An upload may have {self._most_files:,} files. Pack them as ZIP, or split it.",
                f"هر بارگذاری حداکثر {self._most_files:,} پرونده دارد. آن‌ها را در یک ZIP بگذارید "
                "یا چند بخش کنید.",
            )
        name = own_name(parameters[b"filename"].decode("utf-8", "replace"))
        path, self._stream = self._place.new_file(len(self.files))
        self._digest = hashlib.sha256()
        self.files.append(Input(path, name))

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = data[start:end]
        if self._stream is not None:
            self._stream.write(part)
            self._digest.update(part)
            return
        self._value += part
        if len(self._value) > _LONGEST_FIELD:
            raise ProblemError(
                "invalid_request",
                f"A field of the form is longer than {_LONGEST_FIELD:,} bytes.",
                f"یکی از فیلدهای فرم از {_LONGEST_FIELD:,} بایت بلندتر است.",
            )

    def _end(self) -> None:
        if self._stream is None:
            # An empty field of a form says nothing.
            if self._value:
                self.fields[self._name] = self._value.decode("utf-8", "replace")
            if len(self.fields) > len(Options.model_fields):
                raise _not_multipart()
            return
        self.close()
        self.digests.append([self.files[-1].name, self._digest.hexdigest()])

    def _end_form(self) -> None:
        self.ended = True


def _validated[Model: BaseModel](model: type[Model], plain: Any) -> Model:
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from error


@contextmanager
def room() -> Iterator[None]:
    """Tells a full disk as such."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ProblemError(
            "no_space",
            "There is no room for this upload. Nothing was kept; try again later.",
            "برای این بارگذاری جا نیست. چیزی نگه داشته نشد؛ دیرتر دوباره بکوشید.",
            {"Retry-After": "300"},
        ) from error


def stalled() -> ProblemError:
    """The problem of an upload that does not come to its end."""
    return ProblemError(
        "upload_stalled",
        "The upload stopped before its end. Nothing was kept; send it again.",
        "بارگذاری پیش از پایان ایستاد. چیزی نگه داشته نشد؛ دوباره بفرستید.",
        {"Connection": "close"},
    )


def _not_multipart() -> ProblemError:
    return ProblemError(
        "invalid_request",
        f"The body is no whole {MULTIPART}.",
        f"بدنهٔ درخواست {MULTIPART} کاملی نیست.",
    )


def _too_many_documents(most: int) -> ProblemError:
    return ProblemError(
        "too_many_documents",
        f"An audit may have {most:,} documents. Split it.",
        f"هر ممیزی حداکثر {most:,} سند دارد. آن را چند بخش کنید.",
    )
