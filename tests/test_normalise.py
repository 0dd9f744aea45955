import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.text import normalise

PERSIAN = st.text(alphabet="ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيىكةۀأإآئؤء\u200c\u200d\u200f\u0640"
                  "\u064b\u0651\u0654\u0653 0123۱۲۳٤٥.،؛؟!\n\tabcXYZ", max_size=200)  # fmt: skip
ANY = st.one_of(st.text(max_size=120), PERSIAN)


@given(ANY)
@settings(max_examples=500, deadline=None)
def test_normalising_twice_changes_nothing(text):
    once = normalise(text).text
    assert normalise(once).text == once


@given(ANY)
@settings(max_examples=500, deadline=None)
def test_offsets_ascend_and_stay_in_range(text):
    result = normalise(text)
    starts, ends = result.starts.tolist(), result.ends.tolist()
    assert len(starts) == len(ends) == len(result.text)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(starts, ends, strict=True))


@given(PERSIAN, st.data())
@settings(max_examples=300, deadline=None)
def test_a_span_mapped_back_covers_what_it_came_from(text, data):
    result = normalise(text)
    if not result.text:
        return
    start = data.draw(st.integers(0, len(result.text) - 1))
    end = data.draw(st.integers(start + 1, len(result.text)))
    a, b = result.original_span(start, end)
    assert result.text[start:end].strip() in normalise(text[a:b]).text


@given(ANY)
@settings(max_examples=300, deadline=None)
def test_composed_and_decomposed_input_are_the_same_text(text):
    composed = normalise(unicodedata.normalize("NFC", text)).text
    assert normalise(unicodedata.normalize("NFD", text)).text == composed


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("كتاب علي", "کتاب علی"),
        ("۱۴۰۵ و ١٤٠٥ و 1405", "1405 و 1405 و 1405"),
        ("مُحَمَّد", "محمد"),
        ("انتخـــابات", "انتخابات"),
        ("ر\u200bأ\u2060ی", "رای"),
        ("خانهٔ ما", "خانه ما"),
        ("می‌رود", "می رود"),
        ("\u202bسلام\u202c", "سلام"),
        ("ﺳﻼﻡ", "سلام"),
        ("مسئول مسؤول", "مسئول مسؤول"),
        ("https://t.me/kanoon 10.450", "https://t.me/kanoon 10.450"),
    ],
)
def test_what_a_reader_would_call_the_same_text_becomes_the_same(written, read):
    assert normalise(written).text == read


def test_a_span_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="outside"):
        normalise("سلام").original_span(2, 9)
