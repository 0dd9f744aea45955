"""Several worker processes: one port, one model in memory, one set of metrics."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from classifier import Scorer
from serve.operations.workers import _make_folder
from tests.conftest import PARTISAN, PERMITTED
from tests.service.conftest import Service


def workers_of(parent: int) -> list[int]:
    """Process numbers of the workers: children that run the server."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if int(stat[1]) == parent and b"spawn_main" in command:
                found.append(int(folder.name))
    return sorted(found)


def own_megabytes(process: int) -> float:
    """Memory that a process shares with no file: what another worker costs at least."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no Pss_Anon")


@pytest.fixture(scope="module")
def crew(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crew")
    service = Service(folder, f"sqlite:///{folder / 'bitaraf.db'}", workers="2", threads="1")
    service.start(wait=False).wait_until_ready(300)
    end = time.monotonic() + 60
    while len(workers_of(service.process.pid)) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    yield service
    if service.process.poll() is None:
        service.stop()


def test_the_weights_lie_in_memory_once(crew, scorer):
    answers = []
    for _ in range(12):
        # A connection each: the workers take turns at taking them.
        with crew.client() as client:
            answers.append(client.post("/v1/score", json={"text": PARTISAN}).json())
    assert {a["score"] for a in answers} == {scorer.score(PARTISAN).score}
    megabytes = [own_megabytes(process) for process in workers_of(crew.process.pid)]
    # The program itself takes some 80; laid out by each for itself, the weights add 80 more.
    assert len(megabytes) == 2
    assert max(megabytes) < 200


def test_metrics_are_those_of_all_workers(crew):
    before = _scored(crew)
    for _ in range(10):
        with crew.client() as client:
            client.post("/v1/score", json={"text": PERMITTED})
    assert _scored(crew) == before + 10


def _scored(crew: Service) -> float:
    with crew.client() as client:
        lines = client.get("/metrics").text.splitlines()
    name = 'bitaraf_requests_total{method="POST",route="/v1/score",status="200"} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_a_worker_that_dies_is_replaced_and_nobody_is_refused_for_long(crew):
    before = workers_of(crew.process.pid)
    os.kill(before[0], signal.SIGKILL)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        after = workers_of(crew.process.pid)
        if len(after) == 2 and before[0] not in after:
            break
        time.sleep(0.1)
    assert len(after) == 2
    assert before[1] in after
    crew.wait_until_ready()
    with crew.client() as client:
        assert "bitaraf_requests_in_progress 1.0" in client.get("/metrics").text


def test_all_stop_together_and_leave_nothing(crew):
    workers = workers_of(crew.process.pid)
    assert crew.stop() in (0, -15)
    assert not any(Path(f"/proc/{process}").exists() for process in workers)
    assert not list((crew.folder / "kept").glob("workers-*"))
    assert "Traceback" not in crew.log.read_text()


def test_workers_end_when_their_parent_was_killed(tmp_path):
    service = Service(tmp_path, f"sqlite:///{tmp_path / 'bitaraf.db'}", workers="2", threads="1")
    try:
        service.start(wait=False).wait_until_ready(300)
    finally:
        service.kill()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            httpx.get(f"{service.base_url}/healthz")
        except httpx.TransportError:
            break
        time.sleep(0.2)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{service.base_url}/healthz")
    left = list((tmp_path / "kept").glob("workers-*"))
    assert len(left) == 1
    # What it left behind is swept up by the next one.
    assert _make_folder(tmp_path / "kept").is_dir()
    assert not left[0].exists()


def test_a_model_laid_out_for_sharing_gives_the_very_same_scores(scorer, tmp_path):
    shared = Scorer.load(threads=1, shared=tmp_path)
    plain = Scorer.load(threads=1)
    for text in (PARTISAN, PERMITTED, PARTISAN * 12):
        assert shared.score(text) == plain.score(text)
    again = Scorer.load(threads=1, shared=tmp_path)
    assert again.score(PARTISAN) == plain.score(PARTISAN)
    assert [path.name for path in tmp_path.iterdir()] == [plain.manifest.version]
