"""Messages: subject and body as one document, attachments as their own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

from classifier.readers import kinds
from classifier.readers.document import Context, Document, Item, LeftOut, ReadError, Source, Unread
from classifier.readers.encoding import decode
from classifier.readers.html import decode_page, main_text
from classifier.readers.limits import DEEPEST_ARCHIVE, LARGEST_TEXT_FILE
from classifier.readers.plain import check_length

_MOST_PARTS = 200


def read_mail(source: Source, context: Context) -> Iterator[Item]:
    """An EML message, or a page saved as MHTML; raises ReadError. Nothing is fetched."""
    if context.depth > DEEPEST_ARCHIVE:
        raise ReadError("a message in a message in a message; save it on its own")
    data = source.read(2 * LARGEST_TEXT_FILE)
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise ReadError(f"has more than {_MOST_PARTS} parts; save its text and files apart")
    if not message.keys():
        raise ReadError("not a message: it has no header")
    saved_page = kinds.suffix(source.name) in (".mht", ".mhtml")
    subject = "" if saved_page else str(message.get("subject") or "").strip()
    body, notes, chosen = _body(parts)
    text = f"{subject}\n{body}".strip() if subject else body.strip()
    check_length(text)
    if text:
        yield Document(source.name, text, notes, consumed=source.size())
    elif not chosen and len(parts) == 1:
        raise ReadError("a message without text")
    yield from _attachments(parts, chosen, source, replace(context, depth=context.depth + 1))


def _body(
    parts: list[EmailMessage],
) -> tuple[str, tuple[str, ...], EmailMessage | None]:
    """The text that the message shows: plain where there is any, else from its HTML."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() != kind or _is_attached(part):
                continue
            data = part.get_payload(decode=True)
            if not isinstance(data, bytes) or not data.strip():
                continue
            text, notes = _decode(data, part)
            if kind == "text/html":
                text, dropped = main_text(text)
                notes = (*notes, "menus_left_out") if dropped else notes
            if text.strip():
                return text, notes, part
    return "", (), None


def _decode(data: bytes, part: EmailMessage) -> tuple[str, tuple[str, ...]]:
    charset = (part.get_content_charset() or "").lower()
    if charset in ("", "utf-8", "us-ascii", "ascii"):
        return decode_page(data) if part.get_content_type() == "text/html" else decode(data)
    try:
        return data.decode(charset), (f"encoding:{charset}",)
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _attachments(
    parts: list[EmailMessage], chosen: EmailMessage | None, source: Source, context: Context
) -> Iterator[Item]:
    from classifier.readers.registry import read_here

    left_out = []
    for part in parts:
        if part is chosen or part.is_multipart() or not _is_attached(part):
            continue
        filename = (part.get_filename() or "attachment").replace("\\", "/").rpartition("/")[2]
        name = f"{source.name}/{filename}"
        if kinds.suffix(filename) not in kinds.BY_SUFFIX:
            left_out.append(kinds.suffix(filename))
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            yield Unread(name, "its encoding is broken; save the file on its own")
            continue
        for item in read_here(Source(name, data=data), context):
            yield replace(item, consumed=0) if isinstance(item, Document | Unread) else item
    if left_out:
        yield LeftOut(source.name, tuple(left_out))
