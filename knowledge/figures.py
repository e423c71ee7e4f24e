"""The figures of a text: every number with its unit, scale, sign and bound, in Chinese or English.

What counts as the same, whatever the language or the way of writing:

- a share is a percent: 七成 = 70% = seven tenths; 一半 = half = 1/2 = 50%; halved = 减半 = down 50%;
- a multiple is ``times``: 两倍 = 2x = 2 times = twice = doubled = 翻一番; 增长一倍 is a doubling too, and 12:1 compares
  as 12 times;
- 1.2万 = 12,000 = 12k = ¥12,000: Chinese often leaves 元 and counters out, so an amount of money, a count and a bare
  number compare by value, while ``unit`` still tells yuan from person;
- years, quarters and months compare as months, weeks and days as days, hours and minutes as minutes;
- a range is one figure of two values, while "from 50% to 68%" is two, the first with ``Role.FROM``;
- "a year", 每年, monthly are one of their unit; a calendar year is a kind of its own, as are a date's month and day.

What is not a figure: one and 一 before anything but a measure ("one of", 一个), the tiers (一线, second-tier), "first",
idioms (十分, 第一财经, 七台河), and numbers that are names. Names (1125计划, 3A, 三甲, 996, 00后, 政策3.0) are given by
``numbered_names``. Other ordinals are figures of the unit ``ordinal``.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import cn2an

from knowledge.script import simplified


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
    """Which end of a change a figure is."""

    FROM = "from"
    TO = "to"


class Key(NamedTuple):
    """What two figures must share to be the same: values in a common unit, and the kind of thing they measure."""

    values: tuple[Decimal, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it stands at ``start:end`` of a text.

    ``values`` holds one number, or two for a range, in ``unit`` (``percent``, ``year``, ``yuan``, ``person``, …; None
    where no unit is known). A sign or a word such as 下降 goes to ``direction``, and the values stay positive.
    """

    values: tuple[Decimal, ...]
    unit: str | None
    bound: Bound | None
    direction: Direction | None
    role: Role | None
    start: int
    end: int
    text: str
    key: Key

    @property
    def signed(self) -> bool:
        """Whether a plus or minus sign is written."""
        return self.text[0] in "+-−－＋–"

    @property
    def period(self) -> bool:
        """Whether this is one of a unit of time, as in "a year" or 每月."""
        return self.unit in _TIME and self.values == (1,)


class DirectionWord(NamedTuple):
    """A word at ``start:end`` that says which way something went."""

    direction: Direction
    start: int
    end: int


def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of the text, in reading order."""
    return _scan(text)[0]


def numbered_names(text: str) -> tuple[str, ...]:
    """Numbers that stand in names, in capitals and reading order: 1125, 3A, 00."""
    return _scan(text)[1]


def figure_keys(text: str) -> Counter[Key]:
    """The keys that both sides of a translation share.

    Left out, because languages differ in writing them: one of a unit of time ("a year", 每年), a count of one,
    ordinals, and what a bracket after 996 or the like explains.
    """
    glosses = [match.span() for match in _GLOSS.finditer(fold(text))]
    return Counter(
        figure.key
        for figure in figures(text)
        if not figure.period
        and figure.unit != "ordinal"
        and (figure.values != (1,) or figure.key.kind != "number" or figure.unit == "yuan")
        and not any(start <= figure.start < end for start, end in glosses)
    )


# Units ---------------------------------------------------------------------------------------------------------------

_TIME = frozenset({"year", "quarter", "month", "week", "day", "hour", "minute"})
# What a unit compares as, and how many of that it is. A unit that is not here is yuan or counts things.
_KINDS = {
    "year": ("month", 12), "quarter": ("month", 3), "month": ("month", 1), "week": ("day", 7), "day": ("day", 1),
    "hour": ("minute", 60), "minute": ("minute", 1), "kilometre": ("metre", 1000), "metre": ("metre", 1),
} | {
    unit: (unit, 1)
    for unit in (
        "percent percentage_point times ratio ordinal calendar_year calendar_month calendar_day decade clock second"
        " dollar square_metre square_kilometre mu tonne"
    ).split()
}  # fmt: skip
# A unit as written, that is so many of another.
_MULTIPLES_OF = {"tenth": ("percent", 10), "ten years": ("year", 10)}

# Chinese units and counters; what must not follow makes the character part of another word (年轻, 成都).
_ZH_UNITS = {
    "percentage_point": "个?百分点",
    "percent": "%",
    "tenth": "成(?![都为立本功员果长熟绩人交家年分群就效型千])",
    "times": "倍",
    "decade": "年代",
    "age": "周?岁",
    "year": "周年|个?年头|年(?![轻级龄薪货画味纪])",
    "quarter": "个?季度",
    "month": "个多?月",
    "calendar_month": "月份?(?![薪入收])",
    "week": "个?(?:星期|礼拜)|周(?![边口末围期])",
    "day": "天(?![津府然下上气])|日(?![本常])|号",
    "hour": "个?(?:小时|钟头)",
    "minute": "分钟",
    "second": "秒",
    "dollar": "美元|美金",
    "yuan": "元(?![旦素化论老])|块钱?(?![地板区])|人民币",
    "square_kilometre": "平方公里|平方千米",
    "square_metre": "平方米|平米|㎡",
    "kilometre": "公里",
    "metre": "米(?![饭粉])",
    "mu": "亩",
    "tonne": "吨",
    "bedroom": "居室|室(?![内外])|房(?![价租源产企贷子屋间])",
    "occasion": "次(?!新)|趟|回(?![流来到家乡归笼])",
    "level": "级",
    "person": "个?人(?!民币|均)|[名位口]",
    "cup": "杯",
    "household": "户(?![籍口])",
    "venue": "[家所]",
    "site": "座",
    "item": "项",
    "flat": "套",
    "article": "篇",
    "": "[个种类条间台份组批门支只件张处辆轮期款栋]",
}
_EN_UNITS = {
    "percentage_point": "percentage-point percentage-points percent-point percent-points pp point points",
    "percent": "per-cent percent pct",
    "times": "times x fold",
    "year": "year years yr yrs",
    "ten years": "decade decades",
    "quarter": "quarter quarters",
    "month": "month months",
    "week": "week weeks",
    "day": "day days",
    "hour": "hour hours hr hrs h",
    "minute": "minute minutes min mins",
    "second": "second seconds",
    "yuan": "yuan rmb cny renminbi kuai",
    "dollar": "dollar dollars usd",
    "square_kilometre": "square-kilometre square-kilometres square-kilometer square-kilometers km²",
    "square_metre": "square-metre square-metres square-meter square-meters sqm m²",
    "kilometre": "kilometre kilometres kilometer kilometers km",
    "metre": "metre metres meter meters m",
    "mu": "mu",
    "tonne": "tonne tonnes ton tons",
    "age": "year-old year-olds years-old years-of-age",
}
# What is counted, where Chinese names it after a counter and English after adjectives.
_ZH_NOUNS = {
    "person": "年轻人 青年 学生 毕业生 居民 村民 人才 申请者 申请人 受访者 员工 工人 老师 儿童 孩子 劳动者 人口 用户 游客",
    "city": "城市 城",
    "firm": "企业 公司 厂家 工厂",
    "branch": "分店 门店",
    "patent": "专利",
    "flat": "套房 住房 公寓",
    "bedroom": "居室 卧室",
    "school": "学校 中学 小学",
    "university": "大学 高校",
    "hospital": "医院",
    "county": "县",
    "province": "省",
    "job": "岗位 工作",
    "article": "文章",
}
_EN_NOUNS = {
    "person": "person people persons resident residents worker workers graduate graduates pupil pupils student students "
    "respondent respondents applicant applicants talent talents newcomer newcomers returnee returnees inhabitant "
    "inhabitants employee employees child children youths men women professionals researchers visitor visitors",
    "city": "city cities",
    "firm": "firm firms company companies business businesses enterprise enterprises",
    "branch": "branch branches outlet outlets",
    "patent": "patent patents",
    "flat": "flat flats apartment apartments",
    "bedroom": "bedroom bedrooms bed room rooms",
    "school": "school schools",
    "university": "university universities",
    "hospital": "hospital hospitals",
    "county": "county counties",
    "province": "province provinces",
    "job": "job jobs",
    "article": "article articles",
    "cup": "cup cups",
    "household": "household households",
    "level": "level levels",
}
# Words that end the search for what an English number counts.
_EN_NO_NOUN = frozenset(
    "a an the of in on at to for from with by and or but is are was were be has have had as than that which who per each"
    " every where while when because if so not it they he she we you i may can will would said says before after about"
    " over under more less fewer".split()
)
_NOUN_WORDS = 4


def _by_surface(units: dict[str, str]) -> dict[str, str]:
    return {surface.replace("-", " "): unit for unit, surfaces in units.items() for surface in surfaces.split()}


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in sorted(words, key=len, reverse=True))


_EN_UNIT = _by_surface(_EN_UNITS)
_EN_NOUN = _by_surface(_EN_NOUNS)
_ZH_NOUN = _by_surface(_ZH_NOUNS)
# Chinese counters that a noun may make clearer.
_COUNTERS = frozenset({"", "venue", "site", "item", "flat"})
_ZH_UNIT_NAMES = tuple(_ZH_UNITS)
_ZH_UNIT_AT = re.compile(r"\s?(?:" + "|".join(f"({pattern})" for pattern in _ZH_UNITS.values()) + ")")
_EN_UNIT_AT = re.compile(
    r"[\s-]?(?:(?:full|whole|long|more|extra|additional|further|consecutive|straight|successive|working|fewer)\s)?"
    rf"({_any(_EN_UNIT)})(?![a-z])"
)
_ZH_NOUN_AT = re.compile(rf"(?:(?![的了在和与是从到把被让给有占])[\u4e00-\u9fff“”]){{0,6}}?({_any(_ZH_NOUN)})")
_EN_WORD = re.compile(r"[\s-]+([a-z'-]+)")

# Numbers -------------------------------------------------------------------------------------------------------------

_CN_ONES = "〇零一二三四五六七八九"
_CN = f"[{_CN_ONES}十百千万亿两]"
_CN_NUMBER = f"{_CN}{{1,16}}(?:点[{_CN_ONES}]{{1,8}})?"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
# A number longer than this is no quantity anybody cites.
_MAX_DIGITS = 20
_CN_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_EN_SCALE = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9,
    "bn": 10**9, "trillion": 10**12,
}  # fmt: skip
_WORDS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
} | {ten: 10 * n for n, ten in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_ORDINALS = {word: n for word, n in _PARTS.items() if word not in {"half", "halve", "quarter"}} | {"second": 2}
_MULTIPLES = {"twi": 2, "two": 2, "dou": 2, "thr": 3, "tri": 3, "qua": 4, "fou": 4, "fiv": 5, "ten": 10}
_MONTHS = {
    month: n
    for n, month in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
_EN_EACH = {
    "yea": "year", "ann": "year", "qua": "quarter", "mon": "month", "wee": "week", "day": "day", "dai": "day",
    "hou": "hour", "min": "minute", "poi": "percentage_point", "per": "percent",
}  # fmt: skip
_ZH_TIME = {
    "年": "year", "季": "quarter", "月": "month", "周": "week", "星期": "week", "天": "day", "日": "day", "小时": "hour",
    "钟头": "hour", "分钟": "minute",
}  # fmt: skip

_WORD = _any(_WORDS)
_SCALES = "hundred|thousand|million|billion|trillion|dozen"
_UNIT_OF_TIME = "year|quarter|month|week|day|hour|minute"
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
    "one_in": rf"(?:{_WORD})\s(?:in|out\sof)\s(?:every\s)?(?:{_WORD})(?![a-z])(?!\s(?:{_UNIT_OF_TIME}))",
    "halved": r"halv(?:ed|es|ing)(?![a-z])",
    "half_a": rf"half[\s-](?:an?[\s-])?(?:{_UNIT_OF_TIME}|decade|percentage\spoint|percent|{_SCALES})s?(?![a-z])",
    "half": r"(?<!first )(?<!second )(?<!other )(?<!latter )half(?![a-z-])",
    "multiple": r"(?:twice|thrice|(?:doubl|tripl|quadrupl)(?:ed|ing|es)|(?:two|three|four|five|ten)fold)(?![a-z])"
    r"|(?:doubl|tripl)e(?=\s(?:the|that|what|its|their|his|her)\s)",
    "several": r"(?:(?:tens|hundreds)\sof\s)?(?:hundreds|thousands|millions|billions)(?![a-z])|dozens(?![a-z])",
    "and_a_half": rf"an?\s(?:{_UNIT_OF_TIME})\sand\sa\shalf",
    "each": rf"(?:an?|per|each|every)\s(?:(?:{_UNIT_OF_TIME})s?|percent(?:age\spoint)?)(?![a-z-])"
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
    "digits": rf"(?<![a-z\d])(?<!\d[.,])(?:(?<![a-z\d)%\]])[+-])?[$¥]?{_DIGITS}",
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
    + f")|(?=[{_CN_ONES}十百千万亿两半减腰翻加每年月周日第对\\d$¥+/-])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _ELSEWHERE.items())
    + ")"
)

# Chinese words that begin with a numeral and state no quantity.
_IDIOM = re.compile(
    r"[一二三四五两]{1,3}线|七台河|三亚|三明|三沙|三门峡|四平|四川|五指山|五家渠|六安|六盘水|九江|九寨|十堰|百色|万宁|万州|千岛|千山"
    r"|三峡|三江|三星|三农|三角|三思|三观|三更|五险一金|五花|五一|十四五|十三五|十一(?=假|长|黄)|四处|四季|四周|四面|四通"
    r"|两者|两边|两头|两地|两难|两全|两极|两样|两会|二手|二胎|二孩|三孩|二维|二元|二选一|一一|一二|万一|万能|万万|万达|万科|万物"
    r"|千万(?=别|不要|要)|千里|千家|百姓|百货|百度|百年|百强|千年|百分(?!之|点|百)|十分(?!之|钟)|十足|十字|十全|一块(?!钱)"
    r"|一成不|一天到晚|一年到头|一年四季|一年级|一日游|一周边|一分(?!之|钟)|三天两头|三番|七上|八成是|九牛|两口子|两室内"
)
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
_CN_RANGE = re.compile(rf"(十?)([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]{{0,3}})")
_CN_RANGE_AHEAD = re.compile(f"[至到~—-]{_CN}")
_WORD_RANGE_AHEAD = re.compile(rf"(?:\s(?:to|or)\s|-to-)(?:{_WORD})(?![a-z])")
_BARE_SCALE = re.compile(r"[百千万亿]{1,3}")
_BARE_BEFORE = re.compile(r"(?:上|近|超|过|逾|破|成|达|年薪|月薪|月入|资产|身家|造价)\Z")
_MORE_SCALE = re.compile(r"([多余来几]?)(百万|千万|万亿|[百千万亿](?![姓度货]))")
_AFTER_WAN = re.compile(r"(\d{1,4})([千百万]?)(?![\d.,%年月日])")
_SUFFIX_EN = re.compile(rf"[\s-]?({_any(_EN_SCALE)})(?![a-z])")
_AND_A_HALF = re.compile(r"(?:\sand\sa|-and-a)[\s-]half(?![a-z])")
_VAGUE = re.compile(r"[多余来几](?![数年少])|多(?=年)|\+(?!\d)")
_MONTH_AHEAD = re.compile(rf"(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH})(?![a-z])")
_GROWN = re.compile(r"[增长涨高多翻大加升][了出]?\Z")
_ONE_IN = re.compile(
    r"\s(?:in|out\sof)\s(?:every\s)?(\d{1,3})(?![\d.,%/]|\s?(?:year|month|day|week|hour|minute|cit|prov))"
)
_PAID = re.compile(r"(?:薪|工资|收入|[月年]入|房租|租金|攒|存|挣|赚|花|补贴)[^，。；、\d]{0,5}\Z")
_GLOSS = re.compile(rf"(?<!\d)(?:{'|'.join(_FAMOUS)})\s?\([^()]{{0,80}}\)")
_MONEY_AHEAD = re.compile(r"\s?(?:元|yuan|rmb|人|%)")
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th)(?![a-z])")
_LETTERS = re.compile(r"[a-z]+")
_MILLION = re.compile(r"m(?![a-z])")
_TIER = re.compile(r"[\s-](?:tier|sided|off|way)(?![a-z])")
_BIG_FOUR = re.compile(r".*big\sfour.*|.*four\sbig", re.DOTALL)
_AFTER_HALF = re.compile(r"half[\s-](?:an?[\s-])?")
_AFTER_TENTH = re.compile(r"[一二三四五六七八九半](?![个名位年月天家成])")
_DIGITS_AT = re.compile(_DIGITS)
_NUMBER_AT = re.compile(f"{_CN_NUMBER}|{_DIGITS}")
_RATIO_MARK = re.compile(r"[\s-]to[\s-]|[:比]")
# What 一 and "one" may count; before anything else they are articles.
_OF_ONE = frozenset(_ZH_UNITS) | frozenset(_EN_UNITS)
_OF_ONE -= _COUNTERS | {"person", "occasion", "level", "cup", "household", "bedroom", "decade"}
_HALF = Decimal("0.5")
_CN_DIGIT = {digit: max(0, n - 1) for n, digit in enumerate(_CN_ONES)} | {"两": 2}

# Words around a number -----------------------------------------------------------------------------------------------

_BOUNDS_BEFORE = {
    Bound.NEARLY: "将近 接近 逼近 几近 差不多 (?<![最附远])近 nearly almost approaching close\\sto just\\sunder just\\sbelow"
    " just\\sshort\\sof not\\squite",
    Bound.UNDER: "不超过 不多于 不高于 不到 不足 不满 不及 未达 未满 低于 少于 小于 至多 最多 最高 顶多 [存攒省挣赚]不[下到了] < ≤ less\\sthan fewer\\sthan"
    " under below up\\sto at\\smost no\\smore\\sthan not\\smore\\sthan maximum\\sof lower\\sthan shy\\sof short\\sof"
    " smaller\\sthan",
    Bound.OVER: "不少于 不低于 不下于? 不止 至少 起码 最少 最低 (?<!不)(?:超过|超出|高于|多于) 大于 突破 (?<!不)[超逾] > ≥"
    " (?<!no\\s)(?<!not\\s)more\\sthan over above at\\sleast exceed(?:s|ed|ing)? upwards\\sof in\\sexcess\\sof"
    " no\\sfewer\\sthan no\\sless\\sthan not\\sless\\sthan minimum\\sof beyond (?:greater|higher|larger)\\sthan",
    Bound.ABOUT: "大约 (?<![节预合])约 大概 估计 ~ about around roughly approximately some circa an\\sestimated",
}
_BOUNDS_AFTER = {
    Bound.OVER: "及?以上 多 余 开外 or\\smore or\\sover and\\sover or\\sabove and\\sabove plus",
    Bound.UNDER: "及?以下 以内 之内 不到 or\\sless or\\sfewer or\\sunder and\\sunder at\\smost",
    Bound.ABOUT: "左右 上下(?![游楼班级]) or\\sso",
}


def _bounds(words: dict[Bound, str]) -> str:
    return "|".join(f"(?P<{bound}>{'|'.join(words[bound].split())})" for bound in words)


_BEFORE = re.compile(
    rf"(?<![a-z])(?:{_bounds(_BOUNDS_BEFORE)})[了达]?(?:[\u4e00-\u9fff]{{1,8}}的)?\s?(?:an?\s|the\s|some\s)?\Z"
)
_AFTER = re.compile(rf"[\s-]?(?:{_bounds(_BOUNDS_AFTER)})(?![a-z])")
_BEFORE_WINDOW = 20
# "over three years" may mean during them, and 近三年 the last three.
_LOOSE = re.compile(r"(?<![a-z])over\s|近")

_DIRECTIONS = re.compile(
    r"(?=[增上提回攀激扩延高更多升涨])(?P<up>增(?!值)|上升|提升|提高|上涨|上调|回升|攀升|激增|扩大|延长|高出|更高|多[出了]|(?<![不差])多(?=[约近超\d])"
    r"|升(?![学级旗值])|涨)"
    r"|(?=[下减降跌缩萎衰负更少])(?P<down>下降|减|降(?!落)|下滑|跌|缩|萎缩|衰[退落]|负增长|更低|少[掉了]"
    r"|(?<![不至最多])少(?=[约近超\d零一二三四五六七八九两十]))"
    r"|(?<![a-z])(?=[abceghijlmrsuw])(?P<up_en>(?:ris(?:e|es|en|ing)|rose|grow(?:s|n|ing|th)?|grew|increas(?:e|es|ed|ing)"
    r"|climb(?:s|ed|ing)?|gain(?:s|ed|ing)?|soar(?:s|ed|ing)?|surg(?:e|es|ed|ing)|jump(?:s|ed|ing)?|rais(?:e|es|ed|ing)"
    r"|boost(?:s|ed|ing)?|expand(?:s|ed|ing)?|improv(?:e|es|ed|ing)|longer|higher(?!\s(?:than|educ))|lengthen(?:s|ed|ing)?"
    r"|extend(?:s|ed|ing)?|swell(?:s|ed)?|up(?=\s(?:(?:by|about|over|nearly|some)\s){0,2}[\d¥])"
    r"|(?<=[\d%]\s)more(?!\sthan))(?![a-z]))"
    r"|(?<![a-z])(?=[cdflmprs])(?P<down_en>(?:fall(?:s|en|ing)?(?!\sapart)|fell(?!\sapart)|drop(?:s|ped|ping)?"
    r"|declin(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|shrinks?|shrank|shrunk|shrinking|shrinkage|cut(?:s|ting)?"
    r"|reduc(?:e|es|ed|ing|tion)|lower(?:s|ed|ing)?(?!\sthan|[\s-]tier)|slump(?:s|ed)?|plung(?:e|es|ed|ing)"
    r"|dwindl(?:e|es|ed|ing)|contract(?:ed|ing|ion)|los(?:e|es|ing)|lost|shorten(?:s|ed|ing)?|less(?!\sthan)"
    r"|(?<!or\s)fewer(?!\sthan)|minus|down(?=\s(?:(?:by|about|over|nearly|some)\s){0,2}[\d¥]))(?![a-z]))"
)
_NOT = re.compile(r"(?:\b(?:not|never|no|nor|without)\s(?:[a-z]+\s)?|n't\s|[不没未别](?:再|有|会|能)?)\Z")
_CLAUSE_END = re.compile(r"[，；。！？;!?\n()]|,(?!\d{3})|\.(?!\d)|:(?!\d)")
_UNDIRECTED = frozenset({"calendar_year", "calendar_month", "calendar_day", "ordinal", "clock", "decade", "ratio"})
_REACH = 60

_RANGE = re.compile(r"\s?(?:-|~|—|至|到|\sto\s|\sor\s|-to-|to)\s?")
_BETWEEN = re.compile(r"between\s(?:[a-z]+\s){0,2}\Z")
_FROM = re.compile(r"(?:从|由|自|\bfrom)\s?(?:[a-z约近超]+\s?){0,2}\Z")
_ARROW = re.compile(r"\s?(?:→|->|=>|⇒)\s?")
_TO = re.compile(r"[^，。；;.]{0,24}(?:到了?|至|为|成|\bto)\s?(?:约|近|超过?|about|over|nearly|almost|some|just)?\s?")
_MOVED = re.compile(
    r"[升降涨跌增减缩扩变提]|\b(?:ris|rose|grow|grew|increas|fall|fell|drop|declin|shr|cut|reduc|up|down)"
)
_TO_BEFORE = re.compile(r"\bto\s(?:[a-z]+\s)?\Z")
_GAP = 40
_BACK_FROM = re.compile(r"\s(?:[a-z]+\s){0,4}from\s(?:[a-z]+\s)?")

# ASCII case and look-alike signs, one character for one, so that offsets hold.
_LOOKALIKES = {
    **{0xFF01 + i: 0x21 + i for i in range(0x5E) if chr(0xFF01 + i) not in "，；！？（）．"},
    **{upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)},
    **{0xFF21 + i: ord("a") + i for i in range(26)},
    **{ord(dash): ord("-") for dash in "−–‐‑‒－"},
    ord("∶"): ord(":"), ord("～"): ord("~"), ord("〜"): ord("~"), ord("￥"): ord("¥"), ord("×"): ord("x"),
    ord("．"): ord("."), ord("\u00a0"): ord(" "), ord("\u202f"): ord(" "), ord("’"): ord("'"), ord("\t"): ord(" "),
    **dict(zip(map(ord, "壹贰叁肆伍陆柒捌玖拾佰仟"), map(ord, "一二三四五六七八九十百千"), strict=True)),
    ord("（"): ord("("), ord("）"): ord(")"), ord("⁄"): ord("/"), ord("〇"): ord("零"), ord("\n"): ord("\n"),
}  # fmt: skip


@dataclass(slots=True)
class _Token:
    """A figure in the making."""

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


class _Name(NamedTuple):
    """A number in a name; None for words that state nothing at all."""

    text: str | None
    end: int


_Read = _Token | _Name | None
_Match = re.Match[str]


def fold(text: str) -> str:
    """The text in simplified characters, ASCII digits and lower case, of the same length."""
    return simplified(text).translate(_LOOKALIKES)


@lru_cache(maxsize=8192)
def _scan(text: str) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    folded = fold(text)
    tokens: list[_Token] = []
    names: list[str] = []
    position = 0
    while match := _START.search(folded, position):
        read = _READERS[match.lastgroup or ""](folded, match, tokens)
        if isinstance(read, _Token):
            tokens.append(read)
        elif read is not None and read.text:
            names.append(read.text.upper())
        position = max(match.end(), read.end if read else 0)
    _pair(folded, tokens)
    tokens = [token for token in tokens if token.values]
    _bound(folded, tokens)
    _direct(folded, tokens)
    return tuple(_figure(text, token) for token in tokens), tuple(names)


def _figure(text: str, token: _Token) -> Figure:
    unit, factor = _MULTIPLES_OF.get(token.unit or "", (token.unit or None, 1))
    kind, size = _KINDS.get(unit or "", ("number", 1))
    values = tuple(value * factor for value in token.values)
    if unit == "decade":
        values = tuple(value % 100 for value in values)
    several = "several " if token.bound is Bound.SEVERAL else ""
    compared = values
    if unit == "ratio" and values[1] == 1:
        kind, compared = "times", values[:1]
    return Figure(
        values=values,
        unit=unit,
        bound=token.bound,
        direction=token.direction,
        role=token.role,
        start=token.start,
        end=token.end,
        text=text[token.start : token.end],
        key=Key(tuple((value * size).normalize() for value in compared), several + kind),
    )


def direction_words(text: str) -> tuple[DirectionWord, ...]:
    """The words that say a quantity went up or down, negated ones left out."""
    return _direction_words(fold(text))


@lru_cache(maxsize=8192)
def _direction_words(folded: str) -> tuple[DirectionWord, ...]:
    return tuple(
        DirectionWord(Direction((match.lastgroup or "").removesuffix("_en")), match.start(), match.end())
        for match in _DIRECTIONS.finditer(folded)
        if not _NOT.search(folded, max(0, match.start() - 12), match.start())
    )


# Numbers as written --------------------------------------------------------------------------------------------------


def _chinese(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral; None where it is none, such as 二三千三."""
    if numeral in "十百千万亿":
        return Decimal(_CN_SCALE[numeral])
    if numeral[0] in "百千万亿":
        numeral = "一" + numeral
    try:
        # cn2an reads 二三 as 23, which here is a range and caught before; "normal" knows 两 and 一万二.
        return Decimal(str(cn2an.cn2an(numeral, "normal")))
    except ValueError:
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


def _scale(folded: str, token: _Token) -> None:
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


def _measure(folded: str, token: _Token) -> bool:
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
        if token.unit in _COUNTERS and (noun := _ZH_NOUN_AT.match(folded, token.end)):
            token.unit = _ZH_NOUN[noun[1]]
        if token.unit in _TIME and "多" in match[0] + folded[token.end : token.end + 1]:
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


def _count(folded: str, token: _Token) -> bool:
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


def _share(start: int, end: int, part: Decimal, whole: Decimal) -> _Token | None:
    return _Token(start, end, [part * 100 / whole], "percent") if whole else None


# Readers of what _START found, by the name of the alternative: each gives a figure, a name or nothing ------------------


def _uncounted(folded: str, token: _Token) -> None:
    """Settle a number without a unit: what follows may say what it counts, what stands before that it is money."""
    if not _count(folded, token) and _PAID.search(folded, max(0, token.start - 8), token.start):
        token.unit = "yuan"


def _read_digits(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    amount = match[0].lstrip("+-")
    number = amount.lstrip("$¥")
    if len(number) > _MAX_DIGITS:
        return None
    token = _Token(match.start(), match.end(), [Decimal(number.replace(",", ""))])
    if match[0][0] in "+-" and not (tokens and tokens[-1].end == match.start()):
        token.direction = Direction.UP if match[0][0] == "+" else Direction.DOWN
    if number != amount:
        return _money(folded, token, "dollar" if amount[0] == "$" else "yuan")
    if name := _name_at(folded, token, number):
        return name
    if one_in := _ONE_IN.match(folded, token.end):
        return _share(token.start, one_in.end(), token.values[0], Decimal(one_in[1]))
    _scale(folded, token)
    plain = token.scale == 1 and number.isdigit()
    if plain and token.values[0] <= 31 and _in_date(folded, token, tokens):
        token.unit = "calendar_day"
        token.end += folded.startswith(("日", "号"), token.end)
        return token
    year = plain and len(number) == 4 and 1900 <= token.values[0] < 2100
    if year and folded.startswith("s", token.end):
        token.unit, token.end = "decade", token.end + 1
        return token
    if _measure(folded, token):
        if year and folded[token.end - 1] == "年" and token.unit == "year":
            token.unit = "calendar_year"
        return token
    if ordinal := _ORDINAL_END.match(folded, token.end):
        token.unit, token.end = "ordinal", ordinal.end()
        return token
    if letters := _LETTERS.match(folded, token.end):
        return _Name(number + letters[0], letters.end())
    before = _YEAR_BEFORE.search(folded, max(0, token.start - 10), token.start)
    if year and (before or not _count(folded, token)):
        token.unit = "calendar_year"
    elif not year:
        _uncounted(folded, token)
    return token


def _name_at(folded: str, token: _Token, number: str) -> _Name | None:
    """The name that a number in digits belongs to, if it does."""
    end = token.end
    after = folded[end : end + 1]
    if after == "后" and len(number) == 2 and number[1] in "05" and not folded.startswith("后来", end):
        return _Name(number, end + 1)
    if number in _FAMOUS and not _MONEY_AHEAD.match(folded, end):
        return _Name(number, end)
    if number.endswith(".0") and not _ZH_UNIT_AT.match(folded, end) and not _EN_UNIT_AT.match(folded, end):
        return _Name(number, end)
    if len(number) in (2, 4) and _BORN.search(folded, max(0, token.start - 16), token.start):
        return _Name(number[-2:], end + (after == "s"))
    if _EN_HEAD.match(folded, end) and not _EN_UNIT_AT.match(folded, end):
        return _Name(number, end)
    if _ZH_HEAD.match(folded, end) and not _ZH_UNIT_AT.match(folded, end):
        return _Name(number, end)
    return None


def _in_date(folded: str, token: _Token, tokens: list[_Token]) -> bool:
    after_month = (
        bool(tokens) and tokens[-1].unit == "calendar_month" and folded[tokens[-1].end : token.start] in ("", " ")
    )
    return after_month or _MONTH_AHEAD.match(folded, token.end) is not None


def _money(folded: str, token: _Token, unit: str) -> _Token:
    if _MILLION.match(folded, token.end):
        token.values, token.end = [token.values[0] * 10**6], token.end + 1
    _scale(folded, token)
    token.unit = unit
    return token


def _read_currency(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    number = _DIGITS_AT.search(match[0])
    if number is None or len(number[0]) > _MAX_DIGITS:
        return None
    token = _Token(match.start(), match.end(), [Decimal(number[0].replace(",", ""))])
    return _money(folded, token, "dollar" if match[0].startswith("us") else "yuan")


def _read_cn(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    start, numeral = match.start(), match[0]
    before = folded[start - 1 : start]
    if name := _CN_NAMES.match(folded, start):
        return _Name("3A" if name[1] else _CN_DECADES[name[2]], name.end())
    if idiom := _IDIOM.match(folded, start):
        return _Name(None, idiom.end())
    if numeral[0] == "一" and before and before in _NOT_ONE:
        return None
    if numeral in _CN_ONES and before in ("期", "拜"):
        return None
    token = _Token(start, match.end(), [])
    bare = _BARE_SCALE.fullmatch(numeral) is not None
    if before and before in "数几" and numeral[0] in "十百千万亿":
        token.bound = Bound.SEVERAL
        token.start -= 1
    elif bare and before and before in "过上破":
        token.bound = Bound.OVER
    elif bare and not _BARE_BEFORE.search(folded, max(0, start - 2), start):
        if len(numeral) == 1 or not (
            folded.startswith("年薪", match.end()) or _measure(folded, _Token(0, match.end(), []))
        ):
            return None
    if (between := _CN_RANGE.fullmatch(numeral)) and _neighbours(between[2], between[3]):
        tens = 10 if between[1] else 0
        size = 1
        for character in between[4]:
            size *= _CN_SCALE[character]
        token.values = [Decimal((tens + _CN_DIGIT[digit]) * size) for digit in (between[2], between[3])]
        return token if _measure(folded, token) or between[4] else None
    if (
        len(numeral) == 4
        and folded.startswith("年", match.end())
        and all(character in _CN_ONES for character in numeral)
    ):
        token.values, token.unit = [Decimal("".join(str(_CN_DIGIT[digit]) for digit in numeral))], "calendar_year"
        token.end += 1
        return token
    value = _chinese(numeral)
    if value is None:
        return _Name(numeral if _measure(folded, token) else None, token.end)
    token.values = [value]
    _scale(folded, token)
    if _measure(folded, token):
        return token if numeral != "一" or token.unit in _OF_ONE else None
    if len(numeral) == 1 and not bare and token.scale == 1 and not _CN_RANGE_AHEAD.match(folded, token.end):
        return None
    _uncounted(folded, token)
    return token


def _neighbours(low: str, high: str) -> bool:
    return (low, high) == ("三", "五") or _CN_DIGIT[high] == _CN_DIGIT[low] + 1


def _read_words(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    if _TIER.match(folded, match.end()) or _BIG_FOUR.fullmatch(folded, max(0, match.start() - 4), match.end() + 4):
        return None
    token = _Token(match.start(), match.end(), [_worded(match[0])])
    _scale(folded, token)
    if _measure(folded, token):
        return token if match[0] != "one" or token.unit in _OF_ONE or token.values != [1] else None
    if match[0] in {"one", "zero"} and not _WORD_RANGE_AHEAD.match(folded, token.end):
        return None
    _count(folded, token)
    return token


def _read_scale(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    token = _Token(match.start(), match.end() - 1, [_worded(match[0][:-1])])
    if not _measure(folded, token):
        _count(folded, token)
    return token


def _read_fraction(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    part, _, whole = match[0].replace("-", " ").rpartition(" ")
    return _share(match.start(), match.end(), _worded(part), Decimal(_PARTS[whole.removesuffix("s")]))


def _read_one_in(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    words = match[0].split()
    return _share(match.start(), match.end(), Decimal(_WORDS[words[0]]), Decimal(_WORDS[words[-1]]))


def _read_ratio(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    left, right = (side.strip() for side in _RATIO_MARK.split(match[0], maxsplit=1))
    values = [_worded(side) if side in _WORDS else _value(side) for side in (left, right)]
    known = [value for value in values if value is not None]
    if len(known) != 2:
        return None
    clock = ":" in match[0] and len(right) == 2 and known[0] < 24 and known[1] < 60 and right.isdigit()
    return _Token(match.start(), match.end(), known, "clock" if clock else "ratio")


def _read_half(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [Decimal(50)], "percent")


def _read_halved(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [Decimal(50)], "percent", direction=Direction.DOWN)


def _read_half_a(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    token = _Token(match.start(), match.end(), [_HALF])
    unit = _AFTER_HALF.split(match[0])[-1].removesuffix("s")
    if unit in _EN_SCALE:
        token.values = [_HALF * _EN_SCALE[unit]]
        if not _measure(folded, token):
            _count(folded, token)
    else:
        token.unit = _EN_UNIT[unit]
    return token


def _read_zh_half(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    unit = next(unit for word, unit in _ZH_TIME.items() if match[0].endswith(word))
    return _Token(match.start(), match.end(), [_HALF], unit)


def _read_and_a_half(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [1 + _HALF], match[0].split()[1])


def _read_multiple(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [Decimal(_MULTIPLES[match[0][:3]])], "times")


def _read_zh_multiple(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    count = next((_CN_DIGIT[character] for character in match[0] if character in "一两三"), 1)
    times = 2**count if match[0].endswith("番") else max(count, 2)
    return _Token(match.start(), match.end(), [Decimal(times)], "times")


def _read_several(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    scale = 1
    for word in match[0].removesuffix("s").replace("s of ", " ").split():
        scale *= 10 if word in {"ten", "dozen"} else _EN_SCALE[word]
    token = _Token(match.start(), match.end(), [Decimal(scale)], bound=Bound.SEVERAL)
    end = token.end
    token.end += 3 if folded.startswith(" of", end) else 0
    if not _measure(folded, token):
        _count(folded, token)
        token.end = end
    return token


def _read_each(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    unit = _EN_EACH[match[0].split()[-1][:3]]
    return _Token(match.start(), match.end(), [Decimal(1)], unit)


def _read_zh_each(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    unit = next(unit for word, unit in _ZH_TIME.items() if match[0].endswith(word))
    return _Token(match.start(), match.end(), [Decimal(1)], unit)


def _read_month_name(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [Decimal(_MONTHS[match[0]])], "calendar_month")


def _read_date(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    year, month, day = re.finditer(r"\d+", match[0])
    parts = [
        _Token(match.start() + part.start(), match.start() + part.end(), [Decimal(part[0])], unit)
        for part, unit in ((year, "calendar_year"), (month, "calendar_month"), (day, "calendar_day"))
    ]
    tokens.extend(parts[:2])
    return parts[2]


def _read_ordinal_word(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Token(match.start(), match.end(), [Decimal(_ORDINALS[match[0]])], "ordinal")


def _read_cn_ordinal(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    value = _value(match[0][1:])
    if value is None or value == 1 or folded.startswith(("年", "产业"), match.end()):
        return _Name(None, match.end())
    return _Token(match.start(), match.end(), [value], "ordinal")


def _read_cn_percent(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    if match[0] == "百分百":
        return _Token(match.start(), match.end(), [Decimal(100)], "percent")
    whole = 1 if match[0][0] == "百" else 10
    if match[0].endswith("分之百"):
        return _Token(match.start(), match.end(), [Decimal(100) / whole], "percent")
    numbers = _NUMBER_AT.findall(match[0].replace("百分之", " ").replace("千分之", " "))
    values = [value / whole for value in map(_value, numbers) if value is not None]
    return _Token(match.start(), match.end(), values, "percent") if values else None


def _read_cn_fraction(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    whole, _, part = match[0].partition("分之")
    values = _value(part), _value(whole)
    return _share(match.start(), match.end(), values[0], values[1]) if values[0] and values[1] else None


def _read_slash(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    part, whole = map(Decimal, match[0].split("/"))
    return _share(match.start(), match.end(), part, whole) if part < whole else _Name(match[0], match.end())


def _read_label(folded: str, match: _Match, tokens: list[_Token]) -> _Read:
    return _Name(match[0], match.end())


_SAME_READER = {"zh_half_of": "half", "zh_halved": "halved", "ratio_words": "ratio"}
_READERS: dict[str, Callable[[str, _Match, list[_Token]], _Read]] = {
    name: globals()[f"_read_{_SAME_READER.get(name, name)}"] for name in (*_AT_WORD, *_ELSEWHERE)
}


# What the words around say ---------------------------------------------------------------------------------------------


def _pair(folded: str, tokens: list[_Token]) -> None:
    """Join "3-5" into one figure, and tell "from 50%" from "to 68%"."""
    for left, right in pairwise(tokens):
        if not left.values or right.start < left.end or right.start - left.end > _GAP:
            continue
        gap = folded[left.end : right.start]
        started = _FROM.search(folded, max(0, left.start - 14), left.start) is not None
        joined = not gap and folded[right.start] == "-"
        between = gap.strip() == "and" and _BETWEEN.search(folded, max(0, left.start - 24), left.start) is not None
        if _ARROW.fullmatch(gap) or (_TO.fullmatch(gap) and (started or _MOVED.search(gap))):
            _change(left, right, Role.FROM, Role.TO)
        elif _BACK_FROM.fullmatch(gap) and _TO_BEFORE.search(folded, max(0, left.start - 14), left.start):
            _change(left, right, Role.TO, Role.FROM)
        elif (joined or between or _RANGE.fullmatch(gap)) and _one_range(left, right):
            right.values = [*left.values, *right.values]
            right.start = left.start
            right.bound = right.bound or left.bound
            right.direction = right.direction or left.direction
            left.values = []


def _change(left: _Token, right: _Token, left_role: Role, right_role: Role) -> None:
    left.unit, right.unit = left.unit or right.unit, right.unit or left.unit
    if left.unit == right.unit or "" in (left.unit, right.unit):
        left.role, right.role = left_role, right_role


def _one_range(left: _Token, right: _Token) -> bool:
    """Whether two numbers bound one range; the first then has the unit and scale of the second."""
    if len(left.values) != 1 or len(right.values) != 1 or left.unit not in (None, "", right.unit):
        return False
    if right.unit in _UNDIRECTED or left.role:
        return False
    if left.scale == 1 and right.scale > 1 and not left.unit and left.values[0] < (right.mantissa or 0):
        left.values = [left.values[0] * right.scale]
    return left.values[0] < right.values[0]


def _bound(folded: str, tokens: list[_Token]) -> None:
    for token in tokens:
        if token.bound:
            continue
        if match := _BEFORE.search(folded, max(0, token.start - _BEFORE_WINDOW), token.start):
            if not (token.unit in _TIME and _LOOSE.match(match[0])):
                token.bound = Bound(match.lastgroup or "")
        if token.bound is None and (match := _AFTER.match(folded, token.end)):
            token.bound = Bound(match.lastgroup or "")


def _direct(folded: str, tokens: list[_Token]) -> None:
    """Give each figure the direction of the nearest such word in its clause."""
    words = _direction_words(folded) if tokens else ()
    if not words:
        return
    ends = [match.start() for match in _CLAUSE_END.finditer(folded)]
    for token in tokens:
        period = token.unit in _TIME and token.values == [1]
        if token.direction or token.unit in _UNDIRECTED or period:
            continue
        place = bisect(ends, token.start)
        opens = ends[place - 1] if place else -1
        closes = ends[bisect(ends, token.end - 1)] if ends and token.end - 1 < ends[-1] else len(folded)
        distances = [
            (max(token.start - word.end, word.start - token.end), word.direction)
            for word in words
            if opens < word.start < closes
        ]
        distance, direction = min(distances, default=(_REACH, None))
        if distance < _REACH:
            token.direction = direction
