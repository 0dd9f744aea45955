"""Packing sentences into windows: the one way in which training and scoring read a text.

A window is ``begin, sentence, end, sentence, end, ...``: whole sentences, never cut. From
the second window on it opens with context that is read but not judged again: the start
of the document (who speaks) and the sentence just before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

LEAD_TOKENS = 24
PREVIOUS_TOKENS = 40


@dataclass(frozen=True)
class SpecialTokens:
    """Ids of the tokens that frame sentences, in the encoder's own vocabulary."""

    begin: int
    end: int
    pad: int


@dataclass(frozen=True)
class Window:
    """Token ids and the place of each judged sentence in them.

    ``sentences`` holds ``(sentence index, first token, one past the last token)``.
    """

    input_ids: list[int]
    sentences: list[tuple[int, int, int]] = field(default_factory=list)


def pack_windows(
    sentences: Sequence[Sequence[int]], capacity: int, special: SpecialTokens
) -> list[Window]:
    """Pack tokenised sentences, in order, into windows of at most `capacity` tokens.

    Every sentence is judged in exactly one window. A sentence longer than a window is read
    in parts of `capacity`, each judged under the same sentence index. Raises ValueError
    if `capacity` leaves no room beside the context.
    """
    if capacity < LEAD_TOKENS + PREVIOUS_TOKENS + 32:
        raise ValueError(f"capacity {capacity} is too small; use at least 96")
    windows: list[Window] = []
    current = Window([special.begin])
    for index, sentence in enumerate(sentences):
        for part in _parts(sentence, capacity - LEAD_TOKENS - PREVIOUS_TOKENS - 4):
            if current.sentences and len(current.input_ids) + len(part) + 1 > capacity:
                windows.append(current)
                current = _with_context(sentences, index, special)
            first = len(current.input_ids)
            current.input_ids.extend(part)
            current.input_ids.append(special.end)
            current.sentences.append((index, first, first + len(part)))
    if current.sentences:
        windows.append(current)
    return windows


def _parts(sentence: Sequence[int], size: int) -> list[Sequence[int]]:
    return [sentence[i : i + size] for i in range(0, len(sentence), size)]


def _with_context(sentences: Sequence[Sequence[int]], index: int, special: SpecialTokens) -> Window:
    ids = [special.begin]
    if index > 1:
        ids += [*sentences[0][:LEAD_TOKENS], special.end]
    ids += [*sentences[max(index - 1, 0)][-PREVIOUS_TOKENS:], special.end]
    return Window(ids)
