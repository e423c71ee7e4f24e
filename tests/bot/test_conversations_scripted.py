"""Scripted conversations, turn by turn: what must be cited, said, not said, asked and remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import pytest
import yaml
from pydantic import Field, ValidationError, model_validator

from bot.advisor import Advisor
from bot.turn import Answer, Intent, Profile
from evals.question import load_questions
from knowledge.corpus import load_notes
from knowledge.figures import figure_keys
from knowledge.passage import LANGUAGES, Caveat, Frozen, Language
from knowledge.script import language_of
from tests.bot.conftest import cited

FILES = sorted(Path(__file__).with_name("conversations").glob("*.yaml"))
NOTES = {note.id: note for note in load_notes()[1]}

Text = Annotated[str, Field(min_length=1)]
Words = Text | Annotated[tuple[Text, ...], Field(min_length=1)]
Group = Annotated[tuple[Text, ...], Field(min_length=1)]


class Turn(Frozen):
    """A message, and what the answer to it must have; what is left out may be anything.

    Of each group of ``cites`` one passage is cited, of ``cites_not`` none. ``says`` are figures, in whatever way they
    are written, or words, of which any of a list will do. ``asks`` tells whether a question comes back, or which words
    it has, any of them. ``caveats`` are named, or carried by what is cited. A field of ``profile`` that is null must
    not be known.
    """

    user: Text
    language: Language
    intent: Intent | None = None
    cites: tuple[Group, ...] = ()
    cites_not: tuple[Text, ...] = ()
    says: tuple[Words, ...] = ()
    says_not: tuple[Text, ...] = ()
    asks: bool | tuple[Text, ...] | None = None
    caveats: tuple[Caveat, ...] = ()
    abstained: bool | None = None
    profile: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_of_use(self) -> Self:
        if not self.model_fields_set - {"user", "language"}:
            raise ValueError(f"nothing is wanted of the answer to {self.user!r}")
        named = {*self.cites_not, *(id_ for group in self.cites for id_ in group)}
        unknown = sorted(named - set(NOTES)) + sorted(set(self.profile) - set(Profile.model_fields))
        if unknown:
            raise ValueError(f"{self.user!r} names the unknown {', '.join(unknown)}")
        return self


class Conversation(Frozen):
    """Messages in one thread; ``pending`` says what is missing where an answer is not yet what it should be."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    language: Language
    pending: str | None = None
    turns: Annotated[tuple[Turn, ...], Field(min_length=2, max_length=6)]

    @model_validator(mode="before")
    @classmethod
    def _turns_are_in_its_language(cls, value: dict[str, Any]) -> dict[str, Any]:
        turns = [{"language": value.get("language"), **turn} for turn in value.get("turns", ())]
        return {**value, "turns": turns}


def read(path: Path) -> list[Conversation]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    return [Conversation.model_validate(entry) for entry in loaded["conversations"]]


CONVERSATIONS = [conversation for path in FILES for conversation in read(path)]


def case(conversation: Conversation) -> Any:
    # What is pending runs all the same, so that it is seen when it begins to hold.
    marks = [pytest.mark.xfail(reason=conversation.pending, strict=False)] if conversation.pending else []
    return pytest.param(conversation, id=conversation.id, marks=marks)


@pytest.mark.parametrize("conversation", [case(conversation) for conversation in CONVERSATIONS])
def test_a_conversation_goes_as_it_should(notes_advisor: Advisor, conversation: Conversation) -> None:
    thread = f"scripted-{conversation.id}"
    wrong: list[str] = []
    for number, turn in enumerate(conversation.turns, 1):
        answer = notes_advisor.ask(turn.user, thread)
        found = [f"   - {fault}" for fault in faults(turn, answer)]
        if found:
            wrong.append("\n".join([f"turn {number}, {turn.user!r} ({answer.intent}):", *found]))
    assert not wrong, "\n" + "\n".join(wrong)


def faults(turn: Turn, answer: Answer) -> Iterator[str]:
    """What an answer lacks, or has and should not."""
    yield from _wrong_evidence(turn, answer)
    yield from _wrong_words(turn, answer)
    for name in ("intent", "abstained"):
        wanted, found = getattr(turn, name), getattr(answer, name)
        if wanted is not None and found != wanted:
            yield f"{name} is {found}, not {wanted}"
    if answer.language != turn.language:
        yield f"it is in {answer.language}, not {turn.language}"
    held = answer.profile.model_dump(mode="json")
    for field, value in turn.profile.items():
        if held[field] != value:
            yield f"profile.{field} is {held[field]!r}, not {value!r}"


def _wrong_evidence(turn: Turn, answer: Answer) -> Iterator[str]:
    ids = cited(answer)
    for group in turn.cites:
        if not ids & set(group):
            yield f"none of {', '.join(group)} is cited, but {', '.join(sorted(ids)) or 'nothing'}"
    for id_ in sorted(ids & set(turn.cites_not)):
        yield f"{id_} is cited"
    shown = {caveat.kind for caveat in answer.caveats} | {NOTES[id_].caveat for id_ in ids}
    for caveat in turn.caveats:
        if caveat not in shown:
            yield f"it does not warn of {caveat}"
    for claim in answer.claims:
        if not claim.citations:
            yield f"without a citation: {claim.text}"


def _wrong_words(turn: Turn, answer: Answer) -> Iterator[str]:
    text = f"{answer.text} {' '.join(claim.text for claim in answer.claims)}"
    for words in turn.says:
        if not any(_stands_in(word, text) for word in ([words] if isinstance(words, str) else words)):
            yield f"{words!r} is not said in {_brief(answer.text)}"
    for word in turn.says_not:
        if _stands_in(word, text):
            yield f"{word!r} is said in {_brief(answer.text)}"
    asked = answer.ask_next.question if answer.ask_next else None
    if isinstance(turn.asks, tuple):
        if not any(word.casefold() in (asked or "").casefold() for word in turn.asks):
            yield f"it asks {asked!r}, nothing about {' or '.join(turn.asks)}"
    elif turn.asks is not None and turn.asks != (asked is not None):
        yield f"it asks {asked!r}"


def _stands_in(wanted: str, text: str) -> bool:
    """Whether a figure stands in a text in whatever way, or words as they are."""
    keys = set(figure_keys(wanted))
    return keys <= set(figure_keys(text)) if keys else wanted.casefold() in text.casefold()


def _brief(text: str, length: int = 160) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= length else f"{flat[:length]}…")


def test_there_are_enough_conversations_in_both_languages() -> None:
    count = Counter(conversation.language for conversation in CONVERSATIONS)
    assert len(CONVERSATIONS) >= 120
    assert all(count[language] >= 60 for language in LANGUAGES)
    assert [path.stem for path in FILES] == [
        "comparisons", "directions", "follow_ups", "injections", "languages", "one_sided", "premises", "profile",
        "silences", "subjects",
    ]  # fmt: skip


def test_no_two_conversations_share_a_name() -> None:
    assert [id_ for id_, times in Counter(c.id for c in CONVERSATIONS).items() if times > 1] == []


def test_no_conversation_is_one_of_the_evaluation() -> None:
    # Thanks and greetings are anybody's.
    evaluated = {turn for question in load_questions() for turn in question.turns}
    said = [turn.user for conversation in CONVERSATIONS for turn in conversation.turns if len(turn.user) > 8]
    assert [text for text in said if text in evaluated] == []


def test_a_conversation_opens_in_its_language() -> None:
    odd = [c.id for c in CONVERSATIONS if language_of(c.turns[0].user) != c.language]
    assert odd == []


ANSWER = Answer(question="?", language="en", intent=Intent.LOOKUP, text="About 23% come back. [1]")


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ({"says": ["24%"]}, "'24%' is not said in 'About 23% come back. [1]'"),
        ({"says_not": ["come BACK"]}, "'come BACK' is said in 'About 23% come back. [1]'"),
        ({"says_not": ["twenty-three per cent"]}, "'twenty-three per cent' is said in 'About 23% come back. [1]'"),
        ({"cites": [["return-flow"]]}, "none of return-flow is cited, but nothing"),
        ({"asks": True}, "it asks None"),
        ({"asks": ["offer"]}, "it asks None, nothing about offer"),
        ({"caveats": ["hukou"]}, "it does not warn of hukou"),
        ({"abstained": True}, "abstained is False, not True"),
        ({"language": "zh", "says": ["23%"]}, "it is in en, not zh"),
        ({"profile": {"age": 30}}, "profile.age is None, not 30"),
        ({"says": [["24%", "23%"]], "asks": False, "intent": "lookup", "profile": {"age": None}}, None),
    ],
)
def test_what_an_answer_lacks_is_found(wanted: dict[str, Any], fault: str | None) -> None:
    turn = Turn.model_validate({"user": "?", "language": "en", **wanted})
    assert list(faults(turn, ANSWER)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        ({"user": "?"}, "nothing is wanted"),
        ({"user": "?", "cites": [["no-such-note"]]}, "unknown no-such-note"),
        ({"user": "?", "cites_not": ["no-such-note"]}, "unknown no-such-note"),
        ({"user": "?", "profile": {"shoe_size": 43}}, "unknown shoe_size"),
        ({"user": "?", "sites": [["return-flow"]]}, "Extra inputs"),
    ],
)
def test_a_script_that_would_check_nothing_is_refused(turn: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Conversation.model_validate({"id": "x", "language": "en", "turns": [turn, turn]})
