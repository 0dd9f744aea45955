"""Speed, start-up and memory, as ratios measured in one run on one machine.

Run: .venv/bin/python benchmarks/speed.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
BITARAF = Path(sys.executable).with_name("bitaraf")
TEXT = "در جلسهٔ این هفتهٔ کتابخانه دربارهٔ سقف چکه‌کن و نوبت قصه‌خوانی گفت‌وگو شد. "


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Median seconds of a piece of work."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def command(*arguments: str) -> Callable[[], object]:
    """A whole process, from start to end."""
    return lambda: subprocess.run(
        arguments, input=(TEXT * 2).encode(), stdout=subprocess.DEVNULL, check=True, cwd=ROOT
    )


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    bare = seconds(command(sys.executable, "-c", "import onnxruntime, tokenizers"))
    whole = seconds(command(str(BITARAF), "score", "--json"))
    say(f"start-up: `bitaraf score` on one short text {whole:.2f} s,")
    say(f"  {whole / bare:.1f} times the bare import of ONNX Runtime and tokenizers")

    from classifier import Scorer
    from classifier.text import normalise, split_sentences, unreadable_reason

    one, two = Scorer.load(threads=1), Scorer.load(threads=2)
    words = 100
    document = TEXT * (words // len(TEXT.split()))
    on_one = seconds(lambda: one.score(document))
    on_two = seconds(lambda: two.score(document))
    say(f"a document of {words} words: {1000 * on_one:.0f} ms on one thread,")
    say(f"  {on_one / on_two:.2f} times faster on two")

    def handle_text() -> None:
        unreadable_reason(document)
        split_sentences(normalise(document).text)

    say(f"text handling: {100 * seconds(handle_text) / on_one:.1f} % of scoring on one thread")
    long = seconds(lambda: two.score(document * 20), rounds=2)
    say(f"a document 20 times as long takes {long / on_two:.1f} times as long")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"memory at most, with two models loaded: {memory:.0f} MB")


if __name__ == "__main__":
    main()
