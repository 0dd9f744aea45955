"""Dates for people, in the calendar that they live by."""

from datetime import UTC, datetime

import pytest

from serve.dates import in_persian, jalali


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # The last day of a leap year, and the day after it.
        ((2021, 3, 20), (1399, 12, 30)), ((2021, 3, 21), (1400, 1, 1)),
        ((2025, 3, 20), (1403, 12, 30)), ((2025, 3, 21), (1404, 1, 1)),
        ((2030, 3, 20), (1408, 12, 30)), ((2030, 3, 21), (1409, 1, 1)),
        # Of a common year.
        ((2026, 3, 20), (1404, 12, 29)), ((2026, 3, 21), (1405, 1, 1)),
        ((1979, 2, 11), (1357, 11, 22)), ((2026, 9, 22), (1405, 6, 31)),
        ((2026, 9, 23), (1405, 7, 1)), ((2026, 11, 25), (1405, 9, 4)),
    ],
)  # fmt: skip
def test_days_of_the_jalali_calendar(day, expected):
    assert jalali(datetime(*day, 8, tzinfo=UTC)) == expected


def test_the_day_is_the_one_in_iran():
    assert jalali(datetime(2026, 11, 25, 20, 29, tzinfo=UTC)) == (1405, 9, 4)
    assert jalali(datetime(2026, 11, 25, 20, 30, tzinfo=UTC)) == (1405, 9, 5)


def test_a_date_is_in_persian_words_that_stay_on_one_line():
    assert in_persian(datetime(2026, 11, 25, tzinfo=UTC)) == "۴\u00a0آذر\u00a0۱۴۰۵"
