"""The report as one HTML page that needs nothing else: no script, no other file."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from classifier.assessment import Assessment
from classifier.bundle import Manifest
from data.schema import Document
from training.report import plots
from training.report.figures import Figures

_STYLE = """
body{font:15px/1.6 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#1d3557} h1,h2{line-height:1.25}
h2{margin-top:2.2rem;border-top:1px solid #d8dee6;padding-top:1rem}
table{border-collapse:collapse;margin:.6rem 0;font-size:14px}
td,th{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #e5e9ef}
.plots{display:flex;flex-wrap:wrap;gap:1rem} img{max-width:100%}
article{border:1px solid #d8dee6;border-radius:6px;padding:.6rem 1rem;margin:.8rem 0}
blockquote{direction:rtl;text-align:right;white-space:pre-wrap;margin:.4rem 0;font-size:16px}
mark.truth{background:#cfe8cf} mark.given{background:#ffd9a8} mark.both{background:#f3b3b3}
small{color:#5c677d}
"""


def write_report(figures: Figures, manifest: Manifest, page: Path) -> None:
    """Write the page and, beside it, the same figures as JSON (`page` with .json)."""
    values = figures.values
    parts = [
        f"<h1>Evaluation of {escape(manifest.version)}</h1>",
        f"<p>{values['documents'].get('texts', 0)} documents, "
        f"{values.get('items', {}).get('texts', 0)} short items that training never saw; "
        f"codebook {escape(manifest.codebook)}. Shares are followed by their 95 % interval and "
        "the number of texts.</p>",
        "<h2>Documents</h2>",
        _mapping(values["documents"]),
        '<div class="plots">',
        plots.precision_and_recall(figures.documents),
        plots.reliability_diagram(values["reliability"]),
        plots.risk_curve(values["risk_and_coverage"]),
        plots.length_curves(values["length"]),
        "</div>",
        "<h2>By length</h2>",
        _table(values["length"]),
        "<h2>Rules, in partisan documents</h2>",
        _table(
            [
                {"rule": rule, "found": value}
                for rule, value in values["documents"]["evidence"]["rule_recall"].items()
            ]
        ),
        "<h2>False flags by protected kind</h2>",
        _table(
            [
                {"kind": kind, "flagged": value}
                for kind, value in values["documents"]["flagged_by_kind"].items()
            ]
        ),
        "<h2>Twins and rivals</h2>",
        _mapping(values.get("contrast_pairs", {}), "contrast pairs "),
        _mapping(values.get("swaps", {}), "swap groups: "),
        *[part for name in ("camp", "region", "organisation") for part in _group(values, name)],
        "<h2>Verdicts</h2>",
        _table([{"verdict": k, **v} for k, v in values["verdicts"].items()]),
        "<h2>At another base rate</h2>",
        "<p>Half of these documents are partisan; of real publications a few per cent are. The "
        "same recall and false flags mean another precision there; the column "
        "<i>at least</i> takes the upper limit of the rate of false flags.</p>",
        _table(values["prevalence"]),
        "<h2>Short items</h2>",
        _mapping(values.get("items", {})),
        *_noise(values),
        "<h2>The worst errors</h2>",
        '<p><mark class="truth">annotated</mark> <mark class="given">pointed at</mark> '
        '<mark class="both">both</mark></p>',
        *[_error(d, a) for d, a in figures.errors.pairs],
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Evaluation of {escape(manifest.version)}</title><style>{_STYLE}</style>"
        + "\n".join(parts)
        + "</html>\n",
        encoding="utf-8",
    )
    page.with_suffix(".json").write_text(
        json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _cell(value: Any) -> str:
    if isinstance(value, list) and len(value) == 4:
        share, low, high, of = value
        if not of:
            return "–"
        return f"{share:.1%} <small>({low:.0%}–{high:.0%}, of {of})</small>"
    if isinstance(value, list):
        return "–".join(map(_cell, value))
    if value is None:
        return "–"
    return escape(str(value)).replace("_", " ")


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{_cell(name)}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(v)}</td>" for v in row.values()) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _mapping(values: dict[str, Any], prefix: str = "") -> str:
    plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
    rows = [{"metric": prefix + name, "value": value} for name, value in plain.items()]
    rows += [
        {"metric": f"evidence: {key}", "value": value}
        for key, value in values.get("evidence", {}).items()
        if not isinstance(value, dict)
    ]
    return _table(rows) if rows else "<p>none</p>"


def _group(values: dict[str, Any], field: str) -> list[str]:
    return [f"<h2>By {field}</h2>", _table(values[field])]


def _noise(values: dict[str, Any]) -> list[str]:
    if not values["noise"]:
        return []
    return [
        "<h2>Damage and evasion</h2>",
        plots.noise_bars(values["noise"]),
        _table(values["noise"]),
    ]


def _error(document: Document, assessment: Assessment) -> str:
    truth: set[int] = set()
    given: set[int] = set()
    for span in document.evidence:
        truth.update(range(span.start, span.end))
    for evidence in assessment.evidence:
        given.update(range(evidence.start, evidence.end))
    pieces: list[str] = []
    last = None
    for i, character in enumerate(document.text):
        kind = {(True, True): "both", (True, False): "truth", (False, True): "given"}.get(
            (i in truth, i in given)
        )
        if kind != last:
            pieces.append(("</mark>" if last else "") + (f'<mark class="{kind}">' if kind else ""))
            last = kind
        pieces.append(escape(character))
    pieces.append("</mark>" if last else "")
    rules = ", ".join(sorted({e.rule for e in assessment.evidence})) or "none"
    return (
        f"<article><b>{escape(document.id)}</b> is {document.label}, was given "
        f"{assessment.verdict} at {assessment.score:.3f}; rules: {_cell(rules)} "
        f"<small>{escape(document.note)}</small>"
        f'<blockquote lang="fa">{"".join(pieces)}</blockquote></article>'
    )
