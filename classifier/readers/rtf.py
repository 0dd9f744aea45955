"""RTF, with Persian as Unicode escapes or in the code page of its fonts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from classifier.readers.document import TOO_DEEP, Context, Document, Item, ReadError, Source
from classifier.readers.layout import Lines
from classifier.readers.limits import DEEPEST_MARKUP, LARGEST_FILE
from classifier.readers.plain import check_length

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)"
    rb"|[\r\n]+|\\"
)
_SKIPPED = frozenset(
    ("colortbl", "stylesheet", "info", "pict", "object", "objdata", "fldinst", "themedata",
     "datastore", "listtable", "listoverridetable", "generator", "xmlnstbl", "rsidtbl", "mmathPr",
     "latentstyles", "filetbl", "revtbl", "annotation", "atnid", "atnauthor", "atntime", "atndate",
     "atnicn", "atnref", "bkmkstart", "bkmkend", "pn", "pntext", "pntxta", "pntxtb", "sn", "sv",
     "shprslt", "nonshppict", "nonesttables", "template", "private", "colorschememapping",
     "wgrffmtfilter", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "userprops", "docvar",
     "factoidname", "panose", "falt", "passwordhash", "formfield")
)  # fmt: skip
_HEADERS = frozenset(
    f"{kind}{page}" for kind in ("header", "footer") for page in ("", "l", "r", "f")
)
# Destinations that are marked as ignorable yet hold text of the document.
_KEPT = frozenset(("shpinst", "shptxt", "shp", "footnote", "fldrslt"))
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
    "zwnj": "\u200c", "zwj": "\u200d", "ltrmark": "\u200e", "rtlmark": "\u200f",
}  # fmt: skip
# Code pages of fonts' character sets; 178 is Arabic, in which Word writes Persian.
_CHARSETS = {0: "cp1252", 161: "cp1253", 162: "cp1254", 177: "cp1255", 178: "cp1256",
             204: "cp1251", 238: "cp1250"}  # fmt: skip


@dataclass(frozen=True)
class _State:
    skip: bool = False
    hidden: bool = False
    font: int = -1
    fallback: int = 1
    fonts_table: bool = False
    # "" or the kind of text that this group holds apart: "shptxt", "footnote", "header".
    apart: str = ""


class _Reader:
    def __init__(self) -> None:
        self.state = _State()
        self.stack: list[_State] = []
        self.lines = Lines()
        self.notes: dict[str, None] = {}
        self.page = "cp1252"
        self.fonts: dict[int, str] = {}
        self.to_skip = 0
        self.star = False
        self.high = 0
        self.lines.begin_paragraph()

    def set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def text(self, text: str) -> None:
        state = self.state
        if state.apart == "header" and not state.skip and text.strip():
            self.notes["headers_left_out"] = None
        elif not (state.skip or state.hidden or state.fonts_table or state.apart == "header"):
            self.lines.add(text)

    def group(self, opens: bool) -> None:
        self.to_skip = 0
        if opens:
            if len(self.stack) >= DEEPEST_MARKUP:
                raise ReadError(TOO_DEEP)
            self.stack.append(self.state)
        elif self.stack:
            before = self.stack.pop()
            if self.state.apart in ("shptxt", "footnote") and not before.apart:
                self.lines.end_paragraph()
            self.state = before

    def byte(self, value: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        else:
            page = self.fonts.get(self.state.font, self.page)
            self.text(bytes((value,)).decode(page, "replace"))

    def word(self, name: str, number: int | None) -> None:
        star, self.star = self.star, False
        state = self.state
        if name == "u" and number is not None:
            self.unicode(number % 65_536)
            self.to_skip = state.fallback
            return
        self.to_skip = 0
        if name in _SKIPPED:
            if name == "annotation":
                self.notes["comments_left_out"] = None
            self.set(skip=True)
        elif name in _HEADERS and not state.apart:
            self.set(apart="header")
        elif name in ("shptxt", "footnote") and not state.apart:
            self.set(apart=name)
            if not state.skip:
                self.lines.begin_paragraph()
        elif name == "fonttbl":
            self.set(fonts_table=True)
        elif star and name not in _KEPT:
            self.set(skip=True)
        elif name == "f" and number is not None:
            self.set(font=number)
        elif name == "fcharset" and state.fonts_table:
            if number in _CHARSETS and (number or self.page == "cp1252"):
                self.fonts[state.font] = _CHARSETS[number]
        elif name == "uc":
            self.set(fallback=min(max(number or 0, 0), 64))
        elif name == "ansicpg" and number:
            self.page = _code_page(number)
        elif name in ("v", "deleted"):
            self.set(hidden=number != 0)
            if name == "deleted" and number != 0:
                self.notes["deletions_left_out"] = None
        elif name == "plain":
            self.set(hidden=False)
        else:
            self.layout(name)

    def layout(self, name: str) -> None:
        if name in _CHARACTERS:
            self.text(_CHARACTERS[name])
        elif self.state.skip or self.state.apart == "header":
            return
        elif name in ("par", "sect", "page", "column"):
            if self.state.apart:
                self.lines.add("\n")
            else:
                self.lines.end_paragraph()
                self.lines.begin_paragraph()
        elif name in ("cell", "nestcell"):
            self.lines.add("\t")
        elif name in ("row", "nestrow"):
            self.lines.end_paragraph()
            self.lines.begin_paragraph()

    def unicode(self, code: int) -> None:
        if 0xD800 <= code < 0xDC00:
            self.high = code
            return
        if 0xDC00 <= code < 0xE000:
            high, self.high = self.high, 0
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        elif 0xF000 <= code <= 0xF0FF:
            code = 0x20  # symbols of Word's own fonts
        self.text(chr(code))

    def symbol(self, sign: bytes) -> None:
        if sign == b"*":
            self.star = True
            return
        signs = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n", b"\t": "\t"}
        self.text(signs.get(sign, sign.decode("ascii") if sign in (b"\\", b"{", b"}") else ""))


def _code_page(number: int) -> str:
    try:
        "".encode(f"cp{number}")
    except LookupError:
        return "cp1252"
    return f"cp{number}"


def read_rtf(source: Source, context: Context) -> Iterator[Item]:
    """An RTF file, notes and text boxes after their paragraphs; raises ReadError."""
    data = source.read(LARGEST_FILE)
    if not data.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{\\rtf"):
        raise ReadError("not an RTF file")
    reader = _Reader()
    position = 0
    while match := _TOKEN.match(data, position):
        position = match.end()
        word, number, code, sign, brace, plain = match.groups()
        if word is not None:
            value = int(number) if number else None
            if word == b"bin" and value and value > 0:
                position += value
            else:
                reader.word(word.decode("ascii"), value)
        elif code is not None:
            reader.byte(int(code, 16))
        elif brace is not None:
            reader.group(brace == b"{")
        elif plain is not None:
            skip = min(reader.to_skip, len(plain))
            reader.to_skip -= skip
            page = reader.fonts.get(reader.state.font, reader.page)
            reader.text(plain[skip:].decode(page, "replace"))
        elif sign is not None:
            reader.symbol(sign)
    if position < len(data) - 2 or reader.stack:
        reader.notes["cut:damaged_end"] = None
    text = "\n".join(reader.lines.finish())
    check_length(text)
    yield Document(source.name, text, tuple(reader.notes), consumed=source.size())
