"""Results as files, streamed: the same columns as `bitaraf audit` writes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

from classifier.assessment import Assessment, Evidence, ProtectedPassage
from classifier.audit import stream_output
from serve.audits import records
from serve.reviews.passages import evidence_of, protected_of
from serve.storage import Storage, StoredAssessment

ExportFormat = Literal["jsonl", "csv", "parquet"]
MEDIA_TYPES: dict[str, str] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_PAGE = 500


class _Sink(io.RawIOBase):
    """Takes what a writer writes, until it is taken away."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._chunks.append(chunk)
        self._size += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self._size

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken


def export(
    storage: Storage, audit_id: str, form: ExportFormat, verdict: str | None, rule: str | None
) -> Iterator[bytes]:
    """The results of an audit in order; no database session is held while the client reads."""
    sink = _Sink()
    writer = stream_output(f".{form}", sink)
    after = -1
    while True:
        with storage.read() as session:
            asked = records.results(audit_id, verdict, rule, after, _PAGE)
            page = list(session.scalars(asked))
        for stored in page:
            writer.write(assessment_of(stored))
        if chunk := sink.take():
            yield chunk
        if len(page) < _PAGE:
            break
        after = page[-1].row
    writer.close()
    yield sink.take()


def assessment_of(stored: StoredAssessment) -> Assessment:
    """The Assessment as it was found; passages have their text only where it is kept."""
    return Assessment(
        id=stored.document,
        verdict=stored.verdict,  # type: ignore[arg-type]
        score=stored.score,
        abstained_reason=stored.abstained_reason,  # type: ignore[arg-type]
        evidence=[
            Evidence(p.start, p.end, p.text or "", p.name, p.probability, p.page)  # type: ignore[arg-type]
            for p in evidence_of(stored)
        ],
        protected=[
            ProtectedPassage(p.start, p.end, p.name, p.probability, p.page)  # type: ignore[arg-type]
            for p in protected_of(stored)
        ],
        notes=tuple(stored.notes),
        model=stored.model,
        codebook=stored.codebook,
    )
