"""What one turn is made of: the values that pass from question to answer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from knowledge.corpus import Tension
from knowledge.passage import Caveat, Frozen, Grade, Language, Passage


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


class Move(StrEnum):
    """Which way a move goes, on the ladder from first-tier city to village."""

    DOWN = "down"
    UP = "up"
    SIDEWAYS = "sideways"
    BACK = "back"


class Notice(StrEnum):
    """Why a message cannot be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    OTHER_LANGUAGE = "other_language"


class Request(Frozen):
    """What a message asks, as understood.

    ``asked`` is the message as it came, ``text`` its cleaned form; ``places`` are ids of all cities and provinces
    named, in order; ``scope`` holds the tiers that the destination belongs to; ``topics`` are topic ids; ``units`` are
    the units that a wanted figure would have.
    """

    asked: str = ""
    text: str
    language: Language
    intent: Intent
    notice: Notice | None = None
    places: tuple[str, ...] = ()
    origin: str | None = None
    destinations: tuple[str, ...] = ()
    scope: frozenset[str] = frozenset()
    move: Move | None = None
    topics: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()
    doubts_source: bool = False

    @property
    def needs_evidence(self) -> bool:
        """Whether an answer rests on passages at all."""
        return self.intent not in (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.UNREADABLE)

    @property
    def is_broad(self) -> bool:
        """Whether it asks for what several passages say together."""
        return self.intent in (Intent.WHY, Intent.COMPARE, Intent.OVERVIEW)


class Reach(StrEnum):
    """Whether a warning is said of the very place of the decision."""

    NAMED = "named"
    INFERRED = "inferred"
    GENERAL = "general"


class CaveatDue(Frozen):
    """A caveat that is due, with the passages that carry it, best first, and how far it reaches."""

    kind: Caveat
    passages: tuple[Passage, ...]
    reach: Reach
    place: str | None = None


class Silence(Frozen):
    """What the documents do not say: a ``subject`` (a gap phrase of the prompts), of a place where one is named."""

    subject: str
    place: str | None = None


class Evidence(Frozen):
    """What the passages say to a request, weighed; every tuple is best first."""

    points: tuple[Passage, ...] = ()
    pro: tuple[Passage, ...] = ()
    con: tuple[Passage, ...] = ()
    caveats: tuple[CaveatDue, ...] = ()
    tensions: tuple[Tension, ...] = ()
    silences: tuple[Silence, ...] = ()
    unknown: str | None = None
    related: tuple[Passage, ...] = ()


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
