import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.text import split_sentences


def texts(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("سلام. خوبی؟ بله!", ["سلام.", "خوبی؟", "بله!"]),
        ("دکتر م. احمدی آمد. رفت.", ["دکتر م. احمدی آمد.", "رفت."]),
        ("قیمت 10.450 تومان است. تمام.", ["قیمت 10.450 تومان است.", "تمام."]),
        ("نشانی t.me/kanoon و a@b.org است", ["نشانی t.me/kanoon و a@b.org است"]),
        ("1. نخست\n2. دوم", ["1. نخست", "2. دوم"]),
        ("گفت: «می‌آیم.» و رفت.", ["گفت: «می‌آیم.»", "و رفت."]),
        ("***\nمتن\n---", ["متن"]),
        ("", []),
    ],
)
def test_sentences_as_people_see_them(text, sentences):
    assert texts(text) == sentences


@given(st.text(alphabet="ابتن .!؟\n،؛«»:1a", max_size=2000))
@settings(max_examples=200, deadline=None)
def test_every_letter_lies_in_exactly_one_sentence(text):
    found = split_sentences(text)
    covered = [0] * len(text)
    for sentence in found:
        for i in range(sentence.start, sentence.end):
            covered[i] += 1
    assert all(n == 1 for n, c in zip(covered, text, strict=True) if c.isalnum())
    assert max(covered, default=0) <= 1
    assert [s.start for s in found] == sorted(s.start for s in found)


def test_a_sentence_without_end_is_cut_at_its_marks():
    text = "، ".join(["بندی از یک جملهٔ بلند که تمام نمی‌شود"] * 60)
    assert all(len(t) <= 600 for t in texts(text))
