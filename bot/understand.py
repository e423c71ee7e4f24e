"""Question -> Request: language, intent, the cities and which way the move goes, what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Literal

from bot.cues import cued_places, mark_places, says
from bot.facts import forgotten, read_facts
from bot.intent import IntentClassifier
from bot.refer import Resolved, renamed, resolve
from bot.turn import Context, Intent, Move, Notice, Profile, Reference, Request
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

    def understand(self, text: str, language: Language | None = None, context: Context | None = None) -> Request:
        """What ``text`` asks; ``language`` overrides the detected one, ``context`` is what was said before it."""
        context = context or Context()
        clean = clean_text(text)
        spoken = language or language_of(clean)
        notice = _notice(clean, self._max_length)
        if notice:
            return Request(
                asked=text[: self._max_length],
                text=clean[:200],
                language=spoken,
                intent=Intent.UNREADABLE,
                notice=notice,
                profile=context.profile,
            )
        resolved = resolve(clean, find_places(clean), context)
        if resolved is None:
            request = self._read(clean, spoken, context)
        elif resolved.reference is Reference.AGAIN:
            assert context.request is not None
            request = context.request.model_copy(update={"language": language or resolved.language})
        else:
            request = self._read(resolved.text, spoken, context, resolved)
        profile = _profile(clean, request, context.profile)
        again = resolved is not None and resolved.reference is Reference.AGAIN
        if not again and _only_tells(clean, request, context.profile, profile):
            request = _told(request, context).model_copy(update={"forgets": bool(forgotten(clean))})
        return request.model_copy(update={"asked": text, "profile": profile, "asked_before": context.asked})

    def corrected(self, context: Context, profile: Profile) -> Context:
        """The conversation with a profile put right by hand: the last question is asked of the right places."""
        changed = _replaced(context.profile, profile)
        request = context.request
        if request is None or changed.keys().isdisjoint(request.places):
            return context.model_copy(update={"profile": profile})
        destinations = tuple(dict.fromkeys(new for id_ in request.destinations if (new := changed.get(id_, id_))))
        origin = changed.get(request.origin, request.origin) if request.origin else None
        text = renamed(request.text, request.language, changed)
        scope = _scope(destinations, frozenset(), home="home" in request.scope) or request.scope
        request = request.model_copy(
            update={
                "text": text,
                "places": tuple(dict.fromkeys(new for id_ in request.places if (new := changed.get(id_, id_)))),
                "origin": origin,
                "destinations": destinations,
                "scope": scope,
                "move": request.move and _move(simplified(text), origin, destinations, scope),
            }
        )
        return context.model_copy(update={"request": request, "profile": profile})

    def _read(self, text: str, language: Language, context: Context, resolved: Resolved | None = None) -> Request:
        plain = simplified(text)
        mentions = _meant(plain, find_places(text))
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
            alternatives=says("alternatives", marked),
            topics=topics,
            wants_figure=bool(units - {"number"}),
        )
        if intent is Intent.LOOKUP and len(places) > 1 and says("each_of", plain):
            intent = Intent.COMPARE
        intent = _leaning(intent, resolved, context, plain, topics)
        origin, destinations, home = _roles(plain, mentions, intent, small=bool(tiers & _SMALL_TIERS))
        previous, mine = context.request, context.profile
        if mine.destinations and not places and says("own_move", plain):
            origin, destinations = mine.origin, mine.destinations
            places = tuple(dict.fromkeys([*([origin] if origin else []), *destinations]))
        elif previous and previous.places and not places and not home:
            intent = _follow_up(intent, previous, plain, topics)
            if (intent is Intent.LOOKUP and (resolved or topics)) or intent is Intent.DECISION:
                origin, destinations, places = previous.origin, previous.destinations, previous.places
            if intent is Intent.LOOKUP and topics and len(places) > 1 and previous.intent is not Intent.DECISION:
                intent = Intent.COMPARE
        one_sided: Literal["for", "against"] | None = None
        if says("one_sided", plain) and (places or tiers or home or intent is Intent.DECISION):
            intent, one_sided = Intent.DECISION, "against" if says("against_it", plain) else "for"
            origin, destinations, home = _roles(plain, mentions, intent, small=bool(tiers & _SMALL_TIERS))
        if intent is Intent.DECISION:
            bare = not (places or tiers or home)
            if bare and previous and says("points_there", plain):
                destinations = destinations or tuple(id_ for id_ in previous.places[-1:] if id_ != mine.origin)
            origin, destinations = _known(origin, destinations, mine, bare=bare)
            places = tuple(dict.fromkeys([*places, *([origin] if origin else []), *destinations]))
        elif resolved and not places and says("parents", plain) and context.profile.home_town:
            places = (context.profile.home_town,)
        scope = _scope(destinations, tiers, home)
        return Request(
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
            one_sided=one_sided,
            wants_estimate=says("asks_estimate", plain),
            reference=resolved.reference if resolved else None,
            background=resolved.background if resolved else "",
            focus=resolved.focus if resolved else (),
        )


def _meant(plain: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions but for places that the message gives up for another."""
    rejected = cued_places("rejects", mark_places(plain, [(m.start, m.end) for m in mentions]))
    kept = [mention for number, mention in enumerate(mentions) if number not in rejected]
    return kept or list(mentions)


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


def _leaning(intent: Intent, resolved: Resolved | None, context: Context, plain: str, topics: Sequence[str]) -> Intent:
    """The intent of a message, given what it leans on."""
    previous = context.request
    if resolved is None or previous is None:
        return intent
    match resolved.reference:
        case Reference.SOURCE | Reference.ITEM:
            return Intent.LOOKUP
        case Reference.OTHERS:
            return Intent.COMPARE
        case Reference.PLACE | Reference.HERE:
            return previous.intent
        case _:
            pass
    # An aspect of a decision is looked up, unless the message decides anew or tells something of the person.
    if intent in (Intent.OVERVIEW, Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.COMPARE):
        return Intent.LOOKUP if topics or previous.intent is not Intent.DECISION else intent
    return intent


def _known(
    origin: str | None, destinations: tuple[str, ...], profile: Profile, bare: bool
) -> tuple[str | None, tuple[str, ...]]:
    """Where a move starts and goes, where the message leaves it to what was said before; ``bare`` names no place."""
    if bare and not destinations:
        destinations = profile.destinations
    if origin is None and profile.origin not in destinations:
        origin = profile.origin
    return origin, tuple(id_ for id_ in destinations if id_ != origin)


def _profile(message: str, request: Request, known: Profile) -> Profile:
    """What is known of the person after a message."""
    gone = forgotten(message)
    if "destination" in gone:
        gone |= {"destinations"}
    said = {field: value for field, value in read_facts(message) if value is not None}
    places: dict[str, object] = {}
    lives, home = _own_places(message)
    if home:
        places["home_town"] = home
    if lives:
        places["origin"] = lives
    if request.intent is Intent.DECISION:
        if request.origin:
            places["origin"] = request.origin
        if request.destinations:
            places |= {"destination": request.destinations[0], "destinations": request.destinations}
    kept = known.model_dump() | places | said
    return Profile.model_validate({field: value for field, value in kept.items() if field not in gone})


def _replaced(old: Profile, new: Profile) -> dict[str, str | None]:
    """The places of a profile that are no longer those of the person, and what stands in their stead."""
    lost = [id_ for id_ in old.destinations if id_ not in new.destinations]
    found = [id_ for id_ in new.destinations if id_ not in old.destinations]
    pairs = [*zip_longest(lost, found[: len(lost)]), (old.origin, new.origin)]
    if old.home_town not in (new.origin, *new.destinations):
        pairs = [(old.home_town, new.home_town), *pairs]
    return {was: now for was, now in pairs if was and was != now}


def _only_tells(message: str, request: Request, before: Profile, after: Profile) -> bool:
    """Whether a message says something of the person, or asks to forget it, and asks nothing."""
    plain = simplified(message)
    if forgotten(message):
        return not says("asks", plain)
    if says("asks", plain) or request.one_sided:
        return False
    decides = request.intent is Intent.DECISION and (request.destinations or says("speaks_of_moving", plain))
    return after != before and says("personal", plain) and not decides


def _told(request: Request, context: Context) -> Request:
    """The decision under way once more, now that more is known; without one a word of acknowledgement."""
    previous = context.request
    if previous and previous.intent is Intent.DECISION and not request.places and not forgotten(request.text):
        return previous.model_copy(update={"language": request.language})
    if request.intent is Intent.DECISION and request.destinations:
        return request
    return request.model_copy(update={"intent": Intent.ABOUT_YOU})


def _own_places(message: str) -> tuple[str | None, str | None]:
    """Where the person says that they live, and where they say that they come from."""
    mentions = [m for m in find_places(message) if m.place.kind in ("city", "county", "province")]
    marked = mark_places(simplified(message), [(m.start, m.end) for m in mentions])
    homes = cued_places("hometown", marked)
    lives = cued_places("residence", marked)
    return (
        mentions[lives[-1]].place.id if lives else None,
        mentions[homes[0]].place.id if homes else None,
    )


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
    if origin is None and len(destinations) == 1:
        stays = says("leaves", marked) or says("leaves_here", plain)
        big = _rank(destinations[0]) < _RANKS[Tier.CITY] and destinations[0] not in targets
        if stays or (small and big):
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
