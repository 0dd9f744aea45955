"""Scoring inside the service: the model, and the queue before it."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from classifier import Assessment, Scorer
from serve.operations import metrics
from serve.problems import ProblemError
from serve.schemas import TextIn
from serve.settings import Settings

_PEOPLE, _BACKGROUND = 0, 1
# Shorter texts tell little of the pace, and the latest count most.
_TELLING = 300
_WEIGHT_OF_LATEST = 0.3


@dataclass(order=True)
class _Turn:
    """A text that waits for the model: people before audits, then first come, first served."""

    priority: int
    number: int
    text: TextIn = field(compare=False)
    scorer: Scorer = field(compare=False)
    result: Future[Assessment] = field(compare=False, default_factory=Future)
    unwanted: threading.Event = field(compare=False, default_factory=threading.Event)


class Desk:
    """The scorer and the queue before it: one text at a time, a bounded number waiting.

    The model's threads all work on one text: running two at once would only slow both.
    Whoever waits in a coroutine (`wait_for`) holds no thread meanwhile, so that routes
    that only read answer however many texts wait.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.scorer: Scorer | None = None
        self.pace: float | None = None
        """Characters that the model reads in a second, as of late; None before it is known."""
        self._places = threading.BoundedSemaphore(settings.max_waiting)
        self._turns: queue.PriorityQueue[_Turn] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._worker: threading.Thread | None = None
        self._starting = threading.Lock()

    def load(self) -> None:
        """Load the model; raises BundleError or EncoderNotFoundError."""
        self.use(self.loaded(self.settings.model))

    def loaded(self, model: Path | None) -> Scorer:
        """A model, loaded as this service's processes share it; see `load`."""
        shared = self.settings.workers_folder
        return Scorer.load(
            model, self.settings.threads, shared=shared / "models" if shared else None
        )

    def use(self, scorer: Scorer) -> None:
        """Put a loaded model to work; texts that came before are finished by the one before."""
        previous = self.scorer
        self.scorer = scorer
        metrics.observe_model(
            scorer.manifest.version, previous.manifest.version if previous else None
        )

    def ready(self) -> Scorer:
        """The scorer; raises ProblemError while there is none."""
        if self.scorer is None:
            raise ProblemError("not_ready", "Try again in a moment.", "اندکی بعد دوباره بکوشید.")
        return self.scorer

    def in_background(self, text: TextIn, scorer: Scorer) -> Future[Assessment]:
        """Have one text scored when no person waits: it takes none of the places.

        Raises ProblemError if it is too long. Whoever no longer wants it cancels the result.
        """
        self._check_length(text)
        return self._enter(text, scorer, _BACKGROUND).result

    async def wait_for(self, text: TextIn, scorer: Scorer | None = None) -> Assessment:
        """Score one text when its turn comes, holding no thread while it waits.

        With `scorer` it is scored by that model, for parts of one request belong together.
        Raises ProblemError if it is too long, too many wait, or its turn does not come. When
        it is cancelled, the model stops working on the text.
        """
        self._check_length(text)
        chosen = scorer or self.ready()
        with self._place():
            turn = self._enter(text, chosen, _PEOPLE)
            waiting = asyncio.wrap_future(turn.result)
            try:
                done, _ = await asyncio.wait([waiting], timeout=self.settings.seconds_to_wait)
                # What has begun is waited for.
                if not done and turn.result.cancel():
                    raise _busy()
                return await waiting
            finally:
                turn.unwanted.set()
                waiting.cancel()

    def _check_length(self, text: TextIn) -> None:
        if len(text.text) > self.settings.max_characters:
            limit = f"{self.settings.max_characters:,}"
            raise ProblemError(
                "text_too_long",
                f"A text may have {limit} characters. Split it, or use bitaraf audit.",
                f"هر متن حداکثر {limit} نویسه دارد. آن را چند بخش کنید یا "
                "bitaraf audit را به کار ببرید.",
            )

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of the places in the queue, given back at the end."""
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            with metrics.WAITING.track_inprogress():
                yield
        finally:
            self._places.release()

    def _enter(self, text: TextIn, scorer: Scorer, priority: int) -> _Turn:
        turn = _Turn(priority, next(self._numbers), text, scorer)
        self._turns.put(turn)
        with self._starting:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="model", daemon=True)
                self._worker.start()
        return turn

    def _work(self) -> None:
        while True:
            turn = self._turns.get()
            # Whoever gave up meanwhile costs nothing.
            if not turn.result.set_running_or_notify_cancel():
                continue
            began = time.perf_counter()
            try:
                assessment = turn.scorer.score(turn.text.text, turn.text.id, turn.unwanted.is_set)
                self._note_pace(assessment, len(turn.text.text), time.perf_counter() - began)
                metrics.observe_assessment(assessment)
            except BaseException as error:
                turn.result.set_exception(error)
            else:
                turn.result.set_result(assessment)
            del turn

    def _note_pace(self, assessment: Assessment, characters: int, seconds: float) -> None:
        if assessment.score is None or characters < _TELLING:
            return
        latest = characters / max(seconds, 1e-3)
        before = latest if self.pace is None else self.pace
        self.pace = before + _WEIGHT_OF_LATEST * (latest - before)


def _busy() -> ProblemError:
    return ProblemError(
        "busy",
        "Too many texts are waiting. Try again in a few seconds.",
        "متن‌های بسیاری در صف است. چند ثانیهٔ دیگر بکوشید.",
        {"Retry-After": "5"},
    )


async def _desk(request: Request) -> Desk:
    return request.app.state.desk


DeskNow = Annotated[Desk, Depends(_desk)]
