"""Scoring inside the service: the model, and the queue before it."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import Depends, Request

from classifier import Assessment, Scorer
from serve.operations import metrics
from serve.problems import ProblemError
from serve.schemas import TextIn
from serve.settings import Settings


class Desk:
    """The scorer and the queue before it: one text at a time, a bounded number waiting."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.scorer: Scorer | None = None
        self._places = threading.BoundedSemaphore(settings.max_waiting)
        self._at_work = threading.Lock()

    def load(self) -> None:
        """Load the model; raises BundleError or EncoderNotFoundError."""
        self.scorer = Scorer.load(self.settings.model, self.settings.threads)
        metrics.observe_model(self.scorer.manifest.version)

    def ready(self) -> Scorer:
        """The scorer; raises ProblemError while there is none."""
        if self.scorer is None:
            raise ProblemError("not_ready", "Try again in a moment.", "اندکی بعد دوباره بکوشید.")
        return self.scorer

    def score(self, text: TextIn) -> Assessment:
        """Score one text when its turn comes.

        Raises ProblemError if it is too long or too many wait.

        The model's threads all work on one text: running two at once would only slow both.
        """
        if len(text.text) > self.settings.max_characters:
            limit = f"{self.settings.max_characters:,}"
            raise ProblemError(
                "text_too_long",
                f"A text may have {limit} characters. Split it, or use bitaraf audit.",
                f"هر متن حداکثر {limit} نویسه دارد. آن را چند بخش کنید یا "
                "bitaraf audit را به کار ببرید.",
            )
        scorer = self.ready()
        if not self._places.acquire(blocking=False):
            raise ProblemError(
                "busy",
                "Too many texts are waiting. Try again in a few seconds.",
                "متن‌های بسیاری در صف است. چند ثانیهٔ دیگر بکوشید.",
                {"Retry-After": "5"},
            )
        try:
            with metrics.WAITING.track_inprogress(), self._at_work:
                assessment = scorer.score(text.text, text.id)
        finally:
            self._places.release()
        metrics.observe_assessment(assessment)
        return assessment


def _desk(request: Request) -> Desk:
    return request.app.state.desk


DeskNow = Annotated[Desk, Depends(_desk)]
