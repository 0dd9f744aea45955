"""Commands of the scoring library: ``score``, ``audit`` and ``model``."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.assessment import Assessment
    from classifier.readers import Desk, Document, LeftOut, Unread
    from classifier.scorer import Scorer

EXIT_NEEDS_LOOK, EXIT_ERROR, EXIT_PARTIAL = 1, 2, 3

model_app = typer.Typer(no_args_is_help=True, help="Look at, verify or build the model.")

ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model", envvar="BITARAF_MODEL", help="A model bundle's folder; default: the shipped one."
    ),
]
TextColumnOption = Annotated[
    str | None,
    typer.Option("--text-column", help="Field or column that holds the text, in tables."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of prose.")]
PriorOption = Annotated[
    float | None,
    typer.Option(
        "--prior",
        help="Share of partisan texts that you expect, such as 0.03: scores are given at that "
        "share, not at the half of calibration. Verdicts stay.",
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", envvar="BITARAF_THREADS", min=1, help="Threads; default: the cores."),
]


def fail(message: str) -> typer.Exit:
    """Print an error for people and return the exit to raise."""
    typer.echo(f"bitaraf: {message}", err=True)
    return typer.Exit(EXIT_ERROR)


def load_scorer(model: Path | None, threads: int | None, prior: float | None = None) -> Scorer:
    """A scorer, or a clean exit with the reason why not."""
    from classifier.bundle import BundleError
    from classifier.encoder import EncoderNotFoundError
    from classifier.scorer import Scorer

    try:
        return Scorer.load(model, threads, prior)
    except (BundleError, EncoderNotFoundError, ValueError) as error:
        raise fail(str(error)) from error


def score(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE…|-]",
            help="TXT, Markdown, HTML, DOCX, ODT, RTF, PDF, EML, CSV, XLSX, JSONL, or a ZIP of "
            "these; '-' or nothing for standard input.",
        ),
    ] = None,
    as_json: JsonOption = False,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Exit with 1 if any text is flagged or for review."),
    ] = False,
    language: Annotated[
        str, typer.Option("--language", help="Language of the explanations: en or fa.")
    ] = "en",
    text_column: TextColumnOption = None,
    prior: PriorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Score documents: one assessment each, with the sentences that led to it.

    Every row of a table and every file of an archive is a document of its own.
    Exit code 0: done; 1: with --exit-code, something to look at; 2: something cannot be read.

    Examples:

      bitaraf score statement.txt report.pdf

      cat post.txt | bitaraf score - --json

      bitaraf score --exit-code drafts/*.docx && echo "nothing to look at"
    """
    from classifier.readers import Desk, Document, Unread

    scorer: Scorer | None = None
    needs_look = unread = False
    with Desk() as desk:
        for name in files or ["-"]:
            for item in _open(desk, name, text_column):
                if not isinstance(item, Document):
                    unread |= isinstance(item, Unread)
                    typer.echo(f"bitaraf: {item}", err=True)
                    continue
                scorer = scorer or load_scorer(model, threads, prior)
                assessment = scorer.score_document(item)
                needs_look |= assessment.verdict in ("flagged", "review")
                _print(item, assessment, as_json=as_json, language=language)
        _tell_limits(desk)
    if unread:
        raise typer.Exit(EXIT_ERROR)
    if exit_code and needs_look:
        raise typer.Exit(EXIT_NEEDS_LOOK)


def _open(desk: Desk, name: str, text_column: str | None) -> Iterator[Document | Unread | LeftOut]:
    from classifier.readers.limits import LARGEST_FILE

    if name != "-":
        return desk.read_file(Path(name), name, text_column)
    data = sys.stdin.buffer.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise fail(f"standard input is larger than {LARGEST_FILE // 1_000_000} MB; save it first")
    return desk.read_bytes("-", data, text_column)


def _print(document: Document, assessment: Assessment, *, as_json: bool, language: str) -> None:
    from classifier.presentation import print_assessment

    if as_json:
        shown = replace(assessment, id=None) if document.id == "-" else assessment
        typer.echo(json.dumps(shown.to_dict(), ensure_ascii=False))
    else:
        print_assessment(document.id, assessment, "fa" if language == "fa" else "en")


def _tell_limits(desk: Desk) -> None:
    if not desk.bounded:
        typer.echo(
            "bitaraf: this system does not limit the memory of the reader of documents; "
            "open files from strangers elsewhere",
            err=True,
        )


def audit(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="Files and folders: TXT, Markdown, HTML, DOCX, ODT, RTF, PDF, EML, CSV, XLSX, "
            "JSONL, and ZIP of these."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write: .jsonl, .csv or .parquet.")
    ],
    text_column: TextColumnOption = None,
    prior: PriorOption = None,
    as_json: JsonOption = False,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Assess many documents, as a stream: one line each, in the order of the input.

    Rows and files that hold no document are told by name; the rest goes on.
    Exit code 0: all was assessed; 3: something could not be read; 2: an error.

    Examples:

      bitaraf audit posts.jsonl --output assessed.jsonl

      bitaraf audit export.csv season.zip archive/ --text-column caption -o season.parquet

      bitaraf audit season.zip --prior 0.03 -o season.csv
    """
    from classifier.audit import InputError, find_files, open_inputs, open_output, run_audit
    from classifier.presentation import audit_progress
    from classifier.readers import Desk

    try:
        found = find_files(inputs)
        total = sum(path.stat().st_size for path in found.files)
        if output.parent != Path() and not output.parent.is_dir():
            raise fail(f"{output.parent}: no such folder to write to")
        scorer = load_scorer(model, threads, prior)
        with (
            Desk() as desk,
            open_output(output) as writer,
            audit_progress(total, quiet=as_json) as advance,
        ):

            def tell(item: Unread | LeftOut) -> None:
                typer.echo(f"bitaraf: {item}", err=True)

            rows = open_inputs(found, desk, text_column)
            summary = run_audit(rows, scorer, writer, tell, advance)
            _tell_limits(desk)
    except (InputError, ValueError) as error:
        raise fail(str(error)) from error
    except OSError as error:
        raise fail(f"{error.filename or output}: {error.strerror or error}") from error
    except KeyboardInterrupt as error:
        typer.echo(f"bitaraf: stopped; what was done stands in {output}.partial", err=True)
        raise typer.Exit(130) from error
    if as_json:
        counts = {
            "documents": summary.documents,
            "repeated": summary.repeated,
            "bad_rows": summary.bad_rows,
            "verdicts": dict(summary.verdicts),
            "model": scorer.manifest.version,
            "output": str(output),
        }
        typer.echo(json.dumps(counts, ensure_ascii=False))
    else:
        counted = ", ".join(f"{n} {v}" for v, n in sorted(summary.verdicts.items())) or "none"
        typer.echo(
            f"{summary.documents} documents ({counted}); "
            f"{summary.bad_rows} rows could not be read; written to {output}",
            err=True,
        )
    if summary.bad_rows:
        raise typer.Exit(EXIT_PARTIAL)


@model_app.command("info")
def model_info(model: ModelOption = None, as_json: JsonOption = False) -> None:
    """Show the model's version, thresholds and measured quality.

    Example: bitaraf model info --json
    """
    from dataclasses import asdict

    from classifier.bundle import BundleError, read_manifest
    from classifier.bundle.build import DEFAULT_RELEASE

    try:
        manifest = read_manifest(model or DEFAULT_RELEASE)
    except BundleError as error:
        raise fail(str(error)) from error
    shown = {
        "version": manifest.version,
        "codebook": manifest.codebook,
        "encoder": manifest.encoder["name"],
        "window": manifest.window,
        "calibration": asdict(manifest.calibration),
        "training": manifest.training,
        "metrics": manifest.metrics,
    }
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    from classifier.presentation import print_model

    print_model(shown)


@model_app.command("verify")
def model_verify(model: ModelOption = None, as_json: JsonOption = False) -> None:
    """Check every file of the model against its hash; exit code 2 if one differs.

    Example: bitaraf model verify --model my-model/
    """
    from classifier.bundle import BundleError, read_manifest, resolve_bundle, verify_files
    from classifier.bundle.build import DEFAULT_RELEASE
    from classifier.encoder import EncoderNotFoundError

    source = model or DEFAULT_RELEASE
    try:
        manifest = read_manifest(source)
        verify_files(source, manifest)
        built = resolve_bundle(source)
        verify_files(built, read_manifest(built))
    except (BundleError, EncoderNotFoundError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"version": manifest.version, "sound": True, "built": str(built)}))
    else:
        typer.echo(f"{manifest.version}: every file is as it was written ({built})")


@model_app.command("build")
def model_build(
    model: ModelOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Build into this folder, not the cache.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Join the shipped release with the encoder's weights; done once, in seconds.

    Example: bitaraf model build
    """
    from classifier.bundle import BundleError, build, read_manifest, resolve_bundle, verify_files
    from classifier.bundle.build import DEFAULT_RELEASE
    from classifier.encoder import EncoderNotFoundError

    source = model or DEFAULT_RELEASE
    try:
        built = build(source, output) if output else resolve_bundle(source, repair=True)
        manifest = read_manifest(built)
        verify_files(built, manifest)
    except (BundleError, EncoderNotFoundError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"version": manifest.version, "built": str(built)}))
    else:
        typer.echo(f"{manifest.version} is ready in {built}")
