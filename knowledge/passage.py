"""What the steps exchange: frozen documents, passages and hits."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")


class Grade(StrEnum):
    """How good the evidence for a passage is, strongest first."""

    SURVEY = "survey"
    OFFICIAL_STATISTIC = "official_statistic"
    NAMED_REPORT = "named_report"
    CASE = "case"
    UNSOURCED = "unsourced"
    OPINION = "opinion"


class Stance(StrEnum):
    """Which way a passage leans for someone in a big city: leave it, stay in it, or neither."""

    LEAVE = "leave"
    STAY = "stay"
    NEUTRAL = "neutral"


class Caveat(StrEnum):
    """The warnings an answer looks for by name."""

    RELATIONSHIP_NETWORKS = "relationship_networks"
    RETURN_FLOWS = "return_flows"
    HUKOU = "hukou"
    SUBSIDY_SHORT_LIVED = "subsidy_short_lived"
    MEDICAL_ACCESS = "medical_access"
    UNSOURCED_FIGURE = "unsourced_figure"
    ANECDOTE = "anecdote"
    JOB_MARKET_FIT = "job_market_fit"
    AGING_FAMILY = "aging_family"
    SHRINKING_CITY = "shrinking_city"
    NOT_A_REJECTION_OF_BIG_CITIES = "not_a_rejection_of_big_cities"
    DOCUMENT_RELIABILITY = "document_reliability"


class Frozen(BaseModel):
    """A value that is never changed after it is made and has no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Frozen):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Document(Frozen):
    """A source: an article the notes report on, or a file somebody indexed.

    ``note`` says what is doubtful about it, ``date`` when it says that it was written (2024-06-05, or 2024-06),
    ``called`` are patterns of what people call it beside its title.
    """

    id: str
    title: Bilingual
    source: str
    sha256: str | None = None
    nature: Bilingual | None = None
    note: Bilingual | None = None
    date: str | None = None
    called: tuple[str, ...] = ()


class Passage(Frozen):
    """The smallest thing that can be cited.

    ``text`` is in ``language``; ``text_en`` is the English side of a bilingual note. ``quote`` equals the characters
    ``start:end`` of the decoded ``source``, and is None where the source itself is not indexed. ``speaks_for``
    names the ``cities`` that it shows in a good light where ``stance`` does not say so; ``scope`` names the tiers of
    city that it speaks of in general, ``speaks_to`` whom it would help to decide, ``asks`` are ways people ask for it,
    ``also_warns`` are the warnings that it gives beside ``caveat``, ``gives`` the details (ids of
    ``knowledge.details``) that it has an answer to. It is ``damaged`` where the source cannot be read as it stands, and
    ``text`` is a guess at what was there.
    """

    id: str
    document_id: str
    document_title: Bilingual
    language: Language
    text: str
    text_en: str | None = None
    source: str
    locator: str
    section: Bilingual | None = None
    paragraph: int | None = Field(default=None, ge=1)
    line: int | None = Field(default=None, ge=1)
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    topics: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    speaks_to: Literal["person", "city"] = "person"
    stance: Stance = Stance.NEUTRAL
    grade: Grade = Grade.UNSOURCED
    attribution: Bilingual | None = None
    as_of: str | None = None
    caveat: Caveat | None = None
    also_warns: tuple[Caveat, ...] = ()
    weakness: Bilingual | None = None
    editor_note: Bilingual | None = None
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    damaged: bool = False

    @property
    def warnings(self) -> tuple[Caveat, ...]:
        """Every warning that it gives, the first first."""
        return (*([self.caveat] if self.caveat else []), *self.also_warns)

    @property
    def is_note(self) -> bool:
        """Whether it is a bundled note, which has its words in both languages."""
        return self.text_en is not None

    def in_language(self, language: Language) -> str:
        """The text in that language, or in its own where it has no other."""
        return self.text_en if language == "en" and self.text_en else self.text


class Hit(Frozen):
    """A passage found for a query; a higher ``score`` is better, and scores compare only within one search."""

    passage: Passage
    score: float


class Problem(Frozen):
    """Something that could not be read; ``cause`` goes on after the path, as in "is not UTF-8; save it as UTF-8"."""

    path: str
    cause: str

    def __str__(self) -> str:
        return f"{self.path} {self.cause}."
