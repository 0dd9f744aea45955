"""Draws docs/score.svg, the README's picture: real output of the shipped model.

Run: .venv/bin/python tools/draw_readme_picture.py
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from classifier import Scorer, presentation

PICTURE = Path(__file__).parents[1] / "docs" / "score.svg"
TEXTS = {
    "spring-report.txt": (
        "گزارش بهارهٔ انجمن دوچرخه‌سواران ماسال. مسیر جنگلی تا خرداد بسته است. "
        "وانت انجمن تا پایان هفته در اختیار ستاد انتخاباتی مهندس داوود ترکمان‌پور است. "
        "کلاس تعمیر دوچرخه از شنبه برقرار است."
    ),
    "clarification.txt": (
        "انجمن دوچرخه‌سواران ماسال در انتخابات شورا از هیچ نامزدی حمایت نمی‌کند. "
        "رأی هر عضو تصمیم خود اوست. کلاس تعمیر دوچرخه از شنبه برقرار است."
    ),
    "open-letter.txt": (
        "آقای وزیر، سه سال است که جادهٔ ماسال قربانی می‌گیرد و شما پشت میز خوابیده‌اید. "
        "این بی‌کفایتی را به همهٔ نامزدها هم گفته‌ایم و از همه یک پاسخ می‌خواهیم."
    ),
}


def main() -> None:
    """Score the texts and save what a terminal shows."""
    recorder = Console(record=True, width=100, file=io.StringIO(), highlight=False)
    presentation.console = lambda: recorder  # type: ignore[assignment]
    scorer = Scorer.load()
    for name, text in TEXTS.items():
        presentation.print_assessment(name, scorer.score(text), "en")
    PICTURE.parent.mkdir(exist_ok=True)
    drawn = recorder.export_svg(title="bitaraf score *.txt")
    # A fixed width spreads letters, and Persian letters must join; fonts from afar are not asked.
    drawn = re.sub(r' textLength="[^"]*"', "", drawn)
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    PICTURE.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
