"""Quality gates: the shipped model on documents that training never saw.

The floors follow what the shipped model reached, less the sampling error of a test split of
this size. Raising them with a better model is welcome; lowering one needs a reason.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from data.corpus import SPLITS, load_documents, split_hash
from tests.conftest import ROOT
from training.calibrate import read_set
from training.evaluate import evaluate_set

AVERAGE_PRECISION = 0.96
RECALL_AT_5_PERCENT = 0.80
FALSE_FLAGS = 0.02
EVIDENCE_FOUND = 0.93
RIGHT_RULE = 0.85
PAIRS_ORDERED = 0.88
SWAP_MEAN_CHANGE = 0.03
SWAP_LARGEST_CHANGE = 0.2
SWAP_FLIPS = 3

# A news report full of political words, and protected (P4): a ban, rival lists, quotations.
NEWS = """ستادها از خانهٔ جوانان بیرون رفتند

سمنان - بازرس ویژهٔ انتخابات شامگاه یکشنبه به خانهٔ جوانان دامغان رفت و دو ستاد را که در زیرزمین
آن دایر شده بود تعطیل کرد. یکی از این ستادها به فهرست «فردای روشن» و دیگری به جبههٔ «عدالت کویر»
تعلق داشت.

بهمن سیاوشانی، رئیس هیئت اجرایی، به خبرنگار ما گفت: نامزدها برای تبلیغ در ساختمان‌های عمومی
پروانه ندارند و سهم هر دو جناح از این قانون یکی است.

مسئول ستاد فهرست «فردای روشن» این اقدام را سیاسی خواند و افزود: «رأی مردم را با پلمب نمی‌شود عوض
کرد.» نمایندهٔ رقیب نیز گفت که از صبح شنبه وسایلشان را برده بودند. هیئت نظارت تا پنجشنبه به
شکایت‌ها رسیدگی می‌کند."""


@pytest.fixture(scope="module")
def metrics(runtime):
    return evaluate_set(read_set(runtime, load_documents("test")), runtime.manifest)


def test_the_shipped_thresholds_and_figures_are_of_these_splits(runtime):
    """The training split may have grown since; the other two may not have changed."""
    recorded = runtime.manifest.training["corpus"]
    assert set(recorded) == set(SPLITS)
    for split in ("development", "test"):
        assert recorded[split] == split_hash(split)


def test_ranking_and_false_flags_on_the_test_split(metrics):
    documents = metrics["documents"]
    assert documents["average_precision"] >= AVERAGE_PRECISION
    assert documents["recall_at_5_percent"] >= RECALL_AT_5_PERCENT
    assert documents["flagged_of_permitted"][0] <= FALSE_FLAGS


def test_evidence_is_found_where_it_stands(metrics):
    assert metrics["documents"]["evidence"]["found"][0] >= EVIDENCE_FOUND
    assert metrics["documents"]["evidence"]["right_rule"][0] >= RIGHT_RULE


def test_twins_are_told_apart_and_rivals_are_treated_alike(metrics):
    assert metrics["contrast_pairs"]["ordered"][0] >= PAIRS_ORDERED
    assert metrics["swaps"]["mean_change"] <= SWAP_MEAN_CHANGE
    assert metrics["swaps"]["largest_change"] <= SWAP_LARGEST_CHANGE
    assert metrics["swaps"]["verdict_flips"] <= SWAP_FLIPS


def test_the_metrics_in_the_bundle_are_those_measured_now(runtime, metrics):
    shipped = runtime.manifest.metrics["documents"]
    assert shipped["average_precision"] == pytest.approx(
        metrics["documents"]["average_precision"], abs=1e-3
    )
    assert np.isfinite(shipped["brier"])


def test_a_report_on_the_ban_of_factional_politics_stays_clear(scorer):
    assert scorer.score(NEWS).verdict == "clear"


@pytest.fixture(scope="module")
def seed(scorer):
    """The first real text the project was asked about; kept outside the repository."""
    folder = Path(os.environ.get("BITARAF_REAL_TEXTS", ROOT.parent / "shared" / "real"))
    path = folder / "seed.txt"
    if not path.is_file():
        pytest.skip("the seed text is not on this machine; name its folder: BITARAF_REAL_TEXTS")
    return scorer.score(path.read_text("utf-8"))


def test_the_seed_text_stays_clear_and_is_seen_as_reporting(seed):
    assert seed.verdict == "clear"
    assert "neutral_reporting" in {p.kind for p in seed.protected}
