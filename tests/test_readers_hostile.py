"""Files that are broken, or made to harm: a clear message each, soon, and the next one goes on."""

import io
import os
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from classifier.readers import Desk, Document, Unread
from classifier.readers import desk as desk_module
from classifier.readers.plain import blank_markup
from tests.conftest import PERMITTED

FIXTURES = Path(__file__).parent / "fixtures"
SECRET = "راز نهفته"
_WORD = '<w:document xmlns:w="x"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:document>'
_LAUGHS = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)
)
_OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">'


@pytest.fixture(scope="module")
def desk():
    with Desk() as desk:
        yield desk


def zipped(*members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def docx(body):
    return zipped(("word/document.xml", body))


def odt(body):
    return zipped(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", body))


def pdf(*objects):
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + end


def stream(data, extra=b""):
    packed = zlib.compress(data, 9)
    head = b"<</Length %d/Filter/FlateDecode%s>>stream\n" % (len(packed), extra)
    return head + packed + b"\nendstream"


def page(content, pages=1, resources=b"<</Font<</F 4 0 R>>>>", more=()):
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join([b"3 0 R"] * pages), pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R/Resources %s>>"
        % resources,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        content,
        *more,
    )


def nested_zip(depth):
    data = zipped(("a.txt", PERMITTED))
    for _ in range(depth):
        data = zipped(("a.zip", data))
    return data


HOSTILE = {
    "bomb.zip": (zipped(("a.txt", b"\0" * 100_000_000)), "unpacks to far more"),
    "bomb.docx": (docx(b" " * 100_000_000), "unpacks to far more"),
    "bomb.odt": (odt(b" " * 100_000_000), "unpacks to far more"),
    "bomb.xlsx": (
        zipped(("xl/workbook.xml", "x"), ("xl/sharedStrings.xml", b" " * 100_000_000)),
        "unpacks to far more",
    ),
    "nested.zip": (nested_zip(5), "an archive in an archive"),
    "laughs.docx": (docx(_LAUGHS + "]>" + _WORD.format("&j;")), "entities"),
    "outside.docx": (docx(_OUTSIDE + "]>" + _WORD.format("&a;")), "entities"),
    "laughs.odt": (odt(_LAUGHS + "]><x>&j;</x>"), "entities"),
    "laughs.xlsx": (zipped(("xl/workbook.xml", _LAUGHS + "]><x>&j;</x>")), "damaged"),
    "deep.docx": (docx('<w:d xmlns:w="x">' + "<w:p>" * 100_000), "nested too deeply"),
    "deep.rtf": (b"{\\rtf1" + b"{" * 100_000, "nested too deeply"),
    "deep.eml": (
        b"From: a\nTo: b\nSubject: x\nMIME-Version: 1.0\n"
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000)
        ),
        "nested too deeply",
    ),
    "deep.jsonl": (b'{"text":' + b"[" * 100_000, "nested too deeply"),
    "number.jsonl": (b'{"text":"a","id":' + b"9" * 10_000 + b"}", "a number is too long"),
    "bomb.pdf": (page(stream(b"BT /F 9 Tf (Hello) Tj ET\n" * 10_000_000)), "memory"),
    "locked.pdf": ((FIXTURES / "locked.pdf").read_bytes(), "protected by a password"),
    "locked.zip": ((FIXTURES / "locked.zip").read_bytes(), "protected by a password"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old Office file"),
    "photo.txt": (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "a picture"),
    "program.txt": (b"\x7fELF" + b"x" * 99, "a program"),
    "slides.zip": (zipped(("ppt/presentation.xml", "x")), "a presentation"),
    "data.docx": (bytes(range(256)) * 9, "damaged, or not the DOCX"),
    "empty.pdf": (b"%PDF-1.4\n", "damaged or cut short"),
    "parents.zip": (zipped(("../../etc/x.txt", "x")), "leads out of the archive"),
    "root.zip": (zipped(("/etc/x.txt", "x")), "leads out of the archive"),
    "drive.zip": (zipped(("C:\\x.txt", "x")), "leads out of the archive"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_soon_with_its_name_and_the_reason(desk, name):
    data, words = HOSTILE[name]
    begun = time.monotonic()
    items = list(desk.read_bytes(name, data))
    assert time.monotonic() - begun < 12
    assert [type(item) for item in items] == [Unread]
    assert str(items[0]).startswith(name)
    assert words in items[0].reason


@pytest.mark.parametrize(
    "data",
    [
        pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 999999>>"),
        page(stream(b"[" * 1_000_000)),
        page(
            stream(b"/X Do /X Do"),
            resources=b"<</XObject<</X 6 0 R>>>>",
            more=(
                stream(
                    b"/X Do " * 50,
                    b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>",
                ),
            ),
        ),
        page(stream(b"BT /F 9 Tf 9 9 Td (Hello world) Tj ET"), pages=50_000),
    ],
    ids=["page loop", "open brackets", "form loop", "many pages"],
)
def test_an_endless_pdf_comes_to_an_end(desk, data):
    begun = time.monotonic()
    (item,) = desk.read_bytes("endless.pdf", data)
    assert time.monotonic() - begun < 12
    if isinstance(item, Document):
        assert len(item.text) < 1_000_000


@pytest.mark.parametrize(
    "unit", ["- ", "> ", " ", "[", "**a", "<a ", "<!-- ", "|--", "- - -", "![x]("]
)
def test_markdown_of_one_endless_mark_takes_linear_time(unit):
    begun = time.monotonic()
    blank_markup(unit * (300_000 // len(unit)) + "x")
    assert time.monotonic() - begun < 3


def test_a_text_that_is_longer_than_memory_allows_is_refused(desk):
    (item,) = desk.read_bytes("a.txt", b"a " * 1_100_000)
    assert "2,000,000 characters; split it" in item.reason
    (item,) = desk.read_bytes("a.rtf", b"{\\rtf1 " + b"a " * 1_100_000 + b"}")
    assert "2,000,000 characters; split it" in item.reason


def test_a_cut_is_told(desk):
    (document,) = desk.read_bytes(
        "a.pdf", page(stream(b"BT /F 9 Tf (Hello all) Tj ET"), pages=1001)
    )
    assert document.notes == ("cut:page-1000",)


def test_an_archive_goes_on_behind_each_member_that_cannot_be_read(desk):
    data = zipped(
        ("1.txt", PERMITTED), ("2.docx", docx(_LAUGHS + "]>" + _WORD.format("&j;"))),
        ("3.pdf", HOSTILE["bomb.pdf"][0]), ("4.zip", nested_zip(3)), ("5.txt", PERMITTED),
    )  # fmt: skip
    items = list(desk.read_bytes("a.zip", data))
    assert [type(item) for item in items] == [Document, Unread, Unread, Unread, Document]
    assert [item.id for item in items if isinstance(item, Document)] == [
        "a.zip/1.txt",
        "a.zip/5.txt",
    ]
    assert [item.file for item in items if isinstance(item, Unread)] == [
        "a.zip/2.docx", "a.zip/3.pdf", "a.zip/4.zip/a.zip",
    ]  # fmt: skip


def test_a_stalled_reader_is_ended_and_the_next_file_is_read(monkeypatch):
    monkeypatch.setattr(desk_module, "SILENCE", 1.0)
    with Desk() as desk:
        (item,) = desk.read_bytes("a.html", b"<html>" + b"<![CDATA[" * 400_000)
        assert isinstance(item, Unread)
        assert "takes too long" in item.reason
        (item,) = desk.read_bytes("b.html", f"<html><p>{PERMITTED}".encode())
        assert item.text == PERMITTED


def test_a_worker_that_died_in_the_meantime_costs_no_document():
    with Desk() as desk:
        list(desk.read_bytes("a.html", b"<html><p>x"))
        desk._worker._process.kill()
        desk._worker._process.wait()
        (item,) = desk.read_bytes("b.html", f"<html><p>{PERMITTED}".encode())
        assert item.text == PERMITTED


def test_the_worker_is_bounded_and_ends_with_its_desk():
    with Desk() as desk:
        list(desk.read_bytes("a.html", b"<html><p>x"))
        worker = desk._worker
        assert desk.bounded or os.name == "nt"
        assert worker._process.poll() is None
    assert worker._process.poll() is not None


def test_no_document_text_in_any_message(desk):
    parts = [
        ("a.jsonl", f'{{"text": "{SECRET}", "x"}}'.encode()),
        ("a.docx", docx(_WORD.format(SECRET) + "<")),
        ("a.docx", docx(_LAUGHS + SECRET + "]>" + _WORD.format(SECRET))),
        ("a.rtf", b"{\\rtf1" + b"{" * 5000 + SECRET.encode()),
        ("a.txt", SECRET.encode() + b"\xff"),
        ("a.csv", b"text\n" + SECRET.encode() + b"\xff\n"),
    ]
    for name, data in parts:
        for item in desk.read_bytes(name, data):
            if isinstance(item, Unread):
                assert SECRET not in item.reason
                assert SECRET.split()[0] not in item.reason


def test_names_from_archives_cannot_write_to_the_terminal(desk):
    (item,) = desk.read_bytes("a.zip", zipped(("\x1b[2Jx\n.txt", b"\xff\xff\xff")))
    assert "\x1b" not in str(item)
    assert "\n" not in str(item)


def test_what_is_no_file_is_not_opened(desk, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (Path("/dev/zero"), tmp_path / "pipe.txt"):
        (item,) = desk.read_file(path)
        assert "pipe it in" in item.reason
    (item,) = desk.read_file(tmp_path)
    assert "bitaraf audit" in item.reason


def test_macros_are_neither_run_nor_read_and_told(desk):
    data = zipped(("word/document.xml", _WORD.format("سلام")), ("word/vbaProject.bin", b"\xcc"))
    (document,) = desk.read_bytes("a.docm", data)
    assert document.notes == ("macros_ignored",)
    data = zipped(("mimetype", "application/vnd.oasis.opendocument.text"),
                  ("content.xml", '<o xmlns:t="x"><t:p>سلام</t:p></o>'),
                  ("Basic/Standard/Module1.xml", "<x/>"))  # fmt: skip
    (document,) = desk.read_bytes("a.odt", data)
    assert document.notes == ("macros_ignored",)


@pytest.mark.parametrize(
    "name",
    ["flagged.docx", "flagged.odt", "flagged.rtf", "flagged.pdf", "flagged.html", "flagged.eml",
     "posts.xlsx", "season.zip", "report.pdf"],
)  # fmt: skip
def test_a_truncated_file_is_read_in_part_or_refused(desk, name):
    data = (FIXTURES / name).read_bytes()
    for part in (0.02, 0.3, 0.6, 0.9, 0.99):
        for item in desk.read_bytes(name, data[: int(len(data) * part)]):
            if isinstance(item, Unread):
                assert "Error" not in item.reason, (part, item)
            elif name.endswith("rtf"):
                assert "cut:damaged_end" in item.notes


def test_links_out_of_a_folder_are_not_followed(run_bitaraf, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text(PERMITTED, "utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(PERMITTED, "utf-8")
    (folder / "link.txt").symlink_to(outside)
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")
    (folder / "bad.docx").write_bytes(b"PK\x03\x04")
    done = run_bitaraf("audit", folder, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 3
    errors = done.stderr.decode()
    assert "link.txt: a link out of the folder" in errors
    assert "up: a link to a folder" in errors
    assert "bad.docx: damaged" in errors
    assert "Traceback" not in errors
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 2
