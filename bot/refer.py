"""What a message that leans on the conversation asks in full."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from bot.cues import cue
from bot.direction import move_of, scope_of
from bot.message import Message
from bot.naming import place_name
from bot.turn import Context, Intent, Reference, Request
from knowledge.figures import figure_keys
from knowledge.passage import Frozen, Language, Passage
from knowledge.places import find_places
from knowledge.script import simplified

Item = TypeVar("Item")

_ORDINALS = {
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "first": 0, "1st": 0,
    "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1, "最后": -1,
}  # fmt: skip
_ITEMS = re.compile(
    r"(?:[(（]?([1-5])[)）.、]|([一二三四五])(?:是|[、.])|第([一二三四五])[,，:：是]?|\b(first|second|third)(?:ly)?[,:]?\s)",
    re.IGNORECASE,
)
# Things told off one after another, and what stands between them.
_SERIES = re.compile(r"[^，。：；、]+(?:、[^，。：；、]+)+(?:，(?:以及|还有|再加上)[^，。；]+)?")
_BETWEEN = re.compile(r"、|，(?:以及|还有|再加上)|(?<=..)和(?=[^、和]+$)")
# So many words beside a cue, a place or a pronoun leave a message that says nothing by itself.
_FEW = 2
_SHORT = 14
# A message with no more than so many words of its own asks one more thing of what was said.
HOLLOW = 3
_MOST_FOCUS = 4
_MOST_BACKGROUND = 300


class Resolved(Frozen):
    """A message as it would be asked by itself.

    ``text`` is what is asked; ``background`` what it is to be understood by; ``focus`` are the passages it is about.
    ``intent`` is what it wants, where that follows from what it leans on.
    """

    reference: Reference
    intent: Intent | None = None
    text: str
    background: str = ""
    focus: tuple[str, ...] = ()


def resolve(
    message: Message, language: Language, context: Context, passages: Mapping[str, Passage]
) -> Resolved | Request | None:
    """The message in full, or the last request with what the message changes of it.

    None where it stands by itself, or leans on nothing that was said; ``passages`` are those that can be cited.
    """
    previous = context.request
    if previous is None:
        return _item(message, context, passages)
    return (
        _again(message, previous)
        or _item(message, context, passages)
        or _source(message, context)
        or _others(message, context)
        or _other_side(message, language, context)
        or _elsewhere(message, language, context)
        or _aspect(message, language, context, passages)
    )


def moved(request: Request, changed: Mapping[str, str | None], added: Sequence[str] = ()) -> Request:
    """The request asked of other places: each of ``changed`` in the stead of its key, and those ``added``."""

    def of(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(new for id_ in ids if (new := changed.get(id_, id_))))

    origin = changed.get(request.origin, request.origin) if request.origin else None
    decides = request.intent is Intent.DECISION
    goes = (*of(request.destinations), *(added if decides or request.destinations else ()))
    destinations = tuple(id_ for id_ in dict.fromkeys(goes) if id_ != origin)
    text = _renamed(request.text, request.language, changed)
    named = {mention.place.id for mention in find_places(text)}
    text = " ".join([text, *(place_name(id_, request.language) for id_ in added if id_ not in named)])
    scope = scope_of(destinations, frozenset(), home="home" in request.scope) or request.scope
    return request.model_copy(
        update={
            "text": text,
            "places": tuple(dict.fromkeys((*of(request.places), *added))),
            "origin": origin,
            "destinations": destinations,
            "scope": scope,
            "move": request.move and move_of(simplified(text), origin, destinations, scope),
        }
    )


def _renamed(question: str, language: Language, places: Mapping[str, str | None]) -> str:
    """The question with those places replaced, or with no name where nothing stands in their stead."""
    nameless = "那里" if language == "zh" else "there"
    for mention in reversed(find_places(question)):
        if mention.place.id in places:
            new = places[mention.place.id]
            name = place_name(new, language) if new else nameless
            question = f"{question[: mention.start]}{name}{question[mention.end :]}"
    return question


def _again(message: Message, previous: Request) -> Request | None:
    for language in ("en", "zh"):
        if message.words <= 2 * _SHORT and message.says(f"switches_to_{language}"):
            return previous.model_copy(update={"reference": Reference.AGAIN, "language": language})
    return None


def _item(message: Message, context: Context, passages: Mapping[str, Passage]) -> Resolved | None:
    """What is meant by its number: what the user listed, what a passage lists, or a statement of the last answer."""
    found = cue("names_item").search(message.plain)
    if not found or message.bare > _SHORT:
        return None
    number = next((_ORDINALS[group.lower()] for group in found.groups() if group), 0)
    for said in reversed(context.messages):
        if item := _at(_listed(said), number):
            where = _places_of(context)
            return Resolved(reference=Reference.ITEM, intent=Intent.LOOKUP, text=item, background=where)
    if context.request is None:
        return None
    statement = _at(context.cited, number)
    if message.says("names_kind") or not statement:
        for id_ in _cited(context):
            if id_ in passages and (item := _at(_series(passages[id_]), number)):
                return Resolved(reference=Reference.ITEM, intent=Intent.OVERVIEW, text=item)
    if not statement:
        return None
    text = context.request.text
    return Resolved(reference=Reference.ITEM, intent=Intent.LOOKUP, text=text, focus=statement)


def _at(items: Sequence[Item], number: int) -> Item | None:
    """The item of that number, if there are so many."""
    return items[number] if -len(items) <= number < len(items) else None


def _listed(message: str) -> list[str]:
    """The items of an enumeration in a message."""
    parts = _ITEMS.split(message)
    # Each mark leaves four groups, and after them the item itself.
    items = [item for part in parts[5::5] if (item := part.strip(" ,，;；。.、和and"))]
    return items if len(items) > 1 else []


def _series(passage: Passage) -> list[str]:
    """What a passage tells off one after another."""
    found = _SERIES.search(passage.text)
    return _BETWEEN.split(found[0]) if found else []


def _source(message: Message, context: Context) -> Resolved | None:
    previous = context.request
    if not previous or not context.cited or message.mentions or message.bare > _SHORT:
        return None
    # A figure says by itself what is doubted.
    if not message.says("doubts_source") or figure_keys(message.plain):
        return None
    focus = context.cited[0] if previous.intent is Intent.LOOKUP else _cited(context)
    return Resolved(
        reference=Reference.SOURCE,
        intent=Intent.LOOKUP,
        text=message.plain,
        background=_subject(previous),
        focus=focus,
    )


def _others(message: Message, context: Context) -> Resolved | None:
    previous = context.request
    if not previous or message.mentions or not message.says("asks_others"):
        return None
    return _held_against(previous, context)


def _held_against(previous: Request, context: Context) -> Resolved:
    """What the last answer said, and what stands against it."""
    return Resolved(
        reference=Reference.OTHERS,
        intent=Intent.COMPARE,
        text=previous.text,
        background=_subject(previous),
        focus=_cited(context),
    )


def _other_side(message: Message, language: Language, context: Context) -> Resolved | Request | None:
    """The side that the last answer left out or passed over: of a decision, of a place, or else of what was said."""
    previous = context.request
    if not previous or not previous.needs_evidence or message.mentions or message.content > HOLLOW:
        return None
    if not (message.says("other_side") or message.says("left_out")):
        return None
    if previous.intent is not Intent.DECISION and not previous.places:
        return _held_against(previous, context)
    request = previous.model_copy(
        update={"reference": Reference.OTHER_SIDE, "language": language, "background": _subject(previous)}
    )
    if previous.intent is Intent.DECISION:
        return request.model_copy(update={"one_sided": None})
    nothing = {"topics": (), "units": frozenset(), "years": frozenset(), "doubts_source": False, "focus": ()}
    return request.model_copy(update={"intent": Intent.OVERVIEW, "text": message.text, **nothing})


def _elsewhere(message: Message, language: Language, context: Context) -> Request | None:
    """The last request, of a place that this message names."""
    previous = context.request
    if not previous or not message.mentions or not previous.needs_evidence:
        return None
    if message.sets("corrects") and previous.origin and (here := message.cued("lives_here")):
        request = moved(previous, {previous.origin: here[-1]})
        return request.model_copy(update={"language": language, "reference": Reference.HERE})
    adds = message.sets("adds") and not message.given_up
    new = [id_ for id_ in message.places if id_ not in previous.places]
    if not (new or message.given_up) or not _names_but_places(message, previous, adds):
        return None
    asked = previous.destinations or previous.places[-1:]
    if message.given_up:
        asked = tuple(id_ for id_ in asked if id_ in message.given_up) or asked
    elif adds or _sets_side_by_side(previous) or (previous.intent is Intent.DECISION and not previous.destinations):
        asked = ()
    request = moved(previous, dict(zip_longest(asked, new[:1])) if asked else {}, new[1:] if asked else new)
    if adds and request.intent is not Intent.DECISION and len(request.places) > 1:
        request = request.model_copy(update={"intent": Intent.COMPARE})
    return request.model_copy(update={"language": language, "reference": Reference.PLACE})


def _names_but_places(message: Message, previous: Request, adds: bool) -> bool:
    """Whether a message asks nothing of its own of the places that it names, or leaves the question out."""
    if (message.says("wants_decision") and not adds) or (
        previous.intent is not Intent.DECISION and not previous.places
    ):
        return False
    if not message.given_up and (message.says("wants_overview") or message.sets("alternatives")):
        return False
    return message.bare <= _FEW or bool(message.given_up) or adds or message.sets("asks_place")


def _sets_side_by_side(request: Request) -> bool:
    return len(request.destinations) > 1 or (request.intent is Intent.COMPARE and len(request.places) > 1)


def _aspect(message: Message, language: Language, context: Context, passages: Mapping[str, Passage]) -> Resolved | None:
    """One more thing of the last subject: a message that points back to it, or says too little to ask anything else."""
    previous = context.request
    if not previous or not previous.needs_evidence or message.words > 2 * _SHORT:
        return None
    if any(message.says(name) for name in ("thanks", "wants_about_bot", "asks_elsewhere")):
        return None
    leans = message.says("goes_on") or message.says("points_back") or _repeats_a_figure(message, context, passages)
    if not leans and (message.stands_alone or message.asked > HOLLOW):
        return None
    turns = message.says("turns_to") or message.says("points_there")
    about = previous.destinations or previous.places
    if turns and message.topics and about:
        # Another subject, asked of the same place.
        background = " ".join(place_name(id_, language) for id_ in about)
        return Resolved(reference=Reference.ASPECT, text=message.text, background=background)
    if message.says("asks_another") and not message.stands_alone:
        text = f"{_subject(previous)} {message.text}"
        return Resolved(reference=Reference.ANOTHER, intent=Intent.OVERVIEW, text=text)
    focus = context.cited[0] if context.cited and previous.intent is not Intent.DECISION and not turns else ()
    return Resolved(reference=Reference.ASPECT, text=message.text, background=_subject(previous), focus=focus)


def _repeats_a_figure(message: Message, context: Context, passages: Mapping[str, Passage]) -> bool:
    """Whether a message names a figure of the last answer."""
    said = {key for id_ in _cited(context) if id_ in passages for key in figure_keys(passages[id_].text)}
    return not said.isdisjoint(figure_keys(message.plain))


def _subject(request: Request) -> str:
    """The last question, with what it leaned on itself."""
    return f"{request.background} {request.text}".strip()[-_MOST_BACKGROUND:]


def _cited(context: Context) -> tuple[str, ...]:
    """The passages of the last answer, but for the last of many."""
    return tuple(dict.fromkeys(id_ for ids in context.cited for id_ in ids))[:_MOST_FOCUS]


def _places_of(context: Context) -> str:
    profile = context.profile
    return " ".join(dict.fromkeys(name for name in (profile.destination, profile.home_town) if name))
