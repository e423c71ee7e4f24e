"""Shared by the tests of the read side: made-up passages, and the real notes behind the adviser."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.advisor import Advisor
from bot.turn import Answer, Intent, Move, Request
from bot.understand import Understander
from bot.weigh import Corpus
from knowledge.corpus import load_notes, load_tensions
from knowledge.passage import Bilingual, Caveat, Grade, Hit, Language, Passage, Stance

TITLE = Bilingual(zh="试", en="Trial")


def note(
    id_: str,
    text: str = "没有数字的一句话。",
    text_en: str | None = "A sentence without a figure.",
    *,
    document_id: str = "trial",
    topics: tuple[str, ...] = (),
    cities: tuple[str, ...] = (),
    speaks_for: tuple[str, ...] = (),
    scope: tuple[str, ...] = ("any",),
    stance: Stance = Stance.NEUTRAL,
    grade: Grade = Grade.UNSOURCED,
    caveat: Caveat | None = None,
    attribution: Bilingual | None = None,
    weakness: Bilingual | None = None,
    section: Bilingual | None = None,
    paragraph: int | None = None,
    line: int | None = None,
    asks: tuple[str, ...] = (),
) -> Passage:
    """A made-up note."""
    return Passage(
        id=id_,
        document_id=document_id,
        document_title=TITLE,
        language="zh",
        text=text,
        text_en=text_en,
        source="trial.txt",
        locator=id_,
        topics=topics,
        cities=cities,
        speaks_for=speaks_for,
        scope=scope,
        stance=stance,
        grade=grade,
        caveat=caveat,
        attribution=attribution,
        weakness=weakness,
        section=section,
        paragraph=paragraph,
        line=line,
        asks=asks,
    )


def request(
    intent: Intent = Intent.LOOKUP,
    text: str = "?",
    *,
    language: Language = "en",
    places: tuple[str, ...] = (),
    origin: str | None = None,
    destinations: tuple[str, ...] = (),
    scope: Sequence[str] = (),
    move: Move | None = None,
    topics: tuple[str, ...] = (),
    units: Sequence[str] = (),
    years: Sequence[str] = (),
    doubts_source: bool = False,
) -> Request:
    """A request as understanding would give it."""
    return Request(
        text=text,
        language=language,
        intent=intent,
        places=places or tuple(p for p in (origin, *destinations) if p),
        origin=origin,
        destinations=destinations,
        scope=frozenset(scope),
        move=move,
        topics=topics,
        units=frozenset(units),
        years=frozenset(years),
        doubts_source=doubts_source,
    )


def hits(*passages: Passage, scores: Sequence[float] = ()) -> tuple[Hit, ...]:
    """The passages as hits, in falling order unless scores are given."""
    falling = scores or [1.0 - 0.01 * number for number in range(len(passages))]
    return tuple(Hit(passage=p, score=score) for p, score in zip(passages, falling, strict=True))


def cited(answer: Answer) -> set[str]:
    """The ids of the passages that an answer cites."""
    return {citation.passage_id for citation in answer.citations}


@pytest.fixture(scope="session")
def understander(notes_advisor: Advisor) -> Understander:
    """The one that the adviser over the notes uses."""
    return notes_advisor._steps.understander


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The bundled notes and their tensions."""
    return Corpus({p.id: p for p in load_notes()[1]}, load_tensions())
