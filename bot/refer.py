"""What a message that leans on the conversation asks in full."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.cues import cue, cued_places, mark_places, says
from bot.naming import place_name
from bot.turn import Context, Intent, Reference, Request
from knowledge.figures import figure_keys
from knowledge.passage import Frozen, Language
from knowledge.places import Mention, find_places
from knowledge.script import simplified

_ORDINALS = {
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "first": 0, "1st": 0,
    "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1, "最后": -1,
}  # fmt: skip
_ITEMS = re.compile(
    r"(?:[(（]?([1-5])[)）.、]|([一二三四五])(?:是|[、.])|第([一二三四五])[,，:：是]?|\b(first|second|third)(?:ly)?[,:]?\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z']+|\d[\d.,%]*")
# So many words beside a cue, a place or a pronoun leave a message that says nothing by itself.
_FEW = 2
_SHORT = 14
_MOST_FOCUS = 4


class Resolved(Frozen):
    """A message as it would be asked by itself.

    ``text`` is what is asked; ``background`` what it is to be understood by; ``focus`` are the passages it is about.
    """

    reference: Reference
    text: str
    background: str = ""
    focus: tuple[str, ...] = ()
    language: Language | None = None


def resolve(text: str, mentions: Sequence[Mention], context: Context) -> Resolved | None:
    """The message in full; None where it stands by itself, or leans on nothing that was said."""
    plain = simplified(text)
    bare = _length(_without(plain, [(m.start, m.end) for m in mentions]))
    item = _item(plain, bare, context)
    previous = context.request
    if item or previous is None:
        return item
    return (
        _again(plain, previous)
        or _source(plain, bare, mentions, context)
        or _others(plain, mentions, context)
        or _elsewhere(plain, text, mentions, previous)
        or _aspect(plain, text, mentions, context)
    )


def renamed(question: str, language: Language, places: Mapping[str, str | None]) -> str:
    """The question with those places replaced, or with no name where nothing stands in their stead."""
    nameless = "那里" if language == "zh" else "there"
    for mention in reversed(find_places(question)):
        if mention.place.id in places:
            new = places[mention.place.id]
            name = place_name(new, language) if new else nameless
            question = f"{question[: mention.start]}{name}{question[mention.end :]}"
    return question


def _again(plain: str, previous: Request) -> Resolved | None:
    for language in ("en", "zh"):
        found = cue(f"switches_to_{language}").search(plain)
        if found and _length(plain) <= _SHORT:
            return Resolved(reference=Reference.AGAIN, text=previous.text, language=language)
    return None


def _item(plain: str, bare: int, context: Context) -> Resolved | None:
    """What is meant by its number: something that the user listed, or else a statement of the last answer."""
    found = cue("names_item").search(plain)
    if not found or bare > _SHORT:
        return None
    number = next((_ORDINALS[group.lower()] for group in found.groups() if group), 0)
    for message in reversed(context.messages):
        items = _listed(message)
        if -len(items) <= number < len(items) and len(items) > 1:
            return Resolved(reference=Reference.ITEM, text=items[number], background=_places_of(context))
    if context.request and -len(context.cited) <= number < len(context.cited):
        return Resolved(reference=Reference.ITEM, text=context.request.text, focus=context.cited[number])
    return None


def _listed(message: str) -> list[str]:
    """The items of an enumeration in a message."""
    parts = _ITEMS.split(message)
    # Each mark leaves four groups, and after them the item itself.
    return [item for part in parts[5::5] if (item := part.strip(" ,，;；。.、和and"))]


def _source(plain: str, bare: int, mentions: Sequence[Mention], context: Context) -> Resolved | None:
    if mentions or not says("doubts_source", plain) or bare > _SHORT or not context.cited or not context.request:
        return None
    # A figure says by itself what is doubted.
    if figure_keys(plain):
        return None
    focus = tuple(dict.fromkeys(id_ for ids in context.cited for id_ in ids))[:_MOST_FOCUS]
    if context.request.intent is Intent.LOOKUP:
        focus = context.cited[0]
    return Resolved(reference=Reference.SOURCE, text=plain, background=context.request.text, focus=focus)


def _others(plain: str, mentions: Sequence[Mention], context: Context) -> Resolved | None:
    if mentions or not says("asks_others", plain) or not context.request:
        return None
    focus = tuple(dict.fromkeys(id_ for ids in context.cited for id_ in ids))[:_MOST_FOCUS]
    return Resolved(reference=Reference.OTHERS, text=context.request.text, focus=focus)


def _elsewhere(plain: str, text: str, mentions: Sequence[Mention], previous: Request) -> Resolved | None:
    """The last question with a place of this message in the stead of one of its own."""
    if not mentions or not previous.needs_evidence:
        return None
    spans = [(m.start, m.end) for m in mentions]
    marked = mark_places(plain, spans)
    if says("lives_here", marked) and says("corrects", marked) and previous.origin:
        return Resolved(reference=Reference.HERE, text=_exchanged(previous.text, [previous.origin], text, mentions[:1]))
    if says("wants_overview", plain) or says("alternatives", marked):
        return None
    rejected = cued_places("rejects", marked)
    kept = [mention for number, mention in enumerate(mentions) if number not in rejected]
    # A message that says more than a place asks something of its own, unless its words leave the question out.
    if not kept or (_length(_without(plain, spans)) > _FEW and not (rejected or says("asks_place", marked))):
        return None
    if previous.intent is not Intent.DECISION and not previous.places:
        return None
    new = {mention.place.id for mention in kept}
    old = [id_ for id_ in (previous.destinations or previous.places[-1:]) if id_ not in new]
    return Resolved(reference=Reference.PLACE, text=_exchanged(previous.text, old, text, kept))


def _exchanged(question: str, old: Sequence[str], text: str, mentions: Sequence[Mention]) -> str:
    """The question with the first of the old places replaced by what the message calls the new ones."""
    joint = "和" if re.search(r"[\u3400-\u9fff]", question) else " and "
    new = joint.join(dict.fromkeys(text[m.start : m.end] for m in mentions))
    for mention in find_places(question):
        if mention.place.id in old:
            return f"{question[: mention.start]}{new}{question[mention.end :]}"
    return f"{question} {new}"


def _aspect(plain: str, text: str, mentions: Sequence[Mention], context: Context) -> Resolved | None:
    previous = context.request
    assert previous is not None
    leans = says("goes_on", plain) or says("points_back", plain)
    if not leans or says("changes_subject", plain) or not previous.needs_evidence:
        return None
    if _length(plain) > 2 * _SHORT:
        return None
    focus = context.cited[0] if context.cited and previous.intent is Intent.LOOKUP else ()
    return Resolved(reference=Reference.ASPECT, text=text, background=previous.text, focus=focus)


def _places_of(context: Context) -> str:
    profile = context.profile
    return " ".join(dict.fromkeys(name for name in (profile.destination, profile.home_town) if name))


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    return text


def _length(text: str) -> int:
    """Chinese characters, words and numbers."""
    return len(_WORD.findall(text))
