"""Traditional characters to simplified ones, in a text that is written in traditional ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import opencc
import rjieba

from knowledge.mapped import Edit

_STEP = "to_simplified"
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_LATIN_WORD = re.compile("[A-Za-z]+")
# How much of a text is looked at to tell in which characters it is written.
_SAMPLE = 200_000


# Characters that simplification merges into others, except where a person is named so.
_KEPT_IN_NAMES = frozenset("乾昇濛崑陞脩淩璿鉅瀰谿旂榦儁")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任"
    "袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛禹狄米贝明臧计成戴谈宋庞熊纪"
    "舒屈项祝董梁杜阮蓝季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应宗丁邓洪包左石崔吉龚程裴陆荣翁段富"
    "焦车侯全班仰仇甘厉武刘景詹龙叶白蒲卓蔺屠乔阴苍闻翟谭贡申冉桑桂牛边燕尚温庄晏柴瞿阎慕连茹习易廖耿满匡文寇广欧沃蔚越隆师巩"
    "聂晁敖冷辛简饶曾关查荆游竺权盖桓公岳楚闫涂代佘肖覃区"
)
# What a conversion to simplified characters forgets: opencc's tables have no 陜, and leave the particle 著 in some.
_FORGOTTEN = {"陜": "陕"}
_FORGOTTEN_SHAANXI = re.compile("陜(?=[西北南甘])")
_FORGOTTEN_PARTICLE = re.compile("(?<=[随沿])著(?![名作书述者录称])")


def to_simplified(text: str) -> Iterator[Edit]:
    """Write a traditional text in simplified characters; of any other, only what a conversion forgot.

    A character that somebody's name keeps is kept.
    """
    if not is_traditional(text):
        for forgotten, character in ((_FORGOTTEN_SHAANXI, "陕"), (_FORGOTTEN_PARTICLE, "着")):
            for found in forgotten.finditer(text):
                yield Edit(found.start(), found.end(), character, _STEP)
        return
    line_start = 0
    for line in text.splitlines(keepends=True):
        converted = _converted(line)
        kept = _in_names(line, converted)
        for place, (before, after) in enumerate(zip(line, converted, strict=True)):
            if before != after and place not in kept:
                yield Edit(line_start + place, line_start + place + 1, after, _STEP)
        line_start += len(line)


def _converted(line: str) -> str:
    try:
        converted = _converter().convert(line)
    except UnicodeEncodeError:  # half a surrogate pair
        return line
    if len(converted) != len(line):
        converted = "".join(_converter().convert(character)[:1] or character for character in line)
    # The converter takes 么 for a traditional 幺.
    return "".join(
        before if before == "么" else _FORGOTTEN.get(after, after)
        for before, after in zip(line, converted, strict=True)
    )


def _in_names(line: str, converted: str) -> frozenset[int]:
    """The places of a line whose characters a name keeps."""
    if _KEPT_IN_NAMES.isdisjoint(line):
        return frozenset()
    places: set[int] = set()
    start = 0
    for word, tag in rjieba.tag(converted):
        if tag == "nr" and len(word) in (2, 3) and word[0] in _SURNAMES and word[0] != word[1]:
            places.update(range(start + 1, start + len(word)))
        start += len(word)
    return frozenset(place for place in places if line[place] in _KEPT_IN_NAMES)


@cache
def _converter() -> opencc.OpenCC:
    # The one that knows 著 for the particle 着 from 著 in 著名.
    return opencc.OpenCC("tw2s")


def is_traditional(text: str) -> bool:
    """Whether a text is Chinese and mainly in traditional characters."""
    sample = text[:_SAMPLE]
    han = _HAN.findall(sample)
    if len(han) <= len(_LATIN_WORD.findall(sample)) or len(_KANA.findall(sample)) * 10 > len(han):
        return False
    traditional, simplified = _tell_tale()
    return sum(character in traditional for character in han) > sum(character in simplified for character in han)


def is_of_other_script(character: str, traditional: bool) -> bool:
    """Whether a character is one that a traditional, or a simplified, text does not have."""
    return character in _tell_tale()[traditional]


@cache
def _tell_tale() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional text has, and those that only simplified text has."""
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    lines = "\n".join(characters)
    to_simplified = opencc.OpenCC("t2s").convert(lines).split("\n")
    to_traditional = opencc.OpenCC("s2t").convert(lines).split("\n")
    changed = frozenset(c for c, other in zip(characters, to_simplified, strict=True) if c != other)
    return changed - _KEPT_IN_NAMES, frozenset(
        c for c, other in zip(characters, to_traditional, strict=True) if c != other and c not in changed
    )
