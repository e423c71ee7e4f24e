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
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from knowledge.numbers import TIME, WORDS, Bound, Direction, Role, Token, read_numbers
from knowledge.script import simplified

__all__ = [
    "Bound", "Direction", "DirectionWord", "Figure", "Key", "Role", "direction_words", "figure_keys", "figures", "fold",
    "numbered_names", "unread_numerals",
]  # fmt: skip


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
        return self.unit in TIME and self.values == (_ONE,)


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


def unread_numerals(text: str) -> tuple[str, ...]:
    """Numerals that are neither read as figures nor as names: ②, XXIV%, more digits than anybody cites."""
    return _scan(text)[2]


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
        and (figure.values != (_ONE,) or figure.key.kind != "number" or figure.unit == "yuan")
        and not any(start <= figure.start < end for start, end in glosses)
    )


# --- comparing ---

_ONE = Decimal(1)
# What a unit compares as, and how many of that it is. A unit that is not here is yuan or counts things.
_KINDS = {
    "year": ("month", 12), "quarter": ("month", 3), "month": ("month", 1), "week": ("day", 7), "day": ("day", 1),
    "hour": ("minute", 60), "minute": ("minute", 1), "kilometre": ("metre", 1000), "metre": ("metre", 1),
}  # fmt: skip
_KINDS |= {
    unit: (unit, 1)
    for unit in (
        *("percent", "percentage_point", "times", "ratio", "ordinal", "decade", "clock", "second", "mu"),
        *("dollar", "hong_kong_dollar", "euro", "pound", "yen"),
        *("calendar_year", "calendar_month", "calendar_day", "square_metre", "square_kilometre", "tonne"),
    )
}
# A unit as written that is so many of another.
_MULTIPLES_OF = {"tenth": ("percent", 10), "ten years": ("year", 10)}

# What a bracket explains after a number everybody knows, as in 996 (nine to nine, six days a week).
_GLOSS = re.compile(r"(?<!\d)(?:996|985|211|007)\s?\([^()]{0,80}\)")

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


# Digits in any script, enclosed digits, fractions, and Roman numerals before a percent sign.
_NUMERAL = re.compile(
    r"(?:\d|[¼-¾\u2150-\u218b\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289])+"
    r"|(?<![a-z])[ivxlcdm]+(?=\s?%|\sper\s?cent(?!age))"
)


def fold(text: str) -> str:
    """The text in simplified characters, ASCII digits and lower case, of the same length."""
    return simplified(text).translate(_LOOKALIKES)


@lru_cache(maxsize=8192)
def _scan(text: str) -> tuple[tuple[Figure, ...], tuple[str, ...], tuple[str, ...]]:
    folded = fold(text)
    tokens, names, named = read_numbers(folded)
    read = sorted([*((token.start, token.end) for token in tokens), *named])
    starts = [start for start, _ in read]
    unread = [
        match[0]
        for match in _NUMERAL.finditer(folded)
        if not (at := bisect(starts, match.start())) or read[at - 1][1] <= match.start()
    ]
    _pair(folded, tokens)
    tokens = [token for token in tokens if token.values]
    _bound(folded, tokens)
    _direct(folded, tokens)
    _size(folded, tokens)
    return tuple(_figure(text, token) for token in tokens), tuple(names), tuple(unread)


def _figure(text: str, token: Token) -> Figure:
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
        DirectionWord(
            Direction((match.lastgroup or "").removesuffix("_en").removesuffix("_zh")), match.start(), match.end()
        )
        for match in _DIRECTIONS.finditer(folded)
        if not _NOT.search(folded, max(0, match.start() - 12), match.start())
    )


# --- what the words around say ---


def _regex(words: str) -> str:
    return "|".join(word.replace("_", r"\s") for word in words.split())


def _either(words: Mapping[Bound, str]) -> str:
    return "|".join(f"(?P<{bound}>{_regex(words[bound])})" for bound in words)


_BEFORE = re.compile(
    rf"(?<![a-z])(?:{_either(WORDS.bounds_before)})[了达]?(?:[\u4e00-\u9fff]{{1,8}}的)?\s?(?:an?\s|the\s|some\s)?\Z"
)
_AFTER = re.compile(rf"[\s-]?(?:{_either(WORDS.bounds_after)})(?![a-z])")
_BEFORE_WINDOW = 20
# "over three years" may mean during them, and 近三年 the last three.
_LOOSE = re.compile(r"(?<![a-z])over\s|近")

_LOOKAROUND = re.compile(r"\(\?<[^)]*\)")


def _direction_words_in(language: str, direction: Direction) -> str:
    """One alternative of the regular expression below; what its words begin with goes first, for speed."""
    words = [
        word for word in WORDS.directions[direction].split() if (_LATIN.search(word) is not None) is (language == "en")
    ]
    initials = "".join(sorted({_LOOKAROUND.sub("", word)[0] for word in words}))
    edges = (r"(?<![a-z])", r"(?![a-z])") if language == "en" else ("", "")
    return rf"{edges[0]}(?=[{initials}])(?P<{direction}_{language}>(?:{_regex(' '.join(words))}){edges[1]})"


_LATIN = re.compile(r"(?<!\\)[a-z]{2}")
_DIRECTIONS = re.compile("|".join(_direction_words_in(language, way) for language in ("zh", "en") for way in Direction))
_NOT = re.compile(r"(?:\b(?:not|never|no|nor|without)\s(?:[a-z]+\s)?|n't\s|[不没未别](?:再|有|会|能)?)\Z")
_CLAUSE_END = re.compile(r"[，；。！？;!?\n()]|,(?!\d{3})|\.(?!\d)|:(?!\d)")
_UNDIRECTED = frozenset({"calendar_year", "calendar_month", "calendar_day", "ordinal", "clock", "decade", "ratio"})
_REACH, _NEAR = 60, 8

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


def _pair(folded: str, tokens: list[Token]) -> None:
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


def _change(left: Token, right: Token, left_role: Role, right_role: Role) -> None:
    left.unit, right.unit = left.unit or right.unit, right.unit or left.unit
    if left.unit == right.unit or "" in (left.unit, right.unit):
        left.role, right.role = left_role, right_role


def _one_range(left: Token, right: Token) -> bool:
    """Whether two numbers bound one range; the first then has the unit and scale of the second."""
    if len(left.values) != 1 or len(right.values) != 1 or left.unit not in (None, "", right.unit):
        return False
    if right.unit in _UNDIRECTED or left.role:
        return False
    if left.scale == 1 and right.scale > 1 and not left.unit and left.values[0] < (right.mantissa or 0):
        left.values = [left.values[0] * right.scale]
    return left.values[0] < right.values[0]


def _bound(folded: str, tokens: list[Token]) -> None:
    for token in tokens:
        if token.bound:
            continue
        match = _BEFORE.search(folded, max(0, token.start - _BEFORE_WINDOW), token.start)
        if match is None or (token.unit in TIME and _LOOSE.match(match[0])):
            match = _AFTER.match(folded, token.end)
        token.bound = Bound(match.lastgroup or "") if match else None


def _direct(folded: str, tokens: list[Token]) -> None:
    """Give each figure the direction of the nearest such word in its clause."""
    words = _direction_words(folded) if tokens else ()
    if not words:
        return
    ends = [match.start() for match in _CLAUSE_END.finditer(folded)]
    starts = [word.start for word in words]
    for token in tokens:
        if token.direction or token.unit in _UNDIRECTED or (token.unit in TIME and token.values == [_ONE]):
            continue
        before, after = bisect(ends, token.start), bisect(ends, token.end - 1)
        opens = ends[before - 1] if before else -1
        closes = ends[after] if after < len(ends) else len(folded)
        near = words[bisect(starts, max(opens, token.start - _REACH)) : bisect(starts, min(closes, token.end + _REACH))]
        distances = [(_distance(token, word), word.direction) for word in near if word.end <= closes]
        distance, direction = min(distances, default=(_REACH, None))
        if distance < _REACH:
            token.direction = direction


# "fell to 5%" and "fell by 5%"; 比上海低65% and "65% below" are differences too.
_TO_SIZE = re.compile(
    r"(?:(?<!达)到了?|至|[成为])(?:大?约|将?近|超过?|不到|不足|仅)?\s?\Z"
    r"|(?<!up\s)(?<!close\s)(?<!due\s)(?<!compared\s)(?<!relative\s)\bto\s(?:[a-z]+\s){0,2}\Z"
)
_BY_SIZE = re.compile(
    rf"(?:{_regex(WORDS.differences_before)})[了出]?(?:大?约|将?近|超过?|不到|不足|至少|最多|最高|逾)?\s?\Z"
    r"|\bby\s(?:[a-z]+\s){0,2}\Z"
)
_BY_AFTER = re.compile(rf"\s(?:{_regex(WORDS.differences_after)})(?![a-z])")
_TIMES_AFTER = re.compile(rf"\s(?:{_regex(WORDS.times_after)})(?![a-z])")
_SIZED = frozenset({"percent", "percentage_point", "times", "person", "yuan", None})


def _size(folded: str, tokens: list[Token]) -> None:
    """Tell what something changed to from what it changed by."""
    for token in tokens:
        if token.role or token.unit not in _SIZED:
            continue
        after = _TIMES_AFTER if token.unit == "times" else _BY_AFTER
        window = max(0, token.start - _BEFORE_WINDOW)
        by = _BY_SIZE.search(folded, window, token.start)
        if after.match(folded, token.end) or (by and (token.direction or not by[0].startswith("by"))):
            token.role = Role.BY
        elif (
            token.direction
            and not _CLAUSE_END.search(folded, window, token.start)
            and _TO_SIZE.search(folded, window, token.start)
        ):
            token.role = Role.TO


def _distance(token: Token, word: DirectionWord) -> int:
    """In characters; a length of time itself changes only where the word is before it (缩短2.4年) or 2.4 years less."""
    gap = word.start - token.end
    if token.unit in TIME and not (token.start - word.end <= _NEAR if gap < 0 else gap == 1):
        return _REACH
    return max(token.start - word.end, gap)
