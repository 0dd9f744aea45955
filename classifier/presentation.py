"""How results look in a terminal: verdicts in words, evidence highlighted in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from classifier.assessment import Assessment
from classifier.codebook import PROTECTED_KINDS, RULES
from classifier.readers import printable

Language = Literal["en", "fa"]

_RULES = {rule.name: rule for rule in RULES}
_KINDS = {kind.name: kind for kind in PROTECTED_KINDS}
_STYLES = {"clear": "green", "review": "yellow", "flagged": "red", "abstained": "dim"}
_VERDICTS: dict[Language, dict[str, str]] = {
    "en": {
        "clear": "clear - nothing found that takes sides",
        "review": "review - a person should look at the passages below",
        "flagged": "flagged - takes sides, as it seems; a person decides",
        "abstained": "abstained - cannot be judged",
    },
    "fa": {
        "clear": "بی‌اشکال - جانب‌داری دیده نشد",
        "review": "نیازمند بازبینی - یک نفر بخش‌های زیر را ببیند",
        "flagged": "نشان‌دار - گویا جانب کسی را گرفته است؛ تصمیم با انسان است",
        "abstained": "بی‌نظر - نمی‌توان داوری کرد",
    },
}
REASONS: dict[Language, dict[str, str]] = {
    "en": {
        "empty": "the text is empty",
        "too_short": "fewer than five words in Persian script",
        "other_language": "not in Persian or Dari",
        "latin_script_persian": "Persian in Latin letters",
        "unreadable": "broken encoding or unreadable scan",
    },
    "fa": {
        "empty": "متن خالی است",
        "too_short": "کمتر از پنج واژه به خط فارسی دارد",
        "other_language": "به فارسی یا دری نیست",
        "latin_script_persian": "فارسی با حروف لاتین نوشته شده است",
        "unreadable": "رمزگذاری متن خراب یا اسکن آن ناخواناست",
    },
}
# What the reading of a document had to do or leave out; "{}" is what stands behind the colon.
NOTES: dict[Language, dict[str, str]] = {
    "en": {
        "encoding": "not UTF-8: read as {}",
        "ocr": "a scan: its letters were recognised by a program and may be wrong",
        "macros_ignored": "it holds macros; they were neither run nor read",
        "headers_left_out": "running headers and footers were left out",
        "menus_left_out": "menus and what else stands beside the text were left out",
        "comments_left_out": "comments were left out",
        "deletions_left_out": "what is marked as deleted was left out",
        "cut": "not read whole: the reading ends at page {}",
        "cut:damaged_end": "not read whole: the end of the file is damaged",
        "cut:damaged_letters": "some letters are damaged and were replaced",
        "unread_pages": "{} pages are pictures without text and were not read",
        "obfuscated": "letters seem disguised; they were read as what they mean",
        "prior": "the score holds where {} of the texts are partisan",
    },
    "fa": {
        "encoding": "متن UTF-8 نبود و با {} خوانده شد",
        "ocr": "اسکن است: حروف را برنامه‌ای بازشناخته و شاید نادرست باشد",
        "macros_ignored": "ماکرو دارد؛ نه اجرا شد و نه خوانده شد",
        "headers_left_out": "سرصفحه و پاصفحه کنار گذاشته شد",
        "menus_left_out": "منوها و آنچه در کنار متن است کنار گذاشته شد",
        "comments_left_out": "یادداشت‌های حاشیه کنار گذاشته شد",
        "deletions_left_out": "بخش‌های حذف‌شده کنار گذاشته شد",
        "cut": "همهٔ آن خوانده نشد: تا صفحهٔ {} خوانده شد",
        "cut:damaged_end": "همهٔ آن خوانده نشد: پایان پرونده خراب است",
        "cut:damaged_letters": "برخی حروف خراب بود و جایگزین شد",
        "unread_pages": "{} صفحه تصویر بدون متن است و خوانده نشد",
        "obfuscated": "گویا حروف را تغییر شکل داده‌اند؛ به معنای اصلی خوانده شد",
        "prior": "امتیاز برای جایی است که سهم متن‌های جانبدار {} باشد",
    },
}
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian_digits(value: object) -> str:
    """A number, or whatever holds digits, with Persian ones."""
    return str(value).translate(_PERSIAN_DIGITS)


def console() -> Console:
    """A console that leaves Persian alone: no wrapping inside words, UTF-8 in a pipe too."""
    return Console(highlight=False, soft_wrap=True)


def _page(number: int | None, language: Language) -> str:
    """The page of a passage in words; nothing for a text without pages."""
    if number is None:
        return ""
    if language == "en":
        return f"  (page {number})"
    return f"  (صفحهٔ {persian_digits(number)})"


def note_in_words(code: str, language: Language) -> str:
    """A note of an Assessment for people; a code without words is shown as it is."""
    name, _, value = code.partition(":")
    words = NOTES[language].get(code) or NOTES[language].get(name)
    if language == "fa":
        value = persian_digits(value) if name != "encoding" else value
    return words.format(value.removeprefix("page-")) if words else code


def print_assessment(name: str, assessment: Assessment, language: Language) -> None:
    """Print one assessment for people: verdict, the text's evidence, what is protected."""
    out = console()
    style = _STYLES[assessment.verdict]
    title = "text" if name == "-" else printable(name)
    out.print(Text(title, style="bold"))
    verdict = Text(f"  {_VERDICTS[language][assessment.verdict]}", style=style)
    if assessment.abstained_reason:
        verdict.append(f": {REASONS[language][assessment.abstained_reason]}")
    if assessment.score is not None:
        verdict.append(f"  ({assessment.score:.2f})", style="dim")
    out.print(verdict)
    passages = {(e.start, e.end): e for e in assessment.evidence}
    for first in passages.values():
        passage = Text("  ▌ ", style=style)
        passage.append(" ".join(first.text.split()), style=f"bold {style}")
        passage.append(_page(first.page, language), style="dim")
        out.print(passage)
        for item in assessment.evidence:
            if (item.start, item.end) == (first.start, first.end):
                rule = _RULES[item.rule]
                words = rule.english if language == "en" else rule.persian
                out.print(Text(f"    {rule.code} {item.rule} ({item.probability:.2f}): {words}"))
    for code in assessment.notes:
        label = "note" if language == "en" else "یادداشت"
        out.print(Text(f"  {label}: {note_in_words(code, language)}", style="dim"))
    kinds = dict.fromkeys(p.kind for p in assessment.protected)
    if kinds:
        out.print(Text("  protected: " if language == "en" else "  مجاز: ", style="dim"), end="")
        out.print(Text(", ".join(f"{_KINDS[k].code} {k}" for k in kinds), style="dim"))


def print_model(shown: dict[str, Any]) -> None:
    """Print a model's description as a table."""
    table = Table(show_header=False, box=None)
    for key in ("version", "codebook", "encoder", "window"):
        table.add_row(key, str(shown[key]))
    for key, value in shown["calibration"].items():
        table.add_row(key.replace("_", " "), str(value))
    for unit, metrics in shown["metrics"].items():
        for key, value in metrics.items():
            table.add_row(f"{unit.replace('_', ' ')}: {key.replace('_', ' ')}", str(value))
    console().print(table)


@contextmanager
def audit_progress(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar by bytes on standard error; yields a function that advances it."""
    progress = Progress(
        TextColumn("{task.percentage:>3.0f} %"),
        BarColumn(),
        TextColumn("{task.fields[documents]} documents"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )
    with progress:
        task = progress.add_task("audit", total=max(total, 1), documents=0)
        count = 0

        def advance(consumed: int) -> None:
            nonlocal count
            count += 1
            progress.update(task, advance=consumed, documents=count)

        yield advance
