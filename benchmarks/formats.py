"""The same documents in every format, encoding and kind of damage: do verdicts stay?

Run: .venv/bin/python benchmarks/formats.py [--documents N] [--split development] [--noise NAME ...]

Documents of the test split are written by LibreOffice as DOCX, ODT, RTF and PDF, by Chromium as
PDF, and by us as HTML and in three encodings; each is read and scored again, and so is the text
after each kind of damage. Formats whose program is not on the PATH are left out. With `--noise`
only the damage named is measured; what is changed after looking at texts is looked at in
`--split development`.

Formats keep their words, so evidence is compared there by its words. Damage does not: a word
misspelt stays where it is. So the passages that the undamaged text was shown for are carried
through the damage, and compared by place with those that the damaged text is shown for:
*found* is the share of the letters and digits in the former that also lie in the latter, and
*wanted* the share of those in the latter that also lie in the former. Both are of all documents
together, and both are 100 % where the same passages are shown, however their words look.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from classifier import Scorer
from classifier.assessment import Assessment
from classifier.readers import Desk
from classifier.text import normalise
from data.corpus import load_documents
from data.noise import NOISES, add_noise
from data.schema import Document

_OFFICE = {
    "docx": ("docx:MS Word 2007 XML",),
    "odt": ("odt:writer8",),
    "rtf": ("rtf:Rich Text Format",),
    # Opened as a web page, the page is printed without its first paragraph.
    "pdf": ("pdf:writer_pdf_Export", "--infilter=HTML (StarWriter)"),
}
_FONT = "DejaVu Sans"


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def page(text: str) -> str:
    """A right-to-left page with the text's lines as paragraphs, for a browser or LibreOffice."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    return (
        '<!doctype html><html dir="rtl" lang="fa"><meta charset="utf-8"><title>x</title>'
        f'<style>p{{font-family:"{_FONT}"}}</style><body><main>{lines}</main></body></html>'
    )


def words(texts: list[str]) -> set[str]:
    """The words of some passages, normalised."""
    return {w for text in texts for w in re.findall(r"\w+", normalise(text).text)}


def office_files(documents: list[Document], folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """LibreOffice's files, format by format, in the order of the documents."""
    pages = []
    for number, document in enumerate(documents):
        path = folder / f"{number:03d}.html"
        path.write_text(page(document.text), "utf-8")
        pages.append(path)
    for kind, (office_filter, *options) in _OFFICE.items():
        target = folder / kind
        subprocess.run(
            [
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                *options, "--convert-to", office_filter, "--outdir", str(target), *map(str, pages),
            ],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip
        yield kind, [target / f"{number:03d}.{kind}" for number in range(len(documents))]


def printed_files(documents: list[Document], folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Chromium's PDFs, in the order of the documents."""
    paths = []
    for number, document in enumerate(documents):
        source = folder / f"printed-{number:03d}.html"
        source.write_text(page(document.text), "utf-8")
        paths.append(source.with_suffix(".pdf"))
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-background-networking", f"--user-data-dir={folder}/chromium",
                "--no-pdf-header-footer", f"--print-to-pdf={paths[-1]}", source.as_uri(),
            ],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
    yield "pdf of Chromium", paths


def plain_files(documents: list[Document], folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Our own files: a web page, UTF-16, UTF-8 with a mark."""
    writers: dict[str, tuple[str, Callable[[str], bytes]]] = {
        "HTML": ("html", lambda t: page(t).encode("utf-8")),
        "UTF-16": ("txt", lambda t: t.encode("utf-16")),
        "UTF-8 with a mark": ("txt", lambda t: t.encode("utf-8-sig")),
    }
    for name, (suffix, write) in writers.items():
        target = folder / name.replace(" ", "-")
        target.mkdir()
        paths = []
        for number, document in enumerate(documents):
            path = target / f"{number:03d}.{suffix}"
            path.write_bytes(write(document.text))
            paths.append(path)
        yield name, paths


def report(
    name: str, before: list[Assessment], after: Sequence[Assessment | None], evidence: str
) -> None:
    """One line: verdicts kept, how the evidence compares, the largest change of a score."""
    kept = sum(b is not None and a.verdict == b.verdict for a, b in zip(before, after, strict=True))
    moved = max(
        (abs((a.score or 0) - (b.score or 0)) for a, b in zip(before, after, strict=True) if b),
        default=0.0,
    )
    say(
        f"  {name:<20} verdicts {kept}/{len(before)}, {evidence}, "
        f"largest change of score {moved:.3f}"
    )


def same_words(before: list[Assessment], after: list[Assessment | None]) -> str:
    """How many of the evidence's words are evidence again."""
    found = wanted = 0
    for a, b in zip(before, after, strict=True):
        own = words([e.text for e in a.evidence])
        found += len(own & words([e.text for e in b.evidence])) if b else 0
        wanted += len(own)
    return f"evidence on the same words {found / max(1, wanted):.1%}"


def places(text: str, spans: Iterable[tuple[int, int]]) -> set[int]:
    """Where the letters and digits of some passages stand (code points); a kashida is no letter."""
    return {
        i for start, end in spans for i in range(start, end) if text[i].isalnum() and text[i] != "ـ"
    }


def damage(scorer: Scorer, documents: list[Document], before: list[Assessment], noise: str) -> None:
    """Damage each document, score it again, and print how verdicts and evidence compare."""
    after = []
    own = again = common = 0
    for number, (document, a) in enumerate(zip(documents, before, strict=True)):
        passages = [(e.start, e.end) for e in a.evidence]
        noised = add_noise(document.text, passages, [noise], number)
        b = scorer.score(noised.text)
        after.append(b)
        expected = places(noised.text, noised.spans)
        shown = places(noised.text, [(e.start, e.end) for e in b.evidence])
        own, again = own + len(expected), again + len(shown)
        common += len(expected & shown)
    evidence = f"evidence found {common / max(1, own):.1%}, wanted {common / max(1, again):.1%}"
    report(noise, before, after, evidence)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--split", choices=("development", "test"), default="test")
    parser.add_argument("--noise", nargs="+", choices=tuple(NOISES))
    asked = parser.parse_args()
    every = [d for d in load_documents(asked.split) if d.unit == "document"]
    documents = every[:: max(1, len(every) // asked.documents)][: asked.documents]
    scorer = Scorer.load()
    before = [scorer.score(d.text) for d in documents]
    if not asked.noise:
        in_formats(scorer, documents, before, asked.split)
    say(f"{len(documents)} documents of the {asked.split} split, damaged")
    for noise in asked.noise or NOISES:
        damage(scorer, documents, before, noise)


def in_formats(
    scorer: Scorer, documents: list[Document], before: list[Assessment], split: str
) -> None:
    """Write the documents in every format, score them again, and print how they compare."""
    with tempfile.TemporaryDirectory() as name, Desk() as desk:
        folder = Path(name)
        say(f"{len(documents)} documents of the {split} split, in other formats")
        makers = [plain_files(documents, folder)]
        if shutil.which("soffice"):
            makers.append(office_files(documents, folder))
        if shutil.which("chromium"):
            makers.append(printed_files(documents, folder))
        for maker in makers:
            for kind, paths in maker:
                after: list[Assessment | None] = []
                for path in paths:
                    read = [x for x in desk.read_file(path, path.name, None) if hasattr(x, "text")]
                    after.append(scorer.score_document(read[0]) if read else None)
                report(kind, before, after, same_words(before, after))


if __name__ == "__main__":
    main()
