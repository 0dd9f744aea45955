import json
import os
import subprocess
import sys

import pytest

from tests.conftest import BITARAF, PARTISAN, PERMITTED, ROOT

HEAVY = (
    "torch", "transformers", "datasets", "hazm", "scipy", "pyarrow", "fastapi", "pypdfium2",
    "openpyxl", "email.message", "xml.parsers.expat",
)  # fmt: skip
FIXTURES = ROOT / "tests" / "fixtures"


def test_text_from_standard_input(run_bitaraf):
    done = run_bitaraf("score", "-", "--json", input=PERMITTED.encode())
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "clear"


def test_people_see_the_verdict_the_sentence_and_the_rule_in_words(run_bitaraf):
    done = run_bitaraf("score", "--language", "fa", input=PARTISAN.encode())
    printed = done.stdout.decode()
    assert "در اختیار ستاد انتخاباتی مهندس داوود ترکمان‌پور" in printed
    assert "انجام کار تبلیغاتی یک رقیب" in printed


def test_persian_survives_a_pipe_in_any_locale(run_bitaraf):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    done = run_bitaraf("score", input=PARTISAN.encode(), env=environment | {"LC_ALL": "C"})
    assert "ترکمان‌پور" in done.stdout.decode("utf-8")


def test_a_document_is_scored_with_its_pages_and_notes(run_bitaraf):
    report = FIXTURES / "report.pdf"
    printed = json.loads(run_bitaraf("score", report, "--json").stdout)
    assert printed["id"] == str(report)
    assert {e["page"] for e in printed["evidence"] if "دادگستر" in e["text"]} == {2}
    assert printed["notes"] == ["headers_left_out"]
    persian = run_bitaraf("score", report, "--language", "fa").stdout.decode()
    assert "(صفحهٔ ۲)" in persian
    assert "یادداشت: سرصفحه و پاصفحه کنار گذاشته شد" in persian
    english = run_bitaraf("score", report, FIXTURES / "flagged.1256.txt").stdout.decode()
    assert "(page 2)" in english
    assert "note: not UTF-8: read as windows-1256" in english


def test_a_document_comes_by_standard_input_too(run_bitaraf):
    data = (FIXTURES / "permitted.docx").read_bytes()
    printed = json.loads(run_bitaraf("score", "-", "--json", input=data).stdout)
    assert printed["verdict"] == "clear"
    assert printed["id"] is None


def test_each_row_and_each_member_is_a_document(run_bitaraf):
    done = run_bitaraf("score", FIXTURES / "posts.xlsx", FIXTURES / "season.zip", "--json")
    assert done.returncode == 0
    names = [json.loads(line)["id"].rpartition("/")[2] for line in done.stdout.splitlines()]
    assert names[:3] == ["post-1", "post-2", "post-3"]
    assert sorted(names[3:6]) == ["dari.txt", "permitted.pdf", "خبرنامه.docx"]
    assert ".png" in done.stderr.decode()


def test_one_unreadable_file_does_not_keep_others_from_being_scored(run_bitaraf, tmp_path):
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04")
    done = run_bitaraf("score", tmp_path / "bad.docx", FIXTURES / "permitted.odt", "--json")
    assert done.returncode == 2
    assert "bad.docx: damaged" in done.stderr.decode()
    assert json.loads(done.stdout)["verdict"] == "clear"


def test_every_note_has_words_in_both_languages():
    from classifier.presentation import NOTES, note_in_words

    assert NOTES["en"].keys() == NOTES["fa"].keys()
    assert note_in_words("cut:page-1000", "fa").endswith("صفحهٔ ۱۰۰۰ خوانده شد")
    assert note_in_words("unread_pages:3", "en").startswith("3 pages")
    assert note_in_words("unknown:1", "fa") == "unknown:1"


def test_exit_codes_that_scripts_can_use(run_bitaraf):
    assert run_bitaraf("score", input=PARTISAN.encode()).returncode == 0
    assert run_bitaraf("score", "--exit-code", input=PARTISAN.encode()).returncode == 1
    assert run_bitaraf("score", "--exit-code", input=PERMITTED.encode()).returncode == 0


@pytest.mark.parametrize("content", [b"\xff\xfa\xd8", None])
def test_unreadable_files_are_named_without_a_traceback(run_bitaraf, tmp_path, content):
    path = tmp_path / "text.txt"
    if content:
        path.write_bytes(content)
    done = run_bitaraf("score", path)
    assert done.returncode == 2
    assert "text.txt" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_broken_model_is_refused_with_its_file(run_bitaraf, tmp_path):
    (tmp_path / "bundle.json").write_text("{}")
    done = run_bitaraf("score", "--model", tmp_path, input=PERMITTED.encode())
    assert done.returncode == 2
    assert "bundle.json" in done.stderr.decode()


def test_model_info_verify_and_build(run_bitaraf):
    info = json.loads(run_bitaraf("model", "info", "--json").stdout)
    verified = json.loads(run_bitaraf("model", "verify", "--json").stdout)
    built = json.loads(run_bitaraf("model", "build", "--json").stdout)
    assert info["version"] == verified["version"] == built["version"]
    assert 0 < info["calibration"]["review_threshold"] <= info["calibration"]["flag_threshold"] < 1


def test_scoring_imports_nothing_heavy():
    script = (
        "import sys, bitaraf\n"
        "from classifier import Scorer\n"
        "Scorer.load().score('امروز در کتابخانهٔ محله جلسهٔ شعر داشتیم و چای خوردیم.')\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=ROOT, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_command_explains_itself_with_an_example(run_bitaraf):
    commands = ["score", "audit", "train", "evaluate", "serve", "model build", "model info",
                "model verify", "data check", "data stats", "data show", "data import"]  # fmt: skip
    for command in commands:
        done = run_bitaraf(*command.split(), "--help", env=os.environ | {"COLUMNS": "200"})
        assert done.returncode == 0, command
        assert "Example" in done.stdout.decode(), command


def test_ctrl_c_during_an_audit_keeps_what_was_done(tmp_path):
    import signal
    import time

    source = tmp_path / "many.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for n in range(20_000):
            file.write(json.dumps({"id": str(n), "text": f"{n} {PERMITTED}"}) + "\n")
    output = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [str(BITARAF), "audit", str(source), "--output", str(output), "--json"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Where tests run in a shell's background, an interrupt is ignored from birth.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    partial = tmp_path / "out.jsonl.partial"
    for _ in range(300):
        if partial.exists() and partial.stat().st_size > 10_000:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"stopped" in errors
    assert b"Traceback" not in errors
    assert not output.exists()
    kept = partial.read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in kept] == [str(n) for n in range(len(kept))]
