"""What tests of the pages share: a real Chromium, the service, and pages that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.service.conftest import Service
from tests.web.chromium import running_chromium

# The browser tells of everything that its policy kept from loading or running.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; a missing one fails the run and says how to bring it."""
    with running_chromium() as started:
        yield started


@pytest.fixture(scope="session")
def self_check(tmp_path_factory) -> Iterator[Service]:
    """A service without keys, as on one's own computer."""
    folder = tmp_path_factory.mktemp("self-check")
    running = Service(folder, f"sqlite:///{folder / 'bitaraf.db'}").start()
    yield running
    running.stop()


@dataclass
class Watched:
    """A page, and all that it asked for and complained about."""

    page: Page
    base_url: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def check(self, text: str) -> Page:
        """Paste a text, check it, wait for the result."""
        self.page.locator("#text").fill(text)
        self.page.locator("#check").click()
        self.page.locator(".verdict").wait_for()
        return self.page

    def check_file(self, path: Path) -> Page:
        """Choose a file, check it, wait for the result."""
        self.page.locator("#file").set_input_files(path)
        self.page.locator("#check").click()
        self.page.locator(".verdict").wait_for()
        return self.page

    def verify(self) -> None:
        """Nothing left the service, nothing was stored, no policy was broken, nothing failed."""
        page = self.page
        assert [url for url in self.requests if not url.startswith(self.base_url)] == []
        assert page.evaluate("window.violations") == []
        assert page.context.cookies() == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
        assert self.errors == []


@pytest.fixture
def open_page(browser: Browser, self_check: Service) -> Iterator[Callable[..., Watched]]:
    """Opens the page: ``open_page(language="en", width=360, color_scheme="dark")``.

    What every page must never do is verified when the test ends.
    """
    opened: list[Watched] = []

    def open_(
        language: str = "fa",
        width: int = 1440,
        service: Service | None = None,
        path: str = "/",
        expected_errors: bool = False,
        **options: Any,
    ) -> Watched:
        base_url = (service or self_check).base_url
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(20_000)
        context.add_init_script(_WATCH)
        watched = Watched(context.new_page(), base_url)
        page = watched.page
        page.on("request", lambda request: _note_request(watched, request.url))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        if not expected_errors:
            page.on(
                "console",
                lambda said: watched.errors.append(said.text) if said.type == "error" else None,
            )
        page.goto(f"{base_url}{path}#{language}")
        if path == "/":
            page.locator("#model:not(:empty)").wait_for(state="attached")
        opened.append(watched)
        return watched

    yield open_
    for watched in opened:
        watched.verify()
        watched.page.context.close()


def _note_request(watched: Watched, url: str) -> None:
    # What a page makes in its own memory is asked of nobody.
    if not url.startswith(("blob:", "data:")):
        watched.requests.append(url)
