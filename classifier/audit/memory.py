"""Remembering the texts met lately: what is submitted twice is scored once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

from classifier.assessment import Assessment

_MOST = 2000


class RecentAssessments:
    """The assessments of the last 2,000 different texts, by a hash of each; no text is kept."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Assessment] = OrderedDict()

    def of(self, text: str, score: Callable[[], Assessment]) -> tuple[Assessment, bool]:
        """The assessment of `text`, by `score` if it was not met lately, and whether it was."""
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._known.get(key)
        assessment = known or score()
        self._known[key] = assessment
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return assessment, known is not None
