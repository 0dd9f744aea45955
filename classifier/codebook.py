"""The codebook's rules and protected kinds, by name: the one place that lists them.

The codebook (version 1) asks whether an organisation intervenes, in its own voice,
for or against a contestant for political power.
"""

from __future__ import annotations

from dataclasses import dataclass

CODEBOOK_VERSION = "1"


@dataclass(frozen=True)
class Category:
    """A rule (E1-E5) or a protected kind (P1-P7), explained in both languages."""

    code: str
    name: str
    english: str
    persian: str


RULES: tuple[Category, ...] = (
    Category(
        "E1",
        "endorsement",
        "Supports or opposes a candidate or list, or asks to vote or not to vote for it.",
        "حمایت از یک نامزد یا فهرست یا مخالفت با آن، یا دعوت به رأی دادن یا ندادن به آن.",
    ),
    Category(
        "E2",
        "party_promotion",
        "Promotes, recruits for or attacks a party, faction or current as a contestant.",
        "تبلیغ، عضوگیری یا حمله به یک حزب، جناح یا جریان در مقام رقیب انتخاباتی.",
    ),
    Category(
        "E3",
        "mobilisation",
        "Does a contestant's campaign work, or lends it people, space, vehicles or channels.",
        "انجام کار تبلیغاتی یک رقیب، یا سپردن نیرو، مکان، خودرو یا رسانه به ستاد او.",
    ),
    Category(
        "E4",
        "fundraising",
        "Raises or gives money or supplies for a contestant, or ties aid to a vote.",
        "جمع‌آوری یا پرداخت پول و کالا برای یک رقیب، یا گره زدن کمک به رأی.",
    ),
    Category(
        "E5",
        "candidacy",
        "Fields, introduces or negotiates the organisation's own candidates or list.",
        "ورود خود سازمان به رقابت: معرفی یا مذاکره بر سر نامزد، فهرست یا سهم خود.",
    ),
)

PROTECTED_KINDS: tuple[Category, ...] = (
    Category(
        "P1",
        "voter_education",
        "Explains voting, invites everybody to take part or leaves it to each person.",
        "آموزش رأی دادن، دعوت همگان به مشارکت یا واگذاشتن تصمیم به هر فرد.",
    ),
    Category(
        "P2",
        "issue_advocacy",
        "Demands and criticism, however sharp, of policies and officials, untied to a vote.",
        "مطالبه و نقد، هرچند تند، از سیاست‌ها و مسئولان، بی پیوند با رأی به کسی.",
    ),
    Category(
        "P3",
        "rights_reporting",
        "Human rights, detentions, protests; elections observed without taking a side.",
        "گزارش حقوق بشر، بازداشت و اعتراض؛ نظارت بر انتخابات بی‌آن‌که جانب کسی را بگیرد.",
    ),
    Category(
        "P4",
        "neutral_reporting",
        "Reports, quotes or studies politics with attribution, without adopting it.",
        "خبر، نقل‌قول یا پژوهش سیاسی با ذکر منبع و بدون پذیرفتن آن.",
    ),
    Category(
        "P5",
        "neutrality_statement",
        "States that the organisation backs nobody.",
        "اعلام این‌که سازمان از هیچ‌کس حمایت نمی‌کند.",
    ),
    Category(
        "P6",
        "government_relations",
        "Meetings with, thanks to or congratulation of office holders as office holders.",
        "دیدار، تفاهم‌نامه، سپاس یا تبریک به صاحبان مقام در همان مقام.",
    ),
    Category(
        "P7",
        "ordinary",
        "The organisation's usual work: relief, education, environment, health, culture.",
        "کار همیشگی سازمان: امداد، آموزش، محیط زیست، سلامت، فرهنگ.",
    ),
)

RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in RULES)
PROTECTED_NAMES: tuple[str, ...] = tuple(kind.name for kind in PROTECTED_KINDS)
