"""Word documents: body, tables, notes and text boxes, as a person reads them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from classifier.readers.document import Context, Document, Item, Source
from classifier.readers.layout import Lines
from classifier.readers.parts import Package, parse_markup
from classifier.readers.plain import check_length

# Elements whose content is no text of the document as it stands: properties, what was deleted
# or moved away, codes of fields, and the older twin that Word keeps of each drawing.
_SKIPPED = frozenset(
    ("pPr", "sectPr", "sdtPr", "tblPr", "tcPr", "trPr", "del", "moveFrom", "instrText", "delText",
     "Fallback", "fldData", "rt", "binData", "OLEObject")
)  # fmt: skip
_OFF = ("0", "false", "off")


class _Story:
    """One part with paragraphs: the body, the notes, a header."""

    def __init__(self, notes: dict[str, list[str]] | None = None) -> None:
        self.lines = Lines()
        self.by_id: dict[str, list[str]] = {}
        self.deleted = False
        self._notes = notes or {}
        self._skip = 0
        self._in_text = False
        self._hidden = False
        self._note: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skip or name in _SKIPPED:
            self.deleted |= name in ("del", "moveFrom")
            self._skip += 1
        elif name == "p":
            self.lines.begin_paragraph()
        elif name == "r":
            self._hidden = False
        elif name == "vanish":
            self._hidden = attributes.get("val", "1") not in _OFF
        elif name == "t":
            self._in_text = not self._hidden
        elif name == "tab":
            self.lines.add("\t")
        elif name in ("br", "cr"):
            self.lines.add("\n")
        elif name == "noBreakHyphen":
            self.lines.add("-")
        elif name == "tr":
            self.lines.begin_row()
        elif name == "tc":
            self.lines.begin_cell()
        elif name in ("footnoteReference", "endnoteReference"):
            key = name[:-9] + attributes.get("id", "")
            self.lines.hang(self._notes.get(key, []))
        elif name in ("footnote", "endnote") and "id" in attributes:
            real = attributes.get("type", "normal") == "normal"
            self._note = name + attributes["id"] if real else None

    def end(self, name: str) -> None:
        if self._skip:
            self._skip -= 1
        elif name == "p":
            self.lines.end_paragraph()
        elif name == "t":
            self._in_text = False
        elif name == "tc":
            self.lines.end_cell()
        elif name == "tr":
            self.lines.end_row()
        elif name in ("footnote", "endnote"):
            found, self.lines = self.lines.finish(), Lines()
            if self._note:
                self.by_id[self._note] = found

    def data(self, text: str) -> None:
        if self._in_text and not self._skip:
            self.lines.add(text)


def read_docx(source: Source, context: Context) -> Iterator[Item]:
    """A DOCX file; running headers and footers, comments and deletions are left out.

    Raises ReadError if it is broken, protected or hostile.
    """
    package = Package(source)
    body = next((n for n in package.names if n.endswith("/document.xml")), "word/document.xml")
    folder = posixpath.dirname(body)
    numbered: dict[str, list[str]] = {}
    for kind in ("footnotes", "endnotes"):
        if package.has(f"{folder}/{kind}.xml"):
            numbered |= _parse(package, f"{folder}/{kind}.xml").by_id
    story = _parse(package, body, numbered)
    text = "\n".join(story.lines.finish())
    check_length(text)
    furniture = [
        n for n in package.names
        if n.startswith((f"{folder}/header", f"{folder}/footer")) and n.endswith(".xml")
    ]  # fmt: skip
    notes = []
    if any(_parse(package, name).lines.finish() for name in furniture[:20]):
        notes.append("headers_left_out")
    if package.has(f"{folder}/comments.xml"):
        notes.append("comments_left_out")
    if story.deleted:
        notes.append("deletions_left_out")
    if any(name.endswith("vbaProject.bin") for name in package.names):
        notes.append("macros_ignored")
    yield Document(source.name, text, tuple(notes), consumed=source.size())


def _parse(package: Package, name: str, notes: dict[str, list[str]] | None = None) -> _Story:
    story = _Story(notes)
    with package.open(name) as stream:
        parse_markup(stream, story)
    return story
