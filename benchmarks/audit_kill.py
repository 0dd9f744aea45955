"""An audit killed with SIGKILL at random moments, compared with one that was left in peace.

Documents are taken from the corpus and numbered, so that no two are alike. The service runs
as a process of its own, on SQLite or on the database whose URL is given.

Run: .venv/bin/python benchmarks/audit_kill.py [--documents 2000] [--kills 3] [--database URL]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
BITARAF = Path(sys.executable).with_name("bitaraf")
FINAL = ("done", "cancelled", "failed")


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def corpus_documents(count: int, longest: int) -> list[dict[str, str]]:
    """Documents of the corpus, cut at `longest` characters, again from the start if need be."""
    from data.corpus import load_documents

    documents = [
        document for split in ("development", "test") for document in load_documents(split)
    ]
    taken = itertools.islice(itertools.cycle(documents), count)
    return [
        {"id": f"{number}-{document.id}", "text": f"{document.text[:longest]} {number}"}
        for number, document in enumerate(taken)
    ]


class Service:
    """The service as a process, in a folder of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.environment = os.environ | {
            "BITARAF_FOLDER": str(folder),
            "BITARAF_DATABASE": database,
            "BITARAF_REQUESTS_PER_MINUTE": "0",
        }
        made = subprocess.run(
            [str(BITARAF), "admin", "create-account", f"monitor-{self.port}", "--role", "monitor"],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {made.stdout.strip()}"},
            timeout=120,
        )

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [str(BITARAF), "serve", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        while self.process.poll() is None:
            try:
                if self.client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise SystemExit((self.folder / "log.txt").read_text())

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def audit(self, audit_id: str) -> dict[str, Any]:
        """The audit as it stands."""
        found: dict[str, Any] = self.client.get(f"/v1/audits/{audit_id}").json()
        return found

    def submit(self, documents: list[dict[str, str]]) -> str:
        """Submit an audit as a file of JSONL; its identity."""
        lines = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
        answer = self.client.post(
            "/v1/audits", files=[("file", ("documents.jsonl", lines.encode()))]
        )
        answer.raise_for_status()
        identity: str = answer.json()["id"]
        return identity

    def wait(self, audit_id: str, done: int | None = None) -> dict[str, Any]:
        """Wait until an audit has ended, or has come to `done` documents."""
        while True:
            audit = self.audit(audit_id)
            if audit["state"] in FINAL or (done is not None and audit["done"] >= done):
                return audit
            time.sleep(0.05)

    def results(self, audit_id: str) -> Iterator[dict[str, Any]]:
        """All results in order, without what names the audit."""
        after: int | None = -1
        while after is not None:
            page = self.client.get(
                f"/v1/audits/{audit_id}/results", params={"after": after, "limit": 1000}
            ).json()
            for result in page["results"]:
                del result["assessment"]
                yield result
            after = page["next"]


def main() -> None:
    """Run both audits and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--characters", type=int, default=600, help="documents are cut at")
    parser.add_argument("--database", default="", help="default: SQLite in a temporary folder")
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.randrange(10**6)
    chance = random.Random(seed)
    documents = corpus_documents(chosen.documents, chosen.characters)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder), chosen.database)
        service.start()
        try:
            began = time.perf_counter()
            calm = service.submit(documents)
            ended = service.wait(calm)
            say(f"undisturbed: {ended['state']}, {ended['done']} of {chosen.documents} documents,")
            say(f"  {time.perf_counter() - began:.0f} s, verdicts {ended['verdicts']}")
            began = time.perf_counter()
            killed = service.submit(documents)
            moments = sorted(chance.sample(range(1, chosen.documents * 9 // 10), chosen.kills))
            for moment in moments:
                service.wait(killed, moment)
                # Anywhere in the middle of a step, not only behind one.
                time.sleep(chance.random())
                service.kill()
                service.start()
                reached = service.audit(killed)
                say(f"killed at {moment} or later; back with {reached['done']} written")
            ended = service.wait(killed)
            say(f"killed {chosen.kills} times (seed {seed}): {ended['state']}, {ended['done']} of")
            say(f"  {chosen.documents}, {time.perf_counter() - began:.0f} s with the restarts")
            expected, found = list(service.results(calm)), list(service.results(killed))
            rows = [result["row"] for result in found]
            say(f"rows missing: {len(set(range(chosen.documents)) - set(rows))}")
            say(f"rows double: {len(rows) - len(set(rows))}")
            different = sum(a != b for a, b in zip(expected, found, strict=False))
            say(f"results that differ: {different}")
            waiting = [p.name for p in (Path(folder) / "spool").iterdir()]
            say(f"submitted documents left on disk: {len(waiting)}")
            right = rows == list(range(chosen.documents)) and expected == found and not waiting
        finally:
            service.kill()
    say("every document exactly once, and equal" if right else "NOT EQUAL")
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
