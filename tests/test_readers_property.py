"""Whatever the bytes, a reader gives documents or its own error, and pages stay in order."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from classifier.readers import SUFFIXES, Document
from classifier.readers.document import Context, ReadError, Source
from classifier.readers.docx import read_docx
from classifier.readers.html import read_html
from classifier.readers.odt import read_odt
from classifier.readers.plain import blank_markup, read_markdown, read_text
from classifier.readers.registry import read_here
from classifier.readers.rtf import read_rtf
from classifier.readers.tables import read_csv, read_jsonl

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = {
    name: (FIXTURES / name).read_bytes()
    for name in ("dari.docx", "dari.odt", "dari.rtf", "dari.pdf", "dari.html", "dari.eml",
                 "posts.csv", "posts.xlsx", "season.zip")
}  # fmt: skip
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
# Of our own making, so that no failure of theirs is an accident of a library.
OWN = {"html": read_html, "rtf": read_rtf, "txt": read_text, "md": read_markdown,
       "csv": read_csv, "jsonl": read_jsonl}  # fmt: skip
_MARKUP = st.lists(
    st.sampled_from([*'<>/!-&;"= \n\tabpدل', "<p>", "</p>", "<li>", "<div hidden>", "<!--"]),
    max_size=80,
).map("".join)
_RTF = st.lists(
    st.sampled_from(["{", "}", "\\u1587?", "\\u-9999 ", "\\'d3", "\\par", "\\footnote", "\\*",
                     "\\shptxt", "\\uc9 ", "\\f1", "\\fcharset178", "\\bin3 ", "\\", "x", " ",
                     "\\fonttbl", "\\ansicpg1256", "\\ansicpg99999999", "\\cell\\row", "\\header"]),
    max_size=40,
).map(lambda parts: ("{\\rtf1" + "".join(parts)).encode())  # fmt: skip


def check(items):
    for item in items:
        if isinstance(item, Document):
            offsets = [offset for offset, _ in item.pages]
            assert offsets == sorted(offsets)
            assert item.scored is None or len(item.scored) == len(item.text)


@RELAXED
@given(data=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_under_any_name(data, suffix):
    check(read_here(Source(f"x{suffix}", data=data), Context()))


@RELAXED
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8),
)
def test_a_real_file_cut_and_changed(name, cut, changes):
    data = bytearray(SAMPLES[name])
    for place, value in changes:
        data[int(place * len(data))] = value
    check(read_here(Source(name, data=bytes(data[: int(cut * len(data))])), Context()))


@pytest.mark.parametrize("kind", OWN)
@RELAXED
@given(data=st.one_of(st.binary(max_size=300), _MARKUP.map(str.encode), _RTF))
@example(data=b"{\\rtf1\\u")
@example(data=b"{\\rtf1}}}\\par")
@example(data=b"<![")
@example(data=b'{"text": "\\ud800", "id": "\\udc00"}')
def test_our_own_readers_raise_their_own_error_only(kind, data):
    with suppress(ReadError):
        check(OWN[kind](Source(f"x.{kind}", data=data), Context()))


@RELAXED
@given(body=_MARKUP)
def test_office_markup_raises_the_readers_error_only(body):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in ("word/document.xml", "word/footnotes.xml", "content.xml", "styles.xml"):
            archive.writestr(part, f'<x xmlns:w="w">{body}</x>')
    for reader in (read_docx, read_odt):
        with suppress(ReadError):
            check(reader(Source("x", data=packed.getvalue()), Context()))


@RELAXED
@given(st.text(st.sampled_from(list("#*_-[]()|`>!<~\\ \n\r\tab1.دل=")), max_size=200))
def test_markdown_keeps_length_and_words(text):
    blank = blank_markup(text)
    assert len(blank) == len(text)
    assert all(b in (a, " ") for a, b in zip(text, blank, strict=True))
