"""What people write in a form: a name, a reason, a statement."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _says_something(text: str) -> str:
    # PostgreSQL keeps no NUL; the other two are what an empty field may still hold.
    if "\x00" in text:
        raise ValueError("it holds a character that cannot be kept")
    if not any(character.isalnum() for character in text):
        raise ValueError("it says nothing")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_says_something),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_says_something),
]
Statement = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5000),
    AfterValidator(_says_something),
]
