"""Running an audit: rows through the scorer, in input order."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from classifier.assessment import Assessment
from classifier.audit.inputs import AuditRow, BadRow
from classifier.audit.outputs import Writer
from classifier.scorer import Scorer

_REMEMBERED = 2000


@dataclass
class AuditSummary:
    """Counts of an audit: documents by verdict, repeated texts, and rows that held none."""

    documents: int = 0
    repeated: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    bad_rows: int = 0


def run_audit(
    rows: Iterable[AuditRow | BadRow],
    scorer: Scorer,
    writer: Writer,
    on_bad_row: Callable[[BadRow], None],
    on_progress: Callable[[int], None] = lambda consumed: None,
) -> AuditSummary:
    """Assess every row and write it in input order; bad rows are reported, not written.

    A text met lately (the last 2,000 different ones) is not scored again. `on_progress`
    is told the bytes of input consumed by each row.
    """
    summary = AuditSummary()
    remembered: OrderedDict[bytes, Assessment] = OrderedDict()
    for row in rows:
        if isinstance(row, BadRow):
            summary.bad_rows += 1
            on_bad_row(row)
        else:
            key = blake2b(row.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            known = remembered.get(key)
            assessment = known or scorer.score(row.text)
            remembered[key] = assessment
            remembered.move_to_end(key)
            if len(remembered) > _REMEMBERED:
                remembered.popitem(last=False)
            writer.write(replace(assessment, id=row.id))
            summary.documents += 1
            summary.repeated += known is not None
            summary.verdicts[assessment.verdict] += 1
        on_progress(row.consumed)
    return summary
