import csv
import json
import shutil

import pyarrow.parquet as pq
import pytest

from tests.conftest import PARTISAN, PERMITTED, ROOT

FIXTURES = ROOT / "tests" / "fixtures"


def jsonl(path, rows):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


@pytest.fixture
def posts(tmp_path):
    rows = [
        {"id": "a", "text": PARTISAN},
        {"id": 7, "text": PERMITTED},
        {"text": "سلام"},
        {"id": "d", "text": PARTISAN},
    ]
    return jsonl(tmp_path / "posts.jsonl", rows)


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_one_line_a_document_in_input_order(run_bitaraf, posts, tmp_path):
    output = tmp_path / "out.jsonl"
    done = run_bitaraf("audit", posts, "--output", output)
    assert done.returncode == 0, done.stderr
    result = lines(output)
    assert [r["id"] for r in result] == ["a", "7", f"{posts}:3", "d"]
    assert [r["verdict"] == "clear" for r in result] == [False, True, False, False]
    assert result[2]["abstained_reason"] == "too_short"
    assert {**result[0], "id": None} == {**result[3], "id": None}


def test_library_command_line_and_audit_agree(run_bitaraf, scorer, posts, tmp_path):
    run_bitaraf("audit", posts, "--output", tmp_path / "out.jsonl")
    text = tmp_path / "one.txt"
    text.write_text(PARTISAN, "utf-8")
    printed = json.loads(run_bitaraf("score", text, "--json").stdout)
    expected = scorer.score(PARTISAN).score
    assert printed["score"] == pytest.approx(expected, abs=1e-4)
    assert lines(tmp_path / "out.jsonl")[0]["score"] == pytest.approx(expected, abs=1e-4)


def test_bad_rows_are_named_and_the_rest_goes_on(run_bitaraf, tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(
        json.dumps({"id": "ok", "text": PERMITTED}).encode()
        + b'\n{"id": broken\n\n[1]\n{"id": 1}\n{"text": 5}\n{"text": "\xff\xfe\xfa"}\n'
        + json.dumps({"id": "last", "text": PERMITTED}).encode()
    )
    output = tmp_path / "out.jsonl"
    done = run_bitaraf("audit", path, "--output", output, "--json")
    assert done.returncode == 3
    assert [r["id"] for r in lines(output)] == ["ok", "last"]
    errors = done.stderr.decode()
    for number, words in [(2, "not valid JSON"), (4, "not a JSON object"), (5, "missing"),
                          (6, "a int, not a string"), (7, "not valid UTF-8")]:  # fmt: skip
        assert f"mixed.jsonl:{number}: " in errors
        assert words in errors
    assert "Traceback" not in errors
    assert json.loads(done.stdout)["bad_rows"] == 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_its_usual_dialects(run_bitaraf, tmp_path, delimiter):
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=delimiter)
        rows.writerow(["شناسه", "متن", "channel"])
        rows.writerow(["p1", PARTISAN + "\nسطر دوم، با ویرگول; و نشانه", "x"])
        rows.writerow(["p2", PERMITTED, "y"])
    output = tmp_path / "out.csv"
    assert run_bitaraf("audit", path, "--output", output).returncode == 0
    with output.open(encoding="utf-8-sig", newline="") as file:
        result = list(csv.DictReader(file))
    assert [r["id"] for r in result] == ["p1", "p2"]
    assert json.loads(result[0]["evidence"])[0]["rule"]


def test_a_csv_without_a_text_column_says_so(run_bitaraf, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("a,caption\n1,متن\n", "utf-8")
    done = run_bitaraf("audit", path, "--output", tmp_path / "o.jsonl")
    assert done.returncode == 3
    assert "caption" in done.stderr.decode()
    assert "--text-column" in done.stderr.decode()
    again = run_bitaraf("audit", path, "--text-column", "caption", "--output", tmp_path / "o.jsonl")
    assert again.returncode == 0


def test_folders_of_text_files_to_parquet(run_bitaraf, tmp_path):
    folder = tmp_path / "texts" / "deep"
    folder.mkdir(parents=True)
    (folder.parent / "b.txt").write_text(PARTISAN, "utf-8")
    (folder / "a.txt").write_text(PERMITTED, "utf-16")
    (folder / "c.txt").write_bytes(b"\xff\xfe\xd8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    output = tmp_path / "season.parquet"
    done = run_bitaraf("audit", folder.parent, "--output", output)
    assert done.returncode == 3
    assert b"c.txt: not valid UTF-16" in done.stderr
    table = pq.read_table(output).to_pylist()
    assert [row["id"][-5:] for row in table] == ["b.txt", "a.txt"]
    assert table[0]["evidence"][0]["rule"]
    assert table[1]["evidence"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl", "--output", "o.jsonl"], "no such file"),
        (["{posts}", "--output", "o.xlsx"], ".parquet"),
        (["{posts}", "--output", "no/such/o.jsonl"], "no such folder"),
        (["{empty}", "--output", "o.jsonl"], "holds no file"),
        (["{picture}", "--output", "o.jsonl"], "not a kind of file"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(run_bitaraf, posts, tmp_path, arguments, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    places = {"posts": posts, "empty": tmp_path / "empty", "picture": tmp_path / "picture.png"}
    done = run_bitaraf("audit", *[a.format(**places) for a in arguments], cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_an_unfinished_output_never_stands_under_its_own_name(tmp_path):
    from classifier.audit import open_output

    output = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt), open_output(output):
        raise KeyboardInterrupt
    assert not output.exists()
    assert (tmp_path / "out.jsonl.partial").exists()


def test_a_folder_of_every_kind_of_document(run_bitaraf, tmp_path, scorer):
    folder = tmp_path / "season"
    folder.mkdir()
    kinds = ("docx", "odt", "rtf", "pdf", "html", "eml", "md", "1256.txt")
    for kind in kinds:
        shutil.copy(FIXTURES / f"flagged.{kind}", folder)
    shutil.copy(FIXTURES / "report.pdf", folder)
    (folder / "~$flagged.docx").write_bytes(b"lock")
    (folder / "report_files").mkdir()
    (folder / "report.html").write_text(f"<html><p>{PERMITTED}", "utf-8")
    (folder / "report_files" / "frame.html").write_text("<html><p>x", "utf-8")
    output = tmp_path / "out.parquet"
    done = run_bitaraf("audit", folder, "-o", output, "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["id"].rpartition("/")[2]: row for row in pq.read_table(output).to_pylist()}
    assert set(rows) == {
        *(f"flagged.{kind}" for kind in kinds), "پیوست flagged.odt", "report.pdf", "report.html",
    }  # fmt: skip
    flagged = [row for name, row in rows.items() if "flagged" in name]
    plain = scorer.score((FIXTURES / "sources" / "flagged.txt").read_text("utf-8"))
    assert plain.verdict != "clear"
    assert {row["verdict"] for row in flagged} == {plain.verdict}
    assert rows["flagged.1256.txt"]["notes"] == ["encoding:windows-1256"]
    assert {e["page"] for e in rows["report.pdf"]["evidence"]} == {2}
    assert {e["page"] for e in rows["flagged.docx"]["evidence"]} == {None}
    repeated = json.loads(done.stdout)["repeated"]
    assert repeated >= 3


def test_names_and_texts_that_no_file_can_hold_do_not_end_an_audit(run_bitaraf, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text(
        json.dumps({"id": "\ud800", "text": PARTISAN.replace("وانت", "\udfff وانت")}), "ascii"
    )
    for ending in ("jsonl", "csv", "parquet"):
        done = run_bitaraf("audit", path, "-o", tmp_path / f"out.{ending}")
        assert done.returncode == 0, done.stderr


def test_a_file_without_a_known_suffix_is_told_by_its_content(run_bitaraf, tmp_path):
    shutil.copy(FIXTURES / "permitted.docx", tmp_path / "download")
    output = tmp_path / "out.jsonl"
    assert run_bitaraf("audit", tmp_path / "download", "-o", output).returncode == 0
    assert lines(output)[0]["verdict"] == "clear"
