"""Settings of the service, from the environment (``BITARAF_…``) or a file ``.env``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every limit of the service; checked when it starts."""

    model_config = SettingsConfigDict(env_prefix="BITARAF_", env_file=".env", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    model: Path | None = Field(None, description="a model bundle; default: the shipped one")
    threads: int | None = Field(None, ge=1, description="threads of the model")
    max_characters: int = Field(1_000_000, ge=1, description="longest text, in code points")
    max_batch: int = Field(64, ge=1, description="most texts in one batch")
    max_body_bytes: int = Field(16_000_000, ge=1024, description="largest request body")
    max_waiting: int = Field(64, ge=1, description="requests that may wait for the model")
