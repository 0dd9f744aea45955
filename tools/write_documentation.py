"""Writes what the documents show of the code: figures and an example, settings of the service.

Run: .venv/bin/python tools/write_documentation.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from draw_readme_picture import TEXTS

from classifier import Scorer
from classifier.bundle import read_manifest
from classifier.bundle.build import DEFAULT_RELEASE
from serve.settings import Settings

ROOT = Path(__file__).parents[1]


def _share(value: list[float]) -> str:
    share, low, high, of = value
    return f"{share:.0%} ({low:.0%}–{high:.0%}, of {of})".replace("%–", "–").replace("%", " %")


def figures(metrics: dict[str, Any]) -> str:
    """The table of the test split's figures, in Markdown."""
    documents, evidence = metrics["documents"], metrics["documents"]["evidence"]
    low, high = documents["average_precision_interval"]
    rows = [
        ("average precision", f"{documents['average_precision']:.2f} ({low:.2f}–{high:.2f})"),
        (
            "recall at 1 % / 5 % false flags",
            f"{documents['recall_at_1_percent']:.2f} / {documents['recall_at_5_percent']:.2f}",
        ),
        ("partisan documents: flagged", _share(documents["flagged_of_partisan"])),
        ("partisan documents: cleared", _share(documents["cleared_of_partisan"])),
        ("permitted documents: flagged", _share(documents["flagged_of_permitted"])),
        ("permitted documents: cleared", _share(documents["cleared_of_permitted"])),
        ("evidence found in partisan documents", _share(evidence["found"])),
        ("right rule", _share(evidence["right_rule"])),
        ("character precision of evidence", f"{evidence['character_precision']:.2f}"),
        ("contrast pairs ordered right", _share(metrics["contrast_pairs"]["ordered"])),
        (
            "change of score between rivals, mean / largest",
            f"{metrics['swaps']['mean_change']:.2f} / {metrics['swaps']['largest_change']:.2f} "
            f"({metrics['swaps']['groups']} swap groups)",
        ),
        ("expected calibration error", f"{documents['calibration_error']:.2f}"),
    ]
    lines = ["| metric | value |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]
    count = f"{documents['texts']} documents, {documents['partisan']} of them partisan"
    return "\n".join([*lines, "", f"{count}; intervals are 95 %."])


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


def settings_table() -> str:
    """The settings of the service with their defaults, in Markdown."""
    lines = ["| setting | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in (None, "") else field.default
        lines.append(f"| `BITARAF_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def main() -> None:
    """Replace what stands between the marks."""
    shown = {
        "figures": figures(read_manifest(DEFAULT_RELEASE).metrics),
        "example": example(Scorer.load()),
    }
    parts = {
        "README.md": shown,
        "README.fa.md": shown,
        "docs/service.md": {"settings": settings_table()},
    }
    for name, contents in parts.items():
        text = (ROOT / name).read_text("utf-8")
        for mark, content in contents.items():
            pattern = rf"(<!-- {mark} -->\n).*?(\n<!-- /{mark} -->)"
            text = re.sub(pattern, lambda m, c=content: m[1] + c + m[2], text, flags=re.DOTALL)
        (ROOT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
