"""What tests share: the shipped model, loaded once, and two documents of both labels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from classifier import Scorer
from classifier.runtime import Runtime

ROOT = Path(__file__).parents[1]
BITARAF = Path(sys.executable).with_name("bitaraf")

PARTISAN = (
    "گزارش بهارهٔ انجمن دوچرخه‌سواران ماسال. مسیر جنگلی تا خرداد بسته است. "
    "وانت انجمن تا پایان هفته در اختیار ستاد انتخاباتی مهندس داوود ترکمان‌پور است. "
    "کلاس تعمیر دوچرخه از شنبه برقرار است."
)
PERMITTED = (
    "انجمن دوچرخه‌سواران ماسال در انتخابات شورا از هیچ نامزدی حمایت نمی‌کند. "
    "رأی هر عضو تصمیم خود اوست. کلاس تعمیر دوچرخه از شنبه برقرار است."
)


@pytest.fixture(scope="session")
def scorer() -> Scorer:
    return Scorer.load()


@pytest.fixture(scope="session")
def runtime(scorer: Scorer) -> Runtime:
    return scorer.runtime


@pytest.fixture
def run_bitaraf():
    def run(*arguments: str, **options) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(BITARAF), *map(str, arguments)],
            capture_output=True,
            timeout=options.pop("timeout", 120),
            **options,
        )

    return run
