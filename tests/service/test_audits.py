"""Audits end to end, with the real service on SQLite and on PostgreSQL."""

import base64
import csv
import io
import json
import os
import re
import socket
import stat
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet
import pytest
from sqlalchemy import inspect, text

from classifier import Assessment
from classifier.readers import Document
from serve.audits import records
from serve.audits.reading import find_dataset
from serve.audits.records import Portion
from serve.audits.slots import Slot, folder_name
from serve.audits.spool import Spool, Unreadable
from serve.identity import create_account
from serve.roles import Role
from serve.storage import Audit, JournalEntry, Storage, StoredAssessment
from serve.storage.tables import new_id, now
from tests.conftest import PARTISAN, PERMITTED
from tests.service.conftest import DATABASES, Service
from tests.service.test_scoring import is_problem

FINAL = ("done", "cancelled", "failed")
MARKER = "زنبورک‌نشان۷۳۱"


class Office:
    """A running service, with a client in every role."""

    def __init__(
        self, folder: Path, url: str, command: list[str] | None = None, **settings: str
    ) -> None:
        self.datasets = folder / "datasets"
        self.datasets.mkdir(parents=True)
        self.service = Service(folder / "service", url, datasets=str(self.datasets), **settings)
        self.tokens = {role: self.service.token(role) for role in Role}
        self.tokens["other"] = self.service.token(Role.MONITOR)
        self.service.command = command or self.service.command
        self.service.start()

    def __getitem__(self, who):
        return self.service.client(self.tokens.get(who))

    @property
    def monitor(self):
        return self[Role.MONITOR]

    @property
    def spool(self) -> Path:
        return self.service.folder / "kept" / "spool"

    def submit(self, client=None, headers=None, **body):
        answer = (client or self.monitor).post("/v1/audits", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/v1/audits/{answer.json()['id']}"
        return answer.json()["id"]

    def upload(self, files, **fields):
        answer = self.monitor.post("/v1/audits", files=files, data=fields)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def wait(self, audit_id, until=lambda audit: audit["state"] in FINAL, seconds=60):
        end = time.monotonic() + seconds
        with self.monitor as client:
            while time.monotonic() < end:
                audit = client.get(f"/v1/audits/{audit_id}").json()
                if until(audit):
                    return audit
                time.sleep(0.1)
        return pytest.fail(f"the audit did not get there: {audit}")

    def results(self, audit_id, **query):
        return self.monitor.get(
            f"/v1/audits/{audit_id}/results", params={"limit": 1000} | query
        ).json()["results"]

    def journal(self, audit_id):
        entries = self[Role.AUDITOR].get("/v1/log", params={"limit": 1000}).json()["entries"]
        return [e["action"] for e in entries if e["object"] == audit_id]


@pytest.fixture(scope="module", params=DATABASES)
def office(request, tmp_path_factory):
    """A service with small limits, on each kind of database in turn."""
    folder = tmp_path_factory.mktemp("audits")
    on_postgres = request.param == "postgresql"
    url = request.getfixturevalue("postgres")() if on_postgres else f"sqlite:///{folder}/b.db"
    running = Office(
        folder,
        url,
        max_upload_bytes="600000",
        max_upload_files="12",
        max_audit_documents="400",
        requests_per_minute="0",
        max_open_audits="50",
    )
    yield running
    if running.service.process.poll() is None:
        running.service.stop()


def many(count, start=0):
    """Short documents, no two alike."""
    bodies = (PERMITTED[:71], PARTISAN[70:147])
    return [
        {"id": f"d{i}", "text": f"{bodies[i % 2]} نوبت {i}."} for i in range(start, start + count)
    ]


def assessed(results):
    """What results say, without what names the audit."""
    return [{k: v for k, v in r.items() if k != "assessment"} for r in results]


def test_documents_are_audited_from_first_to_last(office):
    documents = [
        {"id": "یک", "text": PARTISAN},
        {"id": "دو", "text": PERMITTED},
        {"text": PARTISAN},
        {"id": "nul\0", "text": f"{PERMITTED}\0"},
        {"id": "x" * 5000, "text": "سلام"},
    ]
    body = json.dumps({"name": "پایش آبان", "prior": 0.03, "documents": documents})
    # Half a character, as some programs cut texts.
    body = body.replace('"x"', '"x"')[:-2] + ', {"id": "half", "text": "' + "\\ud83d" + '"}]}'
    monitor = office.monitor
    created = monitor.post("/v1/audits", content=body, headers={"Content-Type": "application/json"})
    assert created.status_code == 202, created.text
    audit = created.json()
    assert audit["state"] == "waiting"
    assert audit["total"] == 6
    ended = office.wait(audit["id"])
    assert ended["state"] == "done"
    assert (ended["done"], ended["faults"]) == (6, 0)
    assert ended["verdicts"]["flagged"] == 2
    assert ended["model"]
    assert ended["finished_at"]
    results = office.results(audit["id"])
    assert [r["row"] for r in results] == list(range(6))
    assert [r["id"] for r in results[:3]] == ["یک", "دو", None]
    assert len(results[4]["id"]) == 500
    assert results[0]["score"] == results[2]["score"]
    assert "prior:0.03" in results[0]["notes"]
    # The same as the service says of one text, but for the prior.
    single = office.monitor.post("/v1/score", json={"text": PARTISAN}).json()
    assert results[0]["verdict"] == single["verdict"]
    assert results[0]["model"] == single["model"]
    [evidence] = results[0]["evidence"]
    assert (evidence["start"], evidence["end"]) == (
        single["evidence"][0]["start"], single["evidence"][0]["end"],
    )  # fmt: skip
    assert evidence["text"] is None
    # In the same words, one by one.
    alone = office.monitor.get(f"/v1/assessments/{results[0]['assessment']}").json()
    assert (alone["evidence"], alone["protected"]) == (
        results[0]["evidence"], results[0]["protected"],
    )  # fmt: skip
    assert office.journal(audit["id"]) == ["audit.create", "audit.finish"]
    assert not (office.spool / audit["id"]).exists()


def test_results_come_by_page_and_by_filter(office):
    audit_id = office.submit(documents=many(25))
    office.wait(audit_id)
    whole = office.results(audit_id)
    assert len(whole) == 25
    monitor, found, after = office.monitor, [], -1
    while after is not None:
        page = monitor.get(
            f"/v1/audits/{audit_id}/results", params={"limit": 10, "after": after}
        ).json()
        found += page["results"]
        after = page["next"]
    assert found == whole
    verdicts = {r["verdict"] for r in whole}
    for verdict in verdicts:
        expected = [r for r in whole if r["verdict"] == verdict]
        assert office.results(audit_id, verdict=verdict) == expected
    rules = {e["rule"] for r in whole for e in r["evidence"]}
    assert rules
    for rule in [*rules, "fundraising"]:
        expected = [r for r in whole if rule in {e["rule"] for e in r["evidence"]}]
        assert office.results(audit_id, rule=rule) == expected
    wrong = monitor.get(f"/v1/audits/{audit_id}/results", params={"rule": "none"})
    is_problem(wrong, 422, "invalid_request")


def test_exports_say_the_same_in_every_format(office):
    audit_id = office.submit(documents=many(12))
    address = f"/v1/audits/{audit_id}/results"
    monitor = office.monitor
    office.wait(audit_id)
    lines = monitor.get(f"{address}.jsonl")
    rows = [json.loads(line) for line in lines.text.splitlines()]
    plain = [
        {k: v for k, v in r.items() if k not in ("row", "assessment", "outcome")}
        for r in office.results(audit_id)
    ]
    for row in plain:
        for passage in row["evidence"]:
            passage["text"] = ""
        for passage in row["protected"]:
            del passage["text"]
        for passage in (*row["evidence"], *row["protected"]):
            del passage["page"]
    assert rows == plain
    sheet = monitor.get(f"{address}.csv")
    assert sheet.headers["content-disposition"].endswith('.csv"')
    table = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [(r["id"], r["verdict"], float(r["score"])) for r in table] == [
        (r["id"], r["verdict"], r["score"]) for r in rows
    ]
    assert [json.loads(r["evidence"]) for r in table] == [r["evidence"] for r in rows]
    parquet = pyarrow.parquet.read_table(io.BytesIO(monitor.get(f"{address}.parquet").content))
    assert parquet.column("id").to_pylist() == [r["id"] for r in rows]
    assert parquet.column("score").to_pylist() == [r["score"] for r in rows]
    some = monitor.get(f"{address}.jsonl", params={"verdict": rows[0]["verdict"]}).text
    assert len(some.splitlines()) == sum(r["verdict"] == rows[0]["verdict"] for r in rows)
    assert monitor.get(f"{address}.xml").status_code == 422
    assert office.journal(audit_id).count("audit.export") == 4


def packed(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx(paragraph):
    from docx import Document as Word

    word = Word()
    word.add_paragraph(paragraph)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def test_files_of_many_kinds_are_audited(office):
    table = f"شناسه,متن خبر\nالف,{PARTISAN}\nب,{PERMITTED}\n"
    files = [
        ("file", ("گزارش.docx", docx(PARTISAN))),
        ("file", ("windows.txt", PERMITTED.replace("‌", " ").encode("cp1256", "replace"))),
        ("file", ("page.html", f"<html><body><p>{PARTISAN}</p></body></html>".encode())),
        ("file", ("broken.docx", b"PK\x03\x04 not a document")),
        ("file", ("../../etc/table.csv", table.encode())),
        ("more", ("pack.zip", packed(**{"a.txt": PERMITTED, "b.md": PARTISAN, "c.jpg": b"x"}))),
        ("file", ("rows.jsonl", b'{"text": 1}\n')),
    ]
    audit_id = office.upload(files, name="بسته", text_column="متن خبر")
    ended = office.wait(audit_id)
    assert ended["state"] == "done", ended
    assert ended["name"] == "بسته"
    results = office.results(audit_id)
    verdicts = {r["id"].split("/")[-1]: r["verdict"] for r in results}
    assert verdicts["گزارش.docx"] == "flagged"
    assert verdicts["page.html"] == "flagged"
    assert verdicts["b.md"] == "flagged"
    assert (
        verdicts["a.txt"]
        == office.monitor.post("/v1/score", json={"text": PERMITTED}).json()["verdict"]
    )
    assert len(results) == ended["done"] == 7
    faults = office.monitor.get(f"/v1/audits/{audit_id}/faults").json()["faults"]
    assert len(faults) == ended["faults"] == 3
    assert ended["total"] == 10
    assert faults[0]["source"] == "broken.docx"
    assert "damaged" in faults[0]["reason"].lower()
    persian = office.monitor.get(
        f"/v1/audits/{audit_id}/faults", headers={"Accept-Language": "fa"}
    ).json()["faults"]
    assert "آسیب" in persian[0]["reason"]
    page = office.monitor.get(f"/v1/audits/{audit_id}/faults", params={"limit": 1}).json()
    assert page["next"] == faults[0]["row"]


def test_a_dataset_is_audited_and_nothing_beside_it(office):
    folder = office.datasets / "1405" / "آذر"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text(PARTISAN)
    (folder / "b.jsonl").write_text(json.dumps({"id": "ب", "text": PERMITTED}))
    outside = office.datasets.parent / "secret.txt"
    outside.write_text(PARTISAN)
    (folder / "c.txt").unlink(missing_ok=True)
    (folder / "c.txt").symlink_to(outside)
    audit_id = office.submit(dataset="1405/آذر")
    ended = office.wait(audit_id)
    assert (ended["state"], ended["done"], ended["faults"]) == ("done", 2, 1)
    assert [r["id"] for r in office.results(audit_id)] == ["1405/آذر/a.txt", "ب"]
    one = office.wait(office.submit(dataset="1405/آذر/a.txt"))
    assert one["done"] == 1
    if not (office.datasets / "link").exists():
        (office.datasets / "link").symlink_to(outside)
    for name in (
        "none", "../secret.txt", str(outside), "link", ".", "", "1405/../../secret.txt", "a\0b",
    ):  # fmt: skip
        refused = office.monitor.post("/v1/audits", json={"dataset": name})
        is_problem(refused, 422, "dataset_not_found")


def test_the_same_key_makes_one_audit(office):
    body = {"documents": many(3), "name": "یک بار"}
    headers = {"Idempotency-Key": new_id()}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: office.monitor.post("/v1/audits", json=body, headers=headers), range(8)
            )
        )
    assert sorted(a.status_code for a in answers) == [200] * 7 + [202]
    assert len({a.json()["id"] for a in answers}) == 1
    audit_id = answers[0].json()["id"]
    changed = office.monitor.post("/v1/audits", json=body | {"name": "دو"}, headers=headers)
    is_problem(changed, 409, "idempotency_conflict")
    # Another account's keys are its own.
    other = office["other"].post("/v1/audits", json=body, headers=headers)
    assert other.status_code == 202
    assert other.json()["id"] != audit_id
    wrong = office.monitor.post("/v1/audits", json=body, headers={"Idempotency-Key": "a b"})
    is_problem(wrong, 422, "invalid_request")
    office.wait(audit_id)
    assert office.journal(audit_id).count("audit.create") == 1
    again = office.monitor.post("/v1/audits", json=body, headers=headers)
    assert (again.status_code, again.json()["state"]) == (200, "done")
    key = {"Idempotency-Key": new_id()}
    files = [("file", ("a.txt", PARTISAN.encode()))]
    first = office.monitor.post("/v1/audits", files=files, headers=key)
    assert first.status_code == 202
    assert office.monitor.post("/v1/audits", files=files, headers=key).status_code == 200
    other_file = [("file", ("a.txt", PERMITTED.encode()))]
    changed = office.monitor.post("/v1/audits", files=other_file, headers=key)
    is_problem(changed, 409, "idempotency_conflict")


def test_progress_is_told_until_the_end(office):
    audit_id = office.submit(documents=many(60, start=1000))
    seen = []
    with office.monitor.stream("GET", f"/v1/audits/{audit_id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line[6:]))
    assert seen[-1]["state"] == "done"
    assert seen[-1]["done"] == 60
    done = [audit["done"] for audit in seen]
    assert done == sorted(done)
    assert office.monitor.get(f"/v1/audits/{audit_id}/events").text.count("event: ") == 1


def test_an_audit_is_cancelled_and_deleted_by_its_owner(office):
    audit_id = office.submit(documents=many(300, start=2000))
    monitor = office.monitor
    is_problem(monitor.delete(f"/v1/audits/{audit_id}"), 409, "conflict")
    is_problem(monitor.get(f"/v1/audits/{audit_id}/results.csv"), 409, "conflict")
    office.wait(audit_id, lambda audit: audit["done"] > 0)
    for _ in range(2):
        answer = monitor.post(f"/v1/audits/{audit_id}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert not (office.spool / audit_id).exists()
    done = answer.json()["done"]
    time.sleep(2)
    ended = monitor.get(f"/v1/audits/{audit_id}").json()
    assert (ended["state"], ended["done"]) == ("cancelled", done)
    assert done < 300
    assert len(office.results(audit_id)) == done
    assert monitor.delete(f"/v1/audits/{audit_id}").status_code == 204
    is_problem(monitor.get(f"/v1/audits/{audit_id}"), 404, "not_found")
    is_problem(monitor.get(f"/v1/audits/{audit_id}/results"), 404, "not_found")
    assert office.journal(audit_id) == ["audit.create", "audit.cancel", "audit.delete"]


def test_who_may_not(office):
    audit_id = office.submit(documents=many(2))
    office.wait(audit_id)
    address = f"/v1/audits/{audit_id}"
    reading = [
        ("GET", address), ("GET", f"{address}/results"), ("GET", f"{address}/faults"),
        ("GET", f"{address}/events"), ("GET", f"{address}/results.csv"),
    ]  # fmt: skip
    changing = [("POST", f"{address}/cancel"), ("DELETE", address)]
    for method, path in reading + changing:
        is_problem(office["other"].request(method, path), 404, "not_found")
        is_problem(office[None].request(method, path), 401, "unauthenticated")
        for role in (Role.AUTHOR, Role.ADMIN):
            is_problem(office[role].request(method, path), 403, "forbidden")
    for method, path in reading:
        assert office[Role.AUDITOR].request(method, path).status_code == 200, path
    for method, path in changing:
        is_problem(office[Role.AUDITOR].request(method, path), 403, "forbidden")
    body = {"documents": many(1)}
    for role in (Role.AUTHOR, Role.AUDITOR, Role.ADMIN):
        is_problem(office[role].post("/v1/audits", json=body), 403, "forbidden")
    is_problem(office[None].post("/v1/audits", json=body), 401, "unauthenticated")
    for wrong in ("none", "0" * 32, "%00", "A" * 32):
        answer = office.monitor.get(f"/v1/audits/{wrong}")
        is_problem(answer, 404, "not_found")
    own = office["other"].get("/v1/audits").json()["audits"]
    assert audit_id not in {a["id"] for a in own}
    every = {a["id"] for a in office[Role.AUDITOR].get("/v1/audits?limit=200").json()["audits"]}
    assert audit_id in every
    assert {a["id"] for a in own} <= every


def test_audits_are_listed_by_page(office):
    made = [office.submit(documents=many(1)) for _ in range(3)]
    monitor, found, after = office.monitor, [], None
    while after is not None or not found:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = monitor.get("/v1/audits", params=query).json()
        found += [a["id"] for a in page["audits"]]
        after = page["next"]
    assert found[:3] == made[::-1]
    assert len(found) == len(set(found))
    is_problem(monitor.get("/v1/audits", params={"after": "x"}), 422, "invalid_request")


def raw_upload(office, body, declared):
    """Send the beginning of an upload and go away."""
    head = (
        "POST /v1/audits HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {office.tokens[Role.MONITOR]}\r\n"
        "Content-Type: multipart/form-data; boundary=xyz\r\n"
        f"Content-Length: {declared}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", office.service.port))
    connection.sendall(head.encode() + body)
    return connection


def test_a_broken_off_upload_leaves_nothing(office):
    part = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'

    def latest():
        return office.monitor.get("/v1/audits", params={"limit": 1}).json()["audits"][0]["id"]

    before = latest()
    connection = raw_upload(office, part + PARTISAN.encode() * 50, 500_000)
    end = time.monotonic() + 10
    while not list(office.spool.glob("*.part/in/0")) and time.monotonic() < end:
        time.sleep(0.05)
    [arriving] = office.spool.glob("*.part/in/0")
    assert stat.S_IMODE(arriving.stat().st_mode) == 0o600
    assert stat.S_IMODE(arriving.parent.stat().st_mode) == 0o700
    connection.close()
    while list(office.spool.glob("*.part")) and time.monotonic() < end:
        time.sleep(0.05)
    assert not list(office.spool.glob("*.part"))
    assert latest() == before


def test_limits_are_told(office):
    monitor = office.monitor
    too_many = monitor.post("/v1/audits", json={"documents": many(401)})
    is_problem(too_many, 422, "too_many_documents")
    rows = "".join(json.dumps({"text": f"متن {i}"}) + "\n" for i in range(401))
    failed = office.wait(office.upload([("file", ("rows.jsonl", rows.encode()))]))
    assert (failed["state"], failed["error"]) == ("failed", "too_many_documents")
    assert "Split" in failed["explanation"]
    assert not (office.spool / failed["id"]).exists()
    large = [("file", ("a.txt", b"x" * 700_000))]
    is_problem(monitor.post("/v1/audits", files=large), 413, "body_too_large")
    files = [("file", (f"{i}.txt", b"x")) for i in range(13)]
    is_problem(monitor.post("/v1/audits", files=files), 422, "too_many_documents")
    is_problem(monitor.post("/v1/audits", content=b"x"), 415, "unsupported_media_type")
    kind = {"Content-Type": "application/json"}
    is_problem(monitor.post("/v1/audits", content=b"{", headers=kind), 422, "not_json")
    deep = b"[" * 100_000
    is_problem(monitor.post("/v1/audits", content=deep, headers=kind), 422, "not_json")
    for body in (
        {}, [], {"documents": []}, {"documents": [{"id": "a"}]}, {"name": "x"},
        {"documents": many(1), "dataset": "a"}, {"documents": many(1), "prior": 1},
        {"documents": many(1), "other": 1}, {"documents": many(1), "name": "x" * 201},
    ):  # fmt: skip
        is_problem(monitor.post("/v1/audits", json=body), 422, "invalid_request")
    for fields in ({"prior": "half"}, {"unknown": "x"}, {"name": "x" * 3000}):
        answer = monitor.post("/v1/audits", files=[("file", ("a.txt", b"x"))], data=fields)
        is_problem(answer, 422, "invalid_request")
    for content_type, content in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=xyz", b"nothing of the kind"),
        ("multipart/form-data; boundary=xyz", b"--xyz\r\n\r\n"),
        ("multipart/form-data; boundary=xyz", b"--xyz--\r\n"),
    ):
        answer = monitor.post("/v1/audits", content=content, headers={"Content-Type": content_type})
        is_problem(answer, 422, "invalid_request")
    empty = office.wait(office.upload([("file", ("rows.jsonl", b"\n"))]))
    assert empty["state"] in ("done", "failed")
    assert not list(office.spool.glob("*.part"))


def test_killed_twice_and_equal_to_an_undisturbed_run(office):
    documents = many(220, start=5000)
    undisturbed = office.submit(documents=documents)
    assert office.wait(undisturbed, seconds=90)["state"] == "done"
    audit_id = office.submit(documents=documents)
    reached = 0
    for _ in range(2):
        reached = office.wait(audit_id, lambda audit, r=reached: audit["done"] > r)["done"]
        assert reached < 220
        office.service.kill()
        # A submission that was arriving when the process died.
        office.spool.joinpath(f"{new_id()}.0.part", "in").mkdir(parents=True)
        office.service.start()
        assert not list(office.spool.glob("*.part"))
    ended = office.wait(audit_id, seconds=90)
    assert (ended["state"], ended["done"], ended["faults"]) == ("done", 220, 0)
    results = office.results(audit_id)
    assert [r["row"] for r in results] == list(range(220))
    assert assessed(results) == assessed(office.results(undisturbed))
    assert office.journal(audit_id) == ["audit.create", "audit.finish"]


def test_an_upgrade_strands_no_audit(office):
    audit_id = office.submit(documents=many(60, start=6000))
    office.wait(audit_id, lambda audit: audit["done"] > 0)
    office.service.kill()
    on_sqlite = office.service.url.startswith("sqlite")
    work = f"sqlite:///{office.service.folder}/kept/dbos.db" if on_sqlite else office.service.url
    storage = Storage(work)
    table = "workflow_status" if on_sqlite else "bitaraf_work.workflow_status"
    with storage.engine.begin() as connection:
        changed = connection.execute(text(f"UPDATE {table} SET application_version = 'before'"))
        assert changed.rowcount
    storage.close()
    office.service.start()
    ended = office.wait(audit_id, seconds=90)
    assert (ended["state"], ended["done"]) == ("done", 60)
    assert [r["row"] for r in office.results(audit_id)] == list(range(60))


def test_a_stop_is_quick_and_the_work_goes_on_afterwards(office):
    audit_id = office.submit(documents=many(150, start=7000))
    office.wait(audit_id, lambda audit: audit["done"] > 0)
    heard = []

    def listen():
        with office.monitor.stream("GET", f"/v1/audits/{audit_id}/events") as stream:
            heard.extend(stream.iter_lines())
            heard.append("ended well")

    listener = threading.Thread(target=listen)
    listener.start()
    end = time.monotonic() + 60
    while not heard and time.monotonic() < end:
        time.sleep(0.05)
    began = time.monotonic()
    office.service.stop()
    assert time.monotonic() - began < 8
    listener.join(timeout=10)
    assert heard[-1] == "ended well"
    office.service.start()
    ended = office.wait(audit_id, seconds=90)
    assert (ended["state"], ended["done"]) == ("done", 150)
    assert len(office.results(audit_id)) == 150


def everything_kept(office):
    """Each file of the service and each value of its database, packed values unpacked."""
    for path in office.service.folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    url = office.service.url
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            yield str(file), file.read_bytes()
    urls = [url]
    if url.startswith("sqlite"):
        urls.append(f"sqlite:///{office.service.folder}/kept/dbos.db")
    for each in urls:
        storage = Storage(each)
        with storage.engine.connect() as connection:
            found = inspect(storage.engine)
            for schema in [None] if each.startswith("sqlite") else found.get_schema_names():
                for table in found.get_table_names(schema):
                    name = f'"{schema}"."{table}"' if schema else f'"{table}"'
                    for row in connection.execute(text(f"SELECT * FROM {name}")):
                        line = " ".join(map(str, row))
                        yield name, line.encode()
                        for value in row:
                            if isinstance(value, str) and re.fullmatch(r"[\w+/=]{16,}", value):
                                yield name, base64.b64decode(value + "==")
        storage.close()


def test_nothing_of_a_text_is_kept(office):
    sentence = f"{PARTISAN} {MARKER}"
    # What is kept, so that the search is known to find what is there.
    control = f"control-{new_id()}"
    done = office.submit(name=control, documents=[{"id": "a", "text": sentence}])
    table = f"{MARKER},دوم\nx,y\n"
    office.wait(
        office.upload(
            [
                ("file", ("a.txt", sentence.encode())),
                ("file", ("no-column.csv", table.encode())),
                ("file", ("broken.jsonl", f'{{"{MARKER}": 1}}\n{{"text": "{MARKER}'.encode())),
                ("file", ("broken.docx", b"PK\x03\x04" + MARKER.encode())),
            ]
        )
    )
    office.wait(done)
    monitor = office.monitor
    monitor.post("/v1/audits", json={"documents": [{"text": [MARKER]}]})
    monitor.post("/v1/audits", json={"documents": [*many(401), {"text": MARKER}]})
    cancelled = office.submit(documents=[*many(200, start=9000), {"text": MARKER}])
    monitor.post(f"/v1/audits/{cancelled}/cancel")
    killed = office.submit(documents=[{"text": sentence}, *many(100, start=9500)])
    office.wait(killed, lambda audit: audit["done"] > 0)
    office.service.kill()
    office.service.start()
    office.wait(killed)
    time.sleep(0.5)
    needles = [MARKER.encode(), json.dumps(MARKER)[1:-1].encode(), MARKER.encode("utf-16-le")]
    controls = 0
    for place, content in everything_kept(office):
        controls += control.encode() in content
        for needle in needles:
            assert needle not in content, place
    assert controls
    assert list(office.spool.iterdir()) == []


def test_an_account_may_not_fill_the_service(start_service):
    service = start_service(max_open_audits="1", documents_per_day="150")
    client = service.client(service.token(Role.MONITOR))
    assert client.post("/v1/audits", json={"documents": many(100)}).status_code == 202
    answer = client.post("/v1/audits", json={"documents": many(1)})
    is_problem(answer, 429, "too_many_requests")
    assert int(answer.headers["retry-after"]) > 0
    # A person is not kept waiting by an audit.
    began = time.monotonic()
    assert client.post("/v1/score", json={"text": PERMITTED}).status_code == 200
    assert time.monotonic() - began < 3
    other = service.client(service.token(Role.MONITOR))
    is_problem(other.post("/v1/audits", json={"documents": many(151)}), 429, "too_many_requests")


# Parts by themselves.


def portion(row=0, verdict="flagged", text_="الف\0ب"):
    found = Assessment(
        id="x", verdict=verdict, score=0.5, evidence=[], protected=[], model="m"
    )  # fmt: skip
    return Portion([(row, Document("x", text_), found)], [], row + 1, 0)


@pytest.fixture
def running(storage):
    """An audit that is being worked on."""
    with storage.write() as session:
        owner = create_account(session, "پایشگر", Role.MONITOR)
        session.add(Audit(id=new_id(), owner_id=owner.id, total=3))
    with storage.write() as session:
        audit = session.query(Audit).one()
        assert records.start(session, audit.id, "m")
    return audit.id


def test_a_portion_written_twice_is_there_once(storage, running):
    for _ in range(2):
        with storage.write() as session:
            assert records.write_portion(session, running, portion(1))
    with storage.write() as session:
        assert records.write_portion(session, running, portion(0))
    with storage.read() as session:
        assert session.get(Audit, running).done == 2
        assert [a.row for a in session.scalars(records.results(running, None, None, -1, 9))] == [
            0, 1,
        ]  # fmt: skip
        assert session.query(StoredAssessment.text).first() == (None,)


def test_nothing_is_written_of_an_audit_that_was_cancelled(storage, running):
    with storage.write() as session:
        assert records.cancel(session, session.get(Audit, running), "x")
    with storage.write() as session:
        assert not records.write_portion(session, running, portion())
        records.finish(session, running)
    with storage.read() as session:
        assert session.get(Audit, running).state == "cancelled"
        assert session.query(StoredAssessment).count() == 0


def test_faults_fit_any_database(storage, running):
    fault = Unreadable("نام\0\ud800" + "x" * 900, "r" * 900)
    with storage.write() as session:
        assert records.write_portion(session, running, Portion([], [(0, fault)], 0, 1))


def test_kept_texts_are_purged_after_their_time(storage, running):
    with storage.write() as session:
        records.write_portion(session, running, portion(), keep_days=3)
    with storage.write() as session:
        stored = session.query(StoredAssessment).one()
        # As long as it was, so that offsets point where they did.
        assert stored.text == "الف\ufffdب"
        assert 2.9 < (stored.text_until - now()).total_seconds() / 86400 < 3.1
        assert records.purge_texts(session) == 0
        stored.text_until = now()
    with storage.write() as session:
        assert records.purge_texts(session) == 1
    storage.truncate_log()
    with storage.read() as session:
        stored = session.query(StoredAssessment).one()
        assert (stored.text, stored.text_until) == (None, None)
        [entry] = session.query(JournalEntry).all()
        assert (entry.action, entry.details) == ("text.purge", {"documents": 1})


def test_a_slot_is_one_living_process_s_own(tmp_path):
    first, second = Slot(tmp_path), Slot(tmp_path)
    assert (first.number, second.number) == (0, 1)
    with second.dead() as dead:
        assert dead == []
    first.release()
    with second.dead() as dead:
        assert dead == [0]
    assert Slot(tmp_path).number == 0
    assert folder_name(tmp_path) == folder_name(tmp_path)


def test_the_spool_gives_back_what_it_took(tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.prepare()
    place = spool.arriving("a" * 32, 3)
    rows = [
        Document("یک", "متن\u2028\n\0\ud800", ("ocr",), ((0, 1), (3, 2)), "متن ...."),
        Unreadable("دو", "چرا"),
    ]
    assert place.write_rows(0, iter(rows)) == 2
    assert place.write_rows(1, iter(rows), most=1) is None
    assert place.write_rows(1, iter(rows), most_bytes=10) is None
    assert spool.left_arriving([1]) == []
    assert [found for found, _ in spool.left_arriving([3])] == ["a" * 32]
    spool.accept(place)
    accepted = spool.place("a" * 32)
    assert [row for row, _ in accepted.rows(0, 0)] == rows
    [(_, offset), *_] = accepted.rows(0, 0)
    assert [row for row, _ in accepted.rows(0, offset)] == rows[1:]
    assert (accepted.count_rows(0), accepted.count_rows(1)) == (2, None)
    assert os.listdir(accepted.folder / "read") == ["0"]
    spool.remove("a" * 32)
    assert spool.waiting() == []


def test_no_name_leads_out_of_the_datasets(tmp_path):
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("x")
    (root / "out").symlink_to(tmp_path)
    (root / "within").symlink_to(root / "in")
    (root / "loop").symlink_to(root / "loop")
    assert find_dataset(root, "in/a.txt") == root / "in" / "a.txt"
    assert find_dataset(root, "within") == root / "in"
    for name in ("../b.txt", "out/b.txt", "/etc/passwd", "in/../..", "loop", "x" * 5000, "a\0"):
        assert find_dataset(root, name) is None, name
    assert find_dataset(None, "in") is None
