"""A notice as a Word document that truly runs from right to left.

Every paragraph is bidirectional and every Persian run is marked as complex script: without
that, Word orders mixed lines wrongly and takes the font and size of Latin text.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from classifier.codebook import Category
from serve.reviews.notice import TITLE, Found, Notice
from serve.storage.tables import now

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FONT = "Vazirmatn"
# Where it is not installed: on every Windows and in Office for Mac, then on Linux.
_OTHER_FONTS = "Tahoma,Noto Naskh Arabic"
_INK, _ACCENT, _MUTED = RGBColor(0x1D, 0x22, 0x26), RGBColor(0x1F, 0x4F, 0x4A), RGBColor(86, 94, 99)
# What XML cannot hold, and marks of direction that would reach beyond their passage.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\u202a-\u202e]")


def render(notice: Notice) -> bytes:
    """The document."""
    word = Document()
    _prepare(word)
    _write(_paragraph(word, after=4), TITLE, size=20, bold=True, colour=_ACCENT)
    if notice.document:
        _write(_paragraph(word, after=10), f"متن: {_fit(notice.document)}", colour=_MUTED)
    for words in notice.opening:
        _write(_paragraph(word), words)
    _heading(word, "چه دیده شد")
    _write(_paragraph(word), notice.found_lead)
    for found in notice.found:
        _found(word, found)
    for rule in notice.rules:
        _rule(word, rule)
    _heading(word, "این به چه معناست")
    for words in notice.means:
        _write(_paragraph(word), words)
    _heading(word, "این به چه معنا نیست")
    for words in notice.means_not:
        item = _paragraph(word, after=4)
        _indent(item, start=0.6, hanging=0.6)
        _write(item, f"•\t{words}")
    _heading(word, "اگر نظر دیگری دارید")
    first, *then = notice.answer
    _write(_paragraph(word), first)
    if notice.link:
        _link(word, notice.link)
    for words in then:
        _write(_paragraph(word), words)
    for number, fact in enumerate(notice.facts):
        line = _paragraph(word, before=14 if number == 0 else 0, after=0)
        _write(line, f"{fact.name}: ", size=10, colour=_MUTED)
        if fact.latin:
            _latin(line, _fit(fact.value), size=10)
        else:
            _write(line, fact.value, size=10)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _prepare(word: Word) -> None:
    """Page, fonts, language and particulars: all of it right to left and Persian."""
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.2)
    section._sectPr.insert_element_before(OxmlElement("w:bidi"), "w:rtlGutter", "w:docGrid")
    normal: Any = word.styles["Normal"]
    normal.font.size = Pt(12)
    properties = normal.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), _FONT)
    _add(properties, "w:szCs", val="24")
    _add(properties, "w:lang", val="en-US", bidi="fa-IR")
    _name_other_fonts(word)
    about = word.core_properties
    about.author, about.title, about.language = "Bitaraf", TITLE, "fa-IR"
    about.comments = ""
    about.created = about.modified = now().replace(tzinfo=None)


def _name_other_fonts(word: Word) -> None:
    """Say in the table of fonts what stands in where the first is not installed."""
    table = next(p for p in word.part.package.iter_parts() if p.partname.endswith("fontTable.xml"))
    entry = f'<w:font w:name="{_FONT}"><w:altName w:val="{_OTHER_FONTS}"/></w:font>'
    table._blob = table.blob.replace(b"</w:fonts>", entry.encode() + b"</w:fonts>")


def _add(parent: Any, name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def _paragraph(word: Word, *, before: float = 0, after: float = 8) -> Paragraph:
    made = word.add_paragraph()
    # Its place among the properties is fixed by the schema: python-docx knows those it wrote.
    made._p.get_or_add_pPr().insert_element_before(
        OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(before), Pt(after)
    made.paragraph_format.line_spacing = 1.35
    return made


def _heading(word: Word, words: str) -> None:
    made = _paragraph(word, before=14, after=4)
    made.paragraph_format.keep_with_next = True
    _add_outline(made)
    _write(made, words, size=14, bold=True, colour=_ACCENT)


def _add_outline(paragraph: Paragraph) -> None:
    """Make it a heading for readers by ear and for the list of contents, without its style."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(level)


def _indent(paragraph: Paragraph, *, start: float, hanging: float = 0) -> None:
    # In a paragraph from right to left, Word counts `left` from its beginning, the right.
    paragraph.paragraph_format.left_indent = Cm(start)
    if hanging:
        paragraph.paragraph_format.first_line_indent = Cm(-hanging)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(start))


def _write(
    paragraph: Paragraph,
    words: str,
    *,
    size: float = 12,
    bold: bool = False,
    colour: RGBColor = _INK,
) -> None:
    """Persian words."""
    if words:
        _style(paragraph.add_run(words), size=size, bold=bold, colour=colour, persian=True)


def _latin(paragraph: Paragraph, words: str, *, size: float) -> None:
    # Digits and hyphens have no direction of their own. Marks on both sides lend them one;
    # isolates would too, but not every program for documents knows them.
    run = paragraph.add_run(f"\u200e{words}\u200e")
    _style(run, size=size, bold=False, colour=_INK, persian=False)


def _style(run: Run, *, size: float, bold: bool, colour: RGBColor, persian: bool) -> None:
    run.font.size, run.font.color.rgb = Pt(size), colour
    run.font.bold = bold or None
    if persian:
        run.font.rtl = True
        run.font.cs_bold = bold or None
    properties = run._r.get_or_add_rPr()
    sizes = OxmlElement("w:szCs")
    sizes.set(qn("w:val"), str(int(size * 2)))
    properties.insert_element_before(sizes, "w:highlight", "w:u", "w:rtl", "w:cs", "w:lang")


def _found(word: Word, found: Found) -> None:
    if found.text:
        quotation = _paragraph(word, before=8, after=8)
        quotation.paragraph_format.keep_with_next = True
        _indent(quotation, start=0.4)
        quotation.paragraph_format.right_indent = Cm(0.4)
        _edge(quotation)
        for number, line in enumerate(_fit(found.text).splitlines() or [""]):
            if number:
                quotation.add_run().add_break()
            _write(quotation, line)
    _write(_paragraph(word, after=2), found.place, size=10, colour=_MUTED)
    for rule in found.rules:
        _rule(word, rule)


def _edge(paragraph: Paragraph) -> None:
    """Lines beside a quotation, and a soft ground.

    On both sides: programs differ in which is `left` where lines run from right to left.
    """
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        beside = side in ("left", "right")
        _add(
            borders,
            f"w:{side}",
            val="single",
            sz="18" if beside else "4",
            space="6" if beside else "4",
            color="B3822C" if beside else "F6F3EA",
        )
    ground = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", "F6F3EA")):
        ground.set(qn(f"w:{key}"), value)
    properties = paragraph._p.get_or_add_pPr()
    for made in (borders, ground):
        properties.insert_element_before(
            made, "w:tabs", "w:bidi", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )


def _rule(word: Word, rule: Category) -> None:
    line = _paragraph(word, after=8)
    _write(line, "قاعدهٔ ")
    _latin(line, rule.code, size=12)
    _write(line, f": {rule.persian}")


def _link(word: Word, address: str) -> None:
    """The link, in a paragraph of its own that runs from left to right."""
    made = word.add_paragraph()
    made.paragraph_format.space_after = Pt(8)
    relation = word.part.relate_to(
        address,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    anchor = OxmlElement("w:hyperlink")
    anchor.set(qn("r:id"), relation)
    made._p.append(anchor)
    run = made.add_run(address)
    _style(run, size=10, bold=False, colour=_ACCENT, persian=False)
    run.font.underline = True
    anchor.append(run._r)


def _fit(text: str) -> str:
    """Text that XML can hold, as many characters long."""
    return _UNFIT.sub("\ufffd", text)
