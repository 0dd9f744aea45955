"""Metrics in Prometheus' format: requests, latency, the queue, verdicts, the model's version.

With several worker processes each writes files in one folder and any of them answers for
all (the client library's multiprocess mode); `share_between_processes` prepares it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from prometheus_client import REGISTRY as _REGISTRY
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from classifier import Assessment

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

REQUESTS = Counter("bitaraf_requests", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "bitaraf_request_seconds",
    "Seconds from a request's first byte to its last answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
IN_PROGRESS = Gauge(
    "bitaraf_requests_in_progress", "Requests being answered.", multiprocess_mode="livesum"
)
WAITING = Gauge(
    "bitaraf_texts_waiting", "Texts that wait for the model.", multiprocess_mode="livesum"
)
ASSESSMENTS = Counter("bitaraf_assessments", "Assessments made.", ["verdict", "model"])
ABSTENTIONS = Counter("bitaraf_abstentions", "Texts that were not assessed.", ["reason"])
MODEL = Gauge(
    "bitaraf_model", "1 for the model at work.", ["version"], multiprocess_mode="livemostrecent"
)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request under its route's pattern."""
    known = method if method in _METHODS else "other"
    REQUESTS.labels(known, route, str(status)).inc()
    LATENCY.labels(route).observe(seconds)


def observe_assessment(assessment: Assessment) -> None:
    """Count a verdict, and an abstention's reason."""
    ASSESSMENTS.labels(assessment.verdict, assessment.model).inc()
    if assessment.abstained_reason is not None:
        ABSTENTIONS.labels(assessment.abstained_reason).inc()


def observe_model(version: str, previous: str | None = None) -> None:
    """Tell which model is at work."""
    if previous is not None and previous != version:
        MODEL.labels(previous).set(0)
    MODEL.labels(version).set(1)


def share_between_processes(folder: Path) -> None:
    """Prepare `folder`, emptied, for the metrics of several processes, before they start."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[_FOLDER] = str(folder)


def exposition() -> bytes:
    """All metrics, of all processes, in the text format."""
    if _FOLDER not in os.environ:
        return generate_latest(_REGISTRY)
    _forget_dead_processes(Path(os.environ[_FOLDER]))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)


def _forget_dead_processes(folder: Path) -> None:
    """Drop what processes that are gone had in progress; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        process = path.stem.rpartition("_")[2]
        if process.isdecimal() and not is_running(int(process)):
            path.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
