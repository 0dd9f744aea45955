"""Rebuild tests/fixtures with real programs; the tests themselves need none of them.

Needs LibreOffice (writer and calc), Chromium, poppler-utils, Tesseract with Persian, zip and the
Noto fonts; on Debian:

    apt-get install --no-install-recommends libreoffice-writer libreoffice-calc chromium \
        poppler-utils tesseract-ocr tesseract-ocr-fas fonts-noto-core zip

Run from the root of the repository: .venv/bin/python tools/make_fixtures.py
The texts in tests/fixtures/sources are the truth that every reader is held against.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
from email.message import EmailMessage
from html import escape
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
SOURCES = FIXTURES / "sources"
SHORT = ("flagged", "permitted", "dari")
HEADER = "بنیاد سبزدشت - گزارش سالانه"
FOOTNOTE = "این رقم کمک‌های غیرنقدی را در بر نمی‌گیرد."
TEXT_BOX = "شمارهٔ حساب بنیاد در پایان همین دفتر آمده است."
TABLE = (("استان", "خانوار", "مخزن"), ("خرم‌کوه", "۱۲۰۰", "۲۵"), ("دره‌سبز", "۱۱۰۰", "۱۷"))
MENU = ("خانه", "دربارهٔ ما", "خبرها", "پیوندها", "تماس با ما")

_FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">
<office:font-face-decls>
 <style:font-face style:name="N" svg:font-family="'Noto Naskh Arabic'"/>
</office:font-face-decls>
<office:styles>
 <style:default-style style:family="paragraph">
  <style:paragraph-properties style:writing-mode="rl-tb"/>
  <style:text-properties style:font-name="N" style:font-name-complex="N" fo:font-size="11pt"
   style:font-size-complex="11pt" style:language-complex="fa" style:country-complex="IR"/>
 </style:default-style>
 <style:style style:name="Standard" style:family="paragraph">
  <style:paragraph-properties fo:text-align="{align}" fo:margin-bottom="0.2cm"/>
 </style:style>
 <style:style style:name="H" style:family="paragraph" style:parent-style-name="Standard">
  <style:text-properties fo:font-size="15pt" style:font-size-complex="15pt"
   fo:font-weight="bold" style:font-weight-complex="bold"/>
 </style:style>
 <style:style style:name="F" style:family="graphic"/>
</office:styles>
<office:automatic-styles>
 <style:style style:name="Two" style:family="section"><style:section-properties>
  <style:columns fo:column-count="{columns}" fo:column-gap="0.8cm"/>
 </style:section-properties></style:style>
 <style:page-layout style:name="P"><style:page-layout-properties fo:page-width="{width}"
  fo:page-height="{height}" fo:margin="1.8cm" style:writing-mode="rl-tb"/>
  <style:header-style/><style:footer-style/></style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="P">
{furniture}</style:master-page></office:master-styles>
<office:body><office:text>{body}</office:text></office:body></office:document>
"""


def run(*command: str | Path, **options) -> subprocess.CompletedProcess[bytes]:
    """Run a program that must succeed."""
    return subprocess.run(
        [str(c) for c in command], check=True, capture_output=True, timeout=240, **options
    )


def convert(source: Path, kind: str, target: Path, *options: str) -> None:
    """Let LibreOffice turn `source` into `target`; `kind` is its name of the format."""
    with tempfile.TemporaryDirectory() as work:
        run(
            "soffice", f"-env:UserInstallation=file://{work}/profile", "--headless",
            *options, "--convert-to", kind, "--outdir", work, source,
        )  # fmt: skip
        shutil.move(Path(work) / f"{source.stem}.{kind.partition(':')[0]}", target)


def print_page(page: Path, target: Path) -> None:
    """Let Chromium print an HTML page to PDF."""
    _chromium(f"--print-to-pdf={target}", "--no-pdf-header-footer", page.as_uri())


def _chromium(*arguments: str) -> bytes:
    with tempfile.TemporaryDirectory() as profile:
        return run(
            "chromium", "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-background-networking", f"--user-data-dir={profile}", *arguments,
        ).stdout  # fmt: skip


def paragraphs(name: str) -> list[str]:
    """The paragraphs of a source text; the first is its title."""
    return (SOURCES / f"{name}.txt").read_text("utf-8").splitlines()


def _p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def short_fodt(name: str, align: str = "start") -> str:
    """A letter of one page."""
    title, *rest = map(escape, paragraphs(name))
    body = _p(title, "H") + "".join(map(_p, rest))
    return _FODT.format(
        columns=1, width="21cm", height="29.7cm", furniture="", body=body, align=align
    )


def report_fodt() -> str:
    """A report of several pages in two columns, with headers, a footnote, a table, a text box."""
    title, *rest = map(escape, paragraphs("report"))
    parts = []
    for text in rest:
        if text.startswith("درآمد بنیاد"):
            note = (
                '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
                f"<text:note-body>{_p(FOOTNOTE)}</text:note-body></text:note>"
            )
            text = text.replace("تومان بود", f"تومان{note} بود")
        if text.startswith("این کارها"):
            text = (
                '<draw:frame text:anchor-type="paragraph" svg:width="6cm" svg:height="1.5cm" '
                f'svg:y="4cm"><draw:text-box>{_p(TEXT_BOX)}</draw:text-box></draw:frame>'
            ) + text
        parts.append(_p(text, "H" if len(text) < 40 else "Standard"))
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{_p(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in TABLE
    )
    table = f'<table:table><table:table-column table:number-columns-repeated="3"/>{rows}'
    body = (
        f'{_p(title, "H")}<text:section text:name="s" text:style-name="Two">{"".join(parts)}'
        f"</text:section>{table}</table:table>{_p('')}"
    )
    furniture = (
        f"<style:header>{_p(HEADER)}</style:header><style:footer>"
        f"{_p('صفحهٔ <text:page-number>1</text:page-number>')}</style:footer>"
    )
    return _FODT.format(
        columns=2, width="17cm", height="22cm", furniture=furniture, body=body, align="justify"
    )


def page_html(name: str) -> str:
    """A page of a site: menus, a sidebar and a footer around the text."""
    title, *rest = map(escape, paragraphs(name))
    menu = "".join(f'<li><a href="https://site.example/{i}">{m}</a></li>'
                   for i, m in enumerate(MENU))  # fmt: skip
    text = "\n".join(f"<p>{p}</p>" for p in rest)
    return f"""<!DOCTYPE html>
<html lang="fa" dir="rtl"><head><meta charset="utf-8"><title>{title} | وب‌گاه</title>
<style>body {{ font-family: "Noto Naskh Arabic"; }} @media print {{ nav, aside, footer, .menu
{{ display: none }} }}</style>
<script>document.write("<p class=late>" + "" + "</p>"); var x = "<b>کد</b>";</script></head>
<body><div class="menu top-menu"><ul>{menu}</ul></div><nav><ul>{menu}</ul></nav>
<div id="content"><article><h1>{title}</h1>
{text}
</article></div>
<aside><h3>پربازدیدها</h3><ul>{menu}</ul></aside>
<footer><p>همهٔ حقوق این وب‌گاه محفوظ است.</p></footer></body></html>
"""


def windows_1256(text: str) -> bytes:
    """The text as old Windows wrote it, which had no Persian ye, digits or hamza above."""
    table = {"ی": "ي", "ٔ": "", "٫": "/"} | {c: str(i) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹")}
    return text.translate(str.maketrans(table)).encode("cp1256")


def make_short(name: str, work: Path) -> None:
    """One short text in every format."""
    source = SOURCES / f"{name}.txt"
    fodt = work / f"{name}.fodt"
    fodt.write_text(short_fodt(name), "utf-8")
    for kind in ("docx", "odt", "rtf", "pdf"):
        convert(fodt, kind, FIXTURES / f"{name}.{kind}")
    (FIXTURES / f"{name}.html").write_text(page_html(name), "utf-8")
    saved = _chromium("--dump-dom", (FIXTURES / f"{name}.html").as_uri())
    (FIXTURES / f"{name}.saved.html").write_bytes(saved)
    print_page(FIXTURES / f"{name}.html", FIXTURES / f"{name}.chromium.pdf")
    text = source.read_text("utf-8")
    (FIXTURES / f"{name}.utf16.txt").write_bytes(text.encode("utf-16-le"))
    (FIXTURES / f"{name}.1256.txt").write_bytes(windows_1256(text.replace("\n", "\r\n")))
    title, *rest = paragraphs(name)
    (FIXTURES / f"{name}.md").write_text(f"# {title}\n\n" + "\n\n".join(rest) + "\n", "utf-8")
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = title, "a@site.example", "b@site.example"
    mail.set_content("\n\n".join(rest))
    mail.add_alternative(page_html(name), subtype="html")
    mail.add_attachment(
        (FIXTURES / f"{name}.odt").read_bytes(), maintype="application", subtype="octet-stream",
        filename=f"پیوست {name}.odt",
    )  # fmt: skip
    (FIXTURES / f"{name}.eml").write_bytes(mail.as_bytes())


def make_layout(work: Path) -> None:
    """Talk, verses and paragraphs as programs align, justify and print them."""
    target = FIXTURES / "layout.pdf"
    fodt = work / "layout.fodt"
    fodt.write_text(short_fodt("layout", align="justify"), "utf-8")
    convert(fodt, "pdf", target)
    lines = "".join(f"<p>{escape(text)}</p>" for text in paragraphs("layout"))
    styles = {
        # LibreOffice aligns right-to-left pages at the left.
        "left": 'p{font-family:"DejaVu Sans"}',
        "chromium": 'p{font-family:"DejaVu Sans"}',
        "indented": 'p{font-family:"Noto Naskh Arabic";margin:0;text-indent:2em;'
        "text-align:justify}",
    }
    for name, style in styles.items():
        page = work / f"layout.{name}.html"
        page.write_text(
            '<!doctype html><html dir="rtl" lang="fa"><meta charset="utf-8"><title>x</title>'
            f"<style>{style}</style><body>{lines}</body></html>",
            "utf-8",
        )
        target = FIXTURES / f"layout.{name}.pdf"
        if name == "left":
            convert(page, "pdf:writer_pdf_Export", target, "--infilter=HTML (StarWriter)")
        else:
            print_page(page, target)


def make_scan(work: Path) -> None:
    """A page that was printed and scanned: a picture in a PDF."""
    run("pdftoppm", "-r", "150", "-gray", "-jpeg", FIXTURES / "flagged.pdf", work / "scan")
    picture = next(work.glob("scan*.jpg"))
    page = work / "scan.html"
    page.write_text(
        f'<style>@page{{margin:0;size:A4}}body{{margin:0}}</style><img src="{picture.name}" '
        'style="width:100%">',
        "utf-8",
    )
    print_page(page, FIXTURES / "flagged.scan.pdf")


def make_tables(work: Path) -> None:
    """The short texts as rows of a spreadsheet."""
    table = FIXTURES / "posts.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["شناسه", "تاریخ", "متن"])
        for number, name in enumerate(SHORT, 1):
            text = (SOURCES / f"{name}.txt").read_text("utf-8")
            rows.writerow([f"post-{number}", f"2024-05-0{number}", text.strip()])
    # 44: comma, 34: quote, 76: UTF-8.
    with tempfile.TemporaryDirectory() as folder:
        run(
            "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
            "--infilter=CSV:44,34,76", "--convert-to", "xlsx", "--outdir", folder, table,
        )  # fmt: skip
        shutil.move(Path(folder) / "posts.xlsx", FIXTURES / "posts.xlsx")


def make_archive(work: Path) -> None:
    """A season's publications in one archive, with folders and a Persian file name."""
    folder = work / "archive"
    (folder / "بهار").mkdir(parents=True)
    shutil.copy(FIXTURES / "flagged.docx", folder / "بهار" / "خبرنامه.docx")
    shutil.copy(FIXTURES / "permitted.pdf", folder / "permitted.pdf")
    shutil.copy(SOURCES / "dari.txt", folder / "dari.txt")
    shutil.copy(FIXTURES / "posts.csv", folder / "posts.csv")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    target = FIXTURES / "season.zip"
    target.unlink(missing_ok=True)
    run("zip", "-r", "-X", target, ".", cwd=folder)


def make_locked(work: Path) -> None:
    """Files that only a password opens."""
    fodt = work / "locked.fodt"
    fodt.write_text(short_fodt("permitted"), "utf-8")
    options = (
        '{"EncryptFile":{"type":"boolean","value":"true"},'
        '"DocumentOpenPassword":{"type":"string","value":"secret"}}'
    )
    convert(fodt, f"pdf:writer_pdf_Export:{options}", FIXTURES / "locked.pdf")
    target = FIXTURES / "locked.zip"
    target.unlink(missing_ok=True)
    run("zip", "-j", "-X", "-P", "secret", target, SOURCES / "dari.txt")


def versions() -> str:
    """One line for each program that made the fixtures."""
    first = {
        "LibreOffice": ("soffice", "--version"),
        "Chromium": ("chromium", "--version"),
        "poppler": ("pdftoppm", "-v"),
        "Info-ZIP zip": ("zip", "-v"),
    }
    lines = []
    for name, command in first.items():
        done = run(*command)
        output = (done.stdout or done.stderr).decode().splitlines()
        line = next(
            text for text in output if any(c.isdigit() for c in text) and "opyright" not in text
        )
        lines.append(f"{name}: {line.strip()}")
    lines.append(f"Python (encodings, e-mail): {sys.version.split()[0]}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make every fixture anew."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in SHORT:
            make_short(name, work)
        fodt = work / "report.fodt"
        fodt.write_text(report_fodt(), "utf-8")
        for kind in ("docx", "odt", "rtf", "pdf"):
            convert(fodt, kind, FIXTURES / f"report.{kind}")
        make_layout(work)
        make_scan(work)
        make_tables(work)
        make_archive(work)
        make_locked(work)
    (FIXTURES / "VERSIONS.txt").write_text(versions(), "utf-8")


if __name__ == "__main__":
    main()
