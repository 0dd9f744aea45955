"""Switching models without a pause."""

import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.bundle import read_manifest, resolve_bundle
from classifier.bundle.build import seal_built
from classifier.bundle.manifest import BUILT_FILES, GRAPH, WEIGHTS
from serve.client import Client, ProblemError
from serve.roles import Role
from tests.conftest import PARTISAN


def other_model(folder: Path, name: str) -> str:
    """A bundle with the shipped weights and a version of its own."""
    source = resolve_bundle()
    folder.mkdir(parents=True)
    for file in BUILT_FILES:
        try:
            os.link(source / file, folder / file)
        except OSError:  # on another file system
            shutil.copyfile(source / file, folder / file)
    return seal_built(folder, replace(read_manifest(source), name=name).sealed()).version


def broken(folder: Path) -> str:
    """A bundle whose graph was changed after it was sealed."""
    version = other_model(folder, "broken")
    data = bytearray((folder / GRAPH).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / GRAPH).unlink()
    (folder / GRAPH).write_bytes(data)
    return version


@pytest.fixture
def shelf(tmp_path) -> Path:
    """A folder of models."""
    return tmp_path / "models"


def test_a_model_is_switched_and_rolled_back_while_texts_are_scored(start_service, shelf):
    second = other_model(shelf / "second", "second")
    service = start_service(models=str(shelf))
    author = Client(service.base_url, service.token(Role.AUTHOR))
    admin = Client(service.base_url, service.token(Role.ADMIN))
    first = admin.models()["active"]
    assert {m["version"] for m in admin.models()["models"]} == {first, second}
    with pytest.raises(ProblemError) as caught:
        admin.roll_back_model()
    assert caught.value.code == "conflict"

    seen: list[str] = []
    done = threading.Event()

    def score() -> None:
        while not done.is_set():
            answers = author.score_batch([PARTISAN] * 3)
            seen.append(answers[0]["model"])
            # What one request brought is read by one model.
            assert len({a["model"] for a in answers}) == 1

    readers = [threading.Thread(target=score) for _ in range(3)]
    for reader in readers:
        reader.start()
    activated = admin.activate_model(second)
    assert (activated["active"], activated["previous"]) == (second, first)
    assert author.score(PARTISAN)["model"] == second
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= {first, second}
    assert f'bitaraf_model{{version="{second}"}} 1.0' in admin.metrics()
    assert f'bitaraf_model{{version="{first}"}} 0.0' in admin.metrics()

    service.stop()
    service.start()
    assert author.score(PARTISAN)["model"] == second
    assert admin.roll_back_model()["active"] == first
    assert author.score(PARTISAN)["model"] == first
    acts = [(e["action"], e["object"]) for e in admin.log() if e["action"].startswith("model.")]
    assert acts == [("model.activate", second), ("model.rollback", first)]


def test_another_process_follows(start_service, shelf):
    second = other_model(shelf / "second", "second")
    service = start_service("postgresql", models=str(shelf))
    other = type(service)(service.folder / "other", service.url, models=str(shelf)).start()
    try:
        token = service.token(Role.ADMIN)
        Client(service.base_url, token).activate_model(second)
        follower = Client(other.base_url, token)
        waited = threading.Event()
        for _ in range(50):
            if follower.model()["version"] == second:
                break
            waited.wait(0.2)
        assert follower.model()["version"] == second
    finally:
        other.stop()


def test_a_broken_or_unknown_model_is_refused_and_the_present_one_stays(start_service, shelf):
    version = broken(shelf / "broken")
    (shelf / "torn").mkdir()
    (shelf / "torn" / "bundle.json").write_text("{")
    service = start_service(models=str(shelf))
    admin = Client(service.base_url, service.token(Role.ADMIN))
    before = admin.models()["active"]
    faults = {m["folder"]: m["fault"] for m in admin.models()["models"]}
    assert "bundle.json" in faults["torn"]
    for name, code, told in (
        (version, "unusable_model", "model.onnx"),
        ("torn", "unusable_model", "bundle.json"),
        ("none", "not_found", ""),
    ):
        with pytest.raises(ProblemError) as caught:
            admin.activate_model(name)
        assert caught.value.code == code
        assert told in caught.value.detail
    assert admin.models()["active"] == before
    author = Client(service.base_url, service.token(Role.AUTHOR))
    assert author.score(PARTISAN)["model"] == before


def test_a_service_whose_activated_model_is_gone_starts_with_its_own(start_service, shelf):
    second = other_model(shelf / "second", "second")
    service = start_service(models=str(shelf))
    admin = Client(service.base_url, service.token(Role.ADMIN))
    first = admin.models()["active"]
    admin.activate_model(second)
    service.stop()
    (shelf / "second" / WEIGHTS).unlink()
    service.start()
    assert admin.models()["active"] == first
    assert WEIGHTS in service.log.read_text()
