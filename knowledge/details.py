"""What a question wants of its subject: the one owner of the details that people ask for, such as a year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from knowledge.passage import Bilingual, Frozen, Passage
from knowledge.script import simplified
from knowledge.units import units_of


class Detail(Frozen):
    """Something that may be asked of a subject; ``name`` completes "the articles do not say".

    A measure is wanted only where its noun stands near words that ask for a quantity (``asked``). A passage with a
    figure of one of the ``units`` gives the detail. ``kinds`` are patterns of what the detail may be of, such as
    trades: a passage gives it of those alone that it names.
    """

    id: str
    name: Bilingual
    zh: tuple[str, ...]
    en: tuple[str, ...]
    asked: bool = False
    units: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = {}


# Words that ask for a quantity.
_QUANTITY = re.compile(
    r"多少|(?<!哪)几(?!乎|率|何|年来|位朋友)|多(?:[高大低贵少]|丰厚|优厚|大方|慷慨)|高不高|低不低|贵不贵|[啥什]么?价|平均|中位|一般|分之"
    r"|\bhow (?:much|many|high|low|big|large|expensive|dear|cheap|are|is)\b|\bwhat(?:'s|s)\b"
    r"|\bwhat (?:is|are|was|were|does|do|did|would|will|sort|kind|level|rate|percentage|share)\b"
    r"|[写提]没[写提]|有没有[写提]|行情"
    r"|\b(?:average|median|typical|per month|in yuan|pls|please|anything on|any (?:figures?|numbers?|data|idea))\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,，。;；:：?？!！]")
# So near, in characters, are a measure and the words that ask for it.
_NEAR = {True: 8, False: 34}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Cantonese words, and what they are in the Chinese of the patterns.
_CANTONESE = dict(
    pair.split("=")
    for pair in (
        "边个=谁 边间=哪家 边座=哪座 边度=哪里 边几=哪几 边=哪 几时=什么时候 几多=多少 "
        "几钱=多少钱 乜嘢=什么 乜=什么 咩=什么 点样=怎样 点解=为什么 点计=怎么算 "
        "系咪=是不是 系=是 喺=在 嗰=那 嘅=的 佢=他 而家=现在 冇=没有 唔=不 咗=了 "
        "返工=上班 人工=工资 后生=年轻人 搵=找 几耐=多久 屋企=家 "
    ).split()
)
_CANTONESE_SIGN = re.compile("[咗喺嗰嘅佢冇唔搵乜咩]|系咪|边[个间座度年几]|几[多耐钱时]|而家|点[解样计]")
_CANTONESE_WORD = re.compile("|".join(_CANTONESE))


@cache
def details() -> Mapping[str, Detail]:
    """All details by id."""
    table = yaml.load(files(__package__).joinpath("details.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return {id_: Detail(id=id_, **entry) for id_, entry in table.items()}


@lru_cache(maxsize=4096)
def find_details(text: str) -> frozenset[str]:
    """The details that a question asks for."""
    plain = _plain(text)
    return frozenset(
        id_
        for id_, pattern in _patterns().items()
        if any(not details()[id_].asked or _is_asked(plain, match) for match in pattern.finditer(plain))
    )


def given_details(passage: Passage, question: str) -> frozenset[str]:
    """The details that a passage gives of what a question names."""
    has = units_of(passage.text) | units_of(passage.text_en or "")
    given = {id_ for id_, detail in details().items() if detail.units & has} | set(passage.gives)
    text = f"{passage.text} {passage.text_en or ''}"
    return frozenset(id_ for id_ in given if _kinds(id_, question) <= _kinds(id_, text))


@lru_cache(maxsize=8192)
def _kinds(detail: str, text: str) -> frozenset[str]:
    kinds = details()[detail].kinds
    plain = _plain(text) if kinds else ""
    return frozenset(kind for kind, words in kinds.items() if re.search(words, plain, re.IGNORECASE))


def _plain(text: str) -> str:
    plain = simplified(text)
    if _CANTONESE_SIGN.search(plain):
        plain = _CANTONESE_WORD.sub(lambda word: _CANTONESE[word[0]], plain)
    return plain


def _is_asked(text: str, noun: re.Match[str]) -> bool:
    """Whether words that ask for a quantity stand near a measure, in the same clause."""
    near = _NEAR[bool(_CHINESE.search(noun[0]))]
    before = _CLAUSE_END.split(text[max(0, noun.start() - near) : noun.start()])[-1]
    after = _CLAUSE_END.split(text[noun.end() : noun.end() + near])[0]
    return bool(_QUANTITY.search(f"{before}{noun[0]}{after}"))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        id_: re.compile(
            "|".join(f"(?:{pattern})" for pattern in (*detail.zh, *detail.en)).replace(r"\w+ ", r"[\w'’-]+ "),
            re.IGNORECASE,
        )
        for id_, detail in details().items()
    }
