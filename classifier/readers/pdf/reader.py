"""Reading a PDF: its pages' text, or its scans where Tesseract is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pypdfium2

from classifier.readers.document import Context, Document, Item, Progress, ReadError, Source
from classifier.readers.limits import LARGEST_FILE, LONGEST_TEXT, MOST_PAGES, MOST_SCANNED_PAGES
from classifier.readers.pdf import scan
from classifier.readers.pdf.columns import reading_order
from classifier.readers.pdf.glyphs import read_glyphs
from classifier.readers.pdf.lines import find_segments, join_rows, space_width
from classifier.readers.pdf.paragraphs import Page, Text, drop_furniture, write_paragraphs

_GLYPHS_A_PAGE = 100_000
# Fewer letters than this on a page with a picture: the picture is the page.
_FEW = 12
_PASSWORD = 4

_SCAN = (
    "a scan: pictures of pages without text; give the text itself, or install Tesseract with "
    "Persian (on Debian: tesseract-ocr-fas) to have it recognised"
)
_SCATTERED = (
    "its letters overlap so that their order cannot be told, as nastaliq does; "
    "give the text itself or export the PDF in another font"
)
_NO_LETTERS = (
    "its fonts do not say which letters they draw, so no text can be read; export the PDF anew, "
    "or install Tesseract with Persian (on Debian: tesseract-ocr-fas) to have it recognised"
)


def read_pdf(source: Source, context: Context) -> Iterator[Item]:
    """A PDF as one document with its pages; raises ReadError.

    At most 1,000 pages are read, and 60 scanned ones recognised; a note tells of a cut.
    """
    if source.size() > LARGEST_FILE:
        raise ReadError(f"larger than {LARGEST_FILE // 1_000_000} MB; split it")
    try:
        pdf = pypdfium2.PdfDocument(source.path or source.read(LARGEST_FILE))
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise ReadError("protected by a password; save it without one") from error
        raise ReadError("damaged or cut short: not a PDF that can be opened") from error
    try:
        with closing(pdf):
            yield from _read(pdf, source)
    except pypdfium2.PdfiumError as error:
        raise ReadError("damaged or cut short: its pages cannot be opened") from error


def _read(pdf: Any, source: Source) -> Iterator[Item]:
    notes: list[str] = []
    pages: list[Page] = []
    pictures: list[int] = []
    faults = letters = 0
    count = len(pdf)
    if count > MOST_PAGES:
        notes.append(f"cut:page-{MOST_PAGES}")
    for number in range(1, min(count, MOST_PAGES) + 1):
        yield Progress(source.name)
        page, found, broken = _read_page(pdf, number)
        faults += broken
        letters += found
        pages.append(page)
        if broken > found or (found < _FEW and _shows_picture(pdf, number)):
            pictures.append(number)
        if letters > LONGEST_TEXT:
            notes.append(f"cut:page-{number}")
            break
    if pictures:
        yield from _read_pictures(pdf, source, pages, pictures, notes, faults)
    if drop_furniture(pages):
        notes.append("headers_left_out")
    written = write_paragraphs(pages)
    _check_order(written.text)
    yield _document(source, written, notes)


def _check_order(text: str) -> None:
    """Raise ReadError for a text of scattered letters: nastaliq slants across its lines."""
    words = text.split()
    single = sum(len(word) == 1 and word.isalpha() for word in words)
    if len(words) >= 60 and single > 0.3 * len(words):
        raise ReadError(_SCATTERED)


def _document(source: Source, written: Text, notes: list[str]) -> Document:
    return Document(
        source.name,
        written.text,
        tuple(dict.fromkeys(notes)),
        tuple(written.pages),
        consumed=source.size(),
    )


def _read_page(pdf: Any, number: int) -> tuple[Page, int, int]:
    """A page's lines, how many letters it has, and how many glyphs name none."""
    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return Page(number, 1.0, []), 0, 0
    with closing(page), closing(page.get_textpage()) as textpage:
        height = page.get_height() or 1.0
        found = read_glyphs(textpage, _GLYPHS_A_PAGE)
    segments = find_segments(found.glyphs)
    space = space_width(segments)
    regions = [list(join_rows(region, space)) for region in reading_order(segments)]
    for region in regions:
        for line in region:
            line.page = number
    letters = sum(g.text[0].isalpha() for g in found.glyphs)
    return Page(number, height, [r for r in regions if r]), letters, found.faults


def _shows_picture(pdf: Any, number: int) -> bool:
    """Whether a page without text shows a picture: others are merely empty."""
    try:
        with closing(pdf[number - 1]) as page:
            kinds = (pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)
            return next(page.get_objects(filter=kinds, max_depth=3), None) is not None
    except pypdfium2.PdfiumError:
        return False


def _read_pictures(
    pdf: Any, source: Source, pages: list[Page], numbers: list[int], notes: list[str], faults: int
) -> Iterator[Item]:
    """Recognise the pages without text in place; else tell that they were not read."""
    if not scan.available():
        if len(numbers) == len(pages):
            raise ReadError(_NO_LETTERS if faults else _SCAN)
        notes.append(f"unread_pages:{len(numbers)}")
        return
    by_number = {page.number: page for page in pages}
    unread = max(len(numbers) - MOST_SCANNED_PAGES, 0)
    for number in numbers[:MOST_SCANNED_PAGES]:
        yield Progress(source.name, patient=True)
        with closing(pdf[number - 1]) as page:
            lines = scan.recognise(page, number)
        if lines:
            by_number[number].regions = [lines]
            notes.append("ocr")
        else:
            unread += 1
    if unread:
        notes.append(f"unread_pages:{unread}")
