"""Places and topics by the names that a reader of either language knows."""

from __future__ import annotations

from knowledge.passage import Language
from knowledge.places import place
from knowledge.topics import topics


def place_name(place_id: str, language: Language) -> str:
    """The name of a place; an unknown id is its own name."""
    found = place(place_id)
    if found is None:
        return place_id
    return found.zh if language == "zh" else found.en


def topic_name(topic_id: str, language: Language) -> str:
    """The name of a topic."""
    return topics()[topic_id].name[language]
