"""What one turn is made of: the values that pass from question to answer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from knowledge.passage import Caveat, Frozen, Grade, Language


class Intent(StrEnum):
    """What a message wants."""

    LOOKUP = "lookup"
    DECISION = "decision"
    WHY = "why"
    COMPARE = "compare"
    OVERVIEW = "overview"
    OUT_OF_SCOPE = "out_of_scope"
    ABOUT_BOT = "about_bot"
    UNREADABLE = "unreadable"


class Section(StrEnum):
    """Where a claim stands in an answer, in reading order."""

    SUMMARY = "summary"
    POINTS = "points"
    FOR = "for"
    AGAINST = "against"
    CAVEATS = "caveats"
    CONFLICTS = "conflicts"
    NEAREST = "nearest"


class Draft(Frozen):
    """A statement as a writer proposes it, before verification.

    ``text`` may hold inline markers ``[@passage-id]``, each standing where its citation goes; a passage in
    ``passage_ids`` without a marker is cited at the end.
    """

    text: str
    section: Section
    passage_ids: tuple[str, ...]
    weakness: str | None = None
    kind: Caveat | None = None


class Claim(Frozen):
    """One statement shown to the user.

    ``text`` is the bare statement, ``weakness`` says in a few words what its evidence lacks, ``markdown`` is both with
    ``[n]`` markers; ``citations`` are numbers into ``Answer.citations``.
    """

    text: str
    section: Section
    citations: tuple[int, ...]
    weakness: str | None = None
    markdown: str
    kind: Caveat | None = None


class Citation(Frozen):
    """The evidence behind a marker ``[number]``."""

    number: int
    passage_id: str
    document_id: str
    document_title: str
    locator: str
    text: str
    text_en: str | None
    quote: str | None
    start: int | None
    end: int | None
    source: str
    grade: Grade
    attribution: str | None
    as_of: str | None
    document_note: str | None
    weakness: str | None = None
    editor_note: str | None = None


class CaveatShown(Frozen):
    """A warning by its name, with the passages it rests on."""

    kind: Caveat
    text: str
    citations: tuple[int, ...]


class Conflict(Frozen):
    """Two passages that pull apart, both sides in one text."""

    text: str
    citations: tuple[int, ...]


class Gap(Frozen):
    """Something the documents do not say, by name."""

    text: str


class AskNext(Frozen):
    """The one question whose answer would move the advice most."""

    question: str
    why: str


class Withheld(Frozen):
    """A claim that verification removed, and why."""

    text: str
    reason: str


class Timings(Frozen):
    """Milliseconds spent in each step."""

    understand: float = 0.0
    retrieve: float = 0.0
    weigh: float = 0.0
    write: float = 0.0
    verify: float = 0.0
    total: float = 0.0


class Profile(Frozen):
    """What is known of the person who asks."""

    origin: str | None = None
    destination: str | None = None


class Answer(Frozen):
    """The whole answer; ``text`` is Markdown with ``[n]`` markers into ``citations``."""

    question: str
    language: Language
    intent: Intent
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    caveats: tuple[CaveatShown, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    gaps: tuple[Gap, ...] = ()
    abstained: bool = False
    ask_next: AskNext | None = None
    suggestions: tuple[str, ...] = ()
    profile: Profile = Field(default_factory=Profile)
    writer: str = "template"
    withheld: tuple[Withheld, ...] = ()
    timings_ms: Timings = Field(default_factory=Timings)
