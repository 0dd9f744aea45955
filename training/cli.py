"""Commands ``train`` and ``evaluate``; what they need comes with the training extra."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Annotated

import typer

from classifier.cli import JsonOption, ModelOption, fail


def _need_training_extra() -> None:
    missing = [n for n in ("torch", "transformers", "datasets") if not importlib.util.find_spec(n)]
    if missing:
        raise fail(
            f"this needs the training parts ({', '.join(missing)}); run: make setup-training"
        )


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the run.")] = Path(
        "runs/default"
    ),
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; default: training/default.toml.")
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", help="A hub's name or a path; default: as configured."),
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder with train/, development/, test/.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Instead of the configured one.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune an encoder on the corpus and make a calibrated bundle of it.

    Says first what it will need, shows progress, and can be stopped (Ctrl-C) and resumed.
    Exit code 0: done; 2: an error; 130: stopped, resumable.

    Examples:

      bitaraf train --output runs/mine

      bitaraf train --encoder intfloat/multilingual-e5-small --output runs/hub

      bitaraf train --resume --output runs/mine
    """
    _need_training_extra()
    from data.corpus import CORPUS
    from data.schema import CorpusError
    from training.config import DEFAULT_CONFIG, load_config
    from training.fine_tune import TrainingInterruptedError
    from training.train import train as run

    try:
        chosen = load_config(config or DEFAULT_CONFIG)
        changed = {k: v for k, v in (("encoder", encoder), ("seed", seed)) if v is not None}
        manifest = run(
            chosen.model_copy(update=changed),
            output,
            corpus=corpus or CORPUS,
            resume=resume,
            say=lambda line: typer.echo(line, err=True),
        )
    except TrainingInterruptedError as error:
        typer.echo(f"bitaraf: {error}", err=True)
        raise typer.Exit(130) from error
    except (CorpusError, ValueError, OSError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"version": manifest.version, "metrics": manifest.metrics}))
    else:
        from classifier.presentation import print_model

        print_model(
            {
                "version": manifest.version,
                "codebook": manifest.codebook,
                "encoder": manifest.encoder["name"],
                "window": manifest.window,
                "calibration": manifest.calibration.__dict__,
                "metrics": manifest.metrics,
            }
        )


def evaluate(
    documents: Annotated[
        Path | None,
        typer.Argument(help="Annotated JSONL in the codebook's format; default: the test split."),
    ] = None,
    model: ModelOption = None,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Fit the baselines too, and compare.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure a model on annotated documents that it was not trained on.

    Examples:

      bitaraf evaluate

      bitaraf evaluate my-documents.jsonl --model runs/mine/built --json

      bitaraf evaluate --baselines
    """
    _need_training_extra()
    from classifier.bundle import BundleError, resolve_bundle
    from classifier.encoder import EncoderNotFoundError
    from classifier.runtime import Runtime
    from data.corpus import load_documents
    from data.schema import CorpusError, Document, read_documents
    from training.calibrate import read_set
    from training.evaluate import evaluate_set

    try:
        texts = list(read_documents(documents, Document)) if documents else load_documents("test")
        runtime = Runtime(resolve_bundle(model))
    except (CorpusError, BundleError, EncoderNotFoundError, OSError) as error:
        raise fail(str(error)) from error
    read = read_set(runtime, texts)
    metrics = evaluate_set(read, runtime.manifest)
    if baselines:
        from training.baselines import compare_documents

        metrics["baselines"] = compare_documents(load_documents("train"), read, runtime.manifest)
    if as_json:
        typer.echo(json.dumps({"model": runtime.manifest.version, **metrics}, ensure_ascii=False))
        return
    from classifier.presentation import print_model

    print_model(
        {
            "version": runtime.manifest.version,
            "codebook": runtime.manifest.codebook,
            "encoder": runtime.manifest.encoder["name"],
            "window": runtime.manifest.window,
            "calibration": {},
            "metrics": metrics,
        }
    )
