"""Commands ``admin``: accounts, keys and the log, on the service's own machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.cli import fail
from serve.roles import Role

if TYPE_CHECKING:
    from serve.storage import ApiKey, Storage

# The parts that take time to import are imported by the commands: `bitaraf score` shares
# this command line and must start at once.
app = typer.Typer(
    no_args_is_help=True,
    help="Accounts, keys and the log of a service. The database is the service's own: "
    "BITARAF_FOLDER or BITARAF_DATABASE say which.",
)
_COMMAND_LINE = "command line"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Days = Annotated[int | None, typer.Option("--days", min=1, help="Days until it expires.")]


@contextmanager
def _storage() -> Iterator[Storage]:
    from serve.settings import read_settings
    from serve.storage import Storage, StorageError

    try:
        storage = Storage(read_settings().database_url)
        storage.migrate()
    except (ValueError, StorageError) as error:
        raise fail(str(error)) from error
    try:
        yield storage
    finally:
        storage.close()


def _print(as_json: bool, plain: str, **members: object) -> None:
    typer.echo(json.dumps(members, ensure_ascii=False) if as_json else plain)


@app.command("create-account")
def create(
    name: Annotated[str, typer.Argument(help="Its name, unique.")],
    role: Annotated[Role, typer.Option("--role", help="What it is for.")],
    days: Days = None,
    as_json: AsJson = False,
) -> None:
    """Make an account and its first key, which is shown this once.

    Example: bitaraf admin create-account "head office" --role admin
    """
    from serve import journal
    from serve.identity import create_account, create_key, expiry

    with _storage() as storage, storage.write() as session:
        try:
            account = create_account(session, name, role)
        except ValueError as error:
            raise fail(str(error)) from error
        key, token = create_key(session, account, expiry(days))
        journal.record(session, _COMMAND_LINE, "account.create", account.id, role=role.value)
        journal.record(session, _COMMAND_LINE, "key.create", key.id, account=account.id)
    _print(as_json, token, account=account.id, name=name, role=role.value, key=key.id, token=token)
    if not as_json:
        typer.echo("This key is shown once and kept only as a hash. Store it safely.", err=True)


@app.command("create-key")
def create_another_key(
    name: Annotated[str, typer.Argument(help="The account's name.")],
    days: Days = None,
    as_json: AsJson = False,
) -> None:
    """Make another key of an account.

    Example: bitaraf admin create-key "head office" --days 90
    """
    from sqlalchemy import select

    from serve import journal
    from serve.identity import create_key, expiry
    from serve.storage import Account

    with _storage() as storage, storage.write() as session:
        account = session.scalar(select(Account).where(Account.name == name))
        if account is None or account.closed_at is not None:
            raise fail(f"there is no open account named {name}; see bitaraf admin list")
        key, token = create_key(session, account, expiry(days))
        journal.record(session, _COMMAND_LINE, "key.create", key.id, account=account.id)
    _print(as_json, token, account=account.id, name=name, key=key.id, token=token)


@app.command("revoke-key")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's identity: what follows btf_.")],
) -> None:
    """Revoke a key, at once and for good."""
    from serve import journal
    from serve.storage import ApiKey
    from serve.storage.tables import now

    with _storage() as storage, storage.write() as session:
        key = session.get(ApiKey, key_id)
        if key is None:
            raise fail(f"there is no key {key_id}; see bitaraf admin list")
        if key.revoked_at is None:
            key.revoked_at = now()
            journal.record(session, _COMMAND_LINE, "key.revoke", key.id)


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """All accounts and their keys, without secrets."""
    from sqlalchemy import select

    from serve.storage import Account

    with _storage() as storage, storage.read() as session:
        for account in session.scalars(select(Account).order_by(Account.created_at)):
            closed = account.closed_at is not None
            keys = [{"id": k.id, "state": _state(k)} for k in account.keys]
            lines = [f"{account.name} ({account.role}{', closed' if closed else ''})"]
            lines += [f"  {k['id']} {k['state']}" for k in keys]
            _print(
                as_json,
                "\n".join(lines),
                account=account.id,
                name=account.name,
                role=account.role,
                closed=closed,
                keys=keys,
            )


def _state(key: ApiKey) -> str:
    from serve.storage.tables import now

    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now():
        return "expired"
    return "valid"


@app.command("verify-log")
def verify_log(
    head: Annotated[
        str | None,
        typer.Option("--head", help="NUMBER:HASH noted before; the log must still hold it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the whole log, hash by hash; exits with 1 if an entry was changed or lost.

    Prints the head. Keep it elsewhere: a log cut off at its end shows only beside it.
    """
    from serve import journal

    known = None
    if head is not None:
        known_number, _, known_hash = head.partition(":")
        if not known_number.isdecimal() or len(known_hash) != 64:
            raise fail("--head: give NUMBER:HASH, as verify-log prints it")
        known = int(known_number), known_hash
    with _storage() as storage, storage.read() as session:
        try:
            count = journal.verify(session, known)
        except journal.JournalError as error:
            _print(as_json, f"The log does not hold: {error}.", holds=False, fault=str(error))
            raise typer.Exit(1) from error
        number, digest = journal.head(session)
    text = f"{count} entries, the chain holds. Head: {number}:{digest}"
    _print(as_json, text, holds=True, entries=count, head=f"{number}:{digest}")
