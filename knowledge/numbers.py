"""How numbers are written in Chinese and English: each read with its scale and unit, or told to be part of a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import cn2an  # type: ignore[import-untyped]
import yaml
from pydantic import BaseModel, ConfigDict


class Bound(StrEnum):
    """How a figure is fenced in; ``SEVERAL`` is 数百万 or millions, an order of magnitude only."""

    OVER = "over"
    UNDER = "under"
    NEARLY = "nearly"
    ABOUT = "about"
    SEVERAL = "several"


class Direction(StrEnum):
    """Which way a quantity moved or differs."""

    UP = "up"
    DOWN = "down"


class Role(StrEnum):
    """Which end of a change a figure is, or how large a change or difference."""

    FROM = "from"
    TO = "to"
    BY = "by"


@dataclass(slots=True)
class Token:
    """A figure in the making, at ``start:end`` of a text."""

    start: int
    end: int
    values: list[Decimal]
    unit: str | None = None
    bound: Bound | None = None
    direction: Direction | None = None
    role: Role | None = None
    # the number before its scale, and the scale, which 3-5万 shares
    mantissa: Decimal | None = None
    scale: int = 1


class Name(NamedTuple):
    """A number that belongs to a name; None for words that state nothing at all, such as 十分."""

    text: str | None
    end: int


TIME = frozenset({"year", "quarter", "month", "week", "day", "hour", "minute"})


def read_numbers(folded: str) -> tuple[list[Token], list[str], list[tuple[int, int]]]:
    """The numbers of a text folded by ``figures.fold``, in order, those in its names, and where the names stand."""
    tokens: list[Token] = []
    names: list[str] = []
    spans: list[tuple[int, int]] = []
    position = 0
    while match := _START.search(folded, position):
        read = _READERS[match.lastgroup or ""](folded, match, tokens)
        if isinstance(read, Token):
            tokens.append(read)
        elif read is not None:
            spans.append((match.start(), read.end))
            if read.text:
                names.append(read.text.upper())
        position = max(match.end(), read.end if read else 0)
    return tokens, names, spans


# --- the table ---


class Words(BaseModel):
    """``figures.yaml`` as it is written."""

    model_config = ConfigDict(extra="forbid")

    zh_units: dict[str, str]
    en_units: dict[str, str]
    zh_nouns: dict[str, str]
    en_nouns: dict[str, str]
    en_no_nouns: str
    idioms: str
    bounds_before: dict[Bound, str]
    bounds_after: dict[Bound, str]
    directions: dict[Direction, str]
    differences_before: str
    differences_after: str
    times_after: str


WORDS = Words.model_validate(
    yaml.load(Path(__file__).with_name("figures.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


def _by_surface(units: dict[str, str]) -> dict[str, str]:
    return {surface.replace("-", " "): unit for unit, surfaces in units.items() for surface in surfaces.split()}


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in sorted(words, key=len, reverse=True))


_EN_UNIT = _by_surface(WORDS.en_units)
_EN_NOUN = _by_surface(WORDS.en_nouns)
_ZH_NOUN = _by_surface(WORDS.zh_nouns)
_EN_NO_NOUN = frozenset(WORDS.en_no_nouns.split())
_NOUN_WORDS = 4
# Chinese counters that a noun may make clearer.
_COUNTERS = frozenset({"other", "venue", "site", "item", "flat"})
_ZH_UNIT_NAMES = tuple(WORDS.zh_units)
_ZH_UNIT_AT = re.compile(r"\s?(?:" + "|".join(f"({pattern})" for pattern in WORDS.zh_units.values()) + ")")
_EN_UNIT_AT = re.compile(
    r"[\s-]?(?:(?:full|whole|long|more|extra|additional|further|consecutive|straight|successive|working|fewer)\s)?"
    rf"({_any(_EN_UNIT)})(?![a-z])"
)
_ZH_NOUN_AT = re.compile(rf"(?:(?![的了在和与是从到把被让给有占])[\u4e00-\u9fff“”]){{0,6}}?({_any(_ZH_NOUN)})")
_EN_WORD = re.compile(r"[\s-]+([a-z'-]+)")

# --- numbers ---

_CN_ONES = "〇零一二三四五六七八九"
_CN = f"[{_CN_ONES}十百千万亿两]"
_CN_NUMBER = f"{_CN}{{1,16}}(?:点[{_CN_ONES}]{{1,8}})?"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_CURRENCY = {"¥": "yuan", "$": "dollar", "€": "euro", "£": "pound"}
# A number longer than this is no quantity anybody cites.
_MAX_DIGITS = 20
_CN_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_EN_SCALE = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9,
    "bn": 10**9, "trillion": 10**12,
}  # fmt: skip
_SMALL = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: n for n, word in enumerate(_SMALL)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_ORDINALS = {word: n for word, n in _PARTS.items() if word not in {"half", "halve", "quarter"}} | {"second": 2}
_MULTIPLES = {"twi": 2, "two": 2, "dou": 2, "thr": 3, "tri": 3, "qua": 4, "fou": 4, "fiv": 5, "ten": 10}
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_EN_EACH = {
    "yea": "year", "ann": "year", "qua": "quarter", "mon": "month", "wee": "week", "day": "day", "dai": "day",
    "hou": "hour", "min": "minute", "poi": "percentage_point", "per": "percent",
}  # fmt: skip
_ZH_PERIODS = {
    "年": "year", "季": "quarter", "月": "month", "周": "week", "星期": "week", "天": "day", "日": "day",
    "小时": "hour", "钟头": "hour", "分钟": "minute",
}  # fmt: skip

_WORD = _any(_WORDS)
_SCALES = "hundred|thousand|million|billion|trillion|dozen"
_PERIODS = "year|quarter|month|week|day|hour|minute"
_MONTH = "|".join(_MONTHS)
_NUMBER_WORDS = (
    rf"(?:(?:{_WORD})(?![a-z])|an?\s(?=(?:{_SCALES})(?![a-z])))"
    rf"(?:(?:[\s-]|(?<=hundred)\sand\s|(?<=thousand)\sand\s)?(?:{_WORD}|{_SCALES})(?![a-z])){{0,12}}"
    rf"(?:\spoint(?:\s(?:{_WORD})(?![a-z])){{1,8}})?"
)
# What may begin at a letter, then what may begin elsewhere; the first that matches is read by the function of its name.
_AT_WORD = {
    "fraction": rf"(?:an?|{_WORD})[\s-](?:{_any(_PARTS)})s?(?![a-z])"
    r"(?![\s-](?:tier|time|reason|city|party|child|person|kind|way|group|example|article|document|option|year))",
    "ratio_words": rf"(?:{_WORD})[\s-]to[\s-]one(?![a-z])",
    "one_in": rf"(?:{_WORD})\s(?:in|out\sof)\s(?:every\s)?(?:{_WORD})(?![a-z])(?!\s(?:{_PERIODS}))",
    "halved": r"halv(?:ed|es|ing)(?![a-z])",
    "half_a": rf"half[\s-](?:an?[\s-])?(?:{_PERIODS}|decade|percentage\spoint|percent|{_SCALES})s?(?![a-z])",
    "half": r"(?<!first )(?<!second )(?<!other )(?<!latter )half(?![a-z-])",
    "multiple": r"(?:twice|thrice|(?:doubl|tripl|quadrupl)(?:ed|ing|es)|(?:two|three|four|five|ten)fold)(?![a-z])"
    rf"|(?:doubl|tripl)e(?=\s(?:the|that|what|its|their|his|her)\s)|(?P<fold>{_WORD})[\s-]?fold(?![a-z])",
    "span": r"(?:decade|fortnight)(?![a-z])",
    "several": r"(?:(?:tens|hundreds)\sof\s)?(?:hundreds|thousands|millions|billions)(?![a-z])|dozens(?![a-z])",
    "and_a_half": rf"an?\s(?:{_PERIODS})\sand\sa\shalf",
    "each": rf"(?:an?|per|each|every)\s(?:(?:{_PERIODS})s?|percent(?:age\spoint)?)(?![a-z-])"
    r"|(?:annual(?:ly)?|yearly|monthly|weekly|daily|hourly|per\sannum)(?![a-z])",
    "month_name": rf"(?:{_MONTH})(?=\s(?:\d\d?|(?:19|20)\d\d)(?![\d%.,]\d|%))|(?<=\d\s)(?:{_MONTH})(?![a-z])"
    rf"|(?<=in\s)(?:{_MONTH})(?<!may)(?<!march)(?![a-z])",
    "scale": rf"(?:{_SCALES})-(?=[a-z])|(?:{_SCALES})\s(?=yuan|dollar|rmb)",
    "words": _NUMBER_WORDS,
    "ordinal_word": rf"(?:{_any(_ORDINALS)})(?=\s(?:year|place|highest|largest|biggest|most)(?![a-z]))",
    "currency": rf"(?:us\$|(?:rmb|cny|usd)\s?){_DIGITS}",
    "label": r"[a-z]{1,5}\d[\da-z]*",
}
_ELSEWHERE = {
    "date": r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d)",
    "cn_percent": rf"[百千]分之(?:{_CN_NUMBER}|{_DIGITS})(?:[至到~-](?:百分之)?(?:{_CN_NUMBER}|{_DIGITS}))?|百分百",
    "cn_fraction": rf"(?:{_CN}{{1,8}}|\d{{1,6}})分之(?:{_CN}{{1,8}}|\d{{1,6}})",
    "slash": r"(?<![\d/.])\d{1,3}/\d{1,3}(?![\d/])",
    "ratio": r"(?<![\d.])\d{1,9}(?:\.\d{1,9})?(?:\s?[:比]\s?|[\s-]to[\s-](?=1(?![\d.,%])))\d{1,9}(?:\.\d{1,9})?"
    rf"|{_CN}{{1,6}}比{_CN}{{1,6}}",
    "zh_half": r"(?<![上下大前后小多])半(?:个?(?:小时|钟头|月)|年)",
    "zh_half_of": r"(?<!另)一半|半数|对半|(?<=[过近超逾约])半(?![年个小导天径])",
    "zh_halved": r"减半|腰斩",
    "zh_multiple": r"翻[一两三]?[番倍]|翻了[一两三]?[番倍]|加倍",
    "zh_each": r"(?:每一?个?|/)(?:年(?!轻)|季|月|周|星期|天|日|小时|分钟)"
    r"|(?<![\d一二三四五六七八九十几两多])(?:年|月|周|日)(?=[均薪]|收入|入[\d过约超近]|租金|营业|营收|销售|产值)",
    "cn_ordinal": rf"第(?:{_CN}{{1,6}}|\d{{1,4}})",
    "digits": rf"(?<![a-z\d])(?<!\d[.,])(?:(?<![a-z\d)%\]])[+-])?[$¥€£]?{_DIGITS}",
    "cn": _CN_NUMBER,
}
# Only words that begin so are worth a try; it makes reading English three times as fast.
_MAYBE_WORD = (
    r"an?\s|one|tw[eio]|th[rio]|fou|fort|fi[fv]|fe|si[xn]|se[cpv]|e[ilv]|ea[ch]|ni|ni|ze|te[nr]|ha[l]|hu|ho|do[uz]|d[ae][ic]"
    r"|mi|mo[n]|ma[yr]|bi|qu|pe|annu|ye|we|ju|ja|apr|aug|oct|nov|tri|us|rm|cn|hou|[a-z]{1,5}\d"
)
_START = re.compile(
    f"(?<![a-z])(?={_MAYBE_WORD})(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _AT_WORD.items())
    + f")|(?=[{_CN_ONES}十百千万亿两半减腰翻加每年月周日第对\\d$¥€£+/-])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _ELSEWHERE.items())
    + ")"
)

_IDIOM = re.compile("|".join(WORDS.idioms.split()))
_CN_NAMES = re.compile(r"(三甲|三级甲等)|(零零|九零|九五|八零|八五|七零)后")
_CN_DECADES = {"零零": "00", "九零": "90", "九五": "95", "八零": "80", "八五": "85", "七零": "70"}
_NOT_ONE = "之统唯单专同某另任这那其独划归合万逐进早第有上下前后头"
_YEAR_BEFORE = re.compile(r"(?:\b(?:in|since|by|until|till|during|year|early|late|mid|to|end of|of|before|after)\s)\Z")
_BORN = re.compile(r"(?:born\s(?:after|in|since|from)\s(?:the\s)?|post-)\Z")
_ZH_HEAD = re.compile(r"[\u4e00-\u9fff]{0,4}?(?:计划|工程|行动|产业|政策|战略)")
_EN_HEAD = re.compile(
    r"[”\"'’]?\s(?:[a-z-]+\s){0,2}(?:plan|programme|program|scheme|project|initiative|policy|industry)(?![a-z])"
)
_FAMOUS = frozenset({"996", "985", "211", "007"})
_CN_RANGE = re.compile(r"(十?)([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]{0,3})")
_CN_RANGE_AHEAD = re.compile(f"[至到~—-]{_CN}")
_WORD_RANGE_AHEAD = re.compile(rf"(?:\s(?:to|or)\s|-to-)(?:{_WORD})(?![a-z])")
_SCALED_CN = re.compile(r"([一二三四五六七八九两])[十百千万亿]{1,2}")
_BARE_SCALE = re.compile(r"[百千万亿]{1,3}")
_BARE_BEFORE = re.compile(r"(?:上|近|超|过|逾|破|成|达|年薪|月薪|月入|资产|身家|造价)\Z")
_MORE_SCALE = re.compile(r"(?:\s(?!百强|千里|万达|万科))?([多余来几]?)(百万|千万|万亿|[百千万亿](?![姓度货]))")
_AFTER_WAN = re.compile(r"(\d{1,4})([千百万]?)(?![\d.%年月日]|,\d)")
_SUFFIX_EN = re.compile(rf"[\s-]?({_any(_EN_SCALE)})(?![a-z])")
_AND_A_HALF = re.compile(r"(?:\sand\sa|-and-a)[\s-]half(?![a-z])")
_VAGUE = re.compile(r"[多余来几](?![数年少])|多(?=年)|\+(?!\d)")
_MONTH_AHEAD = re.compile(rf"(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH})(?![a-z])")
_GROWN = re.compile(r"[增长涨高多翻大加升][了出]?\Z")
_ONE_IN = re.compile(
    r"\s(?:in|out\sof)\s(?:every\s)?(\d{1,3})(?![\d.,%/]|\s?(?:year|month|day|week|hour|minute|cit|prov))"
)
_PAID = re.compile(r"(?:薪|工资|收入|[月年]入|房租|租金|攒|存|挣|赚|花|补贴)[^，。；、\d]{0,5}\Z")
_HOURS = re.compile(r"\shours?(?![a-z])")
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th)(?![a-z])")
_LETTERS = re.compile(r"[a-z]+")
_MILLION = re.compile(r"m(?![a-z])")
_TIER = re.compile(r"[\s-](?:tier|sided|off|way)(?![a-z])")
_BIG_FOUR = re.compile(r".*big\sfour.*|.*four\sbig", re.DOTALL)
_AFTER_HALF = re.compile(r"half[\s-](?:an?[\s-])?")
_AFTER_TENTH = re.compile(r"[一二三四五六七八九半](?![个名位年月天家成线二三四五六])")
_DIGITS_AT = re.compile(_DIGITS)
_NUMBER_AT = re.compile(f"{_CN_NUMBER}|{_DIGITS}")
_RATIO_MARK = re.compile(r"[\s-]to[\s-]|[:比]")
# What 一 and "one" may count; before anything else they are articles.
_OF_ONE = frozenset(WORDS.zh_units) | frozenset(WORDS.en_units)
_OF_ONE -= _COUNTERS | {"person", "occasion", "level", "cup", "household", "bedroom", "decade"}
_HALF = Decimal("0.5")
_CN_DIGIT = {digit: max(0, n - 1) for n, digit in enumerate(_CN_ONES)} | {"两": 2}


_Read = Token | Name | None
_Match = re.Match[str]


def _chinese(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral; None where it is none, such as 二三千三."""
    if numeral in _CN_SCALE:
        return Decimal(_CN_SCALE[numeral])
    if numeral[0] in "百千万亿":
        numeral = "一" + numeral
    try:
        # cn2an reads 二三 as 23, which here is a range and caught before; "normal" knows 两 and 一万二.
        return Decimal(str(cn2an.cn2an(numeral, "normal")))
    except (ValueError, KeyError):
        return None


def _value(number: str) -> Decimal | None:
    if number[0].isdigit():
        return Decimal(number.replace(",", "")) if len(number) <= _MAX_DIGITS else None
    return _chinese(number)


def _worded(phrase: str) -> Decimal:
    total = current = Decimal(0)
    whole, _, decimals = phrase.partition(" point ")
    for word in re.split(r"[\s-]+", whole):
        if word in _WORDS:
            current += _WORDS[word]
        elif word in {"a", "an"}:
            current += 1
        elif word in {"hundred", "dozen"}:
            current = max(current, Decimal(1)) * _EN_SCALE[word]
        elif word in _EN_SCALE:
            total += max(current, Decimal(1)) * _EN_SCALE[word]
            current = Decimal(0)
    total += current
    if decimals:
        total += Decimal("0." + "".join(str(_WORDS[word]) for word in decimals.split()))
    return total


def _scale(folded: str, token: Token) -> None:
    """Take in what multiplies or completes the number: 万, million, 1万2, 300多万, "and a half"."""
    token.mantissa = token.values[0]
    if match := _MORE_SCALE.match(folded, token.end):
        for character in match[2]:
            token.scale *= _CN_SCALE[character]
        if match[1]:
            token.bound = Bound.OVER
        token.end = match.end()
    elif match := _SUFFIX_EN.match(folded, token.end):
        token.scale = _EN_SCALE[match[1]]
        token.end = match.end()
    value = token.mantissa * token.scale
    if token.scale >= 10**4 and (match := _AFTER_WAN.match(folded, token.end)):
        rest = Decimal(match[1])
        if match[2]:
            rest *= _CN_SCALE[match[2]]
        elif len(match[1]) == 1:
            rest *= token.scale // 10
        value += rest
        token.end = match.end()
    if match := _AND_A_HALF.match(folded, token.end):
        value += _HALF * token.scale
        token.end = match.end()
    if match := _VAGUE.match(folded, token.end):
        token.bound = Bound.OVER
        token.end = match.end()
    token.values = [value]


def _measure(folded: str, token: Token) -> bool:
    """Take in the unit or counter right after the number; False where there is none."""
    end = token.end
    if folded.startswith("个半", end):
        token.values = [value + _HALF for value in token.values]
        end += 2
    if match := _ZH_UNIT_AT.match(folded, end):
        token.unit = _ZH_UNIT_NAMES[(match.lastindex or 1) - 1]
        token.end = match.end()
        if token.unit == "calendar_month" and token.values[0] > 12:
            token.unit = "month"
        if token.unit in _COUNTERS:
            noun = _ZH_NOUN_AT.match(folded, token.end)
            token.unit = _ZH_NOUN[noun[1]] if noun else None if token.unit == "other" else token.unit
        if token.unit in TIME and "多" in match[0] + folded[token.end : token.end + 1]:
            token.bound = Bound.OVER
            token.end += folded.startswith("多", token.end)
        if token.unit == "year" and folded.startswith("半", token.end):
            token.values = [value + _HALF for value in token.values]
            token.end += 1
        if token.unit == "tenth" and (part := _AFTER_TENTH.match(folded, token.end)):
            token.values = [token.values[0] + (_HALF if part[0] == "半" else Decimal(_CN_ONES.index(part[0]) - 1) / 10)]
            token.end += 1
        if (
            token.unit == "times"
            and token.values == [1]
            and _GROWN.search(folded, max(0, token.start - 2), token.start)
        ):
            token.values = [Decimal(2)]
        return True
    if match := _EN_UNIT_AT.match(folded, token.end):
        token.unit = _EN_UNIT[match[1].replace("-", " ")]
        token.end = match.end()
        return True
    return False


def _count(folded: str, token: Token) -> bool:
    """Find what a number without a unit counts: 70万年轻人, 15 new first-tier cities."""
    if match := _ZH_NOUN_AT.match(folded, token.end):
        token.unit = _ZH_NOUN[match[1]]
        return True
    position = token.end
    for _ in range(_NOUN_WORDS):
        word = _EN_WORD.match(folded, position)
        if word is None or word[1] in _EN_NO_NOUN:
            return False
        if word[1] in _EN_NOUN:
            token.unit = _EN_NOUN[word[1]]
            return True
        position = word.end()
    return False


def _share(start: int, end: int, part: Decimal, whole: Decimal) -> Token | None:
    return Token(start, end, [part * 100 / whole], "percent") if whole else None


# --- readers of what _START found, by the name of the alternative: each gives a figure, a name or nothing ---


def _settle(folded: str, token: Token) -> None:
    """Settle a number without a unit: what follows may say what it counts, what stands before that it is money."""
    if not _count(folded, token) and _PAID.search(folded, max(0, token.start - 8), token.start):
        token.unit = "yuan"


def _read_digits(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    amount = match[0].lstrip("+-")
    number = amount.lstrip("$¥€£")
    if len(number) > _MAX_DIGITS:
        return None
    token = Token(match.start(), match.end(), [Decimal(number.replace(",", ""))])
    if match[0][0] in "+-" and not (tokens and tokens[-1].end == match.start()):
        token.direction = Direction.UP if match[0][0] == "+" else Direction.DOWN
    if number != amount:
        return _money(folded, token, _CURRENCY[amount[0]])
    if special := _name_at(folded, token, number) or _one_in(folded, token):
        return special
    _scale(folded, token)
    if _dated(folded, token, number, tokens) or _measure(folded, token):
        return token
    if letters := _LETTERS.match(folded, token.end):
        return Name(number + letters[0], letters.end())
    _settle(folded, token)
    return token


def _dated(folded: str, token: Token, number: str, tokens: list[Token]) -> bool:
    """Take in what makes the number a year, a decade, a day of a month or an ordinal; False where nothing does."""
    value = token.values[0]
    plain = token.scale == 1 and number.isdigit()
    if ordinal := _ORDINAL_END.match(folded, token.end):
        token.unit, token.end = "ordinal", ordinal.end()
    if plain and value <= 31 and _in_date(folded, token, tokens):
        token.unit = "calendar_day"
        token.end += folded.startswith(("日", "号"), token.end)
    elif plain and len(number) == 4 and 1900 <= value < 2100:
        if folded.startswith("s", token.end):
            token.unit, token.end = "decade", token.end + 1
        elif folded.startswith("年", token.end) and not folded.startswith("年代", token.end):
            token.unit, token.end = "calendar_year", token.end + 1
        elif not _has_unit(folded, token.end) and not _LETTERS.match(folded, token.end):
            said_so = _YEAR_BEFORE.search(folded, max(0, token.start - 10), token.start)
            if said_so or not _count(folded, token):
                token.unit = "calendar_year"
    return token.unit is not None


def _name_at(folded: str, token: Token, number: str) -> Name | None:
    """The name that a number in digits belongs to, if it does."""
    end = token.end
    after = folded[end : end + 1]
    if after == "后" and len(number) == 2 and number[1] in "05" and not folded.startswith("后来", end):
        return Name(number, end + 1)
    if len(number) in (2, 4) and _BORN.search(folded, max(0, token.start - 16), token.start):
        return Name(number[-2:], end + (after == "s"))
    if number in _FAMOUS and (not _has_unit(folded, end) or _HOURS.match(folded, end)):
        return Name(number, end)
    titled = number.endswith(".0") or _EN_HEAD.match(folded, end) or _ZH_HEAD.match(folded, end)
    return Name(number, end) if titled and not _has_unit(folded, end) else None


def _one_in(folded: str, token: Token) -> Token | None:
    match = _ONE_IN.match(folded, token.end)
    return _share(token.start, match.end(), token.values[0], Decimal(match[1])) if match else None


def _has_unit(folded: str, end: int) -> bool:
    return (_ZH_UNIT_AT.match(folded, end) or _EN_UNIT_AT.match(folded, end)) is not None


def _in_date(folded: str, token: Token, tokens: list[Token]) -> bool:
    after_month = (
        bool(tokens) and tokens[-1].unit == "calendar_month" and folded[tokens[-1].end : token.start] in ("", " ")
    )
    return after_month or _MONTH_AHEAD.match(folded, token.end) is not None


def _money(folded: str, token: Token, unit: str) -> Token:
    if _MILLION.match(folded, token.end):
        token.values, token.end = [token.values[0] * 10**6], token.end + 1
    _scale(folded, token)
    token.unit = unit
    return token


def _read_currency(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    number = _DIGITS_AT.search(match[0])
    if number is None or len(number[0]) > _MAX_DIGITS:
        return None
    token = Token(match.start(), match.end(), [Decimal(number[0].replace(",", ""))])
    return _money(folded, token, "dollar" if match[0].startswith("us") else "yuan")


def _read_cn(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    start, numeral = match.start(), match[0]
    before = folded[start - 1] if start else " "
    if word := _cn_word(folded, start, numeral, before):
        return word
    token = Token(start, match.end(), [])
    if before in "数几" and numeral[0] in "十百千万亿":
        token.bound = Bound.SEVERAL
        token.start -= 1
    elif _BARE_SCALE.fullmatch(numeral):
        return _read_bare_scale(folded, token, numeral, before)
    token.values = _cn_range(numeral) or _cn_year(folded, token, numeral)
    if token.values:
        return token if token.unit or _measure(folded, token) or numeral[-1] in _CN_SCALE else None
    value = _chinese(numeral)
    if value is None:
        return Name(numeral if _has_unit(folded, token.end) else None, token.end)
    token.values = [value]
    _scale(folded, token)
    if scaled := _SCALED_CN.fullmatch(numeral):
        token.scale = int(value / _CN_DIGIT[scaled[1]])
        token.mantissa = value / token.scale
    if _measure(folded, token):
        counts = numeral != "一" or token.unit in _OF_ONE
    else:
        counts = len(numeral) > 1 or bool(token.bound) or token.scale > 1
        counts = counts or _CN_RANGE_AHEAD.match(folded, token.end) is not None
        _settle(folded, token)
    return token if counts else None


def _cn_word(folded: str, start: int, numeral: str, before: str) -> Name | None:
    """The name, idiom or article that begins with the numeral."""
    if name := _CN_NAMES.match(folded, start):
        return Name("3A" if name[1] else _CN_DECADES[name[2]], name.end())
    idiom = _IDIOM.match(folded, start)
    if idiom:
        return Name(None, idiom.end())
    article = (numeral[0] == "一" and before in _NOT_ONE) or (len(numeral) == 1 and before in "期拜")
    return Name(None, start + len(numeral)) if article else None


def _read_bare_scale(folded: str, token: Token, numeral: str, before: str) -> _Read:
    """百万 or 万 with no number before it: an amount if something says so (年薪百万, 过万), else a way of speaking."""
    if before in "过上破":
        token.bound = Bound.OVER
    said_so = token.bound or _BARE_BEFORE.search(folded, max(0, token.start - 2), token.start)
    counted = len(numeral) > 1 and (folded.startswith("年薪", token.end) or _has_unit(folded, token.end))
    value = _chinese(numeral)
    if value is None or not (said_so or counted):
        return None
    token.values = [value]
    if not _measure(folded, token):
        _settle(folded, token)
    return token


def _cn_range(numeral: str) -> list[Decimal]:
    """两三百 as 200 and 300; empty where the numeral is no range."""
    match = _CN_RANGE.fullmatch(numeral)
    if match is None or not _neighbours(match[2], match[3]):
        return []
    size = 1
    for character in match[4]:
        size *= _CN_SCALE[character]
    return [Decimal(((10 if match[1] else 0) + _CN_DIGIT[digit]) * size) for digit in match.group(2, 3)]


def _cn_year(folded: str, token: Token, numeral: str) -> list[Decimal]:
    """二〇二三年; empty where the numeral is no year."""
    if len(numeral) != 4 or not set(numeral) <= set(_CN_ONES) or not folded.startswith("年", token.end):
        return []
    token.unit, token.end = "calendar_year", token.end + 1
    return [Decimal("".join(str(_CN_DIGIT[digit]) for digit in numeral))]


def _neighbours(low: str, high: str) -> bool:
    return (low, high) == ("三", "五") or _CN_DIGIT[high] == _CN_DIGIT[low] + 1


def _read_words(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    if _TIER.match(folded, match.end()) or _BIG_FOUR.fullmatch(folded, max(0, match.start() - 4), match.end() + 4):
        return None
    token = Token(match.start(), match.end(), [_worded(match[0])])
    _scale(folded, token)
    if _measure(folded, token):
        return token if match[0] != "one" or token.unit in _OF_ONE or token.values != [1] else None
    if match[0] in {"one", "zero"} and not _WORD_RANGE_AHEAD.match(folded, token.end):
        return None
    _count(folded, token)
    return token


def _read_scale(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    token = Token(match.start(), match.end() - 1, [_worded(match[0][:-1])])
    if not _measure(folded, token):
        _count(folded, token)
    return token


def _read_fraction(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    part, _, whole = match[0].replace("-", " ").rpartition(" ")
    return _share(match.start(), match.end(), _worded(part), Decimal(_PARTS[whole.removesuffix("s")]))


def _read_one_in(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    words = match[0].split()
    return _share(match.start(), match.end(), Decimal(_WORDS[words[0]]), Decimal(_WORDS[words[-1]]))


def _read_ratio(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    left, right = (side.strip() for side in _RATIO_MARK.split(match[0], maxsplit=1))
    values = [_worded(side) if side in _WORDS else _value(side) for side in (left, right)]
    known = [value for value in values if value is not None]
    if len(known) != 2:
        return None
    clock = ":" in match[0] and len(right) == 2 and known[0] < 24 and known[1] < 60 and right.isdigit()
    return Token(match.start(), match.end(), known, "clock" if clock else "ratio")


def _read_half(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Token(match.start(), match.end(), [Decimal(50)], "percent")


def _read_halved(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Token(match.start(), match.end(), [Decimal(50)], "percent", direction=Direction.DOWN)


def _read_half_a(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    token = Token(match.start(), match.end(), [_HALF])
    unit = _AFTER_HALF.split(match[0])[-1].removesuffix("s")
    if unit in _EN_SCALE:
        token.values = [_HALF * _EN_SCALE[unit]]
        if not _measure(folded, token):
            _count(folded, token)
    else:
        token.unit = _EN_UNIT[unit]
    return token


def _read_zh_half(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    unit = next(unit for word, unit in _ZH_PERIODS.items() if match[0].endswith(word))
    return Token(match.start(), match.end(), [_HALF], unit)


def _read_and_a_half(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Token(match.start(), match.end(), [1 + _HALF], match[0].split()[1])


def _read_multiple(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    times = _WORDS[match["fold"]] if match["fold"] else _MULTIPLES[match[0][:3]]
    return Token(match.start(), match.end(), [Decimal(times)], "times")


def _read_span(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    unit, count = ("year", 10) if match[0] == "decade" else ("week", 2)
    return Token(match.start(), match.end(), [Decimal(count)], unit)


def _read_zh_multiple(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    count = next((_CN_DIGIT[character] for character in match[0] if character in "一两三"), 1)
    times = 2**count if match[0].endswith("番") else max(count, 2)
    return Token(match.start(), match.end(), [Decimal(times)], "times")


def _read_several(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    scale = 1
    for word in match[0].removesuffix("s").replace("s of ", " ").split():
        scale *= 10 if word in {"ten", "dozen"} else _EN_SCALE[word]
    token = Token(match.start(), match.end(), [Decimal(scale)], bound=Bound.SEVERAL)
    end = token.end
    token.end += 3 if folded.startswith(" of", end) else 0
    if not _measure(folded, token):
        _count(folded, token)
        token.end = end
    return token


def _read_each(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    unit = _EN_EACH[match[0].split()[-1][:3]]
    return Token(match.start(), match.end(), [Decimal(1)], unit)


def _read_zh_each(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    unit = next(unit for word, unit in _ZH_PERIODS.items() if match[0].endswith(word))
    return Token(match.start(), match.end(), [Decimal(1)], unit)


def _read_month_name(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Token(match.start(), match.end(), [Decimal(_MONTHS[match[0]])], "calendar_month")


def _read_date(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    year, month, day = re.finditer(r"\d+", match[0])
    parts = [
        Token(match.start() + part.start(), match.start() + part.end(), [Decimal(part[0])], unit)
        for part, unit in ((year, "calendar_year"), (month, "calendar_month"), (day, "calendar_day"))
    ]
    tokens.extend(parts[:2])
    return parts[2]


def _read_ordinal_word(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Token(match.start(), match.end(), [Decimal(_ORDINALS[match[0]])], "ordinal")


def _read_cn_ordinal(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    value = _value(match[0][1:])
    if value is None or value == 1 or folded.startswith(("年", "产业"), match.end()):
        return Name(None, match.end())
    return Token(match.start(), match.end(), [value], "ordinal")


def _read_cn_percent(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    if match[0] == "百分百":
        return Token(match.start(), match.end(), [Decimal(100)], "percent")
    whole = 1 if match[0][0] == "百" else 10
    if match[0].endswith("分之百"):
        return Token(match.start(), match.end(), [Decimal(100) / whole], "percent")
    numbers = _NUMBER_AT.findall(match[0].replace("百分之", " ").replace("千分之", " "))
    values = [value / whole for value in map(_value, numbers) if value is not None]
    return Token(match.start(), match.end(), values, "percent") if values else None


def _read_cn_fraction(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    whole, _, part = match[0].partition("分之")
    values = _value(part), _value(whole)
    return _share(match.start(), match.end(), values[0], values[1]) if values[0] and values[1] else None


def _read_slash(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    part, whole = map(Decimal, match[0].split("/"))
    return _share(match.start(), match.end(), part, whole) if part < whole else Name(match[0], match.end())


def _read_label(folded: str, match: _Match, tokens: list[Token]) -> _Read:
    return Name(match[0], match.end())


_SAME_READER = {"zh_half_of": "half", "zh_halved": "halved", "ratio_words": "ratio"}
_READERS: dict[str, Callable[[str, _Match, list[Token]], _Read]] = {
    name: globals()[f"_read_{_SAME_READER.get(name, name)}"] for name in (*_AT_WORD, *_ELSEWHERE)
}
