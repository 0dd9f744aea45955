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
) -> None:
    """Start the service; stop it with Ctrl-C. Documentation lies under /docs.

    Example: bitaraf serve --port 8080
    """
    import uvicorn
    from pydantic import ValidationError

    from classifier import BundleError, EncoderNotFoundError
    from classifier.bundle import resolve_bundle
    from serve.app import create_app
    from serve.settings import Settings

    given = {"host": host, "port": port, "model": model, "threads": threads}
    try:
        settings = Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
        resolve_bundle(settings.model)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"]))
        raise fail(f"setting BITARAF_{field.upper()}: {fault['msg']}") from error
    except (BundleError, EncoderNotFoundError) as error:
        raise fail(str(error)) from error
    typer.echo(
        f"Bitaraf is starting on http://{settings.host}:{settings.port} (docs: /docs)", err=True
    )
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="info")
