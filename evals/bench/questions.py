"""The questions of the benchmark, and texts like them that no cache has seen."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import chain, zip_longest

import yaml

from knowledge.passage import LANGUAGES, Language

_WARM_UP = "warm_up"


@cache
def _by_kind() -> dict[str, dict[Language, list[str]]]:
    loaded: dict[str, dict[Language, list[str]]] = yaml.load(
        files(__package__).joinpath("questions.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded


def questions() -> tuple[str, ...]:
    """All that are measured; kinds and languages take turns, so that any stretch of them holds every kind."""
    listed = [sides[language] for kind, sides in _by_kind().items() if kind != _WARM_UP for language in LANGUAGES]
    return tuple(text for text in chain.from_iterable(zip_longest(*listed)) if text)


def warm_up() -> tuple[str, ...]:
    """Asked first and not measured."""
    return tuple(text for language in LANGUAGES for text in _by_kind()[_WARM_UP][language])


def variants(question: str) -> tuple[str, str]:
    """Two texts as long as the question that differ from it, and from each other, in the mark at the end."""
    bare = question.rstrip("?？!！;；.。 ")
    return f"{bare}!", f"{bare};"
