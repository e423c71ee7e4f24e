"""What the notes cover: whether a message asks for what no article says, or takes something false for said.

A message is held against three kinds of wording: questions that a note answers, questions beside the notes that no
article answers, and false statements. The model puts all three near each other, so only their difference counts, and
only where the notes concerned are among what the search found.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from bot.cues import says
from bot.turn import Covered, Intent, Request
from knowledge.corpus import Premise, Unsaid
from knowledge.embed import Embedder, Vectors
from knowledge.passage import LANGUAGES, Hit, Language, Passage
from knowledge.places import find_places
from knowledge.script import language_of, simplified
from knowledge.units import units_of

T = TypeVar("T", bound=Hashable)

# How much nearer a message must be to the wording of a silence, or of a false premise, than to any question that a
# note answers. Found on questions of our own.
_UNSAID_MARGIN = 0.02
# The same where a number is asked for and a passage found has one of the kind.
_GIVEN_MARGIN = 0.045
_PREMISE_MARGIN = 0.012
# So many of the passages found are what a message may be about.
# The same where the words ask for a detail of the kind that articles leave out.
_DETAIL_MARGIN = 0.0
_NEAREST = 8
_LIKELIEST = 3


class Coverage:
    """Holds a message against what is known to be said, not to be said, and to be wrongly believed."""

    def __init__(
        self,
        embedder: Embedder,
        passages: Mapping[str, Passage],
        silences: Sequence[Unsaid],
        premises: Sequence[Premise],
        vectors: Callable[[Sequence[str]], Vectors],
    ) -> None:
        """``vectors`` gives those (n, dim) of texts that never change."""
        self._embedder = embedder
        said = [(p.id, ask) for p in passages.values() for ask in p.asks]
        unsaid = [(entry, ask) for entry in silences for ask in (*entry.asks.zh, *entry.asks.en)]
        believed = [(entry, text) for entry in premises for text in (*entry.zh, *entry.en)]
        self._said = _Wordings(said, vectors)
        self._unsaid = _Wordings(unsaid, vectors)
        self._believed = _Wordings(believed, vectors)

    def examine(self, request: Request, hits: Sequence[Hit]) -> Covered:
        """What is asked beyond the articles, or on a false premise; of a decision only what it says that they say."""
        decides = request.intent is Intent.DECISION
        if not request.needs_evidence or (decides and not says("presumes", simplified(request.text))):
            return Covered()
        text = f"{request.background} {request.text}" if request.background else request.text
        query = self._embedder.embed_queries([simplified(text)])[0]
        language = language_of(request.text)
        near = {hit.passage.id for hit in hits[:_NEAREST]} | set(request.focus)
        _, said = self._said.nearest(query, language)
        unsaid, asked = self._unsaid.nearest(query, language)
        premise, believed = self._believed.nearest(query, language)
        # What a message leans on was answered before, and may have been put right.
        if premise and believed - max(said, asked) > _PREMISE_MARGIN and not request.background:
            return Covered(premise=premise)
        if decides:
            return Covered()
        margin = self._margin(request, hits)
        if unsaid and asked - said > margin and near & set(unsaid.notes) and _suits(unsaid, request):
            return Covered(unsaid=unsaid)
        return Covered()

    def _margin(self, request: Request, hits: Sequence[Hit]) -> float:
        """How much nearer to a silence a message must be, by what its words and the passages found say of it."""
        if says("asks_detail", simplified(request.text)):
            return _DETAIL_MARGIN
        return _GIVEN_MARGIN if _gives(hits[:_LIKELIEST], request) else _UNSAID_MARGIN


def _gives(hits: Sequence[Hit], request: Request) -> bool:
    """Whether a number is asked for, of the whole and not of a part, and a passage has one of the kind."""
    if not request.units or says("one_part", simplified(request.text)):
        return False
    exact = request.units - {"number"}
    given = [units_of(hit.passage.text) for hit in hits]
    return any(units & exact if exact else units for units in given)


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
