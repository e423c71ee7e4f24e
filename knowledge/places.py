"""Chinese places: their names in both languages, their tiers, and where a text speaks of them.

The one owner of city names; the table itself is ``places.yaml``. A name counts as a mention only if nothing in the
text speaks against it: words of Chinese are told apart by segmentation (成都 is not in 变成都市), and names that are
ordinary words or short forms need a preposition or a neighbour (在日照, Xian or Chengdu, 从沪到蓉).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import ahocorasick  # type: ignore[import-not-found]
import opencc
import rjieba
import yaml
from pydantic import BaseModel, ConfigDict

Kind = Literal["city", "county", "province", "region", "abroad"]

FIRST_TIER = ("北京", "上海", "广州", "深圳")
# The documents speak of fifteen and name these.
NEW_FIRST_TIER = ("成都", "杭州", "重庆", "武汉", "苏州", "南京", "合肥")


class Tier(StrEnum):
    """How the documents rank a city, highest first."""

    FIRST_TIER = "first_tier"
    NEW_FIRST_TIER = "new_first_tier"
    PROVINCIAL_CAPITAL = "provincial_capital"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Place:
    """A place; ``id`` is its short name in simplified Chinese.

    ``tier`` is None for provinces, regions, Hong Kong, Macau, Taiwan and places abroad. ``province`` is the country for
    a place abroad, and 中国 for a region.
    """

    id: str
    zh: str
    en: str
    tier: Tier | None
    province: str
    province_en: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Mention:
    """``text[start:end]`` names the place."""

    place: Place
    start: int
    end: int


class TierKind(StrEnum):
    """What kind of place a phrase speaks of without naming one."""

    FIRST_TIER = "first_tier"
    NEW_FIRST_TIER = "new_first_tier"
    SECOND_TIER = "second_tier"
    PROVINCIAL_CAPITAL = "provincial_capital"
    LOWER_TIER = "lower_tier"
    COUNTY = "county"
    HOME = "home"
    BIG_CITY = "big_city"


@dataclass(frozen=True, slots=True)
class TierMention:
    """``text[start:end]`` speaks of a kind of place; 二三线 speaks of two, so two mentions may share their offsets."""

    kind: TierKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GroupMention:
    """``text[start:end]`` speaks of several cities at once; ``members`` are their ids."""

    members: tuple[str, ...]
    start: int
    end: int


def place(name: str) -> Place | None:
    """The place with this id, or with this name in any of its forms (成都市, Chengdu, cheng du, 蓉城, CD)."""
    gazetteer = _gazetteer()
    if (known := gazetteer.places.get(name)) is not None:
        return known
    named = gazetteer.names.get(_fold(name).strip())
    return named[0] if named else None


def places() -> tuple[Place, ...]:
    """Every place of the table."""
    return tuple(_gazetteer().places.values())


def find_places(text: str) -> tuple[Mention, ...]:
    """The places that ``text`` names, in order and without overlap; groups such as 北上广 are not spelt out."""
    found = [(match, match.payload) for match in _scan(text) if isinstance(match.payload, _Name)]
    provinces = {name.places[0].id for _, name in found if name.places[0].kind == "province"}
    mentions = []
    for match, name in found:
        if name.run:
            mentions += [Mention(p, match.start + i, match.start + i + 1) for i, p in enumerate(name.places)]
        else:
            mentions.append(Mention(_likeliest(name.places, provinces), match.start, match.end))
    return tuple(mentions)


def find_tiers(text: str) -> tuple[TierMention, ...]:
    """The kinds of place that ``text`` speaks of, in order: 一线城市, 省会, 县城, hometown and the like."""
    return tuple(
        TierMention(kind, match.start, match.end)
        for match in _scan(text)
        if isinstance(match.payload, _Phrase)
        for kind in match.payload.kinds
    )


def find_groups(text: str) -> tuple[GroupMention, ...]:
    """The groups of cities that ``text`` speaks of, in order: 北上广, the big four, or first-tier cities in a row."""
    named = [
        GroupMention(match.payload.members, match.start, match.end)
        for match in _scan(text)
        if isinstance(match.payload, _Phrase) and match.payload.members
    ]
    return tuple(sorted([*named, *_rows(text)], key=lambda group: group.start))


def _rows(text: str) -> Iterator[GroupMention]:
    """Three or more first-tier cities in a row, and no other city among them."""
    row: list[Mention] = []
    for mention in [*find_places(text), None]:
        if mention and row and _LIST.fullmatch(text, row[-1].end, mention.start):
            row.append(mention)
            continue
        ids = {m.place.id for m in row}
        if len(ids) >= 3 and ids <= set(FIRST_TIER):
            yield GroupMention(tuple(city for city in FIRST_TIER if city in ids), row[0].start, row[-1].end)
        row = [mention] if mention else []


# --- the table ---


class _Table(BaseModel):
    """``places.yaml`` as it is written."""

    model_config = ConfigDict(extra="forbid")

    provinces: dict[str, dict[str, str]]
    regions: dict[str, list[str]]
    abroad: dict[str, list[str]]
    aliases: dict[str, list[str]]
    letters: dict[str, str]
    characters: dict[str, str]
    runs: list[str]
    well_known: list[str]
    needs_context: list[str]
    needs_suffix: list[str]
    not_places: list[str]
    not_slips: list[str]
    phrases: dict[TierKind, list[str]]
    not_phrases: list[str]
    groups: dict[str, list[str]]


class _Need(IntEnum):
    """What the text around a name has to show before it counts; where two names coincide, the lesser need holds."""

    NOTHING = 0
    CONTEXT = 1
    CAPITALS = 2
    CAPITALS_AND_CONTEXT = 3
    CHARACTER = 4


@dataclass(frozen=True, slots=True)
class _Name:
    """The places of one name, likeliest first, or in a ``run`` the places of its characters."""

    places: tuple[Place, ...]
    need: _Need = _Need.NOTHING
    run: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A way to speak of kinds of place, of a group of cities, or of both."""

    kinds: tuple[TierKind, ...] = ()
    members: tuple[str, ...] = ()


class _Match(NamedTuple):
    """A stretch of text and what it may mean; None means nothing, and keeps shorter names in it from matching."""

    start: int
    end: int
    payload: _Name | _Phrase | None


# What may follow the short name, by the group of the table.
_SUFFIXES = {
    "市": ("市",),
    "州": ("州", "市"),
    "地区": ("地区", "市"),
    "盟": ("盟",),
    "县级市": ("市",),
    "县": ("县",),
    "新区": ("新区",),
}
_PROVINCE_SUFFIXES = ("省", "自治区", "回族自治区", "壮族自治区", "维吾尔自治区")
_LATIN_SUFFIXES = {"市": ("city", "shi"), "县": ("county", "xian"), "州": ("prefecture",)}
_SMALL = ("县级市", "县")
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
_OTHER_ZHOU = str.maketrans("州洲", "洲州")
_RANK = {tier: rank for rank, tier in enumerate(Tier)}


class _Gazetteer:
    """The table in the form that matching wants; built once."""

    def __init__(self, table: _Table) -> None:
        self.places: dict[str, Place] = {}
        self.names: dict[str, list[Place]] = {}
        self.slips: dict[str, set[str]] = {}
        self.not_slips = frozenset(table.not_slips)
        self._needs: dict[str, _Need] = {}
        self._context = {_plain(name) for name in table.needs_context}
        self._suffix = {_plain(name) for name in table.needs_suffix}
        self._small: set[str] = set()
        self._well_known = frozenset(table.well_known)
        self._add_provinces(table.provinces)
        self._add_others(table)
        self._automaton = self._build(table)

    def matches(self, folded: str) -> Iterator[_Match]:
        """Every name and phrase in the folded text, whatever surrounds it; Latin ones only as whole words."""
        for last, (length, payload) in self._automaton.iter(folded):
            start, end = last + 1 - length, last + 1
            starts_inside = folded[start] in _LATIN and start and folded[start - 1] in _LATIN
            ends_inside = folded[last] in _LATIN and end < len(folded) and folded[end] in _LATIN
            if not (starts_inside or ends_inside):
                yield _Match(start, end, payload)

    def _add_provinces(self, provinces: dict[str, dict[str, str]]) -> None:
        for header in provinces:
            zh, pinyin, en = _item(header)
            if zh in _MUNICIPALITIES:
                self._add_city(Place(zh, zh, en, _tier(zh, "市", capital=True), zh, en, "city"), "市", pinyin)
            else:
                self._add(Place(zh, zh, en, None, zh, en, "province"))
                joined = pinyin.replace(" ", "")
                self._name(zh, zh, *(zh + s for s in _PROVINCE_SUFFIXES), en, f"{en} province", pinyin, joined)
        for header, groups in provinces.items():
            province, _, province_en = _item(header)
            for suffix, line in groups.items():
                for index, item in enumerate(line.split(", ")):
                    zh, pinyin, en = _item(item)
                    tier = _tier(zh, suffix, capital=suffix == "市" and index == 0)
                    county = suffix == "县"
                    full = zh + "县" if county and not zh.endswith("县") else zh
                    kind: Kind = "county" if county else "city"
                    self._add_city(Place(zh, full, en, tier, province, province_en, kind), suffix, pinyin)

    def _add_city(self, city: Place, suffix: str, pinyin: str) -> None:
        small = suffix in _SMALL
        need = _Need.CONTEXT if small and city.id not in self._well_known else _Need.NOTHING
        joined = pinyin.replace(" ", "")
        self._add(city)
        if small:
            self._small.add(city.id)
        for zh in {city.id, city.id.translate(_OTHER_ZHOU)}:
            self._name(city.id, *(zh + s for s in _SUFFIXES[suffix]))
            self._name(city.id, zh, need=need)
        latin = {city.en, joined, joined.replace("v", "u")} | (set() if small else {pinyin})
        self._name(city.id, *latin, need=need)
        self._name(city.id, *(f"{name} {s}" for name in latin for s in _LATIN_SUFFIXES.get(suffix[-1], ())))
        if not small:
            for name in {_plain(city.en), joined}:
                for shorter in _with_a_letter_less(name) if len(name) >= _SHORTEST_SLIP else ():
                    self.slips.setdefault(shorter, set()).add(name)

    def _add_others(self, table: _Table) -> None:
        for header, names in table.regions.items():
            zh, en = header.split(" ", 1)
            self._add(Place(zh, zh, en, None, "中国", "China", "region"))
            self._name(zh, zh, en, *names)
        for header, cities in table.abroad.items():
            country, country_en = header.split(" ", 1)
            for header_or_city in (header, *cities):
                zh, en = header_or_city.split(" ", 1)
                self._add(Place(zh, zh, en, None, country, country_en, "abroad"))
                self._name(zh, zh, en)
        for id_, names in table.aliases.items():
            self._name(id_, *names)
        for letters, id_ in table.letters.items():
            context = _plain(letters) in self._context
            self._name(id_, letters, need=_Need.CAPITALS_AND_CONTEXT if context else _Need.CAPITALS)
        for character, id_ in table.characters.items():
            self._name(id_, character, need=_Need.CHARACTER)
            self._name(id_, character + "漂")

    def _add(self, new: Place) -> None:
        self.places[new.id] = new

    def _name(self, id_: str, *names: str, need: _Need = _Need.NOTHING) -> None:
        for name in map(_plain, names):
            same = self.names.setdefault(name, [])
            if self.places[id_] not in same:
                same.append(self.places[id_])
            needed = max(need, _Need.CONTEXT) if name in self._context else need
            self._needs[name] = min(needed, self._needs.get(name, needed))

    def _build(self, table: _Table) -> ahocorasick.Automaton:
        payloads: dict[str, _Name | _Phrase | None] = {}
        for name, same in self.names.items():
            same.sort(key=lambda p: (_RANK[p.tier] if p.tier else -1, p.id in self._small))
            if name not in self._suffix:
                payloads[name] = _Name(tuple(same), self._needs[name])
        for run in table.runs:
            payloads[run] = _Name(tuple(self.places[table.characters[c]] for c in run), run=True)
        payloads |= _phrases(table)
        payloads |= dict.fromkeys(map(_plain, [*table.not_places, *table.not_phrases]))
        automaton = ahocorasick.Automaton()
        for name, payload in payloads.items():
            automaton.add_word(name, (len(name), payload))
        automaton.make_automaton()
        return automaton


@cache
def _gazetteer() -> _Gazetteer:
    text = Path(__file__).with_name("places.yaml").read_text(encoding="utf-8")
    return _Gazetteer(_Table.model_validate(yaml.load(text, Loader=yaml.CSafeLoader)))


def _item(item: str) -> tuple[str, str, str]:
    """``哈尔滨 ha-er-bin Harbin`` as Chinese name, spaced pinyin and English name (by default the pinyin)."""
    zh, pinyin, *en = item.split(" ", 2)
    syllables = pinyin.split("-")
    spelt = "".join("'" + s if i and s[0] in "aeo" else s for i, s in enumerate(syllables)).capitalize()
    return zh, " ".join(syllables), en[0] if en else spelt


def _tier(zh: str, suffix: str, *, capital: bool) -> Tier:
    if zh in FIRST_TIER:
        return Tier.FIRST_TIER
    if zh in NEW_FIRST_TIER:
        return Tier.NEW_FIRST_TIER
    if capital:
        return Tier.PROVINCIAL_CAPITAL
    return Tier.COUNTY if suffix == "县" else Tier.CITY


def _phrases(table: _Table) -> dict[str, _Phrase]:
    kinds: dict[str, list[TierKind]] = {}
    for kind, phrases in table.phrases.items():
        for name in (form for phrase in phrases for form in _forms(phrase)):
            kinds.setdefault(name, []).append(kind)
    members = {name: tuple(ids.split()) for ids, phrases in table.groups.items() for p in phrases for name in _forms(p)}
    return {name: _Phrase(tuple(kinds.get(name, ())), members.get(name, ())) for name in {**kinds, **members}}


def _forms(phrase: str) -> Iterator[str]:
    """The phrase, and 城市, city or cities after a tier that lacks it."""
    plain = _plain(phrase)
    yield plain
    if plain.endswith("线"):
        yield plain + "城市"
    elif "tier" in plain and not plain.endswith(("city", "cities")):
        yield from (plain + " city", plain + " cities")


def _likeliest(same: Sequence[Place], provinces: set[str]) -> Place:
    """Of places with the same name, the one whose province is named too, else the highest in tier."""
    return next((p for p in same if p.province in provinces), same[0])


# --- matching ---

# The word before a name that is a place: prepositions, verbs of moving and staying.
_CUE_WORD = re.compile(
    r"(?:想|要|不|再|先|没|刚)?(?:搬|迁|住|留|待|呆|回|来|去|飞|跑|走|逃|定居|生活|工作|扎根|落户)?"
    r"[从到去在回来往至赴离]|[由返抵留]|离开|逃离|前往|位于|告别|来自|户口|老家|家乡|故乡|老家是|(?:去|来|回|到|离开)[了过]"
)
_CUE_LATIN = re.compile(
    r"\b(?:to|from|in|into|near|around|about|leave|leaving|left|for|visit|visiting|between|than|vs|versus|city|hometown)\s+$"
)
_CUE_AFTER = re.compile(
    r"\s*(?:的|那边|这边|当地|本地)?(?:房|租|工资|薪|收入|物价|户口|医院|医疗|教育|工作|生活|就业|发展|怎么样|好不好|适合|老家|消费|人才)"
    r"|\s+city\b"
)
_IS_FROM = re.compile("人|的|本地")
# What joins two places; nothing at all does too (山东日照).
_CONNECTED = re.compile(
    r"\s*(?:[、,，/&+~—→>]|和|与|跟|或|或者|还是|到|去|回|比|至|及|以及|vs\.?|versus|and|or|to|than|,\s*and)?\s*"
)
_LIST = re.compile(r"(?:\s*(?:[、,，/&]|和|与|跟|及|以及|还有|或|and|or)\s*){0,2}\s*", re.IGNORECASE)
_TITLE = re.compile(r"老师|教授|先生|女士|小姐|医生|主任|经理|[总哥姐某家氏叔姨]")
_STREET = re.compile(r".+[路街]")
_LONGEST_CONNECTOR, _LONGEST_CUE = 8, 12

# Shorter words have too many neighbours.
_SHORTEST_SLIP = 6
_LONG_WORD = re.compile(rf"(?<![a-z0-9])[a-z]{{{_SHORTEST_SLIP},16}}(?![a-z0-9])")

_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _fold_table() -> dict[int, str]:
    """Lower case, no accents, half width, and a space for what joins syllables; each character stays one character."""
    table = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    table[ord("陜")] = "陕"  # a variant that OpenCC leaves as it is
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if base.isascii():
            table[code] = base
    table |= {code: chr(code - 0xFEE0).lower() for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()}
    return table | dict.fromkeys(map(ord, "-_'’‘ʼ`\u00a0\u3000‐‑"), " ")


_FOLD = _fold_table()


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _plain(text: str) -> str:
    return text.translate(_FOLD)


def _fold(text: str) -> str:
    """The text in the form of the table's names, character for character, so that offsets hold."""
    folded = _plain(_SURROGATE.sub("\ufffd", text))
    if not _HAN.search(folded):
        return folded
    simplified = str(_converter().convert(folded))
    if len(simplified) == len(folded):
        return simplified
    return "".join(str(_converter().convert(c))[:1] or c for c in folded)


class _Words:
    """The words of a folded text: for each character where its word starts and ends."""

    def __init__(self, folded: str) -> None:
        self.text = folded
        self.start: list[int] = []
        self.end: list[int] = []
        # Without the hidden Markov model only words of the dictionary bind, so that no made-up word hides a name.
        begin = 0
        for word in rjieba.cut(folded, False):
            length = len(word)
            end = begin + length
            self.start += [begin] * length
            self.end += [end] * length
            begin = end

    def before(self, start: int) -> str:
        """The word before, over white space."""
        while start and self.text[start - 1] == " ":
            start -= 1
        return self.text[self.start[start - 1] : start] if start else ""

    def fits(self, match: _Match, *, follows: bool) -> bool:
        """Whether a match agrees with the words; ``follows``: another name ends where it starts.

        A name may be made of words, or begin one (武汉大学), but one that needs context may not even do that. It ends
        one only after another name (山西太原), or a character after its preposition (离京). Phrases may stand inside
        one (回老家).
        """
        start, end, payload = match
        first, last = self.start[start], self.end[end - 1]
        # No dictionary has 深漂, and 深漂回 would fall into 深 and 漂回.
        if (first == start and last == end) or self.text[end - 1] == "漂":
            return True
        within_one = self.end[start] >= end
        if not isinstance(payload, _Name):
            return within_one
        if first < start:
            cued = payload.need is _Need.CHARACTER and bool(_CUE_WORD.fullmatch(self.text, first, start))
            return within_one and last == end and (follows or cued)
        return within_one and payload.need is _Need.NOTHING and not _STREET.fullmatch(self.text, first, last)


class _Context:
    """Whether the text around a match shows that it is a place."""

    def __init__(self, text: str, folded: str, words: _Words | None, names: Iterable[_Match]) -> None:
        self.text, self.folded, self.words = text, folded, words
        letters = [i for i, character in enumerate(text) if character.isalnum()] or [0]
        self.first_letter, self.last_letter = letters[0], letters[-1]
        self.starts = {match.start for match in names}
        self.ends = {match.end for match in names}

    def suffices(self, match: _Match, need: _Need) -> bool:
        if need is _Need.NOTHING or (need is _Need.CAPITALS and self.text[match.start : match.end].isupper()):
            return True
        chinese = self._cued_in_chinese(match)
        if need is _Need.CHARACTER:
            return chinese and not _TITLE.match(self.folded, match.end)
        if chinese or self._alone(match) or self._connected(match):
            return True
        if need is _Need.CAPITALS_AND_CONTEXT and not self.text[match.start : match.end].isupper():
            return False
        before = _CUE_LATIN.search(self.folded, max(0, match.start - _LONGEST_CUE), match.start)
        return before is not None or _CUE_AFTER.match(self.folded, match.end) is not None

    def _alone(self, match: _Match) -> bool:
        return match.start <= self.first_letter and self.last_letter < match.end

    def _cued_in_chinese(self, match: _Match) -> bool:
        if self.words is None:
            return False
        before = self.words.before(match.start)
        return bool(_CUE_WORD.fullmatch(before)) or (before == "是" and bool(_IS_FROM.match(self.folded, match.end)))

    def _connected(self, match: _Match) -> bool:
        after = _CONNECTED.match(self.folded, match.end)
        return (after is not None and after.end() in self.starts) or any(
            end in self.ends and _CONNECTED.fullmatch(self.folded, end, match.start)
            for end in range(max(0, match.start - _LONGEST_CONNECTOR), match.start + 1)
        )


@lru_cache(maxsize=64)
def _scan(text: str) -> tuple[_Match, ...]:
    """What counts of all matches: in order, without overlap, the leftmost and then the longest first."""
    folded = _fold(text)
    matches = list(_gazetteer().matches(folded))
    words = _Words(folded) if matches and _HAN.search(folded) else None
    ends = {match.end for match in matches if isinstance(match.payload, _Name) and match.end - match.start > 1}
    fitting = [match for match in matches if _fits(match, words, ends)]
    names = [m for m in fitting if isinstance(m.payload, _Name) and m.payload.need < _Need.CHARACTER]
    context = _Context(text, folded, words, names)
    good = [m for m in fitting if not isinstance(m.payload, _Name) or context.suffices(m, m.payload.need)]
    chosen = _leftmost_longest([*good, *_slips(folded, fitting)])
    return tuple(match for match in chosen if match.payload is not None)


def _fits(match: _Match, words: _Words | None, ends: set[int]) -> bool:
    if match.payload is None or words is None or words.text[match.start] in _LATIN:
        return True
    return words.fits(match, follows=match.start in ends)


def _leftmost_longest(matches: Iterable[_Match]) -> Iterator[_Match]:
    reached = 0
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if match.start >= reached:
            reached = match.end
            yield match


def _slips(folded: str, matches: Iterable[_Match]) -> Iterator[_Match]:
    """Latin words one slip away from a city: a letter too many, missing, wrong, or two swapped; never the first."""
    gazetteer = _gazetteer()
    known = {match.start for match in matches}
    for word in _LONG_WORD.finditer(folded):
        slip = word.group()
        if word.start() in known or slip in gazetteer.not_slips or slip in gazetteer.names:
            continue
        near = {name for key in _with_a_letter_less(slip) for name in gazetteer.slips.get(key, ())}
        cities = [gazetteer.names[name][0] for name in near if name[0] == slip[0] and _one_slip(slip, name)]
        # In pinyin the smaller cities have too many near names, of people for one.
        cities = [city for city in cities if city.tier is not Tier.CITY or len(slip) > _SHORTEST_SLIP]
        best = min((_RANK[city.tier] for city in cities if city.tier), default=None)
        meant = {city for city in cities if city.tier and _RANK[city.tier] == best}
        if len(meant) == 1:
            yield _Match(word.start(), word.end(), _Name(tuple(meant)))


def _with_a_letter_less(word: str) -> set[str]:
    """The word itself, and the word without one of its letters."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_slip(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns ``a`` into ``b``."""
    if len(a) > len(b):
        a, b = b, a
    i = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) - len(a) == 1 and a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
