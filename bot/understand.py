"""Question -> Request: language, intent, the cities and which way the move goes, what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.cues import cued_places, mark_places, says
from bot.intent import IntentClassifier
from bot.turn import Intent, Move, Notice, Request
from knowledge.passage import Language
from knowledge.places import Mention, Tier, find_places, find_tiers, place
from knowledge.script import language_of, simplified
from knowledge.topics import find_topics

_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff]"
)
_SPACE = re.compile(r"\s+")
_OUR_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_OTHER_LETTERS = re.compile(
    r"[\u0370-\u052f\u0530-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af]"
)
_YEAR = re.compile(r"(?<!\d)(?<!after )(?<!since )(?<!born in )(20[1-9]\d)(?!\d)(?!后)", re.IGNORECASE)
_UNITS = ("number", "percent", "duration", "yuan", "person", "times")

_RANKS = {Tier.FIRST_TIER: 0, Tier.NEW_FIRST_TIER: 1, Tier.PROVINCIAL_CAPITAL: 2, Tier.CITY: 3, Tier.COUNTY: 4}
_SCOPES: Mapping[Tier, frozenset[str]] = {
    Tier.FIRST_TIER: frozenset({"first_tier"}),
    Tier.NEW_FIRST_TIER: frozenset({"new_first_tier"}),
    Tier.PROVINCIAL_CAPITAL: frozenset({"provincial_capital", "second_tier"}),
    Tier.CITY: frozenset({"second_tier", "lower_tier"}),
    Tier.COUNTY: frozenset({"lower_tier", "county", "small_place"}),
}
_SMALL_TIERS = frozenset({"county", "lower_tier"})


class Understander:
    """Reads a message; holds the intent classifier, which knows typical messages by their embeddings."""

    def __init__(self, classifier: IntentClassifier, max_length: int) -> None:
        self._classifier = classifier
        self._max_length = max_length

    def understand(self, text: str, language: Language | None = None, previous: Request | None = None) -> Request:
        """What ``text`` asks; ``language`` overrides the detected one, ``previous`` is the turn before it."""
        clean = clean_text(text)
        language = language or language_of(clean)
        notice = _notice(clean, self._max_length)
        if notice:
            return Request(
                asked=text[: self._max_length],
                text=clean[:200],
                language=language,
                intent=Intent.UNREADABLE,
                notice=notice,
            )
        return self._read(text, clean, language, previous)

    def _read(self, asked: str, text: str, language: Language, previous: Request | None) -> Request:
        plain = simplified(text)
        mentions = find_places(text)
        places = tuple(dict.fromkeys(m.place.id for m in mentions))
        tiers = frozenset(str(t.kind) for t in find_tiers(text))
        topics = tuple(dict.fromkeys(m.topic.id for m in find_topics(text)))
        units = frozenset(unit for unit in _UNITS if says(f"unit_{unit}", plain))
        marked = mark_places(plain, [(m.start, m.end) for m in mentions])
        intent = self._classifier.classify(
            text,
            has_place=bool(places or tiers),
            moves=says("motion", marked),
            pair=says("pair", marked),
            topics=topics,
            wants_figure=bool(units - {"number"}),
        )
        origin, destinations, home = _roles(plain, mentions, intent, small=bool(tiers & _SMALL_TIERS))
        if previous and previous.places and not places and not home:
            intent = _follow_up(intent, previous, plain, topics)
            if intent in (Intent.DECISION, Intent.LOOKUP):
                origin, destinations, places = previous.origin, previous.destinations, previous.places
        scope = _scope(destinations, tiers, home)
        return Request(
            asked=asked,
            text=text,
            language=language,
            intent=intent,
            places=places,
            origin=origin,
            destinations=destinations,
            scope=scope,
            move=_move(plain, origin, destinations, scope) if intent is Intent.DECISION else None,
            topics=topics,
            units=units,
            years=frozenset(_YEAR.findall(text)),
            doubts_source=says("doubts_source", plain),
        )


def clean_text(text: str) -> str:
    """The message without control, zero-width and direction characters, in compatibility form, spaces folded."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def _notice(text: str, max_length: int) -> Notice | None:
    if len(text) > max_length:
        return Notice.TOO_LONG
    ours = len(_OUR_LETTERS.findall(text))
    others = len(_OTHER_LETTERS.findall(text))
    if others > ours or (others >= 2 and others * 3 > ours):
        return Notice.OTHER_LANGUAGE
    return None if ours else Notice.EMPTY


def _follow_up(intent: Intent, previous: Request, plain: str, topics: Sequence[str]) -> Intent:
    """The intent of a message that names no place: a bare topic, or a fact about oneself, stays with the subject."""
    said = any(says(cue, plain) for cue in ("wants_about_bot", "wants_overview", "asks_elsewhere"))
    if said or intent not in (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.OVERVIEW):
        return intent
    if topics:
        return Intent.LOOKUP
    return Intent.DECISION if previous.intent is Intent.DECISION and says("personal", plain) else intent


def _roles(
    plain: str, mentions: Sequence[Mention], intent: Intent, small: bool
) -> tuple[str | None, tuple[str, ...], bool]:
    """Origin, destinations, and whether a move home is meant; ``small`` says that a small place goes unnamed."""
    # A province named beside a city of its own only says where that city lies.
    cities = {m.place.province for m in mentions if m.place.kind in ("city", "county")}
    chosen = [
        m
        for m in mentions
        if (m.place.kind in ("city", "county") and m.place.tier)
        or (m.place.kind == "province" and m.place.id not in cities)
    ]
    ids = [m.place.id for m in chosen]
    marked = mark_places(plain, [(m.start, m.end) for m in chosen])

    def cued(name: str) -> list[str]:
        return list(dict.fromkeys(ids[number] for number in cued_places(name, marked)))

    homes, targets, sources = cued("hometown"), cued("destination"), cued("origin")
    if intent is not Intent.DECISION:
        return next((i for i in sources if i not in targets), None), tuple(targets), says("home", plain)
    if set(targets) - set(sources):
        targets = [i for i in targets if i not in sources]
    home = says("home", plain) or bool(set(homes) & set(targets)) or any(_rank(i) > 0 for i in cued("go_back_to"))
    unique = list(dict.fromkeys(ids))
    if says("back", plain):
        # Whoever left one place for another and thinks of going back lives in the second and would go to the first.
        now = cued("moved_to")
        left = cued("left_for") or [i for i in unique if i not in now and now]
        if left and (now or says("already_left", plain)):
            return next((i for i in [*now, *unique] if i not in left), None), tuple(left[:1]), home
    origin = next((i for i in sources if i not in targets and i not in homes), None)
    free = [i for i in unique if i != origin and i not in targets and i not in homes]
    if origin is None and free and (targets or homes or home or _ranks_differ(free)):
        origin, free = free[0], free[1:]
    destinations = [i for i in targets if i != origin] or ([*homes, *free] if home or not free else free)
    if origin is None:
        origin = next((i for i in homes if i not in destinations), None)
    alone = origin is None and len(destinations) == 1
    if alone and (says("leaves", marked) or (small and _rank(destinations[0]) < _RANKS[Tier.CITY])):
        return destinations[0], (), home
    return origin, tuple(dict.fromkeys(i for i in destinations if i != origin)), home


def _ranks_differ(ids: Sequence[str]) -> bool:
    return len(ids) > 1 and _rank(ids[0]) != _rank(ids[1])


def _rank(place_id: str) -> int:
    found = place(place_id)
    return _RANKS[found.tier] if found and found.tier else _RANKS[Tier.CITY]


def _scope(destinations: Sequence[str], tiers: frozenset[str], home: bool) -> frozenset[str]:
    scope: frozenset[str] = frozenset({"home"}) if home else frozenset()
    for id_ in destinations:
        found = place(id_)
        if found:
            scope |= _SCOPES[found.tier or Tier.CITY]
    if not destinations:
        scope |= tiers - {"first_tier", "big_city", "home"}
    if tiers & _SMALL_TIERS:
        scope |= {"lower_tier"} | (tiers & _SMALL_TIERS)
    return scope


def _move(plain: str, origin: str | None, destinations: Sequence[str], scope: frozenset[str]) -> Move:
    to_first = any(_rank(d) == 0 for d in destinations)
    if says("back", plain) and (to_first or says("already_left", plain)):
        return Move.BACK
    if not destinations:
        return Move.UP if origin is not None and not scope and _rank(origin) >= _RANKS[Tier.CITY] else Move.DOWN
    target = min(_rank(d) for d in destinations)
    if origin is None:
        return Move.UP if target == 0 else Move.DOWN
    start = _rank(origin)
    if target == start or ("county" in scope and start > 0):
        return Move.DOWN if scope & {"home", "county"} else Move.SIDEWAYS
    return Move.DOWN if target > start else Move.UP
