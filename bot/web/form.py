"""What somebody writes into a field of their profile, as a value that the model checks."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

import prompts
from bot.turn import Profile
from knowledge.figures import figures
from knowledge.passage import Language

_NUMBERS = ("age", "salary", "rent", "savings")
# Beside a figure words such as 岁 may stand, but neither a sign nor another number.
_NUMBER = re.compile(r"[\d+\-−]")
_SIGN = re.compile(r"^[-−负]")
_SEVERAL = re.compile(r"\s*(?:[,，、;；/]|和|\band\b)\s*")


def corrected(profile: Profile, field: str, written: str) -> Profile:
    """The profile with that field as written, or without it where nothing is written.

    Numbers may be written as 1.5万 or 12k, places by any of their names. Raises ValidationError where it will not do.
    """
    written = " ".join(written.split())
    values: dict[str, Any] = profile.model_dump()
    values[field] = _value(field, written) if written else None
    if field == "destinations":
        values |= {"destination": None, "destinations": values[field] or ()}
    if field == "salary" and not written:
        values["salary_before_tax"] = None
    return Profile.model_validate(values)


def _value(field: str, written: str) -> object:
    if field == "destinations":
        return tuple(dict.fromkeys(name for name in _SEVERAL.split(written) if name))
    if field in _NUMBERS:
        found = figures(written)
        if len(found) == 1 and len(found[0].values) == 1:
            beside = written[: found[0].start] + written[found[0].end :]
            negative = _SIGN.search(found[0].text)
            return written if negative or _NUMBER.search(beside) else float(found[0].values[0])
    return written


def complaint(error: ValidationError, language: Language) -> str:
    """What is wrong with what was written, in one line."""
    first = error.errors()[0]
    texts = prompts.load("web", language)["about"]["errors"]
    return str(texts.get(first["type"], texts["other"])).format(**first.get("ctx", {}))
