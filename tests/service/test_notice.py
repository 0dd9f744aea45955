"""The notice to a publisher: what stands in it, and that it is set from right to left."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from docx import Document

from classifier.codebook import RULES
from classifier.presentation import persian_digits
from serve.dates import in_persian
from serve.reviews.notice_docx import MEDIA_TYPE
from serve.storage.tables import now
from tests.conftest import PARTISAN
from tests.service.office import EVIDENCE, PASSAGE, Office
from tests.service.test_contests import contest, holder
from tests.service.test_scoring import is_problem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
E1, E3 = RULES[0].persian, RULES[2].persian
# No word of a notice threatens, and none compares.
SANCTIONS = ("جریمه", "مجازات", "تخلف", "اخطار", "تعلیق", "محکوم", "لغو", "پیگرد", "رتبه", "امتیاز")


def notice(office, identity, form="html", who="narges", **options):
    path = f"/v1/assessments/{identity}/notice?format={form}"
    return office[who].get(path, **options)


def words(answer) -> str:
    """The text of a notice in either form."""
    if answer.headers["content-type"] == MEDIA_TYPE:
        return "\n".join(p.text for p in Document(BytesIO(answer.content)).paragraphs)
    return re.sub("<[^>]*>", "", answer.text.split("</style>")[1])


@pytest.fixture
def office(make_url_of):
    """On one kind of database: a notice is only read from it."""
    opened = Office(make_url_of("sqlite"))
    yield opened
    opened.close()


@pytest.fixture
def confirmed(office):
    identity = office.assessment(text=PARTISAN)
    office.review("narges", identity)
    return identity


@pytest.mark.parametrize("form", ["html", "docx"])
def test_it_says_what_was_found_and_how_to_answer(office, confirmed, form):
    made = contest(office, confirmed)
    answer = notice(office, confirmed, form, headers={"Contest-Token": made["token"]})
    assert answer.status_code == 200
    said = words(answer)
    for part in (
        "گزارش بهاره.docx", PASSAGE, "E3", E3, "یک نفر آن را بازبینی و تأیید کرد",
        "این به چه معناست", "این به چه معنا نیست", made["link"], "2026.1-test", confirmed,
        in_persian(now()), f"تا {in_persian(now() + timedelta(days=30))}",
    ):  # fmt: skip
        assert part in said, part
    # Dates are Jalali, as on the page that the link leads to.
    assert now().date().isoformat() not in said
    assert persian_digits(now().year) not in said
    for word in SANCTIONS:
        assert word not in said, word
    for name in ("narges", "owner", "همهٔ متن را خواندم"):
        assert name not in said
    drawn = [e for e in office.log() if e["action"] == "notice.draw"]
    assert [(e["object"], e["details"]) for e in drawn] == [(confirmed, {"format": form})]


@pytest.mark.parametrize("form", ["html", "docx"])
def test_without_the_text_it_tells_the_place(office, form):
    never = office.assessment(evidence=[EVIDENCE | {"page": 3}])
    over = office.assessment(text=PARTISAN, text_until=now() - timedelta(seconds=1))
    place = f"از نویسهٔ {EVIDENCE['start'] + 1} تا نویسهٔ {EVIDENCE['end']} متن"
    for identity in (never, over):
        office.review("narges", identity)
        said = words(notice(office, identity, form))
        assert PASSAGE not in said
        assert place.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in said
    assert "صفحهٔ ۳" in words(notice(office, never, form))


def test_only_confirmed_documents_get_one(office, confirmed):
    waiting = office.assessment()
    is_problem(notice(office, waiting), 409, "conflict")
    office.review("narges", waiting, "overturn", None)
    is_problem(notice(office, waiting), 409, "conflict")
    assert notice(office, confirmed).status_code == 200
    made = contest(office, confirmed)
    answer = {"statement": "نقل قول بود."}
    holder(office, made).post("/v1/contests/current/answer", json=answer)
    is_problem(notice(office, confirmed), 409, "conflict")
    office.review("babak", confirmed, "overturn", None)
    is_problem(notice(office, confirmed), 409, "conflict")


def test_it_tells_that_reviewers_did_not_agree(office, confirmed):
    office.review("babak", confirmed, "overturn", None)
    office.review("shirin", confirmed, rule="E1")
    said = words(notice(office, confirmed))
    assert "۳ نفر آن را بازبینی کردند که ۲ نفرشان تأییدش کردند" in said
    # E1 is the reviewers' own: no passage shows it, but it was confirmed.
    assert E1 in said
    assert E3 in said


def test_another_rule_than_the_models_keeps_the_place(office):
    identity = office.assessment(text=PARTISAN)
    office.review("narges", identity, rule="E1")
    said = words(notice(office, identity))
    assert PASSAGE in said
    assert E1 in said
    assert E3 not in said
    nowhere = office.assessment(evidence=[])
    office.review("narges", nowhere, rule="E1")
    assert "جای مشخصی را نشان نداده است" in words(notice(office, nowhere))


def test_a_contest_named_by_its_id_prints_no_link(office, confirmed):
    made = contest(office, confirmed, days=1)
    said = words(notice(office, confirmed, params={"contest": made["id"]}))
    assert "پیوند پاسخ جداگانه به شما داده می‌شود" in said
    assert made["token"] not in said
    assert "از فرستندهٔ این نامه پیوند پاسخ بخواهید" in words(notice(office, confirmed))


def test_only_an_open_contest_of_this_assessment_will_do(office, confirmed):
    good = contest(office, confirmed)
    other = contest(office, office.assessment())
    closed = contest(office, confirmed)
    office["owner"].delete(f"/v1/contests/{closed['id']}")
    for made in (other, closed):
        answer = notice(office, confirmed, headers={"Contest-Token": made["token"]})
        is_problem(answer, 404, "not_found")
        is_problem(notice(office, confirmed, params={"contest": made["id"]}), 404, "not_found")
    mixed = {"params": {"contest": closed["id"]}, "headers": {"Contest-Token": good["token"]}}
    is_problem(notice(office, confirmed, **mixed), 404, "not_found")
    for wrong in ("none", "\u0000"):
        is_problem(notice(office, confirmed, params={"contest": wrong}), 404, "not_found")


HOSTILE = 'ستاد <script>alert(1)</script> "&amp; \u202e\x07\x00 رأی بدهید'


@pytest.mark.parametrize("form", ["html", "docx"])
def test_what_was_submitted_stays_text(office, form):
    span = {"start": 0, "end": len(HOSTILE), "rule": "mobilisation", "probability": 0.9}
    document = "<img src=x>.docx"
    identity = office.assessment(text=HOSTILE, evidence=[span], document=document)
    office.review("narges", identity)
    answer = notice(office, identity, form)
    assert answer.status_code == 200
    if form == "html":
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
    else:
        said = words(answer)
        assert "<script>alert(1)</script>" in said
        assert "\u202e" not in said


def test_the_document_truly_runs_from_right_to_left(office, confirmed):
    made = contest(office, confirmed)
    answer = notice(office, confirmed, "docx", headers={"Contest-Token": made["token"]})
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))
        assert b'altName w:val="Tahoma' in archive.read("word/fontTable.xml")
        assert b'w:bidi="fa-IR"' in archive.read("word/styles.xml")
    assert body.find(f".//{W}sectPr/{W}bidi") is not None
    for paragraph in body.iter(f"{W}p"):
        text = "".join(t.text or "" for t in paragraph.iter(f"{W}t"))
        if re.search("[\u0600-\u06ff]", text):
            assert paragraph.find(f"{W}pPr/{W}bidi") is not None, text
    for run in body.iter(f"{W}r"):
        text = "".join(t.text or "" for t in run.iter(f"{W}t"))
        if re.search("[\u0600-\u06ff]", text):
            assert run.find(f"{W}rPr/{W}rtl") is not None, text
            assert run.find(f"{W}rPr/{W}szCs") is not None, text


def test_the_page_says_its_direction_and_language(office, confirmed):
    answer = notice(office, confirmed)
    assert '<html lang="fa" dir="rtl">' in answer.text
    assert answer.headers["cache-control"] == "no-store"
