"""Lines, columns and paragraphs of PDF pages, from glyphs placed as programs place them."""

import pytest

from classifier.readers.pdf.columns import reading_order
from classifier.readers.pdf.glyphs import KASHIDA, Glyph, _is_stroke
from classifier.readers.pdf.lines import Line, find_segments, join_rows, space_width
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
        ("؟|هدنام", "مانده؟"),
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


def test_words_end_where_fonts_leave_room_not_where_letters_are_thin():
    # An alef and a full stop are thin, and stand in the midst of their room.
    glyphs, x = [], 0.0
    for character in "دارا آرد."[::-1]:
        if character != " ":
            thin = 2.0 if character in "ا." else 0.2
            glyphs.append(
                Glyph(character, x + thin, x + 6 - thin, 100, 107, 100, 10.0, (x, x + 6), x)
            )
        x += 2.8 if character == " " else 6.0
    segments = find_segments(glyphs)
    (line,) = join_rows(segments, space_width(segments))
    assert line.text == "دارا آرد."


def test_rooms_that_overlap_are_not_believed():
    glyphs = draw("ایند مالس")
    for glyph in glyphs:
        glyph.room = glyph.x0 - 4, glyph.x1 + 4
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "سلام دنیا"


def test_letters_drawn_across_each_other_are_read_as_they_were_drawn():
    glyphs = [
        Glyph("م", 4.0, 9.0, 100, 107, 100, 10.0, (5.0, 9.0), 5.0),
        Glyph("ح", 3.8, 9.4, 100, 107, 100, 10.0, (2.0, 6.0), 2.0),
    ]
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "مح"


def test_a_shadda_is_of_the_letter_beside_the_alef():
    glyphs = draw("راّطع".replace("ّ", ""))
    alef = glyphs[1]
    glyphs.append(Glyph("\u0651", alef.x0 + 2, alef.x1 - 1, 108, 110, 100, 10.0))
    (line,) = join_rows(find_segments(glyphs), 0.16)
    assert line.text == "عطّار"


@pytest.mark.parametrize(
    ("code", "height", "above", "stroke"),
    [
        ("6", 1.0, 0.0, True), (" ", 1.0, 0.0, True), ("-", 1.0, 0.0, True),
        ("-", 1.0, 2.6, False), ("_", 1.0, 0.0, False), (" ", 0.0, 0.0, False),
        ("س", 1.0, 0.0, False), ("6", 7.0, 0.0, False),
    ],
)  # fmt: skip
def test_a_flat_stroke_on_the_baseline_is_a_kashida_whatever_its_name(code, height, above, stroke):
    assert _is_stroke(ord(code), 2.3, height, above, 10.0) is stroke


def test_two_short_columns_of_full_lines_are_columns():
    glyphs = [*column(0, 3, word="چپها"), *column(230, 3, word="راست")]
    regions = reading_order(find_segments(glyphs))
    words = [[line.text.split()[0] for line in join_rows(region, 0.16)] for region in regions]
    assert words == [["راست"] * 3, ["چپها"] * 3]


def column(x, rows, base=500.0, word="واژه"):
    return [g for row in range(rows) for g in draw((word[::-1] + " ") * 8, x, base - 14 * row)]


def test_two_columns_are_read_from_the_right_and_a_wide_title_before_them():
    glyphs = [*column(0, 8, word="چپها"), *column(230, 8, word="راست")]
    glyphs += draw("ناونع" + " ناونع" * 14, 20, 530)
    regions = reading_order(find_segments(glyphs))
    words = [[line.text.split()[0] for line in join_rows(region, 0.16)] for region in regions]
    assert words == [["عنوان"], ["راست"] * 8, ["چپها"] * 8]


def ragged(x, rows, base, word):
    """Lines of one to five words, a wider distance after every third."""
    return [
        g
        for row in range(rows)
        for g in draw((word[::-1] + " ") * (1 + row * 2 % 5), x, base - 14 * row - 6 * (row // 3))
    ]


def test_columns_of_short_lines_at_heights_of_their_own_are_read_one_after_the_other():
    glyphs = [*ragged(0, 12, 495.0, "چپها"), *ragged(230, 12, 500.0, "راست")]
    regions = reading_order(find_segments(glyphs))
    words = [[line.text.split()[0] for line in join_rows(region, 0.16)] for region in regions]
    assert words == [["راست"] * 12, ["چپها"] * 12]


def test_verses_in_two_halves_are_read_across():
    glyphs = [*ragged(0, 12, 500.0, "دوم"), *ragged(230, 12, 500.0, "اول")]
    (region,) = reading_order(find_segments(glyphs))
    assert {tuple(dict.fromkeys(line.text.split())) for line in join_rows(region, 0.16)} == {
        ("اول", "دوم")
    }


def test_cells_in_the_middle_of_their_rows_stay_beside_them():
    tall = [g for row in range(16) for g in draw("هناخ رد باتک ود", 230, 500 - 14 * row)]
    middle = [g for row in range(8) for g in draw("هدزای هرامش", 0, 493 - 28 * row)]
    (region,) = reading_order(find_segments([*tall, *middle]))
    assert len(region) == 24


def test_words_stand_apart_though_no_distance_is_wider():
    glyphs, x = [], 0.0
    kerned = {"ل": 0.6, "ا": 0.75, "ر": 0.9, "ش": 1.05}
    for character in ("سلام بر شما " * 16)[::-1]:
        if character == " ":
            x += 1.9
        else:
            x += kerned.get(character, 0.0) if glyphs and glyphs[-1].x1 == x else 0.0
            glyphs.append(Glyph(character, x, x + 5, 100, 107, 100, 10.0, (x, x + 5), x))
            x += 5
    segments = find_segments(glyphs)
    assert 0.105 < space_width(segments) < 0.19


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


def set_lines(*places, size=10.0):
    """Lines from (text, white at the left, white at the right, distance from the one above)."""
    base, found = 700.0, []
    for text, left, right, distance in places:
        base -= distance
        found.append(Line(text, left, 300.0 - right, base, size, 25.0, 1))
    return found


def written(*places):
    return write_paragraphs([Page(1, 800, [set_lines(*places)])]).text.split("\n")


def test_short_lines_that_fill_no_common_width_are_each_their_own():
    talk = ["پرسش: سلام.", "پاسخ: سلام بر شما", "پرسش: چه خبر", "پاسخ: هیچ، باران آمد"]
    whites = [240.0, 195.0, 215.0, 200.0]
    found = written(
        (LONG, 0, 0, 0), ("پایان.", 250, 0, 14),
        *((text, white, 0, 14) for text, white in zip(talk, whites, strict=True)),
    )  # fmt: skip
    assert found == [f"{LONG} پایان.", *talk]


def test_paragraphs_of_a_line_are_parted_by_the_distance_of_lines_that_go_on():
    found = written(
        ("عنوانی که تا پایان سطر می‌رسد", 4, 0, 0), (LONG, 0, 0, 19), (LONG, 2, 0, 14),
        ("پایان یافت.", 10, 0, 14), ("بند دیگر", 3, 0, 17),
    )  # fmt: skip
    assert found == [
        "عنوانی که تا پایان سطر می‌رسد", f"{LONG} {LONG} پایان یافت.", "بند دیگر",
    ]  # fmt: skip


def test_lines_set_in_open_paragraphs_but_bodies_of_items_do_not():
    full = "پایان این سطر پر است"
    found = written(
        (LONG, 0, 20, 0), (LONG, 1, 0, 14), (full, 2, 0, 14),
        (LONG, 0, 20, 14), (full, 1, 0, 14), (full, 120, 20, 14),
    )  # fmt: skip
    assert found == [f"{LONG} {LONG} {full}", f"{LONG} {full}", full]
    hanging = written(*((LONG, n % 2, 0 if n % 3 == 0 else 20, 14) for n in range(6)))
    assert len(hanging) == 1


def test_right_to_left_lines_that_a_program_aligned_at_the_left_are_joined():
    found = written(
        (LONG, 0, 3, 0), (LONG, 0, 12, 14), ("پایان یافت.", 0, 200, 14),
        (LONG, 0, 9, 14), (LONG, 0, 1, 14), ("پایان", 0, 180, 14),
    )  # fmt: skip
    assert found == [f"{LONG} {LONG} پایان یافت.", f"{LONG} {LONG} پایان"]


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
        ("[پیام «خانه»[", "[پیام «خانه»]"),
        ("(«یک»(", "(«یک»)"),
    ],
)
def test_brackets_are_turned_to_where_they_stand(seen, meant):
    assert turn_brackets(seen) == meant
