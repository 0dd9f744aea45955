"""Every format, on files that real programs wrote (tests/fixtures, tools/make_fixtures.py)."""

import csv
import io
import shutil
import zipfile
from difflib import SequenceMatcher
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from classifier.readers import Desk, Document, LeftOut, Unread
from classifier.readers.html import main_text
from classifier.readers.plain import blank_markup
from classifier.text import normalise
from tests.conftest import PARTISAN, PERMITTED

FIXTURES = Path(__file__).parent / "fixtures"
SHORT = ("flagged", "permitted", "dari")
FORMATS = (
    "docx", "odt", "rtf", "pdf", "chromium.pdf", "html", "saved.html", "utf16.txt", "1256.txt",
    "md",
)  # fmt: skip


@pytest.fixture(scope="module")
def desk():
    with Desk() as desk:
        yield desk


def source(name):
    return (FIXTURES / "sources" / f"{name}.txt").read_text("utf-8")


def words(text):
    return normalise(text).text.split()


def in_order(expected, found):
    """The share of the expected words that are found, in order."""
    matcher = SequenceMatcher(None, words(expected), words(found), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words(expected))


def only(items):
    documents = list(items)
    assert [type(d) for d in documents] == [Document], documents
    return documents[0]


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("form", FORMATS)
def test_the_text_comes_out_as_it_was_written(desk, name, form):
    document = only(desk.read_file(FIXTURES / f"{name}.{form}"))
    found = document.scored or document.text
    assert in_order(source(name), found) >= 0.98
    assert len(words(found)) <= len(words(source(name))) * 1.02


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("form", FORMATS)
def test_verdict_and_evidence_are_those_of_the_plain_text(desk, scorer, name, form):
    plain = scorer.score(source(name))
    read = scorer.score_document(only(desk.read_file(FIXTURES / f"{name}.{form}")))
    assert read.verdict == plain.verdict
    expected = " ".join(dict.fromkeys(e.text for e in plain.evidence))
    found = " ".join(dict.fromkeys(e.text for e in read.evidence))
    assert (not expected and not found) or in_order(expected, found) >= 0.98


@pytest.mark.parametrize("form", ["pdf", "left.pdf", "chromium.pdf", "indented.pdf"])
def test_paragraphs_talk_and_verses_of_a_pdf_are_line_by_line_those_of_the_source(desk, form):
    document = only(desk.read_file(FIXTURES / f"layout.{form}"))
    found = [line for line in document.text.split("\n") if line]
    assert found == source("layout").splitlines()


@pytest.mark.parametrize("form", ["docx", "odt", "rtf", "pdf"])
def test_a_report_in_columns_with_its_notes_table_and_text_box(desk, form):
    document = only(desk.read_file(FIXTURES / f"report.{form}"))
    assert in_order(source("report"), document.text) >= 0.98
    lines = document.text.split("\n")
    assert "این رقم کمک‌های غیرنقدی را در بر نمی‌گیرد." in lines
    assert "شمارهٔ حساب بنیاد در پایان همین دفتر آمده است." in lines
    assert [" ".join(line.split()) for line in lines if line.startswith("خرم‌کوه")] == [
        "خرم‌کوه ۱۲۰۰ ۲۵"
    ]
    assert "صفحهٔ" not in document.text
    assert "بنیاد سبزدشت - گزارش" not in document.text
    assert "headers_left_out" in document.notes


def test_a_sentence_broken_over_columns_and_pages_is_whole_and_knows_its_page(desk, scorer):
    document = only(desk.read_file(FIXTURES / "report.pdf"))
    assert "در نشریهٔ «زمین و مردم» چاپ شده و در وب‌گاه بنیاد نیز آمده است." in document.text
    assert [page for _, page in document.pages] == [1, 2, 3]
    assessment = scorer.score_document(document)
    pages = {e.page for e in assessment.evidence if "دادگستر" in e.text}
    assert pages == {2}
    assert all(e.text == document.text[e.start : e.end] for e in assessment.evidence)
    assert all("page" in e for e in assessment.to_dict()["evidence"])


def test_pages_are_named_only_where_there_are_any(scorer):
    assessment = scorer.score(PARTISAN).to_dict()
    assert assessment["notes"] == []
    assert all("page" not in e for e in assessment["evidence"] + assessment["protected"])


def test_text_files_keep_their_own_offsets(desk, tmp_path):
    path = tmp_path / "post.txt"
    text = "\r\n" + PARTISAN.replace(". ", ".\r\n")
    path.write_bytes(text.encode("utf-8"))
    assert only(desk.read_file(path)).text == text


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("encoding:utf-16",)),
        ("utf-16-le", ("encoding:utf-16-le",)),
        ("utf-16-be", ("encoding:utf-16-be",)),
        ("utf-32", ("encoding:utf-32",)),
    ],
)
def test_encodings_are_recognised_and_told(desk, encoding, notes):
    document = only(desk.read_bytes("post.txt", PARTISAN.encode(encoding)))
    assert document.text == PARTISAN
    assert document.notes == notes


@pytest.mark.parametrize(
    "data",
    [
        "Привет, как дела сегодня у вас".encode("cp1251"),
        "Où êtes-vous à présent, élève ?".encode("latin-1"),
        PERMITTED[:-1].encode("utf-8")[:-1],
        PERMITTED.encode("utf-8").replace("ن".encode(), b"\xd9", 1),
        bytes(range(128, 256)) * 3,
    ],
)
def test_what_is_neither_unicode_nor_persian_windows_is_refused(desk, data):
    (item,) = desk.read_bytes("post.txt", data)
    assert isinstance(item, Unread)
    assert "save the file as UTF-8" in item.reason


def test_markdown_is_read_without_its_marks_and_cited_with_them(desk, scorer):
    text = (
        "---\ntitle: x\n---\n# گزارش انجمن\n\nانجمن ما **با افتخار** از نامزدی خانم "
        "[پریوش کاردان‌نیا](https://site.example/p)\nحمایت می‌کند.\n\n- یک\n- دو\n"
    )
    document = only(desk.read_bytes("post.md", text.encode()))
    assert document.text == text
    assert document.scored is not None
    assert len(document.scored) == len(text)
    assert not set("*[]()#") & set(document.scored)
    assert "کاردان‌نیا" in document.scored.split("حمایت")[0].split("\n")[-1]
    evidence = scorer.score_document(document).evidence
    assert all(e.text == text[e.start : e.end] for e in evidence)


def test_blanking_markdown_keeps_length_and_line_count_of_blocks():
    text = "| نام | رأی |\n|---|---|\n| الف | ۱ |\n\n```\nکد\n```\n> نقل\n"
    blank = blank_markup(text)
    assert len(blank) == len(text)
    assert blank.split() == ["نام", "رأی", "الف", "۱", "کد", "نقل"]


def test_menus_go_and_the_text_stays_wherever_a_page_keeps_it():
    menu = "".join(f'<li><a href="#{i}">پیوند {i}</a></li>' for i in range(6))
    text = "<p>متن اصلی گزارش سالانهٔ انجمن است.</p><p>بند دوم آن.</p>" * 4
    pages = [
        f"<body><ul>{menu}</ul><div class='has-sidebar nav-page'>{text}</div></body>",
        f"<form id=aspnetForm><div id=header>سربرگ</div><div>{text}</div><ul>{menu}</ul></form>",
        f"<table><tr><td class=sidebar>{menu}</td><td>{text}</td></tr></table>",
        f"<head><title>عنوان</title><style>p{{}}</style><body>{text}<p hidden>پنهان</p>"
        f"<div style='display: none'>پنهان</div><script>document.write('<p>کد</p>')</script>",
    ]
    for page in pages:
        found, _ = main_text(page)
        assert found.count("متن اصلی") == 4, page
        for left_out in ("پیوند", "سربرگ", "پنهان", "کد", "عنوان"):
            assert left_out not in found, page


def test_what_authors_left_open_hides_nothing():
    page = (
        "<head><title>x</title><p hidden>a<p>یک<ul><li hidden>b<li>دو</ul>"
        "<td aria-hidden=true>c<td>سه"
    )
    assert main_text(page)[0].split() == ["یک", "دو", "سه"]


def test_a_page_of_nothing_but_links_is_read_all_the_same():
    assert "خبر یک" in main_text("<nav><a>خبر یک</a><a>خبر دو</a><a>خبر سه</a></nav>")[0]


def test_mail_gives_subject_and_body_and_each_attachment(desk):
    items = list(desk.read_file(FIXTURES / "flagged.eml"))
    names = [Path(item.id).name for item in items]
    assert names == ["flagged.eml", "پیوست flagged.odt"]
    for item in items:
        assert in_order(source("flagged"), item.text) >= 0.98


def test_mail_in_html_and_old_encodings(desk):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "خبرنامهٔ انجمن", "a@x.example", "b@x.example"
    mail.set_content(f"<p>{PERMITTED}</p><img src='http://x.example/track.gif'>", subtype="html")
    document = only(desk.read_bytes("post.eml", mail.as_bytes()))
    assert document.text == f"خبرنامهٔ انجمن\n{PERMITTED}"
    old = (
        b"From: a@x.example\r\nSubject: =?windows-1256?B?"
        + __import__("base64").b64encode("خبر".encode("cp1256"))
        + b"?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=windows-1256\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + "نامه‌اي از انجمن".encode("cp1256")
    )
    document = only(desk.read_bytes("old.eml", old))
    assert document.text == "خبر\nنامه‌اي از انجمن"
    assert document.notes == ("encoding:windows-1256",)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_tables_give_a_document_a_row(desk, form):
    documents = list(desk.read_file(FIXTURES / f"posts.{form}"))
    assert [d.id for d in documents] == ["post-1", "post-2", "post-3"]
    for name, document in zip(SHORT, documents, strict=True):
        assert in_order(source(name), document.text) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1256"])
def test_csv_as_old_spreadsheets_export_it(desk, encoding):
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([["متن", "تاريخ"], ["انجمن باغداران روستا", "1"]])
    document = only(desk.read_bytes("x.csv", file.getvalue().encode(encoding)))
    assert document.text == "انجمن باغداران روستا"


def test_a_spreadsheet_names_its_columns_rows_and_sheets(desk, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["caption", 5, None])
    book.active.append([PERMITTED, 7, True])
    book.save(tmp_path / "x.xlsx")
    (item,) = desk.read_file(tmp_path / "x.xlsx")
    assert "caption" in item.reason
    assert "--text-column" in item.reason
    document = only(desk.read_file(tmp_path / "x.xlsx", text_column="caption"))
    assert document.id == f"{tmp_path / 'x.xlsx'}:2"
    hidden = book.create_sheet("پنهان")
    hidden.append(["caption"])
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    second = book.create_sheet("دوم")
    second.append(["caption"])
    second.append([PARTISAN])
    book.save(tmp_path / "y.xlsx")
    documents = list(desk.read_file(tmp_path / "y.xlsx", text_column="caption"))
    assert [d.id.rpartition("/")[2] for d in documents] == ["Sheet:2", "دوم:2"]


def test_an_archive_gives_each_member_under_its_name(desk):
    items = list(desk.read_file(FIXTURES / "season.zip", "season.zip"))
    documents = {d.id: d for d in items if isinstance(d, Document)}
    assert set(documents) == {
        "season.zip/dari.txt", "season.zip/permitted.pdf", "season.zip/بهار/خبرنامه.docx",
        "post-1", "post-2", "post-3",
    }  # fmt: skip
    assert documents["season.zip/permitted.pdf"].page_at(0) == 1
    assert [str(i) for i in items if isinstance(i, LeftOut)] == [
        "season.zip: 1 file of other kinds not read (.png)"
    ]


@pytest.mark.parametrize("form", ["docx", "odt", "rtf", "pdf"])
@pytest.mark.parametrize("wrong", ["txt", "html", "zip", "docx", "pdf", "csv", "bin"])
def test_a_wrong_extension_does_not_matter(desk, tmp_path, form, wrong):
    path = tmp_path / f"file.{wrong}"
    shutil.copy(FIXTURES / f"permitted.{form}", path)
    assert in_order(source("permitted"), only(desk.read_file(path)).text) >= 0.98


@pytest.mark.parametrize("wrong", ["docx", "pdf", "zip", "xlsx", "rtf"])
def test_text_under_a_documents_name_is_read_as_text(desk, wrong):
    assert only(desk.read_bytes(f"x.{wrong}", PARTISAN.encode())).text == PARTISAN
    page = f"<!DOCTYPE html><html><body><p>{PARTISAN}</p></body></html>"
    assert only(desk.read_bytes(f"x.{wrong}", page.encode())).text == PARTISAN


def test_word_properties_deletions_and_hidden_runs_are_no_text(desk):
    body = (
        '<w:document xmlns:w="http://w.example"><w:body><w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>'
        "<w:r><w:t>یک</w:t><w:tab/><w:t>دو</w:t><w:br/><w:t>سه</w:t></w:r>"
        "<w:del><w:r><w:delText>حذف</w:delText><w:t>حذف</w:t></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>نهان</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p></w:body></w:document>"
    )
    document = only(desk.read_bytes("x.docx", zipped({"word/document.xml": body,
                                                      "word/vbaProject.bin": "x"})))  # fmt: skip
    assert document.text == "یک\tدو\nسه"
    assert set(document.notes) == {"deletions_left_out", "macros_ignored"}


def zipped(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_rtf_in_the_code_page_of_its_font(desk):
    coded = "".join(f"\\'{b:02x}" for b in "انجمن ياران".encode("cp1256"))
    rtf = (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset178 Nazanin;}}"
        r"{\header\pard سربرگ\par}{\*\generator x;}\pard\f1 " + coded + r"\par"
        r"{\f0\u1587?\u1604?\uc2\u1575ab\u1605??}{\v hidden}\line A\'e9{\footnote\pard B\par}\par}"
    )
    document = only(desk.read_bytes("x.rtf", rtf.encode("ascii", "ignore")))
    assert document.text == "انجمن ياران\nسلام\nAé\nB"


def test_rtf_whose_whole_file_is_in_windows_1256(desk):
    rtf = rb"{\rtf1\ansi\ansicpg1256\pard " + "سلام بر همه".encode("cp1256") + rb"\par}"
    assert only(desk.read_bytes("x.rtf", rtf)).text == "سلام بر همه"


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_a_scan_is_recognised_where_tesseract_is(desk, scorer):
    from classifier.readers.pdf import scan

    if not scan.available():
        pytest.skip("Tesseract without Persian")
    document = only(desk.read_file(FIXTURES / "flagged.scan.pdf"))
    assert document.notes == ("ocr",)
    assert in_order(source("flagged"), document.text) >= 0.85
    assessment = scorer.score_document(document)
    assert assessment.verdict == scorer.score(source("flagged")).verdict != "clear"
    assert any("کاردان‌نیا" in e.text or "کاردان" in e.text for e in assessment.evidence)


def test_a_scan_without_tesseract_says_what_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with Desk() as desk:
        (item,) = desk.read_file(FIXTURES / "flagged.scan.pdf")
    assert isinstance(item, Unread)
    assert "a scan" in item.reason
    assert "tesseract-ocr-fas" in item.reason
