"""Which kind of file it is: told by its name, and by its first bytes where these know better."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import Literal

from classifier.readers.document import ReadError, Source

Kind = Literal[
    "text", "markdown", "html", "docx", "odt", "rtf", "pdf", "mail", "csv", "xlsx", "jsonl", "zip"
]

BY_SUFFIX: dict[str, Kind] = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".eml": "mail", ".mht": "mail",
    ".mhtml": "mail", ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".odt": "odt",
    ".fodt": "odt", ".ott": "odt", ".rtf": "rtf", ".pdf": "pdf", ".csv": "csv", ".tsv": "csv",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl", ".zip": "zip",
}  # fmt: skip
SUFFIXES = tuple(BY_SUFFIX)
# What only its own parser can open; the others are text, whatever their name says.
_BINARY = frozenset(("docx", "odt", "rtf", "pdf", "xlsx", "zip"))
# Plain text, read in this process: there is nothing in it to parse.
IN_PROCESS = frozenset(("text", "csv", "jsonl"))

_REFUSED = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
    (b"\x89PNG", "a picture; give its text"),
    (b"\xff\xd8\xff", "a picture; give its text"),
    (b"GIF8", "a picture; give its text"),
    (b"Rar!", "a RAR archive; pack it as ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; pack it as ZIP"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"\x7fELF", "a program, not a text"),
    (b"MZ", "a program, not a text"),
    (b"SQLite format 3\x00", "a database, not a text"),
    (b"PAR1", "a Parquet file; export it as CSV or JSONL"),
)
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAIL = re.compile(
    rb"^(?:(?:Received|Return-Path|Delivered-To|From|To|Subject|Date|Message-ID|MIME-Version)"
    rb":[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){3}",
    re.I,
)
_FLAT_ODF = re.compile(rb"<office:document\b")
HEAD = 4096


def suffix(name: str) -> str:
    """The last suffix of a file's name, in lower case."""
    return PurePath(name).suffix.lower()


def find_kind(source: Source) -> Kind:
    """The kind of a file that is to be read, its content having the last word.

    Raises ReadError for content that no reader is for, saying what to do instead.
    """
    with source.open() as stream:
        head = stream.read(HEAD)
    named = BY_SUFFIX.get(suffix(source.name))
    found = _by_content(head, source)
    if found:
        return found
    _refuse_foreign(head)
    if named in _BINARY and named != "odt" and head:
        # Named like a document that it is not: a text by content, or nothing that is known.
        if _is_text(head):
            return _textual(head) or "text"
        raise ReadError(f"damaged, or not the {suffix(source.name)[1:].upper()} file it is named")
    if named and named not in ("text", "odt"):
        return named
    return _textual(head) or "text"


def _textual(head: bytes) -> Kind | None:
    if _HTML.match(head):
        return "html"
    if _FLAT_ODF.search(head):
        return "odt"
    return "mail" if _MAIL.match(head) else None


def _by_content(head: bytes, source: Source) -> Kind | None:
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{\\rtf"):
        return "rtf"
    if b"%PDF-" in head[:1024] and not _MAIL.match(head):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(source)
    return None


def _in_zip(source: Source) -> Kind:
    """Office files are archives too; their parts tell which."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            names = archive.NameToInfo
            if "content.xml" in names and "mimetype" in names:
                kind = archive.open("mimetype").read(100)
                if b"opendocument.text" in kind:
                    return "odt"
                raise ReadError("an OpenDocument file without running text; save it as ODT or CSV")
            if any(name.endswith("word/document.xml") for name in names):
                return "docx"
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "ppt/presentation.xml" in names:
                raise ReadError("a presentation; export its text or a PDF")
            if "[Content_Types].xml" in names and suffix(source.name) in (".docx", ".xlsx"):
                return BY_SUFFIX[suffix(source.name)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError("damaged or cut short: the archive cannot be opened") from error
    return "zip"


def _refuse_foreign(head: bytes) -> None:
    for magic, words in _REFUSED:
        if head.startswith(magic):
            raise ReadError(words or _old_office(head))
    if head[:4] == b"RIFF" or head[4:8] == b"ftyp":
        raise ReadError("a picture, film or sound; give its text")


def _old_office(head: bytes) -> str:
    return (
        "an old Office file (.doc, .xls) or one protected by a password; "
        "save it as DOCX or XLSX without a password"
    )


def _is_text(head: bytes) -> bool:
    from classifier.readers.encoding import decode

    # Cut where no letter can be torn apart.
    whole = head[: max(head.rfind(b"\n"), head.rfind(b" ")) + 1] or head
    try:
        text, _ = decode(whole)
    except ReadError:
        return False
    return not any(ord(c) < 9 for c in text)
