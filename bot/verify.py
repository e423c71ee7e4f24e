"""The last step before a reader: a draft stays only if its cited passages hold every figure, year and place in it.

Whoever wrote the draft, its figures are compared by value, unit, scale, bound and direction, in whichever language the
passage has them, and figures and places also by the words around them. What a comparison of this kind cannot see, such
as a wrong cause, stays: the aim is that nothing that can be checked is shown unchecked.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise

from bot.turn import Draft, Withheld
from knowledge.figures import (
    Bound,
    Direction,
    Figure,
    Key,
    Role,
    direction_words,
    figures,
    fold,
    numbered_names,
    unread_numerals,
)
from knowledge.passage import Passage
from knowledge.places import Place, Tier, TierKind, TierMention, find_groups, find_places, find_tiers, place

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
    bare = _bare(text)
    if any(_quotes(bare, side) for passage in passages for side in (passage.text, passage.text_en, passage.quote)):
        return None
    claim = _read(bare)
    supports = [_support(passage) for passage in passages]
    return next((reason for objection in _OBJECTIONS if (reason := objection(claim, supports))), None)


def contradicts(text: str, passage: Passage, *, presumes: bool = False) -> bool:
    """Whether a question takes the opposite of what a passage says for said: a rise for a fall, the one end of a change
    for the other. One that does not say by its form that it ``presumes`` something must share a figure with it.
    """
    claim, support = _read(_bare(text)), _support(passage)
    matching = [(figure, found) for figure in claim.figures if (found := support.matching(figure, claim))]
    if any(_wrong_direction(claim, figure, support, found) for figure, found in matching):
        return True
    if not matching and not presumes:
        return False
    said = _directions(claim)
    known = {word for side in support.sides for word in _directions(side)}
    if said and known and not said & known:
        return True
    mine = {pole for clause in claim.clauses for pole in clause.poles}
    theirs = {pole for side in support.sides for clause in side.clauses for pole in clause.poles}
    return any((pair, -sign) in theirs and (pair, -sign) not in mine for pair, sign in mine - theirs)


def _objection(draft: Draft, passages: Mapping[str, Passage]) -> str | None:
    if not draft.passage_ids:
        return "cites nothing"
    unknown = next((id_ for id_ in draft.passage_ids if id_ not in passages), None)
    if unknown:
        return f"cites the unknown passage {unknown}"
    cited = [passages[id_] for id_ in draft.passage_ids]
    return check(draft.text, cited) or (_check_weakness(draft.weakness, cited) if draft.weakness else None)


def _check_weakness(text: str, passages: Sequence[Passage]) -> str | None:
    """A weakness speaks of what a passage lacks, so only its figures are checked, also against the editors' notes."""
    claim = _read(_bare(text))
    supports = [_support(passage, with_notes=True) for passage in passages]
    return _foreign_name(claim, supports) or _foreign_figure(claim, supports, anywhere=True)


def _quotes(text: str, side: str | None) -> bool:
    """Whether the text is whole sentences of a passage, word for word."""
    start = side.find(text) if side and text else -1
    if side is None or start < 0:
        return False
    before, after = side[:start].rstrip(), side[start + len(text) :]
    return (not before or before[-1] in "。！？.!?\n") and (not after.strip() or text[-1] in "。！？.!?\n")


def _bare(text: str) -> str:
    return _MARKER.sub("", text).strip()


# --- reading a text ---

_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
_CLAUSE_END = re.compile(
    r"[。！？!?\n，；;：（）()—]|,(?!\d{3})|:(?!\d)|\.(?=\s|$)|(?<![a-z])(?:while|whereas|but|against|than)(?![a-z])"
)
_LIST = re.compile(r"(?:\s|、|,|，|/|和|与|及|以及|and|or|&)*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOKEN = re.compile(r"[\u4e00-\u9fff]+|[a-z]{3,}|\d+")
_PLAIN = frozenset({"the", "and", "for", "that", "with", "from", "has", "have", "was", "were", "are", "its", "which"})
_LAST = re.compile(r"(?:[\u4e00-\u9fff]{1,2}|[a-z0-9]+|\S)\s*\Z")
_FIRST = re.compile(r"\s*(?:[\u4e00-\u9fff]{1,2}|[a-z0-9]+|\S)")
# The kinds of place that a city of each tier is one of.
_KINDS_OF = {
    Tier.FIRST_TIER: {TierKind.FIRST_TIER, TierKind.BIG_CITY},
    Tier.NEW_FIRST_TIER: {
        TierKind.NEW_FIRST_TIER,
        TierKind.SECOND_TIER,
        TierKind.PROVINCIAL_CAPITAL,
        TierKind.BIG_CITY,
    },
    Tier.PROVINCIAL_CAPITAL: {TierKind.PROVINCIAL_CAPITAL, TierKind.SECOND_TIER, TierKind.BIG_CITY},
    Tier.CITY: {TierKind.SECOND_TIER, TierKind.LOWER_TIER},
    Tier.COUNTY: {TierKind.COUNTY, TierKind.LOWER_TIER},
}
_VAGUE_TIERS = frozenset({TierKind.HOME, TierKind.BIG_CITY})
# How many characters around a figure or place tell it from another.
_REACH_ZH, _REACH_EN = 8, 36

_THERE = re.compile(r"那里|那边|那儿|当地|(?<![a-z])there(?!\s(?:is|are|was|were))(?![a-z])")
_OF_IT = re.compile(r"的[^，。；]{0,2}")
_AS_IN = re.compile(r"(?:(?<!such\s)\bas|\bthan|\bof)\s(?:that\s)?(?:in\s|of\s)?(?:the\s)?\Z")

# Words and their opposites, with which one clause can contradict another; rises and falls come from the figures.
_OPPOSITES = (
    (
        "流出 外流 迁出 外迁 搬离 out outflow outflows outward outwards",
        "流入 迁入 搬进 into inflow inflows inward inwards",
    ),
    ("离开 逃离 leave leaves leaving left departures", "回到 返回 留在 stay stays stayed return returns returned"),
    ("更多 多于 大多 不少 more", "更少 少于 极少 很少 fewer less"),
    ("高于 更高 偏高 很高 较高 high higher highest", "低于 更低 偏低 很低 较低 low lower lowest"),
    ("更长 long longer longest", "更短 short shorter shortest"),
    ("以上 above", "以下 below"),
    ("便宜 实惠 cheap cheaper", "昂贵 很贵 更贵 较贵 dear dearer expensive"),
    ("更好 改善 better", "更差 更糟 worse"),
    ("收紧 抬高 tighten tightens tightened tighter", "放宽 放低 降低 放松 loosen loosens loosened lower lowered eased"),
    ("吸引 留住 gain gains gained win wins keep keeps kept attract attracts", "流失 失去 lose loses losing lost"),
)
# Things of a kind that a claim may not name in place of the one its passages name with the same figure; "_" is a space.
_RIVALS = (
    (
        "流入 流向 迁入 涌入 inflow inflows flow_to flows_to flowed_to flow_into moved_into move_into",
        "流出 外流 迁出 外迁 净流出 outflow outflows flow_away flows_away flow_out flow_from moved_out move_out left "
        "leave leaves leaving departures moved_away 离开 逃离",
    ),
    ("留存率 留存 retention retained", "流失率 流失 loss_rate attrition loss"),
    ("回归率 回归 引回 引进 return_rate brought_back bring_back attracted", "流失率 流失 loss_rate lost lose loses"),
    ("通过 成功 获批 successful succeed succeeds get gets got", "被拒 拒绝 refused rejected denied turned_down"),
    ("关门 关了 关闭 倒闭 close closed closes shut", "开业 开张 新开 opened opens"),
    ("leaves leave left leaving 外流 离开 流出", "arrives arrive arrived arriving 到来 来到 涌入"),
    ("步行 走路 on_foot walk walks walking", "开车 驾车 drive drives driving by_car"),
    ("买 购买 buy bought buys", "租 rent rents rented 房租 租金"),
    ("利润 profit profits 盈利", "营业额 营收 turnover turns_over revenue 销售额"),
    ("户籍人口 registered_population", "常住人口 resident_population"),
    ("服务业 services", "制造业 manufacturing", "农业 agriculture farming"),
    ("硕士 master's masters", "博士 phd doctoral doctorate doctorates", "本科 bachelor bachelor's undergraduates"),
    ("企业所得税 corporate corporate_income_tax", "个人所得税 personal_income_tax personal"),
    ("风电 wind-power wind_power", "光伏 太阳能 solar"),
    ("rent 房租 租金", "tax taxes 税"),
    ("一套 each", "每平方米 per_square_metre per_square_meter"),
    ("young youths 年轻人 青年", "elderly old_people 老年人 老人"),
)
_RIVAL = {
    word.replace("_", " "): tuple(
        (group, side)
        for group, sides in enumerate(_RIVALS)
        for side, words in enumerate(sides)
        if word in words.split()
    )
    for sides in _RIVALS
    for words in sides
    for word in words.split()
}
_RIVAL_ZH = re.compile("|".join(sorted((word for word in _RIVAL if not word.isascii()), key=len, reverse=True)))
_RIVAL_EN = re.compile(
    "(?<![a-z])(?:"
    + "|".join(sorted((word for word in _RIVAL if word.isascii()), key=len, reverse=True))
    + ")(?![a-z])"
)
# A denial, other than a bound (不到, no more than) or a remark on what an article leaves out.
_DENIAL = re.compile(
    r"没(?!写|说|提|给|注明|交代|查|核)|未(?![来必经达满足注说写提给婚]|核)|从不|决不|绝不"
    r"|不(?![到足超过少止低高多满同断仅只但论管错久易如及等下妨知动住起了上]|[^，。]?得不|明|一定|算|靠)"
    r"|(?<![a-z])(?:never|not(?!\s(?:only|more|less|fewer|just|quite|all|every))|nobody|none|hardly"
    r"|no(?!\s(?:more|less|fewer|later|longer\sthan|source|date|figure|amount|year)))(?![a-z])|n't(?![a-z])"
)
_SILENT = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have)(?:\s(?:no|not)|n't)\s(?:say|state|sourced|give|name|verif|cite|mention)"
)
_RELATIVE_YEARS = {
    "前年": re.compile(r"前年|year\sbefore\slast(?![a-z])"),
    "去年": re.compile(r"去年|(?<![a-z])(?<!before\s)(?<!the\s)last\syear(?![a-z])"),
    "今年": re.compile(r"今年|(?<![a-z])this\syear(?![a-z])"),
    "明年": re.compile(r"明年|(?<![a-z])next\syear(?![a-z])"),
}
_NATION = re.compile(r"全国|全中国|(?<![a-z])(?:china's|in\schina|all\schinese|nationwide|nationally)(?![a-z])")
_NATIONAL = re.compile(r"全国|中国|国内|china|chinese|nation|country")
# Between a figure and the place it compares with, and before such a place.
_COMPARED_AFTER = re.compile(r"(?<![a-z])(?:as|than|of|from|against|with|versus|vs|to|for)(?![a-z])|[比跟与和同]")
_COMPARED_BEFORE = re.compile(
    r"(?:compared\s(?:with|to)|than|against|versus|vs\.?|relative\sto|as\sin|unlike)\s(?:[a-z]+\s){0,2}\Z|[比跟与和同较]\Z|相对于?\Z"
)

_MOVED = r"(?:mov(?:e|es|ed|ing)|relocat\w+|flock\w*|flow\w*|pour\w*|migrat\w+|departures)"
_MOVED_TO = re.compile(
    rf"(?<![a-z]){_MOVED}(?:\s(?!back)[a-z]+){{0,3}}\s(?:in)?to\s(?:the\s)?\Z|(?:涌[入向进]|(?<!回)来到|搬[到进]了?|[流迁][入向]|前往|去了)\Z"
)
_MOVED_FROM = re.compile(
    rf"(?<![a-z])(?:{_MOVED}(?:\s[a-z]+){{0,3}}\sfrom|leav(?:e|es|ing)|left)\s(?:the\s)?\Z|(?:离开|逃离|搬离|撤离)了?\Z"
)

# Each word's pole, as the number of its pair and 1 or -1.
_POLE = {
    word: (pair, sign)
    for pair, sides in enumerate(_OPPOSITES, start=1)
    for sign, words in zip((1, -1), sides, strict=True)
    for word in words.split()
}
_POLE_ZH = re.compile("|".join(word for word in _POLE if not word.isascii()))


@dataclass(frozen=True, slots=True)
class _Named:
    """A place at ``start:end`` of a text; several of a group such as 北上广 share their offsets."""

    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A figure or place at ``start:end`` of a text, with the words around it."""

    what: Key | str
    start: int
    end: int
    context: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause at ``start:end`` of a text, with its words, its rises and falls, and its other poles."""

    start: int
    end: int
    tokens: frozenset[str]
    directions: tuple[Direction, ...]
    poles: frozenset[tuple[int, int]]


class _Reading:
    """A text taken apart, each part when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.chinese = _HAN.search(text) is not None

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return figures(self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return numbered_names(self.text)

    @cached_property
    def mentions(self) -> tuple[tuple[Place, int, int], ...]:
        return tuple((mention.place, mention.start, mention.end) for mention in find_places(self.text))

    @cached_property
    def places(self) -> tuple[_Named, ...]:
        """Every place, groups such as 北上广 spelt out; a tier such as 一线城市 names none."""
        named = [_Named(found.id, start, end) for found, start, end in self.mentions]
        taken = {found.start for found in named}
        tiers = {(tier.start, tier.end) for tier in find_tiers(self.text)}
        for group in find_groups(self.text):
            if group.start not in taken and (group.start, group.end) not in tiers:
                named += [_Named(member, group.start, group.end) for member in group.members]
        return tuple(sorted(named, key=lambda found: found.start))

    @cached_property
    def place_ids(self) -> frozenset[str]:
        return frozenset(found.place for found in self.places)

    @cached_property
    def lists(self) -> tuple[tuple[_Named, ...], ...]:
        """The places, those of one list together."""
        lists: list[list[_Named]] = []
        for found in self.places:
            if lists and _LIST.fullmatch(self.folded, lists[-1][-1].end, max(found.start, lists[-1][-1].end)):
                lists[-1].append(found)
            else:
                lists.append([found])
        return tuple(map(tuple, lists))

    @cached_property
    def _clause_ends(self) -> list[int]:
        return [match.end() for match in _CLAUSE_END.finditer(self.folded)]

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [match.end() for match in _SENTENCE_END.finditer(self.folded)]

    @cached_property
    def clauses(self) -> tuple[_Clause, ...]:
        ends = sorted({0, *self._clause_ends, len(self.folded)})
        words = direction_words(self.text)
        return tuple(
            _Clause(
                start,
                end,
                tokens := frozenset(_tokens(self.folded[start:end])),
                tuple(word.direction for word in words if start <= word.start < end),
                _poles(tokens, self.folded, start, end),
            )
            for start, end in pairwise(ends)
        )

    def clause_of(self, start: int, end: int) -> tuple[int, int]:
        return _around(self._clause_ends, start, end, len(self.folded))

    def places_of(self, figure: Figure) -> frozenset[str]:
        """The places in the figure's own clause, and in the one before where it points back there."""
        opens, closes = self.clause_of(figure.start, figure.end)
        if opens and _THERE.search(self.folded, opens, closes):
            opens, _ = self.clause_of(opens - 1, opens)
        if shared := self._paired.get(figure.start):
            return shared
        return frozenset(found.place for found in self.places if opens <= found.start < closes)

    @cached_property
    def _paired(self) -> dict[int, frozenset[str]]:
        """The places of figures that alternate with places in one clause: 6,000 yuan in Henan and 3,000 in Jilin."""
        paired = {}
        for clause in self.clauses:
            rows = [row for row in self.lists if clause.start <= row[0].start < clause.end]
            if len(rows) < 2:
                continue
            own = [f for f in self.figures if clause.start <= f.start < clause.end and not f.period]
            order = sorted([*((f.start, 0) for f in own), *((row[0].start, 1) for row in rows)])
            kinds = [kind for _, kind in order]
            if len(own) == len(rows) and len({f.key.kind for f in own}) == 1 and kinds == kinds[:2] * len(own):
                for figure, row in zip(own, rows, strict=True):
                    paired[figure.start] = frozenset(found.place for found in row)
        return paired

    @cached_property
    def moves(self) -> frozenset[tuple[int, str]]:
        """Places and kinds of place that people move to (1) and from (-1)."""
        spots = [(row[0].start, [found.place for found in row]) for row in self.lists]
        spots += [(tier.start, [tier.kind]) for tier in self.tiers]
        moves = set()
        for start, spot in spots:
            before = self.folded[max(0, start - 36) : start]
            sign = 1 if _MOVED_TO.search(before) else -1 if _MOVED_FROM.search(before) else 0
            moves |= {(sign, each) for each in spot} if sign else set()
        return frozenset(moves)

    def bases_of(self, figure: Figure) -> frozenset[str]:
        """The places with which a share or multiple compares: 北京的2.3倍, "65% of Shanghai's", "as in Beijing"."""
        if figure.unit not in ("percent", "times"):
            return frozenset()
        _, closes = _around(self._sentence_ends, figure.start, figure.end, len(self.folded))
        return frozenset(
            found.place
            for found in self.places
            if _OF_IT.fullmatch(self.folded, found.end, max(found.end, figure.start))
            or (
                figure.end <= found.start < closes
                and _AS_IN.search(self.folded, max(figure.end, found.start - 16), found.start)
            )
        )

    def compared_with(self, figure: Figure) -> frozenset[str]:
        """The places of the figure's clause that it may be compared with."""
        return self.bases_of(figure) | frozenset(
            found.place
            for found in self.places
            if _COMPARED_BEFORE.search(self.folded, max(0, found.start - 24), found.start)
            or (figure.end <= found.start and _COMPARED_AFTER.search(self.folded, figure.end, found.start))
        )

    def rivals_in(self, start: int, end: int) -> frozenset[tuple[int, int]]:
        found = _RIVAL_ZH.findall(self.folded, start, end) if self.chinese else []
        return frozenset(
            side for word in [*found, *_RIVAL_EN.findall(self.folded, start, end)] for side in _RIVAL[word]
        )

    @cached_property
    def rivals(self) -> frozenset[tuple[int, int]]:
        return self.rivals_in(0, len(self.folded))

    def sentence_of(self, figure: Figure) -> tuple[int, int]:
        return _around(self._sentence_ends, figure.start, figure.end, len(self.folded))

    def denies(self, start: int, end: int) -> bool:
        return _DENIAL.search(self.folded, start, end) is not None and not _SILENT.search(self.folded, start, end)

    @cached_property
    def denial(self) -> bool:
        return self.denies(0, len(self.folded))

    @cached_property
    def unread(self) -> tuple[str, ...]:
        return unread_numerals(self.text)

    @cached_property
    def relative_years(self) -> frozenset[str]:
        if "年" not in self.folded and "year" not in self.folded:
            return frozenset()
        return frozenset(year for year, words in _RELATIVE_YEARS.items() if words.search(self.folded))

    @cached_property
    def tiers(self) -> tuple[TierMention, ...]:
        return find_tiers(self.text)

    @cached_property
    def tier_kinds(self) -> frozenset[TierKind]:
        """The kinds of place that the text speaks of, also by naming one."""
        tiers = {known.tier for id_ in self.place_ids if (known := place(id_)) and known.tier}
        named = {kind for tier in tiers for kind in _KINDS_OF[tier]}
        return frozenset(named | {tier.kind for tier in self.tiers})

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The places that stand twice in one list, in one clause, or next to each other."""
        twice = {found.place for row in self.lists for found in row if sum(found.place == o.place for o in row) > 1}
        for one, other in pairwise(sorted(self.places, key=lambda found: (found.place, found.start))):
            _, closes = self.clause_of(one.start, one.end)
            if one.place == other.place and (other.start < closes or other.start - one.end <= _NEXT):
                twice.add(one.place)
        return frozenset(twice)

    @cached_property
    def figure_anchors(self) -> tuple[_Anchor, ...]:
        return tuple(
            _Anchor(figure.key, figure.start, figure.end, self._context(figure.start, figure.end))
            for figure in self.figures
        )

    @cached_property
    def place_anchors(self) -> tuple[_Anchor, ...]:
        """Places of one list share what is around the list: their order in it says nothing."""
        return tuple(
            _Anchor(found.place, found.start, found.end, context)
            for row in self.lists
            for context in (self._context(row[0].start, row[-1].end),)
            for found in row
        )

    def _context(self, start: int, end: int) -> frozenset[str]:
        first, last = _around(self._sentence_ends, start, end, len(self.folded))
        reach = _REACH_ZH if self.chinese else _REACH_EN
        before = self.folded[max(first, start - reach) : start]
        after = self.folded[end : min(last, end + reach)]
        left = _tokens(before, cut_first=start - reach > first)
        right = _tokens(after, cut_last=end + reach < last)
        # The nearest word counts three times: it tells neighbours apart, as in "Fuxin in Liaoning".
        near = [(side, word[0]) for side, word in (("<", _LAST.search(before)), (">", _FIRST.match(after))) if word]
        return frozenset(
            [*(f"<{t}" for t in left), *(f">{t}" for t in right), *(s + n + w for s, w in near for n in "12")]
        )


def _around(ends: list[int], start: int, end: int, length: int) -> tuple[int, int]:
    before, after = bisect(ends, start), bisect(ends, end - 1)
    return ends[before - 1] if before else 0, ends[after] if after < len(ends) else length


def _tokens(text: str, *, cut_first: bool = False, cut_last: bool = False) -> list[str]:
    """English words and pairs of Chinese characters; English words that a window cuts through are left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        if _HAN.match(word):
            tokens += [word[i : i + 2] for i in range(len(word) - 1)]
        elif (
            word not in _PLAIN
            and not (cut_first and match.start() == 0)
            and not (cut_last and match.end() == len(text))
        ):
            tokens.append(word)
    return tokens


def _poles(tokens: frozenset[str], folded: str, start: int, end: int) -> frozenset[tuple[int, int]]:
    chinese = (
        {match[0] for match in _POLE_ZH.finditer(folded, start, end)} if _HAN.search(folded, start, end) else set()
    )
    return frozenset(_POLE[word] for word in (tokens & _POLE.keys()) | chinese)


@lru_cache(maxsize=8192)
def _read(text: str) -> _Reading:
    return _Reading(text)


# --- what a passage offers ---


class _Support:
    """One passage: its text in each language, and what is known about its source."""

    def __init__(self, passage: Passage, *, with_notes: bool) -> None:
        self.document = passage.document_id
        self.cities = frozenset(known.id if (known := place(name)) else name for name in passage.cities)
        self.sides = [_read(text) for text in (passage.text, passage.text_en, passage.quote) if text]
        self._scope = passage.scope
        about = [passage.attribution, passage.weakness, passage.editor_note if with_notes else None]
        texts = [text for note in about if note for text in (note.zh, note.en)]
        self._about = [_read(text) for text in [*texts, passage.as_of] if text]

    def in_language(self, claim: _Reading) -> list[_Reading]:
        """The sides in the language of the claim, of which there may be none."""
        return [side for side in self.sides if side.chinese is claim.chinese]

    def readings(self, claim: _Reading) -> list[_Reading]:
        """All texts, those in the claim's language first."""
        return [*sorted(self.sides, key=lambda side: side.chinese is not claim.chinese), *self._about]

    def knows_place(self, id_: str, claim: _Reading) -> bool:
        return id_ in self.cities or any(id_ in reading.place_ids for reading in self.readings(claim))

    @cached_property
    def tier_kinds(self) -> frozenset[TierKind]:
        cities = {kind for id_ in self.cities if (city := place(id_)) and city.tier for kind in _KINDS_OF[city.tier]}
        scope = {kind for kind in TierKind if kind in self._scope}
        return frozenset(cities | scope).union(*(side.tier_kinds for side in [*self.sides, *self._about]))

    def matching(self, figure: Figure, claim: _Reading) -> list[tuple[_Reading, Figure]]:
        """The figures of the same key in the claim's language, or else in any text."""
        for readings in (self.in_language(claim), self.readings(claim)):
            found = [(reading, own) for reading in readings for own in reading.figures if own.key == figure.key]
            if found:
                return found
        return []

    def units(self, figure: Figure, claim: _Reading) -> frozenset[str]:
        """The units in which the texts have the figure's value."""
        readings = self.readings(claim)
        return frozenset(own.unit for side in readings for own in side.figures if own.key == figure.key and own.unit)

    def count(self, key: Key, claim: _Reading) -> int:
        readings = self.readings(claim)
        return max((sum(own.key == key for own in reading.figures) for reading in readings), default=0)


@lru_cache(maxsize=1024)
def _support(passage: Passage, with_notes: bool = False) -> _Support:
    return _Support(passage, with_notes=with_notes)


# --- objections: each gives a reason or None ---

# Counters and nouns that may stand for one another.
_ALIKE_UNITS = (
    frozenset({"venue", "firm", "branch", "school", "hospital", "university"}),
    frozenset({"site", "city", "hospital", "school"}),
    frozenset({"item", "patent", "article", "job"}),
    frozenset({"flat", "bedroom"}),
    frozenset({"ratio", "times"}),
)
# "The other two say": articles counted by the claim itself.
_THE_OTHERS = re.compile(r"(?:\b(?:the other|these|those|all)\s|[另这那])\Z")
# Shares of a claim's words: how many must stand around another figure to show that it took its place, by how many more
# than around its own; and how many make a clause the same but for a word.
_TAKEN, _LEAD, _SAME, _ALIKE = 0.6, 0.34, 0.7, 0.4
_FEW = 3
_NEXT = 6


def _foreign_place(claim: _Reading, supports: list[_Support]) -> str | None:
    for found in claim.places:
        if not any(support.knows_place(found.place, claim) for support in supports):
            return f"{claim.text[found.start : found.end]} is not in the cited passages"
    return None


def _wrong_province(claim: _Reading, supports: list[_Support]) -> str | None:
    for (one, _, end), (other, start, _) in pairwise(claim.mentions):
        gap = claim.folded[end:start].strip()
        if gap not in {"in", "("} and (gap or not claim.chinese):
            continue
        inside, outer = (one, other) if gap else (other, one)
        if outer.kind == "province" and inside.kind in {"city", "county"} and inside.province != outer.id:
            return f"{inside.id} is not in {outer.id}"
    return None


def _foreign_name(claim: _Reading, supports: list[_Support]) -> str | None:
    for name in claim.names:
        if not any(name in reading.names for support in supports for reading in support.readings(claim)):
            return f"{name} is not in the cited passages"
    return None


def _foreign_figure(claim: _Reading, supports: list[_Support], *, anywhere: bool = False) -> str | None:
    documents = len({support.document for support in supports})
    for figure in claim.figures:
        if _counts_articles(claim, figure, documents):
            continue
        reasons = [_misfit(claim, figure, support, anywhere=anywhere) for support in supports]
        if None not in reasons:
            return next((reason for reason in reasons if reason), f"{figure.text} is not in the cited passages")
    return None


def _counts_articles(claim: _Reading, figure: Figure, documents: int) -> bool:
    plain = figure.unit in (None, "article") and len(figure.values) == 1 and figure.values[0] <= documents
    others = _THE_OTHERS.search(claim.folded, max(0, figure.start - 12), figure.start)
    return plain and (figure.unit == "article" or others is not None)


def _misfit(claim: _Reading, figure: Figure, support: _Support, *, anywhere: bool) -> str | None:
    """Why this passage does not bear the figure out: an empty reason where it does not have it at all.

    ``anywhere`` asks for no place.
    """
    matching = support.matching(figure, claim)
    if not matching:
        named = any(figure.text in reading.names for reading in support.readings(claim))
        return None if named or _left_to_grammar(claim, figure, support) else ""
    wrongs = (_wrong_unit, _wrong_bound, _wrong_direction, _wrong_size, *(() if anywhere else (_wrong_place,)))
    return next((reason for wrong in wrongs if (reason := wrong(claim, figure, support, matching))), None)


def _left_to_grammar(claim: _Reading, figure: Figure, support: _Support) -> bool:
    """Whether another language would leave the figure unsaid: 1名 and "each expert", 年薪 and "a salary"."""
    if support.in_language(claim) or figure.values != (Decimal(1),):
        return False
    periods = any(own.period for reading in support.sides for own in reading.figures)
    return (figure.period and not periods) or (figure.key.kind == "number" and figure.unit != "yuan")


_Matching = list[tuple[_Reading, Figure]]


def _wrong_unit(claim: _Reading, figure: Figure, support: _Support, matching: _Matching) -> str | None:
    if figure.unit is None or any(own.unit == figure.unit for _, own in matching):
        return None
    units = support.units(figure, claim)
    if (
        not units
        or any({figure.unit, unit} <= alike for unit in units for alike in _ALIKE_UNITS)
        or figure.unit in units
    ):
        return None
    return f"{figure.text} is of {' or '.join(sorted(units))} in the cited passages"


def _wrong_bound(claim: _Reading, figure: Figure, support: _Support, matching: _Matching) -> str | None:
    """A bound may be softened to "about", but not appear, vanish or turn."""
    bounds = {own.bound for _, own in matching}
    soft = {Bound.ABOUT, Bound.NEARLY} if figure.bound is None else set()
    if figure.bound in bounds or figure.bound is Bound.ABOUT or bounds & soft:
        return None
    return f"{figure.text} is {' or '.join(sorted(bound or 'exactly' for bound in bounds))} that in the cited passages"


def _wrong_direction(claim: _Reading, figure: Figure, support: _Support, matching: _Matching) -> str | None:
    directions = {own.direction for _, own in matching} - {None}
    if figure.direction and directions and figure.direction not in directions:
        return f"{figure.text} went {' and '.join(sorted(map(str, directions)))} in the cited passages"
    if not figure.direction and all(own.signed and own.direction is Direction.DOWN for _, own in matching):
        return f"{figure.text} has a minus sign in the cited passages"
    roles = {own.role for _, own in matching}
    if figure.role and None not in roles and figure.role not in roles:
        return f"{figure.text} is at the other end of the change in the cited passages"
    return None


def _wrong_size(claim: _Reading, figure: Figure, support: _Support, matching: _Matching) -> str | None:
    """65% of something is not 65% below it, nor a rise of 68% a rise to it."""
    sized = figure.role is Role.BY and figure.unit in ("percent", "percentage_point", "times")
    if sized and all(own.role is None and own.direction is None for _, own in matching):
        return f"{figure.text} is no difference in the cited passages"
    return None


def _wrong_place(claim: _Reading, figure: Figure, support: _Support, matching: _Matching) -> str | None:
    places = claim.places_of(figure)
    if not all(support.knows_place(id_, claim) for id_ in places):
        return f"{figure.text} is not said of that place in the cited passages"
    if figure.period:
        return None
    theirs = [reading.places_of(own) for reading, own in matching]
    if places and all(theirs) and not any(places & own for own in theirs):
        return f"{figure.text} is said of another place in the cited passages"
    bases = claim.bases_of(figure)
    their_bases = [reading.bases_of(own) for reading, own in matching]
    if bases and all(their_bases) and not any(bases & own for own in their_bases):
        return f"{figure.text} compares with another place in the cited passages"
    if places and figure.unit in ("percent", "times") and all(their_bases):
        subjects = places - claim.compared_with(figure)
        if subjects and all(
            subjects <= base and not subjects & (places_of - base)
            for base, places_of in zip(their_bases, theirs, strict=True)
        ):
            return f"{figure.text} compares with that place in the cited passages"
    return None


def _too_often(claim: _Reading, supports: list[_Support]) -> str | None:
    """What stands twice where its passages have it once has taken the place of something else."""
    times = Counter(figure.key for figure in claim.figures if not figure.period)
    for figure in claim.figures:
        often = times[figure.key]
        if often > 1 and often > sum(support.count(figure.key, claim) for support in supports):
            return f"{figure.text} stands more often than in the cited passages"
    for id_ in claim.repeated:
        same = [side for support in supports for side in support.in_language(claim)]
        if not any(id_ in side.repeated for side in same or [side for support in supports for side in support.sides]):
            return f"{id_} stands more often than in the cited passages"
    return None


def _misplaced(claim: _Reading, supports: list[_Support]) -> str | None:
    """A figure or place amid the words that the passages have around another one."""
    sides = [side for support in supports for side in support.in_language(claim)]
    pairs = []
    if len({figure.key for side in sides for figure in side.figures}) > 1:
        pairs.append((claim.figure_anchors, [anchor for side in sides for anchor in side.figure_anchors]))
    if len({id_ for side in sides for id_ in side.place_ids}) > 1:
        pairs.append((claim.place_anchors, [anchor for side in sides for anchor in side.place_anchors]))
    for mine, theirs in pairs:
        for anchor in mine:
            size = len(anchor.context)
            if size < _FEW:
                continue
            own = max((len(anchor.context & known.context) for known in theirs if known.what == anchor.what), default=0)
            other = max(
                (len(anchor.context & known.context) for known in theirs if known.what != anchor.what), default=0
            )
            if other >= _TAKEN * size and other - own >= _LEAD * size:
                return f"{claim.text[anchor.start : anchor.end]} stands where the cited passages have another"
    return None


def _contrary(claim: _Reading, supports: list[_Support]) -> str | None:
    """A clause that says the opposite of the clause most like it, or a rise where the passages know only falls."""
    sides = [side for support in supports for side in support.in_language(claim)]
    pointed = [mine for mine in claim.clauses if len(mine.tokens) >= _FEW and (mine.directions or mine.poles)]
    clauses = [clause for side in sides for clause in side.clauses] if pointed else []
    for mine in pointed if clauses else ():
        size = len(mine.tokens)
        nearest = max(clauses, key=lambda known: len(mine.tokens & known.tokens) / (1 + len(known.tokens)) ** 0.25)
        shared = len(mine.tokens & nearest.tokens)
        same = shared >= _SAME * max(size, len(nearest.tokens))
        if shared >= _TAKEN * size and _opposite(mine, nearest, same=same):
            return "says the opposite of the cited passages"
    alike = any(
        len(mine.tokens & known.tokens) >= _ALIKE * len(mine.tokens)
        for mine in pointed
        if mine.directions
        for known in clauses
        if known.directions
    )
    said = _directions(claim) if alike or not sides else set()
    known = {word for support in supports for side in support.sides for word in _directions(side)} if said else set()
    if known and not known & said:
        return f"went {' and '.join(sorted(known))} in the cited passages"
    return None


def _directions(reading: _Reading) -> set[Direction]:
    return {direction for clause in reading.clauses for direction in clause.directions}


def _opposite(mine: _Clause, theirs: _Clause, *, same: bool) -> bool:
    if mine.directions and theirs.directions and not set(mine.directions) & set(theirs.directions):
        return True
    if same and len(mine.directions) == len(theirs.directions) and mine.directions != theirs.directions:
        return True
    said, known = mine.poles - theirs.poles, theirs.poles - mine.poles
    return any((pair, -sign) in known for pair, sign in said)


def _other_way(claim: _Reading, supports: list[_Support]) -> str | None:
    """A move to where the passages know only moves from, or the reverse."""
    known = frozenset[tuple[int, str]]().union(*(side.moves for support in supports for side in support.sides))
    for sign, spot in sorted(claim.moves - known):
        if (-sign, spot) in known:
            return f"the move is {'to' if sign < 0 else 'from'} {spot} in the cited passages"
    return None


def _unread(claim: _Reading, supports: list[_Support]) -> str | None:
    for numeral in claim.unread:
        if not any(numeral in side.folded for support in supports for side in support.readings(claim)):
            return f"{numeral} is not in the cited passages"
    return None


def _foreign_year(claim: _Reading, supports: list[_Support]) -> str | None:
    for year in sorted(claim.relative_years):
        if not any(year in side.relative_years for support in supports for side in support.readings(claim)):
            return f"{year} is not in the cited passages"
    return None


def _foreign_tier(claim: _Reading, supports: list[_Support]) -> str | None:
    """Beside a figure, a kind of place that the passages neither speak of nor name a city of, or the whole country."""
    for tier in claim.tiers if claim.figures else ():
        if tier.kind not in _VAGUE_TIERS and not any(tier.kind in support.tier_kinds for support in supports):
            return f"{claim.text[tier.start : tier.end]} is not in the cited passages"
    nation = _NATION.search(claim.folded) if claim.figures else None
    if nation and not any(_NATIONAL.search(side.folded) for support in supports for side in support.readings(claim)):
        return f"{claim.text[nation.start() : nation.end()]} is not in the cited passages"
    return None


def _rival(claim: _Reading, supports: list[_Support]) -> str | None:
    """A figure with a denial, or with a word that the passages lack where they have its rival."""
    if not claim.figures:
        return None
    known = frozenset[tuple[int, int]]().union(*(side.rivals for support in supports for side in support.sides))
    for figure in claim.figures:
        if figure.period:
            continue
        start, end = claim.clause_of(figure.start, figure.end)
        own = claim.rivals_in(*claim.sentence_of(figure))
        denies = claim.denies(start, end)
        matching = (
            [found for support in supports for found in support.matching(figure, claim)]
            if denies or own - known
            else []
        )
        theirs = frozenset[tuple[int, int]]().union(
            *(side.rivals_in(*side.sentence_of(found)) for side, found in matching)
        )
        for group, side in own - known:
            if any(group == other and side != rival for other, rival in theirs - own):
                return f"{figure.text} is said of something else in the cited passages"
        if denies and matching and not any(side.denial for support in supports for side in support.sides):
            return f"{figure.text} is not denied in the cited passages"
    return None


_OBJECTIONS = (
    _foreign_place,
    _wrong_province,
    _foreign_tier,
    _foreign_name,
    _foreign_year,
    _unread,
    _foreign_figure,
    _too_often,
    _misplaced,
    _contrary,
    _other_way,
    _rival,
)
