"""What notes and questions are about: the one owner of topic names and of the words for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import ahocorasick  # type: ignore[import-not-found]
import yaml

from knowledge.passage import Bilingual, Frozen
from knowledge.script import simplified


class Topic(Frozen):
    """A subject: its ``id`` and the name shown for it."""

    id: str
    name: Bilingual


class _Entry(Frozen):
    name: Bilingual
    zh: tuple[str, ...]
    en: tuple[str, ...]


class TopicMention(Frozen):
    """A topic word at ``start:end`` of a text."""

    topic: Topic
    start: int
    end: int


@cache
def topics() -> Mapping[str, Topic]:
    """All topics by id, in the order of the file."""
    return {id_: Topic(id=id_, name=entry.name) for id_, entry in _entries().items()}


def find_topics(text: str) -> tuple[TopicMention, ...]:
    """The topic words in a text, in order; a word inside a longer word of the same topic is dropped."""
    key = simplified(text).lower()
    found: dict[str, list[TopicMention]] = {}
    for last, entries in _automaton().iter(key):
        for word, ids, latin, open_ended in entries:
            start, end = last + 1 - len(word), last + 1
            if latin and not _is_word(key, start, end, open_ended):
                continue
            for id_ in ids:
                mentions = found.setdefault(id_, [])
                while mentions and mentions[-1].start >= start:
                    mentions.pop()
                if not (mentions and mentions[-1].end >= end):
                    mentions.append(TopicMention(topic=topics()[id_], start=start, end=end))
    return tuple(sorted((m for ms in found.values() for m in ms), key=lambda m: (m.start, m.end)))


def _is_word(key: str, start: int, end: int, open_ended: bool) -> bool:
    before = key[start - 1] if start else " "
    after = key[end] if end < len(key) else " "
    # The second half of old-school or grad-school is no school.
    return not _latin(before) and before != "-" and (open_ended or not _latin(after))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def _entries() -> Mapping[str, _Entry]:
    loaded = yaml.load(files(__package__).joinpath("topics.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return {id_: _Entry.model_validate(entry) for id_, entry in loaded.items()}


@cache
def _automaton() -> ahocorasick.Automaton:
    words: dict[tuple[str, bool], list[str]] = {}
    for id_, entry in _entries().items():
        for raw in (*entry.zh, *entry.en):
            word = raw.lower()
            words.setdefault((word.rstrip("*"), word.endswith("*")), []).append(id_)
    automaton = ahocorasick.Automaton()
    entries: dict[str, list[tuple[str, tuple[str, ...], bool, bool]]] = {}
    for (word, open_ended), ids in words.items():
        entries.setdefault(word, []).append((word, tuple(ids), _latin(word[-1]), open_ended))
    for word, listed_entries in entries.items():
        automaton.add_word(word, listed_entries)
    automaton.make_automaton()
    return automaton
