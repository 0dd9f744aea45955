"""OpenDocument text: zipped (ODT) or as one XML file (FODT)."""

from __future__ import annotations

from collections.abc import Iterator

from classifier.readers.document import Context, Document, Item, Source
from classifier.readers.layout import Lines
from classifier.readers.parts import Package, parse_markup
from classifier.readers.plain import check_length

_SKIPPED = frozenset(
    ("tracked-changes", "annotation", "note-citation", "master-styles", "automatic-styles",
     "styles", "forms", "scripts", "ruby-text", "meta", "settings", "binary-data", "title", "desc",
     "sequence-decls", "font-face-decls")
)  # fmt: skip
_PARAGRAPHS = ("p", "h")


class _Content:
    def __init__(self) -> None:
        self.lines = Lines()
        self.notes: dict[str, None] = {}
        self._skip = 0
        self._header = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skip or name in _SKIPPED:
            if name == "tracked-changes":
                self.notes["deletions_left_out"] = None
            elif name == "annotation":
                self.notes["comments_left_out"] = None
            self._skip += 1
        elif name in _PARAGRAPHS:
            self.lines.begin_paragraph()
        elif name == "s":
            self.lines.add(" ")
        elif name == "tab":
            self.lines.add("\t")
        elif name == "line-break":
            self.lines.add("\n")
        elif name == "table-row":
            self.lines.begin_row()
        elif name == "table-cell":
            self.lines.begin_cell()

    def end(self, name: str) -> None:
        if self._skip:
            self._skip -= 1
        elif name in _PARAGRAPHS:
            self.lines.end_paragraph()
        elif name == "table-cell":
            self.lines.end_cell()
        elif name == "table-row":
            self.lines.end_row()

    def data(self, text: str) -> None:
        if not self._skip and self.lines.inside:
            # White space in XML is layout; the document's own spaces and breaks are elements.
            self.lines.add("".join(" " if c in "\n\r\t" else c for c in text))


class _Furniture:
    """Whether a page style has running text."""

    found = False

    def __init__(self) -> None:
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += self._depth > 0 or name in ("header", "footer", "header-left", "footer-left")

    def end(self, name: str) -> None:
        self._depth -= self._depth > 0

    def data(self, text: str) -> None:
        self.found |= self._depth > 0 and not text.isspace()


def read_odt(source: Source, context: Context) -> Iterator[Item]:
    """An ODT or FODT file; running headers and footers, comments, deletions are left out.

    Raises ReadError if it is broken, protected or hostile.
    """
    content, furniture = _Content(), _Furniture()
    notes: list[str] = []
    with source.open() as stream:
        zipped = stream.read(2) == b"PK"
    if zipped:
        package = Package(source)
        with package.open("content.xml") as stream:
            parse_markup(stream, content)
        if package.has("styles.xml"):
            with package.open("styles.xml") as stream:
                parse_markup(stream, furniture)
        if any(name.startswith("Basic/") and name.endswith(".xml") for name in package.names):
            notes.append("macros_ignored")
    else:
        with source.open() as stream:
            parse_markup(stream, content)
        with source.open() as stream:
            parse_markup(stream, furniture)
    text = "\n".join(content.lines.finish())
    check_length(text)
    if furniture.found:
        notes.insert(0, "headers_left_out")
    yield Document(source.name, text, (*notes, *content.notes), consumed=source.size())
