"""How the pages stand on every screen, and for everybody: axe, widths, words in both languages."""

from __future__ import annotations

import json

import pytest

from classifier.codebook import PROTECTED_NAMES, RULE_NAMES
from classifier.presentation import NOTES, REASONS
from tests.conftest import PARTISAN
from tests.web.chromium import FOLDER

LOOKS = [
    (language, width, scheme)
    for language in ("fa", "en")
    for width in (360, 1440)
    for scheme in ("light", "dark")
]


def violations(page):
    """What axe finds against WCAG 2.2 AA and its own best practices."""
    page.evaluate((FOLDER / "axe.min.js").read_text("utf-8"))
    return page.evaluate(
        """axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
        'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(' | ')}`))"""
    )


def is_narrow_enough(page, width):
    return page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, language, width, scheme):
    watched = open_page(language=language, width=width, color_scheme=scheme)
    page = watched.page
    assert violations(page) == []
    assert is_narrow_enough(page, width)
    page.locator("#check").click()
    page.locator("#example").click()
    page.locator(".verdict").wait_for()
    assert violations(page) == []
    assert is_narrow_enough(page, width)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_at_320_pixels_with_a_word_without_end(open_page, language):
    watched = open_page(language=language, width=320)
    page = watched.check(f"{PARTISAN} {'ا' * 400} https://example.org/{'x' * 300}")
    assert is_narrow_enough(page, 320)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert is_narrow_enough(page, 320)


@pytest.mark.parametrize("verdict", ["clear", "flagged", "abstained"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_verdict_has_contrast(open_page, verdict, scheme):
    watched = open_page(language="en", color_scheme=scheme)
    body = {
        "id": "x", "verdict": verdict, "score": None if verdict == "abstained" else 0.99,
        "abstained_reason": "unreadable" if verdict == "abstained" else None, "evidence": [],
        "protected": [], "notes": ["ocr"], "model": "test", "codebook": "1",
    }  # fmt: skip
    watched.page.route("**/v1/score", lambda route: route.fulfill(body=json.dumps(body)))
    page = watched.check(PARTISAN)
    assert page.locator(f".result.{verdict}").is_visible()
    assert violations(page) == []


def test_targets_are_large_enough_to_touch(open_page):
    page = open_page(width=360).page
    for control in page.locator("button:visible, .picker label, .top a:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


def test_both_languages_have_the_same_words_for_all_that_can_come(open_page):
    page = open_page().page
    words = page.evaluate(
        """import('/web/js/words.js').then(({ WORDS }) => Object.fromEntries(
        Object.entries(WORDS).map(([language, words]) => [language, Object.fromEntries(
        Object.entries(words).map(([key, value]) => [key, Array.isArray(value) ? value.length
        : typeof value]))])))"""
    )
    assert words["fa"] == words["en"]
    known = set(words["fa"])
    assert {f"note_{code}" for code in NOTES["fa"]} <= known
    assert {f"{kind}_{reason}" for kind in ("reason", "next") for reason in REASONS["fa"]} <= known
    assert {f"{kind}_{name}" for kind in ("rule", "try") for name in RULE_NAMES} <= known
    assert {f"kind_{name}" for name in PROTECTED_NAMES} <= known


def test_the_reference_is_drawn_from_the_contract(open_page):
    page = open_page(path="/docs").page
    page.locator(".operation").first.wait_for()
    assert page.locator("#scoreFile").count() == 1
    assert "/v1/score/file" in page.locator("#scoreFile").inner_text()
    assert violations(page) == []
    assert is_narrow_enough(page, 1440)
