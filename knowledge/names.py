"""Institutions and people by name: the one owner of what they are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import yaml

from knowledge.passage import Frozen
from knowledge.script import simplified

Kind = Literal["institution", "person"]


class Name(Frozen):
    """A name as it stands in a text; ``id`` is the same in either language."""

    id: str
    kind: Kind
    text: str


@lru_cache(maxsize=4096)
def find_names(text: str) -> tuple[Name, ...]:
    """The institutions and people that a text names, each once, in the order of the table."""
    plain = simplified(text)
    found = ((id_, kind, pattern.search(plain)) for id_, (kind, pattern) in _patterns().items())
    return tuple(Name(id=id_, kind=kind, text=match[0]) for id_, kind, match in found if match)


@cache
def _patterns() -> Mapping[str, tuple[Kind, re.Pattern[str]]]:
    table = yaml.load(files(__package__).joinpath("names.yaml").read_text("utf-8"), yaml.CSafeLoader)
    kinds: tuple[tuple[Kind, str], ...] = (("institution", "institutions"), ("person", "people"))
    return {
        id_: (kind, re.compile("|".join([*map(re.escape, sides["zh"]), *map(_whole, sides["en"])]), re.IGNORECASE))
        for kind, section in kinds
        for id_, sides in table[section].items()
    }


def _whole(words: str) -> str:
    return rf"(?<![A-Za-z]){re.escape(words)}(?![A-Za-z])"
