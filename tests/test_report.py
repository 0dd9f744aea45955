import json

import numpy as np
import pytest

from classifier.assessment import Assessment, Evidence
from classifier.bundle import resolve_bundle
from data.corpus import load_documents
from data.schema import Document, Span
from training.analysis import Assessed, at_prevalence, by_length, gains_and_losses, reliability
from training.report import compare_bundles, measure, write_report


def assessed(rows: list[tuple[str, str, float]]) -> Assessed:
    """Documents of ten words with a label, a verdict and a score."""
    text = "یک دو سه چهار پنج شش هفت هشت نه ده"
    documents, assessments = [], []
    for i, (label, verdict, score) in enumerate(rows):
        spans = [Span(start=0, end=5, category="endorsement")] if label == "partisan" else []
        documents.append(Document(id=str(i), text=text, label=label, evidence=spans))
        found = [Evidence(0, 5, text[:5], "endorsement", 0.9)] if verdict == "flagged" else []
        assessments.append(Assessment(str(i), verdict, score, evidence=found))
    return Assessed(documents, assessments)


def test_precision_of_flags_falls_with_the_base_rate():
    rows = [("partisan", "flagged", 0.9)] * 8 + [("partisan", "review", 0.5)] * 2
    rows += [("permitted", "flagged", 0.9)] * 1 + [("permitted", "clear", 0.1)] * 99
    by_rate = {r["prevalence"]: r for r in at_prevalence(assessed(rows))}
    assert by_rate[0.5]["precision_of_flags"] == pytest.approx(0.8 / 0.81, abs=1e-3)
    assert by_rate[0.01]["precision_of_flags"] == pytest.approx(0.008 / (0.008 + 0.0099), abs=1e-3)
    assert all(
        r["precision_of_flags_at_least"] <= r["precision_of_flags"] for r in by_rate.values()
    )
    assert by_rate[0.05]["share_to_look_at"] == pytest.approx(0.05 + 0.95 * 0.01, abs=1e-3)


def test_bands_of_length_count_false_flags_misses_and_found_evidence():
    (row,) = by_length(
        assessed(
            [
                ("partisan", "flagged", 0.9),
                ("partisan", "clear", 0.1),
                ("permitted", "flagged", 0.8),
            ]
        )
    )
    assert (row["words"], row["texts"]) == ("0-40", 3)
    assert row["misses"][0] == 0.5
    assert row["false_flags"][0] == 1.0
    assert row["evidence_found"][0] == 0.5


def test_reliability_bins_hold_every_document():
    bins = reliability(assessed([("partisan", "flagged", 1.0), ("permitted", "clear", 0.0)]))
    assert sum(b["texts"] for b in bins) == 2
    assert [b["partisan"] for b in bins] == [0.0, 1.0]


def test_a_comparison_says_which_documents_are_judged_better_and_worse():
    old = assessed([("partisan", "clear", 0.1), ("permitted", "clear", 0.1)])
    new = assessed([("partisan", "flagged", 0.9), ("permitted", "review", 0.5)])
    result = gains_and_losses(old.assessments, new.assessments, old.documents)
    assert (result["better"], result["worse"]) == (1, 1)
    assert [r["id"] for r in result["changed"]] == ["1", "0"]


def test_the_report_is_one_page_that_needs_nothing_else(runtime, tmp_path):
    texts = [d for d in load_documents("development") if d.unit == "document"]
    some = texts[:8] + [d for d in texts if d.label == "partisan"][:6]
    figures = measure(runtime, list({d.id: d for d in some}.values()), noise_sample=2)
    page = tmp_path / "report.html"
    write_report(figures, runtime.manifest, page)
    html = page.read_text("utf-8")
    assert runtime.manifest.version in html
    assert html.count("data:image/png;base64,") == 5
    assert 'src="http' not in html
    assert "<script" not in html
    values = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert {"documents", "length", "camp", "prevalence", "noise", "verdicts"} <= set(values)
    assert np.isfinite(values["documents"]["brier"])


def test_a_model_compared_with_itself_changes_nothing():
    texts = [d for d in load_documents("development") if d.unit == "document"][:6]
    bundle = resolve_bundle(None)
    result = compare_bundles(bundle, bundle, texts)
    assert result["changed"] == []
    assert result["before"] == result["after"]
