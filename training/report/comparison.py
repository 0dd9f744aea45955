"""Two models side by side: what the new one gains and loses, document by document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classifier.bundle import resolve_bundle
from classifier.runtime import Runtime
from data.schema import Document
from training.analysis import Assessed, gains_and_losses
from training.calibrate import read_set
from training.evaluate import evaluate_pairs


def compare_bundles(before: Path, after: Path, texts: list[Document]) -> dict[str, Any]:
    """Metrics of both models on the same texts, and every verdict that changed.

    Raises BundleError if either folder is not a sound bundle.
    """
    sides = {}
    for name, folder in (("before", before), ("after", after)):
        runtime = Runtime(resolve_bundle(folder))
        sides[name] = (
            runtime.manifest.version,
            Assessed.of(read_set(runtime, texts), runtime.manifest),
        )
    shared = {d.id for d in sides["before"][1].documents} & {
        d.id for d in sides["after"][1].documents
    }
    old, new = (side.where(lambda d: d.id in shared) for _, side in sides.values())
    return {
        **{
            name: {"model": version, **evaluate_pairs(assessed.pairs)}
            for name, (version, assessed) in sides.items()
        },
        **gains_and_losses(old.assessments, new.assessments, old.documents),
    }


def write_comparison(comparison: dict[str, Any], path: Path) -> None:
    """Write a comparison as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(comparison, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
