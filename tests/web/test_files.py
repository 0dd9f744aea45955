"""Scoring a file over HTTP: what was read comes back, and nothing is kept."""

import ast
import io
import zipfile
from pathlib import Path

import pytest

from serve.roles import Role
from serve.unread import in_persian, in_words
from tests.conftest import PARTISAN, PERMITTED, ROOT
from tests.service.conftest import Service

FIXTURES = ROOT / "tests" / "fixtures"
READERS = ROOT / "classifier" / "readers"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service whose temporary folder is watched, with small limits."""
    folder = tmp_path_factory.mktemp("files")
    temporary = folder / "temporary"
    temporary.mkdir()
    started = Service(
        folder,
        f"sqlite:///{folder / 'bitaraf.db'}",
        max_characters="20000",
        max_batch="3",
        max_body_bytes="3000000",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        started.start()
    # The model's runtime leaves a file of its own when it starts.
    started.left = lambda: {path.name for path in temporary.rglob("*")} - {".ses"}
    yield started
    started.stop()


@pytest.fixture
def client(running):
    with running.client() as opened:
        yield opened
    assert running.left() == set()


def send(client, name, data, language="en"):
    headers = {"Accept-Language": language}
    return client.post("/v1/score/file", files={"file": (name, data)}, headers=headers)


def problem(answer, code, status=422):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    return answer.json()


@pytest.mark.parametrize("name", ["flagged.docx", "flagged.pdf", "flagged.odt", "flagged.1256.txt"])
def test_a_file_comes_back_with_its_text_and_where_the_passages_stand(client, name):
    answer = send(client, name, (FIXTURES / name).read_bytes())
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["file"], body["unread"], body["complete"]) == (name, [], True)
    (document,) = body["documents"]
    assessment = document["assessment"]
    assert assessment["id"] == name
    assert assessment["verdict"] in ("review", "flagged")
    for passage in assessment["evidence"]:
        assert document["text"][passage["start"] : passage["end"]] == passage["text"]
    assert ("page" in assessment["evidence"][0]) == name.endswith(".pdf")


def test_a_large_file_is_read_without_touching_the_disk(client):
    large = PERMITTED.encode() + b"\n" * 1_900_000
    problem(send(client, "large.txt", large), "text_too_long")


def test_a_file_of_several_documents_gives_several_and_names_what_was_not_read(client):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.txt", PARTISAN)
        archive.writestr("2.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
        archive.writestr("3.txt", PERMITTED)
        archive.writestr("4.bin", b"\0")
    body = send(client, "season.zip", packed.getvalue(), "fa").json()
    verdicts = [d["assessment"]["verdict"] for d in body["documents"]]
    assert verdicts[0] != "clear"
    assert verdicts[1] == "clear"
    assert body["complete"]
    reasons = " ".join(item["reason"] for item in body["unread"])
    assert "نوع‌های دیگر" in reasons


def test_beyond_the_limit_the_answer_says_that_it_is_not_all(client):
    rows = "\n".join(["text", *[f'"{PERMITTED}"'] * 5])
    body = send(client, "posts.csv", rows.encode()).json()
    assert len(body["documents"]) == 3
    assert body["complete"] is False


@pytest.mark.parametrize(
    ("name", "data", "english", "persian"),
    [
        ("locked.pdf", None, "password", "گذرواژه"),
        ("picture.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 99, "picture", "تصویر"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "DOCX", "DOCX"),
        ("torn.docx", b"PK\x03\x04torn", "amaged", "آسیب"),
        ("headless.csv", "نشان‌پنهان۷۷۳,ب\n1,2\n".encode(), "column", "ستون"),
    ],
)
def test_what_cannot_be_read_is_told_in_the_callers_language(client, name, data, english, persian):
    data = (FIXTURES / name).read_bytes() if data is None else data
    said = problem(send(client, name, data), "unreadable_file")["detail"]
    assert english in said
    assert "paste" in said
    assert "نشان" not in said
    said = problem(send(client, name, data, "fa-IR"), "unreadable_file")["detail"]
    assert persian in said


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"text": PERMITTED}},
        {"data": {"file": "no file"}},
        {"files": {"other": ("a.txt", b"x")}},
        {"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"y"))]},
        {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"content": b""},
    ],
)
def test_any_other_body_is_refused(client, request_):
    problem(client.post("/v1/score/file", **request_), "invalid_request")


def test_a_name_with_folders_or_without_end_is_only_a_name(client):
    body = send(client, "../../etc/" + "ن" * 500 + ".txt", PERMITTED.encode()).json()
    assert "/" not in body["file"]
    assert len(body["file"]) == 200
    assert body["file"].endswith(".txt")


def test_every_answer_has_the_headers_that_protect(client):
    for answer in (client.get("/"), client.get("/v1/model"), client.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_assets_are_known_by_their_tag_and_fonts_are_kept(client):
    first = client.get("/web/css/tokens.css")
    again = client.get("/web/css/tokens.css", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    font = client.get("/web/fonts/vazirmatn.woff2")
    assert font.headers["content-type"] == "font/woff2"
    assert "immutable" in font.headers["cache-control"]
    assert len(font.content) < 120_000
    for path in ("/web/pages.py", "/web/..%2fpages.py", "/web/self-check.html", "/web/"):
        problem(client.get(path), "not_found", 404)


def test_a_key_is_needed_where_there_are_keys(tmp_path):
    closed = Service(tmp_path, f"sqlite:///{tmp_path / 'bitaraf.db'}").start()
    author, auditor = closed.token(Role.AUTHOR), closed.token(Role.AUDITOR)
    files = {"file": ("a.txt", PERMITTED.encode())}
    for token, status in ((None, 401), (auditor, 403), (author, 200)):
        with closed.client(token) as opened:
            assert opened.post("/v1/score/file", files=files).status_code == status
            assert opened.get("/").status_code == 200
    closed.stop()


def _reasons():
    """Every constant reason that a reader gives, found in its source."""
    for path in sorted(READERS.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            place = {"ReadError": 0, "Unread": 1, "_unread": 1}.get(name)
            if place is None or len(call.args) <= place:
                continue
            value = call.args[place]
            if isinstance(value, ast.Name):
                value = constants.get(value.id, value)
            text = _written(value)
            if text.strip("1 ()"):
                yield Path(path).name, text


def _written(value):
    """A literal's text, an f-string's values as `1`; none for what is not written out."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "1" for p in value.values)
    return ""


def test_every_reason_of_the_readers_has_its_persian_words():
    reasons = list(_reasons())
    assert len(reasons) > 30
    assert [reason for reason in reasons if in_persian(reason[1]) is None] == []
    assert in_words("never heard of; x", persian=True).startswith("خوانده نشد")
