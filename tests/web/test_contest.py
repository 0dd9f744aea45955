"""The page behind a contest link, in a real Chromium: read, answer once, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import PARTISAN
from tests.service.conftest import Service
from tests.service.office import PASSAGE, Office
from tests.web.test_look import is_narrow_enough, violations


class Published:
    """A service with its reviewers, and links to assessments in it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.office = Office(service.url)

    def link(self, **fields: object) -> tuple[str, str]:
        """A confirmed assessment and the token of a link to it."""
        identity = self.office.assessment(**fields)
        self.office.review("narges", identity)
        body = {"assessment_id": identity}
        return identity, self.office["owner"].post("/v1/contests", json=body).json()["token"]


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("published")
    service = Service(folder, f"sqlite:///{folder / 'bitaraf.db'}").start()
    made = Published(service)
    yield made
    made.office.close()
    service.stop()


@pytest.fixture
def open_contest(open_page, published):
    """Opens a link; the token stands behind '#' and is sent in no address."""

    def open_(token: str, **options):
        watched = open_page(language=token, path="/contest", service=published.service, **options)
        watched.page.locator("#lead:not(:empty)").wait_for()
        return watched

    return open_


def test_a_publisher_reads_and_answers_once(open_contest, published):
    identity, token = published.link(text=PARTISAN)
    watched = open_contest(token)
    page = watched.page
    page.locator(".contest .note").wait_for()
    assert page.title() == "بی‌طرف: پاسخ به یک ارزیابی"
    assert page.locator(".contest blockquote").inner_text() == PASSAGE
    assert page.locator(".contest .said").inner_text() == "همهٔ متن را خواندم."
    assert token not in page.url
    page.locator("#send").click()
    assert page.evaluate("document.activeElement.id") == "statement"
    page.locator("#statement").fill("این جمله نقل قول است.")
    page.locator("#send").click()
    page.locator("#contest_answer").wait_for()
    assert "پاسخ شما رسیده است" in page.locator(".state").inner_text()
    assert page.locator("#form").is_hidden()
    assert page.evaluate("document.activeElement.id") == "heading"
    assert published.office.outcome(identity) == "contested"
    assert not any(token in url for url in watched.requests)


def test_a_text_that_is_not_kept_is_told_by_its_place(open_contest, published):
    _, token = published.link()
    page = open_contest(token).page
    page.locator(".contest .note").wait_for()
    assert page.locator("blockquote").count() == 0
    assert "نگهداری نمی‌شود" in page.locator(".contest").inner_text()
    page.locator("#language").click()
    page.locator("html[lang=en]").wait_for()
    assert "Characters" in page.locator(".contest").inner_text()
    assert page.evaluate("document.documentElement.dir") == "ltr"


def test_a_link_that_opens_nothing_says_so(open_contest):
    page = open_contest("btc_x", expected_errors=True).page
    page.locator(".problem:visible").wait_for()
    assert page.locator("#form").is_hidden()
    assert "پیوند" in page.locator(".problem:visible").inner_text()


def test_without_a_link_it_says_what_is_missing(open_contest):
    page = open_contest("en").page
    assert "by a link" in page.locator("#lead").inner_text()
    assert page.locator("#form").is_hidden()


def test_what_was_written_survives_a_failure(open_contest, published):
    _, token = published.link()
    watched = open_contest(token, expected_errors=True)
    page = watched.page
    page.locator("#statement").fill("نقل قول است.")
    page.route("**/answer", lambda route: route.abort())
    page.locator("#send").click()
    page.locator(".problem:visible").wait_for()
    assert page.locator("#statement").input_value() == "نقل قول است."
    page.locator("#statement").fill("ا" * 5001)
    assert "بیش از اندازه" in page.locator("#count").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_contest, published, width, scheme):
    _, token = published.link(text=PARTISAN, document=f"{'گزارش' * 40}.docx")
    watched = open_contest(token, width=width, color_scheme=scheme)
    watched.page.locator(".contest .note").wait_for()
    for language in ("fa", "en"):
        watched.page.locator(f"html[lang={language}]").wait_for()
        assert violations(watched.page) == []
        assert is_narrow_enough(watched.page, width)
        watched.page.locator("#language").click()
