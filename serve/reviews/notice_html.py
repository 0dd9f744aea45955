"""A notice as one HTML page, which needs nothing else: it can be saved, sent and printed."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from classifier.codebook import Category
from serve.reviews.notice import TITLE, Found, Notice

# The page's own style is allowed by its hash, and nothing else but the service's font is loaded.
_STYLE = """
@font-face { font-family: Vazirmatn; src: url("/web/fonts/vazirmatn.woff2") format("woff2");
  font-weight: 100 900; font-display: swap; }
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #eceae4; color: #1d2226;
  font: 1.0625rem/2 Vazirmatn, "Noto Naskh Arabic", Tahoma, sans-serif; }
main { max-width: 46rem; margin: 2rem auto; padding: clamp(1.25rem, 5vw, 4rem);
  background: #fff; border: 1px solid #d8d4ca; overflow-wrap: anywhere; }
header { border-bottom: 3px double #1f4f4a; padding-bottom: 1rem; margin-bottom: 1.5rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.6; color: #1f4f4a; }
h2 { margin: 2rem 0 0.4rem; font-size: 1.12rem; line-height: 1.7; color: #1f4f4a;
  break-after: avoid; }
header p { margin: 0.25rem 0 0; }
p { margin: 0 0 0.6rem; }
ul { margin: 0; padding-inline-start: 1.4rem; }
li { margin-bottom: 0.4rem; }
.found { margin: 0 0 1.4rem; break-inside: avoid; }
blockquote { margin: 0.4rem 0; padding: 0.5rem 1.1rem; background: #f6f3ea;
  border-inline-start: 4px solid #b3822c; white-space: pre-wrap; unicode-bidi: isolate; }
.place { margin: 0; font-size: 0.92rem; color: #565e63; }
.rule { margin: 0.3rem 0 0; }
.code { display: inline-block; padding: 0 0.5em; border: 1px solid #b3822c; border-radius: 0.3em;
  font-size: 0.85em; font-weight: 700; color: #7a5310; direction: ltr; unicode-bidi: isolate; }
.link { direction: ltr; text-align: left; padding: 0.6rem 0.9rem; border: 1px dashed #1f4f4a;
  font-size: 0.92rem; line-height: 1.7; overflow-wrap: anywhere; }
.link a { color: #14524b; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1.5rem; margin: 2.4rem 0 0;
  padding-top: 0.9rem; border-top: 1px solid #d8d4ca; font-size: 0.92rem; line-height: 1.9;
  color: #565e63; break-inside: avoid; }
dd { margin: 0; color: #1d2226; }
bdi { unicode-bidi: isolate; }
@media (max-width: 34rem) { main { margin: 0; border: 0; } dl { grid-template-columns: 1fr; }
  dd { margin-bottom: 0.4rem; } }
@media print { body { background: #fff; font-size: 11pt; } main { margin: 0; padding: 0;
  border: 0; max-width: none; } }
@page { margin: 2.2cm; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_HASH}'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def render(notice: Notice) -> str:
    """The page."""
    named = f"<p>متن: <bdi>{_safe(notice.document)}</bdi></p>" if notice.document else ""
    link = ""
    if notice.link:
        address = _safe(notice.link)
        link = f'<p class="link"><a href="{address}" rel="noreferrer">{address}</a></p>'
    facts = "".join(
        f"<dt>{_safe(fact.name)}</dt><dd>{_value(fact.value, latin=fact.latin)}</dd>"
        for fact in notice.facts
    )
    first, *then = notice.answer
    return (
        '<!doctype html>\n<html lang="fa" dir="rtl">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{TITLE}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{TITLE}</h1>{named}</header>\n"
        f"{_paragraphs(notice.opening)}\n"
        f"<h2>چه دیده شد</h2>\n<p>{_safe(notice.found_lead)}</p>\n"
        f"{''.join(map(_found, notice.found))}{''.join(map(_rule, notice.rules))}\n"
        f"<h2>این به چه معناست</h2>\n{_paragraphs(notice.means)}\n"
        f"<h2>این به چه معنا نیست</h2>\n<ul>{_items(notice.means_not)}</ul>\n"
        f"<h2>اگر نظر دیگری دارید</h2>\n{_paragraphs([first])}{link}{_paragraphs(then)}\n"
        f"<dl>{facts}</dl>\n</main>\n</body>\n</html>\n"
    )


def _safe(text: str) -> str:
    """Text as text: no markup, and no character that a page may not hold."""
    return escape(text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8"))


def _value(value: str, *, latin: bool) -> str:
    return f'<bdi dir="ltr">{_safe(value)}</bdi>' if latin else _safe(value)


def _paragraphs(paragraphs: tuple[str, ...] | list[str]) -> str:
    return "".join(f"<p>{_safe(words)}</p>" for words in paragraphs)


def _items(items: tuple[str, ...]) -> str:
    return "".join(f"<li>{_safe(words)}</li>" for words in items)


def _found(found: Found) -> str:
    words = f'<blockquote dir="auto">{_safe(found.text)}</blockquote>' if found.text else ""
    rules = "".join(map(_rule, found.rules))
    return f'<div class="found">{words}<p class="place">{_safe(found.place)}</p>{rules}</div>'


def _rule(rule: Category) -> str:
    code = f'<span class="code">{rule.code}</span>'
    return f'<p class="rule">{code} قاعده: {_safe(rule.persian)}</p>'
