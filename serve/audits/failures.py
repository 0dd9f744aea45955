"""Why an audit as a whole came to nothing: stable codes, in words of both languages."""

from __future__ import annotations

FAILURES: dict[str, tuple[str, str]] = {
    "no_documents": (
        "It holds no document that can be read. The faults tell of each file.",
        "سندی که بتوان خواند در آن نیست. فهرست خطاها از هر پرونده می‌گوید.",
    ),
    "too_many_documents": (
        "It holds more documents than one audit may have. Split it.",
        "سندهای آن از گنجایش یک ممیزی بیشتر است. آن را چند بخش کنید.",
    ),
    "too_many_requests": (
        "It holds more documents than your account may have assessed today.",
        "سندهای آن از سهم امروز حساب شما بیشتر است.",
    ),
    "dataset_not_found": (
        "The dataset is no longer there, or holds no file that can be read.",
        "این مجموعه دیگر سر جای خود نیست یا پرونده‌ای که بتوان خواند ندارد.",
    ),
    "documents_lost": (
        "The documents are no longer there. Submit them again.",
        "سندها دیگر در دسترس نیست. دوباره آن‌ها را بفرستید.",
    ),
    "internal": (
        "Something went wrong in the service. Try again; if it does again, tell whoever runs it.",
        "در سامانه خطایی رخ داد. دوباره بکوشید و اگر تکرار شد گردانندهٔ سامانه را خبر کنید.",
    ),
}


class AuditFailedError(Exception):
    """The audit cannot go on. Holds a code and nothing else, for it is written down."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def in_words(code: str | None, *, persian: bool) -> str | None:
    """What a code means, in Persian or English."""
    if code is None:
        return None
    english, in_persian = FAILURES.get(code, FAILURES["internal"])
    return in_persian if persian else english
