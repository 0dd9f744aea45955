"""Running an audit: rows through the scorer, in input order."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from classifier.assessment import Assessment
from classifier.audit.outputs import Writer
from classifier.readers import Document, LeftOut, Unread
from classifier.scorer import Scorer, on_document

_REMEMBERED = 2000


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
    remembered: OrderedDict[bytes, Assessment] = OrderedDict()
    for item in items:
        if isinstance(item, LeftOut):
            on_unread(item)
            continue
        if isinstance(item, Unread):
            summary.bad_rows += 1
            on_unread(item)
        else:
            key = _key(item)
            known = remembered.get(key)
            assessment = known or scorer.score(item.scored or item.text)
            remembered[key] = assessment
            remembered.move_to_end(key)
            if len(remembered) > _REMEMBERED:
                remembered.popitem(last=False)
            writer.write(on_document(assessment, item))
            summary.documents += 1
            summary.repeated += known is not None
            summary.verdicts[assessment.verdict] += 1
        on_progress(item.consumed)
    return summary


def _key(document: Document) -> bytes:
    text = document.scored or document.text
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
