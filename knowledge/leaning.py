"""Which way a text leans for somebody in a big city, told by what it says of which place.

Three kinds of sign: advice and regret, two figures of the same thing in two places or before and after a move, and
what is said well or ill of a place. Advice goes before the rest. Signs that disagree make it neutral, unless three
times as many speak for one side: a stance the wrong way round does more harm than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

import yaml

from knowledge.figures import Direction, Figure, Role, figures
from knowledge.passage import Frozen, Language, Stance
from knowledge.places import FIRST_TIER, Tier, TierKind, find_groups, find_places, find_tiers, place
from knowledge.sentences import sentences

_BIG_KINDS = frozenset({TierKind.FIRST_TIER, TierKind.BIG_CITY})
_RANKS = {tier: rank for rank, tier in enumerate(reversed(Tier))}
_BIG_REGIONS = frozenset({"长三角", "珠三角"})
# Signs for one side that may be left aside where so many times as many speak for the other. Over 438 labelled texts
# 3 gave 250 stances, 12 of them wrong; 2 gave 4 more with 3 of them wrong, and 4 lost 3 that were right.
_OUTWEIGHED = 3
_COMPARED = 2
# In characters: figures further apart are of different things (50 lost 3 right stances of the 250, 200 added none),
# and those closer in value are the same.
_APART = 70
_ALIKE = 1.04
# How far a place stands from a figure or from what is done there: 10 lost 2 right stances, 80 added none.
_NEAR = 30
# How far back the words that bear on another are looked for: 6 lost 3 right stances, 40 added none.
_BEFORE = 24
_END = re.compile(r"[。；;！？!?\d]|\.(?=\s|$)")
_LEAST_MONEY = 100
_CLAUSE = re.compile(r"[，,；;。！？!?]|\.(?=\s|$)|\b(?:and|but|against|while|with|whereas)\b")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_TO_BIG = {
    "zh": re.compile(r"(?:回到?了?|搬[到去回]了?|[又再]去了?|返回|调[到回])$"),
    "en": re.compile(r"\b(?:back to|returned to|moved to|went to)\s$"),
}
_HERE = {
    "zh": re.compile(r"这里|这边|本地|当地|在这|此地|小城|老家|家乡"),
    "en": re.compile(r"\b(?:here|there|locally|at home|the city)\b", re.IGNORECASE),
}
_GOES = {"zh": re.compile(r"[去到往回]$"), "en": re.compile(r"\b(?:to|end up in)\s$")}
# Said of wherever people went, never of the big city that they left.
_OF_OTHERS = frozenset({"returns", "ending", "shrinking"})
_BY = re.compile(r"(?:少|多|低|高|减|涨|差|省)了?(?:大?约)?\s?$|\b(?:by|another|extra)\s$")
_STOP = re.compile(r"[，,；;：:。！？!?]|\.(?=\s|$)|\b(?:but|although|though)\b|但是?|不过")
_BUT = re.compile(r"但|不过|可是|只是|\b(?:but|though|although|yet)\b")
# Stands for the place named before it.
_SAID_BEFORE = re.compile(r"那[里边儿]|there", re.IGNORECASE)

_ORIGIN = {
    "zh": (
        re.compile(r"(?:从|来自|离开)(?:了|[\u4e00-\u9fff]{1,4}[、和])*$"),
        re.compile(r"[、\u4e00-\u9fff]{0,6}?(?:搬|回|来|到|迁|返|去|$)"),
    ),
    "en": (re.compile(r"\b(?:from|left|leaving) $"), re.compile(r"")),
}


def _is_origin(words: tuple[re.Pattern[str], re.Pattern[str]], text: str, start: int, end: int) -> bool:
    before, after = words
    return bool(before.search(text, max(0, start - _BEFORE), start) and after.match(text, end))


class Side(StrEnum):
    """Where somebody would leave, and where they would go."""

    BIG = "big"
    OTHER = "other"


class Sign(Frozen):
    """Something that speaks for leaving or for staying; ``kind`` is what it is, such as ``advice`` or ``networks``."""

    kind: str
    stance: Stance


class _Words(Frozen):
    ill: Mapping[str, str]
    well: Mapping[str, str]
    urged: str
    discouraged: str
    regret: str
    caution: str
    no_substitute: str
    defended: str
    acts: Mapping[str, str]
    nobody: str
    asked: str
    not_advice: str
    denied: str
    kinds: Mapping[str, str]
    change: str
    less: str
    more: str
    leaving: str
    moved: str
    parents: str


@cache
def _words(language: Language) -> _Words:
    table = yaml.load(files(__package__).joinpath("leaning.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return _Words.model_validate(table[language])


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


def signs(text: str, language: Language, *, home: str | None = None) -> tuple[Sign, ...]:
    """What speaks for leaving and for staying; ``home`` is the city that the document is about, if it has one."""
    reading = _Reading(text, language, home)
    found = dict.fromkeys([*reading.advice(), *reading.compared(), *reading.judged()])
    return tuple(found)


def weigh(found: Sequence[Sign], *, is_case: bool = False) -> Stance | None:
    """The stance that signs agree on: neutral where they do not, None where there are none."""
    advice = {sign.stance for sign in found if sign.kind == "advice"}
    if advice:
        told = advice - {Stance.NEUTRAL}
        return told.pop() if len(told) == 1 else Stance.NEUTRAL
    ends = any(sign.kind == "ending" for sign in found)
    strong = [s for s in found if s.kind not in {"leaving", "parents"} and not (ends and s.kind == "offered")]
    counts = {
        stance: sum(_COMPARED if sign.kind.startswith("compared") else 1 for sign in strong if sign.stance is stance)
        for stance in (Stance.LEAVE, Stance.STAY)
    }
    leave, stay = counts[Stance.LEAVE], counts[Stance.STAY]
    if leave and stay:
        if leave >= _OUTWEIGHED * stay:
            return Stance.LEAVE
        return Stance.STAY if stay >= _OUTWEIGHED * leave else Stance.NEUTRAL
    if leave or stay:
        return Stance.LEAVE if leave else Stance.STAY
    return Stance.LEAVE if is_case and any(sign.kind == "parents" for sign in found) else None


def is_leaving(text: str, language: Language) -> bool:
    """Whether somebody in it leaves a big city."""
    return bool(_pattern(_words(language).leaving).search(text))


class _Reading:
    """One text, with the places that its words are about."""

    def __init__(self, text: str, language: Language, home: str | None) -> None:
        self._text = text
        self._language: Language = language
        self._words = _words(language)
        self._figures = figures(text)
        self._sentences = sentences(text) or [(0, len(text))]
        named = [(m.start, m.end, m.place.id) for m in find_places(text)]
        sides = _sides([id_ for _, _, id_ in named], home)
        tiers = [(m.start, m.end, Side.BIG if m.kind in _BIG_KINDS else Side.OTHER) for m in find_tiers(text)]
        groups = [(g.start, g.end, Side.BIG) for g in find_groups(text) if set(g.members) <= set(FIRST_TIER)]
        here = [(*hit.span(), Side.OTHER) for hit in _HERE[language].finditer(text)]
        spans = [(start, end, sides[id_]) for start, end, id_ in named if id_ in sides]
        self._mentions = sorted([*spans, *tiers, *groups, *here])
        self._home = sides.get(home) if home else None
        cuts = (hit.end() for hit in _CLAUSE.finditer(text) if not self._in_number(hit))
        self._cuts = (0, *cuts, len(text))
        origin = _ORIGIN[language]
        # Whoever came from somewhere is elsewhere.
        self._about = [
            (start, end, Side.OTHER if side is Side.BIG and _is_origin(origin, text, start, end) else side)
            for start, end, side in self._mentions
        ]
        known = {side for _, _, side in [*self._mentions, *self._about]}
        self._default = Side.BIG if known == {Side.BIG} and home is None else Side.OTHER
        self._both = {Side.BIG, Side.OTHER} <= known | ({Side.OTHER} if home and home not in FIRST_TIER else set())

    # --- advice ---

    def advice(self) -> Iterator[Sign]:
        """Advice and regret, by where somebody would be; of no known place it is neutral."""
        told = _pattern(self._words.not_advice)
        text = told.sub(lambda hit: "□" * len(hit[0]), self._text)
        for start, end in self._sentences:
            yield from self._urged(text, start, end)
            yield from self._regretted(text, start, end)
            for hit in _pattern(self._words.caution).finditer(text, start, end):
                said = self._object(
                    text, hit.start("act") if hit["act"] else hit.end(), self._clause_end(hit.end(), end)
                )
                yield Sign(kind="advice", stance=_opposite(said) if said else Stance.STAY)
            for hit in _pattern(self._words.no_substitute).finditer(text, start, end):
                missed = self._missed(hit.start(), hit.end(), self._clause_end(hit.end(), end))
                if missed is not None:
                    yield Sign(kind="advice", stance=Stance.STAY if missed is Side.BIG else Stance.LEAVE)
            for hit in _pattern(self._words.defended).finditer(text, start, end):
                defended = self._told_before(text, start, hit.start())
                if defended is None and hit["retreat"] and self._home is not Side.OTHER:
                    defended = Stance.LEAVE
                if defended is not None:
                    yield Sign(kind="advice", stance=defended)

    def _urged(self, text: str, start: int, end: int) -> Iterator[Sign]:
        for words, is_for in ((self._words.urged, True), (self._words.discouraged, False)):
            for hit in _pattern(words).finditer(text, start, end):
                if _pattern(self._words.asked).search(text, max(start, hit.start() - _BEFORE), hit.start()):
                    continue
                said = self._object(text, hit.start("act"), self._clause_end(hit.end(), end))
                if said is not None:
                    agreed = is_for != self._is_of_nobody(text, start, hit.start())
                    yield Sign(kind="advice", stance=said if agreed else _opposite(said))
                elif not is_for:
                    yield Sign(kind="advice", stance=Stance.NEUTRAL)

    def _regretted(self, text: str, start: int, end: int) -> Iterator[Sign]:
        for hit in _pattern(self._words.regret).finditer(text, start, end):
            glad = bool(hit["not"]) or self._is_of_nobody(text, start, hit.start())
            if not hit["act"]:
                follows = text[hit.end() : hit.end() + _NEAR // 2]
                before = None if glad and _BUT.search(follows) else self._told_before(text, start, hit.start())
                if before:
                    yield Sign(kind="advice", stance=before if glad else _opposite(before))
                continue
            said = self._object(text, hit.start("act"), self._clause_end(hit.end(), end))
            if said is not None and glad == bool(hit["lacks"]):
                said = _opposite(said)
            yield Sign(kind="advice", stance=said or Stance.NEUTRAL)
            if said is Stance.STAY and not glad and not hit["lacks"]:
                yield Sign(kind="returns", stance=said)

    def _clause_end(self, start: int, end: int) -> int:
        stop = _STOP.search(self._text, start, end)
        return stop.start() if stop else end

    def _missed(self, start: int, end: int, clause_end: int) -> Side | None:
        """The place that nothing replaces: the first after the words that say so, or the last in them."""
        after = [m[2] for m in self._mentions if end <= m[0] and m[1] <= clause_end]
        inside = [m[2] for m in self._mentions if start <= m[0] and m[1] <= end]
        return next(iter([*after[:1], *inside[-1:]]), None)

    def _is_of_nobody(self, text: str, start: int, end: int) -> bool:
        """Whether it is nobody who does what follows, as in 'nobody should leave'."""
        return bool(_pattern(self._words.nobody).search(text, max(start, end - _BEFORE), end))

    def _object(self, text: str, start: int, end: int) -> Stance | None:
        """The stance of doing what begins there, by the first place after it in the clause."""
        found = next((m for m in self._mentions if start < m[0] and m[1] <= end), None)
        if found is not None:
            return self._done(text, start, found)
        # Whoever only comes does so to the city that the text is about, and goes back home where no big city is named.
        if self._home is not None and _pattern(self._words.acts["comes"]).match(text, start):
            return Stance.STAY if self._home is Side.BIG else Stance.LEAVE
        is_home = all(side is Side.OTHER for _, _, side in self._mentions)
        return Stance.LEAVE if is_home and _pattern(self._words.acts["returns"]).match(text, start) else None

    def _done(self, text: str, start: int, mention: tuple[int, int, Side]) -> Stance | None:
        """The stance of going to a place, leaving it or staying there, by the last such word before it."""
        acts = [
            (hit.start(), act)
            for act in ("stays", "goes", "leaves")
            if (hit := _pattern(self._words.acts[act]).search(text, max(start, mention[0] - _NEAR), mention[0]))
        ]
        if not acts:
            return None
        side = mention[2]
        if _SAID_BEFORE.fullmatch(text, mention[0], mention[1]):
            side = next((m[2] for m in reversed(self._mentions) if m[1] <= start and m[2] is Side.BIG), side)
        return Stance.STAY if (side is Side.BIG) == (max(acts)[1] != "leaves") else Stance.LEAVE

    def _told_before(self, text: str, start: int, end: int) -> Stance | None:
        """The stance of the last move told of before in the sentence, or of leaving where the text tells of that."""
        for mention in reversed([m for m in self._mentions if start <= m[0] and m[1] <= end]):
            if done := self._done(text, start, mention):
                return done
            if mention[2] is Side.OTHER:
                return Stance.LEAVE
        leaves = self._home is not Side.OTHER and _pattern(self._words.acts["goes away"]).search(text, start, end)
        return Stance.LEAVE if leaves or is_leaving(text, self._language) else None

    # --- comparisons ---

    def compared(self) -> Iterator[Sign]:
        """Figures of the same thing in two places, or before and after a move."""
        yield from self._pairs()
        yield from self._changes()
        yield from self._lesser()

    def _pairs(self) -> Iterator[Sign]:
        counted = [
            f
            for f in self._figures
            if len(f.values) == 1 and not f.period and f.role is not Role.BY and self._measure(f)
        ]
        counted = [f for f in counted if not _BY.search(self._text[max(0, f.start - 8) : f.start])]
        for left, right in pairwise(counted):
            if self._measure(left) != self._measure(right) or right.start - left.end > _APART:
                continue
            kind = self._kind(left, right)
            if kind is None:
                continue
            sides = self._sides_of(left, right)
            if sides is None:
                continue
            big, other = (left, right) if sides[0] is Side.BIG else (right, left)
            if sign := _better(kind, float(other.key.values[0]), float(big.key.values[0])):
                yield Sign(kind=f"compared {kind}", stance=sign)

    def _measure(self, figure: Figure) -> str | None:
        if figure.unit == "yuan" or (
            figure.unit is None and figure.values[0] >= _LEAST_MONEY and "%" not in figure.text
        ):
            return "money"
        return "time" if figure.unit in {"minute", "hour"} else None

    def _kind(self, left: Figure, right: Figure) -> str | None:
        start = max((a for a, _ in self._sentences if a <= left.start), default=0)
        end = next((b for _, b in self._sentences if b >= right.end), len(self._text))
        if self._measure(left) == "time":
            return "time" if _pattern(self._words.kinds["time"]).search(self._text, start, end) else None
        found = [
            (min(abs(left.start - hit.end()), abs(hit.start() - left.end) + 4), kind)
            for kind in ("pay", "cost", "saved")
            for hit in _pattern(self._words.kinds[kind]).finditer(self._text, start, end)
        ]
        return min(found)[1] if found else None

    def _sides_of(self, left: Figure, right: Figure) -> tuple[Side, Side] | None:
        """Which figure belongs to a big city: the one with its name, or the old one of a move."""
        between = self._text[left.end : right.start]
        changes = (left.role is Role.FROM and right.role is Role.TO) or bool(
            _pattern(self._words.change).search(self._text, max(0, left.start - _BEFORE), left.start)
            and re.search(r"变|到|成|至|\bto\b", between)
        )
        instead = bool(re.search(r"instead of|而不是", between))
        first, second = self._side_near(left), self._side_near(right)
        if first is not None and second is not None and first is not second:
            return first, second
        if changes or instead:
            years = _YEAR.search(self._text, max(0, left.start - 12), right.end)
            if years and re.search(r"(?:19|20)\d{2}年?的?$", self._text[max(0, left.start - 8) : left.start]):
                return None
            if not _pattern(self._words.moved).search(self._text) or not (self._both or self._default is Side.OTHER):
                return None
            old_is_big = self._moves_down(left.start)
            if instead:
                old_is_big = not old_is_big
            return (Side.BIG, Side.OTHER) if old_is_big else (Side.OTHER, Side.BIG)
        if (first is None) != (second is None) and self._both and Side.BIG in (first, second):
            return (Side.BIG, Side.OTHER) if first is Side.BIG else (Side.OTHER, Side.BIG)
        return None

    def _moves_down(self, before: int) -> bool:
        """Whether the last move told of before does not go to a big city."""
        for start, _, side in reversed([m for m in self._mentions if m[0] < before]):
            if side is Side.BIG and _TO_BIG[self._language].search(self._text, max(0, start - _BEFORE), start):
                return False
        return True

    def _side_near(self, figure: Figure) -> Side | None:
        """The place in the clause of a figure, the one before it first."""
        start = max(cut for cut in self._cuts if cut <= figure.start)
        end = min(cut for cut in self._cuts if cut >= figure.end)
        inside = [m for m in self._mentions if start <= m[0] and m[1] <= end]
        before = [m for m in inside if m[1] <= figure.start]
        if before:
            return before[-1][2]
        if inside:
            return inside[0][2]
        follows = next((m for m in self._mentions if figure.end <= m[0] <= figure.end + _NEAR), None)
        stops = _END.search(self._text, figure.end, follows[0]) if follows else None
        return follows[2] if follows and not stops else None

    def _in_number(self, hit: re.Match[str]) -> bool:
        return bool(re.match(r"\d", self._text[hit.end() : hit.end() + 1]) and hit[0] in ",.")

    def _changes(self) -> Iterator[Sign]:
        """So much less pay or rent for those who moved."""
        if not _pattern(self._words.moved).search(self._text) or not (self._both or self._default is Side.OTHER):
            return
        for figure in self._figures:
            if figure.key.kind not in {"percent"} or figure.direction is None or figure.role in {Role.FROM, Role.TO}:
                continue
            clause = self._text[max(0, figure.start - 22) : figure.start]
            hits = [
                (hit.end(), kind)
                for kind in ("pay", "cost", "saved")
                for hit in _pattern(self._words.kinds[kind]).finditer(clause)
            ]
            if not hits or not re.search(r"搬|迁|回|来以后|moved|moving|return|newcomers", self._text, re.IGNORECASE):
                continue
            falls = figure.direction is Direction.DOWN
            kind = max(hits)[1]
            good = falls == (kind == "cost")
            yield Sign(kind=f"compared {kind}", stance=Stance.LEAVE if good else Stance.STAY)

    def _lesser(self) -> Iterator[Sign]:
        """Less than in a big city, or more."""
        for words, less in ((self._words.less, True), (self._words.more, False)):
            for hit in _pattern(words).finditer(self._text):
                other = next((m for m in self._mentions if hit.start() <= m[0] <= hit.end() + 12), None)
                if other is None or other[2] is not Side.BIG or not self._both:
                    continue
                start = max((a for a, _ in self._sentences if a <= hit.start()), default=0)
                hits = [
                    (found.end(), kind)
                    for kind in ("pay", "cost", "saved", "time")
                    for found in _pattern(self._words.kinds[kind]).finditer(self._text, start, hit.end())
                ]
                if hits:
                    kind = max(hits)[1]
                    good = less == (kind in {"cost", "time"})
                    yield Sign(kind=f"compared {kind}", stance=Stance.LEAVE if good else Stance.STAY)

    # --- praise and blame ---

    def judged(self) -> Iterator[Sign]:
        """What is said well or ill of a place."""
        denied = _pattern(self._words.denied)
        for table, good in ((self._words.ill, False), (self._words.well, True)):
            for kind, words in table.items():
                for hit in _pattern(words).finditer(self._text):
                    if denied.search(self._text[max(0, hit.start() - _BEFORE) : hit.start()]):
                        continue
                    side = Side.OTHER if kind in _OF_OTHERS else self._side_at(kind, hit.start(), hit.end())
                    if kind == "kept_few":
                        side = self._kept_at()
                    yield Sign(kind=kind, stance=Stance.LEAVE if good == (side is Side.OTHER) else Stance.STAY)
        if is_leaving(self._text, self._language):
            yield Sign(kind="leaving", stance=Stance.LEAVE)
        if _pattern(self._words.parents).search(self._text):
            yield Sign(kind="parents", stance=Stance.LEAVE)

    def _kept_at(self) -> Side:
        """Where people came to: a big city only where the text is about nothing else and nobody leaves one."""
        if self._home is not None:
            return self._home
        return Side.OTHER if is_leaving(self._text, self._language) else self._default

    def _side_at(self, kind: str, start: int, end: int) -> Side:
        """The place that words are about: the last one named before them in their sentence, or in them."""
        begins = max((a for a, _ in self._sentences if a <= start), default=0)
        ends = next((b for _, b in self._sentences if b >= end), len(self._text))
        # What is said after 比上海 is said of another place.
        before = [m for m in self._about if begins <= m[0] <= start and not self._text.endswith("比", begins, m[0])]
        if kind == "medical":
            goes = _GOES[self._language]
            before = [
                m
                for m in before
                if m[2] is Side.OTHER or not goes.search(self._text, max(begins, m[0] - _BEFORE), m[0])
            ]
        after_move = [f for f in self._figures if f.role is Role.TO and begins <= f.start < start]
        if after_move and (not before or after_move[-1].start > before[-1][0]):
            return Side.OTHER if self._moves_down(start) else Side.BIG
        if before:
            return before[-1][2]
        # Whoever has to go somewhere for it lacks it where they are.
        inside = [
            m
            for m in self._mentions
            if start <= m[0] < min(end + 8, ends)
            and not _GOES[self._language].search(self._text, max(start, m[0] - _BEFORE), m[0])
        ]
        return inside[0][2] if inside else self._default


def _opposite(stance: Stance) -> Stance:
    return Stance.STAY if stance is Stance.LEAVE else Stance.LEAVE


def _sides(named: Sequence[str], home: str | None) -> dict[str, Side]:
    """Which of the places is the big one: a first-tier city, or the higher of two tiers."""
    known = {id_: found for id_ in {*named, *([home] if home else [])} if (found := place(id_)) is not None}
    ranks = {id_: _RANKS[found.tier] for id_, found in known.items() if found.tier is not None}
    sides: dict[str, Side] = {}
    for id_, found in known.items():
        if id_ in FIRST_TIER or id_ in _BIG_REGIONS:
            sides[id_] = Side.BIG
        elif id_ == home:
            sides[id_] = Side.OTHER
        elif id_ not in ranks:
            # A province is where people come from.
            if found.kind == "province":
                sides[id_] = Side.OTHER
        elif home is not None and home in ranks:
            higher = ranks[id_] > ranks[home] or (ranks[id_] == ranks[home] and home in named)
            sides[id_] = Side.BIG if higher else Side.OTHER
        else:
            sides[id_] = Side.BIG if ranks[id_] > min(ranks.values()) else Side.OTHER
    if set(sides.values()) == {Side.OTHER} or home is not None:
        return sides
    # Where a first-tier city is among them, only such are big.
    if any(id_ in FIRST_TIER for id_ in sides):
        return {id_: Side.BIG if id_ in FIRST_TIER or id_ in _BIG_REGIONS else Side.OTHER for id_ in sides}
    return sides


def _better(kind: str, other: float, big: float) -> Stance | None:
    if min(other, big) <= 0 or max(other, big) / min(other, big) < _ALIKE:
        return None
    more = other > big
    return Stance.LEAVE if more == (kind in {"pay", "saved"}) else Stance.STAY
