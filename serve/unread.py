"""Why a file could not be read, and what to do, in the caller's language.

Readers say it in English; each of their reasons has its Persian words here.
"""

from __future__ import annotations

import re

from classifier.presentation import persian_digits

_PERSIAN: tuple[tuple[str, str], ...] = (
    (
        r"an old Office file",
        "پروندهٔ آفیس قدیمی (doc یا xls) یا رمزدار است. آن را بی‌رمز و با قالب DOCX یا XLSX "
        "ذخیره کنید.",
    ),
    (r"protected by a password", "با گذرواژه قفل شده است. نسخه‌ای بی‌رمز از آن ذخیره کنید."),
    (
        r"a scan:",
        "اسکن است و متنی در خود ندارد. خود متن را بدهید، یا از گردانندهٔ سامانه بخواهید "
        "Tesseract را با زبان فارسی نصب کند تا تصویر خوانده شود.",
    ),
    (
        r"its letters overlap",
        "حروفش چنان روی هم افتاده‌اند (مانند نستعلیق) که ترتیبشان پیدا نیست. خود متن را بدهید "
        "یا PDF را با قلم دیگری بسازید.",
    ),
    (
        r"its fonts do not say",
        "قلم‌های این PDF نمی‌گویند کدام حرف را می‌کشند و متن خواندنی نیست. PDF را دوباره بسازید "
        "یا خود متن را بدهید.",
    ),
    (
        r"a picture, film or sound|a picture;",
        "تصویر، فیلم یا صداست، نه متن. خود متن را بدهید.",
    ),
    (r"a presentation", "پروندهٔ ارائه است. متن آن یا PDF آن را بدهید."),
    (
        r"a (?:RAR|7z) archive|compressed with gzip",
        "با قالبی فشرده شده که خوانده نمی‌شود. آن را باز کنید یا با قالب ZIP بفرستید.",
    ),
    (r"a program|a database", "متن نیست؛ برنامه یا پایگاه داده است."),
    (r"a Parquet file", "پروندهٔ Parquet است. آن را با قالب CSV یا JSONL ذخیره کنید."),
    (
        r"an OpenDocument file without",
        "پروندهٔ اُپن‌داکیومنت است ولی متن روان ندارد. آن را با قالب ODT یا CSV ذخیره کنید.",
    ),
    (
        r"an archive in an archive|a message in a message",
        "بسته‌ای درون بستهٔ دیگر است. اول آن را باز کنید و پرونده‌ها را جدا بدهید.",
    ),
    (
        r"its path leads out|a link, not a file",
        "نشانی آن به بیرون از بسته می‌رود و برای ایمنی باز نشد.",
    ),
    (
        r"unpacks to|the archive unpacks",
        "بیش از اندازهٔ یک سند باز می‌شود و برای ایمنی باز نشد. آن را کوچک‌تر کنید.",
    ),
    (
        r"holds more than [\d,]+ files",
        "پرونده‌های درون این بسته بیش از اندازه است. آن را چند بسته کنید.",
    ),
    (
        r"larger than|holds more than|has more than|the text has more than|the line is longer",
        "بیش از اندازه بزرگ است. آن را چند بخش کنید.",
    ),
    (
        r"not valid \S+ at byte|its letters cannot be decoded|its encoding is broken",
        "رمزگذاری حروفش خراب است. آن را دوباره با رمزگذاری UTF-8 ذخیره کنید.",
    ),
    (
        r"no column|the row has no column",
        "ستونی که متن در آن باشد پیدا نشد. نام آن ستون را text (یا متن) بگذارید.",
    ),
    (
        r"the field|not a JSON object",
        "هر سطر باید یک شیء JSON با فیلد متنی text باشد؛ این سطر چنین نیست.",
    ),
    (
        r"not valid|JSON nested",
        "ساختار جدول یا JSON در این‌جا درست نیست. آن را دوباره بسازید.",
    ),
    (r"a spreadsheet without rows", "جدولی خالی است. پرونده‌ای بدهید که سطری داشته باشد."),
    (r"a message without text|not a message", "ایمیلی بدون متن است. خود متن را بدهید."),
    (
        r"declares XML entities|nested too deeply",
        "به شیوه‌ای ساخته شده که هیچ سند سالمی ساخته نمی‌شود و برای ایمنی خوانده نشد.",
    ),
    (
        r"takes too long|too many of its files",
        "خواندنش بیش از اندازه طول کشید؛ شاید آسیب دیده باشد. آن را دوباره ذخیره کنید یا "
        "چند بخش کنید.",
    ),
    (
        r"could not be read within|needs more memory",
        "خواندنش بیش از اندازه حافظه می‌خواهد. آن را دوباره ذخیره کنید یا چند بخش کنید.",
    ),
    (
        r"damaged|broken HTML|not an RTF file|cannot be read",
        "آسیب دیده یا ناقص است، یا از نوعی نیست که نامش می‌گوید. آن را دوباره ذخیره کنید.",
    ),
)
_OTHERWISE = "خوانده نشد. آن را دوباره ذخیره کنید یا خود متن را بدهید."
# What is advice for a command line, or may quote the file's first row, is said anew.
_ENGLISH: tuple[tuple[str, str], ...] = (
    (r"no column", "no column that holds the text; name it 'text'"),
    (r"the field .* is missing", "the field 'text' is missing"),
)


def in_persian(reason: str) -> str | None:
    """The Persian words for a reader's reason; None for one that has none of its own."""
    return next((words for pattern, words in _PERSIAN if re.match(pattern, reason)), None)


def in_words(reason: str, *, persian: bool) -> str:
    """A reader's reason as a sentence, in Persian or English."""
    if persian:
        return in_persian(reason) or _OTHERWISE
    words = next((words for pattern, words in _ENGLISH if re.match(pattern, reason)), reason)
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def others_in_words(count: int, *, persian: bool) -> str:
    """That an archive holds files of kinds that are not read."""
    if persian:
        return f"{persian_digits(count)} پرونده از نوع‌های دیگر در آن است که خوانده نشد."
    files = "1 file" if count == 1 else f"{count} files"
    return f"Holds {files} of other kinds, not read."
