"""The server, as one process or as several that share a port, the metrics and the model.

The parent only watches: a worker that dies is replaced, and one that finds the parent gone
ends too, so that nothing is left behind on the port.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from classifier.runtime import default_threads
from serve.app import create_app
from serve.operations import logs, metrics
from serve.settings import Settings, read_settings

_PREFIX = "workers-"


def run(settings: Settings) -> None:
    """Serve until asked to stop."""
    logs.configure(settings.log_level)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        # By name: a worker answers its parent once it has read these, and importing takes long.
        "http": "serve.operations.connections:Connection",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "forwarded_allow_ips": settings.proxies,
        "timeout_graceful_shutdown": settings.seconds_to_stop,
        # A worker that is busy with a long text answers late; that is no reason to kill it. But
        # one that dies between the parent's question and its answer is missed for so long.
        "timeout_worker_healthcheck": 30,
    }
    if settings.workers == 1:
        uvicorn.run(create_app(settings), **options)
        return
    folder = _make_folder(settings.folder)
    try:
        _hand_on(settings, folder)
        metrics.share_between_processes(folder / "metrics")
        uvicorn.run(
            "serve.operations.workers:create_worker",
            factory=True,
            workers=settings.workers,
            **options,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_worker() -> FastAPI:
    """The application of one of several worker processes."""
    settings = read_settings()
    logs.configure(settings.log_level)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    return create_app(settings)


def _end_with(sentinel: int) -> None:
    """End, in good order, when the parent has."""
    multiprocessing.connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _make_folder(home: Path) -> Path:
    """A folder for what the workers share; those of services that are gone are removed."""
    home.mkdir(parents=True, exist_ok=True)
    own = home / f"{_PREFIX}{os.getpid()}"
    for left in home.glob(f"{_PREFIX}*"):
        process = left.name.removeprefix(_PREFIX)
        if left == own or (process.isdecimal() and not metrics.is_running(int(process))):
            shutil.rmtree(left, ignore_errors=True)
    own.mkdir(mode=0o700)
    return own


def _hand_on(settings: Settings, folder: Path) -> None:
    """Put what workers must know, and what the command line said, into their environment."""
    threads = settings.threads or max(1, default_threads() // settings.workers)
    handed: dict[str, object] = {
        "host": settings.host,
        "port": settings.port,
        "model": settings.model.absolute() if settings.model else None,
        "threads": threads,
        "workers": settings.workers,
        "workers_folder": folder.absolute(),
    }
    for name, value in handed.items():
        if value is not None:
            os.environ[f"BITARAF_{name.upper()}"] = str(value)
