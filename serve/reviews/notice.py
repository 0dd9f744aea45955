"""The notice to a publisher: what a person confirmed, in plain Persian, and how to answer it.

It informs and asks; it neither threatens nor ranks. `compose` says what stands in it, once;
`notice_html` and `notice_docx` only set it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from classifier.codebook import RULES, Category
from classifier.presentation import persian_digits
from serve.dates import in_persian
from serve.reviews.desk import reviews_of
from serve.reviews.passages import evidence_of, kept_text
from serve.storage import Decision, StoredAssessment
from serve.storage.tables import now

TITLE = "آگاهی‌نامه دربارهٔ یک متن"


@dataclass(frozen=True)
class Found:
    """One passage of the notice: where it stands, its words if they are kept, its rules."""

    place: str
    text: str | None
    rules: tuple[Category, ...]


@dataclass(frozen=True)
class Fact:
    """One line of the particulars; what is `latin` runs from left to right."""

    name: str
    value: str
    latin: bool = False


@dataclass(frozen=True)
class Answer:
    """How the publisher may answer: until when, and by which link if it is printed."""

    until: datetime
    link: str | None


@dataclass(frozen=True)
class Notice:
    """A notice, in the order in which it is read."""

    document: str | None
    opening: tuple[str, ...]
    found_lead: str
    found: tuple[Found, ...]
    rules: tuple[Category, ...]
    means: tuple[str, ...]
    means_not: tuple[str, ...]
    answer: tuple[str, ...]
    link: str | None
    facts: tuple[Fact, ...] = field(default_factory=tuple)


def compose(session: Session, assessment: StoredAssessment, answer: Answer | None) -> Notice:
    """The notice of a confirmed assessment."""
    reviews = reviews_of(session, assessment.id)
    confirming = [r for r in reviews if r.decision == Decision.CONFIRM.value]
    named = {r.rule for r in confirming}
    rules = tuple(rule for rule in RULES if rule.name in named)
    found, rules_apart = _found(assessment, rules)
    return Notice(
        document=assessment.document,
        opening=(
            "با سلام و احترام؛",
            f"این نامه برای نویسنده یا ناشر {_which(assessment)} است. در این متن بخشی "
            "دیده شد که در آن سازمان، از زبان خود، به سود یا زیان یکی از رقیبان قدرت سیاسی "
            "(نامزد، فهرست، حزب یا جناح) سخن می‌گوید یا کاری می‌کند. نخست برنامهٔ رایانه‌ای "
            f"«بی‌طرف» آن را نشان داد و سپس {_people(len(confirming), len(reviews))}.",
        ),
        found_lead=_found_lead(assessment, found),
        found=found,
        rules=rules_apart,
        means=(
            "به نظر بازبین، دست‌کم یک بخش از این متن زیر قاعدهٔ یادشده جای می‌گیرد. برای چنین نظری "
            "یک جمله هم بس است، هرچند بقیهٔ متن بی‌اشکال باشد.",
            "اگر می‌خواهید متن بی‌طرف بماند، می‌توانید همان بخش را بردارید یا جور دیگری بنویسید؛ "
            "تصمیم با شماست.",
        ),
        means_not=(
            "رأی دادگاه یا تصمیم اداری نیست و به‌خودی‌خود هیچ پیامدی برای شما یا سازمانتان ندارد.",
            "داوری دربارهٔ سازمان، نویسنده یا نوشته‌های دیگر شما نیست؛ تنها همین متن دیده شده است.",
            "به این معنا نیست که از سیاست نباید نوشت. نقد دولت، قانون و مسئولان، هرچند تند، دعوت "
            "همگان به مشارکت، آموزش رأی دادن، گزارش حقوق بشر و خبر بی‌طرفانه همه بی‌اشکال است.",
            "به این معنا نیست که آن نامزد یا جریان خوب یا بد است. همین قاعده برای همهٔ رقیبان "
            "یکسان به کار می‌رود.",
            "بی‌خطا نیست. برنامه و انسان هر دو ممکن است اشتباه کنند؛ برای همین نظر شما مهم است.",
        ),
        answer=_answer(answer),
        link=answer.link if answer else None,
        facts=_facts(assessment, max(r.created_at for r in confirming)),
    )


def _which(assessment: StoredAssessment) -> str:
    if assessment.document:
        return "متنی است که نامش در بالا آمده"
    return "متنی است که شناسهٔ ارزیابی‌اش در پایان نامه آمده"


def _people(confirming: int, all_: int) -> str:
    """Who confirmed it, also where not all agreed."""
    if all_ == 1:
        return "یک نفر آن را بازبینی و تأیید کرد"
    if confirming == all_:
        return f"{persian_digits(all_)} نفر آن را جداگانه بازبینی و تأیید کردند"
    return (
        f"{persian_digits(all_)} نفر آن را بازبینی کردند که {persian_digits(confirming)} نفرشان "
        "تأییدش کردند و دیگران نظر دیگری داشتند"
    )


def _found(
    assessment: StoredAssessment, confirmed: tuple[Category, ...]
) -> tuple[tuple[Found, ...], tuple[Category, ...]]:
    """The passages under the confirmed rules, and the rules that no passage shows.

    Where the reviewers named other rules than the model, its passages still tell the place,
    and the rules stand by themselves.
    """
    passages = evidence_of(assessment)
    by_name = {rule.name: rule for rule in confirmed}
    fitting = [p for p in passages if p.name in by_name]
    shown = fitting or passages
    rules_at: dict[tuple[int, int], list[Category]] = {}
    for passage in shown:
        at = rules_at.setdefault((passage.start, passage.end), [])
        if passage.name in by_name:
            at.append(by_name[passage.name])
    whole = {(p.start, p.end): p for p in shown}
    found = tuple(
        Found(_place(p.start, p.end, p.page), p.text, tuple(rules_at[at]))
        for at, p in whole.items()
    )
    told = {rule.name for at in rules_at.values() for rule in at}
    return found, tuple(rule for rule in confirmed if rule.name not in told)


def _place(start: int, end: int, page: int | None) -> str:
    """Where a passage stands, counted from 1 as people count."""
    place = f"از نویسهٔ {persian_digits(start + 1)} تا نویسهٔ {persian_digits(end)} متن"
    return f"{place}، صفحهٔ {persian_digits(page)}" if page is not None else place


def _found_lead(assessment: StoredAssessment, found: Sequence[Found]) -> str:
    if not found:
        return "برنامه جای مشخصی را نشان نداده است؛ نظر بازبین بر پایهٔ خواندن همهٔ متن است."
    if kept_text(assessment) is None:
        return (
            "متن شما نزد ما نگهداری نمی‌شود؛ از این رو به جای خود جمله، جای آن را می‌نویسیم. "
            "هر حرف، فاصله و نشانه یک نویسه به شمار می‌آید."
        )
    return "این بخش از متن دیده شد:" if len(found) == 1 else "این بخش‌ها از متن دیده شد:"


def _answer(answer: Answer | None) -> tuple[str, ...]:
    then = (
        "پس از پاسخ شما، متن به نوبت بازبینی برمی‌گردد تا یک نفر پاسخ را بخواند و دوباره نظر دهد. "
        "هر پیوند یک پاسخ می‌پذیرد؛ پیش از فرستادن، آن را یک بار دیگر بخوانید."
    )
    if answer is None:
        return (
            "اگر این نظر را درست نمی‌دانید، از فرستندهٔ این نامه پیوند پاسخ بخواهید. با آن، "
            "ارزیابی همین متن را می‌بینید و نظر خود را می‌نویسید.",
            then,
        )
    until = f"تا {in_persian(answer.until)}"
    if answer.link is None:
        return (
            "اگر این نظر را درست نمی‌دانید، نظر خود را بنویسید. پیوند پاسخ جداگانه به شما داده "
            f"می‌شود و {until} کار می‌کند.",
            then,
        )
    return (
        "اگر این نظر را درست نمی‌دانید، با پیوند زیر نظر خود را بنویسید. این پیوند تنها ارزیابی "
        f"همین متن را باز می‌کند و {until} کار می‌کند. هر که آن را داشته باشد می‌تواند به جای شما "
        "پاسخ دهد؛ آن را تنها به کسی بدهید که باید پاسخ دهد.",
        then,
    )


def _facts(assessment: StoredAssessment, confirmed_at: datetime) -> tuple[Fact, ...]:
    return (
        Fact("تاریخ این نامه", in_persian(now())),
        Fact("تاریخ ارزیابی", in_persian(assessment.created_at)),
        Fact("تاریخ تأیید", in_persian(confirmed_at)),
        Fact("نسخهٔ کتابچهٔ قواعد", persian_digits(assessment.codebook)),
        Fact("مدل", assessment.model, latin=True),
        Fact("شناسهٔ ارزیابی", assessment.id, latin=True),
    )
