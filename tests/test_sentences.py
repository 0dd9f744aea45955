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
        ("رأی آوردیم!🌱🌱 جشن فرداست. 🙏 ممنون", ["رأی آوردیم!", "جشن فرداست.", "ممنون"]),
        ("تلفن: 021-88.30.12 و 0912 345 67 89", ["تلفن: 021-88.30.12 و 0912 345 67 89"]),
        ("در سال 1320 ه.ش و 30 ق.م بود. بعد", ["در سال 1320 ه.ش و 30 ق.م بود.", "بعد"]),
        ("تاریخ 1405.08.12 است. تمام", ["تاریخ 1405.08.12 است.", "تمام"]),
        ("• نان\n• پنیر\n• سبزی", ["• نان", "• پنیر", "• سبزی"]),
        ("ای که دستت می رسد\nکاری بکن", ["ای که دستت می رسد", "کاری بکن"]),
        ("#شورا #شهر\nسلام", ["#شورا #شهر", "سلام"]),
        ("🔹 نان 🔹\n✅ پنیر 🌱", ["نان", "پنیر"]),
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


def test_lines_that_a_program_broke_are_joined_but_paragraphs_and_items_are_not():
    wrapped = (
        "گزارش امسال انجمن دربارهٔ چاه های خشک دشت و آن چه از دست ما\n"
        "برمی آمد و برنیامد در چهار بخش نوشته شده است و هر بخش را یکی\n"
        "از اعضا امضا کرده است. بخش نخست را مهندس سازگار از روی دفتر\n"
        "چاه ها نوشته و عددها را دو بار شمرده است.\n"
        "1. چاه باغ بالا\n"
        "2. چاه مدرسه"
    )
    found = [t.replace("\n", " ") for t in texts(wrapped)]
    assert found == [
        "گزارش امسال انجمن دربارهٔ چاه های خشک دشت و آن چه از دست ما برمی آمد و برنیامد در چهار "
        "بخش نوشته شده است و هر بخش را یکی از اعضا امضا کرده است.",
        "بخش نخست را مهندس سازگار از روی دفتر چاه ها نوشته و عددها را دو بار شمرده است.",
        "1. چاه باغ بالا",
        "2. چاه مدرسه",
    ]


def test_short_lines_of_a_post_stay_apart():
    post = "میدان برای میچ است.\nمیدان برای عروسی نیست\nنان از خانه بیاورید\nتوپ سرخ است"
    assert len(texts(post)) == 4
