"""What a passage is about and how good it is: by rules, and by the bundled notes that it is nearest to.

The notes were labelled by hand. ``python -m evals.annotations`` measures how often the labels given here agree with
theirs, each note labelled without itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Generic, Literal, TypeVar

import numpy as np
import rjieba
import yaml

from knowledge.attribution import Sources, find_sources, goes_on, is_untold
from knowledge.corpus import load_notes
from knowledge.embed import Embedder, Vectors
from knowledge.figures import figure_keys, figures
from knowledge.leaning import Sign, signs, weigh
from knowledge.passage import Bilingual, Caveat, Frozen, Grade, Language, Passage, Stance
from knowledge.places import FIRST_TIER, TierKind, find_groups, find_places, find_tiers, place
from knowledge.script import simplified
from knowledge.sentences import sentences
from knowledge.topics import find_topics

Patterns = tuple[re.Pattern[str], ...]
T = TypeVar("T")

_BATCH = 256
# How many neighbours have a say, if the first is as near as all but so many per cent of the notes are to their nearest.
# With the bundled model that leaves out 19 in 20 paragraphs about other things.
_NEIGHBOURS = 5
_LONELY = 8
# A topic that the words tell needs no neighbour; one that only neighbours have needs so much of their weight.
_AGREED = 0.6
_MOST_TOPICS = 5
# What share of the neighbours must be for leaving where the words say only that somebody left.
_STANCE_TOLD = 0.5
_CITY = 0.8
_AUTHOR = Bilingual(zh="作者", en="the author")
_PROPOSAL = Bilingual(zh="是给政府的建议", en="a proposal to governments")
_SCOPES = {TierKind.BIG_CITY: "first_tier"}
_SMALL_PLACE = re.compile(r"小镇|小地方|村(?!上春树)|乡镇|\bvillages?\b|\bsmall (?:places?|towns?)\b", re.IGNORECASE)
_DID = frozenset("在 从 辞 辞去 辞掉 辞职 回 回到 说 为 放弃 搬 搬到 离开 开 毕业 带 带着 把".split())
_TIER_ONE = re.compile(r"[一1]线|tier", re.IGNORECASE)
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "史唐费廉岑薛雷贺倪汤滕殷罗毕郝安常乐于时傅皮卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄米贝明臧计成戴宋庞熊纪舒屈项祝董梁杜阮"
    "蓝闵席季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍万柯管卢莫房解应丁宣邓单洪包左石崔龚程邢裴陆荣翁段侯全班仇甘武刘景"
    "龙叶白蒲赖卓屠乔闻党翟谭劳温庄柴瞿阎慕连习艾向古易廖耿满欧利师关简饶曾沙游盖岳小老阿"
)
_SURNAME = re.compile(
    r"\b(?:Zhao|Qian|Li|Zhou|Wu|Zheng|Wang|Feng|Chen|Jiang|Shen|Han|Yang|Zhu|Qin|Xu|Lu|Zhang|Kong|Cao|Jin|Wei|Tao|Xie|"
    r"Su|Pan|Ge|Fan|Peng|Ma|Fang|Ren|Yuan|Liu|Tang|Xue|Lei|Ni|Luo|Hao|Yu|Fu|Gu|Meng|Huang|Xiao|Yin|Yao|Shao|Mao|Dai|"
    r"Xiong|Ji|Shu|Dong|Liang|Du|Jia|Guo|Mei|Lin|Zhong|Gao|Xia|Cai|Tian|Hu|Ling|Huo|Mo|Ding|Deng|Hong|Shi|Cui|Gong|"
    r"Cheng|Pei|Hou|Duan|Ye|Bai|Lai|Qiao|Tan|Wen|Liao|Geng|Ouyang|Zeng|Sha|Yue|Mr|Mrs|Ms|Dr)\.? $"
)
_LONGEST_NAME = 12
# Where a title says that somebody goes: what follows is the city that it is about.
_MOVES = (
    re.compile(r"从[^，。；：:？?]{2,12}?(?:搬|迁|回|来)?(?:到了?|去|往|至|回|来)"),
    re.compile(r"(?:搬[去到回来]|回到?|返回|迁到|来到|定居|落户)(?=[^，。]{2,})"),
    re.compile(r"\b[Ff]rom [A-Z][\w’' ]{2,24}? (?:back )?to "),
    re.compile(r"\b(?:[Bb]ack (?:to|in)|[Mm]ov(?:ing|ed) (?:back )?to|[Rr]eturn(?:ing|ed)? to|[Hh]ome (?:to|in)) "),
)
_TO = re.compile(r"\s*(?:to|到|至|去|→|->|—>)\s*")
_INSTITUTES = frozenset({Grade.SURVEY, Grade.NAMED_REPORT})
_SOURCED = frozenset({Grade.SURVEY, Grade.OFFICIAL_STATISTIC, Grade.NAMED_REPORT})
_GRADES = {
    Grade.SURVEY: Bilingual(zh="问卷调查", en="a survey"),
    Grade.OFFICIAL_STATISTIC: Bilingual(zh="说是官方统计", en="said to be an official statistic"),
    Grade.NAMED_REPORT: Bilingual(zh="有名有姓的机构或人", en="a named person or institution"),
    Grade.OPINION: Bilingual(zh="作者的看法", en="the author's view"),
}
# Without a year, and without the number of those asked.
_WANTING = {
    (False, False): None,
    (True, False): Bilingual(zh="没写年份", en="no year given"),
    (False, True): Bilingual(zh="没写样本", en="no sample given"),
    (True, True): Bilingual(zh="没写调查时间和样本", en="no date or sample given"),
}
# What a sign for staying warns of.
_WARNS = {
    "networks": Caveat.RELATIONSHIP_NETWORKS,
    "returns": Caveat.RETURN_FLOWS,
    "kept_few": Caveat.RETURN_FLOWS,
    "wants_out": Caveat.RETURN_FLOWS,
    "ending": Caveat.SUBSIDY_SHORT_LIVED,
    "medical": Caveat.MEDICAL_ACCESS,
    "jobs": Caveat.JOB_MARKET_FIT,
    "shrinking": Caveat.SHRINKING_CITY,
}
# An amount a month that names no unit looks like a year: so much may stand between (月薪2000).
_A_PERIOD = 2
# A row of a table as words (宜昌：月租 1250，打算离开 24%): what a column is called says nothing of the place.
_CELL = r"[^，,；;。！？!?：:|]{1,40}?[\s：:]\s*[-+]?\d[\d,.]*\s*(?:%|％|‰|[\u4e00-\u9fff]{1,3}|[A-Za-z]{1,8})?"
_ROW = re.compile(rf"[^，,；;。！？!?：:]{{1,30}}[：:]\s*{_CELL}(?:[，,；;]\s*{_CELL})*")
_SPACED_YEAR = re.compile(r"(?<=\d{4})\s+(?=年)")


class _Side(Frozen):
    zh: tuple[str, ...]
    en: tuple[str, ...]


Words = TypeVar("Words")


class _Table(Frozen, Generic[Words]):
    case: Words
    view: Words
    own_survey: Words
    opinion: Words
    proposal: Words
    caveats: Mapping[Caveat, Words]
    city_policy: Words


class Labels(Frozen):
    """What is said of a passage beside its words; the fields are those of ``Passage``."""

    topics: tuple[str, ...]
    cities: tuple[str, ...]
    scope: tuple[str, ...]
    stance: Stance
    grade: Grade
    speaks_to: Literal["person", "city"]
    attribution: Bilingual | None
    as_of: str | None
    caveat: Caveat | None
    also_warns: tuple[Caveat, ...]
    weakness: Bilingual | None


def annotate(passages: Sequence[Passage], embedder: Embedder) -> tuple[Passage, ...]:
    """The passages in order, with their labels; the bundled notes keep theirs.

    Embeds their texts as an index does, so that an embedder which remembers them has nothing more to do.
    """
    own = [passage for passage in passages if passage.document_id not in _bundled()]
    neighbours = {language: Neighbours(embedder, language) for language in {passage.language for passage in own}}
    labels: dict[str, Labels] = {}
    for start in range(0, len(own), _BATCH):
        batch = own[start : start + _BATCH]
        vectors = embedder.embed_passages([simplified(passage.text) for passage in batch])
        for passage, vector in zip(batch, vectors, strict=True):
            labels[passage.id] = label(passage, neighbours[passage.language].of(vector))
    return tuple(p.model_copy(update=dict(labels[p.id])) if p.id in labels else p for p in passages)


@cache
def _bundled() -> frozenset[str]:
    return frozenset(document.id for document in load_notes()[0])


class Neighbours:
    """The bundled notes as examples in one language."""

    def __init__(self, embedder: Embedder, language: Language) -> None:
        self._notes = labelled_notes()
        vectors = embedder.embed_passages([simplified(note.in_language(language)) for note in self._notes])
        self._mean = vectors.mean(axis=0)
        self._directions = _directions(vectors - self._mean)
        likeness = self._directions @ self._directions.T
        np.fill_diagonal(likeness, -1.0)
        self._near = float(np.percentile(likeness.max(axis=1), _LONELY))

    def of(self, vector: Vectors, without: Callable[[Passage], bool] | None = None) -> list[tuple[Passage, float]]:
        """The notes nearest to a vector (d,), with their likeness; none where all are far. Some may be left out."""
        likeness = self._directions @ _directions((vector - self._mean)[np.newaxis])[0]
        near = [
            (self._notes[row], float(likeness[row]))
            for row in np.argsort(-likeness).tolist()
            if without is None or not without(self._notes[row])
        ]
        return near[:_NEIGHBOURS] if near and near[0][1] >= self._near else []


@cache
def labelled_notes() -> tuple[Passage, ...]:
    """The bundled notes on what articles say, without those on whole articles."""
    return tuple(note for note in load_notes()[1] if note.line is not None)


def label(passage: Passage, near: Sequence[tuple[Passage, float]] = ()) -> Labels:
    """The labels of a passage; ``near`` are labelled ones and how like it each is."""
    text = simplified(passage.text)
    language = passage.language
    home = home_of(passage)
    sources = find_sources(passage.text, language)
    cities = _cities(passage, home, sources)
    grade, attribution = _grade(text, language, sources, near)
    is_row = _is_row(text)
    found = () if is_row else signs(text, language, home=home)
    caveats = _grade_caveats(text, grade) if is_row else _caveats(text, language, found, grade)
    speaks_to = _speaks_to(text, language, near)
    is_proposal = speaks_to == "city" and _first(_patterns(language).proposal, text) is not None
    is_case = grade is Grade.CASE
    return Labels(
        topics=_topics(text, near),
        cities=cities,
        scope=_scope(text, cities),
        stance=Stance.NEUTRAL if is_proposal or is_row else _stance(text, language, found, is_case=is_case, near=near),
        grade=grade,
        speaks_to=speaks_to,
        attribution=attribution,
        as_of=_as_of(text, sources) if grade not in {Grade.OPINION, Grade.CASE} else None,
        caveat=caveats[0] if caveats else None,
        also_warns=caveats[1:],
        weakness=_weakness(text, language, grade, speaks_to, sources, damaged=passage.damaged),
    )


def _is_row(text: str) -> bool:
    """Whether it is nothing but rows of a table as words, each with figures."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_ROW.fullmatch(line) for line in lines)


def _directions(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Vectors = vectors / np.maximum(lengths, 1e-6)
    return directions


def _votes(near: Sequence[tuple[Passage, float]], of: Callable[[Passage], Iterable[T]]) -> dict[T, float]:
    """What share of the neighbours' weight each label has."""
    total = sum(max(weight, 0.0) for _, weight in near)
    votes: Counter[T] = Counter()
    for note, weight in near:
        for each in of(note):
            votes[each] += max(weight, 0.0) / total  # type: ignore[assignment]
    return dict(votes)


def _topics(text: str, near: Sequence[tuple[Passage, float]]) -> tuple[str, ...]:
    """The topics, those first that most speaks for."""
    told = Counter(mention.topic.id for mention in find_topics(text))
    votes = _votes(near, lambda note: note.topics)
    scores = {
        topic: (1 + min(told[topic] - 1, 3) / 3 if told[topic] else 0.0) + votes.get(topic, 0.0)
        for topic in {*told, *(topic for topic, share in votes.items() if share >= _AGREED)}
    }
    return tuple(sorted(scores, key=lambda topic: (-scores[topic], topic))[:_MOST_TOPICS])


def home_of(passage: Passage) -> str | None:
    """The city that a passage stands under: that of its section or title, or where somebody moves in the title."""
    for heading in (passage.section.zh if passage.section else "", passage.document_title.zh):
        named = [mention for mention in find_places(heading) if not _is_of_person(heading, mention.start)]
        moved = next((hit.end() for pattern in _MOVES if (hit := pattern.search(heading))), None)
        if len(named) == 2 and _TO.fullmatch(heading, named[0].end, named[1].start):
            moved = named[0].end
        reached = [mention for mention in named if moved is not None and mention.start >= moved]
        if reached or len({mention.place.id for mention in named}) == 1:
            return (reached or named)[0].place.id
    return None


def _cities(passage: Passage, home: str | None, sources: Sources) -> tuple[str, ...]:
    """The places that a passage names, and last the city that it stands under; or else those of its section."""
    named = _named(passage.text)
    # An institute is called after a province that the passage need not be about.
    called = {id_ for source in sources.named if source.grade in _INSTITUTES for id_ in _named(source.name)}
    told = tuple(id_ for id_ in named if not (id_ in called and _is_province(id_)))
    named = told or named
    found = place(home) if home else None
    if found is None:
        return named or _named(passage.section.zh if passage.section else "")
    if not named or (found.kind in {"city", "county"} and found.id not in named):
        return (*named, found.id)
    return named


def _is_province(id_: str) -> bool:
    found = place(id_)
    return found is not None and found.kind == "province"


def _is_of_person(text: str, start: int) -> bool:
    """Whether what looks like a place is the given name of somebody: Lai Jinhua."""
    return bool(_SURNAME.search(text, max(0, start - _LONGEST_NAME), start))


def _named(text: str) -> tuple[str, ...]:
    # Who speaks of first-tier cities in general names none of them.
    groups = [
        (group.start, city)
        for group in find_groups(text)
        if not _TIER_ONE.search(text, group.start, group.end)
        for city in group.members
    ]
    named = sorted(
        [*groups, *((m.start, m.place.id) for m in find_places(text) if not _is_of_person(text, m.start))],
        key=lambda pair: pair[0],
    )
    return tuple(dict.fromkeys(city for _, city in named))


def _scope(text: str, cities: Sequence[str]) -> tuple[str, ...]:
    found = [_SCOPES.get(mention.kind, str(mention.kind)) for mention in find_tiers(text)]
    if find_groups(text) or (cities and set(cities) <= set(FIRST_TIER)):
        found.append("first_tier")
    if _SMALL_PLACE.search(text):
        found.append("small_place")
    if not found and not cities:
        found.append("any")
    return tuple(dict.fromkeys(found))


def _grade(
    text: str, language: Language, sources: Sources, near: Sequence[tuple[Passage, float]]
) -> tuple[Grade, Bilingual | None]:
    """The grade, and who is named for it in the words of the passage, of which ``text`` is the simplified form."""
    table = _patterns(language)
    if sources.first is not None:
        return sources.first.grade, _both(sources.first.name)
    is_own = _first(table.own_survey, text) is not None
    if is_own or sources.untold:
        return (Grade.SURVEY, None) if is_own else (Grade.UNSOURCED, _both(sources.unnamed or ""))
    is_view = _first(table.view, text) is not None
    if not is_view and (_first(table.case, text) or (language == "zh" and _tells_of_somebody(text))):
        return Grade.CASE, None
    if is_view or _first(table.proposal, text) or (near and not figure_keys(text) and not find_places(text)):
        return Grade.OPINION, _AUTHOR
    votes = _votes(near, lambda note: [note.grade])
    views = sum(bool(pattern.search(text)) for pattern in table.opinion)
    if votes.get(Grade.OPINION, 0.0) + views / 2 >= (1.0 if figure_keys(text) else 0.5):
        return Grade.OPINION, _AUTHOR
    return Grade.UNSOURCED, None


def _tells_of_somebody(text: str) -> bool:
    """Whether a clause begins with somebody's name and goes on with what they did."""
    words = rjieba.tag(text)
    return any(
        tag.startswith("nr")
        and 2 <= len(word) <= 3
        and word[0] in _SURNAMES
        and (following[1] in {"p", "v", "vn", "m", "d", "t"} or following[0] in _DID)
        and not find_places(word)
        and (place_ == 0 or words[place_ - 1][0][-1] in "，,。；;、：:”“ 」\n")
        for place_, ((word, tag), following) in enumerate(pairwise(words))
    )


def _stance(
    text: str, language: Language, found: Sequence[Sign], *, is_case: bool, near: Sequence[tuple[Passage, float]]
) -> Stance:
    """What the signs in the words say; neutral without any, however the neighbours lean."""
    told = weigh(found, is_case=is_case)
    if told is not None:
        return told
    if _first(_patterns(language).caveats[Caveat.NOT_A_REJECTION_OF_BIG_CITIES], text):
        return Stance.STAY
    # That somebody moved away is for it only where the like of it is.
    moves = any(sign.kind == "leaving" for sign in found)
    likely = _votes(near, lambda note: [note.stance]).get(Stance.LEAVE, 0.0) >= _STANCE_TOLD
    return Stance.LEAVE if moves and likely else Stance.NEUTRAL


def _counts(text: str) -> bool:
    """Whether it has figures other than dates."""
    return any(not key.kind.startswith("calendar") for key in figure_keys(text))


def _caveats(text: str, language: Language, found: Sequence[Sign], grade: Grade) -> tuple[Caveat, ...]:
    """The warnings of a passage, those on a subject before what its grade warns of."""
    told = {_WARNS.get(sign.kind) for sign in found if sign.stance is Stance.STAY}
    topical = [
        caveat for caveat, patterns in _patterns(language).caveats.items() if caveat in told or _first(patterns, text)
    ]
    if topical:
        return tuple(topical)
    return _grade_caveats(text, grade)


def _grade_caveats(text: str, grade: Grade) -> tuple[Caveat, ...]:
    """What the grade of a passage warns of."""
    if grade is Grade.CASE:
        return (Caveat.ANECDOTE,)
    return (Caveat.UNSOURCED_FIGURE,) if grade is Grade.UNSOURCED and _counts(text) else ()


def warns_of(caveat: Caveat, text: str, language: Language) -> bool:
    """Whether the words of a text give that warning."""
    plain = simplified(text)
    return caveat in _caveats(plain, language, signs(plain, language), Grade.OPINION)


def _speaks_to(text: str, language: Language, near: Sequence[tuple[Passage, float]]) -> Literal["person", "city"]:
    hits = sum(bool(pattern.search(text)) for pattern in _patterns(language).city_policy)
    hits += 2 * bool(_first(_patterns(language).proposal, text))
    share = _votes(near, lambda note: [note.speaks_to]).get("city", 0.0)
    return "city" if hits / 3 + share >= _CITY else "person"


def _as_of(text: str, sources: Sources) -> str | None:
    """The only year of the sentence with the source, or of the whole where nobody is named."""
    if sources.first is not None:
        at = sources.first.start
        text = next((text[start:end] for start, end in sentences(text) if start <= at < end), text)
    years = _years(text)
    return years.pop() if len(years) == 1 else None


def _years(text: str) -> set[str]:
    """The years that it names, as four digits."""
    found = figures(_SPACED_YEAR.sub("", text))
    periods = [figure.end for figure in found if figure.period]
    return {
        str(int(figure.values[0]))
        for figure in found
        if figure.key.kind == "calendar_year"
        and ("年" in figure.text or not any(0 <= figure.start - end <= _A_PERIOD for end in periods))
    }


def _weakness(
    text: str, language: Language, grade: Grade, speaks_to: str, sources: Sources, *, damaged: bool
) -> Bilingual | None:
    """What is wanting in it, in a few words."""
    said: list[Bilingual] = []
    dated = bool(_years(text))
    if grade is Grade.UNSOURCED:
        if sources.untold:
            said.append(Bilingual(zh="没写是谁的说法", en="nobody named behind it"))
        elif figure_keys(text):
            said.append(Bilingual(zh="没写出处", en="no source given"))
        else:
            said.append(Bilingual(zh="没写出处，也没有数字", en="no source, no figures"))
    elif grade is Grade.CASE:
        said.append(Bilingual(zh="一个例子", en="a single example"))
    elif grade is Grade.OPINION:
        if speaks_to == "city":
            said.append(_PROPOSAL)
    else:
        wanting = _WANTING[not dated, grade is Grade.SURVEY and not sources.sampled]
        said += [wanting] if wanting else []
    if grade in _SOURCED and (part := _partial(text, language, sources)):
        said.append(part)
    if damaged:
        said = said or [_GRADES[grade]]
        said.append(Bilingual(zh="原文此处有损坏", en="the source is damaged here"))
    if not said:
        return None
    return Bilingual(zh="；".join(each.zh for each in said), en="; ".join(each.en for each in said))


def _partial(text: str, language: Language, sources: Sources) -> Bilingual | None:
    """That the first source does not stand for all of a passage."""
    if sources.unnamed:
        return Bilingual(zh="其中一部分没写是谁的说法", en="part of it is from nobody named")
    if len(sources.named) > 1:
        return Bilingual(zh="其中一部分出自另一处", en="part of it is from another source")
    if sources.first is None:
        return None
    at = sources.first.start
    spans = sentences(text) or [(0, len(text))]
    sourced = next((place_ for place_, (_, end) in enumerate(spans) if at < end), 0)
    for place_, (start, end) in enumerate(spans):
        sentence = text[start:end].strip()
        if place_ == sourced:
            continue
        if is_untold(sentence, language) or (_counts(sentence) and not goes_on(sentence, language)):
            return Bilingual(zh="其中一部分没写出处", en="part of it has no source given")
    return None


def _first(patterns: Patterns, text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.search(text))), None)


def _both(name: str) -> Bilingual | None:
    return Bilingual(zh=name, en=name) if name else None


@cache
def _patterns(language: Language) -> _Table[Patterns]:
    table = _Table[_Side].model_validate(
        yaml.load(files(__package__).joinpath("annotate.yaml").read_text("utf-8"), yaml.CSafeLoader)
    )

    # Names are told by their capitals in English.
    def compiled(side: _Side, flags: re.RegexFlag = re.IGNORECASE) -> Patterns:
        return tuple(re.compile(pattern, flags) for pattern in (side.zh if language == "zh" else side.en))

    return _Table[Patterns](
        case=compiled(table.case, re.NOFLAG),
        view=compiled(table.view),
        own_survey=compiled(table.own_survey),
        opinion=compiled(table.opinion),
        proposal=compiled(table.proposal),
        caveats={caveat: compiled(side) for caveat, side in table.caveats.items()},
        city_policy=compiled(table.city_policy),
    )
