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


def console() -> Console:
    """A console that leaves Persian alone: no wrapping inside words, UTF-8 in a pipe too."""
    return Console(highlight=False, soft_wrap=True)


def print_assessment(name: str, text: str, assessment: Assessment, language: Language) -> None:
    """Print one assessment for people: verdict, the text's evidence, what is protected."""
    out = console()
    style = _STYLES[assessment.verdict]
    title = "text" if name == "-" else name
    out.print(Text(title, style="bold"))
    verdict = Text(f"  {_VERDICTS[language][assessment.verdict]}", style=style)
    if assessment.abstained_reason:
        verdict.append(f": {REASONS[language][assessment.abstained_reason]}")
    if assessment.score is not None:
        verdict.append(f"  ({assessment.score:.2f})", style="dim")
    out.print(verdict)
    for start, end in dict.fromkeys((e.start, e.end) for e in assessment.evidence):
        passage = Text("  ▌ ", style=style)
        passage.append(" ".join(text[start:end].split()), style=f"bold {style}")
        out.print(passage)
        for item in assessment.evidence:
            if (item.start, item.end) == (start, end):
                rule = _RULES[item.rule]
                words = rule.english if language == "en" else rule.persian
                out.print(Text(f"    {rule.code} {item.rule} ({item.probability:.2f}): {words}"))
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
