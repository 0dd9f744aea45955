"""Where a page of a list ended: the moment and identity of its last object, as one word.

It holds when that object is deleted before the next page is asked for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

PLACE = r"^([0-9]{1,17})-([0-9a-f]{32})$"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_place(moment: datetime, identity: str) -> str:
    """The word for a place."""
    return f"{(moment - _EPOCH) // _MICROSECOND}-{identity}"


def read_place(word: str) -> tuple[datetime, str] | None:
    """The place that a word means; None if it is none of ours."""
    match = re.fullmatch(PLACE, word)
    if match is None:
        return None
    return _EPOCH + int(match[1]) * _MICROSECOND, match[2]
