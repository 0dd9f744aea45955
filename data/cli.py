"""Commands of the corpus: ``bitaraf data check|stats|show|import``."""

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
    """Check the corpus: schema, offsets, copies, leaks between splits, broken pairs.

    Exit code 0: sound; 1: faults, one a line. Example: bitaraf data check
    """
    from data.checks import check as run

    splits = _load(corpus)
    faults = list(run(splits))
    if as_json:
        typer.echo(json.dumps({"faults": faults}, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(fault)
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

    Example: bitaraf data show w1-kerman-iftar
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
    drafts: Annotated[list[Path], typer.Argument(help="Draft files (see data/drafts.py).")],
    hand: Annotated[str, typer.Option("--hand", help="Who wrote them, as a short name.")],
    split: Annotated[str, typer.Option("--split", help="train, development or test.")] = "train",
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring drafts into the corpus: marks become offsets, every document is validated.

    Replaces what the corpus holds of that hand in that split.
    Example: bitaraf data import drafts/*.txt --hand anna --split train
    """
    from data.corpus import CORPUS, SPLITS, import_drafts, write_documents

    if split not in SPLITS:
        raise fail(f"--split is one of {', '.join(SPLITS)}, not {split!r}")
    path = (corpus or CORPUS) / split / f"{hand}.jsonl"
    try:
        count = write_documents(import_drafts(drafts, hand), path)
    except (ValueError, OSError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"documents": count, "path": str(path)}))
    else:
        typer.echo(f"{count} texts written to {path}")
