"""A text beside the text it was made from: every code point knows where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of ``[start, end)``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class AlignedText:
    """A text and its alignment; all offsets are code points, end exclusive.

    ``starts[i]`` and ``ends[i]`` bound the original passage that ``text[i]`` stands for;
    both are ascending (not strictly: one original letter may become several).
    """

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that covers ``[start, end)`` of this one.

        Raises ValueError for an empty or out-of-range span.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} lies outside a text of {len(self.text)}")
        return int(self.starts[start]), int(self.ends[end - 1])

    def apply(self, edits: Iterable[Edit]) -> AlignedText:
        """The text after `edits`, which are in order and do not overlap.

        What an edit writes stands for the whole of what it replaces; what it inserts (an
        empty range) for the letter before it, or after it at the very start.
        """
        pieces: list[str] = []
        starts: list[NDArray[np.int32]] = []
        ends: list[NDArray[np.int32]] = []
        position = 0
        for edit in edits:
            pieces += (self.text[position : edit.start], edit.text)
            starts.append(self.starts[position : edit.start])
            ends.append(self.ends[position : edit.start])
            if edit.text:
                first = min(edit.start, len(self.text) - 1)
                if edit.end == edit.start and edit.start > 0:
                    first = edit.start - 1
                last = max(edit.end - 1, first)
                count = len(edit.text)
                starts.append(np.full(count, self.starts[first], np.int32))
                ends.append(np.full(count, self.ends[last], np.int32))
            position = edit.end
        if not pieces:
            return self
        pieces.append(self.text[position:])
        starts.append(self.starts[position:])
        ends.append(self.ends[position:])
        return AlignedText("".join(pieces), np.concatenate(starts), np.concatenate(ends))
