"""Request -> hits: the index's search, with the request's cities, topics and wanted units weighed in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.turn import Request
from knowledge.figures import figures
from knowledge.index import Index
from knowledge.passage import Hit, Passage
from knowledge.places import place

# Shares of the best search score. A note on the city asked about beats a general one of equal likeness, and a general
# one beats a note on some other city.
_SAME_PLACE = 0.18
_OTHER_PLACE = -0.16
_SAME_TOPIC = 0.05
_MOST_TOPICS = 3
_WANTED_UNIT = 0.05
_DURATIONS = frozenset({"year", "month", "day", "hour", "minute"})


class Retriever:
    """Finds the passages that a request needs."""

    def __init__(self, index: Index, candidates: int = 60) -> None:
        self._index = index
        self._candidates = candidates

    def retrieve(self, request: Request) -> tuple[Hit, ...]:
        """Hits in falling order; the best search score counts as 1."""
        found = self._index.search(request.text, k=self._candidates, language=request.language)
        if not found:
            return ()
        best = max(hit.score for hit in found) or 1.0
        weighed = [Hit(passage=h.passage, score=h.score / best + fit(h.passage, request)) for h in found]
        return tuple(sorted(weighed, key=lambda hit: -hit.score))


def fit(passage: Passage, request: Request) -> float:
    """How much better or worse a passage suits a request than its likeness alone says."""
    bonus = _SAME_TOPIC * min(_MOST_TOPICS, len(set(passage.topics) & set(request.topics)))
    if request.places and passage.cities:
        bonus += _SAME_PLACE if about_places(passage, request.places) else _OTHER_PLACE
    if request.units:
        bonus += _WANTED_UNIT if _units(passage.text) & request.units else -_WANTED_UNIT
    return bonus


def about_places(passage: Passage, places: Sequence[str]) -> bool:
    """Whether a passage is about one of the places, or about a city in one of them that is a province."""
    for city in passage.cities:
        if city in places:
            return True
        found = place(city)
        if found and found.province in places:
            return True
    return False


@lru_cache(maxsize=4096)
def _units(text: str) -> frozenset[str]:
    units = {figure.unit for figure in figures(text) if figure.unit}
    return frozenset(units | {"duration"} if units & _DURATIONS else units)
