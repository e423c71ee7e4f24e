"""Every sentence the bot says or sends to a model, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from knowledge.passage import Language


@cache
def load(name: str, language: Language) -> Mapping[str, Any]:
    """Read ``prompts/{name}.{language}.yaml``."""
    loaded: Mapping[str, Any] = yaml.safe_load(files(__name__).joinpath(f"{name}.{language}.yaml").read_text("utf-8"))
    return loaded
