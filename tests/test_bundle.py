import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from classifier import BundleError, Scorer
from classifier.bundle import build, read_manifest, resolve_bundle, verify_files
from classifier.bundle.build import DEFAULT_RELEASE
from classifier.bundle.changes import make_changes, restore
from classifier.bundle.manifest import CHANGES, GRAPH, WEIGHTS, WORDING
from classifier.runtime import Runtime
from tests.conftest import PARTISAN, PERMITTED

RELEASE_LIMIT = 8 * 1024 * 1024


@pytest.fixture
def release(tmp_path) -> Path:
    return Path(shutil.copytree(DEFAULT_RELEASE, tmp_path / "release"))


@pytest.fixture
def built(tmp_path) -> Path:
    return Path(shutil.copytree(resolve_bundle(), tmp_path / "built"))


def test_the_shipped_release_is_small():
    assert sum(p.stat().st_size for p in DEFAULT_RELEASE.iterdir()) <= RELEASE_LIMIT


def test_a_build_gives_the_very_model_that_is_cached(release, tmp_path):
    again = build(release, tmp_path / "again")
    assert read_manifest(again) == read_manifest(resolve_bundle())


def test_the_joined_model_equals_the_one_that_training_exported(runtime):
    from training.export import restore_network
    from training.train import verify_export

    texts = [PARTISAN, PERMITTED, PARTISAN * 12]
    assert verify_export(restore_network(DEFAULT_RELEASE), runtime, texts) < 1e-4


@pytest.mark.parametrize("name", [GRAPH, CHANGES, WORDING])
def test_a_release_with_a_broken_file_is_refused_by_name(release, tmp_path, name):
    data = bytearray((release / name).read_bytes())
    data[len(data) // 2] ^= 1
    (release / name).write_bytes(data)
    with pytest.raises(BundleError, match=f"{name}.*hash"):
        build(release, tmp_path / "target")
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("kind", ["release", "built"])
def test_a_file_that_has_no_hash_is_refused_by_name(kind, request):
    folder = request.getfixturevalue(kind)
    manifest = read_manifest(folder)
    files = {name: digest for name, digest in manifest.files.items() if name != WORDING}
    replace(manifest, files=files).write(folder)
    with pytest.raises(BundleError, match=f"no hash of {WORDING}"):
        verify_files(folder, read_manifest(folder))


def test_a_bundle_of_the_earlier_format_is_refused_with_advice(release):
    path = release / "bundle.json"
    path.write_text(path.read_text("utf-8").replace("bitaraf-bundle/3", "bitaraf-bundle/2"))
    with pytest.raises(BundleError, match="earlier version; train"):
        read_manifest(release)


def test_a_partial_release_is_refused_by_name(release, tmp_path):
    (release / CHANGES).unlink()
    with pytest.raises(BundleError, match=f"{CHANGES} is missing"):
        build(release, tmp_path / "target")


def test_a_built_model_with_a_flipped_bit_is_refused_on_loading(built):
    with (built / WEIGHTS).open("r+b") as file:
        file.seek(5_000_000)
        byte = file.read(1)
        file.seek(5_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(BundleError, match=f"{WEIGHTS}.*hash"):
        Runtime(built)


def test_changed_thresholds_are_noticed(release):
    path = release / "bundle.json"
    content = json.loads(path.read_text())
    content["calibration"]["flag_threshold"] = 0.01
    path.write_text(json.dumps(content))
    with pytest.raises(BundleError, match="changed"):
        read_manifest(release)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other/9"}', "null"])
def test_a_foreign_manifest_is_refused(tmp_path, content):
    (tmp_path / "bundle.json").write_text(content)
    with pytest.raises(BundleError, match=r"bundle\.json"):
        read_manifest(tmp_path)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match="not a model bundle"):
        Scorer.load(tmp_path)


def test_the_version_is_bound_to_the_thresholds(release):
    from dataclasses import replace

    manifest = read_manifest(release)
    moved = replace(manifest, calibration=replace(manifest.calibration, flag_threshold=0.999))
    assert moved.sealed().version != manifest.version
    assert manifest.sealed().version == manifest.version


@given(
    hnp.arrays(np.float32, (3, 64), elements=st.floats(-1, 1, width=32, allow_subnormal=False)),
    st.floats(1e-3, 1e3),
)
@settings(max_examples=60, deadline=None)
def test_differences_are_kept_to_a_third_of_their_usual_size(moved, scale):
    pretrained = {"w": np.zeros((3, 64), np.float32), "v": np.zeros((2, 5), np.float32)}
    trained = {"w": moved * np.float32(scale), "v": np.full((2, 5), scale, np.float32)}
    changes = make_changes(pretrained, trained)
    of_moved = np.concatenate([v.ravel() for v in trained.values() if v.any()])
    usual = np.sqrt(np.mean(of_moved**2))
    for name, value in trained.items():
        error = np.abs(restore(name, pretrained[name], changes) - value)
        assert error.max() <= 0.36 * usual


def test_differences_of_the_usual_kind_take_less_than_three_bits_a_weight():
    drawn = np.random.default_rng(2).normal(size=(384, 1536)).astype(np.float32)
    changes = make_changes({"w": np.zeros_like(drawn)}, {"w": drawn})
    assert sum(v.nbytes for v in changes.values()) * 8 < 3 * drawn.size


def test_changes_restore_what_was_trained():
    rng = np.random.default_rng(1)
    pretrained = {
        "w": rng.normal(size=(4, 64)).astype(np.float32),
        "b": rng.normal(size=8).astype(np.float32),
        "same": np.ones((2, 32), np.float32),
    }
    trained = {
        "w": pretrained["w"] + 0.01 * rng.normal(size=(4, 64)).astype(np.float32),
        "b": pretrained["b"] + 0.01,
        "same": pretrained["same"],
        "head": rng.normal(size=(3, 5)).astype(np.float32),
    }
    changes = make_changes(pretrained, trained)
    assert not any(key.startswith("same") for key in changes)
    for name, value in trained.items():
        assert np.allclose(restore(name, pretrained.get(name), changes), value, atol=4e-3)
