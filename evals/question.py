"""A question of the evaluation, and what a good answer to it has."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import zip_longest
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from evals.errors import QuestionError
from knowledge.corpus import load_notes, load_tensions
from knowledge.figures import figure_keys
from knowledge.passage import LANGUAGES, Caveat, Frozen, Language, Passage
from knowledge.topics import topics

Text = Annotated[str, Field(min_length=1)]


class Type(StrEnum):
    """What kind of question it is; each has a file of this name."""

    LOOKUP = "lookup"
    DECISION = "decision"
    WHY = "why"
    COMPARE = "compare"
    FOLLOW_UP = "follow_up"
    UNANSWERABLE = "unanswerable"
    OUT_OF_SCOPE = "out_of_scope"
    FALSE_PREMISE = "false_premise"
    ONE_SIDED = "one_sided"
    INJECTION = "injection"


class Split(StrEnum):
    """Which part of the set: one to work with, one to be run by name alone."""

    DEV = "dev"
    TEST = "test"


class ProfileWanted(Frozen):
    """What the profile must hold after the last turn; a field that is not given may hold anything.

    Places are names in Chinese; money is in yuan a month (savings: in all), before or after tax as it was said.
    """

    origin: str | None = None
    destination: str | None = None
    home_town: str | None = None
    age: int | None = None
    work: str | None = None
    industry: str | None = None
    salary: float | None = None
    rent: float | None = None
    savings: float | None = None
    partner: bool | None = None
    children: bool | None = None
    parents: str | None = None
    connections: bool | None = None
    hukou: str | None = None
    remote_work: bool | None = None
    risk: str | None = None

    def given(self) -> Mapping[str, Any]:
        """The fields that are wanted."""
        return self.model_dump(exclude_none=True)


class Question(Frozen):
    """Messages of one conversation, of which the last is judged, and what its answer must have.

    ``gold`` holds groups of passage ids: of each group at least one is cited. ``also`` may be cited without being
    wrong: passage ids, ``city:成都`` or ``topic:hukou``. Of each group of ``figures`` one appears in what is claimed;
    none of ``not_figures`` does. ``caveats`` are due, ``caveats_also`` not needless. Of each of ``conflicts`` (ids of
    tensions) both sides are cited. ``abstain``: the documents do not say what is asked. Questions of one ``frame``
    ask the same thing in opposite words and rest on the same evidence.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    type: Type
    language: Language
    split: Split
    turns: tuple[Text, ...] = Field(min_length=1)
    gold: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    also: tuple[Text, ...] = ()
    figures: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    not_figures: tuple[Text, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    caveats_also: tuple[Caveat, ...] = ()
    conflicts: tuple[Text, ...] = ()
    abstain: bool = False
    profile: ProfileWanted = ProfileWanted()
    frame: str | None = None

    @model_validator(mode="after")
    def _figures_are_figures(self) -> Self:
        for figure in (*self.not_figures, *(one for group in self.figures for one in group)):
            if not figure_keys(figure):
                raise ValueError(f"{figure!r} is no figure; write one such as 64.4% or 12:1")
        return self

    @property
    def asked(self) -> str:
        """The message that is judged."""
        return self.turns[-1]

    def accepts(self, passage: Passage) -> bool:
        """Whether citing it is right, or at least not wrong."""
        return (
            any(passage.id in group for group in self.gold)
            or passage.id in self.also
            or passage.caveat in (*self.caveats, *self.caveats_also)
            or any(f"city:{city}" in self.also for city in passage.cities)
            or any(f"topic:{topic}" in self.also for topic in passage.topics)
            or any(passage.id in side for id_ in self.conflicts for side in tension_sides(id_))
        )


class Selection(Frozen):
    """Which questions to ask: those of a split, of some types or (where none is named) of all, ``limit`` at most."""

    split: Split
    types: tuple[Type, ...] = ()
    limit: int | None = Field(default=None, ge=1)

    def of(self, questions: Sequence[Question]) -> tuple[Question, ...]:
        """The questions it selects; under a limit types and languages take turns, so that none is left out."""
        chosen = [q for q in questions if q.split is self.split and (not self.types or q.type in self.types)]
        if self.limit is None:
            return tuple(chosen)
        # Every other type begins with the other language.
        orders = [LANGUAGES[number % 2 :] + LANGUAGES[: number % 2] for number in range(len(Type))]
        lists = [
            _by_turns([q for q in chosen if q.type is type_ and q.language == language] for language in order)
            for type_, order in zip(Type, orders, strict=True)
        ]
        return tuple(_by_turns(lists)[: self.limit])


def _by_turns(lists: Iterable[Sequence[Question]]) -> list[Question]:
    """The first of each list, then the second of each, and so on."""
    return [question for turn in zip_longest(*lists) for question in turn if question]


class _File(Frozen):
    type: Type
    questions: tuple[dict[str, Any], ...]


def load_questions(directory: Traversable | None = None) -> tuple[Question, ...]:
    """All questions, in the order of their files.

    Raises:
        QuestionError: a file has an unknown field, names an unknown passage, city, topic or tension, or uses an id
            twice.
    """
    folder = directory or files(__package__).joinpath("questions")
    sources = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    questions = tuple(question for file in sources for question in _read(file))
    twice = [id_ for id_, count in Counter(question.id for question in questions).items() if count > 1]
    if twice:
        raise QuestionError(f"two questions are called {twice[0]!r}; rename one")
    return questions


def questions_hash(questions: Sequence[Question]) -> str:
    """SHA-256 over the questions, in hexadecimal."""
    return hashlib.sha256("\n".join(q.model_dump_json() for q in questions).encode()).hexdigest()


def _question(entry: Mapping[str, Any], type_: Type, file: str) -> Question:
    name = f"{file}: {entry.get('id', 'a question without an id')}"
    try:
        question = Question.model_validate({"type": type_, **entry})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise QuestionError(f"{name}: {where or 'it'} is not valid ({first['msg']}); correct it") from error
    for kind, names, known in _references(question):
        for one in names:
            if one not in known:
                raise QuestionError(f"{name} names the unknown {kind} {one!r}; correct it")
    return question


def _references(question: Question) -> Iterator[tuple[str, Iterable[str], Iterable[str]]]:
    passages = {p.id for p in load_notes()[1]}
    cities = {city for p in load_notes()[1] for city in p.cities}
    selectors = [one.partition(":") for one in question.also]
    yield "passage", [one for group in question.gold for one in group], passages
    yield "passage", [one for one, colon, _ in selectors if not colon], passages
    yield "kind of passage", [kind for kind, colon, _ in selectors if colon], ("city", "topic")
    yield "city", [name for kind, _, name in selectors if kind == "city"], cities
    yield "topic", [name for kind, _, name in selectors if kind == "topic"], topics()
    yield "tension", question.conflicts, _sides()


def tension_sides(id_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The passages on either side of a tension."""
    return _sides()[id_]


@cache
def _sides() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {tension.id: tension.sides for tension in load_tensions()}


def _read(file: Traversable) -> Iterator[Question]:
    try:
        loaded = _File.model_validate(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise QuestionError(f"{file.name} is no file of questions ({reason}); write a type and questions") from error
    for entry in loaded.questions:
        yield _question(entry, loaded.type, file.name)
