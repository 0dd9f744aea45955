"""Draws docs/self-check.png, the README's picture of the page: the shipped model in a real browser.

Run: .venv/bin/python tools/draw_self_check.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.service.conftest import Service  # noqa: E402
from tests.web.chromium import running_chromium  # noqa: E402
from tests.web.conftest import Watched  # noqa: E402

PICTURE = ROOT / "docs" / "self-check.png"
SIZE = {"width": 1280, "height": 1300}
TEXT = """\
انجمن دوستداران رودخانهٔ سیاه‌دره گزارش کار پاییز را منتشر می‌کند. داوطلبان ما سه کیلومتر از \
کنارهٔ رود را پاک کردند و برای دو مدرسهٔ روستایی کتابخانه ساختند.

شهرداری دو سال است که فاضلاب را بی‌تصفیه به رود می‌ریزد و به نامه‌های ما پاسخ نمی‌دهد. این \
بی‌اعتنایی پذیرفتنی نیست و همچنان پیگیر آن هستیم.

شعبه‌های اخذ رأی از ساعت هشت صبح باز است. رأی دادن یا ندادن تصمیم خود هر کس است.

انجمن ما از مهندس بهرام دل‌آسا در انتخابات شورای شهر حمایت می‌کند؛ روز جمعه به او رأی دهید. \
مینی‌بوس انجمن تا پایان هفته در اختیار ستاد انتخاباتی ایشان است.

کلاس شنای کودکان از شنبه آغاز می‌شود."""


def main() -> None:
    """Check the text on the page of a service of its own, and save what is seen."""
    with tempfile.TemporaryDirectory() as folder, running_chromium() as browser:
        service = Service(Path(folder), f"sqlite:///{folder}/bitaraf.db").start()
        try:
            page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
            page.goto(f"{service.base_url}/#fa")
            Watched(page, service.base_url).check(TEXT)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=PICTURE)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
