"""The ``bitaraf`` command line, composed of each package's own commands."""

from __future__ import annotations

import io
import sys

import typer

from classifier import cli as classifier_cli
from data import cli as data_cli
from serve import admin as serve_admin
from serve import cli as serve_cli
from training import cli as training_cli

app = typer.Typer(
    name="bitaraf",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bitaraf reads a Persian text and says whether it takes sides in a contest for power, "
    "which sentences do, and under which rule of the codebook. A person decides what that means.",
)
app.command()(classifier_cli.score)
app.command()(classifier_cli.audit)
app.add_typer(classifier_cli.model_app, name="model")
app.command()(serve_cli.serve)
app.add_typer(serve_admin.app, name="admin")
app.add_typer(data_cli.app, name="data")
app.command()(training_cli.train)
app.command()(training_cli.trials)
app.command()(training_cli.recalibrate)
app.command()(training_cli.evaluate)


def main() -> None:
    """Run the command line; Persian is printed as UTF-8 wherever output goes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
