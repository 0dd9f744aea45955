"""Text in, Assessment out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.assessment import Assessment
from classifier.bundle import Manifest, resolve_bundle
from classifier.decision import check_prior, decide, score_at_prior
from classifier.readers import Document, sound
from classifier.runtime import Runtime
from classifier.text import unreadable_reason


class Scorer:
    """Scores texts with one model. Safe to share between threads.

    With a `prior`, the share of partisan texts among those to come, scores are the
    probability at that share. Verdicts do not change: thresholds move along.
    """

    def __init__(self, runtime: Runtime, prior: float | None = None) -> None:
        self.runtime = runtime
        if prior is not None:
            check_prior(prior)
        self.prior = prior

    @classmethod
    def load(
        cls,
        model: Path | None = None,
        threads: int | None = None,
        prior: float | None = None,
        shared: Path | None = None,
    ) -> Scorer:
        """Load a bundle (default: the shipped one, built if need be).

        Several processes that name one folder as `shared` hold the weights in memory once.
        Raises BundleError if the bundle is broken, partial or foreign,
        EncoderNotFoundError if the encoder's weights are not installed, and ValueError for
        a prior that is not between 0 and 1.
        """
        return cls(Runtime(resolve_bundle(model), threads, shared), prior)

    @property
    def manifest(self) -> Manifest:
        """The model's manifest: version, thresholds, metrics."""
        return self.runtime.manifest

    def score(
        self,
        text: str,
        identity: str | None = None,
        unwanted: Callable[[], bool] | None = None,
    ) -> Assessment:
        """Assess one text; offsets are code points into `text` exactly as given.

        A long text may take a minute: `unwanted` is asked now and then whether the result is
        still wanted, and UnwantedError raised once it is not.
        """
        reason = unreadable_reason(text)
        if reason is None:
            logits = self.runtime.logits(text, unwanted)
            if len(logits.read.spans):
                assessment = decide(text, identity, logits, self.manifest)
                return self._noted(assessment, logits.read.obfuscated)
            reason = "unreadable"
        return Assessment(
            id=identity,
            verdict="abstained",
            score=None,
            abstained_reason=reason,
            model=self.manifest.version,
            codebook=self.manifest.codebook,
        )

    def _noted(self, assessment: Assessment, obfuscated: bool) -> Assessment:
        """The Assessment with the score at the prior, and with what is to be told of both."""
        notes: tuple[str, ...] = ("obfuscated",) if obfuscated else ()
        score = assessment.score
        if self.prior is not None and score is not None:
            base_rate = self.manifest.calibration.base_rate
            score = score_at_prior(score, self.prior, base_rate)
            notes += (f"prior:{self.prior:g}",)
        return replace(assessment, score=score, notes=notes)

    def score_document(self, document: Document) -> Assessment:
        """Assess a document that was read from a file; see `classifier.readers.Desk`."""
        return on_document(self.score(document.scored or document.text), document)

    def score_many(self, texts: Iterable[str]) -> Iterator[Assessment]:
        """Assess texts one after another, lazily and in order."""
        return map(self.score, texts)


def on_document(assessment: Assessment, document: Document) -> Assessment:
    """The Assessment of a document's text, told of the document: its name, pages and notes."""
    return replace(
        assessment,
        id=sound(document.id),
        evidence=[
            replace(e, text=sound(document.text[e.start : e.end]), page=document.page_at(e.start))
            for e in assessment.evidence
        ],
        protected=[replace(p, page=document.page_at(p.start)) for p in assessment.protected],
        notes=(*document.notes, *assessment.notes),
    )
