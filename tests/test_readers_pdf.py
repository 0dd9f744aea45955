"""Lines, columns and paragraphs of PDF pages, from glyphs placed as programs place them."""

import pytest

from classifier.readers.pdf.columns import reading_order
from classifier.readers.pdf.glyphs import KASHIDA, Glyph
from classifier.readers.pdf.lines import Line, find_segments, join_rows
from classifier.readers.pdf.paragraphs import Page, drop_furniture, turn_brackets, write_paragraphs


def draw(visual, x=0.0, base=100.0, size=10.0):
    """Glyphs of a line given as it is seen, from left to right; ``|`` is a gap inside a word."""
    glyphs = []
    for character in visual:
        if character == " ":
            x += 0.3 * size
        elif character == "|":
            x += 0.08 * size
        else:
            glyphs.append(Glyph(character, x, x + 5.2, base, base + 7, base, size))
            x += 5
    return glyphs


def read(visual):
    return " ".join(line.text for line in join_rows(find_segments(draw(visual)), 0.16))


@pytest.mark.parametrize(
    ("visual", "logical"),
    [
        ("ایند مالس", "سلام دنیا"),
        ("تسا ۱۲۰ نآ", "آن ۱۲۰ است"),
        ("تسا ۴۸٫۵ نآ", "آن ۴۸٫۵ است"),
        ("تسا 1403/02/05 خیرات", "تاریخ 1403/02/05 است"),
        ("تسا ۵۵۵۰-۰۲۱ نفلت", "تلفن ۰۲۱-۵۵۵۰ است"),
        ("تسا WHO 2024 report نآ", "آن WHO 2024 report است"),
        ("تسا info@a-b.example لیمیا", "ایمیل info@a-b.example است"),
        ("دنک|یم", "می\u200cکند"),
        (f"د{KASHIDA}{KASHIDA}ن{KASHIDA}ک", "کند"),
        ("The committee of مالس said so then", "The committee of سلام said so then"),
    ],
)
def test_what_is_seen_becomes_what_is_read(visual, logical):
    assert read(visual) == logical


def test_marks_go_to_the_letter_they_stand_over():
    glyphs = draw("هناخ")
    glyphs.append(Glyph("\u0654", 1.5, 3.5, 108, 110, 104, 10.0))
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "خانه\u0654"


def test_lam_and_alef_that_cross_are_read_lam_first():
    glyphs = [
        Glyph("ل", 0.2, 4.6, 100, 107, 100, 10.0),
        Glyph("ا", 0.0, 5.2, 100, 106, 100, 10.0),
    ]
    glyphs[0].x0, glyphs[1].x1 = 0.0, 5.4
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "لا"


def test_a_raised_number_is_no_text_but_remembered():
    glyphs = draw("ناموت", x=10)
    glyphs.append(Glyph("1", 6, 8, 104, 109, 104, 5.8))
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "تومان"
    assert line.references == ("1",)


def column(x, rows, base=500.0, word="واژه"):
    return [g for row in range(rows) for g in draw((word[::-1] + " ") * 8, x, base - 14 * row)]


def test_two_columns_are_read_from_the_right_and_a_wide_title_before_them():
    glyphs = [*column(0, 8, word="چپها"), *column(230, 8, word="راست")]
    glyphs += draw("ناونع" + " ناونع" * 14, 20, 530)
    regions = reading_order(find_segments(glyphs))
    words = [[line.text.split()[0] for line in join_rows(region, 0.16)] for region in regions]
    assert words == [["عنوان"], ["راست"] * 8, ["چپها"] * 8]


def test_a_table_is_read_by_rows():
    glyphs = [g for row in range(8) for x in (0, 150, 300) for g in draw("هناخ", x, 400 - 15 * row)]
    (region,) = reading_order(find_segments(glyphs))
    assert {line.text for line in join_rows(region, 0.16)} == {"خانه\tخانه\tخانه"}


def lines(*texts, x0=0.0, x1=300.0, top=700.0, page=1):
    return [
        Line(text, x0 if len(text) > 20 else x1 - 6 * len(text), x1, top - 14 * n, 10.0, 25.0, page)
        for n, text in enumerate(texts)
    ]


LONG = "این سطر تا پایان ستون می‌رسد و در سطر بعد"


def test_broken_lines_become_one_paragraph_and_short_ones_end_it():
    page = Page(1, 800, [lines(LONG, LONG, "پایان یافت.", "عنوان", LONG)])
    text = write_paragraphs([page]).text
    assert text.split("\n") == [f"{LONG} {LONG} پایان یافت.", "عنوان", LONG]


def test_a_sentence_over_two_pages_is_one_and_running_lines_are_gone():
    pages = []
    for number in (1, 2, 3):
        head = lines(f"سربرگ بنیاد {number}", top=780, page=number)
        foot = lines(f"صفحهٔ {number}", top=20, page=number)
        own = [
            f"{LONG} {word}" for word in (("یک", "دو"), ("سه", "چهار"), ("پنج", "شش"))[number - 1]
        ]
        pages.append(Page(number, 800, [[*head, *lines(*own, page=number), *foot]]))
    assert drop_furniture(pages)
    written = write_paragraphs(pages)
    assert "\n" not in written.text
    assert "سربرگ" not in written.text
    assert "صفحهٔ" not in written.text
    assert [page for _, page in written.pages] == [1, 2, 3]
    for offset, _ in written.pages:
        assert written.text[offset:].startswith(LONG)


def test_text_that_is_all_running_lines_is_kept():
    pages = [Page(n, 800, [lines("ما از او حمایت می‌کنیم", page=n)]) for n in (1, 2)]
    assert not drop_furniture(pages)
    assert "حمایت" in write_paragraphs(pages).text


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("گفت: »سلام بر شما« و رفت", "گفت: «سلام بر شما» و رفت"),
        ("(بند ۳).", "(بند ۳)."),
        (")بند ۳(.", "(بند ۳)."),
        (")بند ۳).", "(بند ۳)."),
        ("«یک» و «دو»", "«یک» و «دو»"),
    ],
)
def test_brackets_are_turned_to_where_they_stand(seen, meant):
    assert turn_brackets(seen) == meant
