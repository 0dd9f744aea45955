"""The work on audits: read what was submitted, assess it portion by portion, write it down.

Each audit is one durable piece of work in steps (see `serve.audits.engine`). A step may be
done twice, if the process dies between its writing and the note that it is done; so whatever
a step writes is the same the second time, and is written once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from classifier import Assessment, Scorer
from classifier.audit import RecentAssessments
from classifier.readers import Desk as ReadingDesk
from classifier.readers import Document
from classifier.scorer import on_document
from serve.audits import records
from serve.audits.engine import Durable
from serve.audits.failures import AuditFailedError
from serve.audits.reading import dataset_files, rows_of
from serve.audits.records import Portion
from serve.audits.slots import Slot, folder_name
from serve.audits.spool import Place, Row, Spool, Unreadable
from serve.operations.rates import Rates
from serve.problems import NO_ROOM, ProblemError
from serve.schemas import TextIn
from serve.scoring import Desk
from serve.settings import Settings
from serve.storage import Audit, AuditState, Storage

_LOG = structlog.get_logger("bitaraf.audits")
# A portion ends with the first of these; what a crash costs, and how often progress shows.
_PORTION_ROWS = 32
_PORTION_SECONDS = 2.0
# How many times the largest upload an upload may unpack to.
_UNPACKED = 4
_LONGEST_PAUSE = 15.0
_ROUND_SECONDS = 30.0
_PURGE_SECONDS = 3600.0
_UNSCORED = "Could not be assessed. Check its text, or split it."

Result = TypeVar("Result")
# Where the next portion begins: byte offset in the file, row, documents and faults so far.
Position = tuple[int, int, int, int]


class StoppedError(BaseException):
    """Cuts the work without its being taken for a failure: it is gone on with later."""


class _GoneError(Exception):
    """The audit was cancelled or has ended: there is nothing more to do."""


class AuditWork:
    """All that this process does for audits, and the folder in which their documents wait."""

    def __init__(self, settings: Settings, storage: Storage, desk: Desk, rates: Rates) -> None:
        self._settings, self._storage, self._desk, self._rates = settings, storage, desk, rates
        self.spool = Spool(settings.folder / "spool")
        self._stopping = threading.Event()
        self._active: set[str] = set()
        self._recent: dict[str, RecentAssessments] = {}
        self._readers: set[ReadingDesk] = set()
        self._suspects: set[str] = set()
        self._caretaker = threading.Thread(target=self._take_care, name="audits", daemon=True)

    def start(self) -> None:
        """Clear away what was left, go on with what was at work, and begin to look after it."""
        work_folder = self._settings.folder / "work"
        work_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.spool.prepare()
        self.slot = Slot(work_folder)
        self._durable = Durable(
            self._storage,
            self._settings.folder,
            folder_name(work_folder),
            self.slot.number,
            self._audit,
            self._settings.audits_at_once,
        )
        self._durable.launch()
        self._clear_arriving([self.slot.number])
        self._look_around()
        self._purge()
        self._caretaker.start()

    def stop(self) -> None:
        """Stop within seconds; what is at work goes on at the next start."""
        self._stopping.set()
        for desk in list(self._readers):
            # It may be ending at this moment by itself.
            with suppress(AttributeError):
                desk.close()
        end = time.monotonic() + 3
        while self._active and time.monotonic() < end:
            time.sleep(0.05)
        self._durable.close()
        self.slot.release()

    def submit(self, audit_id: str) -> None:
        """Have an audit done whose folder has been accepted."""
        try:
            self._durable.submit(audit_id)
        except Exception:
            # Its folder stands, and whatever stands there is submitted again before long.
            _LOG.exception("an audit could not be submitted", audit=audit_id)

    def cancelled(self, audit_id: str) -> None:
        """Forget the documents of an audit that was cancelled; its work ends at its next step."""
        self.spool.remove(audit_id)

    # The work itself. Only what `step` returns is known after a crash.

    def _audit(self, audit_id: str) -> None:
        self._active.add(audit_id)
        try:
            self._all_steps(audit_id)
        except _GoneError:
            self.spool.remove(audit_id)
        except AuditFailedError as error:
            self._durable.step("fail", self._finish, audit_id, error.code)
        except DBAPIError as error:
            # A step was done and could not be noted. Left without an end, the work is gone on
            # with behind the last note; ended with an error, it would be lost.
            _LOG.warning("an audit is interrupted: its progress could not be noted", audit=audit_id)
            raise StoppedError from error
        finally:
            self._active.discard(audit_id)
            self._recent.pop(audit_id, None)

    def _all_steps(self, audit_id: str) -> None:
        files = self._step("prepare", self._prepare, audit_id)
        counts = [self._step("read", self._read, audit_id, number) for number in range(files)]
        self._step("count", self._count, audit_id, sum(counts))
        row = done = faulty = 0
        for number, count in enumerate(counts):
            end = row + count
            offset = 0
            while row < end:
                offset, row, done, faulty = self._step(
                    "assess", self._assess, audit_id, number, (offset, row, done, faulty)
                )
        self._step("finish", self._finish, audit_id, None)

    def _step(self, name: str, act: Callable[..., Result], *arguments: object) -> Result:
        """A step whose outcome is told by value: what it raises would be written down whole."""
        outcome, value = self._durable.step(name, self._guarded, act, arguments)
        if outcome == "gone":
            raise _GoneError
        if outcome == "failed":
            raise AuditFailedError(value)
        return value  # type: ignore[no-any-return]

    def _guarded(
        self, act: Callable[..., Result], arguments: tuple[str, ...]
    ) -> tuple[str, Result | str | None]:
        audit_id = arguments[0]
        try:
            return "done", self._patiently(act, *arguments)
        except _GoneError:
            return "gone", None
        except AuditFailedError as error:
            return "failed", error.code
        except Exception as error:
            if self._patiently(self._is_final, audit_id):
                return "gone", None
            _LOG.exception("a step of an audit failed", audit=audit_id)
            lost = isinstance(error, FileNotFoundError)
            return "failed", "documents_lost" if lost else "internal"

    def _patiently(self, act: Callable[..., Result], *arguments: object) -> Result:
        """Do it, again and again while the database is away or the disk is full."""
        pause = 0.5
        while True:
            if self._stopping.is_set():
                raise StoppedError
            try:
                return act(*arguments)
            except (OperationalError, InterfaceError, OSError) as error:
                if isinstance(error, OSError) and error.errno not in NO_ROOM:
                    raise
                _LOG.warning("an audit waits for the database or the disk", audit=arguments[0])
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _is_final(self, audit_id: str) -> bool:
        with self._storage.read() as session:
            audit = session.get(Audit, audit_id)
            return audit is None or audit.state in records.FINAL

    def _prepare(self, audit_id: str) -> int:
        """Mark the audit as running; how many files there are to read."""
        model = self._scorer().manifest.version
        with self._storage.write() as session:
            if not records.start(session, audit_id, model):
                raise _GoneError
        place = self.spool.place(audit_id)
        plan = place.plan()
        if plan.dataset is not None and not plan.files:
            files, passed_over = dataset_files(self._settings.datasets, plan.dataset)
            plan = replace(plan, files=files)
            # What is passed over stands as a file of its own behind the others.
            place.write_rows(len(files), iter(passed_over))
            place.write_plan(plan)
        return len(plan.files) + 1

    def _read(self, audit_id: str, number: int) -> int:
        """Read one file into rows; how many there are."""
        place = self.spool.place(audit_id)
        plan = place.plan()
        known = place.count_rows(number)
        if known is not None:
            return known
        if number == len(plan.files):
            return 0
        # An archive may unpack to far more than was sent. A dataset is the operator's own.
        space = _UNPACKED * self._settings.max_upload_bytes - place.bytes_read()
        file = plan.files[number]
        with self._reader() as desk:
            found = rows_of(desk, place.folder / file.path, file.name, plan.text_column)
            rows = self._until_stopped(place, found)
            count = place.write_rows(
                number,
                rows,
                self._settings.max_audit_documents,
                None if plan.dataset is not None else space,
            )
        if count is None:
            raise AuditFailedError("too_many_documents")
        place.forget_upload(number)
        return count

    @contextmanager
    def _reader(self) -> Iterator[ReadingDesk]:
        """A desk that reads files, ended also by a stop: one of them may take minutes."""
        with ReadingDesk() as desk:
            self._readers.add(desk)
            try:
                yield desk
            finally:
                self._readers.discard(desk)

    def _until_stopped(self, place: Place, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows, until the process ends or the audit's folder is taken away."""
        for number, row in enumerate(rows):
            if self._stopping.is_set():
                raise StoppedError
            if number % 100 == 0 and not place.folder.exists():
                raise _GoneError
            yield row

    def _count(self, audit_id: str, total: int) -> None:
        """Note how many rows there are, and hold them against the limits."""
        if not total:
            raise AuditFailedError("no_documents")
        if total > self._settings.max_audit_documents:
            raise AuditFailedError("too_many_documents")
        with self._storage.read() as session:
            audit = session.get(Audit, audit_id)
            if audit is None or audit.state in records.FINAL:
                raise _GoneError
        # Documents in the request itself were counted when they came.
        if audit.total is None:
            try:
                self._rates.documents(audit.owner_id, total)
            except ProblemError as error:
                raise AuditFailedError("too_many_requests") from error
        with self._storage.write() as session:
            if not records.set_total(session, audit_id, total):
                raise _GoneError

    def _assess(self, audit_id: str, number: int, position: Position) -> Position:
        """Assess the next portion of a file and write it down; where the one after begins."""
        offset, row, done, faulty = position
        with self._storage.read() as session:
            audit = session.get(Audit, audit_id)
        if audit is None or audit.state != AuditState.RUNNING:
            raise _GoneError
        scorer = self._scorer(audit.prior)
        assessed: list[tuple[int, Document, Assessment]] = []
        faults: list[tuple[int, Unreadable]] = []
        end = time.monotonic() + _PORTION_SECONDS
        for item, behind in self.spool.place(audit_id).rows(number, offset):
            found = self._assess_row(audit_id, item, scorer)
            if isinstance(found, Unreadable):
                faults.append((row, found))
            else:
                assessed.append((row, *found))
            offset, row = behind, row + 1
            if len(assessed) + len(faults) >= _PORTION_ROWS or time.monotonic() > end:
                break
        done, faulty = done + len(assessed), faulty + len(faults)
        portion = Portion(assessed, faults, done, faulty)
        # The database may be away for a while; what was assessed is not assessed again for it.
        if not self._patiently(self._write, audit_id, portion):
            raise _GoneError
        return offset, row, done, faulty

    def _write(self, audit_id: str, portion: Portion) -> bool:
        with self._storage.write() as session:
            return records.write_portion(session, audit_id, portion, self._settings.keep_text_days)

    def _assess_row(
        self, audit_id: str, item: Row, scorer: Scorer
    ) -> tuple[Document, Assessment] | Unreadable:
        """The assessment of one row's text as it stands in its document, or why there is none."""
        if self._stopping.is_set():
            raise StoppedError
        if isinstance(item, Unreadable):
            return item
        text = item.scored or item.text
        recent = self._recent.setdefault(audit_id, RecentAssessments())
        # Another model may have been put to work meanwhile.
        versioned = f"{scorer.manifest.version}\n{text}"
        try:
            assessment, _ = recent.of(versioned, lambda: self._score(text, scorer))
        except ProblemError as error:
            return Unreadable(item.id, error.english)
        except Exception:
            # One text that breaks something is told as such, and is not the end of the rest.
            _LOG.exception("a document of an audit could not be assessed", audit=audit_id)
            return Unreadable(item.id, _UNSCORED)
        return item, on_document(assessment, item)

    def _score(self, text: str, scorer: Scorer) -> Assessment:
        """Score a text when no person waits; cut by a stop, for a long one takes a minute."""
        result = self._desk.in_background(TextIn.model_construct(text=text, id=None), scorer)
        while not wait([result], timeout=0.5).done:
            if self._stopping.is_set():
                result.cancel()
                raise StoppedError
        return result.result()

    def _finish(self, audit_id: str, failure: str | None) -> None:
        """Mark the audit as done or failed, and forget its documents."""
        self._patiently(self._write_end, audit_id, failure)
        self.spool.remove(audit_id)

    def _write_end(self, audit_id: str, failure: str | None) -> None:
        with self._storage.write() as session:
            records.finish(session, audit_id, failure)

    def _scorer(self, prior: float | None = None) -> Scorer:
        scorer = self._desk.ready()
        return scorer if prior is None else Scorer(scorer.runtime, prior)

    # Looking after what processes that died have left, and what has had its time.

    def _take_care(self) -> None:
        purged = time.monotonic()
        while not self._stopping.wait(_ROUND_SECONDS):
            try:
                self._look_around()
                if time.monotonic() - purged > _PURGE_SECONDS:
                    self._purge()
                    purged = time.monotonic()
            except Exception:
                _LOG.exception("looking after audits failed; it is tried again")

    def _look_around(self) -> None:
        with self.slot.dead() as dead:
            self._clear_arriving(dead)
            self._durable.forget_foreign([*dead, self.slot.number])
            for audit_id in self._durable.at_work(dead):
                self._durable.resume(audit_id)
        # Begun by this process and yet not at work in it: cut by a database that went away.
        # One that has only just been handed out is not; it is seen again in the next round.
        lost = set(self._durable.at_work([self.slot.number])) - self._active
        for audit_id in lost & self._suspects:
            self._durable.resume(audit_id)
        self._suspects = lost - self._suspects
        ended = self._durable.forget_ended()
        for audit_id in self.spool.waiting():
            with self._storage.read() as session:
                audit = session.get(Audit, audit_id)
            if audit is None or audit.state in records.FINAL:
                self.spool.remove(audit_id)
            elif audit_id in ended:
                # Its work came to an end that could not be written down.
                self._finish(audit_id, "internal")
            elif audit_id not in self._active:
                self._durable.submit(audit_id)

    def _clear_arriving(self, slots: list[int]) -> None:
        """Submissions that were arriving at processes which died: accepted, or forgotten."""
        for audit_id, place in self.spool.left_arriving(slots):
            with self._storage.read() as session:
                known = session.get(Audit, audit_id) is not None
            if known:
                self.spool.accept(place)
            else:
                self.spool.discard(place)

    def _purge(self) -> None:
        with self._storage.write() as session:
            count = records.purge_texts(session)
        if count:
            self._storage.truncate_log()
