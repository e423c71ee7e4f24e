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

from knowledge.corpus import load_notes
from knowledge.embed import Embedder, Vectors
from knowledge.figures import figure_keys
from knowledge.passage import Bilingual, Caveat, Frozen, Grade, Language, Passage, Stance
from knowledge.places import FIRST_TIER, TierKind, find_groups, find_places, find_tiers
from knowledge.script import simplified
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
_STANCE_WORDS = 1.0
_STANCE_TONE = 0.8
_STANCE_LEAD = 0.15
_CITY = 0.8
_AUTHOR = Bilingual(zh="作者", en="the author")
_PROPOSAL = Bilingual(zh="是给政府的建议", en="a proposal to governments")
_BIG = frozenset({TierKind.FIRST_TIER, TierKind.BIG_CITY})
_SCOPES = {TierKind.BIG_CITY: "first_tier"}
_SMALL_PLACE = re.compile(r"小镇|小地方|村(?!上春树)|乡镇|\bvillages?\b|\bsmall (?:places?|towns?)\b", re.IGNORECASE)
_DID = frozenset("在 从 辞 辞去 辞掉 辞职 回 回到 说 为 放弃 搬 搬到 离开 开 毕业 带 带着 把".split())
_TIER_ONE = re.compile(r"[一1]线|tier", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\b(?!元))")


class _Side(Frozen):
    zh: tuple[str, ...]
    en: tuple[str, ...]


Words = TypeVar("Words")


class _Table(Frozen, Generic[Words]):
    sources: Mapping[Grade, Words]
    unnamed: Words
    case: Words
    opinion: Words
    proposal: Words
    caveats: Mapping[Caveat, Words]
    stances: Mapping[Stance, Words]
    city_policy: Words
    good: Words
    bad: Words


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
    cities = _cities(passage)
    grade, attribution = _grade(passage.text, text, language, near)
    caveat = _caveat(text, language, grade)
    speaks_to = _speaks_to(text, language, near)
    return Labels(
        topics=_topics(text, near),
        cities=cities,
        scope=_scope(text, cities),
        stance=_stance(text, language, cities, near),
        grade=grade,
        speaks_to=speaks_to,
        attribution=attribution,
        as_of=_as_of(text) if grade not in {Grade.OPINION, Grade.CASE} else None,
        caveat=caveat,
        weakness=_weakness(text, language, grade, speaks_to, damaged=passage.damaged),
    )


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


def _cities(passage: Passage) -> tuple[str, ...]:
    """The places that a passage names, or else its section, or else the only one in its title."""
    named = _named(passage.text) or _named(passage.section.zh if passage.section else "")
    if named:
        return named
    title = _named(passage.document_title.zh)
    return title if len(title) == 1 else ()


def _named(text: str) -> tuple[str, ...]:
    # Who speaks of first-tier cities in general names none of them.
    groups = [
        (group.start, city)
        for group in find_groups(text)
        if not _TIER_ONE.search(text, group.start, group.end)
        for city in group.members
    ]
    named = sorted(
        [*groups, *((mention.start, mention.place.id) for mention in find_places(text))], key=lambda pair: pair[0]
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
    words: str, text: str, language: Language, near: Sequence[tuple[Passage, float]]
) -> tuple[Grade, Bilingual | None]:
    """The grade, and who is named for it in the words of the passage, of which ``text`` is the simplified form."""
    table = _patterns(language)
    for grade in (Grade.OFFICIAL_STATISTIC, Grade.SURVEY, Grade.NAMED_REPORT):
        if named := _first(table.sources[grade], text):
            return grade, _both(_name(named, words))
    if unnamed := _first(table.unnamed, text):
        return Grade.UNSOURCED, _both(words[unnamed.start() : unnamed.end()])
    if _first(table.case, text) or (language == "zh" and _tells_of_somebody(text)):
        return Grade.CASE, None
    if _first(table.proposal, text) or (near and not figure_keys(text) and not find_places(text)):
        return Grade.OPINION, _AUTHOR
    votes = _votes(near, lambda note: [note.grade])
    views = sum(bool(pattern.search(text)) for pattern in table.opinion)
    if votes.get(Grade.OPINION, 0.0) + views / 2 >= (1.0 if figure_keys(text) else 0.5):
        return Grade.OPINION, _AUTHOR
    return Grade.UNSOURCED, None


def _tells_of_somebody(text: str) -> bool:
    """Whether a sentence begins with somebody's name and goes on with what they did."""
    words = rjieba.tag(text)
    return any(
        tag == "nr"
        and 2 <= len(word) <= 3
        and following[0] in _DID
        and (place == 0 or words[place - 1][0] in "，,。；;、")
        for place, ((word, tag), following) in enumerate(pairwise(words))
    )


def _stance(text: str, language: Language, cities: Sequence[str], near: Sequence[tuple[Passage, float]]) -> Stance:
    scores = _votes(near, lambda note: [note.stance])
    for stance, patterns in _patterns(language).stances.items():
        scores[stance] = scores.get(stance, 0.0) + _STANCE_WORDS * sum(bool(p.search(text)) for p in patterns)
    praised = _STANCE_TONE * _tone(text, language) * _bigness(text, cities)
    leave = scores.get(Stance.LEAVE, 0.0) + max(-praised, 0.0)
    stay = scores.get(Stance.STAY, 0.0) + max(praised, 0.0)
    if max(leave, stay) < scores.get(Stance.NEUTRAL, 0.0) or abs(leave - stay) < _STANCE_LEAD:
        return Stance.NEUTRAL
    return Stance.LEAVE if leave > stay else Stance.STAY


def _tone(text: str, language: Language) -> int:
    """Whether a text speaks well of its subject (1) or ill (-1)."""
    good, bad = (
        sum(len(pattern.findall(text)) for pattern in patterns)
        for patterns in (_patterns(language).good, _patterns(language).bad)
    )
    return (good > bad) - (good < bad)


def _bigness(text: str, cities: Sequence[str]) -> int:
    """Whether a text is about big cities only (1) or only about others (-1)."""
    kinds = {mention.kind for mention in find_tiers(text)}
    big = bool(set(cities) & set(FIRST_TIER)) or bool(kinds & _BIG)
    other = bool(set(cities) - set(FIRST_TIER)) or bool(kinds - _BIG)
    return big - other


def _caveat(text: str, language: Language, grade: Grade) -> Caveat | None:
    for caveat, patterns in _patterns(language).caveats.items():
        if _first(patterns, text):
            return caveat
    if grade is Grade.CASE:
        return Caveat.ANECDOTE
    return Caveat.UNSOURCED_FIGURE if grade is Grade.UNSOURCED and figure_keys(text) else None


def warns_of(caveat: Caveat, text: str, language: Language) -> bool:
    """Whether the words of a text give that warning."""
    return bool(_first(_patterns(language).caveats.get(caveat, ()), simplified(text)))


def _speaks_to(text: str, language: Language, near: Sequence[tuple[Passage, float]]) -> Literal["person", "city"]:
    hits = sum(bool(pattern.search(text)) for pattern in _patterns(language).city_policy)
    hits += 2 * bool(_first(_patterns(language).proposal, text))
    share = _votes(near, lambda note: [note.speaks_to]).get("city", 0.0)
    return "city" if hits / 3 + share >= _CITY else "person"


def _as_of(text: str) -> str | None:
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else None


def _weakness(text: str, language: Language, grade: Grade, speaks_to: str, *, damaged: bool) -> Bilingual | None:
    """What is wanting in it, in a few words."""
    said: list[Bilingual] = []
    dated = bool(_YEAR.search(text))
    if grade is Grade.UNSOURCED:
        if _first(_patterns(language).unnamed, text):
            said.append(Bilingual(zh="没写是谁的说法", en="nobody named behind it"))
        elif figure_keys(text):
            said.append(Bilingual(zh="没写出处", en="no source given"))
        else:
            said.append(Bilingual(zh="没写出处，也没有数字", en="no source, no figures"))
    elif grade is Grade.CASE:
        said.append(Bilingual(zh="一个例子", en="a single example"))
    elif grade is Grade.SURVEY:
        said.append(
            Bilingual(zh="没写样本", en="no sample given")
            if dated
            else Bilingual(zh="没写调查时间和样本", en="no date or sample given")
        )
    elif grade in {Grade.NAMED_REPORT, Grade.OFFICIAL_STATISTIC} and not dated:
        said.append(Bilingual(zh="没写年份", en="no year given"))
    elif grade is Grade.OPINION and speaks_to == "city":
        said.append(_PROPOSAL)
    if damaged:
        said.append(Bilingual(zh="原文此处有损坏", en="the source is damaged here"))
    if not said:
        return None
    return Bilingual(zh="；".join(each.zh for each in said), en="; ".join(each.en for each in said))


def _first(patterns: Patterns, text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.search(text))), None)


def _name(found: re.Match[str], words: str) -> str:
    """The part of a match that names a source, as the words have it."""
    group = next((name for name, said in found.groupdict().items() if said), 0)
    return re.sub(r"^(?:据|據|根据|根據|来自|來自|按)|(?:的|所)$", "", words[slice(*found.span(group))].strip())


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
        sources={grade: compiled(side, re.NOFLAG) for grade, side in table.sources.items()},
        unnamed=compiled(table.unnamed),
        case=compiled(table.case, re.NOFLAG),
        opinion=compiled(table.opinion),
        proposal=compiled(table.proposal),
        caveats={caveat: compiled(side) for caveat, side in table.caveats.items()},
        stances={stance: compiled(side) for stance, side in table.stances.items()},
        city_policy=compiled(table.city_policy),
        good=compiled(table.good),
        bad=compiled(table.bad),
    )
