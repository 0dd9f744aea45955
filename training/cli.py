"""Commands ``train`` and ``evaluate``; what they need comes with the training extra."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.cli import JsonOption, ModelOption, fail

if TYPE_CHECKING:
    from classifier.bundle import Manifest


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
    _show(manifest, as_json)


def trials(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A trial's name; may be repeated.")
    ] = None,
    seed: Annotated[
        list[int] | None, typer.Option("--seed", help="Instead of the file's; may be repeated.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="TOML file; default: training/trials.toml.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the runs, one below it for each.")
    ] = Path("runs/trials"),
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder with train/, development/, test/.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="JSON lines; default: docs/trials.jsonl.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the table of what was run, and run nothing.")
    ] = False,
) -> None:
    """Train and measure recipes that differ in one thing each, with several seeds.

    A run that was stopped is gone on with; a run whose folder is complete is made again.
    Exit code 0: done; 2: an error; 130: stopped, resumable.

    Examples:

      bitaraf trials --only default --only no-twins-no-rivals

      bitaraf trials --show
    """
    _need_training_extra()
    from data.corpus import CORPUS
    from data.schema import CorpusError
    from training import trials as module
    from training.fine_tune import TrainingInterruptedError

    table = results or module.RESULTS
    try:
        if not show:
            known, seeds = module.load_trials(file or module.TRIALS)
            names = {t.name for t in known}
            if unknown := sorted(set(only or ()) - names):
                raise fail(f"no trial {unknown[0]!r}; there are: {', '.join(sorted(names))}")
            for trial in known:
                for chosen in (seed or seeds) if not only or trial.name in only else ():
                    folder = output / f"{trial.name}-{chosen}"
                    half = any((folder / "checkpoints").glob("checkpoint-*"))
                    typer.echo(f"{trial.name}, seed {chosen}", err=True)
                    row = module.run_trial(
                        trial,
                        chosen,
                        folder,
                        corpus=corpus or CORPUS,
                        resume=half and not (folder / "built").exists(),
                        say=lambda line: typer.echo(line, err=True),
                    )
                    module.append_row(row, table)
        typer.echo(module.table(module.read_rows(table)))
    except TrainingInterruptedError as error:
        typer.echo(
            "bitaraf: stopped; go on with the --only NAME --seed N that did not end", err=True
        )
        raise typer.Exit(130) from error
    except (CorpusError, ValueError, OSError) as error:
        raise fail(str(error)) from error


def recalibrate(
    run: Annotated[Path, typer.Argument(help="The folder that `bitaraf train` wrote.")],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder with development/ and test/.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fit score and thresholds anew, for a development or test split that has grown.

    The weights stay; the model gets a new version, for its verdicts may change.

    Example: bitaraf recalibrate runs/default
    """
    _need_training_extra()
    from classifier.bundle import BundleError
    from data.corpus import CORPUS
    from data.schema import CorpusError
    from training.train import recalibrate as again

    try:
        manifest = again(run, corpus=corpus or CORPUS, say=lambda line: typer.echo(line, err=True))
    except (BundleError, CorpusError, OSError) as error:
        raise fail(str(error)) from error
    _show(manifest, as_json)


def _show(manifest: Manifest, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"version": manifest.version, "metrics": manifest.metrics}))
        return
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
    report: Annotated[
        Path, typer.Option("--report", help="The HTML page to write; figures as .json beside it.")
    ] = Path("runs/evaluation.html"),
    noise_sample: Annotated[
        int,
        typer.Option("--noise-sample", min=0, help="Documents damaged in every way; 0: none."),
    ] = 120,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="A B", help="Two bundles: what B gains and loses."),
    ] = None,
    baselines: Annotated[
        bool,
        typer.Option("--baselines", help="Compare with simpler models (needs make baselines)."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure a model on annotated documents that it was not trained on.

    Writes one page with plots, tables and the worst errors, and the figures as JSON.

    Examples:

      bitaraf evaluate

      bitaraf evaluate my-documents.jsonl --model runs/mine/built --report mine.html

      bitaraf evaluate --compare models/default runs/mine/built

      bitaraf evaluate --baselines
    """
    _need_training_extra()
    from classifier.bundle import BundleError, resolve_bundle
    from classifier.encoder import EncoderNotFoundError
    from classifier.runtime import Runtime
    from data.corpus import load_documents
    from data.schema import CorpusError, Document, read_documents
    from training.report import compare_bundles, measure, write_comparison, write_report

    try:
        texts = list(read_documents(documents, Document)) if documents else load_documents("test")
        if compare:
            comparison = compare_bundles(*compare, texts)
            write_comparison(comparison, report.with_suffix(".json"))
            _say_comparison(comparison, report.with_suffix(".json"), as_json)
            return
        runtime = Runtime(resolve_bundle(model))
        figures = measure(runtime, texts, noise_sample)
        if baselines:
            from training.baselines import compare_documents

            figures.values["baselines"] = compare_documents(
                load_documents("train"), figures.documents
            )
        write_report(figures, runtime.manifest, report)
    except (CorpusError, BundleError, EncoderNotFoundError, OSError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps(figures.values, ensure_ascii=False))
        return
    from classifier.presentation import print_model

    shown = ("documents", "items", "contrast_pairs", "swaps", "baselines")
    print_model(
        {
            "version": runtime.manifest.version,
            "codebook": runtime.manifest.codebook,
            "encoder": runtime.manifest.encoder["name"],
            "window": runtime.manifest.window,
            "calibration": {},
            "metrics": {k: v for k, v in figures.values.items() if k in shown},
        }
    )
    typer.echo(f"The whole report: {report}", err=True)


def _say_comparison(comparison: dict[str, Any], path: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(comparison, ensure_ascii=False))
        return
    for side in ("before", "after"):
        metrics = comparison[side]
        typer.echo(
            f"{side:>6} {metrics['model']}: average precision {metrics['average_precision']}, "
            f"recall at 1 % false flags {metrics['recall_at_1_percent']}"
        )
    typer.echo(
        f"Of {comparison['texts']} texts {comparison['better']} are judged better, "
        f"{comparison['worse']} worse:"
    )
    for row in comparison["changed"]:
        sign = "+" if row["gain"] > 0 else "-"
        before, after = row["before"], row["after"]
        typer.echo(
            f"  {sign} {row['id']} ({row['label']}): {before[0]} {before[1]:.3f} "
            f"-> {after[0]} {after[1]:.3f}"
        )
    typer.echo(f"The same as JSON: {path}", err=True)
