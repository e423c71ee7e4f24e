"""The bundled silences: what people ask beside the notes and the articles leave unsaid."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
import yaml

from knowledge.corpus import load_notes, load_themes
from knowledge.passage import LANGUAGES, Language
from knowledge.script import language_of, simplified

SILENCES: list[dict[str, Any]] = yaml.safe_load(
    files("knowledge.corpus").joinpath("silences.yaml").read_text(encoding="utf-8")
)["silences"]
NOTES = {note.id: note for note in load_notes()[1]}
QUESTION_WORDS = frozenset("how what which who whom when where whether at whose".split())
each = pytest.mark.parametrize("silence", SILENCES, ids=lambda silence: silence["id"])


def key(ask: str) -> str:
    return re.sub(r"\W+", "", simplified(ask).casefold())


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def own_asks() -> list[str]:
    return [key(ask) for silence in SILENCES for language in LANGUAGES for ask in silence["asks"][language]]


def test_every_silence_has_an_id_and_phrases_of_its_own() -> None:
    for field in ("id", *LANGUAGES):
        assert repeated([silence[field] for silence in SILENCES]) == []


def test_no_ask_stands_twice() -> None:
    assert repeated(own_asks()) == []


def test_no_ask_is_one_that_a_note_or_theme_answers() -> None:
    themes = [ask for theme in load_themes() for ask in (*theme.asks.zh, *theme.asks.en)]
    answered = {key(ask) for ask in (*themes, *(ask for note in NOTES.values() for ask in note.asks))}
    assert sorted(answered & set(own_asks())) == []


@each
def test_a_silence_is_well_formed(silence: dict[str, Any]) -> None:
    assert set(silence) == {"id", "notes", "zh", "en", "asks"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", silence["id"])


@each
def test_the_nearest_evidence_is_one_to_three_known_notes(silence: dict[str, Any]) -> None:
    assert 1 <= len(silence["notes"]) <= 3
    assert repeated(silence["notes"]) == []
    assert [note for note in silence["notes"] if note not in NOTES] == []


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_four_asks_in_each_language(silence: dict[str, Any], language: Language) -> None:
    asks = silence["asks"][language]
    assert len(asks) == 4
    assert [ask for ask in asks if language_of(ask) != language or ask != ask.strip()] == []


@each
def test_phrases_are_short_and_go_on_from_the_sentence_before(silence: dict[str, Any]) -> None:
    assert len(silence["zh"]) <= 22
    assert len(silence["en"].split()) <= 16
    assert silence["en"].split()[0] in QUESTION_WORDS
    for phrase in (silence["zh"], silence["en"]):
        assert not re.search(r"[。！？；，、：.!?;,:…]$", phrase)
        assert phrase == phrase.strip()


@each
def test_phrases_hold_no_figure_that_their_notes_lack(silence: dict[str, Any]) -> None:
    for language in LANGUAGES:
        evidence = " ".join(NOTES[note].in_language(language) for note in silence["notes"])
        for figure in re.findall(r"\d[\d.,:]*\d|\d", silence[language]):
            assert figure in evidence
