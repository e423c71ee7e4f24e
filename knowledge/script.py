"""Which language a text is in, and the key under which Chinese text is matched."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import opencc

from knowledge.passage import Language

# opencc's t2s leaves 陜 alone, and 著 where it stands for the particle 着.
_PARTICLE_ZHE = re.compile(r"(?<=[隨接跟沿順看拿帶想等說走])著")

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_ZH_FUNCTION = re.compile(
    r"[我你您他她它吗呢吧啊嘛的了着过是不没有在到去回从和跟就还也很太多少想要该能会把被让给对这那哪谁几咋啥]|什么|怎么|为何"
)
_EN_FUNCTION = frozenset(
    "a an the i you he she it we they my your me is are was were be am do does did should would could can will to of in"
    " on at for from with and or but if not no what which who how why when where than that this there about as by so"
    " any some i'm it's don't really just because need think".split()
)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """The text in simplified characters and of the same length; for matching, never for display."""
    if text.isascii():
        return text
    try:
        converted = _converter().convert(_PARTICLE_ZHE.sub("着", text).replace("陜", "陕"))
    except UnicodeEncodeError:  # half a surrogate pair
        return text
    return converted if len(converted) == len(text) else text


def readable(text: str) -> str:
    """The text with surrogate pairs joined and halves of pairs replaced, so that it can be written anywhere."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def printable(text: object) -> str:
    """A path, or what else somebody wrote, on one line and in UTF-8, whatever its characters."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), str(text))


def language_of(text: str) -> Language:
    """The language a person who wrote ``text`` would want to read, also where both are mixed."""
    han = len(_HAN.findall(text))
    words = _LATIN_WORD.findall(text)
    if not han or not words:
        return "zh" if han else "en"
    chinese = len(_ZH_FUNCTION.findall(simplified(text)))
    english = sum(word.lower() in _EN_FUNCTION for word in words)
    if chinese != english:
        return "zh" if chinese > english else "en"
    return "zh" if han >= len(words) else "en"
