"""Text files and Markdown: offsets stay those of the file's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.readers.document import Context, Document, Item, ReadError, Source
from classifier.readers.encoding import decode
from classifier.readers.limits import LARGEST_TEXT_FILE, LONGEST_TEXT

_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\n---[ \t]*(?=\r?\n|\Z)", re.DOTALL)
# What Markdown writes beside the words; each match is blanked, save for its group.
_MARKS = (
    re.compile(r"^ {0,3}#{1,6}(?=\s)|(?<=\s)#+[ \t]*$", re.MULTILINE),
    re.compile(r"^(?:[ \t]*>)+", re.MULTILINE),
    re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]\](?=\s))?", re.MULTILINE),
    re.compile(r"^[ \t]*(?:[-=*_][ \t]*){3,}$", re.MULTILINE),
    re.compile(r"^[ \t]*(?:\|[ \t]*)?:?-{2,}[-:| \t]*$", re.MULTILINE),
    re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,2000}\)"),
    re.compile(r"</?[A-Za-z][^<>\n]{0,1000}>"),
    re.compile(r"\*{1,3}|~~|`+|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|\|"),
    re.compile(r"\\(?=[!-/:-@\[-`{-~])"),
)
_LINK = re.compile(r"\[([^\[\]\n]{0,2000})\](\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_OWN_LINE = re.compile(r"^(?:\s*$| {0,3}#|\s*(?:>|[-*+]\s|\d+[.)]\s|\||```|~~~)| {4}|\t)")
_UNDERLINE = re.compile(r"^[ \t]*(?:[-=*_][ \t]*){3,}$")


def read_text(source: Source, context: Context) -> Iterator[Item]:
    """A plain text file, whole; raises ReadError if it is no text or too long."""
    text, notes = _load(source)
    yield Document(source.name, text, notes, consumed=source.size())


def read_markdown(source: Source, context: Context) -> Iterator[Item]:
    """A Markdown file: its own text, read without its marks; raises ReadError."""
    text, notes = _load(source)
    yield Document(source.name, text, notes, scored=blank_markup(text), consumed=source.size())


def _load(source: Source) -> tuple[str, tuple[str, ...]]:
    text, notes = decode(source.read(LARGEST_TEXT_FILE))
    check_length(text)
    return text, notes


def check_length(text: str) -> None:
    """Raise ReadError for a text that is longer than one document may be."""
    if len(text) > LONGEST_TEXT:
        raise ReadError(f"holds more than {LONGEST_TEXT:,} characters; split it")


def blank_markup(text: str) -> str:
    """Markdown with its marks replaced by as many spaces; every word keeps its offset.

    A line break inside a paragraph becomes a space too, as it does when Markdown is shown.
    """
    blank = _FRONT_MATTER.sub(lambda m: _spaces(m.group()), text)
    blank = _join_lines(_blank_comments(blank))
    blank = _FENCE.sub(lambda m: _spaces(m.group()), blank)
    for pattern in _MARKS:
        blank = pattern.sub(lambda m: _spaces(m.group()), blank)
    return _LINK.sub(lambda m: f" {m.group(1)} {_spaces(m.group(2))}", blank)


def _blank_comments(text: str) -> str:
    pieces: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces += [text[position:start], _spaces(text[start : end + 3])]
        position = end + 3
    return "".join(pieces) + text[position:]


def _spaces(mark: str) -> str:
    return "".join(c if c in "\r\n" else " " for c in mark)


def _join_lines(text: str) -> str:
    lines = text.splitlines(keepends=True)
    fenced = False
    for number, line in enumerate(lines[:-1]):
        if re.match(r"^ {0,3}(?:```|~~~)", line):
            fenced = not fenced
        body = line.rstrip("\r\n")
        following = lines[number + 1]
        ends = (
            fenced
            or not body.strip()
            or body.lstrip().startswith(("#", "|"))
            or body.endswith(("  ", "\\"))
            or _OWN_LINE.match(following)
            or _UNDERLINE.match(body)
            or _UNDERLINE.match(following.rstrip("\r\n"))
        )
        if not ends:
            lines[number] = body + " " * (len(line) - len(body))
    return "".join(lines)
