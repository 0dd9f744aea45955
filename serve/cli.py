"""Command ``serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from classifier.cli import ModelOption, ThreadsOption, fail


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port; default 8000.")] = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that serve; default 1.")
    ] = None,
) -> None:
    """Start the service; stop it with Ctrl-C. Documentation lies under /docs.

    Example: bitaraf serve --port 8080
    """
    from classifier import BundleError, EncoderNotFoundError
    from classifier.bundle import resolve_bundle
    from serve.identity import any_key
    from serve.operations import workers as server
    from serve.settings import read_settings
    from serve.storage import Storage, StorageError

    try:
        settings = read_settings(
            host=host, port=port, model=model, threads=threads, workers=workers
        )
        storage = Storage(settings.database_url)
        storage.migrate()
        with storage.read() as session:
            has_keys = any_key(session)
        storage.close()
        resolve_bundle(settings.model)
    except (ValueError, StorageError, BundleError, EncoderNotFoundError) as error:
        raise fail(str(error)) from error
    if not has_keys and not settings.loopback_only:
        raise fail(
            f"{settings.host} can be reached by others, and there is no key yet. Make one first: "
            'bitaraf admin create-account "NAME" --role admin'
        )
    mode = "keys are asked for" if has_keys else "a personal self-check: no key, this computer only"
    typer.echo(
        f"Bitaraf is starting on http://{settings.host}:{settings.port} (docs: /docs); {mode}",
        err=True,
    )
    server.run(settings)
