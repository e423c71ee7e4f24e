"""What the notes cover: whether a message asks for what no article says, or takes something false for said.

What a message wants is told by the details it asks for (a year, a sample, a sum), and held against the details that the
passages found give. Where it names none, it is held against three kinds of wording: questions that a note answers,
questions beside the notes that no article answers, and false statements. The model puts all three near each other, so
only their difference counts, and only where the notes concerned are among what the search found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np

from bot.about import is_about
from bot.cues import says
from bot.premise import Contradicts, puts_right, states, unknown_source
from bot.turn import Covered, Intent, Request, Silence
from knowledge.corpus import Premise, Unsaid
from knowledge.details import details, find_details, given_details
from knowledge.embed import Embedder, Vectors
from knowledge.figures import figure_keys
from knowledge.names import find_names
from knowledge.passage import LANGUAGES, Bilingual, Hit, Language, Passage
from knowledge.places import find_places
from knowledge.script import language_of, simplified

T = TypeVar("T", bound=Hashable)

# How much nearer a message must be to the wording of a silence, or of a false premise, than to any question that a
# note answers. Found on questions of our own.
_UNSAID_MARGIN = 0.045
_PREMISE_MARGIN = 0.04
# The same where the message says by its form that it takes something for said, and asks for something besides.
_PRESUMED_MARGIN = 0.01
# The same where it does nothing else. One in fifty of the questions that notes answer has that form, and half of the
# false premises.
_STATED_MARGIN = -0.04
# So many of the passages found are what a message may be about, and so many what it is likely to be about.
_NEAREST = 8
_LIKELIEST = 3
# What asks for causes or for a whole is answered by several passages together; no detail of it is missing.
_EXACT = (Intent.LOOKUP, Intent.COMPARE)
# What a message asks in one go.
_PARTS = re.compile(
    r"[,，?？;；。!！](?!\d)|\.(?=\s)"
    r"|,?\s+\band\s+(?=(?:how|what|who|where|when|which|is|are|does|do|did|has|have|was|were)\b)",
    re.IGNORECASE,
)
# A year of this century by its last digits, and no length of time: 24年, 23年的.
_SHORT_YEAR = re.compile(r"(?<![\d.,了过满近约有])(2[1-9])年(?![后前内里间来多了以之工老才就]|时间)")
# Subjects whose words leave no doubt what is asked of.
_SUBJECTS = frozenset({"schools", "medical", "hukou"})
_SOURCE = frozenset({"source", "institution_name"})
# A passage this near to the best one may give what the best one does not.
_AS_GOOD = 0.9


class Coverage:
    """Holds a message against what is known to be said, not to be said, and to be wrongly believed."""

    def __init__(
        self,
        embedder: Embedder,
        passages: Mapping[str, Passage],
        silences: Sequence[Unsaid],
        premises: Sequence[Premise],
        *,
        vectors: Callable[[Sequence[str]], Vectors],
        contradicts: Contradicts,
    ) -> None:
        """``vectors`` gives those (n, dim) of texts that never change."""
        self._embedder = embedder
        self._contradicts = contradicts
        said = [(p.id, ask) for p in passages.values() for ask in p.asks]
        unsaid = [(entry, ask) for entry in silences for ask in (*entry.asks.zh, *entry.asks.en)]
        believed = [(entry, text) for entry in premises for text in (*entry.zh, *entry.en)]
        self._said = _Wordings(said, vectors)
        self._unsaid = _Wordings(unsaid, vectors)
        self._believed = _Wordings(believed, vectors)
        self._silences = silences
        self._wanted = {entry.id: _wanted(entry) for entry in silences}

    def examine(self, request: Request, hits: Sequence[Hit]) -> Covered:
        """What is asked beyond the notes, or on a false premise; of a decision only what it says that they say."""
        decides = request.intent is Intent.DECISION
        if not request.needs_evidence or not hits or (decides and not says("presumes", simplified(request.text))):
            return Covered()
        found = [hit.passage for hit in hits[:_LIKELIEST]]
        if source := unknown_source(request.text):
            return Covered(silences=(Silence(subject="unknown_source", words=Bilingual(zh=source, en=source)),))
        checked = request.intent is not Intent.OVERVIEW and not request.reference
        if checked and puts_right(request, found, self._contradicts):
            return Covered(right=(found[0].id,))
        if request.intent in _EXACT and (lacking := self._lacking(request, hits)):
            return Covered(silences=lacking)
        return self._by_wording(request, hits)

    def _by_wording(self, request: Request, hits: Sequence[Hit]) -> Covered:
        """What a message takes for said, or asks beyond the articles, by the wordings that it is nearest to."""
        text = f"{request.background} {request.text}" if request.background else request.text
        query = self._embedder.embed_queries([simplified(text)])[0]
        language = language_of(request.text)
        _, said = self._said.nearest(query, language)
        unsaid, asked = self._unsaid.nearest(query, language)
        premise, believed = self._believed.nearest(query, language)
        plain, found = simplified(request.text), [hit.passage.id for hit in hits[:_LIKELIEST]]
        near = {hit.passage.id for hit in hits[:_NEAREST]} | set(request.focus)
        presumes, stated = says("presumes", plain), request.intent is not Intent.OVERVIEW and states(plain)
        margin = _STATED_MARGIN if stated else _PRESUMED_MARGIN if presumes else _PREMISE_MARGIN
        about = near if stated else set(found)
        # What a message leans on was answered before, and may have been put right.
        if premise and not request.background and believed - max(said, asked) > margin and about & set(premise.notes):
            # False or true, a statement is as near to a false one: what the passages say of it is set beside it.
            met = bool(set(found) & set(premise.notes))
            return Covered(right=premise.notes if met else (found[0], *premise.notes[:1]), presumed=True)
        if request.intent is Intent.DECISION:
            return Covered()
        # Where a detail is asked for by name and given, a margin says nothing more.
        exact = request.intent in _EXACT and bool(find_details(request.text))
        far = asked - said > _UNSAID_MARGIN and not (exact and not _missing(request, [hits[0].passage]))
        if unsaid and far and near & set(unsaid.notes) and _suits(unsaid, request):
            return Covered(silences=(_silence(unsaid),), nearest=unsaid.notes[:1])
        return Covered(presumed=presumes and not request.background)

    def _lacking(self, request: Request, hits: Sequence[Hit]) -> tuple[Silence, ...]:
        """What a message asks of its subject that the passages it is about do not give."""
        likely = _likely(request, hits)
        missing = _missing(request, likely)
        return self._lacks(missing, hits[0].passage) if missing else _unsaid_years(request, likely)

    def _lacks(self, missing: frozenset[str], passage: Passage) -> tuple[Silence, ...]:
        """The details that a passage lacks, in the words of a silence about it where there is one that fits."""
        for entry in self._silences:
            if entry.notes[0] == passage.id and self._wanted[entry.id] & missing:
                return (_silence(entry),)
        names = [details()[id_].name for id_ in details() if id_ in missing]
        return tuple(Silence(subject="unsaid", words=name) for name in names[:2])


def _wanted(entry: Unsaid) -> frozenset[str]:
    """The details that most of the wordings of a silence ask for, or else those that any does."""
    found = Counter(detail for ask in (*entry.asks.zh, *entry.asks.en) for detail in find_details(ask))
    return frozenset(detail for detail, times in found.items() if times >= 2)


def _missing(request: Request, passages: Sequence[Passage]) -> frozenset[str]:
    """The details that some part of a message asks for and none of the passages gives."""
    missing: set[str] = set()
    given = frozenset(id_ for passage in passages for id_ in given_details(passage, request.text))
    for part in _PARTS.split(request.text):
        # Who says so, and how well, is told by the weakness of a passage and by the note on its document.
        wanted = find_details(part) - (_SOURCE if request.doubts_source else frozenset())
        missing |= wanted - given
        # Of several measures in one question those beside a given one only describe it.
        measures = frozenset(id_ for id_ in wanted if details()[id_].asked)
        if measures & given:
            missing -= measures
    return frozenset(missing)


def _likely(request: Request, hits: Sequence[Hit]) -> list[Passage]:
    """The passages that the message is likely to be about: of what it names, if any is."""
    bar = _AS_GOOD * hits[0].score
    likely = [hit.passage for number, hit in enumerate(hits[:_LIKELIEST]) if number == 0 or hit.score >= bar]
    pins = _pins(request.text)
    likely = [p for p in likely if pins & (_pins(p.text) | _pins(p.text_en or ""))] or likely
    if request.places:
        near = [hit.passage for hit in hits[:_NEAREST] if is_about(hit.passage, request.places)]
        likely = [p for p in likely if not p.cities or p in near] or near[:1] or likely[:1]
    subjects = _SUBJECTS & set(request.topics)
    return [p for p in likely if not subjects or subjects & set(p.topics)]


@lru_cache(maxsize=4096)
def _pins(text: str) -> frozenset[Hashable]:
    """The names and figures in a text, which tell one passage from others."""
    figures = (key for key in figure_keys(text) if key.kind != "calendar_year")
    return frozenset((*(name.id for name in find_names(text)), *figures))


def _unsaid_years(request: Request, passages: Sequence[Passage]) -> tuple[Silence, ...]:
    """The years that a message names and no passage has."""
    said = " ".join(f"{p.text} {p.as_of or ''} {p.attribution.zh if p.attribution else ''}" for p in passages)
    years = request.years | {f"20{year}" for year in _SHORT_YEAR.findall(simplified(request.text))}
    return tuple(Silence(subject="year", place=year) for year in sorted(years) if year not in said)


def _silence(unsaid: Unsaid) -> Silence:
    return Silence(subject="unsaid", words=Bilingual(zh=unsaid.zh, en=unsaid.en))


def _suits(unsaid: Unsaid, request: Request) -> bool:
    """Whether what is unsaid is of no other place than those that the message names."""
    named = {mention.place.id for mention in find_places(unsaid.zh)}
    return not request.places or not named or bool(named & set(request.places))


class _Wordings(Generic[T]):
    """Ways to say things, and which of them is nearest to a message of the same language."""

    def __init__(self, said: Sequence[tuple[T, str]], vectors: Callable[[Sequence[str]], Vectors]) -> None:
        texts = [text for _, text in said]
        languages = np.array([language_of(text) for text in texts])
        found = vectors(texts) if texts else np.empty((0, 0), dtype=np.float32)
        self._meanings: Mapping[Language, list[T]] = {
            language: [meaning for (meaning, _), own in zip(said, languages, strict=True) if own == language]
            for language in LANGUAGES
        }
        self._vectors: Mapping[Language, Vectors] = {
            language: found[languages == language] for language in LANGUAGES if texts
        }

    def nearest(self, query: Vectors, language: Language) -> tuple[T | None, float]:
        """The meaning of the nearest wording, and how near it is (cosine)."""
        if not self._meanings[language]:
            return None, -1.0
        similarities = self._vectors[language] @ query
        best = int(similarities.argmax())
        return self._meanings[language][best], float(similarities[best])
