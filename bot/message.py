"""A message, read once: the places, kinds of place and topics that it names, and how much it says beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cues import cue, cued_places, mark_places, says
from knowledge.places import Mention, find_groups, find_places, find_tiers
from knowledge.script import simplified
from knowledge.topics import find_topics

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z']+|\d[\d.,%]*[A-Za-z]*")
_QUESTION = re.compile(r"[^.。!！?？]+[?？]")


@dataclass(frozen=True)
class Message:
    """What is read of a cleaned message.

    ``plain`` is its simplified form, in ``marked`` each of its ``mentions`` is one character. ``given_up`` are ids of
    places that it names only to turn away from them; they are no mentions. ``words`` counts Chinese characters, words
    and numbers, ``bare`` those beside the places, and ``content`` the words among these that say something by
    themselves, two Chinese characters counting as one; ``asked`` is that of its question alone, where it says more than
    that. ``groups`` tells whether it names cities as a group.
    """

    text: str
    plain: str
    marked: str
    mentions: tuple[Mention, ...]
    given_up: tuple[str, ...]
    tiers: frozenset[str]
    topics: tuple[str, ...]
    groups: bool
    words: int
    bare: int
    content: float
    asked: float

    @classmethod
    def of(cls, text: str) -> Message:
        """Read a cleaned message."""
        plain, found = simplified(text), find_places(text)
        rejected = cued_places("rejects", mark_places(plain, _spans(found)))
        kept = tuple(mention for number, mention in enumerate(found) if number not in rejected) or found
        marked = mark_places(plain, _spans(kept))
        beside = _without(plain, _spans(found))
        return cls(
            text=text,
            plain=plain,
            marked=marked,
            mentions=kept,
            given_up=tuple(dict.fromkeys(m.place.id for m in found if m not in kept)),
            tiers=frozenset(str(tier.kind) for tier in find_tiers(text)),
            topics=tuple(dict.fromkeys(m.topic.id for m in find_topics(text))),
            groups=bool(find_groups(text)),
            words=_count(plain),
            bare=_count(beside),
            content=content_of(beside),
            asked=min(map(content_of, _QUESTION.findall(beside)), default=content_of(beside)),
        )

    @property
    def places(self) -> tuple[str, ...]:
        """Ids of the places that it names, in order and once each."""
        return tuple(dict.fromkeys(mention.place.id for mention in self.mentions))

    @property
    def stands_alone(self) -> bool:
        """Whether it names a place, a group of places or a kind of place."""
        return bool(self.mentions or self.groups or self.tiers)

    def says(self, name: str) -> bool:
        """Whether it holds a cue of that name."""
        return says(name, self.plain)

    def sets(self, name: str) -> bool:
        """Whether it holds a cue of that name, which tells how its places stand to one another."""
        return says(name, self.marked)

    def cued(self, name: str) -> tuple[str, ...]:
        """Ids of the places that cues of that name are about."""
        return tuple(dict.fromkeys(self.mentions[number].place.id for number in cued_places(name, self.marked)))


def content_of(plain: str) -> float:
    """How many words of a simplified text say something by themselves; two Chinese characters count as one."""
    said = cue("hollow").sub(" ", plain)
    return _count(said) - len(_HAN.findall(said)) / 2


def _spans(mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    return [(mention.start, mention.end) for mention in mentions]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _count(text: str) -> int:
    return len(_WORD.findall(text))
