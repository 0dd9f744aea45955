"""What tests share: the shipped model, loaded once, and a service started for real."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of a real service process, with small limits so that they can be met."""
    port = free_port()
    log = tmp_path_factory.mktemp("service") / "log.txt"
    environment = os.environ | {
        "BITARAF_MAX_CHARACTERS": "20000",
        "BITARAF_MAX_BATCH": "5",
        "BITARAF_MAX_BODY_BYTES": "200000",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(BITARAF), "serve", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    client.log = log  # type: ignore[attr-defined]
    try:
        for _ in range(200):
            try:
                if client.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail(f"the service did not start: {log.read_text()}")
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(timeout=20)
