"""Question -> Request: language, intent, the cities and which way the move goes, what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import zip_longest
from typing import Literal

from bot.direction import move_of, roles, scope_of
from bot.facts import forgotten, read_facts
from bot.intent import IntentClassifier
from bot.message import Message
from bot.refer import HOLLOW, Resolved, moved, resolve
from bot.turn import Context, Intent, Notice, Profile, Reference, Request
from knowledge.details import find_details
from knowledge.passage import Language, Passage
from knowledge.script import language_of

_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff]"
)
_SPACE = re.compile(r"\s+")
_OUR_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_OTHER_LETTERS = re.compile(
    r"[\u0370-\u052f\u0530-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af]"
)
# A message with no more than so many words of its own asks nothing beside what its form asks.
_BRIEF = 2
_ELSE = (Intent.ABOUT_BOT, Intent.OUT_OF_SCOPE)
# Whoever asks of these for themselves asks for what is weighed in every decision.
_WEIGHED = frozenset({"relationship_networks", "return_flows"})
_YEAR = re.compile(r"(?<!\d)(?<!after )(?<!since )(?<!born in )(20[1-9]\d)(?!\d)(?!后)", re.IGNORECASE)
_UNITS = ("number", "percent", "duration", "yuan", "person", "times")


class Understander:
    """Reads a message; holds the intent classifier, which knows typical messages by their embeddings."""

    def __init__(
        self, classifier: IntentClassifier, max_length: int, passages: Mapping[str, Passage] | None = None
    ) -> None:
        """``passages`` are those that can be cited, so that what one of them lists can be asked for by its number."""
        self._classifier = classifier
        self._max_length = max_length
        self._passages = passages or {}

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
        message, forgets = Message.of(clean), forgotten(clean)
        if message.says("changes_subject"):
            context = context.model_copy(update={"request": None, "cited": ()})
        resolved = resolve(message, spoken, context, self._passages)
        if isinstance(resolved, Request):
            request = resolved
        elif resolved and resolved.text != clean:
            request = self._read(Message.of(resolved.text), spoken, context, resolved)
        else:
            request = self._read(message, spoken, context, resolved)
        if language:
            request = request.model_copy(update={"language": language})
        profile = _profile(message, forgets, request, context.profile)
        told = _fields_told(context.profile, profile)
        if not isinstance(resolved, Request) and _only_tells(message, forgets, request, told):
            request = _told(request, forgets, context)
        return request.model_copy(update={"asked": text, "profile": profile, "asked_before": context.asked})

    def corrected(self, context: Context, profile: Profile) -> Context:
        """The conversation with a profile put right by hand: the last question is asked of the right places."""
        changed = _replaced(context.profile, profile)
        request = context.request
        if request is None or changed.keys().isdisjoint(request.places):
            return context.model_copy(update={"profile": profile})
        return context.model_copy(update={"request": moved(request, changed), "profile": profile})

    def _read(self, message: Message, language: Language, context: Context, resolved: Resolved | None) -> Request:
        mine = context.profile
        units = frozenset(unit for unit in _UNITS if message.says(f"unit_{unit}"))
        intent = self._intent(message, units, context, resolved)
        origin, destinations, home = roles(message, intent is Intent.DECISION, mine.origin)
        places = message.places
        if not places and not home:
            origin, destinations, places = _unnamed(message, intent, context, resolved)
            aspect = resolved is None or resolved.reference is Reference.ASPECT
            if intent is Intent.LOOKUP and aspect and message.topics and len(places) > 1:
                intent = Intent.COMPARE
        one_sided: Literal["for", "against"] | None = None
        if message.says("one_sided") and (places or message.tiers or home or intent is Intent.DECISION):
            intent, one_sided = Intent.DECISION, "against" if message.says("against_it") else "for"
            origin, destinations, home = roles(message, True, mine.origin)
        if intent is Intent.DECISION:
            if not destinations and mine.home_town and (home or message.says("goes_home")):
                destinations, home = (mine.home_town,), True
            origin, destinations = _known(origin, destinations, message, context, bare=not (places or message.tiers))
            places = tuple(dict.fromkeys([*places, *([origin] if origin else []), *destinations]))
        elif not message.places and message.says("parents") and mine.home_town:
            places = (mine.home_town,)
        scope = scope_of(destinations, message.tiers, home)
        return Request(
            text=message.text,
            language=language,
            intent=intent,
            places=places,
            origin=origin,
            destinations=destinations,
            scope=scope,
            move=move_of(message.plain, origin, destinations, scope) if intent is Intent.DECISION else None,
            topics=_topics(message, context, resolved),
            units=units,
            years=frozenset(_YEAR.findall(message.plain)),
            doubts_source=message.says("doubts_source"),
            one_sided=one_sided,
            wants_estimate=message.says("asks_estimate"),
            reference=resolved.reference if resolved else None,
            background=resolved.background if resolved else "",
            focus=resolved.focus if resolved else (),
        )

    def _intent(self, message: Message, units: frozenset[str], context: Context, resolved: Resolved | None) -> Intent:
        """What a message wants, by its words and by what it leans on."""
        previous = context.request
        if resolved and resolved.intent:
            return resolved.intent
        if _asks_verdict(message, context):
            return Intent.DECISION
        intent = self._classifier.classify(
            message.text,
            has_place=message.stands_alone or _is_here(message, context),
            moves=message.sets("motion"),
            pair=message.sets("pair"),
            alternatives=message.sets("alternatives"),
            topics=message.topics,
            wants_figure=bool(units - {"number"}),
            under_way=previous is not None and previous.intent is Intent.DECISION,
        )
        if intent is Intent.LOOKUP and len(message.places) > 1 and message.says("each_of"):
            return Intent.COMPARE
        elsewhere = intent in _ELSE and bool(message.topics)
        if (elsewhere and _is_here(message, context)) or (
            (elsewhere or intent is Intent.DECISION) and _asks_detail(message)
        ):
            return Intent.LOOKUP
        if previous and (resolved or (previous.places and not message.places)):
            return _in_context(intent, message, previous, leans=resolved is not None)
        return intent


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


def _asks_verdict(message: Message, context: Context) -> bool:
    """Whether a short message asks for a verdict on a move that is being talked about."""
    mine, previous = context.profile, context.request
    if message.says("asks_verdict"):
        return bool(mine.destinations or mine.home_town or mine.origin or (previous and previous.places))
    if message.stands_alone or find_details(message.text):
        return False
    considered = bool(mine.destinations or (mine.origin and mine.home_town))
    if message.says("wants_decision") and message.content <= _BRIEF:
        return considered or _sets_apart(previous)
    under_way = _sets_apart(previous) if previous else considered
    hollow = (message.content < 1 or message.says("either")) and not message.topics
    return under_way and hollow and message.says("asks") and not message.says("asks_what")


def _asks_detail(message: Message) -> bool:
    """Whether a message that decides nothing, and is about neither the bot nor other things, asks for a detail."""
    said = ("wants_decision", "wants_about_bot", "asks_elsewhere")
    return bool(find_details(message.text)) and not any(message.says(name) for name in said)


def _sets_apart(request: Request | None) -> bool:
    """Whether a request decides between places, or compares them."""
    if request is None:
        return False
    return request.intent is Intent.DECISION or (request.intent is Intent.COMPARE and len(request.places) > 1)


def _in_context(intent: Intent, message: Message, previous: Request, leans: bool) -> Intent:
    """The intent of a message that ``leans`` on the last one, or names no place where that did."""
    if leans and intent is Intent.DECISION and previous.intent is not Intent.DECISION:
        decides = message.says("wants_decision") or message.says("personal") or message.says("speaks_of_moving")
        return intent if decides else Intent.LOOKUP
    stray = (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.OVERVIEW, *([Intent.COMPARE] if leans else []))
    meant = ("wants_about_bot", "asks_elsewhere", *([] if leans else ["wants_overview"]))
    own = previous.intent is Intent.DECISION and message.says("personal")
    if own and not _WEIGHED.isdisjoint(message.topics):
        return Intent.DECISION
    if intent not in stray or any(message.says(name) for name in meant):
        return intent
    if message.topics:
        return Intent.LOOKUP
    return Intent.DECISION if own else Intent.LOOKUP if leans else intent


def _topics(message: Message, context: Context, resolved: Resolved | None) -> tuple[str, ...]:
    """What a message is about; one that says nothing of it is about what was asked before."""
    topics = (*message.topics, *(["case_story"] if message.says("asks_case") else ()))
    leans = resolved is not None and resolved.reference is Reference.ASPECT and not message.says("turns_to")
    if not message.topics and leans and context.request:
        return tuple(dict.fromkeys((*topics, *context.request.topics)))
    return topics


def _is_here(message: Message, context: Context) -> bool:
    """Whether a message that names no place is about the one where the person is known to live."""
    return bool(not message.mentions and context.profile.origin and message.says("points_here"))


def _unnamed(
    message: Message, intent: Intent, context: Context, resolved: Resolved | None
) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Origin, destinations and places of a message that names none: those that were spoken of, or the person's."""
    previous, mine = context.request, context.profile
    decides = intent is Intent.DECISION
    talked = previous.places if previous else ()
    if mine.origin and _is_here(message, context) and not decides:
        return None, (), (mine.origin,)
    if mine.destinations and (message.says("own_move") or not talked):
        if decides or (intent is Intent.LOOKUP and (message.says("own_move") or message.content <= HOLLOW)):
            return mine.origin, mine.destinations, mine.destinations
    elif previous and (decides or resolved) and (previous.intent is Intent.DECISION or not decides):
        # What is asked on after a decision is asked of where it goes.
        places = talked
        if previous.intent is Intent.DECISION and not decides:
            places = previous.destinations or (() if previous.scope else talked)
        return previous.origin, previous.destinations, places
    return None, (), ()


def _known(
    origin: str | None, destinations: tuple[str, ...], message: Message, context: Context, bare: bool
) -> tuple[str | None, tuple[str, ...]]:
    """Where a move starts and goes, where the message leaves it to what was said before; ``bare`` names no place."""
    previous, mine = context.request, context.profile
    last = previous.places[0 if _sets_apart(previous) else -1 :] if previous else ()
    if bare and not destinations and message.says("back"):
        destinations = _left(context)
    if bare and not destinations:
        there = tuple(id_ for id_ in last if id_ != mine.origin)
        destinations = (there or mine.destinations) if message.says("points_there") else (mine.destinations or there)
    if origin is None and message.given_up and previous:
        origin = previous.origin
    if origin is None and mine.origin not in destinations:
        origin = mine.origin
    return origin, tuple(id_ for id_ in destinations if id_ != origin)


def _left(context: Context) -> tuple[str, ...]:
    """The place that the person said they left."""
    said = (Message.of(clean_text(text)).cued("left_for") for text in reversed(context.messages))
    return next((places[:1] for places in said if places), ())


def _profile(message: Message, forgets: frozenset[str], request: Request, known: Profile) -> Profile:
    """What is known of the person after a message."""
    gone = forgets | {"destinations"} if "destination" in forgets else forgets
    said = {field: value for field, value in read_facts(message.text) if value is not None}
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


def _fields_told(before: Profile, after: Profile) -> int:
    """How many fields of the profile a message changes."""
    return sum(getattr(before, field) != getattr(after, field) for field in Profile.model_fields)


def _only_tells(message: Message, forgets: frozenset[str], request: Request, told: int) -> bool:
    """Whether a message tells of the person, in so many fields, or asks to forget it, and asks nothing."""
    if forgets:
        return not message.says("asks")
    if message.says("asks") or message.says("wants_decision") or request.one_sided:
        return False
    if message.cued("has_moved"):
        return told > 0
    decides = request.intent is Intent.DECISION and (request.destinations or message.says("speaks_of_moving"))
    tells = told > 0 if message.says("personal") else told > 1 and request.intent is not Intent.DECISION
    return tells and not decides


def _told(request: Request, forgets: frozenset[str], context: Context) -> Request:
    """The decision under way once more, now that more is known; without one a word of acknowledgement."""
    previous = context.request
    if previous and previous.intent is Intent.DECISION and not request.places and not forgets:
        return previous.model_copy(update={"language": request.language})
    if request.intent is Intent.DECISION and request.destinations:
        return request
    return request.model_copy(update={"intent": Intent.ABOUT_YOU, "forgets": bool(forgets)})


def _own_places(message: Message) -> tuple[str | None, str | None]:
    """Where the person says that they live, and where they say that they come from."""

    def cued(name: str) -> list[str]:
        kinds = {m.place.id: m.place.kind for m in message.mentions}
        return [id_ for id_ in message.cued(name) if kinds[id_] in ("city", "county", "province")]

    homes, lives = cued("hometown"), cued("residence")
    lives = lives or cued("has_moved")
    return next(reversed(lives), None), next(iter(homes), None)
