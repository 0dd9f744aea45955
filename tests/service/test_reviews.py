"""Reviews: what people's words make of an assessment, who may say them, what is kept of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from serve.reviews.outcome import Outcome, outcome_of
from serve.roles import Role
from serve.storage import Review, StoredAssessment
from serve.storage.tables import now
from tests.conftest import PARTISAN, PERMITTED
from tests.service.office import EVIDENCE, PASSAGE
from tests.service.test_scoring import is_problem

counts = st.integers(0, 9)
asked = st.sampled_from(["flagged", "review"])


@given(asked, counts, counts)
def test_a_majority_decides_and_a_tie_is_a_dispute(verdict, confirming, overturning):
    outcome = outcome_of(verdict, confirming, overturning)
    if confirming + overturning == 0:
        assert outcome is Outcome.WAITING
    elif confirming == overturning:
        assert outcome is Outcome.DISPUTED
    else:
        wins = Outcome.CONFIRMED if confirming > overturning else Outcome.OVERTURNED
        assert outcome is wins


@given(asked, counts, counts)
def test_neither_side_weighs_more(verdict, one, other):
    sides = {Outcome.CONFIRMED: Outcome.OVERTURNED, Outcome.OVERTURNED: Outcome.CONFIRMED}
    outcome = outcome_of(verdict, one, other)
    assert outcome_of(verdict, other, one) is sides.get(outcome, outcome)


@given(asked, counts, counts)
def test_a_word_never_moves_the_outcome_away_from_what_it_says(verdict, confirming, overturning):
    rank = [Outcome.OVERTURNED, Outcome.DISPUTED, Outcome.CONFIRMED]
    before = outcome_of(verdict, confirming, overturning)
    after = outcome_of(verdict, confirming + 1, overturning)
    assert after is not Outcome.WAITING
    if before in rank:
        assert rank.index(after) >= rank.index(before)


@given(asked, counts, counts)
def test_an_unheard_answer_opens_every_case_again(verdict, confirming, overturning):
    assert outcome_of(verdict, confirming, overturning, unheard=True) is Outcome.CONTESTED


@given(st.sampled_from(["clear", "abstained"]), counts, counts, st.booleans())
def test_what_asks_for_nobody_needs_nobody(verdict, confirming, overturning, unheard):
    outcome = outcome_of(verdict, confirming, overturning, unheard=unheard)
    assert outcome is Outcome.NOT_NEEDED


@pytest.mark.parametrize(
    ("confirming", "overturning", "expected"),
    [(1, 0, "confirmed"), (0, 1, "overturned"), (1, 1, "disputed"), (2, 1, "confirmed"),
     (1, 2, "overturned"), (2, 2, "disputed")],
)  # fmt: skip
def test_one_decides_two_may_disagree_and_a_third_settles(confirming, overturning, expected):
    assert outcome_of("flagged", confirming, overturning) == expected


def test_reviewers_decide_disagree_and_settle(office):
    identity = office.assessment()
    assert office.outcome(identity) == "waiting"
    assert office.review("narges", identity).json() == {"id": identity, "outcome": "confirmed"}
    assert office.review("babak", identity, "overturn", "P4").json()["outcome"] == "disputed"
    assert office.review("shirin", identity, "overturn", None).json()["outcome"] == "overturned"
    # Narges reads it again.
    assert office.review("narges", identity, "overturn", "P4").json()["outcome"] == "overturned"
    said = office["babak"].get(f"/v1/assessments/{identity}/reviews").json()
    assert said["outcome"] == "overturned"
    assert [(r["reviewer"], r["decision"], r["rule"]) for r in said["reviews"]] == [
        ("babak", "overturn", "neutral_reporting"),
        ("shirin", "overturn", None),
        ("narges", "overturn", "neutral_reporting"),
    ]


def test_a_changed_word_is_kept_in_the_log_and_a_repeated_one_changes_nothing(office):
    identity = office.assessment()
    office.review("narges", identity)
    office.review("narges", identity)
    office.review("narges", identity, "overturn", "P7")
    entries = [e for e in office.log() if e["object"] == identity]
    assert [(e["actor"], e["action"]) for e in entries] == [
        ("narges", "review.create"), ("narges", "review.change"),
    ]  # fmt: skip
    assert entries[1]["details"] == {
        "decision": "overturn",
        "rule": "ordinary",
        "outcome": "overturned",
        "before": {"decision": "confirm", "rule": "mobilisation"},
    }


def test_many_reviewers_at_once_are_all_counted(office):
    identity = office.assessment()
    words = [(f"m{n}", "overturn" if n % 3 == 0 else "confirm") for n in range(9)]
    for name, _ in words:
        office[name]

    def say(word):
        name, decision = word
        return office.review(name, identity, decision, "E1" if decision == "confirm" else None)

    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(say, words * 2))
    assert {a.status_code for a in answers} == {200}
    with office.storage.read() as session:
        assert session.query(Review).count() == 9
    assert office.outcome(identity) == "confirmed"


@pytest.mark.parametrize("verdict", ["clear", "abstained"])
def test_what_needs_no_review_takes_none(office, verdict):
    identity = office.assessment(verdict=verdict, evidence=[])
    assert office.outcome(identity) == "not_needed"
    is_problem(office.review("narges", identity), 409, "conflict")
    assert office["narges"].get("/v1/reviews/queue").json()["total"] == 0


def test_a_word_says_what_it_must(office):
    identity = office.assessment()
    good = {"decision": "confirm", "rule": "E1", "reason": "الف"}
    for wrong in (
        {"rule": None}, {"rule": "P1"}, {"rule": "E9"}, {"decision": "overturn"},
        {"decision": "perhaps"}, {"reason": None}, {"reason": " \u200c . "},
        {"reason": "الف\u0000ب"}, {"reason": "الف" * 1000}, {"outcome": "overturned"},
    ):  # fmt: skip
        answer = office["narges"].post(f"/v1/assessments/{identity}/review", json=good | wrong)
        is_problem(answer, 422, "invalid_request")
    assert office.outcome(identity) == "waiting"


def test_rules_go_by_code_or_name(office):
    for rule in ("E3", "mobilisation"):
        identity = office.assessment()
        office.review("narges", identity, rule=rule)
        said = office["narges"].get(f"/v1/assessments/{identity}/reviews").json()
        assert said["reviews"][0]["rule"] == "mobilisation"


def test_the_queue_is_shared_and_read_by_pages(office):
    ids = [office.assessment(owner, created_at=now() + timedelta(seconds=n // 2))
           for n, owner in enumerate(["narges", "babak"] * 3)]  # fmt: skip
    office.review("narges", ids[0])
    office.review("narges", ids[1])
    office.review("babak", ids[1], "overturn", None)
    queue = office["shirin"].get("/v1/reviews/queue").json()
    assert {a["id"] for a in queue["assessments"]} == set(ids[1:])
    assert (queue["total"], queue["next"]) == (5, None)
    found, after = [], None
    while True:
        asked = {"limit": 2} | ({"after": after} if after else {})
        page = office["shirin"].get("/v1/reviews/queue", params=asked).json()
        found += page["assessments"]
        after = page["next"]
        if after is None:
            break
    assert [a["id"] for a in found] == [a["id"] for a in queue["assessments"]]
    assert [a["created_at"] for a in found] == sorted(a["created_at"] for a in found)
    disputed = office["babak"].get("/v1/reviews/queue?state=disputed").json()["assessments"]
    assert [(a["id"], a["confirming"], a["overturning"], a["own"]) for a in disputed] == [
        (ids[1], 1, 1, "overturn")
    ]
    assert "text" not in disputed[0]
    for wrong in ("x", "9" * 17 + "-" + "0" * 31, "-", "1-%00"):
        answer = office["babak"].get(f"/v1/reviews/queue?after={wrong}")
        is_problem(answer, 422, "invalid_request")
    is_problem(office["babak"].get("/v1/reviews/queue?state=confirmed"), 422, "invalid_request")


def test_who_may_read_an_assessment(office):
    identity = office.assessment("owner", text=PARTISAN)
    # Whoever owned it before becoming something else still owns it.
    office.hire("author", Role.AUTHOR)
    with office.storage.write() as session:
        session.get_one(StoredAssessment, identity).owner_id = office.accounts["author"]
    for name, role in (
        ("author", Role.AUTHOR), ("monitor", Role.MONITOR), ("auditor", Role.AUDITOR),
    ):  # fmt: skip
        client = office.hire(name, role)
        found = client.get(f"/v1/assessments/{identity}")
        assert found.status_code == 200, role
        assert found.json()["text"] == PARTISAN
        assert found.json()["evidence"][0]["text"] == PASSAGE
        assert client.get(f"/v1/assessments/{identity}/reviews").status_code == 200
    for name, role in (("stranger", Role.AUTHOR), ("admin", Role.ADMIN)):
        client = office.hire(name, role)
        for path in (f"/v1/assessments/{identity}", f"/v1/assessments/{identity}/reviews"):
            refused = is_problem(client.get(path), 404, "not_found")
            unknown = client.get(path.replace(identity, "0" * 32))
            assert refused == is_problem(unknown, 404, "not_found")
            is_problem(office.client().get(path), 401, "unauthenticated")
    for wrong in ("none", "0" * 32, "%00", "%F0%9F%8C%B1", identity.upper()):
        for tail in ("", "/reviews", "/notice"):
            is_problem(office["monitor"].get(f"/v1/assessments/{wrong}{tail}"), 404, "not_found")
        is_problem(office.review("monitor", wrong), 404, "not_found")


def test_the_owner_may_not_review_without_being_a_reviewer(office):
    identity = office.assessment()
    body = {"decision": "overturn", "reason": "متن از ماست."}
    for role in (Role.AUTHOR, Role.AUDITOR, Role.ADMIN):
        answer = office.hire(role, role).post(f"/v1/assessments/{identity}/review", json=body)
        is_problem(answer, 403, "forbidden")


def test_text_is_shown_only_where_it_is_kept_and_for_its_time(office):
    kept = office.assessment(text=PARTISAN, text_until=now() + timedelta(hours=1))
    over = office.assessment(text=PARTISAN, text_until=now() - timedelta(seconds=1))
    never = office.assessment()
    assert office["owner"].get(f"/v1/assessments/{kept}").json()["text"] == PARTISAN
    for identity in (over, never):
        found = office["owner"].get(f"/v1/assessments/{identity}").json()
        assert (found["text"], found["evidence"][0]["text"]) == (None, None)
        assert found["evidence"][0]["start"] == EVIDENCE["start"]
        office.review("narges", identity)
    assert office["narges"].get("/v1/reviews/export").text == ""


def test_decided_texts_are_exported_and_imported_as_training_documents(
    office, tmp_path, run_bitaraf
):
    kind = {"start": 0, "end": 9, "kind": "neutrality_statement", "probability": 0.8}
    confirmed = office.assessment(text=PARTISAN)
    overturned = office.assessment(text=PERMITTED, protected=[kind])
    disputed, waiting = office.assessment(text=PARTISAN), office.assessment(text=PARTISAN)
    office.review("narges", confirmed)
    office.review("narges", overturned, "overturn", "P1")
    office.review("narges", disputed)
    office.review("babak", disputed, "overturn", None)
    answer = office["narges"].get("/v1/reviews/export")
    assert answer.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [r["id"] for r in rows] == [confirmed, overturned]
    assert waiting not in answer.text
    (tmp_path / "reviews.jsonl").write_text(answer.text, encoding="utf-8")
    done = run_bitaraf(
        "data", "import", "--reviews", tmp_path / "reviews.jsonl", "--hand", "rv",
        "--corpus", tmp_path, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    made = (tmp_path / "train" / "rv.jsonl").read_text("utf-8")
    documents = [json.loads(line) for line in made.splitlines()]
    assert [d["label"] for d in documents] == ["partisan", "permitted"]
    span = documents[0]["evidence"][0]
    assert documents[0]["text"][span["start"] : span["end"]] == PASSAGE
    assert documents[1]["confusers"] == ["voter_education"]
    exported = [e for e in office.log() if e["action"] == "reviews.export"]
    assert [e["details"] for e in exported] == [{"assessments": 2}]


def test_what_reviewers_write_is_nowhere_but_in_its_table(start_service):
    marker = "نشان‌پنهان۸۸۴"
    service = start_service()
    from tests.service.office import Office

    office = Office(service.url)
    identity = office.assessment(text=f"{marker} {PARTISAN}", document="گزارش")
    with service.client(service.token(Role.MONITOR)) as monitor:
        word = {"decision": "confirm", "rule": "E3", "reason": f"دلیل {marker}"}
        assert monitor.post(f"/v1/assessments/{identity}/review", json=word).status_code == 200
        for wrong in ({"rule": f"E{marker}"}, {"reason": [marker]}, {"decision": marker}):
            answer = monitor.post(f"/v1/assessments/{identity}/review", json=word | wrong)
            is_problem(answer, 422, "invalid_request")
            assert marker not in answer.text
        made = monitor.post("/v1/contests", json={"assessment_id": identity}).json()
        header = {"Contest-Token": made["token"]}
        for form in ("html", "docx"):
            path = f"/v1/assessments/{identity}/notice?format={form}"
            assert monitor.get(path, headers=header).status_code == 200
        assert marker in monitor.get("/v1/reviews/export").text
        metrics = monitor.get("/metrics").text
    with service.client() as publisher:
        publisher.headers["Authorization"] = f"Contest {made['token']}"
        statement = {"statement": f"پاسخ {marker}"}
        assert publisher.get("/v1/contests/current").status_code == 200
        answered = publisher.post("/v1/contests/current/answer", json=statement)
        assert answered.status_code == 200
    entries = json.dumps(office.log(), ensure_ascii=False)
    office.close()
    log = service.log.read_text("utf-8")
    assert '"route": "/v1/contests/current/answer"' in log
    secret = made["token"].rpartition("_")[2]
    for written in (log, entries, metrics):
        assert marker not in written
        assert secret not in written


def test_assessments_written_in_bulk_wait_for_a_person(office):
    identity = office.assessment()
    with office.storage.write() as session:
        given = session.get_one(StoredAssessment, identity)
        columns = {c.name: getattr(given, c.name) for c in StoredAssessment.__table__.columns}
        del columns["outcome"]
        rows = [
            columns | {"id": f"{n:032x}", "row": n, "verdict": verdict}
            for n, verdict in enumerate(["flagged", "review", "clear", "abstained"], start=1)
        ]
        insert = sqlite.insert if office.storage.is_sqlite else postgresql.insert
        session.execute(insert(StoredAssessment.__table__).on_conflict_do_nothing(), rows)
    assert [office.outcome(r["id"]) for r in rows] == [
        "waiting", "waiting", "not_needed", "not_needed",
    ]  # fmt: skip
