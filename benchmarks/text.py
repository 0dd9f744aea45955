"""Text handling beside hazm: speed, and whether hazm's spelling would make verdicts better.

Run: .venv/bin/python benchmarks/text.py [--documents N]

Speeds are characters a second, given as ratios within this run. Verdicts are those of the
shipped model on development documents, clean and damaged, read as they are and read after
hazm's normaliser (which keeps no offsets, so that its evidence could not be shown).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from classifier import Scorer
from classifier.text import normalise, split_sentences, unreadable_reason
from data.corpus import load_documents
from data.noise import add_noise
from training.metrics import average_precision

NOISES = ("", "zwnj_lost", "zwnj_to_space", "missing_spaces", "typing_slips", "ocr_confusions")


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def speed(work: Callable[[str], object], texts: list[str], rounds: int = 3) -> float:
    """Characters a second, median of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for text in texts:
            work(text)
        times.append(time.perf_counter() - began)
    return sum(map(len, texts)) / statistics.median(times)


def import_seconds(module: str) -> float:
    """Seconds that importing a module takes in a process of its own."""
    bare, whole = (min(_seconds(code) for _ in range(3)) for code in ("pass", f"import {module}"))
    return whole - bare


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=60)
    count = parser.parse_args().documents
    documents = [d for d in load_documents("development") if d.unit == "document"]
    texts = [d.text for d in documents]

    import hazm

    normalizer, sentences = hazm.Normalizer(), hazm.SentenceTokenizer()

    def ours(text: str) -> None:
        unreadable_reason(text)
        split_sentences(normalise(text).text)

    def theirs(text: str) -> None:
        sentences.tokenize(normalizer.normalize(text))

    of_ours, of_hazm = speed(ours, texts), speed(theirs, texts)
    say(f"characters a second: ours {of_ours:,.0f}, with offsets, language and disguises;")
    say(f"  hazm's normaliser and sentences {of_hazm:,.0f}: ours is {of_ours / of_hazm:.1f} times")
    if importlib.util.find_spec("rishe"):
        import rishe

        pipeline = rishe.Pipeline()

        def of_rishe(text: str) -> None:
            pipeline.sent_tokenize(pipeline.normalize(text))

        say(f"  rishe's pipeline: {speed(of_rishe, texts) / of_ours:.1f} times ours")
    hazm_start, our_start = import_seconds("hazm"), import_seconds("classifier.text")
    say(f"start-up: hazm {hazm_start:.1f} s, ours {our_start:.2f} s")
    one = documents[0].text
    long = {n: one * (n * 1000 // len(one)) for n in (125, 1000)}
    times = {}
    for size, text in long.items():
        began = time.perf_counter()
        ours(text)
        times[size] = time.perf_counter() - began
    say(f"1 MB of text takes {times[1000] / times[125]:.1f} times as long as 125 KB (linear: 8)")

    scorer = Scorer.load()
    chosen = documents[:count]
    labels = np.array([d.label == "partisan" for d in chosen])
    say(f"verdicts on {count} development documents, as they are | after hazm's normaliser")
    clean = {
        road: [scorer.score(read(d.text)) for d in chosen]
        for road, read in (("ours", str), ("hazm", normalizer.normalize))
    }
    for noise in NOISES:
        row = []
        for road, read in (("ours", str), ("hazm", normalizer.normalize)):
            damaged = [
                add_noise(d.text, [], [noise] if noise else [], i).text
                for i, d in enumerate(chosen)
            ]
            assessed = [scorer.score(read(text)) for text in damaged]
            scores = np.array([a.score if a.score is not None else 0.5 for a in assessed])
            flips = sum(a.verdict != b.verdict for a, b in zip(assessed, clean[road], strict=True))
            row.append(f"AP {average_precision(labels, scores):.3f}, {flips:2d} flips")
        say(f"  {noise or 'clean':<16} {' | '.join(row)}")


if __name__ == "__main__":
    main()
