"""Places, topics and facts about a person by the names that a reader of either language knows."""

from __future__ import annotations

from bot.turn import Profile
from knowledge.passage import Language
from knowledge.places import place
from knowledge.topics import topics
from prompts import load


def place_name(place_id: str, language: Language) -> str:
    """The name of a place; an unknown id is its own name."""
    found = place(place_id)
    if found is None:
        return place_id
    return found.zh if language == "zh" else found.en


def topic_name(topic_id: str, language: Language) -> str:
    """The name of a topic."""
    return topics()[topic_id].name[language]


def fact_name(field: str, language: Language) -> str:
    """The name of a field of a profile."""
    return str(load("profile", language)["fields"][field])


def facts_said(profile: Profile, language: Language) -> tuple[tuple[str, str], ...]:
    """The fields of a profile that are known, each with its value as that language writes it."""
    return tuple(
        (field, fact_value(field, value, language))
        for field in load("profile", language)["fields"]
        if (value := getattr(profile, field)) not in (None, ())
    )


def fact_value(field: str, value: object, language: Language) -> str:
    """A value of a profile as that language writes it."""
    words = load("profile", language)
    if field in words["values"]:
        return str(words["values"][field][str(value).lower()])
    if isinstance(value, tuple):
        return str(words["separator"]).join(place_name(str(one), language) for one in value)
    if isinstance(value, float):
        return f"{value:,.2f}".removesuffix(".00")
    return place_name(str(value), language) if field in ("origin", "home_town") else str(value)
