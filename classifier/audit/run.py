"""Running an audit: rows through the scorer, in input order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from classifier.audit.memory import RecentAssessments
from classifier.audit.outputs import Writer
from classifier.readers import Document, LeftOut, Unread
from classifier.scorer import Scorer, on_document


@dataclass
class AuditSummary:
    """Counts of an audit: documents by verdict, repeated texts, rows and files that held none."""

    documents: int = 0
    repeated: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    bad_rows: int = 0


def run_audit(
    items: Iterable[Document | Unread | LeftOut],
    scorer: Scorer,
    writer: Writer,
    on_unread: Callable[[Unread | LeftOut], None],
    on_progress: Callable[[int], None] = lambda consumed: None,
) -> AuditSummary:
    """Assess every document and write it in input order; what is unread is told, not written.

    A text met lately (the last 2,000 different ones) is not scored again. `on_progress`
    is told the bytes of input consumed by each.
    """
    summary = AuditSummary()
    recent = RecentAssessments()
    for item in items:
        if isinstance(item, LeftOut):
            on_unread(item)
            continue
        if isinstance(item, Unread):
            summary.bad_rows += 1
            on_unread(item)
        else:
            text = item.scored or item.text
            assessment, known = recent.of(text, partial(scorer.score, text))
            writer.write(on_document(assessment, item))
            summary.documents += 1
            summary.repeated += known
            summary.verdicts[assessment.verdict] += 1
        on_progress(item.consumed)
    return summary
