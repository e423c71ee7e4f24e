"""Words that tell what a message wants and which way a move goes, from ``cues.yaml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

# A place in a marked text is one private-use character, its number added to the first.
_FIRST_PLACE = 0xE000
_MOST_PLACES = 256
_ANY_PLACE = f"[{chr(_FIRST_PLACE)}-{chr(_FIRST_PLACE + _MOST_PLACES - 1)}]"


@cache
def cue(name: str) -> re.Pattern[str]:
    """The patterns of that name as one, matched against simplified text."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in _patterns(name)), re.IGNORECASE)


def says(name: str, text: str) -> bool:
    """Whether the simplified text holds a cue of that name."""
    return bool(cue(name).search(text))


def mark_places(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with each span replaced by the character that stands for its place; spans are in order and apart."""
    parts, last = [], 0
    for number, (start, end) in enumerate(spans[:_MOST_PLACES]):
        parts += [text[last:start], chr(_FIRST_PLACE + number)]
        last = end
    return "".join([*parts, text[last:]])


def cued_places(name: str, marked: str) -> list[int]:
    """Numbers of the places that cues of that name are about, in order and once each."""
    found = {
        ord(group) - _FIRST_PLACE
        for pattern in _each(name)
        for match in pattern.finditer(marked)
        for group in match.groups()
        if group
    }
    return sorted(found)


@cache
def _each(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _patterns(name))


def _patterns(name: str) -> list[str]:
    return [pattern.replace("‹P›", _ANY_PLACE) for side in _table()[name].values() for pattern in side]


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = yaml.load(
        files(__package__).joinpath("cues.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded
