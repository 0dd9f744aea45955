"""Recognising scanned pages with Tesseract, an optional program that knows Persian."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import lru_cache
from typing import Any

from classifier.readers.pdf.lines import Line

_LONGEST_SIDE = 4_000
_DOTS_PER_INCH = 300
_SECONDS_A_PAGE = 40


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether Tesseract and its Persian data are installed."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "fas" in done.stdout.decode("utf-8", "replace").split()


def recognise(page: Any, number: int) -> list[Line]:
    """The paragraphs of a page's picture, each as one line; empty if it cannot be read.

    The picture goes through a pipe: nothing is written to disk.
    """
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(width, height, 1))
    bitmap = page.render(scale=scale, grayscale=True)
    header = f"P5 {bitmap.width} {bitmap.height} 255\n".encode()
    rows = memoryview(bitmap.buffer).cast("B")
    stride = bitmap.stride
    picture = header + b"".join(
        bytes(rows[i * stride : i * stride + bitmap.width]) for i in range(bitmap.height)
    )
    bitmap.close()
    program = shutil.which("tesseract")
    if program is None:
        return []
    command = [program, "stdin", "stdout", "-l", "fas", "--dpi", str(round(72 * scale))]
    try:
        done = subprocess.run(
            command,
            input=picture,
            capture_output=True,
            timeout=_SECONDS_A_PAGE,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return _lines(done.stdout.decode("utf-8", "replace"), number)


def _lines(text: str, number: int) -> list[Line]:
    text = text.replace("\u200e", "").replace("\u200f", "").replace("\f", "\n\n")
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    # Places are made up so that each paragraph stands on its own.
    return [
        Line(part, 0.0, 1.0, -30.0 * place, 10.0, 1.0, page=number, table_row=True)
        for place, part in enumerate(part for part in paragraphs if part)
    ]
