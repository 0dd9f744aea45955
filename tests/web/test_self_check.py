"""The self-check in a real Chromium: what a person at a charity does with it."""

from __future__ import annotations

import json
import threading
import zipfile

import pytest

from serve.roles import Role
from tests.conftest import PARTISAN, PERMITTED, ROOT
from tests.service.conftest import Service
from tests.service.test_departures import metric
from tests.service.test_faults import wait_until
from tests.web.test_look import violations

FIXTURES = ROOT / "tests" / "fixtures"
# What the text's own letters are: labels and words for screen readers stand beside them.
SHOWN_TEXT = """sheet => {
  const copy = sheet.cloneNode(true);
  for (const part of copy.querySelectorAll('.label, .visually-hidden')) part.remove();
  return copy.textContent;
}"""


def passages(page):
    """What is highlighted, by passage: the marks' own text joined."""
    return page.locator(".sheet").evaluate(
        """sheet => {
          const found = {};
          for (const mark of sheet.querySelectorAll('mark[data-passage]'))
            for (const place of mark.dataset.passage.split(' '))
              found[place] = (found[place] ?? '') + mark.textContent;
          return Object.values(found);
        }"""
    )


def expected(text, service):
    with service.client() as client:
        evidence = client.post("/v1/score", json={"text": text}).json()["evidence"]
    spans = sorted({(item["start"], item["end"]) for item in evidence})
    return [text[start:end] for start, end in spans]


def test_a_partisan_text(open_page, self_check):
    watched = open_page()
    page = watched.page
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        "fa",
        "rtl",
    ]
    watched.check(PARTISAN)
    assert "جانب کسی را گرفته" in page.locator("h1:visible").inner_text()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert "سنجش تمام شد" in page.locator("#status").inner_text()
    assert passages(page) == expected(PARTISAN, self_check)
    assert page.locator(".sheet").evaluate(SHOWN_TEXT) == PARTISAN
    note = page.locator(".note").first
    assert "ستاد" in note.inner_text()
    assert "E3" in page.locator(".label-passage").first.inner_text()
    assert "حکم یا اتهام نیست" in page.locator(".not").inner_text()
    assert "انسان" in page.locator(".colophon").inner_text()
    page.locator("#language").click()
    page.locator("html[lang=en]").wait_for()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        "en",
        "ltr",
    ]
    assert page.locator("h1:visible").inner_text() == "It seems to take sides"
    assert "campaign work" in page.locator(".note").first.inner_text().lower()


def test_a_permitted_text_says_why_it_is_fine(open_page):
    page = open_page(language="en").check(PERMITTED)
    assert page.locator("h1:visible").inner_text() == "Nothing that takes sides"
    assert page.locator(".note").count() == 0
    assert page.locator(".kinds li").count() >= 1
    assert "takes no side" in page.locator(".kinds").inner_text().replace("take no", "takes no")
    assert "no permit or certificate" in page.locator(".not").inner_text()
    page.get_by_label("Show permitted passages").uncheck()
    assert page.locator(".label-fine:visible").count() == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("سلام بر شما", "کمتر از پنج واژه"),
        ("The association will hold its yearly meeting on Friday.", "فارسی یا دری نیست"),
        ("salam doostan, emrooz jalase anjoman dar saat panj bargozar mishavad", "لاتین"),
    ],
)
def test_an_abstained_text_says_what_to_do(open_page, text, reason):
    page = open_page().check(text)
    assert page.locator("h1:visible").inner_text() == "نمی‌توان نظری داد"
    assert reason in page.locator(".verdict").inner_text()
    assert page.locator(".advice ol li").count() >= 1
    assert page.locator(".scale").count() == 0


@pytest.mark.parametrize("name", ["flagged.docx", "flagged.pdf"])
def test_a_file(open_page, name):
    page = open_page().check_file(FIXTURES / name)
    assert name in page.locator(".verdict-name").inner_text()
    assert page.locator(".note").count() >= 1
    assert ("صفحهٔ ۱" in page.locator(".note-foot").first.inner_text()) == name.endswith(".pdf")
    page.get_by_role("button", name="ویرایش").click()
    assert page.locator("#chosen-name").inner_text() == name


def test_several_documents_in_one_file_are_a_list(open_page, tmp_path):
    packed = tmp_path / "season.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("first.txt", PERMITTED)
        archive.writestr("second.txt", PARTISAN)
        archive.writestr("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    page = open_page(language="en").check_file(packed)
    assert page.locator(".document-choice").count() == 2
    assert "Not read" in page.locator(".documents").inner_text()
    page.locator(".document-choice").nth(1).click()
    assert "second.txt" in page.locator(".verdict-name").inner_text()
    assert page.locator(".document-choice").nth(1).get_attribute("aria-current") == "true"
    assert page.locator(".note").count() >= 1


def test_passages_stand_on_the_right_code_points(open_page, self_check):
    before = "👩‍👩‍👧‍👦𝒜𞸀🇮🇷 گُلِ رُوزِ é́ 🌊🌊.\n\u202bسلام 👍🏽 دوستان رود.\u202c\n\n"
    text = before + PARTISAN + "\n🌿 " + PARTISAN
    watched = open_page()
    page = watched.check(text)
    assert passages(page) == expected(text, self_check)
    assert page.locator(".sheet").evaluate(SHOWN_TEXT) == text


def fulfilled(text, evidence, protected=(), notes=(), verdict="review"):
    """An answer made up for a test: any spans, whatever the model would say."""
    return json.dumps(
        {
            "id": None,
            "verdict": verdict,
            "score": 0.5,
            "abstained_reason": None,
            "evidence": [
                {"start": s, "end": e, "text": text[s:e], "rule": rule, "probability": 0.9}
                for s, e, rule in evidence
            ],
            "protected": [
                {"start": s, "end": e, "kind": kind, "probability": 0.9} for s, e, kind in protected
            ],
            "notes": list(notes),
            "model": "test",
            "codebook": "1",
        }
    )


def answer_with(watched, body):
    """Have the page's next texts answered with `body`, not by the service."""
    watched.page.route("**/v1/score", lambda route: route.fulfill(body=body, status=200))


def test_overlapping_passages_and_notes_in_words(open_page):
    text = "الف 😀 ب\nپ ت ث 😀😀 ج چ\nح خ"
    evidence = [
        (0, 7, "endorsement"),
        (0, 7, "fundraising"),
        (6, 14, "mobilisation"),
        (10, 12, "candidacy"),
    ]
    notes = ["obfuscated", "encoding:windows-1256", "cut:page-12", "never_heard_of"]
    for language, said in (("fa", "تا صفحهٔ ۱۲"), ("en", "ends at page 12")):
        watched = open_page(language=language)
        answer_with(watched, fulfilled(text, evidence, [(8, len(text), "ordinary")], notes))
        page = watched.check(text)
        assert passages(page) == [text[0:7], text[6:14], text[10:12]]
        assert page.locator(".sheet").evaluate(SHOWN_TEXT) == text
        labels = page.locator(".label-passage").all_inner_texts()
        assert [code in labels[0] for code in ("E1", "E4", "E3")] == [True, True, False]
        assert page.locator(".note").count() == 3
        assert said in page.locator(".remarks").inner_text()
        assert "never_heard_of" in page.locator(".remarks").inner_text()


def test_a_text_of_a_million_characters_stays_usable(open_page):
    line = "انجمن ما 🌊 گزارش می‌دهد و از همه سپاسگزار است. " * 4
    text = (line + "\n") * (1_000_000 // (len(line) + 1))
    step = len(text) // 400
    evidence = [(i * step, i * step + 60, "endorsement") for i in range(400)]
    protected = [(i * step + 70, i * step + 400, "ordinary") for i in range(400)]
    watched = open_page(language="en")
    answer_with(watched, fulfilled(text, evidence, protected))
    watched.page.locator("#text").evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }", text
    )
    assert f"{len(text):,}" in watched.page.locator("#count").inner_text()
    begun = watched.page.evaluate("performance.now()")
    watched.page.locator("#check").click()
    watched.page.locator(".verdict").wait_for()
    watched.page.locator("a[data-goto='passage-0-390']").click()
    assert watched.page.evaluate("document.activeElement.id") == "passage-0-390"
    assert watched.page.evaluate("performance.now()") - begun < 8_000
    assert passages(watched.page)[399] == text[evidence[399][0] : evidence[399][1]]


def test_markup_in_text_file_name_and_id_stays_text(open_page, tmp_path):
    attack = (
        "<img src=x onerror=alert(1)><script>alert(2)</script><b>{{7*7}}</b> javascript:alert(3)"
    )
    dialogs = []
    watched = open_page(language="en")
    watched.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page = watched.check(f"{attack} {PARTISAN} {attack}")
    assert attack in page.locator(".sheet").evaluate(SHOWN_TEXT)
    page.get_by_role("button", name="New text").click()
    name = "<img src=x onerror=alert(4)>.txt"
    (tmp_path / name).write_text(f"{attack} {PARTISAN}", "utf-8")
    watched.check_file(tmp_path / name)
    assert name in page.locator(".verdict-name").inner_text()
    page.get_by_role("button", name="New text").click()
    rows = [{"id": attack, "text": f"{PARTISAN} {attack}"}, {"id": "2", "text": PERMITTED}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    watched.check_file(tmp_path / "rows.jsonl")
    assert attack in page.locator(".verdict-name").inner_text()
    assert page.locator("main img, main script, main b").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the report").click()
    download.value.save_as(tmp_path / "report.html")
    report = page.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    assert report.locator("img, script, b").count() == 0
    assert attack in report.locator(".sheet").first.evaluate(SHOWN_TEXT)
    report.close()
    assert dialogs == []


def test_by_keyboard_alone(open_page):
    page = open_page(language="en").page

    def focused(what="document.activeElement.id"):
        return page.evaluate(what)

    page.keyboard.press("Tab")
    assert focused("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert focused() == "content"
    page.keyboard.press("Tab")
    assert focused() == "text"
    page.keyboard.insert_text(PARTISAN)
    for place in ("check", "file", "example"):
        page.keyboard.press("Tab")
        assert focused() == place
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    page.locator(".verdict").wait_for()
    assert focused("document.activeElement.tagName") == "H1"
    for _ in range(30):
        page.keyboard.press("Tab")
        if "label-passage" in focused("document.activeElement.className"):
            break
    outline = focused("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert focused() == "note-0-1"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused() == "passage-0-1"
    assert page.evaluate("location.hash") == "#en"


def test_waiting_can_be_cancelled_and_the_text_stays(open_page):
    watched = open_page(expected_errors=True)
    page = watched.page
    page.route("**/v1/score", lambda route: None)
    page.locator("#text").fill(PARTISAN)
    page.locator("#check").click()
    assert "در حال خواندن" in page.locator("#waiting").inner_text()
    page.locator("#cancel").click()
    page.locator("#check").wait_for()
    assert page.locator("#text").input_value() == PARTISAN
    assert "رها شد" in page.locator("#status").inner_text()


def test_cancelling_frees_the_service_too(open_page, tmp_path):
    service = Service(tmp_path, f"sqlite:///{tmp_path / 'b.db'}").start()
    try:
        page = open_page(service=service, expected_errors=True).page
        page.locator("#text").fill(" ".join(f"{PARTISAN} نوبت {n}." for n in range(3000)))
        page.locator("#check").click()
        wait_until(lambda: metric(service, "bitaraf_texts_waiting") == 1)
        page.locator("#cancel").click()
        wait_until(lambda: metric(service, "bitaraf_texts_waiting") == 0)
        page.locator("#text").fill(PARTISAN)
        page.locator("#check").click()
        page.locator(".verdict").wait_for(timeout=60_000)
        # In turn, the long one would have come first.
        assert metric(service, "bitaraf_assessments_total") == 1
    finally:
        service.stop()


@pytest.mark.parametrize(
    ("language", "pace", "says"),
    [
        ("fa", 1000, "حدود ۲ دقیقه"), ("en", 1000, "about 2 minutes"),
        ("en", 3000, "about 40 seconds"), ("en", None, "may take some minutes"),
        ("en", 1_000_000, ""),
    ],
)  # fmt: skip
def test_what_a_long_text_takes_is_told_and_heard(open_page, tmp_path, language, pace, says):
    text = "کلاس تعمیر دوچرخه از شنبه برقرار است.\n" * (120_000 // 38)
    path = tmp_path / "long.txt"
    path.write_text(text, "utf-8")
    watched = open_page(language, expected_errors=True)
    page = watched.page
    told = threading.Event()

    def model(route):
        route.fulfill(json=route.fetch().json() | {"characters_per_second": pace})
        told.set()

    page.route("**/v1/model", model)
    page.route("**/v1/score**", lambda route: None)
    page.route("**/v1/score/file", lambda route: None)
    page.locator("#text").fill(text)
    for again in (False, True):
        if again:
            page.locator("#file").set_input_files(path)
        page.locator("#check").click()
        if says:
            page.locator("#expected:not([hidden])").wait_for()
            assert says in page.locator("#expected").inner_text()
            assert says in page.locator("#status").inner_text()
            assert violations(page) == []
        else:
            page.wait_for_timeout(1000)
            assert told.is_set()
            assert page.locator("#expected").is_hidden()
        page.locator("#cancel").click()
        page.locator("#check").wait_for()
        assert page.locator("#expected").is_hidden()


def test_the_example_and_nothing_at_all(open_page):
    page = open_page().page
    page.locator("#check").click()
    assert "متنی نیست" in page.locator("#problem").inner_text()
    page.locator("#example").click()
    page.locator(".verdict").wait_for()
    assert page.locator(".note").count() >= 1
    assert page.locator(".kinds li").count() >= 1


def test_errors_come_in_the_pages_language(open_page):
    watched = open_page(expected_errors=True)
    page = watched.page
    page.locator("#file").set_input_files(FIXTURES / "locked.pdf")
    page.locator("#check").click()
    problem = page.locator("#problem .problem")
    problem.wait_for()
    assert "گذرواژه" in problem.inner_text()
    page.locator("#language").click()
    page.locator("#check").click()
    page.locator("#problem .problem[lang=en]").wait_for()
    assert "password" in problem.inner_text()
    page.route("**/v1/score/file", lambda route: route.abort())
    page.locator("#check").click()
    page.locator("text=did not answer").wait_for()


def test_a_dropped_file_is_chosen(open_page):
    page = open_page(language="en").page
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'dropped.txt', { type: 'text/plain' }));
          for (const kind of ['dragover', 'drop'])
            document.getElementById('form').dispatchEvent(
              new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        PARTISAN,
    )
    assert page.locator("#chosen-name").inner_text() == "dropped.txt"
    page.locator("#check").click()
    page.locator(".verdict").wait_for()
    assert "dropped.txt" in page.locator(".verdict-name").inner_text()


def test_print_and_save(open_page, tmp_path):
    watched = open_page()
    page = watched.check(PARTISAN)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="چاپ").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    for seen in (".verdict", ".sheet mark", ".note", ".colophon"):
        assert page.locator(seen).first.is_visible()
    for unseen in (".actions", ".top nav", ".bottom"):
        assert not page.locator(unseen).first.is_visible()
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="screen")
    with page.expect_download() as download:
        page.get_by_role("button", name="ذخیرهٔ داده").click()
    data = json.loads(download.value.path().read_text("utf-8"))
    assert data["documents"][0]["text"] == PARTISAN
    assert data["documents"][0]["assessment"]["evidence"]
    with page.expect_download() as download:
        page.get_by_role("button", name="ذخیرهٔ گزارش").click()
    html = download.value.path().read_text("utf-8")
    assert "http://" not in html.replace("http://www.w3.org", "")
    download.value.save_as(tmp_path / "report.html")
    report = page.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    assert report.locator(".sheet").evaluate(SHOWN_TEXT) == PARTISAN
    assert passages(report) == passages(page)
    assert report.locator("button").count() == 0
    assert report.evaluate("document.fonts.size") == 1
    report.close()


def test_behind_a_key(open_page, tmp_path):
    closed = Service(tmp_path, f"sqlite:///{tmp_path / 'bitaraf.db'}")
    token = closed.token(Role.AUTHOR)
    closed.start()
    try:
        watched = open_page(service=closed, expected_errors=True)
        page = watched.page
        page.locator("#key-form").wait_for()
        page.locator("#key").fill("btf_wrong")
        page.keyboard.press("Enter")
        page.locator("#problem .problem").wait_for()
        assert "کلید" in page.locator("#problem").inner_text()
        page.locator("#key").fill(token)
        page.keyboard.press("Enter")
        page.locator("#key-form").wait_for(state="hidden")
        assert page.locator("#key").input_value() == ""
        watched.check(PARTISAN)
        page.reload()
        page.locator("#key-form").wait_for()
    finally:
        closed.stop()
