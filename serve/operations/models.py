"""Models without a pause: another one is loaded beside the one at work and takes its place.

The database says which model is at work, so that every worker process comes to use it
within seconds, and a restart does too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from classifier import BundleError, EncoderNotFoundError, Scorer
from classifier.bundle import read_manifest, verify_files
from classifier.bundle.build import DEFAULT_RELEASE
from classifier.bundle.manifest import MANIFEST
from serve import journal
from serve.identity import Principal
from serve.problems import ProblemError
from serve.scoring import Desk
from serve.settings import Settings
from serve.storage import ModelActivation, Storage

_SECONDS_BETWEEN_LOOKS = 2.0
_TRIAL = "انجمن ما در انتخابات شورا از هیچ نامزدی حمایت نمی‌کند. کلاس نقاشی از شنبه برقرار است."


@dataclass(frozen=True)
class Offer:
    """A folder that holds a model, or what should be one and has a fault."""

    folder: Path
    version: str | None
    fault: str | None = None

    @property
    def name(self) -> str:
        """What it is called in a request: its version, else its folder's name."""
        return self.version or self.folder.name


class Models:
    """The models on offer, and which of them is at work."""

    def __init__(self, settings: Settings, storage: Storage, desk: Desk) -> None:
        self._settings = settings
        self._storage = storage
        self._desk = desk
        self._changing = threading.Lock()
        self._seen = 0
        self._stopped = threading.Event()
        self._log = structlog.get_logger("bitaraf.models")

    @property
    def _own(self) -> Path:
        """The model that the service is configured with."""
        return (self._settings.model or DEFAULT_RELEASE).absolute()

    def load(self) -> None:
        """Load the model that was activated last, else the configured one.

        One that is gone or broken is passed over with an error in the log: every assessment
        tells its model, and no service at all would be worse. Raises BundleError or
        EncoderNotFoundError if the configured one cannot be loaded either.
        """
        with self._storage.read() as session:
            last = _last(session)
        if last is not None:
            self._seen = last.number
            try:
                self._desk.use(self._loaded(Path(last.folder), last.version))
                return
            except (BundleError, EncoderNotFoundError) as error:
                self._log.error("activated model not loaded", version=last.version, why=str(error))
        self._desk.load()

    def follow(self) -> None:
        """Look, every few seconds, whether another process activated a model."""
        threading.Thread(target=self._look, name="models", daemon=True).start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()

    def offers(self) -> list[Offer]:
        """The configured model, and what lies in the folder of models."""
        folders = [self._own]
        shelf = self._settings.models
        if shelf is not None and shelf.is_dir():
            within = (path.absolute() for path in sorted(shelf.iterdir()))
            folders += [path for path in within if (path / MANIFEST).exists()]
        found: dict[str, Offer] = {}
        for folder in folders:
            offer = _offer(folder)
            found.setdefault(offer.name, offer)
        return list(found.values())

    def previous(self) -> str | None:
        """The version that `roll_back` would put back to work."""
        with self._storage.read() as session:
            before = _before_last(session)
            return before.version if before else None

    def activate(self, version: str, caller: Principal) -> None:
        """Put a model on offer to work.

        Raises ProblemError: 404 for an unknown one, 422 for one that is broken.
        """
        offer = next((o for o in self.offers() if o.name == version), None)
        if offer is None:
            raise ProblemError(
                "not_found",
                "There is no such model here; GET /v1/models lists them.",
                "چنین مدلی این‌جا نیست؛ فهرست را GET /v1/models می‌دهد.",
            )
        self._change(offer.folder, version, "model.activate", caller)

    def roll_back(self, caller: Principal) -> None:
        """Put the model that was at work before back to work; raises ProblemError."""
        with self._storage.read() as session:
            before = _before_last(session)
        if before is None:
            raise ProblemError(
                "conflict",
                "No other model was at work before.",
                "پیش از این مدل دیگری در کار نبوده است.",
            )
        self._change(Path(before.folder), before.version, "model.rollback", caller)

    def catch_up(self) -> None:
        """Put the model to work that was activated last, wherever that was."""
        with self._storage.read() as session:
            last = _last(session)
        if last is None or last.number == self._seen:
            return
        with self._changing:
            # One that cannot be loaded here is not tried again every other second.
            self._seen = last.number
            if self._desk.ready().manifest.version == last.version:
                return
            try:
                self._desk.use(self._loaded(Path(last.folder), last.version))
            except (BundleError, EncoderNotFoundError) as error:
                self._log.error("activated model not loaded", version=last.version, why=str(error))
                return
        self._log.info("model changed", version=last.version)

    def _look(self) -> None:
        while not self._stopped.wait(_SECONDS_BETWEEN_LOOKS):
            try:
                self.catch_up()
            except SQLAlchemyError:
                self._log.warning("models not looked up: the database does not answer")

    def _change(self, folder: Path, version: str, action: str, caller: Principal) -> None:
        with self._changing:
            present = self._desk.ready().manifest.version
            if version == present:
                return
            try:
                scorer = self._loaded(folder, version)
            except (BundleError, EncoderNotFoundError) as error:
                raise ProblemError(
                    "unusable_model",
                    f"{error}. The model at work stays.",
                    f"این مدل به کار نمی‌آید و مدل کنونی می‌ماند: {error}",
                ) from error
            with self._storage.write() as session:
                last = _last(session)
                if last is None or last.version != present:
                    session.add(ModelActivation(version=present, folder=str(self._own)))
                    session.flush()
                row = ModelActivation(
                    version=version, folder=str(folder), account_id=caller.account_id
                )
                session.add(row)
                session.flush()
                journal.record(session, caller.name, action, version, previous=present)
            self._seen = row.number
            self._desk.use(scorer)
        self._log.info("model changed", version=version)

    def _loaded(self, folder: Path, version: str) -> Scorer:
        """A model, its files checked by hash and itself tried on a text; raises BundleError."""
        manifest = read_manifest(folder)
        if manifest.version != version:
            raise BundleError(f"{folder} holds the model {manifest.version} now, not {version}")
        if manifest.kind == "release":
            # A release is joined and kept elsewhere, and only what is kept is checked on loading.
            verify_files(folder, manifest)
        try:
            scorer = self._desk.loaded(folder)
            tried = scorer.score(_TRIAL)
        except (BundleError, EncoderNotFoundError):
            raise
        except Exception as error:  # onnxruntime and tokenizers raise what they like
            raise BundleError(f"{folder} cannot be used ({type(error).__name__})") from error
        if tried.score is None or not 0 <= tried.score <= 1:
            raise BundleError(f"{folder} gives no score for a plain text")
        return scorer


def _offer(folder: Path) -> Offer:
    try:
        return Offer(folder, read_manifest(folder).version)
    except BundleError as error:
        return Offer(folder, None, str(error))


def _last(session: Session) -> ModelActivation | None:
    return session.scalar(select(ModelActivation).order_by(ModelActivation.number.desc()).limit(1))


def _before_last(session: Session) -> ModelActivation | None:
    return session.scalar(
        select(ModelActivation).order_by(ModelActivation.number.desc()).offset(1).limit(1)
    )
