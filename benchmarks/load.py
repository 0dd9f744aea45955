"""The service under load: many clients at once, its throughput beside the bare library's.

Run: .venv/bin/python benchmarks/load.py [--clients 50] [--seconds 120] [--workers 1]

The library and the service take turns on the same cores, several times in one run, so that
the ratio holds on a machine that does other things too. The clients' own work is on these
cores as well, and counts against the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BITARAF = Path(sys.executable).with_name("bitaraf")
SENTENCES = (
    "در جلسهٔ این هفتهٔ کتابخانه دربارهٔ سقف چکه‌کن و نوبت قصه‌خوانی گفت‌وگو شد.",
    "کلاس تعمیر دوچرخه از شنبه برقرار است و نام‌نویسی تا پنج‌شنبه ادامه دارد.",
    "انجمن در انتخابات شورا از هیچ نامزدی حمایت نمی‌کند و رأی هر عضو تصمیم خود اوست.",
    "گزارش مالی سه‌ماههٔ نخست با امضای خزانه‌دار روی تابلوی ساختمان نصب شده است.",
    "شهرداری به نامهٔ ما دربارهٔ روشنایی کوچه پاسخ نداده و ما پیگیری می‌کنیم.",
)
SENTENCES_OF_A_TEXT = 8
_LIBRARY = """
import json, time
from classifier import Scorer
scorer, texts = Scorer.load(), json.loads(input())
scorer.score(texts[0])
for line in iter(input, "end"):
    end, count = time.perf_counter() + float(line), 0
    began = time.perf_counter()
    while time.perf_counter() < end:
        scorer.score(texts[count % len(texts)])
        count += 1
    print(count / (time.perf_counter() - began), count, flush=True)
"""


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def texts() -> list[str]:
    """Some hundred different texts of about a hundred words."""
    count = len(SENTENCES)
    return [
        f"{number}. "
        + " ".join(SENTENCES[(number + i * 3) % count] for i in range(SENTENCES_OF_A_TEXT))
        for number in range(100)
    ]


@contextmanager
def service(folder: Path, workers: int) -> Iterator[tuple[subprocess.Popen[bytes], int, str]]:
    """The service as a process: itself, its port, and an author's key."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BITARAF_FOLDER": str(folder),
        "BITARAF_REQUESTS_PER_MINUTE": "0",
        "BITARAF_WORKERS": str(workers),
    }
    made = subprocess.run(
        [BITARAF, "admin", "create-account", "load", "--role", "author", "--json"],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [BITARAF, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        while process.poll() is None and not is_ready(port):
            time.sleep(0.2)
        yield process, port, json.loads(made.stdout)["token"]
    finally:
        process.terminate()
        process.wait()


def is_ready(port: int) -> bool:
    """Whether the service answers that it is."""
    try:
        return asyncio.run(once(port, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
    except OSError:
        return False


async def once(port: int, request: bytes) -> int:
    """Send one request; the answer's status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await answer(reader)
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; its status. As little work as can be: it is on the service's cores."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head[9:12])


async def load(port: int, token: str, clients: int, seconds: float) -> Counter[int]:
    """Send texts from many clients at once, each as soon as it has its answer."""
    requests = []
    for text in texts():
        body = json.dumps({"text": text}).encode()
        requests.append(
            b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
            % (token.encode(), len(body), body)
        )
    statuses: Counter[int] = Counter()
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(requests[number % len(requests)])
            status = await answer(reader)
            statuses[status] += 1
            number += clients + 1
            if status in (429, 503):
                await asyncio.sleep(1)
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    return statuses


def megabytes(process: int) -> float:
    """Memory of a process and its children, what they share counted once."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                if str(process) in (folder.name, parent):
                    rollup = (folder / "smaps_rollup").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in rollup if line[:4] == "Pss:")
            except OSError:
                continue
    return total / 1024


def work_of(process: int) -> float:
    """Seconds of processor time that a process and its ended and living children took."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if str(process) in (folder.name, fields[1]):
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120, help="of load in all")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    part = chosen.seconds / chosen.rounds
    with tempfile.TemporaryDirectory() as folder:
        library = subprocess.Popen(
            [sys.executable, "-c", _LIBRARY],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert library.stdin
        assert library.stdout
        library.stdin.write(json.dumps(texts()) + "\n")
        library.stdin.flush()
        with service(Path(folder), chosen.workers) as (process, port, token):
            asyncio.run(load(port, token, chosen.clients, min(part, 3)))
            start = megabytes(process.pid)
            ratios, bare, served = [], [], []
            bare_work, served_work, bare_texts = 0.0, 0.0, 0
            statuses: Counter[int] = Counter()
            for _ in range(chosen.rounds):
                before = work_of(library.pid)
                library.stdin.write(f"{part / 2}\n")
                library.stdin.flush()
                rate, count = library.stdout.readline().split()
                bare.append(float(rate))
                bare_texts += int(count)
                bare_work += work_of(library.pid) - before
                before = work_of(process.pid)
                began = time.perf_counter()
                seen = asyncio.run(load(port, token, chosen.clients, part))
                served.append(seen[200] / (time.perf_counter() - began))
                served_work += work_of(process.pid) - before
                ratios.append(served[-1] / bare[-1])
                statuses += seen
            end = megabytes(process.pid)
        library.stdin.write("end\n")
        library.stdin.close()
        library.wait()
    total = statuses.total()
    others = total - statuses[200] - statuses[429] - statuses[503]
    say(f"{chosen.clients} clients, {chosen.seconds:g} s, {chosen.workers} worker(s):")
    say(f"  {statistics.median(served):.1f} texts per second,")
    say(f"  the bare library {statistics.median(bare):.1f}: ratio {statistics.median(ratios):.2f}")
    say(
        f"  processor time of a text: {1000 * served_work / statuses[200]:.0f} ms, "
        f"in the bare library {1000 * bare_work / bare_texts:.0f} ms"
    )
    shares = {status: statuses[status] for status in (200, 429, 503)} | {"other": others}
    say(f"  answers: {', '.join(f'{k} {v / total:.1%}' for k, v in shares.items())} of {total}")
    say(f"  memory: {start:.0f} MB at the start, {end:.0f} MB at the end")


if __name__ == "__main__":
    main()
