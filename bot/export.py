"""A conversation written out: Markdown to read, JSON to go on working with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, assert_never

from bot.markdown import escaped
from bot.naming import fact_name, facts_said
from bot.turn import Answer, Citation, Profile
from knowledge.passage import Frozen, Language
from knowledge.reading import FORMATS
from prompts import load

Format = Literal["markdown", "json"]

_TITLE = 80


class Conversation(Frozen):
    """A whole conversation."""

    thread_id: str
    profile: Profile
    answers: tuple[Answer, ...]


def render(thread_id: str, profile: Profile, answers: Sequence[Answer], format_: Format) -> str:
    """The conversation in that format, with a line feed at its end."""
    match format_:
        case "json":
            whole = Conversation(thread_id=thread_id, profile=profile, answers=tuple(answers))
            return whole.model_dump_json(indent=2) + "\n"
        case "markdown":
            return "\n\n".join(_markdown(thread_id, profile, answers)) + "\n"
        case _:
            assert_never(format_)


def is_as_stored(citation: Citation) -> bool:
    """Whether a reader of the original sees its characters as they are stored: no markup, no lines of a page."""
    return FORMATS.get(Path(citation.source).suffix.lower()) in {"text", "markdown"}


def _markdown(thread_id: str, profile: Profile, answers: Sequence[Answer]) -> Iterator[str]:
    language: Language = answers[-1].language if answers else "en"
    words = load("export", language)
    yield f"# {_title(answers[0].question) if answers else _plain(thread_id)}"
    yield f"*{words['written'].format(id=_plain(thread_id))}*"
    known = facts_said(profile, language)
    if known:
        yield f"## {words['known']}"
        yield "\n".join(
            f"- {words['field'].format(name=fact_name(field, language), value=_plain(said))}" for field, said in known
        )
    for number, answer in enumerate(answers, start=1):
        yield f"## {number}. {_title(answer.question)}"
        if _plain(answer.question) != _title(answer.question):
            yield "\n".join(f"> {_plain(line)}" for line in answer.question.splitlines())
        yield answer.text
        if answer.citations:
            yield f"**{load('export', answer.language)['sources']}**"
            yield "\n".join(f"{citation.number}. {_source(citation, answer.language)}" for citation in answer.citations)


def _source(citation: Citation, language: Language) -> str:
    words = load("export", language)
    text = citation.text_en if language == "en" and citation.text_en else citation.text
    line = words["source"].format(
        title=_plain(citation.document_title),
        locator=_plain(citation.locator),
        said_by=_plain(citation.attribution or words["said_by_nobody"]),
        grade=load("answer", language)["grades"][citation.grade],
        text=_plain(text),
    )
    # What is no note, nor damaged, says what the original says.
    differs = citation.text_en is not None or citation.damaged
    if citation.quote is None or not differs or not is_as_stored(citation):
        return str(line)
    return f"{line}\n   > {words['quote'].format(quote=_plain(citation.quote))}"


def _title(question: str) -> str:
    line = _plain(question[: _TITLE + 1])
    return line if len(question) <= _TITLE else f"{_plain(question[:_TITLE])}…"


def _plain(text: str) -> str:
    """Text that somebody wrote, on one line, with nothing in it that Markdown would take for markup."""
    return escaped(" ".join(text.split()))
