"""Starts ``bitaraf`` with a clock of its own: a file says by how many seconds it is off.

Run: python -m tests.service.shifted FILE serve --port 8000
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from bitaraf import main
from serve.storage import tables


def shift_clock(path: Path) -> None:
    """Have this process read a clock that `path` sets, from now on."""
    true_time = time.time

    def off() -> float:
        return float(path.read_text() or 0)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=off())

    time.time = lambda: true_time() + off()
    # The one place where the service asks for the present moment.
    tables.datetime = Shifted


if __name__ == "__main__":
    shift_clock(Path(sys.argv.pop(1)))
    main()
