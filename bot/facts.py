"""What people say about themselves: a message in, the facts it states of its writer out.

A number is marked by one character, so that the patterns of ``facts.yaml`` find the words around it and the figure
parser reads it. Whose fact it is, is told by the nearest word before it that names a holder: 我 and "my rent" are the
writer's, while a colleague's age, an article's example, an offer or an "if" is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

import yaml

from bot.turn import Facts
from knowledge.figures import Figure, figures, fold
from knowledge.places import find_places
from knowledge.script import language_of


def read_facts(text: str, today: date | None = None) -> Facts:
    """The facts that a message in Chinese or English states of its writer; never raises.

    Numbers are rounded as said: 快四十 is 40, 三十出头 30, 二十七八 27, 两万出头 20,000, "late twenties" 28; a range
    gives its lower end, a decade of birth its middle. ``today`` tells an age from a year of birth.
    """
    message = _Message.of(text)
    rent, savings, salary, age = _rent(message), _savings(message), _salary(message), _age(message, today)
    work = _work(message)
    for mark in message.unsaid_corrections():
        value = message.value(mark)
        if age is None and value in _AGES:
            age = int(value)
        elif value >= _LEAST_PAY and salary is None:
            salary = _Pay(float(value), None)
    return Facts(
        age=age,
        work=work,
        industry=_industry(message, work),
        salary=salary.amount if salary else None,
        salary_before_tax=salary.before_tax if salary else None,
        rent=rent,
        savings=savings,
        partner=_partner(message),
        children=_children(message),
        parents=_parents(message),
        connections=_either(message, "connected", "not_connected", _ANYONE),
        hukou=_hukou(message),
        remote_work=_either(message, "remote", "not_remote"),
        risk={True: "high", False: "low", None: None}[_either(message, "risk_high", "risk_low")],
    )


def forgotten(text: str) -> frozenset[str]:
    """The fields that a message asks to be forgotten: those of ``Facts``, origin, destination and home_town."""
    folded = fold(text)
    fields = _table()["fields"]
    asked = [match[1] for match in _find("forget", folded) if not _says("not_forget", folded)]
    named = {name for words in asked for name in fields if _compiled(("fields", name)).search(words)}
    if not named and any(_says("everything", words) for words in asked):
        return frozenset(fields)
    return frozenset(named)


# --- patterns ---

_BARE, _AGED, _REST = (0xE000, 0xE0FF), (0xE100, 0xE1FF), 0xE3FF
_MARK, _MARK_LIKE = re.compile("[\ue000-\ue1ff]"), re.compile("[\ue000-\ue3ff]")
_HAN, _LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[a-z]")
_LANGUAGES = ("zh", "en")
# In a pattern, ^ and $ are the bounds of a clause.
_OPENS = "(?:^|(?<=[,，、。；;!！?？\n(:])\\s?|(?<=\\.\\s)|(?<=[\u4e00-\u9fff\ue3ff]\\s))"
_CLOSES = "(?=\\Z|[,，、。；;.!！?？\n)])"


@cache
def _table() -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml.load(files(__package__).joinpath("facts.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return loaded


@cache
def _words(language: str) -> dict[str, str]:
    """What stands for each name in ‹›."""
    table = _table()
    words = {key: value if isinstance(value, str) else value[language] for key, value in table["words"].items()}
    titles, activities = table["titles"][language], table["activities"][language]
    industries = [_whole(word) for each in table["industries"] for word in each["words"][language]]
    words["F"] = f"([{chr(_BARE[0])}-{chr(_BARE[1])}]){chr(_REST)}*+"
    words["A"] = f"([{chr(_AGED[0])}-{chr(_AGED[1])}]){chr(_REST)}*+"
    words["ACTIVITY"] = _any(activities)
    words["INDUSTRY"] = f"(?P<industry>{_any(industries)})"
    before = (
        r"[^\W的在是做当干了我想找和个名位岁年月这那写]{0,6}?" if language == "zh" else r"(?:[a-z][a-z+/-]*[ ]){0,3}?"
    )
    words["TITLE"] = f"(?P<work>{before}{_any(titles)})" + ("" if language == "zh" else r"(?![a-z])")
    return words


def _whole(word: str) -> str:
    return rf"(?<![a-z]){word}(?![a-z])" if word[0].isascii() else word


def _any(words: list[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


@cache
def _patterns(name: str, language: str) -> tuple[re.Pattern[str], ...]:
    words = _words(language)

    def spelled(pattern: str) -> str:
        while "‹" in pattern:
            pattern = re.sub("‹([A-Z]+)›", lambda match: words[match[1]], pattern)
        return pattern.replace("^", _OPENS).replace("[" + _OPENS, "[^").replace("$", _CLOSES)

    flags = re.ASCII if language == "en" else 0
    return tuple(re.compile(spelled(pattern), flags) for pattern in _table()[name][language])


@cache
def _compiled(path: tuple[str, str]) -> re.Pattern[str]:
    entry = _table()[path[0]][path[1]]
    english = "|".join(entry["en"])
    return re.compile("|".join([*entry["zh"], rf"\b(?:{english})\b"]), re.ASCII)


def _find(name: str, text: str) -> list[re.Match[str]]:
    """The matches of that name's patterns, in reading order."""
    found = [
        match
        for language, script in zip(_LANGUAGES, (_HAN, _LATIN), strict=True)
        if script.search(text)
        for pattern in _patterns(name, language)
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda match: (match.start(), -match.end()))


def _says(name: str, text: str) -> bool:
    return any(pattern.search(text) for language in _LANGUAGES for pattern in _patterns(name, language))


# --- whose ---


class _Holder(StrEnum):
    """Whom or what a statement is about; in the order in which they are looked for at one place."""

    PARTNERS_KIN = "partners_kin"
    OFFER = "offer"
    OTHER = "other"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    HEARSAY = "hearsay"
    PAST = "past"
    WISH = "wish"
    ELSEWHERE = "elsewhere"
    SPEAKER = "speaker"
    FORGETTING = "forget"


_KEPT = frozenset({_Holder.PARTNERS_KIN, _Holder.OTHER, _Holder.OFFER, _Holder.HYPOTHETICAL})
_OWN = frozenset({_Holder.SPEAKER})
_PRESENT = frozenset({_Holder.SPEAKER, _Holder.OFFER, _Holder.ELSEWHERE})
_OWN_AGE = frozenset({_Holder.SPEAKER, _Holder.OFFER, _Holder.ELSEWHERE, _Holder.WISH})
_HOME = frozenset(_Holder) - {
    _Holder.PARTNERS_KIN, _Holder.OTHER, _Holder.HYPOTHETICAL, _Holder.HEARSAY, _Holder.PAST, _Holder.FORGETTING
}  # fmt: skip
_MINE = _HOME - {_Holder.FAMILY}
_ANYONE = _HOME | {_Holder.OTHER}

_SENTENCE = re.compile(r"[^。!！?？\n；;]+(?:[。!！?？\n；;]+|$)")
_STOP = re.compile(r"\.(?=\s|$)")
_CLAUSE = re.compile(
    r"[,，、：()]\s*|(?<=[\u4e00-\u9fff\ue000-\ue3ff])\s+(?=[\u4e00-\u9fff\ue000-\ue1ff])"
    r"|\s(?=(?:but|while|whereas|although|though|because|so|if|and (?:i|my|we|have|has|the|now)|then)\b)|\s[-–—]\s"
    r"|(?<=[\u4e00-\u9fff\ue3ff])(?=(?:但是?|可是|不过|然后|而我|我现在))"
)


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    text: str
    asks: bool


@cache
def _holders(language: str) -> re.Pattern[str]:
    groups = "|".join(
        f"(?P<{holder}>{'|'.join(f'(?:{pattern.pattern})' for pattern in _patterns(holder, language))})"
        for holder in _Holder
        if holder is not _Holder.FORGETTING
    )
    return re.compile(groups, re.ASCII if language == "en" else 0)


@dataclass(frozen=True)
class _Message:
    """A message with its numbers marked, its clauses, and from which place on it is about whom."""

    text: str
    marked: str
    numbers: Mapping[str, Decimal]
    clauses: tuple[_Clause, ...]
    turns: tuple[tuple[int, _Holder], ...]
    corrected: Mapping[str, str]
    claimed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str) -> _Message:
        plain = _plain(fold(text))
        marked, numbers = _mark(plain)
        clauses: list[_Clause] = []
        turns: list[tuple[int, _Holder]] = []
        for start, end in _spans(marked):
            _read_sentence(marked, start, end, clauses, turns)
        return cls(text, marked, numbers, tuple(clauses), tuple(turns), _corrections(marked))

    def holder(self, place: int) -> _Holder:
        """Whom a statement is about that begins there."""
        at = bisect_left(self.turns, (place,))
        return self.turns[at - 1][1] if at else _Holder.SPEAKER

    def clause(self, place: int) -> _Clause:
        at = bisect_right(self.clauses, place, key=lambda clause: clause.start)
        return self.clauses[at - 1] if at else _Clause(0, len(self.marked), self.marked, False)

    def value(self, mark: str) -> Decimal:
        return self.numbers[mark]

    def find(self, name: str) -> list[re.Match[str]]:
        return _find(name, self.marked)

    def place(self, mark: str) -> int:
        return self.marked.index(mark)

    def amounts(self, name: str) -> Iterator[tuple[int, str, str]]:
        """Where a match starts, its number, and the number that is meant; each number once for all fields."""
        for match in self.find(name):
            mark = next((group for group in match.groups() if group and _MARK.fullmatch(group)), None)
            if mark is not None and mark not in self.claimed:
                right = self.corrected.get(mark, mark)
                self.claimed.update((mark, right))
                yield match.start(), mark, right

    def is_own(self, place: int, allowed: frozenset[_Holder] = _OWN) -> bool:
        return self.holder(place) in allowed and not self.clause(place).asks

    def after(self, mark: str) -> int:
        end = self.place(mark) + 1
        while end < len(self.marked) and self.marked[end] == chr(_REST):
            end += 1
        return end

    def follows(self, name: str, mark: str) -> bool:
        end = self.after(mark)
        return any(pattern.match(self.marked, end) for language in _LANGUAGES for pattern in _patterns(name, language))

    def unsaid_corrections(self) -> list[str]:
        """The right numbers of corrections that name no field."""
        return [
            mark
            for mark in dict.fromkeys(self.corrected.values())
            if mark not in self.claimed and self.holder(self.place(mark)) is _Holder.SPEAKER
        ]


def _spans(marked: str) -> Iterator[tuple[int, int]]:
    for sentence in _SENTENCE.finditer(marked):
        start = sentence.start()
        for stop in _STOP.finditer(marked, start, sentence.end()):
            yield start, stop.end()
            start = stop.end()
        if start < sentence.end():
            yield start, sentence.end()


def _read_sentence(marked: str, start: int, end: int, clauses: list[_Clause], turns: list[tuple[int, _Holder]]) -> None:
    bounds = [start, *(m.end() for m in _CLAUSE.finditer(marked, start, end)), end]
    words: list[tuple[int, _Holder]] = sorted(
        (match.start(), _Holder(match.lastgroup or ""))
        for language in _LANGUAGES
        for match in _holders(language).finditer(marked, start, end)
        if match.lastgroup
    )
    for match in [] if _says("not_forget", marked) else _find("forget", marked[start:end]):
        words = [word for word in words if not match.start() <= word[0] - start < match.end()]
        words = sorted([*words, (start + match.start(), _Holder.FORGETTING)])
    base = _Holder.HEARSAY if any(holder is _Holder.HEARSAY for _, holder in words) else _Holder.SPEAKER
    kept = base
    for left, right in pairwise(bounds):
        text = marked[left:right].rstrip(" ,，、。.;；!！?？\n")
        here = [(place, holder) for place, holder in words if left <= place < right]
        supposed = kept is _Holder.HYPOTHETICAL and not _says("resets", text)
        current = kept
        turns.append((left - 1, kept))
        for place, holder in here:
            supposed = supposed or holder is _Holder.HYPOTHETICAL
            current = _Holder.HYPOTHETICAL if supposed else holder
            turns.append((place, current))
        own = any(holder in (_Holder.SPEAKER, _Holder.FAMILY, _Holder.OTHER) for _, holder in here)
        clauses.append(_Clause(left, right, text, not own and _says("question", marked[left:right])))
        if here and current is _Holder.FAMILY and _MARK.search(marked, here[-1][0], right):
            kept = current
        elif current in _KEPT:
            kept = current if current is not _Holder.HYPOTHETICAL or _MARK.search(text) else base
        elif any(holder is _Holder.SPEAKER for _, holder in here):
            kept = _Holder.SPEAKER if base is not _Holder.HEARSAY else base
        elif kept is _Holder.HYPOTHETICAL and not supposed:
            kept = base


# --- numbers ---

# Each way of writing, and the same in as many characters: 1.5w, 20 grand, 8k5, 一万五六 (its lower end), 二十七八;
# figures takes the 一 of 只有一万二 for an article.
_CHAT = (
    (re.compile(r"(?<=[\d一二两三四五六七八九十百半])(\s?)w(?![a-z])"), r"\1万"),
    (re.compile(r"(?<=\d)(\s?)grand\b"), r"\1k    "),
    (re.compile(r"(?<![\d.])(\d)([k千])(\d)(?![\d.,]|\s?[k千万])"), r"\1.\3\2"),
    (re.compile(r"有(?=一[百千万])"), "是"),
    (re.compile(r"(?<=[万千百十])([一二三四五六七八九])[一二三四五六七八九](?![百千万十])"), r"\1 "),
)
_FOREIGN = re.compile(r"\s?(?:usd|dollars?|hkd|euros?|pounds|美元|美金|美刀|刀|港币|欧元|英镑|日元)")


def _plain(folded: str) -> str:
    """Ways of writing a number that people use in chat, in ways that figures know; of the same length."""
    text = _MARK_LIKE.sub(" ", folded)
    for written, plain in _CHAT:
        text = written.sub(plain, text)
    return text


def _mark(plain: str) -> tuple[str, dict[str, Decimal]]:
    parts: list[str] = []
    numbers: dict[str, Decimal] = {}
    last = 0
    for figure in figures(plain):
        first, end = _AGED if figure.unit == "age" else _BARE
        mark = chr(first + len(numbers))
        if not _is_amount(figure, plain) or ord(mark) > end or figure.start < last:
            continue
        numbers[mark] = figure.values[0]
        parts += [plain[last : figure.start], mark, chr(_REST) * (figure.end - figure.start - 1)]
        last = figure.end
    return "".join([*parts, plain[last:]]), numbers


def _is_amount(figure: Figure, plain: str) -> bool:
    if figure.unit not in (None, "yuan", "age") or figure.text.startswith(("几", "幾", "several")):
        return False
    return plain[: figure.start].rstrip()[-1:] not in ("$", "€", "£") and not _FOREIGN.match(plain, figure.end)


def _corrections(marked: str) -> dict[str, str]:
    """Wrong numbers and the right ones that replace them; a right one alone stands for itself."""
    pairs = [match.groups()[:2] for match in _find("correction", marked)]
    pairs += [match.groups()[1::-1] for match in _find("correction_after", marked)]
    return {wrong or right: right for wrong, right in pairs if right}


# --- age ---

_AGES = range(15, 81)
_TENS = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60,
         "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}  # fmt: skip
_PARTS_OF_DECADE = {"early": 1, "mid": 5, "late": 8}
_DIGITS = str.maketrans("零一二三四五六七八九", "0123456789")


def _age(message: _Message, today: date | None) -> int | None:
    year = (today or date.today()).year
    for name, read in _AGE_READERS.items():
        for match in message.find(name):
            said = next(group for group in match.groups() if group)
            place = match.start(match.lastindex or 0)
            if _MARK.fullmatch(said):
                right = message.corrected.get(said, said)
                message.claimed.add(right)
                value = message.value(right)
            else:
                value = Decimal(read(said.translate(_DIGITS), year))
            if value in _AGES and message.holder(place) in _OWN_AGE:
                return int(value)
    return None


def _said_age(said: str, _year: int) -> int:
    return int(said)


def _since(said: str, year: int) -> int:
    born = int(said)
    return year - (born if born > 99 else born + (2000 if born <= year % 100 else 1900))


def _since_decade(said: str, year: int) -> int:
    """90后 are born from 1990 to 1999, 95后 from 1995 to 1999."""
    return _since(said, year) - (5 if said[-1] == "0" else 2)


def _near_decade(said: str, _year: int) -> int:
    return int(said) * 10


def _in_decade(said: str, _year: int) -> int:
    digits = re.search(r"\d0", said)
    tens = int(digits[0]) if digits else next(value for word, value in _TENS.items() if word in said)
    return tens + next((part for word, part in _PARTS_OF_DECADE.items() if word in said), 5)


_AGE_READERS: Mapping[str, Callable[[str, int], int]] = {
    "age": _said_age,
    "birth_year": _since,
    "decade": _in_decade,
    "near_decade": _near_decade,
    "birth_decade": _since_decade,
}

# --- money ---

_LEAST_PAY = 1000
_PAY, _RENTS, _SAVED = (500, 5_000_000), (100, 100_000), (1000, 1_000_000_000)
_TAX_REACH = 14


@dataclass(frozen=True, slots=True)
class _Pay:
    amount: float
    before_tax: bool | None


def _amounts(message: _Message, name: str, bounds: tuple[int, int]) -> Iterator[tuple[float, int, str]]:
    """The writer's plausible amounts, with where their pattern starts and their mark."""
    for start, mark, right in [*message.amounts(name)]:
        allowed = _PRESENT if message.follows("present_after", mark) else _OWN
        if message.is_own(message.place(mark), allowed) and not message.follows("after_offer", mark):
            value = float(message.numbers[right])
            if name != "savings" and _is_yearly(message, start, mark):
                value = round(value / 12, 2)
            if bounds[0] <= value <= bounds[1]:
                yield value, start, mark


def _is_yearly(message: _Message, start: int, mark: str) -> bool:
    place = message.place(mark)
    before = message.marked[max(message.clause(place).start, start - 8) : place]
    return message.follows("yearly_after", mark) or _says("yearly_before", before)


def _rent(message: _Message) -> float | None:
    return next((value for value, _, _ in _amounts(message, "rent", _RENTS)), None)


def _savings(message: _Message) -> float | None:
    none = any(message.is_own(match.start(), _HOME) for match in message.find("no_savings"))
    return next((value for value, _, _ in _amounts(message, "savings", _SAVED)), 0.0 if none else None)


def _salary(message: _Message) -> _Pay | None:
    for name in ("salary", "salary_alone"):
        for value, start, mark in _amounts(message, name, _PAY):
            place = message.place(mark)
            before = message.marked[message.clause(place).start : place]
            if not _says("combined", before) and not (name == "salary_alone" and _says("not_pay", before)):
                return _Pay(value, _before_tax(message, start, mark))
    return None


def _before_tax(message: _Message, start: int, mark: str) -> bool | None:
    """By the nearest word on tax in reach of the number that belongs to no other number."""
    place, end = message.place(mark), message.after(mark)
    left = max((m.end() for m in _MARK.finditer(message.marked, max(0, place - 40), place)), default=0)
    right = next((m.start() for m in _MARK.finditer(message.marked, end)), len(message.marked))
    left, right = max(left, min(start, place - _TAX_REACH)), min(right, end + _TAX_REACH + 8)
    found = [
        (max(place - word.end(), word.start() - end), name == "before_tax")
        for name in ("before_tax", "after_tax")
        for word in _find(name, message.marked[:right])
        if word.start() >= left
    ]
    return min(found)[1] if found else None


# --- work ---

_LONGEST_WORK = 24
_FIELD = re.compile(r" in ([a-z-]+(?: [a-z-]+)??)(?=$|[,.;!?]| (?:at|and|for|from|with) )")
_SCHOLARS = ("postdoc", "researcher", "professor", "lecturer", "phd student", "scientist")


def _work(message: _Message) -> str | None:
    for name in ("working", "doing"):
        for match in message.find(name):
            group = "work" if "work" in match.re.groupindex else (match.lastindex or 0)
            start, end = match.span(group)
            if message.is_own(start):
                title = _title(message, start, end)
                if title:
                    return title
    return None


def _title(message: _Message, start: int, end: int) -> str | None:
    folded = message.marked[start:end]
    while (stripped := _find("strip", folded)) and stripped[0].start() == 0:
        start += stripped[0].end()
        folded = message.marked[start:end]
    places = find_places(message.text[start:end])
    if places and places[0].start == 0:
        start += places[0].end
    if folded.endswith(_SCHOLARS) and (study := _FIELD.match(message.marked, end)) and not find_places(study[1]):
        end = study.end() if study.end() - start <= _LONGEST_WORK else end
    said = message.text[start:end].strip(" 的")
    return said if said and len(said) <= _LONGEST_WORK and not _says("not_titles", said.lower()) else None


def _industry(message: _Message, work: str | None) -> str | None:
    language = language_of(message.text)
    for match in message.find("in_industry"):
        if message.is_own(match.start("industry")):
            return _industry_named(match["industry"], language)
    return _industry_within(fold(work), language) if work else None


def _industry_named(said: str, language: str) -> str | None:
    return next(
        (str(each[language]) for each, pattern in _industry_words() if pattern.fullmatch(said)),
        None,
    )


def _industry_within(work: str, language: str) -> str | None:
    found = [
        (match.start() - match.end(), str(each[language]))
        for each, pattern in _industry_words()
        if not each.get("function") and (match := pattern.search(work))
    ]
    return min(found)[1] if found else None


@cache
def _industry_words() -> tuple[tuple[Mapping[str, Any], re.Pattern[str]], ...]:
    return tuple(
        (each, re.compile(_any([_whole(word) for language in _LANGUAGES for word in each["words"][language]])))
        for each in _table()["industries"]
    )


# --- the person ---


def _own(message: _Message, name: str, allowed: frozenset[_Holder] = _HOME) -> list[re.Match[str]]:
    return [match for match in message.find(name) if message.is_own(match.start(), allowed)]


def _apart(matches: list[re.Match[str]], others: list[re.Match[str]]) -> list[re.Match[str]]:
    """The matches that overlap none of the others."""
    return [m for m in matches if not any(o.start() < m.end() and m.start() < o.end() for o in others)]


def _either(message: _Message, yes: str, no: str, allowed: frozenset[_Holder] = _HOME) -> bool | None:
    denied = _own(message, no, allowed)
    stated = _apart(_own(message, yes, allowed), message.find(no))
    if not denied and not stated:
        return None
    return not denied or bool(stated and stated[-1].start() > denied[-1].start())


def _partner(message: _Message) -> bool | None:
    denied = message.find("alone")
    stated = _apart(_own(message, "with_partner"), [*denied, *message.find("not_partner"), *message.find("unmarried")])
    denied = [match for match in denied if message.is_own(match.start(), _HOME)]
    if denied:
        return bool(stated) and stated[-1].start() > denied[-1].end()
    return True if stated else (False if _own(message, "unmarried") else None)


def _children(message: _Message) -> bool | None:
    denied = message.find("childless")
    stated = _apart(_own(message, "with_children"), [*denied, *message.find("not_children")])
    if stated:
        return True
    return False if any(message.is_own(match.start(), _HOME) for match in denied) else None


def _parents(message: _Message) -> Literal["need_care", "well", "mentioned"] | None:
    not_theirs = message.find("not_parents")
    if _apart(_own(message, "parents_need_care"), not_theirs):
        return "need_care"
    if _apart(_own(message, "parents_well"), not_theirs):
        return "well"
    return "mentioned" if _apart(_own(message, "parents_mentioned"), not_theirs) else None


def _hukou(message: _Message) -> Literal["local", "not_local", "mentioned"] | None:
    denied = _own(message, "hukou_not_local", _MINE)
    if denied:
        return "not_local"
    if _apart(_own(message, "hukou_local", _MINE), message.find("hukou_not_local")):
        return "local"
    return "mentioned" if _own(message, "hukou_mentioned", _MINE) else None
