"""Contest links: one assessment each, one answer, and nothing else."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from serve.operations import rates
from serve.roles import Role
from serve.storage import Contest
from serve.storage.tables import now
from tests.conftest import PARTISAN
from tests.service.office import PASSAGE, Office
from tests.service.test_identity import GUARDED
from tests.service.test_scoring import is_problem

STATEMENT = {"statement": "این جمله نقل قول بود و نام گوینده در سطر پیش آمده است."}


def contest(office, identity, who="owner", **body):
    answer = office[who].post("/v1/contests", json={"assessment_id": identity} | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def holder(office, made):
    return office.client(f"Contest {made['token']}")


def change(office, made, **fields):
    with office.storage.write() as session:
        for name, value in fields.items():
            setattr(session.get_one(Contest, made["id"]), name, value)


def test_a_token_is_shown_once_and_opens_its_assessment(office):
    identity = office.assessment(text=PARTISAN)
    office.review("narges", identity)
    made = contest(office, identity, days=7)
    assert made["link"] == f"http://office.example/contest#{made['token']}"
    with office.storage.read() as session:
        stored = session.get_one(Contest, made["id"])
        kept = [str(getattr(stored, c.name)) for c in Contest.__table__.columns]
        assert not any(made["token"].rpartition("_")[2] in value for value in kept)
        assert timedelta(days=6) < stored.expires_at - now() <= timedelta(days=7)
    seen = holder(office, made).get("/v1/contests/current").json()
    assert (seen["document"], seen["outcome"]) == ("گزارش بهاره.docx", "confirmed")
    assert (seen["evidence"][0]["category"]["code"], seen["evidence"][0]["text"]) == ("E3", PASSAGE)
    assert seen["reviews"][0]["reason"] == "همهٔ متن را خواندم."
    # What is not the publisher's: who reviewed, whose audit it is, other identities.
    for hidden in ("narges", office.accounts["narges"], office.accounts["owner"], identity):
        assert hidden not in str(seen)
    listed = office["babak"].get(f"/v1/assessments/{identity}/reviews").json()["contests"]
    assert [(c["id"], c["answered_at"]) for c in listed] == [(made["id"], None)]


@pytest.mark.parametrize("given", ["https://bitaraf.example", "https://bitaraf.example/"])
def test_links_lead_where_people_reach_the_service(make_url_of, given):
    behind_proxy = Office(make_url_of("sqlite"), public_url=given)
    identity = behind_proxy.assessment()
    behind_proxy.review("narges", identity)
    made = contest(behind_proxy, identity)
    assert made["link"] == f"https://bitaraf.example/contest#{made['token']}"
    path = f"/v1/assessments/{identity}/notice"
    notice = behind_proxy["narges"].get(path, headers={"Contest-Token": made["token"]})
    assert f'href="{made["link"]}"' in notice.text
    assert "office.example" not in notice.text
    behind_proxy.close()


def test_text_that_is_not_kept_is_not_shown(office):
    made = contest(office, office.assessment())
    passage = holder(office, made).get("/v1/contests/current").json()["evidence"][0]
    assert passage["text"] is None
    assert passage["end"] > passage["start"] > 0


def test_an_answer_puts_it_back_until_a_reviewer_speaks(office):
    identity = office.assessment()
    office.review("narges", identity)
    made = contest(office, identity)
    answered = holder(office, made).post("/v1/contests/current/answer", json=STATEMENT).json()
    assert (answered["outcome"], answered["statement"]) == ("contested", STATEMENT["statement"])
    queue = office["babak"].get("/v1/reviews/queue?state=contested").json()
    assert [a["id"] for a in queue["assessments"]] == [identity]
    listed = office["babak"].get(f"/v1/assessments/{identity}/reviews").json()
    assert listed["contests"][0]["statement"] == STATEMENT["statement"]
    assert listed["contests"][0]["heard_at"] is None
    # The same word again is a word on the answer; another reviewer's would do as well.
    assert office.review("narges", identity).json()["outcome"] == "confirmed"
    listed = office["babak"].get(f"/v1/assessments/{identity}/reviews").json()
    assert listed["contests"][0]["heard_at"] is not None
    assert office.review("babak", identity, "overturn", "P4").json()["outcome"] == "disputed"


def test_a_clock_set_back_does_not_lose_an_answer(office):
    identity = office.assessment()
    office.review("narges", identity)
    made = contest(office, identity)
    change(office, made, created_at=now() - timedelta(days=2))
    holder(office, made).post("/v1/contests/current/answer", json=STATEMENT)
    change(office, made, answered_at=now() - timedelta(days=1))
    office.review("babak", identity, "overturn", "P4")
    assert office.outcome(identity) == "disputed"


def test_an_answer_is_given_once_also_at_once(office):
    made = contest(office, office.assessment())

    def say(number):
        body = {"statement": f"پاسخ {number}"}
        return holder(office, made).post("/v1/contests/current/answer", json=body)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(say, range(6)))
    assert sorted(a.status_code for a in answers) == [200] + [409] * 5
    kept = next(a for a in answers if a.status_code == 200).json()["statement"]
    seen = holder(office, made).get("/v1/contests/current").json()
    assert seen["statement"] == kept
    entries = [e for e in office.log() if e["action"] == "contest.answer"]
    assert [(e["actor"], e["object"]) for e in entries] == [(f"contest {made['id']}", made["id"])]


def test_what_was_overturned_is_not_contested(office):
    identity = office.assessment()
    made = contest(office, identity)
    office.review("narges", identity, "overturn", None)
    refused = holder(office, made).post("/v1/contests/current/answer", json=STATEMENT)
    is_problem(refused, 409, "conflict")
    assert office.outcome(identity) == "overturned"


def test_an_answer_says_something_and_is_not_endless(office):
    made = contest(office, office.assessment())
    for statement in ("", " \u200c ", "الف\u0000", "الف" * 2000, ["الف"], None):
        body = {"statement": statement}
        refused = holder(office, made).post("/v1/contests/current/answer", json=body)
        is_problem(refused, 422, "invalid_request")


def test_every_failure_is_the_same(office):
    identity = office.assessment()
    good = contest(office, identity)
    expired, revoked = contest(office, identity), contest(office, identity)
    change(office, expired, expires_at=now())
    assert office["owner"].delete(f"/v1/contests/{revoked['id']}").status_code == 204
    other = contest(office, office.assessment("babak"), "babak")
    secret = good["token"].rpartition("_")[2]
    key = office["owner"].headers["Authorization"].removeprefix("Bearer ")
    attempts = [
        None, "Contest", "Contest ", "Contest x", "Contest btc__", f"Contest {good['token']}x",
        f"Contest {good['token'][:-1]}", f"Contest {good['token'].upper()}",
        f"Contest btc_{other['id']}_{secret}", f"Contest btc_{'0' * 32}_{secret}",
        f"Contest btf_{good['id']}_{secret}", f"Contest {expired['token']}",
        f"Contest {revoked['token']}", f"Bearer {good['token']}", f"Bearer {key}",
        f"Contest {key}", f"Basic {good['token']}", good["token"],
    ]  # fmt: skip
    answers = set()
    for authorization in attempts:
        client = office.client(authorization)
        for answer in (
            client.get("/v1/contests/current"),
            client.post("/v1/contests/current/answer", json=STATEMENT),
        ):
            is_problem(answer, 401, "contest_unusable")
            answers.add((answer.text, answer.headers["www-authenticate"]))
    assert len(answers) == 1
    assert holder(office, good).get("/v1/contests/current").status_code == 200


def test_attempts_from_one_address_are_limited(make_url_of, monkeypatch):
    limited = Office(make_url_of("sqlite"), contest_attempts_per_minute=5)
    made = contest(limited, limited.assessment())
    clock = SimpleNamespace(time=time.time, monotonic=lambda: 600.0)
    monkeypatch.setattr(rates, "time", clock)

    def attempt(token, address="198.51.100.7"):
        client = TestClient(limited.app, client=(address, 50000))
        return client.get("/v1/contests/current", headers={"Authorization": f"Contest {token}"})

    for number in range(5):
        is_problem(attempt(f"btc_{number:032}_x"), 401, "contest_unusable")
    # A good token is refused as well: what is not looked up tells nothing.
    for token in ("btc_x", made["token"]):
        refused = attempt(token)
        is_problem(refused, 429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert attempt(made["token"], "198.51.100.8").status_code == 200
    # Whoever has one address of an IPv6 network has them all.
    for number in range(5):
        assert attempt("btc_x", f"2001:db8::{number}").status_code == 401
    assert attempt("btc_x", "2001:db8::ffff").status_code == 429
    assert attempt(made["token"], "2001:db8:0:1::1").status_code == 200
    clock.monotonic = lambda: 660.0
    assert attempt(made["token"]).status_code == 200
    limited.close()


def test_a_token_opens_nothing_else(office):
    identity, other = office.assessment(), office.assessment()
    made = contest(office, identity)
    routes = [route[:3] for route in GUARDED] + [
        ("GET", f"/v1/assessments/{identity}", None),
        ("GET", f"/v1/assessments/{identity}/reviews", None),
        ("GET", f"/v1/assessments/{other}", None),
        ("GET", "/v1/me", None),
    ]
    for scheme in ("Contest", "Bearer"):
        client = office.client(f"{scheme} {made['token']}")
        for method, path, body in routes:
            answer = client.request(method, path, json=body)
            is_problem(answer, 401, "unauthenticated")


def test_who_may_open_an_assessment_to_its_publisher(office):
    identity = office.assessment("narges")
    body = {"assessment_id": identity}
    is_problem(office["babak"].post("/v1/contests", json=body), 403, "forbidden")
    office.review("babak", identity)
    contest(office, identity, "babak")
    for role in (Role.AUTHOR, Role.AUDITOR, Role.ADMIN):
        answer = office.hire(role, role).post("/v1/contests", json=body)
        is_problem(answer, 403, "forbidden")
    is_problem(office.client().post("/v1/contests", json=body), 401, "unauthenticated")
    for unknown in ("0" * 32, "x", "\u0000"):
        answer = office["babak"].post("/v1/contests", json={"assessment_id": unknown})
        is_problem(answer, 404, "not_found")
    for days in (0, 366, "x"):
        answer = office["narges"].post("/v1/contests", json=body | {"days": days})
        is_problem(answer, 422, "invalid_request")
    clear = office.assessment("narges", verdict="clear", evidence=[])
    answer = office["narges"].post("/v1/contests", json={"assessment_id": clear})
    is_problem(answer, 409, "conflict")


def test_who_may_withdraw_a_link(office):
    identity = office.assessment("narges")
    office.review("babak", identity)
    made = contest(office, identity, "babak")
    is_problem(office["shirin"].delete(f"/v1/contests/{made['id']}"), 404, "not_found")
    is_problem(office["narges"].delete("/v1/contests/none"), 404, "not_found")
    is_problem(office["narges"].delete("/v1/contests/%00"), 404, "not_found")
    assert holder(office, made).get("/v1/contests/current").status_code == 200
    # The owner of the assessment may, and whoever made the link.
    for who in ("narges", "babak"):
        assert office[who].delete(f"/v1/contests/{made['id']}").status_code == 204
    entries = [e["action"] for e in office.log() if e["object"] == made["id"]]
    assert entries == ["contest.create", "contest.revoke"]


def test_withdrawing_a_link_does_not_silence_its_answer(office):
    identity = office.assessment()
    office.review("narges", identity)
    made = contest(office, identity)
    holder(office, made).post("/v1/contests/current/answer", json=STATEMENT)
    office["owner"].delete(f"/v1/contests/{made['id']}")
    assert office.outcome(identity) == "contested"
