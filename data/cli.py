"""Commands of the corpus: ``bitaraf data check|stats|show|import|export|agreement|datasheet``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from classifier.cli import JsonOption, fail

app = typer.Typer(no_args_is_help=True, help="Look at, check and extend the corpus.")

CorpusOption = Annotated[
    Path | None, typer.Option("--corpus", help="Folder with train/, development/, test/.")
]


def _load(corpus: Path | None) -> dict:
    from data.corpus import CORPUS, SPLITS, load_documents
    from data.schema import CorpusError

    try:
        return {split: load_documents(split, corpus or CORPUS) for split in SPLITS}
    except (CorpusError, OSError) as error:
        raise fail(str(error)) from error


@app.command()
def check(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Check the corpus: schema, offsets, copies, leaks, balance, twins, real persons.

    Says also how well length, punctuation, genre, organisation, region and election alone
    tell labels apart (area under the ROC curve; 0.5 is chance). Exit code 0: sound; 1: faults,
    one a line. Example: bitaraf data check
    """
    from data.checks import check as run
    from data.checks import leak_faults
    from data.leaks import find_leaks

    splits = _load(corpus)
    leaks = find_leaks([d for documents in splits.values() for d in documents])
    faults = [*run(splits), *leak_faults(leaks)]
    if as_json:
        areas = {leak.feature: round(leak.area, 4) for leak in leaks}
        typer.echo(json.dumps({"faults": faults, "label_leaks": areas}, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(fault)
        for leak in leaks:
            typer.echo(f"{leak.feature} alone: area under the curve {leak.area:.2f}", err=True)
        typer.echo(f"{sum(map(len, splits.values()))} texts, {len(faults)} faults", err=True)
    if faults:
        raise typer.Exit(1)


@app.command()
def stats(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Count documents by label, rule, protected kind, split, genre and length.

    Example: bitaraf data stats --json
    """
    from data.statistics import statistics

    counted = statistics(_load(corpus))
    if as_json:
        typer.echo(json.dumps(counted, ensure_ascii=False))
        return
    for key, value in counted.items():
        typer.echo(f"{key}: {json.dumps(value, ensure_ascii=False)}")


@app.command()
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A document's id.")],
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print one document with its label and evidence.

    Example: bitaraf data show w7-kerman-qanat-report
    """
    for split, documents in _load(corpus).items():
        for document in documents:
            if document.id == identity:
                if as_json:
                    typer.echo(document.model_dump_json())
                    return
                typer.echo(f"{document.id} · {split} · {document.label} · {document.genre}")
                typer.echo(f"\n{document.text}\n")
                for span in document.evidence:
                    typer.echo(f"{span.category}: {document.text[span.start : span.end]}")
                if document.confusers:
                    typer.echo(f"protected: {', '.join(document.confusers)}")
                return
    raise fail(f"no document has the id {identity!r}")


@app.command("import")
def import_(
    hand: Annotated[
        str, typer.Option("--hand", help="Who wrote them: a new name, for its file is replaced.")
    ],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Drafts, or one file of an annotation tool.")
    ] = None,
    reviews: Annotated[
        Path | None, typer.Option("--reviews", help="What a service exported of its reviews.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="train, development or test.")] = "train",
    form: Annotated[
        str, typer.Option("--format", help="drafts, jsonl, label-studio or argilla.")
    ] = "drafts",
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Whose annotations count, where several did.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write there instead of into the corpus.")
    ] = None,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring documents into the corpus: marks become offsets, every document is validated.

    Replaces what the corpus holds of that hand in that split. With --reviews, what people
    confirmed or overturned in a service (GET /v1/reviews/export) becomes training documents.
    Such texts are real: keep them in a corpus of your own (--corpus or --output).

    Examples:

      bitaraf data import drafts/*.txt --hand anna --split train

      bitaraf data import --reviews bitaraf-reviews.jsonl --hand desk --output desk.jsonl

      bitaraf data import project.json --format label-studio --hand anna --output second.jsonl
    """
    from data.corpus import CORPUS, SPLITS, import_drafts, write_documents
    from data.exchange import FORMATS, import_documents
    from data.reviews import LeftOut, import_reviews

    if bool(files) == (reviews is not None):
        raise fail("give either files or --reviews FILE; see bitaraf data import --help")
    if reviews is not None and split != "train":
        raise fail("--reviews: what reviewers decided is for training; leave --split out")
    if split not in SPLITS:
        raise fail(f"--split is one of {', '.join(SPLITS)}, not {split!r}")
    if form not in ("drafts", *FORMATS):
        raise fail(f"--format is one of drafts, {', '.join(FORMATS)}, not {form!r}")
    path = output or (corpus or CORPUS) / split / f"{hand}.jsonl"
    left_out: list[LeftOut] = []
    given = files or []
    try:
        if reviews is not None:
            documents, left_out = import_reviews(reviews, hand)
        elif form == "drafts":
            documents = import_drafts(given, hand)
        else:
            documents = [d for f in given for d in import_documents(f, form, annotator)]  # type: ignore[arg-type]
        count = write_documents(documents, path)
    except (ValueError, OSError) as error:
        raise fail(str(error)) from error
    for decision in left_out:
        where = f"{reviews}: row {decision.row}: {decision.identity}"
        typer.echo(f"{where}: left out: {decision.reason}", err=True)
    if as_json:
        typer.echo(json.dumps({"documents": count, "path": str(path)}))
    else:
        typer.echo(f"{count} texts written to {path}")


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    form: Annotated[
        str, typer.Option("--format", help="label-studio, argilla or jsonl.")
    ] = "label-studio",
    split: Annotated[
        str | None, typer.Option("--split", help="One split only; default: all.")
    ] = None,
    hand: Annotated[str | None, typer.Option("--hand", help="One writer only.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="document or item only.")] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="So many, drawn at random (seeded).")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Without labels, for a second reader.")
    ] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write documents for an annotation tool, with the tool's configuration beside them.

    Example: bitaraf data export --format label-studio --blind --sample 100 -o tasks.json
    """
    import random

    from data.exchange import FORMATS, export_documents

    if form not in FORMATS:
        raise fail(f"--format is one of {', '.join(FORMATS)}, not {form!r}")
    splits = _load(corpus)
    if split is not None and split not in splits:
        raise fail(f"--split is one of {', '.join(splits)}, not {split!r}")
    documents = [
        d
        for name, of_split in splits.items()
        for d in of_split
        if split in (None, name)
        and unit in (None, d.unit)
        and (hand is None or d.id.startswith(f"{hand}-"))
    ]
    if sample is not None and sample < len(documents):
        documents = random.Random(0).sample(documents, sample)
    if not documents:
        raise fail("no document fits; see: bitaraf data stats")
    try:
        count = export_documents(documents, output, form, blind=blind)  # type: ignore[arg-type]
    except OSError as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"documents": count, "path": str(output)}))
    else:
        typer.echo(f"{count} texts written to {output}")


@app.command()
def agreement(
    second: Annotated[Path, typer.Argument(help="A second reading, in the corpus format.")],
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a second, blind reading with the corpus: kappa, overlap, disagreements.

    Example: bitaraf data agreement data/readings/second.jsonl
    """
    from data.agreement import agreement as compare
    from data.schema import CorpusError, Document, read_documents

    splits = _load(corpus)
    try:
        result = compare(
            [d for documents in splits.values() for d in documents],
            read_documents(second, Document),
        )
    except (CorpusError, ValueError, OSError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False))
        return
    typer.echo(f"documents read twice: {result.documents}")
    typer.echo(f"label: {result.label_share:.1%} the same, kappa {result.label_kappa:.3f}")
    typer.echo(
        f"evidence: found by both in {result.evidence_found:.1%}, "
        f"overlap {result.evidence_overlap:.2f}"
    )
    for title, values in (("rules", result.rule_kappa), ("kinds", result.kind_kappa)):
        typer.echo(f"{title}: " + ", ".join(f"{k} {v:.2f}" for k, v in values.items()))
    if result.disagreements:
        typer.echo("disagreements: " + ", ".join(result.disagreements))


@app.command()
def datasheet(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: data/DATASHEET.md.")
    ] = None,
    corpus: CorpusOption = None,
) -> None:
    """Write the datasheet: composition, balance, leaks, agreement, with plots beside it.

    Example: bitaraf data datasheet
    """
    from data.agreement import agreement as compare
    from data.corpus import CORPUS
    from data.datasheet import draw_plots, render_datasheet
    from data.leaks import find_leaks
    from data.schema import Document, read_documents

    splits = _load(corpus)
    every = [d for documents in splits.values() for d in documents]
    path = output or Path(__file__).parent / "DATASHEET.md"
    second = (corpus or CORPUS).parent / "readings" / "second.jsonl"
    try:
        reading = compare(every, read_documents(second, Document)) if second.is_file() else None
        plots = draw_plots(splits, path.parent / "figures")
        beside = {caption: f"figures/{name}" for caption, name in plots.items()}
        path.write_text(
            render_datasheet(splits, find_leaks(every), reading, beside), encoding="utf-8"
        )
    except (ValueError, OSError) as error:
        raise fail(str(error)) from error
    typer.echo(f"written to {path}")
