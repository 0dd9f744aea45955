"""What reviewers decided, brought back as training documents."""

import json

import pytest

from data.reviews import import_reviews
from data.schema import CorpusError, read_documents

TEXT = "جشن درختکاری برپا شد.\n همه به فهرست «سپیدار» رأی بدهید! \nنهال بیاورید."
START, END = TEXT.index("\n همه"), TEXT.index("\nنهال")


def row(**fields):
    return {
        "id": "0a1b",
        "text": TEXT,
        "outcome": "confirmed",
        "named": ["endorsement"],
        "evidence": [
            {"start": START, "end": END, "category": "endorsement"},
            {"start": START, "end": END, "category": "mobilisation"},
        ],
        "protected": ["ordinary"],
    } | fields


@pytest.fixture
def bring(tmp_path):
    def bring_(*rows):
        path = tmp_path / "reviews.jsonl"
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return import_reviews(path, "desk")

    return bring_


def test_a_confirmed_text_carries_the_confirmed_passages_alone(bring):
    (document,), left_out = bring(row())
    assert left_out == []
    assert (document.id, document.label, document.story) == ("desk-0a1b", "partisan", "desk-0a1b")
    (span,) = document.evidence
    assert span.category == "endorsement"
    assert TEXT[span.start : span.end] == "همه به فهرست «سپیدار» رأی بدهید!"
    assert document.confusers == ["ordinary"]


def test_an_overturned_text_is_permitted_for_the_kind_that_was_named(bring):
    documents, _ = bring(
        row(id="1", outcome="overturned", named=["neutral_reporting", "voter_education"]),
        row(id="2", outcome="overturned", named=[]),
    )
    assert {d.label for d in documents} == {"permitted"}
    assert not any(d.evidence for d in documents)
    assert [d.confusers for d in documents] == [
        ["neutral_reporting", "voter_education"],
        ["ordinary"],
    ]


def test_what_nobody_decided_is_left_out_and_said(bring):
    documents, left_out = bring(
        row(id="1", named=["candidacy"]),
        row(id="2", outcome="overturned", named=[], protected=[]),
        row(id="3"),
    )
    assert [d.id for d in documents] == ["desk-3"]
    assert [(x.row, x.identity) for x in left_out] == [(1, "1"), (2, "2")]
    assert "candidacy" in left_out[0].reason
    assert "protected kind" in left_out[1].reason


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (row(id="9f", text=None), "row 2: 9f has no text"),
        (row(id="9f", text=""), "row 2: 9f has no text"),
        ({"id": "9f", "outcome": "confirmed"}, "row 2: 9f has no text"),
        (row(id="9f", outcome="waiting"), "row 2: outcome"),
        (row(id="9f", named=["E1"]), "row 2: named"),
        (row(), "row 2: the id 0a1b is used twice"),
        ("{", "row 2: not JSON"),
        ("[]", "row 2: document"),
        (
            row(id="9f", evidence=[{"start": 0, "end": 999, "category": "endorsement"}]),
            "row 2: document",
        ),
        (
            row(id="9f", evidence=[{"start": 22, "end": 23, "category": "endorsement"}]),
            "row 2: document",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_by_its_number(bring, wrong, says):
    with pytest.raises(CorpusError, match=says):
        bring(row(), wrong)


def test_the_command_writes_a_hand_of_the_training_split(run_bitaraf, tmp_path):
    path = tmp_path / "reviews.jsonl"
    rows = [row(), row(id="2", named=["candidacy"])]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    options = ["data", "import", "--hand", "desk", "--corpus", tmp_path]
    done = run_bitaraf(*options, "--reviews", path)
    assert done.returncode == 0, done.stderr.decode()
    assert "row 2: 2: left out" in done.stderr.decode()
    (document,) = read_documents(tmp_path / "train" / "desk.jsonl")
    assert document.label == "partisan"
    for wrong in (
        [*options, "--reviews", path, "--split", "test"],
        [*options, "--reviews", path, path],
        [*options, "--reviews", tmp_path / "none.jsonl"],
        options,
    ):
        refused = run_bitaraf(*wrong)
        assert refused.returncode == 2
        assert b"Traceback" not in refused.stderr
