"""Whether a message takes for said what a passage says otherwise: another figure, the opposite, another source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Protocol

from bot.cues import says
from bot.turn import Request
from knowledge.corpus import load_notes
from knowledge.details import find_details
from knowledge.figures import Figure, figures
from knowledge.names import find_names
from knowledge.passage import Grade, Passage
from knowledge.places import find_places
from knowledge.script import simplified


class Contradicts(Protocol):
    """Whether a text takes the opposite of what a passage says for said."""

    def __call__(self, text: str, passage: Passage, *, presumes: bool) -> bool: ...


# Kinds of figure that say enough by themselves to be compared; others count things of many sorts.
_COMPARED = frozenset({"percent", "times", "month", "minute"})
# What is counted by name is compared with the same.
_COUNTED = frozenset({"city", "firm", "branch", "patent", "cup", "university", "hospital"})
# What a large number may count.
_AMOUNTS = frozenset({"yuan", "person", None})
_LEAST_AMOUNT = 1000
_LEAST_COUNTED = 4
# A title; no note cites a source by one.
_TITLE = re.compile(r"《([^》]{2,30})》")
_YEARS = range(1900, 2101)
# People round: what differs less than this is the same figure.
_ROUNDED = Decimal("0.16")
# Words that ask for what the message does not know; whoever only wants to be confirmed has none.
_OPEN = re.compile(
    r"多少|(?<!哪)几(?!乎|率|何|年来|个字)|哪(?!怕|来的|会|能|有[这那])|谁|什么|[啥咋]|怎么?样|如何|多[久大长远高]|来着|为什么|为[啥何]|原因"
    r"|\b(?:how (?:many|much|long|far|old|often|big|high|low|is|are|did|do|does|can)|wh(?:at|ich|o|ose|ere|en|y))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_AGO = re.compile(r"\s*(?:之?前|以前|ago)", re.IGNORECASE)
_MORE = re.compile(r".?[多余]")
_MUCH_MORE = Decimal("1.6")
_QUESTION = re.compile(
    r"[?？吗么嘛呢]|是不是|有没有|会不会|能不能|要不要|难不难|^(?:give|tell|show|list|brief)\b", re.IGNORECASE
)
# A whole sentence, and not the keywords of a search.
_SENTENCE = re.compile(
    r"[\u3400-\u9fff，、。]{8,}(?:了|的|呗|[!！。])|[了是都才被把][\u3400-\u9fff]{6,}|[a-z]{2,}[.!]\s*$", re.IGNORECASE
)
_ASKED = re.compile(r"几|多少|哪|how|what|which|\?|？", re.IGNORECASE)


def states(plain: str) -> bool:
    """Whether a message in simplified characters only says that something is so, or wants it confirmed."""
    if _OPEN.search(plain):
        return False
    return says("presumes", plain) or (not _QUESTION.search(plain) and bool(_SENTENCE.search(plain)))


def puts_right(request: Request, passages: Sequence[Passage], contradicts: Contradicts) -> bool:
    """Whether the first of the passages says otherwise than the message takes it to say."""
    if not passages:
        return False
    first, text = passages[0], request.text
    return (
        contradicts(text, first, presumes=says("presumes", simplified(text)))
        or _has_another_figure(request, first)
        or _names_another_source(text, first)
        or _puts_somebody_elsewhere(text, first)
    )


def _has_another_figure(request: Request, passage: Passage) -> bool:
    known: dict[str, list[Decimal]] = {}
    sides = _sides(passage)
    for side in sides:
        for figure in figures(side):
            if kind := _kind(figure):
                known.setdefault(kind, []).extend(figure.key.values)
    said = " ".join(sides)
    return any(
        kind in known and not any(_alike(value, own, more=more) for own in known[kind])
        for kind, value, more in _asserted(request, said)
    )


def _asserted(request: Request, said: str) -> Iterator[tuple[str, Decimal, bool]]:
    """The figures that a message states of its subject by their kinds, and whether something more is meant (一成多):
    none that is the person's own, that it asks for, or that stands in what is ``said``, such as a name.
    """
    # What is told of somebody else may have been read as the person's own.
    told = any(name.kind == "person" for name in find_names(request.text))
    own = frozenset[Decimal]() if told else request.profile.figures
    for figure in figures(request.text):
        kind = None if _AGO.match(request.text, figure.end) else _kind(figure)
        if (
            kind
            and figure.text not in said
            and len(figure.values) == 1
            and not _ASKED.search(figure.text)
            and not own & set(figure.values)
        ):
            yield kind, figure.key.values[0], bool(_MORE.match(request.text, figure.end - 1))


def _kind(figure: Figure) -> str | None:
    """What a figure may be compared with; None where it counts things of many sorts."""
    if figure.period or figure.unit in ("calendar_year", "ordinal"):
        return None
    if figure.key.kind in _COMPARED:
        return figure.key.kind
    if figure.unit in _AMOUNTS and figure.values[0] >= _LEAST_AMOUNT and figure.values[0] not in _YEARS:
        return "amount"
    return figure.unit if figure.unit in _COUNTED and figure.values[0] >= _LEAST_COUNTED else None


def _alike(said: Decimal, known: Decimal, *, more: bool) -> bool:
    if more and said <= known <= _MUCH_MORE * said:
        return True
    return abs(said - known) <= _ROUNDED * max(abs(said), abs(known))


def _names_another_source(text: str, passage: Passage) -> bool:
    """Whether a message takes what a passage has from another institution for the word of one that the notes know."""
    named = {name.id for name in find_names(text) if name.kind == "institution"}
    if (
        not named
        or "source" in find_details(text)
        or says("asks_others", simplified(text))
        or says("doubts_source", simplified(text))
    ):
        return False
    return not named & _names_in(passage)


def _puts_somebody_elsewhere(text: str, passage: Passage) -> bool:
    """Whether a message is about the person of the passage, and names a place that the passage does not have."""
    people = {name.id for name in find_names(text) if name.kind == "person"}
    there = {place for side in _sides(passage) for m in find_places(side) for place in (m.place.id, m.place.province)}
    mentioned = {m.place.id for m in find_places(text) if m.place.kind in ("city", "county")}
    met = bool(people & _names_in(passage))
    told = passage.grade is Grade.CASE and bool(mentioned & there)
    return (met or told) and not mentioned <= there


def _sides(passage: Passage) -> list[str]:
    attribution = passage.attribution
    return [
        f"{passage.text} {attribution.zh if attribution else ''}",
        f"{passage.text_en or ''} {attribution.en if attribution else ''}",
    ]


def _names_in(passage: Passage) -> frozenset[str]:
    return frozenset(name.id for side in _sides(passage) for name in find_names(side))


def unknown_source(text: str) -> str | None:
    """An institution that a message takes a statement from and that no note knows, as the message calls it."""
    # What is quoted is somebody else's word.
    plain = _QUOTED.sub("", simplified(text))
    named = [name for name in find_names(plain) if name.kind == "institution" and name.id not in _known_sources()]
    if named and says("cites_source", plain):
        return named[0].text
    title = _TITLE.search(plain)
    return title[1] if title and says("cites_source", title[1]) else None


@cache
def _known_sources() -> frozenset[str]:
    return frozenset[str]().union(*map(_names_in, load_notes()[1]))
