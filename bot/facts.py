"""What people say about themselves: a message in, the facts it states of its writer out.

A number is marked by one character and a place by another, so that the patterns of ``facts.yaml`` find the words
around them. Whose fact it is, is told by the nearest word before it that names a holder: 我 and "my rent" are the
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

_BARE, _AGED, _REST = (0xE000, 0xE0FF), (0xE100, 0xE1FF), "\ue3ff"
_PLACE, _HAN_PLACE, _PLACE_REST = "\ue400", "\ue401", "\ue402"
_MARK, _MARK_LIKE = re.compile("[\ue000-\ue1ff]"), re.compile("[\ue000-\ue402]")
_HAN, _LATIN = re.compile("[\u4e00-\u9fff\ue401]"), re.compile("[a-z]")
_LANGUAGES = ("zh", "en")
# In a pattern, ^ and $ are the bounds of a clause.
_OPENS = "(?:^|(?<=[,，、。；;!！?？\n(:])\\s?|(?<=\\.\\s)|(?<=[\u4e00-\u9fff\ue3ff-\ue402]\\s))"
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
    words["F"] = f"([{chr(_BARE[0])}-{chr(_BARE[1])}]){_REST}*+"
    words["A"] = f"([{chr(_AGED[0])}-{chr(_AGED[1])}]){_REST}*+"
    words["P"] = f"[{_PLACE}{_HAN_PLACE}]{_PLACE_REST}*+"
    words["ACTIVITY"] = _any(activities)
    # 做公务员的朋友 is a friend
    whose = "(?![^，。]{0,4}的(?:‹KIN›|[人男女]))" if language == "zh" else ""
    words["INDUSTRY"] = f"(?P<industry>{_any(industries)}){whose}"
    before = {
        "zh": r"[^\W的在是做当干搞从事了我想找和跟个名位岁年月这那写都也就还又去到来有没不给让]{0,6}?",
        "en": r"(?:[a-z][a-z+/-]*[ ]){0,3}?",
    }[language]
    # 客服主管, nurse manager
    again = f"{_any(titles)}?" if language == "zh" else f"(?:[ ]{_any(titles)})?"
    words["TITLE"] = f"(?P<work>{before}{_any(titles)}{again})" + (whose or r"(?![a-z])")
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
    CHILDREN = "children_of_theirs"
    HYPOTHETICAL = "hypothetical"
    HEARSAY = "hearsay"
    PAST = "past"
    WISH = "wish"
    ELSEWHERE = "elsewhere"
    SPEAKER = "speaker"
    FORGETTING = "forget"


_KEPT = frozenset({_Holder.PARTNERS_KIN, _Holder.OTHER, _Holder.OFFER, _Holder.HYPOTHETICAL})
_RELATED = frozenset({_Holder.FAMILY, _Holder.CHILDREN})
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
    r"[,，、：()]\s*|(?<=[\u4e00-\u9fff\ue000-\ue401])\s+(?=[\u4e00-\u9fff\ue000-\ue1ff\ue400\ue401])"
    r"|(?<!what)\s(?=(?:but|while|whereas|although|though|because|so|if|and (?:i|my|we|have|has|the|now)|then)\b)"
    r"|\s[-–—]\s"
    r"|(?<=[\u4e00-\u9fff\ue3ff])(?=(?:但是?|可是|不过|然后|而我|我现在))"
)
# After somebody of the family these are taken for them.
_PRONOUN = re.compile(r"(?:s?he|his|her)\b|[他她]")


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
        marked = _mark_places(text, marked)
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

    def said_before(self, place: int) -> str:
        """The clause before that of the place."""
        start = self.clause(place).start
        return self.clause(start - 1).text if start else ""

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
        while end < len(self.marked) and self.marked[end] == _REST:
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
    kept, related = base, None
    for left, right in pairwise(bounds):
        text = marked[left:right].rstrip(" ,，、。.;；!！?？\n")
        here = [(place, holder) for place, holder in words if left <= place < right]
        supposed = kept is _Holder.HYPOTHETICAL and not _says("resets", text)
        current = kept
        turns.append((left - 1, kept))
        for place, named in here:
            holder = related if related and _PRONOUN.match(marked, place) else named
            # 隔壁家儿子, a friend and the kids
            if holder in _RELATED and current is _Holder.OTHER and not _says("speaker", marked[place : place + 3]):
                holder = _Holder.OTHER
            related = holder if holder in _RELATED else related
            supposed = supposed or holder is _Holder.HYPOTHETICAL
            current = _Holder.HYPOTHETICAL if supposed else holder
            turns.append((place, current))
        own = any(holder in (_Holder.SPEAKER, *_RELATED, _Holder.OTHER) for _, holder in here)
        clauses.append(_Clause(left, right, text, not own and _says("question", marked[left:right])))
        if here and current is _Holder.FAMILY and _MARK.search(marked, here[-1][0], right):
            kept = current
        elif current in _KEPT:
            # "If I went home, the pay …": what follows a bare condition is of there, not of now.
            kept = current if current is not _Holder.HYPOTHETICAL or _MARK.search(text) else _Holder.ELSEWHERE
        elif any(holder is _Holder.SPEAKER for _, holder in here):
            kept = _Holder.SPEAKER if base is not _Holder.HEARSAY else base
        elif kept is _Holder.HYPOTHETICAL and not supposed:
            kept = base


# --- numbers ---

# Each way of writing, and the same in as many characters: 1.5w, 20 grand, 8k5, 一万五六 (its lower end), 二十七八;
# figures takes the 一 of 只有一万二 and 三千三一个月 for an article; 三十来个 of money is 三十来万.
_CHAT = (
    (re.compile(r"(?<=[\d一二两三四五六七八九十百半])(\s?)w(?![a-z])"), r"\1万"),
    (re.compile(r"(?<=\d)(\s?)grand\b"), r"\1k    "),
    (re.compile(r"(?<![\d.])(\d)([k千])(\d)(?![\d.,]|\s?[k千万])"), r"\1.\3\2"),
    (re.compile(r"有(?=一[百千万])"), "是"),
    (re.compile(r"(?<=[百千万][一二三四五六七八九])一个月"), "每个月"),
    (re.compile(r"(?<![\d一二两三四五六七八九十百几])(?:万把|小万)"), "一万"),
    (re.compile(r"(?<![\d一二两三四五六七八九十百几])千把"), "一千"),
    (re.compile(r"(?:(?<=\d\d)|(?<=[十百来]))个(?=$|[,，。;；！吧的了左税])"), "万"),
    (re.compile(r"(?<=[万千百十])([一二三四五六七八九])[一二三四五六七八九](?![百千万十个年月次])"), r"\1 "),
)
# 26yo and 28F are 26岁 and 28岁.
_YEARS_OLD = re.compile(
    r"(?<![\d.,])([1-7]\d)(?:(\s?/?\s?(?:yo|y/o|yrs? old))\b"
    r"|(?:(?<=^..)|(?<=[,，(;]..)|(?<=[,，(;]\s..)|(?<=i'm ..)|(?<=im ..))(\s?/?\s?[fm])(?=$|[\s,.;!?)，。]))"
)
_FOREIGN = re.compile(r"\s?(?:usd|dollars?|hkd|euros?|pounds|美元|美金|美刀|刀|港币|欧元|英镑|日元)")


def _plain(folded: str) -> str:
    """Ways of writing a number that people use in chat, in ways that figures know; of the same length."""
    text = _MARK_LIKE.sub(" ", folded)
    for written, plain in _CHAT:
        text = written.sub(plain, text)
    return _YEARS_OLD.sub(lambda found: (f"{found[1]}岁" + _REST * len(found[0]))[: len(found[0])], text)


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
        parts += [plain[last : figure.start], mark, _REST * (figure.end - figure.start - 1)]
        last = figure.end
    return "".join([*parts, plain[last:]]), numbers


def _mark_places(text: str, marked: str) -> str:
    for mention in find_places(text):
        start, end = mention.start, mention.end - text.endswith(("籍", "户"), mention.start, mention.end)
        if mention.place.kind in ("city", "county", "province") and not _MARK_LIKE.search(marked, start, end):
            mark = _HAN_PLACE if _HAN.search(text, start, end) else _PLACE
            marked = marked[:start] + mark + _PLACE_REST * (end - start - 1) + marked[end:]
    return marked


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
    not_own = {mark for match in message.find("not_age") for mark in match.groups()}
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
            if value in _AGES and said not in not_own and message.holder(place) in _OWN_AGE:
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
# Who names so much and no month speaks of a year.
_LEAST_A_YEAR = 150_000
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
            value = float(message.value(right))
            if name != "savings" and _is_yearly(message, start, mark):
                # 年薪40 and 年包45个 are of ten thousands.
                value = round((value * 10_000 if value < 1000 else value) / 12, 2)
            if bounds[0] <= value <= bounds[1]:
                yield value, start, mark


def _is_yearly(message: _Message, start: int, mark: str) -> bool:
    place = message.place(mark)
    before = message.marked[max(message.clause(place).start, start - 8) : place]
    if message.follows("yearly_after", mark) or _says("yearly_before", before):
        return True
    return message.value(mark) >= _LEAST_A_YEAR and not _says("monthly", message.clause(place).text)


def _rent(message: _Message) -> float | None:
    return next((value for value, _, _ in _amounts(message, "rent", _RENTS)), None)


def _savings(message: _Message) -> float | None:
    none = any(message.is_own(match.start(), _HOME) for match in message.find("no_savings"))
    return next((value for value, _, _ in _amounts(message, "savings", _SAVED)), 0.0 if none else None)


def _salary(message: _Message) -> _Pay | None:
    for name in ("salary", "salary_alone", "salary_bare"):
        for value, start, mark in _amounts(message, name, _PAY):
            place = message.place(mark)
            before = message.marked[message.clause(place).start : place]
            with_last = before if _says("speaker", before) else message.said_before(place) + before
            if _says("combined", with_last) or message.follows("combined_after", mark):
                continue
            if name == "salary" or (_lists(message, place) if name == "salary_bare" else not _says("not_pay", before)):
                return _Pay(value, _before_tax(message, start, mark))
    return None


def _lists(message: _Message, place: int) -> bool:
    """Whether the clause goes on from one on the writer, in a message that says who they are: nurse, Wuhan, 9k."""
    start = message.clause(place).start
    goes_on = start > 0 and message.is_own(start - 1)
    return goes_on and any(_own(message, name, _OWN) for name in ("age", "working", "doing"))


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

_LONGEST_WORK = 32
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
    if folded.endswith(_SCHOLARS) and (study := _FIELD.match(message.marked, end)):
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
    return [match for match in message.find(name) if message.is_own(match.start(match.lastindex or 0), allowed)]


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
