"""Writes what the documents show of the code: figures and an example, settings of the service,
tables of quality (from docs/evaluation.json) and of trials (from docs/trials.jsonl).

Run: .venv/bin/python tools/write_documentation.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from draw_readme_picture import TEXTS

from classifier import Scorer
from classifier.bundle import read_manifest
from classifier.bundle.build import DEFAULT_RELEASE
from classifier.bundle.manifest import CARD
from classifier.codebook import PROTECTED_KINDS, RULES, Category
from serve.settings import Settings
from training.card import figures, render_card, share_in_words
from training.trials import read_rows, table

ROOT = Path(__file__).parents[1]
EVALUATION = ROOT / "docs" / "evaluation.json"


def example(scorer: Scorer) -> str:
    """The Assessment of the example, as the service answers it."""
    answer = scorer.score(TEXTS["spring-report.txt"], "spring-report").to_dict()
    lists = {k: v for k, v in answer.items() if k in ("evidence", "protected")}
    lines = []
    for key, value in answer.items():
        if key in lists:
            items = ",\n".join(f"  {json.dumps(v, ensure_ascii=False)}" for v in value)
            lines.append(f' "{key}": [\n{items}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "```json\n{\n" + ",\n".join(lines) + "\n}\n```"


def categories(entries: Iterable[Category]) -> str:
    """Rules or protected kinds in both languages, in Markdown."""
    rows = [[entry.code, f"`{entry.name}`", entry.english, entry.persian] for entry in entries]
    return _markdown(["", "name", "a passage that …", "به فارسی"], rows)


def settings_table() -> str:
    """The settings of the service with their defaults, in Markdown."""
    lines = ["| setting | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in (None, "") else field.default
        lines.append(f"| `BITARAF_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def quality_tables(values: dict[str, Any]) -> dict[str, str]:
    """The tables of docs/quality.md, by their marks, from what `bitaraf evaluate` wrote."""
    shares = ("false_flags", "misses", "evidence_found")
    tables = {
        name: _markdown(
            [first, "documents", "average precision", "false flags", "misses", "evidence found"],
            [
                [
                    row[first],
                    row["texts"],
                    row["average_precision"],
                    *(share_in_words(row[key]) if row[key][3] else "" for key in shares),
                ]
                for row in values[name]
            ],
        )
        for name, first in (
            ("length", "words"),
            *((group, group) for group in ("camp", "region", "organisation")),
        )
    }
    tables["noise"] = _markdown(
        ["damage", "AP lost", "verdicts changed", "evidence found"],
        [
            [
                f"{row['noise']} *" if row["evasion"] else row["noise"],
                row["lost"],
                share_in_words(row["flips"]),
                share_in_words(row["evidence_found"]),
            ]
            for row in values["noise"]
        ],
    )
    tables["reliability"] = _markdown(
        ["mean score", "partisan", "documents"],
        [[row["score"], row["partisan"], row["texts"]] for row in values["reliability"]],
    )
    tables["verdicts"] = _markdown(
        ["verdict", "share of documents", "partisan among them"],
        [
            [name, f"{row['coverage']:.0%}".replace("%", " %"), share_in_words(row["partisan"])]
            for name, row in values["verdicts"].items()
        ],
    )
    tables["prevalence"] = _markdown(
        [
            "share of partisan texts",
            "precision of flags",
            "at least",
            "precision of flags and reviews",
            "share to look at",
        ],
        [list(row.values()) for row in values["prevalence"]],
    )
    if "baselines" in values:
        tables["baselines"] = _markdown(
            ["model", "average precision", "recall at 1 % false flags"],
            [
                [
                    name,
                    f"{row['average_precision']:.3f} "
                    f"({row['interval'][0]:.3f}–{row['interval'][1]:.3f})",
                    f"{row['recall_at_1_percent']:.2f}",
                ]
                for name, row in values["baselines"].items()
            ],
        )
    return tables


def _markdown(heads: list[str], rows: list[list[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join("" if c is None else str(c) for c in line) + " |" for line in lines
    )


def main() -> None:
    """Replace what stands between the marks."""
    manifest = read_manifest(DEFAULT_RELEASE)
    (DEFAULT_RELEASE / CARD).write_text(render_card(manifest), "utf-8")
    parts = {
        "README.md": {"figures": figures(manifest.metrics), "example": example(Scorer.load())},
        "README.fa.md": {"figures": figures(manifest.metrics, "fa")},
        "docs/codebook.md": {"rules": categories(RULES), "kinds": categories(PROTECTED_KINDS)},
        "docs/service.md": {"settings": settings_table()},
        "docs/quality.md": quality_tables(json.loads(EVALUATION.read_text("utf-8"))),
        "docs/results.md": {"trials": table(read_rows())},
    }
    for name, contents in parts.items():
        text = (ROOT / name).read_text("utf-8")
        for mark, content in contents.items():
            pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
            text = re.sub(pattern, lambda m, c=content: f"{m[1]}{c}\n{m[2]}", text, flags=re.DOTALL)
        (ROOT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
