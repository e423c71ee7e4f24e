"""What a question wants of its subject: the one owner of the details that people ask for, such as a year or a sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from knowledge.passage import Bilingual, Frozen
from knowledge.script import simplified


class Detail(Frozen):
    """Something that may be asked of a subject; ``name`` completes "the articles do not say".

    A measure is wanted only where its noun stands near words that ask for a quantity (``asked``).
    """

    id: str
    name: Bilingual
    zh: tuple[str, ...]
    en: tuple[str, ...]
    asked: bool = False


# Words that ask for a quantity.
_QUANTITY = re.compile(
    r"多少|(?<!哪)几(?!乎|率|何|年来|位朋友)|多[高大低贵少]|高不高|低不低|贵不贵|[啥什]么?价|平均|中位|一般|分之"
    r"|\bhow (?:much|many|high|low|big|large|expensive|dear|cheap|are|is)\b|\bwhat(?:'s|s)\b"
    r"|\bwhat (?:is|are|was|were|does|do|did|would|will|sort|kind|level|rate|percentage|share)\b"
    r"|\b(?:average|median|typical|per month|in yuan|pls|please)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,，。;；:：?？!！]")
# So near, in characters, are a measure and the words that ask for it.
_NEAR = {True: 8, False: 34}
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def details() -> Mapping[str, Detail]:
    """All details by id."""
    table = yaml.load(files(__package__).joinpath("details.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return {id_: Detail(id=id_, **entry) for id_, entry in table.items()}


@lru_cache(maxsize=4096)
def find_details(text: str) -> frozenset[str]:
    """The details that a question asks for."""
    plain = simplified(text)
    return frozenset(
        id_
        for id_, pattern in _patterns().items()
        if any(not details()[id_].asked or _is_asked(plain, match) for match in pattern.finditer(plain))
    )


def _is_asked(text: str, noun: re.Match[str]) -> bool:
    """Whether words that ask for a quantity stand near a measure, in the same clause."""
    near = _NEAR[bool(_CHINESE.search(noun[0]))]
    before = _CLAUSE_END.split(text[max(0, noun.start() - near) : noun.start()])[-1]
    after = _CLAUSE_END.split(text[noun.end() : noun.end() + near])[0]
    return bool(_QUANTITY.search(f"{before}{noun[0]}{after}"))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        id_: re.compile("|".join(f"(?:{pattern})" for pattern in (*detail.zh, *detail.en)), re.IGNORECASE)
        for id_, detail in details().items()
    }
