"""A real Chromium, as `tools/setup_browser.py` brings it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parents[2] / ".venv" / "browser"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless Chromium; FileNotFoundError says how to bring a missing one."""
    program = Path(os.environ.get("BITARAF_BROWSER") or FOLDER / "chromium")
    if not program.is_file():
        raise FileNotFoundError(f"{program} is missing; run tools/setup_browser.py")
    environment: dict[str, str | float | bool] = {
        **os.environ,
        "LD_LIBRARY_PATH": str(FOLDER / "libraries" / "lib"),
        "FONTCONFIG_PATH": str(FOLDER),
        "LANG": "C.UTF-8",
    }
    # Not --single-process, as its package starts it: it ends with the first context that closes.
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=arguments, env=environment, headless=True
        )
        yield started
        started.close()
