"""Pages of sites: the main text without menus, sidebars and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from classifier.readers.document import Context, Document, Item, ReadError, Source
from classifier.readers.encoding import decode
from classifier.readers.limits import LARGEST_TEXT_FILE
from classifier.readers.plain import check_length

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
     "track", "wbr")
)  # fmt: skip
_UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "svg", "math", "canvas", "iframe", "object",
     "audio", "video", "select", "textarea", "button", "datalist", "title")
)  # fmt: skip
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
     "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "li", "main", "menu", "nav", "ol",
     "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
# An opening tag closes these, left open, as browsers do.
_CLOSES = {
    "li": ("li", "p"), "dd": ("dd", "dt", "p"), "dt": ("dd", "dt", "p"),
    "tr": ("tr", "td", "th", "p"), "td": ("td", "th", "p"), "th": ("td", "th", "p"),
}  # fmt: skip
_ASIDE_TAGS = frozenset(("nav", "aside", "footer", "header", "form", "dialog", "menu"))
_ASIDE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu", "menubar",
     "alert")
)  # fmt: skip
_ASIDE_NAMES = frozenset(
    ("nav", "navbar", "navigation", "menu", "menus", "sidebar", "sidenav", "breadcrumb",
     "breadcrumbs", "footer", "header", "topbar", "toolbar", "cookie", "cookies", "consent",
     "share", "sharing", "social", "related", "popular", "comments", "advert", "ads", "banner",
     "popup", "modal", "pagination", "pager", "tags", "widget", "widgets", "login", "search",
     "subscribe", "newsletter", "skip", "copyright")
)  # fmt: skip
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEEPEST = 400
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,40})", re.IGNORECASE
)


class _Node:
    __slots__ = ("aside", "children", "linked", "links", "parent", "tag", "text", "unseen")

    def __init__(self, tag: str, parent: _Node | None) -> None:
        self.tag = tag
        self.parent = parent
        self.aside = False
        self.unseen = False
        self.children: list[_Node | str] = []
        self.text = 0
        self.linked = 0
        self.links = 0


class _Tree(HTMLParser):
    """Builds a light tree of a page, closing what authors left open as browsers do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("html", None)
        self.open = [self.root]
        self.nodes = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in ("br", "hr"):
                self.open[-1].children.append("\n")
            return
        if tag in ("html", "head", "body"):
            return
        closed = _CLOSES.get(tag, ("p",) if tag in _BLOCKS else ())
        while self.open[-1].tag in closed and len(self.open) > 1:
            self.open.pop()
        if len(self.open) < _DEEPEST:
            attributes = {name: value or "" for name, value in attrs}
            node = _Node(tag, self.open[-1])
            node.aside = _is_aside(tag, attributes)
            node.unseen = tag in _UNSEEN or _is_hidden(attributes)
            self.open[-1].children.append(node)
            self.open.append(node)
            self.nodes.append(node)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def _is_hidden(attributes: dict[str, str]) -> bool:
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(attributes.get("style", "")[:2000]))
    )


def _is_aside(tag: str, attributes: dict[str, str]) -> bool:
    if tag in _ASIDE_TAGS or attributes.get("role", "").lower() in _ASIDE_ROLES:
        return True
    if tag not in ("div", "section", "ul", "ol", "table", "td", "span", "p"):
        return False
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500]
    return any(word.lower() in _ASIDE_NAMES for word in _WORDS.findall(names))


def _measure(tree: _Tree) -> None:
    """Letters in each node, and how many of them stand in links; children come after parents."""
    for node in reversed(tree.nodes):
        if node.unseen:
            continue
        node.text += sum(len("".join(c.split())) for c in node.children if isinstance(c, str))
        if node.tag == "a":
            node.linked, node.links = node.text, 1
        if node.parent is not None:
            node.parent.text += node.text
            node.parent.linked += node.linked
            node.parent.links += node.links


def _main_node(tree: _Tree) -> _Node:
    """The element that holds the text: `main`, or the one article, if it holds enough of it."""
    for wanted in ("main", "article"):
        found = [node for node in tree.nodes if node.tag == wanted]
        if len(found) == 1 and found[0].text >= 0.3 * tree.root.text:
            return found[0]
    return tree.root


def _is_menu(node: _Node, whole: int) -> bool:
    """Whether a node stands beside the text; a wrapper of most of the page never does."""
    if node.text > 0.5 * whole:
        return False
    if node.aside:
        return True
    return (
        node.tag in ("ul", "ol", "div", "table", "section", "dl")
        and node.links >= 3
        and node.linked > 0.7 * node.text
        and node.text / node.links < 40
    )


def main_text(page: str) -> tuple[str, bool]:
    """The main text of an HTML page, one block a line, and whether menus were left out."""
    tree = _Tree()
    try:
        tree.feed(page)
        tree.close()
    except AssertionError as error:
        # html.parser asserts, where a page is broken beyond what browsers accept.
        raise ReadError("broken HTML; save the page anew") from error
    _measure(tree)
    main = _main_node(tree)
    text, dropped = _write(main, main.text)
    if not text.strip() and tree.root.text:
        text, dropped = _write(tree.root, 0)
    return text, dropped or (main is not tree.root and main.text < tree.root.text)


def _write(root: _Node, whole: int) -> tuple[str, bool]:
    pieces: list[str] = []
    dropped = False
    # Iterative, for pages nest deeper than Python calls.
    todo: list[_Node | str] = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        if item.unseen:
            continue
        if item is not root and _is_menu(item, whole):
            dropped |= item.text > 0
            pieces.append("\n")
            continue
        edge = "\t" if item.tag in ("td", "th") else "\n" if item.tag in _BLOCKS else ""
        children: list[_Node | str] = []
        for child in item.children:
            if isinstance(child, str) and child != "\n":
                keep = item.tag == "pre"
                children.append(child if keep else re.sub(r"[ \t\r\n\f\u00a0]+", " ", child))
            else:
                children.append(child)
        todo.append(edge)
        todo.extend(reversed(children))
        todo.append(edge)
    lines = (re.sub(r"[ \t]*\t[ \t]*", "\t", line).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(re.sub(r" {2,}", " ", line) for line in lines if line), dropped


def read_html(source: Source, context: Context) -> Iterator[Item]:
    """A page of a site, saved; raises ReadError. Nothing in it is run or fetched."""
    page, notes = decode_page(source.read(LARGEST_TEXT_FILE))
    text, dropped = main_text(page)
    check_length(text)
    if dropped:
        notes = (*notes, "menus_left_out")
    yield Document(source.name, text, notes, consumed=source.size())


def decode_page(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The characters of a page, by its own declaration where that holds; raises ReadError."""
    try:
        return decode(data)
    except ReadError:
        declared = _CHARSET.search(data[:4096])
        if declared is None:
            raise
        name = declared.group(1).decode("ascii").lower()
        try:
            return data.decode(name, "strict" if name != "utf-8" else "replace"), (
                (f"encoding:{name}",) if name != "utf-8" else ("cut:damaged_letters",)
            )
        except (LookupError, UnicodeDecodeError):
            raise ReadError("its letters cannot be decoded; save the page as UTF-8") from None
