"""Dates for people. Programs get ISO 8601 in UTC; people get the calendar of their language."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from classifier.presentation import persian_digits

_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
# The day that it is in Iran, which has kept no summer time since 2022. A named zone would ask
# for a table of zones that small images lack.
_TEHRAN = timezone(timedelta(hours=3, minutes=30))
# Between the parts of a date a line must not break.
_NO_BREAK = "\u00a0"
# 1 Farvardin 1375. Leap years recur every 33 years, as they do in fact from 1178 to 1633.
_START_YEAR, _START_DAY = 1375, date(1996, 3, 20).toordinal()
_CYCLE_YEARS, _CYCLE_DAYS = 33, 12053
_FOUR_YEARS = 1461


def jalali(moment: datetime) -> tuple[int, int, int]:
    """Year, month and day in the Jalali calendar of the day that a moment has in Iran."""
    days = moment.astimezone(_TEHRAN).toordinal() - _START_DAY
    cycles, days = divmod(days, _CYCLE_DAYS)
    fours, days = divmod(days, _FOUR_YEARS)
    year = _START_YEAR + _CYCLE_YEARS * cycles + 4 * fours
    # The first year of four is the leap year.
    if days >= 366:
        years, days = divmod(days - 1, 365)
        year += years
    if days < 186:
        return year, 1 + days // 31, 1 + days % 31
    return year, 7 + (days - 186) // 30, 1 + (days - 186) % 30


def in_persian(moment: datetime) -> str:
    """A day in words of a Persian document, such as ۴ آذر ۱۴۰۵."""
    year, month, day = jalali(moment)
    return _NO_BREAK.join((persian_digits(day), _MONTHS[month - 1], persian_digits(year)))
