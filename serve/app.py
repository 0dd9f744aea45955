"""The HTTP service: scoring, the model, the codebook, health."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request

from classifier import Assessment, Scorer
from classifier.codebook import CODEBOOK_VERSION, PROTECTED_KINDS, RULES
from serve import problems
from serve.limits import BodyLimit
from serve.problems import ProblemError
from serve.schemas import (
    AssessmentOut,
    BatchIn,
    BatchOut,
    CategoryOut,
    CodebookOut,
    HealthOut,
    ModelOut,
    ProblemOut,
    TextIn,
)
from serve.settings import Settings

_DESCRIPTION = """
Says whether a Persian text that an NGO publishes takes sides in a contest for political power
(for or against a candidate, list, party or faction), which sentences do, and under which rule.

Criticism of a government, calls to vote or to stay away, rights reports and neutral news are
permitted speech. Every verdict but `clear` asks a *person* to look; nothing here is a judgement.
What the tool must not be used for stands in USE.md: no sanction without a person's decision, no
suppression or punishment of lawful expression, no profiling of persons, no ranking of
organisations.

Offsets are Unicode code points into the text exactly as submitted, end exclusive. Submitted
text is neither stored nor logged.
"""


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
            with self._at_work:
                return scorer.score(text.text, text.id)
        finally:
            self._places.release()


def _desk(request: Request) -> Desk:
    return request.app.state.desk


DeskNow = Annotated[Desk, Depends(_desk)]
_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ProblemOut, "content": {problems.MEDIA_TYPE: {}}} for code in (413, 422, 503)
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; the model is loaded when it starts."""
    chosen = settings or Settings()
    desk = Desk(chosen)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        desk.load()
        yield

    app = FastAPI(
        title="Bitaraf",
        version="1",
        summary="Does a text take sides in a contest for political power?",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.add_middleware(BodyLimit, max_bytes=chosen.max_body_bytes)
    problems.install(app)
    _add_routes(app, chosen)
    return app


def _add_routes(app: FastAPI, settings: Settings) -> None:
    @app.post("/v1/score", operation_id="scoreText", tags=["scoring"], responses=_ERRORS)
    def score(text: TextIn, desk: DeskNow) -> AssessmentOut:
        """Assess one text, however long: verdict, score, evidence, protected passages."""
        return desk.score(text)

    @app.post(
        "/v1/score/batch",
        operation_id="scoreBatch",
        tags=["scoring"],
        responses=_ERRORS,
        description=f"Assess up to {settings.max_batch} texts; answers come in their order.",
    )
    def score_batch(batch: BatchIn, desk: DeskNow) -> BatchOut:
        if len(batch.texts) > settings.max_batch:
            raise ProblemError(
                "batch_too_large",
                f"A batch may have {settings.max_batch} texts, this one has {len(batch.texts)}.",
                f"هر دسته حداکثر {settings.max_batch} متن دارد؛ این دسته {len(batch.texts)} متن.",
            )
        return BatchOut(assessments=[desk.score(text) for text in batch.texts])

    @app.get("/v1/model", operation_id="getModel", tags=["about"], responses={503: _ERRORS[503]})
    def model(desk: DeskNow) -> ModelOut:
        """The model's version, thresholds and measured quality."""
        manifest = desk.ready().manifest
        calibration = asdict(manifest.calibration)
        return ModelOut(
            version=manifest.version,
            codebook=manifest.codebook,
            encoder=manifest.encoder["name"],
            thresholds={k: v for k, v in calibration.items() if k.endswith("_threshold")},
            metrics=manifest.metrics,
        )

    @app.get("/v1/codebook", operation_id="getCodebook", tags=["about"])
    def codebook() -> CodebookOut:
        """The rules E1-E5 and the protected kinds P1-P7, in both languages."""
        return CodebookOut(
            version=CODEBOOK_VERSION,
            rules=[CategoryOut(**asdict(c)) for c in RULES],
            protected=[CategoryOut(**asdict(c)) for c in PROTECTED_KINDS],
        )

    @app.get("/healthz", operation_id="isAlive", tags=["health"])
    def healthz() -> HealthOut:
        """The process answers."""
        return HealthOut(status="alive")

    @app.get("/readyz", operation_id="isReady", tags=["health"], responses={503: _ERRORS[503]})
    def readyz(desk: DeskNow) -> HealthOut:
        """The model is loaded and scores."""
        desk.ready()
        return HealthOut(status="ready")
