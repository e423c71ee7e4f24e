"""Which places a passage is about."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.passage import Passage
from knowledge.places import place


def is_about(passage: Passage, places: Sequence[str]) -> bool:
    """Whether a passage is about one of the places, or about a city in one of them that is a province."""
    return bool(places) and any(lies_in(city, places) for city in passage.cities)


def lies_in(city: str, places: Sequence[str]) -> bool:
    """Whether a city is one of the places or lies in one of them."""
    found = place(city)
    return city in places or (found is not None and found.province in places)
