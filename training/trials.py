"""Recipes compared by measurement: each trained with several seeds, each run one row.

A trial differs from the default recipe only in what it names in its TOML file (and in what
the file's ``base`` changes for all); rows are appended as JSON lines, with what anyone needs to
make them again.
"""

from __future__ import annotations

import json
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from pydantic import ValidationError

from data.corpus import CORPUS
from data.schema import first_fault
from training.config import TrainingConfig, load_config
from training.train import train

TRIALS = Path(__file__).parent / "trials.toml"
RESULTS = Path(__file__).parents[1] / "docs" / "trials.jsonl"


@dataclass(frozen=True)
class Trial:
    """A recipe under a name, and in what it differs from the default."""

    name: str
    config: TrainingConfig
    changed: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """What one run of a trial came to. `minutes` are of the whole run on the machine at hand."""

    trial: str
    seed: int
    changed: dict[str, Any]
    commit: str
    corpus: dict[str, str]
    texts: int
    minutes: float
    development: dict[str, float]
    test: dict[str, float] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The command that makes this row again, at its commit."""
        return f"bitaraf trials --only {self.trial} --seed {self.seed}"


def load_trials(path: Path = TRIALS) -> tuple[list[Trial], list[int]]:
    """The trials of a file and the seeds that it names.

    Raises ValueError naming the file, the trial and the field at fault.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not valid TOML: {error}") from error
    seeds, table = content.get("seeds"), content.get("trials")
    if not isinstance(seeds, list) or not all(type(s) is int for s in seeds) or not seeds:
        raise ValueError(f"{path}: seeds: a list of whole numbers is needed")
    if not isinstance(table, dict) or not all(isinstance(v, dict) for v in table.values()):
        raise ValueError(f"{path}: trials: a table for each trial is needed")
    base = load_config().model_dump() | content.get("base", {})
    trials = []
    for name, changed in table.items():
        try:
            config = TrainingConfig.model_validate(base | changed)
        except ValidationError as error:
            raise ValueError(f"{path}: trials.{name}: {first_fault(error)}") from error
        trials.append(Trial(name, config, changed))
    return trials, seeds


def run_trial(
    trial: Trial,
    seed: int,
    output: Path,
    *,
    corpus: Path = CORPUS,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> Row:
    """Train one trial with one seed into `output`, and measure it on both held-out splits."""
    began = time.monotonic()
    config = trial.config.model_copy(update={"seed": seed})
    manifest = train(
        config, output, corpus=corpus, name=f"{trial.name}-{seed}", resume=resume, say=say
    )
    documents = manifest.metrics["documents"]
    test = {key: documents[key] for key in _RANKING if key in documents}
    test |= {"calibration_error": documents["calibration_error"], "brier": documents["brier"]}
    test["evidence_found"] = documents["evidence"]["found"][0]
    test["right_rule"] = documents["evidence"]["right_rule"][0]
    if "contrast_pairs" in manifest.metrics:
        test["pairs_ordered"] = manifest.metrics["contrast_pairs"]["ordered"][0]
    if "swaps" in manifest.metrics:
        test["swap_mean_change"] = manifest.metrics["swaps"]["mean_change"]
    return Row(
        trial.name,
        seed,
        trial.changed,
        _commit(),
        {split: digest[:12] for split, digest in manifest.training["corpus"].items()},
        manifest.training["texts"],
        round((time.monotonic() - began) / 60, 1),
        manifest.metrics["development"],
        test,
    )


_RANKING = ("average_precision", "recall_at_1_percent", "recall_at_5_percent")


def _commit() -> str:
    """The commit that the code stands at; with a plus where it was changed since."""
    here = Path(__file__).parents[1]
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def read_rows(path: Path = RESULTS) -> list[Row]:
    """Rows of earlier runs; an absent file holds none. Raises ValueError naming a faulty line."""
    if not path.is_file():
        return []
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            rows.append(Row(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}:{number}: not a row of a trial: {error}") from error
    return rows


def append_row(row: Row, path: Path = RESULTS) -> None:
    """Add a row at the end of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def table(rows: Iterable[Row]) -> str:
    """Rows in Markdown, a line for each trial on each corpus: means over the seeds, ± the
    standard deviation where there are several."""
    groups: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        key = (row.trial, json.dumps([row.changed, row.corpus], sort_keys=True), row.texts)
        groups.setdefault(key, []).append(row)
    lines = [
        "| trial | differs in | training texts | seeds | AP dev | AP test | recall at 1 % dev "
        "| recall at 1 % test | at 5 % test | pairs | swaps | ECE | minutes | commit |",
        "| --- " * 14 + "|",
    ]
    for (name, _, texts), of_trial in groups.items():
        development = [r.development for r in of_trial]
        test = [r.test for r in of_trial]
        changed = ", ".join(f"{k} = {v}" for k, v in of_trial[0].changed.items())
        cells = [
            name,
            changed,
            f"{texts:,}",
            str(len(of_trial)),
            _spread(development, "average_precision"),
            _spread(test, "average_precision"),
            _spread(development, "recall_at_1_percent", 2),
            _spread(test, "recall_at_1_percent", 2),
            _spread(test, "recall_at_5_percent", 2),
            _spread(test, "pairs_ordered", 2),
            _spread(test, "swap_mean_change"),
            _spread(test, "calibration_error"),
            f"{mean(r.minutes for r in of_trial):.0f}",
            ", ".join(sorted({r.commit for r in of_trial})),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _spread(rows: Sequence[Mapping[str, float]], key: str, digits: int = 3) -> str:
    values = [row[key] for row in rows if key in row]
    if not values:
        return ""
    shown = f"{mean(values):.{digits}f}"
    return f"{shown} ± {stdev(values):.{digits}f}" if len(values) > 1 else shown
