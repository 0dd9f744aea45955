"""Where submitted documents wait for their audit: files that only the service can read.

``<audit>/plan.json`` tells what was submitted; ``in/`` holds uploaded files, ``read/`` the
rows that were read out of them, one JSON object a line. While a submission arrives its folder
is named ``<audit>.<slot>.part``, so that what a dead process left can be told from the rest.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from classifier.readers import Document

_PART = ".part"


@dataclass(frozen=True)
class Input:
    """A file to read, and the name that is told of it; uploads lie beside the plan."""

    path: str
    name: str


@dataclass(frozen=True)
class Plan:
    """What was submitted: uploaded or found ``files``, a ``dataset``, or documents already read."""

    files: list[Input] = field(default_factory=list)
    dataset: str | None = None
    text_column: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A row that holds no document, and the reason."""

    source: str
    reason: str


Row = Document | Unreadable


class Place:
    """The folder of one audit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, empty."""
        for folder in (self.folder, self.folder / "in", self.folder / "read"):
            folder.mkdir(mode=0o700)

    def write_plan(self, plan: Plan) -> None:
        """Write the plan, whole or not at all."""
        with _whole_file(self.folder / "plan.json") as stream:
            stream.write(json.dumps(asdict(plan)).encode("ascii"))

    def plan(self) -> Plan:
        """The plan; raises FileNotFoundError once the audit's folder is gone."""
        plain = json.loads((self.folder / "plan.json").read_bytes())
        plain["files"] = [Input(**item) for item in plain["files"]]
        return Plan(**plain)

    def new_file(self, number: int) -> tuple[str, BinaryIO]:
        """A new file for an upload: its path from the audit's folder, and it, open for writing."""
        path = f"in/{number}"
        return path, open_private(self.folder / path)

    def write_rows(
        self,
        number: int,
        rows: Iterator[Row],
        most: int | None = None,
        most_bytes: int | None = None,
    ) -> int | None:
        """Write what was read out of file `number`, whole or not at all.

        Returns how many rows there are; None, and nothing is written, if they are more than
        `most` or take more than `most_bytes`.
        """
        count = size = 0
        path = self.folder / "read" / str(number)
        try:
            with _whole_file(path) as stream:
                for row in rows:
                    line = _dump(row)
                    count, size = count + 1, size + len(line)
                    if (most is not None and count > most) or (
                        most_bytes is not None and size > most_bytes
                    ):
                        raise _TooManyError
                    stream.write(line)
        except _TooManyError:
            return None
        return count

    def count_rows(self, number: int) -> int | None:
        """How many rows file `number` was read into; None if it has not been read."""
        try:
            with (self.folder / "read" / str(number)).open("rb") as stream:
                return sum(1 for _ in stream)
        except FileNotFoundError:
            return None

    def bytes_read(self) -> int:
        """How much room the rows of all files take."""
        return sum(path.stat().st_size for path in (self.folder / "read").iterdir())

    def rows(self, number: int, offset: int) -> Iterator[tuple[Row, int]]:
        """Rows of file `number` from byte `offset` on, each with the offset behind it.

        Raises FileNotFoundError once the audit's folder is gone.
        """
        with (self.folder / "read" / str(number)).open("rb") as stream:
            stream.seek(offset)
            while line := stream.readline():
                yield _load(line), stream.tell()

    def forget_upload(self, number: int) -> None:
        """Remove an uploaded file that has been read."""
        (self.folder / "in" / str(number)).unlink(missing_ok=True)


class Spool:
    """The folder of all audits that wait or run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, if it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def place(self, audit_id: str) -> Place:
        """The folder of an audit that was submitted."""
        return Place(self.folder / audit_id)

    def arriving(self, audit_id: str, slot: int) -> Place:
        """A new folder for a submission that is arriving at process `slot`."""
        place = Place(self.folder / f"{audit_id}.{slot}{_PART}")
        place.prepare()
        return place

    def accept(self, arrived: Place) -> None:
        """Give a folder that has arrived its own name."""
        arrived.folder.rename(self.folder / arrived.folder.name.split(".")[0])

    def remove(self, audit_id: str) -> None:
        """Remove all that waits for an audit; nothing if there is nothing."""
        shutil.rmtree(self.folder / audit_id, ignore_errors=True)

    def discard(self, arrived: Place) -> None:
        """Remove a submission that did not arrive."""
        shutil.rmtree(arrived.folder, ignore_errors=True)

    def waiting(self) -> list[str]:
        """The audits that have a folder here."""
        return sorted(p.name for p in self.folder.iterdir() if not p.name.endswith(_PART))

    def left_arriving(self, slots: list[int]) -> list[tuple[str, Place]]:
        """Submissions that were arriving at processes which are gone, by audit."""
        found = []
        for path in sorted(self.folder.glob(f"*{_PART}")):
            audit_id, _, slot = path.name.removesuffix(_PART).partition(".")
            if slot.isdecimal() and int(slot) in slots:
                found.append((audit_id, Place(path)))
        return found


def open_private(path: Path) -> BinaryIO:
    """A new file that only this user can read, open for writing."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _TooManyError(Exception):
    """More rows than there may be."""


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when it is complete."""
    fresh = path.with_name(f"{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    try:
        with open_private(fresh) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _dump(row: Row) -> bytes:
    plain: dict[str, Any]
    if isinstance(row, Unreadable):
        plain = {"fault": [row.source, row.reason]}
    else:
        plain = {"id": row.id, "text": row.text}
        if row.notes:
            plain["notes"] = row.notes
        if row.pages:
            plain["pages"] = row.pages
        if row.scored is not None and row.scored != row.text:
            plain["scored"] = row.scored
    line = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "surrogatepass") + b"\n"


def _load(line: bytes) -> Row:
    plain = json.loads(line.decode("utf-8", "surrogatepass"))
    if "fault" in plain:
        return Unreadable(*plain["fault"])
    return Document(
        plain["id"],
        plain["text"],
        tuple(plain.get("notes", ())),
        tuple((start, page) for start, page in plain.get("pages", ())),
        plain.get("scored"),
    )
