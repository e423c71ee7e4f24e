"""The last step before a reader: a draft stays only if its cited passages hold every figure, year and place of it.

Whoever wrote the draft, its numbers are compared by value, unit, scale, bound and direction, in either language, and its
places by what they are said of. What a passage does not say in so many words can still be false in a way no such
comparison sees; the aim is that nothing checkable is shown unchecked.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from bot.turn import Draft, Withheld
from knowledge.figures import (
    Bound,
    Direction,
    Figure,
    Key,
    direction_words,
    figures,
    fold,
    numbered_names,
)
from knowledge.passage import Passage
from knowledge.places import find_groups, find_places, find_tiers, place

_MARKER = re.compile(r"\s?\[@[^\]\s]*\]")


def verify(drafts: Iterable[Draft], passages: Mapping[str, Passage], withheld: list[Withheld]) -> Iterator[Draft]:
    """Yield the drafts that their passages bear out, each as soon as it comes; append the others to ``withheld``."""
    for draft in drafts:
        reason = _objection(draft, passages)
        if reason is None:
            yield draft
        else:
            withheld.append(Withheld(text=_bare(draft.text), reason=reason))


def check(text: str, passages: Sequence[Passage]) -> str | None:
    """Why ``text`` may not rest on these passages, or None if it may."""
    claim = _read(_bare(text))
    evidence = _evidence(tuple(passages))
    for objection in (_foreign_place, _foreign_name, _foreign_figure, _too_often, _misplaced, _contrary):
        if reason := objection(claim, evidence):
            return reason
    return None


def _objection(draft: Draft, passages: Mapping[str, Passage]) -> str | None:
    if not draft.passage_ids:
        return "cites nothing"
    unknown = [id_ for id_ in draft.passage_ids if id_ not in passages]
    if unknown:
        return f"cites the unknown passage {unknown[0]}"
    cited = [passages[id_] for id_ in draft.passage_ids]
    return check(draft.text, cited) or (_check_weakness(draft.weakness, cited) if draft.weakness else None)


def _check_weakness(text: str, passages: Sequence[Passage]) -> str | None:
    """A weakness speaks of what a passage lacks; only its figures are checked, against the editor's notes as well."""
    claim = _read(_bare(text))
    evidence = _evidence(tuple(passages), with_notes=True)
    return _foreign_name(claim, evidence) or _foreign_figure(claim, evidence)


def _bare(text: str) -> str:
    return _MARKER.sub("", text).strip()


# --- reading ---

_SENTENCE_END = re.compile(r"[。！？!?\n]|(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s|$)")
_CLAUSE_END = re.compile(
    r"[。！？!?\n，；;：（）()—]|,(?!\d{3})|:(?!\d)|\.(?=\s|$)|(?<![a-z])(?:while|whereas|but|against|than)(?![a-z])"
)
_TOKEN = re.compile(r"[\u4e00-\u9fff]+|[a-z]{3,}|\d+")
_PLAIN_WORDS = frozenset("the and for that with from has have was were are its their this which who said says".split())
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MINIMUM_TOKENS = 3
_ALIKE = 0.6
_MARGIN = 0.34
_VERBATIM = 0.7
_NEXT = 6
_REACH_ZH, _REACH_EN = 8, 36
_LIST = re.compile(r"(?:\s|、|,|，|/|和|与|及|以及|and|or|&)*")
_LAST = re.compile(r"(?:[\u4e00-\u9fff]{1,2}|[a-z0-9]+|[^\s])\s*\Z")
_FIRST = re.compile(r"\s*(?:[\u4e00-\u9fff]{1,2}|[a-z0-9]+|[^\s])")


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A figure or place at ``start:end`` of a text, with the words around it."""

    what: Key | str
    start: int
    end: int
    context: frozenset[str]


class _Reading:
    """A text taken apart once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.chinese = _HAN.search(text) is not None
        self.figures = figures(text)
        self.names = numbered_names(text)

    @cached_property
    def places(self) -> tuple[tuple[str, int, int], ...]:
        """Id, start and end of every place, groups such as 北上广 spelt out."""
        tiers = {(tier.start, tier.end) for tier in find_tiers(self.text)}
        named = [(mention.place.id, mention.start, mention.end) for mention in find_places(self.text)]
        taken = {start for _, start, _ in named}
        grouped = [
            (member, group.start, group.end)
            for group in find_groups(self.text)
            if (group.start, group.end) not in tiers and group.start not in taken
            for member in group.members
        ]
        return tuple(sorted([*named, *grouped], key=lambda found: found[1]))

    @cached_property
    def place_ids(self) -> frozenset[str]:
        return frozenset(id_ for id_, _, _ in self.places)

    @cached_property
    def _clause_ends(self) -> list[int]:
        return [match.end() for match in _CLAUSE_END.finditer(self.folded)]

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [match.end() for match in _SENTENCE_END.finditer(self.folded)]

    @cached_property
    def clauses(self) -> tuple[tuple[int, int, frozenset[str]], ...]:
        bounds = sorted({0, *self._clause_ends, len(self.folded)})
        return tuple((start, end, frozenset(_tokens(self.folded[start:end]))) for start, end in pairwise(bounds))

    def clause(self, start: int, end: int) -> tuple[int, int]:
        return _around(self._clause_ends, start, end, len(self.folded))

    def places_of(self, figure: Figure) -> frozenset[str]:
        """The places in the figure's own clause."""
        opens, closes = self.clause(figure.start, figure.end)
        return frozenset(id_ for id_, start, _ in self.places if opens <= start < closes)

    @cached_property
    def figure_anchors(self) -> tuple[_Anchor, ...]:
        return tuple(self._anchor(figure.key, figure.start, figure.end) for figure in self.figures)

    @cached_property
    def lists(self) -> tuple[tuple[tuple[str, int, int], ...], ...]:
        """The places, with those that stand in one list together."""
        lists: list[list[tuple[str, int, int]]] = []
        for found in self.places:
            if lists and _LIST.fullmatch(self.folded, lists[-1][-1][2], max(found[1], lists[-1][-1][2])):
                lists[-1].append(found)
            else:
                lists.append([found])
        return tuple(map(tuple, lists))

    @cached_property
    def place_anchors(self) -> tuple[_Anchor, ...]:
        """Places of one list share what is around the list: their order in it says nothing."""
        return tuple(
            self._anchor(id_, row[0][1], row[-1][2], start, end) for row in self.lists for id_, start, end in row
        )

    def _anchor(self, what: Key | str, opens: int, closes: int, *own: int) -> _Anchor:
        first, last = _around(self._sentence_ends, opens, closes, len(self.folded))
        reach = _REACH_ZH if self.chinese else _REACH_EN
        before = self.folded[max(first, opens - reach) : opens]
        after = self.folded[closes : min(last, closes + reach)]
        left = _tokens(before, clipped=opens - reach > first)
        right = _tokens(after, clipped_end=closes + reach < last)
        # The nearest word counts three times: it tells apart neighbours such as "Fuxin in Liaoning".
        near = [(side, word[0]) for side, word in (("<", _LAST.search(before)), (">", _FIRST.match(after))) if word]
        context = [f"<{t}" for t in left] + [f">{t}" for t in right] + [f"{s}{n}{w}" for s, w in near for n in (1, 2)]
        start, end = own or (opens, closes)
        return _Anchor(what, start, end, frozenset(context))

    @cached_property
    def directions(self) -> frozenset[Direction]:
        return frozenset(word.direction for word in direction_words(self.text))


def _around(ends: list[int], start: int, end: int, length: int) -> tuple[int, int]:
    before, after = bisect(ends, start), bisect(ends, end - 1)
    return (ends[before - 1] if before else 0, ends[after] if after < len(ends) else length)


def _tokens(text: str, *, clipped: bool = False, clipped_end: bool = False) -> list[str]:
    """English words and pairs of Chinese characters; words that a window cuts through are left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        if _HAN.match(word):
            tokens += [word[i : i + 2] for i in range(len(word) - 1)]
        elif word not in _PLAIN_WORDS and not (
            (clipped and match.start() == 0) or (clipped_end and match.end() == len(text))
        ):
            tokens.append(word)
    return tokens


@lru_cache(maxsize=8192)
def _read(text: str) -> _Reading:
    return _Reading(text)


class _Support:
    """What one passage offers: its text in each language, and what is known about its source."""

    def __init__(self, passage: Passage, *, with_notes: bool) -> None:
        self.id = passage.id
        texts = [passage.text, passage.text_en, passage.quote]
        self.sides = [_read(text) for text in texts if text]
        about = [passage.attribution, passage.weakness, passage.editor_note if with_notes else None]
        self.about = [_read(text) for note in about if note for text in (note.zh, note.en)]
        if passage.as_of:
            self.about.append(_read(passage.as_of))
        self.places = frozenset(_place_id(name) for name in passage.cities).union(
            *(reading.place_ids for reading in (*self.sides, *self.about))
        )
        self.names = {name for reading in (*self.sides, *self.about) for name in reading.names}

    def matching(self, figure: Figure, *, chinese: bool) -> list[tuple[_Reading, Figure]]:
        """The figures of the same key, in the language asked for if that language has it."""
        found = [(side, own) for side in (*self.sides, *self.about) for own in side.figures if own.key == figure.key]
        return [(side, own) for side, own in found if side.chinese == chinese] or found

    def units(self, key: Key) -> set[str]:
        readings = (*self.sides, *self.about)
        return {own.unit for side in readings for own in side.figures if own.key == key and own.unit}

    def count(self, key: Key) -> int:
        return max((sum(own.key == key for own in side.figures) for side in (*self.sides, *self.about)), default=0)


def _place_id(name: str) -> str:
    known = place(name)
    return known.id if known else name


@lru_cache(maxsize=1024)
def _evidence_of(passage: Passage, with_notes: bool) -> _Support:
    return _Support(passage, with_notes=with_notes)


def _evidence(passages: tuple[Passage, ...], *, with_notes: bool = False) -> list[_Support]:
    return [_evidence_of(passage, with_notes) for passage in passages]


# --- objections: each gives a reason or None ---

# A word and its opposite: a clause that has the one where the passage's has the other says the contrary.
_OPPOSITES = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        (r"流出|外流|迁出|外迁|搬离", r"流入|迁入|搬进"),
        (r"离开|逃离|走出", r"回到|返回|回流|留在"),
        (
            r"\b(?:out of|outflow|outwards?|leav(?:e|es|ing)|left|departures?)\b",
            r"\b(?:into|inflow|inwards?|stay(?:s|ed|ing)?|return(?:s|ed|ing)?)\b",
        ),
        (r"\bmore\b", r"\b(?:fewer|less)\b"),
        (r"\bhigh(?:er|est)?\b", r"\blow(?:er|est)?\b"),
        (r"\blong(?:er|est)?\b", r"\bshort(?:er|est)?\b"),
        (r"更多|多于|大多|不少", r"更少|少于|极少|很少"),
        (r"以上", r"以下"),
        (r"高于|更高|偏高|[很较]高", r"低于|更低|偏低|[很较]低"),
        (r"便宜|实惠", r"昂贵|[很更较]贵"),
        (r"\bcheap(?:er)?\b", r"\b(?:dear(?:er)?|expensive)\b"),
        (r"\bbetter\b", r"\bworse\b"),
        (r"\b(?:gain|win|keep|attract)(?:s|ed|ing)?\b", r"\b(?:lose|loses|lost|losing|repel|repels)\b"),
    )
)
# Counters and nouns that may stand for one another.
_ALIKE_UNITS = (
    frozenset({"venue", "firm", "branch", "school", "hospital", "university"}),
    frozenset({"site", "city", "hospital", "school"}),
    frozenset({"item", "patent", "article", "job"}),
    frozenset({"flat", "bedroom"}),
)


def _foreign_place(claim: _Reading, evidence: list[_Support]) -> str | None:
    known = frozenset[str]().union(*(support.places for support in evidence))
    for id_, start, end in claim.places:
        if id_ not in known:
            return f"{claim.text[start:end]} is not in the cited passages"
    return None


def _foreign_name(claim: _Reading, evidence: list[_Support]) -> str | None:
    for name in claim.names:
        if not any(name in support.names for support in evidence):
            return f"{name} is not in the cited passages"
    return None


def _foreign_figure(claim: _Reading, evidence: list[_Support]) -> str | None:
    for figure in claim.figures:
        reasons = [_misfit(claim, figure, support) for support in evidence]
        if None not in reasons:
            told = f"{claim.text[figure.start : figure.end]} is not in the cited passages"
            return next((reason for reason in reasons if reason), told)
    return None


def _misfit(claim: _Reading, figure: Figure, support: _Support) -> str | None:
    """Why this passage does not bear the figure out: an empty reason where it does not have it at all."""
    matching = support.matching(figure, chinese=claim.chinese)
    if not matching:
        return None if figure.text in support.names else ""
    units = support.units(figure.key)
    if figure.unit and units and not any(_units_agree(figure.unit, unit) for unit in units):
        return f"{figure.text} is of {' or '.join(sorted(units))} in the cited passages"
    if not any(_bounds_agree(figure.bound, own.bound) for _, own in matching):
        bounds = {own.bound or "exactly" for _, own in matching}
        return f"{figure.text} is {' or '.join(sorted(bounds))} that in the cited passages"
    directions = {own.direction for _, own in matching if own.direction}
    if figure.direction and directions and figure.direction not in directions:
        return f"{figure.text} went {directions.pop()} in the cited passages"
    if not figure.direction and all(own.signed and own.direction is Direction.DOWN for _, own in matching):
        return f"{figure.text} has a minus sign in the cited passages"
    roles = {own.role for _, own in matching}
    if figure.role and None not in roles and figure.role not in roles:
        return f"{figure.text} stands at the other end of the change in the cited passages"
    places = claim.places_of(figure)
    if not places <= support.places:
        return f"{figure.text} is not said of that place in the cited passages"
    theirs = [side.places_of(own) for side, own in matching]
    if places and all(theirs) and not any(places & own for own in theirs):
        return f"{figure.text} is said of another place in the cited passages"
    return None


def _units_agree(claimed: str, own: str) -> bool:
    return claimed == own or any(claimed in alike and own in alike for alike in _ALIKE_UNITS)


def _bounds_agree(claimed: Bound | None, own: Bound | None) -> bool:
    """A bound may be softened to "about", but not appear, vanish or turn."""
    if claimed is own or claimed is Bound.ABOUT:
        return True
    if claimed is None:
        return own in (Bound.ABOUT, Bound.NEARLY)
    return False


def _too_often(claim: _Reading, evidence: list[_Support]) -> str | None:
    """A figure or a place of one clause that stands twice where its passages have it once replaced another."""
    counted = Counter(figure.key for figure in claim.figures if not figure.period)
    for figure in claim.figures:
        times = counted[figure.key]
        if times > 1 and times > sum(support.count(figure.key) for support in evidence):
            return f"{figure.text} stands more often than in the cited passages"
    for id_ in _repeats(claim):
        sides = [side for support in evidence for side in support.sides if side.chinese == claim.chinese]
        if sides and not any(id_ in _repeats(side) for side in sides):
            return f"{id_} stands more often than in the cited passages"
    return None


def _repeats(reading: _Reading) -> frozenset[str]:
    """The places that are named twice within one clause or list, or next to each other."""
    in_list = {id_ for row in reading.lists for id_, times in Counter(id_ for id_, _, _ in row).items() if times > 1}
    for index, (id_, start, end) in enumerate(reading.places):
        _, closes = reading.clause(start, end)
        later = ((other, begins) for other, begins, _ in reading.places[index + 1 :])
        if any(other == id_ and (begins < closes or begins - end <= _NEXT) for other, begins in later):
            in_list.add(id_)
    return frozenset(in_list)


def _misplaced(claim: _Reading, evidence: list[_Support]) -> str | None:
    """A figure or place amid the words that a passage has around another one."""
    sides = [side for support in evidence for side in support.sides if side.chinese == claim.chinese]
    for mine, theirs in (
        (claim.figure_anchors, [anchor for side in sides for anchor in side.figure_anchors]),
        (claim.place_anchors, [anchor for side in sides for anchor in side.place_anchors]),
    ):
        if len({anchor.what for anchor in theirs}) < 2:
            continue
        for anchor in mine:
            size = len(anchor.context)
            if size < _MINIMUM_TOKENS:
                continue
            own = other = 0
            for known in theirs:
                shared = len(anchor.context & known.context)
                if known.what == anchor.what:
                    own = max(own, shared)
                else:
                    other = max(other, shared)
            if other >= _ALIKE * size and other - own >= _MARGIN * size:
                return f"{claim.text[anchor.start : anchor.end]} stands where the cited passages have another"
    return None


def _contrary(claim: _Reading, evidence: list[_Support]) -> str | None:
    """A clause that says the opposite of the passage clause most like it, or a rise where the passages know only falls."""
    sides = [side for support in evidence for side in support.sides]
    same = [side for side in sides if side.chinese == claim.chinese]
    clauses = [(side, clause) for side in same for clause in side.clauses]
    for start, end, tokens in claim.clauses:
        if len(tokens) < _MINIMUM_TOKENS or not clauses:
            continue
        side, nearest = max(clauses, key=lambda found: len(tokens & found[1][2]) / (1 + len(found[1][2])) ** 0.25)
        if len(tokens & nearest[2]) < _ALIKE * len(tokens):
            continue
        mine, theirs = claim.folded[start:end], side.folded[nearest[0] : nearest[1]]
        verbatim = len(tokens & nearest[2]) >= _VERBATIM * max(len(tokens), len(nearest[2]))
        if _opposite(mine, theirs, verbatim=verbatim):
            return "says the opposite of the cited passages"
    if not same and claim.directions:
        known = frozenset[Direction]().union(*(side.directions for side in sides))
        if known and not claim.directions & known:
            return f"went {' and '.join(sorted(known))} in the cited passages"
    return None


def _opposite(mine: str, theirs: str, *, verbatim: bool) -> bool:
    said, known = ([word.direction for word in direction_words(text)] for text in (mine, theirs))
    if said and known and not set(said) & set(known):
        return True
    if verbatim and len(said) == len(known) and said != known:
        return True
    for one, other in _OPPOSITES:
        mine_one, mine_other = bool(one.search(mine)), bool(other.search(mine))
        if mine_one is not mine_other and (mine_other, mine_one) == (
            bool(one.search(theirs)),
            bool(other.search(theirs)),
        ):
            return True
    return False
