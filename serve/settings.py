"""Settings of the service, from the environment (``BITARAF_…``) or a file ``.env``."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Read elsewhere: by the builder of models, the set-up and the tests.
_OTHERS = frozenset({"BITARAF_BROWSER", "BITARAF_CACHE", "BITARAF_PYTHON", "BITARAF_REAL_TEXTS"})

_FILE = ".env"

# The service answers at the root of a name; a path would lead elsewhere.
_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?/?")


def _default_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "bitaraf"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer, without asking a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Every limit of the service; checked when it starts."""

    model_config = SettingsConfigDict(env_prefix="BITARAF_", env_file=_FILE, extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    public_url: str = Field(
        "",
        description="where people reach the service, such as https://bitaraf.example; stands in "
        "links that are given out; default: the address of each request",
    )
    proxies: str = Field(
        "127.0.0.1,::1",
        description="addresses or networks of proxies before it, parted by commas, which are "
        "believed whom a request comes from (`X-Forwarded-For`)",
    )
    model: Path | None = Field(None, description="a model bundle; default: the shipped one")
    workers: int = Field(1, ge=1, le=64, description="processes that serve")
    workers_folder: Path | None = Field(
        None, description="what worker processes share; set by bitaraf serve itself"
    )
    models: Path | None = Field(None, description="a folder of bundles that may be activated")
    threads: int | None = Field(None, ge=1, description="threads of the model")
    max_characters: int = Field(1_000_000, ge=1, description="longest text, in code points")
    max_batch: int = Field(64, ge=1, description="most texts in one batch")
    max_body_bytes: int = Field(16_000_000, ge=1024, description="largest request body")
    max_connections: int = Field(512, ge=1, description="open at once, in each process")
    max_held_bytes: int = Field(
        256_000_000, ge=1024, description="of bodies held at once, in each process"
    )
    seconds_for_head: float = Field(15, gt=0, description="that a request's head may take")
    seconds_for_body: float = Field(180, gt=0, description="that a request's body may take")
    seconds_for_answer: float = Field(
        60, gt=0, description="that a client may take nothing of its answer before it is cut off"
    )
    max_waiting: int = Field(64, ge=1, description="requests that may wait for the model")
    seconds_to_wait: float = Field(60, gt=0, description="that a text may wait for its turn")
    folder: Path = Field(
        default_factory=_default_folder,
        description="where the service keeps its files: the SQLite database, audits at work",
    )
    database: str = Field(
        "", description="database URL (sqlite:///… or postgresql://…); default: SQLite in `folder`"
    )

    max_upload_bytes: int = Field(
        256_000_000, ge=1024, description="largest upload of files for one audit"
    )
    max_upload_files: int = Field(1000, ge=1, description="most files in one upload")
    max_audit_documents: int = Field(
        100_000, ge=1, description="most documents, and rows that hold none, in one audit"
    )
    max_open_audits: int = Field(
        20, ge=1, description="audits of one account that may wait or run at once"
    )
    audits_at_once: int = Field(2, ge=1, description="audits that one process works on at once")
    datasets: Path | None = Field(
        None, description="folder whose files and folders may be audited by name; default: none"
    )
    keep_text_days: int = Field(
        0, ge=0, le=3650, description="days that texts of audits are kept; 0: not at all"
    )

    requests_per_minute: int = Field(600, ge=0, description="of one account; 0: no limit")
    contest_attempts_per_minute: int = Field(
        60, ge=0, description="to open contest links, of one address; 0: no limit"
    )
    documents_per_day: int = Field(0, ge=0, description="of one account; 0: no limit")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )
    seconds_to_stop: int = Field(20, ge=1, description="for requests at work when it is stopped")

    @field_validator("public_url")
    @classmethod
    def _is_address_alone(cls, given: str) -> str:
        if given and not _ADDRESS.fullmatch(given):
            raise ValueError("give a scheme and a name, such as https://bitaraf.example")
        return given.rstrip("/")

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, given: str) -> str:
        named = [item.strip() for item in given.split(",") if item.strip()]
        for item in named:
            # Not "*": then anybody could name any address, also this computer's own.
            ipaddress.ip_network(item)
        return ",".join(named)

    @property
    def database_url(self) -> str:
        """The database URL, the default filled in."""
        return self.database or f"sqlite:///{self.folder.absolute() / 'bitaraf.db'}"

    @property
    def loopback_only(self) -> bool:
        """Whether only this computer can reach the service."""
        return is_loopback(self.host)


def read_settings(**given: object) -> Settings:
    """The settings; raises ValueError that names the first wrong or unknown one."""
    known = {f"BITARAF_{name.upper()}" for name in Settings.model_fields} | _OTHERS
    of_file = {name.upper() for name in dotenv_values(_FILE)}
    for name in sorted(of_file | os.environ.keys()):
        if name.startswith("BITARAF_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            raise ValueError(f"setting {name} is unknown; {hint}")
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"]))
        raise ValueError(f"setting BITARAF_{field.upper()}: {fault['msg']}") from error
