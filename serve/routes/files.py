"""Scoring a file of any supported kind."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from classifier.readers import Desk as Reader
from classifier.readers import Document, LeftOut, Unread, sound
from classifier.scorer import Scorer, on_document
from serve.identity import Allowed, Principal
from serve.presence import while_present
from serve.problems import ProblemError, wants_persian
from serve.roles import Permission
from serve.routes.common import RatesNow, SettingsNow, errors
from serve.schemas import AssessmentOut, TextIn
from serve.scoring import Desk, DeskNow
from serve.settings import Settings
from serve.unread import in_words, others_in_words
from serve.uploads import FIELD, ReadingRoom, Upload, uploaded

Caller = Annotated[Principal, Depends(Allowed(Permission.SCORE))]
router = APIRouter(tags=["scoring"], responses=errors(401, 403, 413, 422, 429, 503))
# Each reads within 400 MB; what waits for one waits, as texts wait for the model.
_READERS = ReadingRoom(places=2)
_MOST_UNREAD = 100
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {
                    FIELD: {
                        "type": "string",
                        "contentMediaType": "application/octet-stream",
                        "description": "TXT, Markdown, HTML, DOCX, ODT, RTF, PDF, EML, CSV, XLSX, "
                        "JSONL, or a ZIP of these.",
                    }
                },
            }
        }
    },
}


class DocumentOut(BaseModel):
    """A text that was read out of the file, and its Assessment, whose offsets point into it."""

    text: str
    assessment: AssessmentOut


class UnreadOut(BaseModel):
    """A part of the file (a row, a member of an archive) that could not be read, and why."""

    file: str
    reason: str
    line: int | None = Field(None, description="the row, counted from 1")


class FileOut(BaseModel):
    """What a file held."""

    file: str
    documents: list[DocumentOut]
    unread: list[UnreadOut]
    complete: bool = Field(
        description="False if the file holds more than is scored at once (64 documents, and as "
        "many characters as one text may have, by default): what follows was not scored."
    )


@router.post("/v1/score/file", operation_id="scoreFile", openapi_extra={"requestBody": _BODY})
async def score_file(
    request: Request,
    caller: Caller,
    upload: Annotated[Upload, Depends(uploaded)],
    desk: DeskNow,
    settings: SettingsNow,
    rates: RatesNow,
) -> FileOut:
    """Read a file and assess each document in it; the text that was read comes back too.

    Every row of a table and every file of an archive is a document of its own. The file is
    read in memory, by a process that ends with the request; nothing of it is kept.
    """
    persian = wants_persian(request)

    async def work() -> FileOut:
        documents, unread, complete = await _READERS.read(
            lambda reader: _read(reader, upload, settings, persian=persian)
        )
        if not documents:
            raise _unreadable(upload.name, unread)
        if rates.counts_documents:
            await run_in_threadpool(rates.documents, caller.account_id, len(documents))
        scorer = desk.ready()
        return FileOut(
            file=upload.name,
            documents=[await _assess(document, desk, scorer) for document in documents],
            unread=unread,
            complete=complete,
        )

    return await while_present(request, work())


def _read(
    reader: Reader, upload: Upload, settings: Settings, *, persian: bool
) -> tuple[list[Document], list[UnreadOut], bool]:
    """The documents of a file up to the service's limits, what could not be read, and whether
    that is all.
    """
    documents: list[Document] = []
    unread: list[UnreadOut] = []
    characters = 0
    for item in reader.read_bytes(upload.name, upload.data):
        if isinstance(item, Document):
            characters += len(item.text)
            too_many = characters > settings.max_characters
            # One text that is too long by itself is refused as such, by its own message.
            if documents and (too_many or len(documents) == settings.max_batch):
                return documents, unread, False
            documents.append(item)
        elif len(unread) < _MOST_UNREAD:
            unread.append(_unread(item, persian=persian))
    return documents, unread, True


def _unread(item: Unread | LeftOut, *, persian: bool) -> UnreadOut:
    if isinstance(item, LeftOut):
        reason = others_in_words(len(item.suffixes), persian=persian)
        return UnreadOut(file=sound(item.file), reason=reason)
    reason = in_words(item.reason, persian=persian)
    return UnreadOut(file=sound(item.file), line=item.line or None, reason=reason)


async def _assess(document: Document, desk: Desk, scorer: Scorer) -> DocumentOut:
    # Built without validation: what was read may hold what JSON could not have brought.
    text = TextIn.model_construct(text=document.scored or document.text, id=None)
    assessment = on_document(await desk.wait_for(text, scorer), document)
    return DocumentOut(text=sound(document.text), assessment=assessment)


def _unreadable(name: str, unread: list[UnreadOut]) -> ProblemError:
    """The problem of a file that holds no readable document; says what to do."""
    reasons = " ".join(dict.fromkeys(item.reason for item in unread[:3]))
    return ProblemError(
        "unreadable_file",
        f"{name}: {reasons or 'It holds no document of a supported kind.'} "
        "Or paste the text itself.",
        f"«{name}»: {reasons or 'سندی از نوع‌های پذیرفته در آن نیست.'} "
        "خود متن را هم می‌توانید در صفحه بگذارید.",
    )
