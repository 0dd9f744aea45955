import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from data.checks import check
from data.corpus import SPLITS, import_drafts, load_dataset, load_documents, write_documents
from data.drafts import DraftError, read_drafts, read_marks
from data.noise import NOISES, add_noise
from data.schema import CorpusError, Document, read_documents
from data.statistics import statistics

DRAFT = """=== tea-house
genre: sms
region: Iran, Gilan
confusers: P7
note: one line
---
چای‌خانه تا غروب باز است.
{{E1+E3| برای ستاد مهندس چای دم کنید.}} تمام.

### bus | a bus | region=Iran, Fars
+ {{E3| اتوبوس ستاد ساعت پنج می‌رود.}} بیایید.
- P7,P1 | اتوبوس مدرسه ساعت پنج می‌رود.
"""


@pytest.fixture
def draft(tmp_path) -> Path:
    path = tmp_path / "draft.txt"
    path.write_text(DRAFT, "utf-8")
    return path


def test_marks_become_offsets(draft):
    document, *items = import_drafts([draft], "anna")
    assert document.id == "anna-tea-house"
    assert {s.category for s in document.evidence} == {"endorsement", "mobilisation"}
    assert {document.text[s.start : s.end] for s in document.evidence} == {
        "برای ستاد مهندس چای دم کنید."
    }
    assert "{{" not in document.text
    assert [i.label for i in items] == ["partisan", "permitted"]
    assert items[1].confusers == ["ordinary", "voter_education"]
    assert items[0].story == items[1].story == "bus"


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        ("=== a\ngenre: sms\nمتن", 1, "no line '---'"),
        ("=== a\nmood: sad\n---\nمتن", 1, "mood"),
        ("=== a\n---\nمتن بی‌برچسب", 1, "confusers"),
        ("=== a\nconfusers: P9\n---\nمتن", 1, "P9"),
        ("\n\n=== a\nconfusers: P7\n---\n{{E1| ناتمام", 3, "not finished"),
        ("### f\n- متن", 1, "lacks its kinds"),
        ("### f\n+ متن بی‌نشان", 1, "needs a mark"),
    ],
)
def test_a_faulty_draft_is_named_by_file_and_line(tmp_path, wrong, line, words):
    path = tmp_path / "draft.txt"
    path.write_text(wrong, "utf-8")
    with pytest.raises(DraftError, match=rf"draft\.txt:{line}: .*{words}"):
        list(read_drafts(path))


@given(st.lists(st.tuples(st.sampled_from("متن ساده\n."), st.booleans()), max_size=20))
@settings(max_examples=100, deadline=None)
def test_marked_passages_are_found_where_they_stand(parts):
    marked = "".join(f"{{{{E2| x{c}y}}}}" if is_mark else c for c, is_mark in parts)
    text, spans = read_marks(marked)
    assert [text[int(s["start"]) : int(s["end"])] for s in spans] == [
        f"x{c}y" for c, is_mark in parts if is_mark
    ]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"id": "a", "text": "متن", "label": "partisan"}, "has evidence"),
        ({"id": "a", "text": "متن", "label": "permitted"}, "protected kinds"),
        ({"id": "a", "text": "متن", "label": "maybe"}, "label"),
        ({"id": "a", "text": "متن", "label": "partisan",
          "evidence": [{"start": 0, "end": 9, "category": "endorsement"}]}, "outside"),
        ({"id": "a", "text": "متن", "label": "permitted", "confusers": ["ordinary"], "x": 1}, "x"),
    ],
)  # fmt: skip
def test_a_faulty_record_is_named_by_file_and_line(tmp_path, record, words):
    path = tmp_path / "c.jsonl"
    good = {"id": "g", "text": "متن", "label": "permitted", "confusers": ["ordinary"]}
    path.write_text(json.dumps(good) + "\n\n" + json.dumps(record) + "\n", "utf-8")
    with pytest.raises(CorpusError, match=rf"c\.jsonl:3: .*{words}"):
        list(read_documents(path))


def test_what_is_written_is_read_back(draft, tmp_path):
    documents = import_drafts([draft], "anna")
    path = tmp_path / "train" / "anna.jsonl"
    write_documents(documents, path)
    assert list(read_documents(path)) == documents


def permitted(identity: str, text: str, **fields: str) -> Document:
    return Document(id=identity, text=text, label="permitted", confusers=["ordinary"], **fields)


def test_faults_between_documents_are_found():
    long = "امروز در باغ کتابخانه نشستیم و برای بچه‌های محله قصه خواندیم و چای نوشیدیم"
    splits = {
        "train": [permitted("a", long, story="s"), permitted("b", long + " و رفتیم", story="t")],
        "test": [permitted("a", "متنی دیگر دربارهٔ درختان خیابان ما", story="s")],
    }
    faults = "\n".join(check(splits))
    assert "a: the id is used twice" in faults
    assert "story 's' lies in several splits" in faults
    assert "too alike" in faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("از دبیر حزب کارگر دعوت شد و آمد", "organisation, «حزب کارگر»"),
        ("نامزد جبهه\u200cی پایداری هم در سالن بود", "organisation, «جبهه\u200cی پایداری»"),
        ("آن سوسيال\u200cدموکرات ها هم دوشنبه آمدند", "organisation, «سوسيال\u200cدموکرات ها»"),
        ("این سوسیال دموکرات ها دوشنبه آمدند", "organisation, «سوسیال دموکرات ها»"),
        ("برگهٔ SPD\u200cها را کنار در گذاشتیم", "organisation, «SPD»"),
        ("سخنران از میرحسین موسوی نام برد", "person, «میرحسین موسوی»"),
    ],
)  # fmt: skip
def test_real_names_are_faults_that_name_document_and_word(text, fault):
    faults = list(check({"train": [permitted("x", text)]}))
    assert faults == [f"x: names a real {fault}: invent one"]


@pytest.mark.parametrize(
    "text",
    [
        "کارگزاران حج و کارگران بندر امروز به خانهٔ ما آمدند",
        "پایداری خاک به باران بسته است و به جبههٔ هوای سرد",
        "حزب کارگران خیابان و حزب پیوند شهروندان برنامه دادند",
        "خانواده‌های مجاهدین و شهدا مهمان مدرسه بودند",
        "speeded و Spd و مداراتی نام هیچ حزبی نیست و کسی آن را ننوشت",
    ],
)
def test_ordinary_words_are_not_taken_for_real_organisations(text):
    assert list(check({"train": [permitted("x", text)]})) == []


def test_the_corpus_is_sound_and_covers_the_codebook():
    splits = {split: load_documents(split) for split in SPLITS}
    counted = statistics(splits)
    assert counted["documents"] >= 400
    assert set(counted["rules"]) == set(RULE_NAMES)
    assert set(counted["protected"]) == set(PROTECTED_NAMES)
    for of_split in counted["splits"].values():
        share = of_split["labels"]["partisan"] / of_split["documents"]
        assert 0.4 < share < 0.6


@pytest.mark.parametrize("streaming", [False, True])
def test_the_corpus_loads_with_datasets(streaming):
    rows = load_dataset("development", streaming=streaming)
    first = next(iter(rows))
    assert first["text"] == load_documents("development")[0].text


LETTERS = st.text(alphabet="سلام دوستان می‌رود ۱۲3کیپ.\n", min_size=1, max_size=120)


@pytest.mark.parametrize("name", list(NOISES))
@given(text=LETTERS, seed=st.integers(0, 10_000), data=st.data())
@settings(max_examples=40, deadline=None)
def test_noise_keeps_evidence_on_its_words(name, text, seed, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    noised = add_noise(text, [(start, end), (0, len(text))], [name], seed)
    (a, b), whole = noised.spans
    assert whole == (0, len(noised.text))
    assert 0 <= a <= b <= len(noised.text)
    assert add_noise(text, [(start, end)], [name], seed).text == noised.text
    prefix = add_noise(text, [(0, start)], [name], seed).spans[0]
    assert prefix[1] == a


def test_noises_compose():
    text = "می‌خواهیم به مهندس رأی بدهید"
    span = (text.index("رأی"), len(text))
    noised = add_noise(text, [span], ["zwnj_lost", "kashida", "arabic_letters", "zero_width"], 3)
    from classifier.text import normalise

    (start, end), *_ = noised.spans
    assert normalise(noised.text[start:end]).text == normalise("رأی بدهید").text
