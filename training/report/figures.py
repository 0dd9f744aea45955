"""All figures of a report, measured once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from classifier.runtime import Runtime
from data.schema import Document
from training.analysis import (
    Assessed,
    at_prevalence,
    by_group,
    by_length,
    noise_table,
    reliability,
    risk_and_coverage,
    verdicts_risk,
    worst_errors,
)
from training.calibrate import read_set
from training.evaluate import evaluate_set


@dataclass(frozen=True)
class Figures:
    """What was measured: `values` is plain data for JSON; `documents` are those ranked in the
    plots, with their assessments; `errors` the worst of them."""

    values: dict[str, Any]
    documents: Assessed
    errors: Assessed


def measure(runtime: Runtime, texts: list[Document], noise_sample: int = 120) -> Figures:
    """Measure a model on labelled texts; `noise_sample` of 0 leaves the damage out."""
    read = read_set(runtime, texts)
    metrics = evaluate_set(read, runtime.manifest)
    documents = Assessed.of(read, runtime.manifest).where(lambda d: d.unit == "document")
    values: dict[str, Any] = {
        "model": runtime.manifest.version,
        "codebook": runtime.manifest.codebook,
        **metrics,
        "length": by_length(documents),
        "camp": by_group(documents.where(lambda d: bool(d.camp)), "camp"),
        "region": by_group(documents, "region"),
        "organisation": by_group(documents, "organisation"),
        "reliability": reliability(documents),
        "risk_and_coverage": risk_and_coverage(documents),
        "verdicts": verdicts_risk(documents),
        "prevalence": at_prevalence(documents),
        "noise": noise_table(runtime, documents, noise_sample) if noise_sample else [],
    }
    worst = worst_errors(documents)
    errors = Assessed([d for d, _ in worst], [a for _, a in worst])
    values["worst_errors"] = [
        {"id": d.id, "label": d.label, "verdict": a.verdict, "score": a.score}
        for d, a in errors.pairs
    ]
    return Figures(values, documents, errors)
