"""What one turn is made of: the values that pass from question to answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from knowledge.corpus import Tension
from knowledge.passage import Bilingual, Caveat, Frozen, Grade, Language, Passage
from knowledge.places import place


class Intent(StrEnum):
    """What a message wants."""

    LOOKUP = "lookup"
    DECISION = "decision"
    WHY = "why"
    COMPARE = "compare"
    OVERVIEW = "overview"
    OUT_OF_SCOPE = "out_of_scope"
    ABOUT_BOT = "about_bot"
    ABOUT_YOU = "about_you"
    UNREADABLE = "unreadable"


class Section(StrEnum):
    """Where a claim stands in an answer, in reading order."""

    SUMMARY = "summary"
    CORRECTION = "correction"
    POINTS = "points"
    SIDES = "sides"
    FOR = "for"
    AGAINST = "against"
    ALSO = "also"
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


class Reference(StrEnum):
    """What a message leans on."""

    AGAIN = "again"  # the last question, in another language
    ITEM = "item"  # something that was listed, by its number
    SOURCE = "source"  # who says what was said
    PLACE = "place"  # the last question, of another place
    HERE = "here"  # the last question, of somebody who lives elsewhere than was thought
    OTHERS = "others"  # whether the other documents agree
    OTHER_SIDE = "other_side"  # the side that the last answer left out
    ANOTHER = "another"  # where else there is what was spoken of
    ASPECT = "aspect"  # the last subject, from another side


def _place_id(name: str) -> str:
    found = place(name)
    if found is None:
        raise PydanticCustomError("place", "not a place that is known")
    return found.id


# Any name of a place becomes its id.
PlaceId = Annotated[str, AfterValidator(_place_id)]
Words = Annotated[str, Field(min_length=1, max_length=60)]


class Facts(Frozen):
    """What a person has said of themselves; None is what they have not said.

    Money is in yuan, ``salary`` and ``rent`` a month, ``savings`` in all; ``connections`` are those in the place they
    would go to; ``hukou`` is that of where they live.
    """

    age: int | None = Field(default=None, ge=1, le=120)
    work: Words | None = None
    industry: Words | None = None
    salary: float | None = Field(default=None, ge=0, le=10_000_000)
    salary_before_tax: bool | None = None
    rent: float | None = Field(default=None, ge=0, le=1_000_000)
    savings: float | None = Field(default=None, ge=0, le=10_000_000_000)
    partner: bool | None = None
    children: bool | None = None
    parents: Literal["need_care", "well", "mentioned"] | None = None
    connections: bool | None = None
    hukou: Literal["local", "not_local", "mentioned"] | None = None
    remote_work: bool | None = None
    risk: Literal["low", "high"] | None = None

    @property
    def figures(self) -> frozenset[Decimal]:
        """The numbers that the person gave of themselves."""
        return frozenset(Decimal(str(value)) for value in (self.age, self.salary, self.rent, self.savings) if value)


class Profile(Facts):
    """What is known of the person who asks; places are ids, ``destination`` is the first of ``destinations``."""

    origin: PlaceId | None = None
    destination: PlaceId | None = None
    destinations: tuple[PlaceId, ...] = Field(default=(), max_length=20)
    home_town: PlaceId | None = None

    @model_validator(mode="before")
    @classmethod
    def _agree(cls, given: Any) -> Any:
        """Each of the two fields from the other where it is missing."""
        if not isinstance(given, Mapping):
            return given
        one, several = given.get("destination"), tuple(given.get("destinations") or ())
        if one and not several:
            return {**given, "destinations": (one,)}
        return {**given, "destination": several[0]} if several and not one else given

    @model_validator(mode="after")
    def _first(self) -> Self:
        if self.destination != next(iter(self.destinations), None):
            raise PydanticCustomError("destination", "destination has to be the first of destinations")
        return self


class Request(Frozen):
    """What a message asks, as understood.

    ``asked`` is the message as it came, ``text`` its cleaned form; ``places`` are ids of all cities and provinces
    named, in order; ``scope`` holds the tiers that the destination belongs to; ``topics`` are topic ids; ``units`` are
    the units that a wanted figure would have. A message that leans on the conversation has a ``reference``, the
    ``background`` that it is to be understood by, and the passages in ``focus``. ``one_sided`` says which side alone is
    wanted, ``asked_before`` which unknowns the person has been asked.
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
    one_sided: Literal["for", "against"] | None = None
    wants_estimate: bool = False
    forgets: bool = False
    reference: Reference | None = None
    background: str = ""
    focus: tuple[str, ...] = ()
    profile: Profile = Profile()
    asked_before: tuple[str, ...] = ()

    @property
    def needs_evidence(self) -> bool:
        """Whether an answer rests on passages at all."""
        return self.intent not in (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.ABOUT_YOU, Intent.UNREADABLE)

    @property
    def is_broad(self) -> bool:
        """Whether it asks for what several passages say together."""
        return self.intent in (Intent.WHY, Intent.COMPARE, Intent.OVERVIEW)


class Context(Frozen):
    """What a conversation holds when the next message comes.

    ``request`` is the last that needed evidence, ``cited`` the passages of each statement that its answer listed,
    ``messages`` what the user said, oldest first, ``asked`` which unknowns the user was asked.
    """

    request: Request | None = None
    cited: tuple[tuple[str, ...], ...] = ()
    messages: tuple[str, ...] = ()
    profile: Profile = Profile()
    asked: tuple[str, ...] = ()


class ThreadInfo(Frozen):
    """A conversation in a list: ``title`` is its first question, ``turns`` counts the questions that were answered."""

    id: str
    title: str
    started: datetime
    updated: datetime
    turns: int


class Reach(StrEnum):
    """Whether a warning is said of the very place of the decision, or of places of another kind."""

    NAMED = "named"
    INFERRED = "inferred"
    GENERAL = "general"
    ELSEWHERE = "elsewhere"


class CaveatDue(Frozen):
    """A caveat that is due, with the passages that carry it, best first, and how far it reaches."""

    kind: Caveat
    passages: tuple[Passage, ...]
    reach: Reach
    place: str | None = None


class Silence(Frozen):
    """What the documents do not say: a ``subject`` (a gap phrase of the prompts), of a place where one is named.

    ``words`` say it where no phrase of the prompts does.
    """

    subject: str
    place: str | None = None
    words: Bilingual | None = None


class Covered(Frozen):
    """What a message takes for said that passages (``right``) say otherwise, and what it asks that no article says.

    ``presumed`` tells that it takes something for said that may be right or wrong; ``nearest`` are the passages that
    come nearest to what is not said, where they are known.
    """

    right: tuple[str, ...] = ()
    presumed: bool = False
    silences: tuple[Silence, ...] = ()
    nearest: tuple[str, ...] = ()


class Cell(Frozen):
    """What there is on one of several places in one respect; no passage where the documents are silent."""

    dimension: str
    place: str
    passages: tuple[Passage, ...] = ()


class OwnShare(Frozen):
    """What the person's rent is of their pay (0 to 1), beside the passages with an example of the same."""

    share: float
    passages: tuple[Passage, ...]


class Evidence(Frozen):
    """What the passages say to a request, weighed; every tuple is best first.

    ``corrections`` put right what the message takes for said; where that may be right or wrong (``presumed``), the
    answer begins with what the article does say. ``spoken`` has one passage of each document that speaks of the
    subject, where they are to be counted, ``sides`` sets places side by side, those of one dimension one after another,
    ``also`` is said of the place and leans no way.
    """

    corrections: tuple[Passage, ...] = ()
    presumed: bool = False
    spoken: tuple[Passage, ...] = ()
    points: tuple[Passage, ...] = ()
    sides: tuple[Cell, ...] = ()
    pro: tuple[Passage, ...] = ()
    con: tuple[Passage, ...] = ()
    also: tuple[Passage, ...] = ()
    caveats: tuple[CaveatDue, ...] = ()
    tensions: tuple[Tension, ...] = ()
    silences: tuple[Silence, ...] = ()
    unknown: str | None = None
    own: OwnShare | None = None
    related: tuple[Passage, ...] = ()


class Holdings(Frozen):
    """What is answered from: whether the bundled notes are there, and the titles of the documents beside them."""

    notes: bool
    own: tuple[Bilingual, ...] = ()


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
    dimension: str | None = None
    place: str | None = None


class Claim(Frozen):
    """One statement shown to the user.

    ``text`` is the bare statement, ``weakness`` says in a few words what its evidence lacks, ``markdown`` is both with
    ``[n]`` markers; ``citations`` are numbers into ``Answer.citations``. One that compares places has the ``place`` and
    the ``dimension`` that it is about.
    """

    text: str
    section: Section
    citations: tuple[int, ...]
    weakness: str | None = None
    markdown: str
    kind: Caveat | None = None
    dimension: str | None = None
    place: str | None = None


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
    damaged: bool = False


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


class Side(Frozen):
    """A place in one respect, as the documents have it; ``text`` says so where they have nothing."""

    place: str
    text: str
    citations: tuple[int, ...] = ()


class ComparisonRow(Frozen):
    """The places of a question side by side in one respect."""

    dimension: str
    sides: tuple[Side, ...]


class OwnFigures(Frozen):
    """Arithmetic on what the person said of themselves, beside an example of the documents."""

    text: str
    citations: tuple[int, ...]


class AskNext(Frozen):
    """The one question whose answer would move the advice most; ``about`` names the unknown."""

    question: str
    why: str
    about: str | None = None


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


class Answer(Frozen):
    """The whole answer; ``text`` is Markdown with ``[n]`` markers into ``citations``.

    ``untranslated`` says that claims stand in another language than the answer's, where some do.
    """

    question: str
    language: Language
    intent: Intent
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    caveats: tuple[CaveatShown, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    comparison: tuple[ComparisonRow, ...] = ()
    untranslated: str | None = None
    gaps: tuple[Gap, ...] = ()
    abstained: bool = False
    own_figures: OwnFigures | None = None
    one_sided: Literal["for", "against"] | None = None
    ask_next: AskNext | None = None
    suggestions: tuple[str, ...] = ()
    profile: Profile = Profile()
    writer: str = "template"
    withheld: tuple[Withheld, ...] = ()
    timings_ms: Timings = Timings()
