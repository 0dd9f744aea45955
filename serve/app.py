"""The HTTP service, composed of its routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from serve import contract, problems
from serve.audits.work import AuditWork
from serve.limits import BodyLimit
from serve.operations.logs import RequestLog
from serve.operations.models import Models
from serve.operations.rates import Attempts, Rates
from serve.operations.readiness import Readiness
from serve.routes import (
    about,
    accounts,
    audits,
    contests,
    files,
    health,
    log,
    models,
    reviews,
    scoring,
)
from serve.scoring import Desk
from serve.settings import Settings
from serve.stopping import Stopping
from serve.storage import Storage
from serve.web import SecurityHeaders
from serve.web import router as pages

_DESCRIPTION = """
Says whether a Persian text that an NGO publishes takes sides in a contest for political power
(for or against a candidate, list, party or faction), which sentences do, and under which rule.

Criticism of a government, calls to vote or to stay away, rights reports and neutral news are
permitted speech. Every verdict but `clear` asks a *person* to look; nothing here is a judgement.
What the tool must not be used for stands in USE.md: no sanction without a person's decision, no
suppression or punishment of lawful expression, no profiling of persons, no ranking of
organisations.

Offsets are Unicode code points into the text exactly as submitted, end exclusive. Scoring
neither stores nor logs a text; audits hold it until they end.
"""

_ROUTERS = (
    scoring.router,
    files.router,
    audits.router,
    reviews.router,
    contests.router,
    accounts.router,
    log.router,
    models.router,
    about.router,
    health.router,
    pages,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; when it starts, the database is migrated and the model loaded."""
    chosen = settings or Settings()
    desk = Desk(chosen)
    storage = Storage(chosen.database_url)
    switch = Models(chosen, storage, desk)

    rates = Rates(storage, chosen.requests_per_minute, chosen.documents_per_day)
    work = AuditWork(chosen, storage, desk, rates)
    stopping = Stopping()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Settings]]:
        storage.migrate()
        switch.load()
        switch.follow()
        await run_in_threadpool(work.start)
        stopping.watch()
        # The connections read their limits from it.
        yield {"settings": chosen}
        await run_in_threadpool(work.stop)
        switch.stop()
        storage.close()

    app = FastAPI(
        title="Bitaraf",
        version="1",
        summary="Does a text take sides in a contest for political power?",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        # The pages of serve.web take their place: FastAPI's own load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = chosen
    app.state.desk = desk
    app.state.storage = storage
    app.state.models = switch
    app.state.rates = rates
    app.state.attempts = Attempts(chosen.contest_attempts_per_minute)
    app.state.audits = work
    app.state.stopping = stopping
    app.state.readiness = Readiness(chosen, storage)
    app.add_middleware(
        BodyLimit,
        max_bytes=chosen.max_body_bytes,
        max_upload_bytes=chosen.max_upload_bytes,
        seconds=chosen.seconds_for_body,
        max_held=chosen.max_held_bytes,
    )
    app.add_middleware(RequestLog)
    app.add_middleware(SecurityHeaders)
    problems.install(app)
    for router in _ROUTERS:
        app.include_router(router)
    contract.install(app)
    return app
