"""Journeys to annotation tools and back, agreement of readers, and leaks of labels."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.agreement import agreement, cohen_kappa
from data.checks import check, leak_faults
from data.exchange import export_documents, import_documents, utf16_to_code_points
from data.leaks import find_leaks
from data.schema import CorpusDocument, CorpusError

TEXT = "🌱 جشن درختکاری برپا شد 🌱🌱. همه به فهرست «سپیدار» رأی بدهید 🗳️!"
PASSAGE = "همه به فهرست «سپیدار» رأی بدهید 🗳️!"


def partisan(identity: str = "a-tree", text: str = TEXT, passage: str = PASSAGE) -> CorpusDocument:
    start = text.index(passage)
    return CorpusDocument(
        id=identity,
        text=text,
        label="partisan",
        evidence=[
            {"start": start, "end": start + len(passage), "category": "endorsement"},
            {"start": start, "end": start + len(passage), "category": "mobilisation"},
        ],
        confusers=["ordinary"],
        genre="telegram_post",
        story="tree",
    )


def permitted(
    identity: str = "a-seed", text: str = "امروز بذر کاشتیم.", **fields
) -> CorpusDocument:
    return CorpusDocument(
        id=identity, text=text, label="permitted", confusers=["ordinary"], **fields
    )


@pytest.mark.parametrize("form", ["jsonl", "label-studio", "argilla"])
def test_documents_come_back_as_they_went(tmp_path, form):
    documents = [partisan(), permitted()]
    path = tmp_path / "out.json"
    assert export_documents(documents, path, form) == 2
    assert import_documents(path, form) == documents


@pytest.mark.parametrize("form", ["jsonl", "label-studio", "argilla"])
def test_a_blind_export_tells_no_label(tmp_path, form):
    document = partisan().model_copy(update={"note": "an endorsement in the last line"})
    path = tmp_path / "out.json"
    export_documents([document], path, form, blind=True)
    written = path.read_text("utf-8")
    for told in ("partisan", "endorsement", "mobilisation", "ordinary", '"start"'):
        assert told not in written
    if form != "jsonl":
        assert import_documents(path, form) == []


def test_offsets_counted_in_utf16_are_mended_by_the_passage(tmp_path):
    path = tmp_path / "out.json"
    export_documents([partisan()], path, "label-studio")
    tasks = json.loads(path.read_text("utf-8"))
    for region in tasks[0]["annotations"][0]["result"]:
        if region["type"] == "labels":
            for edge in ("start", "end"):
                before = TEXT[: region["value"][edge]]
                region["value"][edge] = len(before.encode("utf-16-le")) // 2
    path.write_text(json.dumps(tasks), "utf-8")
    assert import_documents(path, "label-studio") == [partisan()]


def test_a_passage_that_is_not_in_the_text_is_refused(tmp_path):
    path = tmp_path / "out.json"
    export_documents([permitted(), partisan()], path, "label-studio")
    tasks = json.loads(path.read_text("utf-8"))
    tasks[1]["data"]["text"] = tasks[1]["data"]["text"].replace("جشن", "جشنوارهٔ")
    path.write_text(json.dumps(tasks), "utf-8")
    with pytest.raises(CorpusError, match=r"out\.json: record 2: .*not the passage"):
        import_documents(path, "label-studio")


def test_one_of_several_annotators_is_named(tmp_path):
    path = tmp_path / "out.json"
    export_documents([permitted()], path, "label-studio")
    tasks = json.loads(path.read_text("utf-8"))
    tasks[0]["annotations"][0]["completed_by"] = 1
    tasks[0]["annotations"].append({"completed_by": {"id": 2}, "result": []})
    tasks[0]["annotations"].append({"completed_by": 3, "was_cancelled": True, "result": []})
    path.write_text(json.dumps(tasks), "utf-8")
    with pytest.raises(CorpusError, match=r"record 1: it holds 2 annotations \(1, 2\)"):
        import_documents(path, "label-studio")
    assert import_documents(path, "label-studio", annotator="1") == [permitted()]


def test_answers_in_argilla_go_before_suggestions(tmp_path):
    path = tmp_path / "out.json"
    export_documents([partisan()], path, "argilla")
    records = json.loads(path.read_text("utf-8"))
    assert all(ord(c) <= 0xFFFF for c in records[0]["fields"]["text"])
    records[0]["responses"] = {
        "label": [{"value": "permitted", "user_id": "u1"}],
        "confusers": [{"value": ["voter_education"], "user_id": "u1"}],
    }
    path.write_text(json.dumps(records), "utf-8")
    (document,) = import_documents(path, "argilla")
    assert (document.label, document.evidence) == ("permitted", [])
    assert document.confusers == ["voter_education"]
    assert document.text == TEXT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ("{}", "list of records"),
        ('[{"data": 1, "annotations": [{}]}]', "record 1"),
    ],
)  # fmt: skip
def test_a_foreign_file_is_named(tmp_path, content, words):
    path = tmp_path / "x.json"
    path.write_text(content, "utf-8")
    with pytest.raises(CorpusError, match=rf"x\.json.*{words}"):
        import_documents(path, "label-studio")


@given(st.text(max_size=40), st.data())
@settings(max_examples=100, deadline=None)
def test_utf16_offsets_lead_to_the_same_place(text, data):
    index = data.draw(st.integers(0, len(text)))
    units = len(text[:index].encode("utf-16-le", "surrogatepass")) // 2
    assert utf16_to_code_points(text, units) == index


def test_agreement_of_two_readings():
    first = [partisan("a"), partisan("b"), permitted("c"), permitted("d")]
    second = [partisan("a"), permitted("b", TEXT), permitted("c")]
    result = agreement(first, second)
    assert result.documents == 3
    assert result.disagreements == ["b"]
    assert result.evidence_overlap == 1.0
    assert 0 < result.label_kappa < 1
    with pytest.raises(ValueError, match="in common"):
        agreement(first, [permitted("z")])
    with pytest.raises(ValueError, match="different texts"):
        agreement(first, [permitted("c", "متنی دیگر.")])


def test_kappa_is_that_of_the_textbook():
    # Cohen 1960: 20 both yes, 5 and 10 split, 15 both no.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)


def test_a_label_that_length_gives_away_is_a_fault():
    word = "درخت "
    documents = [
        permitted(f"s{i}", word * (5 + i % 7), story=f"s{i}") if i % 2
        else partisan(f"l{i}", word * (60 + i % 7), word.strip()).model_copy(
            update={"story": f"l{i}"}
        )
        for i in range(120)
    ]  # fmt: skip
    leaks = {leak.feature: leak.area for leak in find_leaks(documents)}
    assert leaks["length"] > 0.99
    assert leaks["election"] < 0.6
    assert any("length alone" in fault for fault in leak_faults(find_leaks(documents)))


def test_real_persons_are_found_however_they_are_typed():
    for name in ("محمود احمدی‌نژاد", "محمود احمدي نژاد", "محمود احمدینژاد"):
        splits = {"train": [permitted("a", f"در نشست دیروز {name} سخن گفت.")]}
        assert any("real person" in fault for fault in check(splits)), name


def test_the_datasheet_is_written_from_the_corpus_as_it_is(tmp_path):
    from typer.testing import CliRunner

    from bitaraf import app

    documents = [
        partisan(f"p{i}").model_copy(update={"story": f"p{i}", "camp": "green"}) for i in range(3)
    ] + [permitted(f"q{i}", story=f"q{i}", camp="green") for i in range(4)]
    for split in ("train", "development", "test"):
        path = tmp_path / "corpus" / split / "anna.jsonl"
        export_documents(documents, path, "jsonl")
    arguments = ["--corpus", str(tmp_path / "corpus"), "--output", str(tmp_path / "D.md")]
    done = CliRunner().invoke(app, ["data", "datasheet", *arguments])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "D.md").read_text("utf-8")
    assert "| green | 9 | 12 |" in text
    assert (tmp_path / "figures" / "length.svg").read_text("utf-8").startswith("<?xml")
