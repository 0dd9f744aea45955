"""Packing sentences into windows: the one way in which training and scoring read a text.

A window is ``begin sentence end, begin sentence end, ...``: whole sentences, never cut, each
framed as a text of its own. From the second window on it opens with context that is read
but not judged again: the start of the document (who speaks) and the sentence just before.
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
    """Token ids, the sentence and position of each token, and which sentences are judged.

    ``sentence_of`` numbers the frames of the window from 0, ``positions`` counts tokens
    inside a frame from 0; ``sentences`` holds ``(sentence index in the document, first
    token, one past the last token)`` of what is judged, frames left out.
    """

    input_ids: list[int] = field(default_factory=list)
    sentence_of: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    sentences: list[tuple[int, int, int]] = field(default_factory=list)

    def append(self, tokens: Sequence[int], special: SpecialTokens) -> tuple[int, int]:
        """Add a framed sentence; returns where its own tokens begin and end."""
        number = self.sentence_of[-1] + 1 if self.sentence_of else 0
        start = len(self.input_ids) + 1
        length = len(tokens) + 2
        self.input_ids.extend([special.begin, *tokens, special.end])
        self.sentence_of.extend([number] * length)
        self.positions.extend(range(length))
        return start, start + len(tokens)


def pack_windows(
    sentences: Sequence[Sequence[int]], capacity: int, special: SpecialTokens
) -> list[Window]:
    """Pack tokenised sentences, in order, into windows of at most `capacity` tokens.

    Every sentence is judged in exactly one window. A sentence longer than a window is read
    in parts, each judged under the same sentence index. Raises ValueError if `capacity`
    leaves no room beside the context.
    """
    if capacity < LEAD_TOKENS + PREVIOUS_TOKENS + 32:
        raise ValueError(f"capacity {capacity} is too small; use at least 96")
    windows: list[Window] = []
    current = Window()
    for index, sentence in enumerate(sentences):
        for part in _parts(sentence, capacity - LEAD_TOKENS - PREVIOUS_TOKENS - 6):
            if current.sentences and len(current.input_ids) + len(part) + 2 > capacity:
                windows.append(current)
                current = _with_context(sentences, index, special)
            start, end = current.append(part, special)
            current.sentences.append((index, start, end))
    if current.sentences:
        windows.append(current)
    return windows


def _parts(sentence: Sequence[int], size: int) -> list[Sequence[int]]:
    return [sentence[i : i + size] for i in range(0, len(sentence), size)]


def _with_context(sentences: Sequence[Sequence[int]], index: int, special: SpecialTokens) -> Window:
    window = Window()
    if index > 1:
        window.append(sentences[0][:LEAD_TOKENS], special)
    window.append(sentences[max(index - 1, 0)][-PREVIOUS_TOKENS:], special)
    return window
