"""The writer that lets a chat model word the answer: what is said stays the plain writer's, entry by entry.

The plain writer's drafts are the entries that an answer needs. A line of the model's reply takes the place of the
entries whose passages it cites, if verification will let it stand; every other entry is written as it is. So the model
can leave out no warning and no side, and what an entry's evidence lacks is never the model's to say.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import WriterError
from bot.turn import Draft, Evidence, Request, Section
from bot.write.base import Writer
from knowledge.passage import Language
from knowledge.script import language_of
from prompts import load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_log = logging.getLogger(__name__)

_LONGEST_REPLY = 20_000  # characters; some models never stop
_BRACKETS = re.compile(r"\s*\[(@?)([^\]]*)\]")
_MARKER = re.compile(r"\[@[^\]\s]*\]")
_EMPHASIS = re.compile(r"[*`]|^[#>+|\s-]+")
# Links and tags, which a reader's screen might follow or load.
_ACTIVE = re.compile(r"[<>\[\]]|://|\bwww\.", re.IGNORECASE)


class LlmWriter:
    """Words the plain writer's drafts with a chat model, ``provider:model`` as LangChain names it.

    ``stands`` tells whether verification will let a draft through. The model is opened by the first answer.
    """

    def __init__(self, model: str, plain: Writer, stands: Callable[[Draft], bool]) -> None:
        self.name = model.partition(":")[2] or model
        self._setting = model
        self._plain = plain
        self._stands = stands

    def write(self, request: Request, evidence: Evidence) -> Iterator[Draft]:
        """Drafts in reading order, each as soon as its line is complete; without evidence no model is asked.

        Raises:
            WriterError: the model cannot be reached, or none of its lines stands; no draft that stands came before.
        """
        left = list(self._plain.write(request, evidence))
        # Which way it all leans stands in no passage, so that verification could not tell if a model turned it round.
        entries = tuple(entry for entry in left if entry.section is not Section.SUMMARY)
        if not entries or not request.needs_evidence:
            yield from left
            return
        begun = False
        try:
            for line in self._lines(_messages(request, evidence, entries)):
                worded = _word(line, entries, request.language)
                if worded is None:
                    continue
                draft, replaced = worded
                if not self._stands(draft):
                    yield draft
                elif replaced and all(entry in left for entry in replaced):
                    begin = [entry.section for entry in left].index(draft.section)
                    yield from left[:begin]
                    yield draft
                    begun = True
                    left = [entry for entry in left[begin:] if entry not in replaced]
        except WriterError as error:
            if not begun:
                raise
            _log.warning("%s What it left out is written without it.", error)
        if not begun:
            raise WriterError(
                f"The chat model {self._setting} answered no line that can be used; "
                "set QULIU_CHAT_MODEL to another model or unset it."
            )
        yield from left

    def _lines(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """The complete lines of the reply; the last one needs no line feed, unless the reply breaks off."""
        rest, length = "", 0
        for piece in self._reply(messages):
            *lines, rest = (rest + piece).split("\n")
            yield from lines
            length += len(piece)
            if length > _LONGEST_REPLY:
                return
        yield rest

    def _reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        try:
            for chunk in self._model.stream(list(messages)):
                yield str(chunk.text)
        except ImportError as error:
            # LangChain's message names the package to install with pip.
            raise WriterError(
                f"The chat model {self._setting} cannot be opened ({_cause(error)}); "
                "install that package or unset QULIU_CHAT_MODEL."
            ) from error
        except Exception as error:
            # Each provider's package raises its own errors, which share no other base.
            raise WriterError(
                f"The chat model {self._setting} cannot be reached ({_cause(error)}); "
                "check its name, its key and the network, or unset QULIU_CHAT_MODEL."
            ) from error

    @cached_property
    def _model(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        return init_chat_model(self._setting)


class _Line(BaseModel):
    """One line of a reply; whatever else the model puts there is dropped."""

    model_config = ConfigDict(extra="ignore")

    section: Section
    text: str = Field(min_length=1, max_length=800)
    passages: tuple[str, ...]


def _word(line: str, entries: Sequence[Draft], language: Language) -> tuple[Draft, list[Draft]] | None:
    """A line as a draft, with the entries that it words; None where it is not one, or mixes what must stay apart.

    A line that cites a passage which is in no entry words none: it is for verification to withhold.
    """
    try:
        said = _Line.model_validate_json(line.strip().rstrip(","))
    except ValidationError:
        return None
    ids = tuple(dict.fromkeys(said.passages))
    text = _plain(said.text, ids)
    bare = _MARKER.sub("", text)
    if not bare or _ACTIVE.search(bare) or language_of(bare) != language:
        return None
    here = [entry for entry in entries if entry.section is said.section]
    if not here:
        return None
    given = {id_ for entry in entries for id_ in entry.passage_ids}
    if not ids or not given.issuperset(ids):
        return Draft(text=text, section=said.section, passage_ids=ids), []
    worded = [entry for entry in here if set(entry.passage_ids) <= set(ids)]
    order = tuple(dict.fromkeys(id_ for entry in worded for id_ in entry.passage_ids))
    kinds = {entry.kind for entry in worded if entry.kind}
    if set(order) != set(ids) or len(kinds) > 1:
        return None
    lacking = dict.fromkeys(entry.weakness for entry in worded if entry.weakness)
    draft = Draft(
        text=text,
        section=said.section,
        passage_ids=order,
        weakness=("；" if language == "zh" else "; ").join(lacking) or None,
        kind=kinds.pop() if kinds else None,
    )
    return draft, worded


def _plain(text: str, ids: Sequence[str]) -> str:
    """The text on one line, without Markdown and without markers other than those of ``ids``."""
    text = _BRACKETS.sub(lambda m: f"[@{m[2]}]" if m[1] and m[2] in ids else "", text)
    return " ".join(_EMPHASIS.sub("", text).split())


def _messages(request: Request, evidence: Evidence, entries: Sequence[Draft]) -> list[tuple[str, str]]:
    words = load("writer", request.language)
    material = "\n".join(_data(entry) for entry in _material(request, evidence, entries))
    return [
        ("system", words["system"]),
        ("human", words["message"].format(material=material, question=_data(request.text))),
    ]


def _material(request: Request, evidence: Evidence, entries: Sequence[Draft]) -> Iterator[Mapping[str, Any]]:
    """What the model may word: each entry with its passages, how good they are, and how far a warning reaches."""
    names = load("answer", request.language)
    due = {caveat.kind: caveat for caveat in evidence.caveats}
    warned = [passage for caveat in evidence.caveats for passage in caveat.passages]
    passages = {p.id: p for p in (*evidence.points, *evidence.pro, *evidence.con, *warned)}
    for entry in entries:
        known = [passages[id_] for id_ in entry.passage_ids if id_ in passages]
        yield {
            "section": entry.section,
            "text": entry.text,
            "passages": entry.passage_ids,
            "grades": {p.id: names["grades"][p.grade] for p in known},
            "weakness": entry.weakness,
            "warning": names["caveats"][entry.kind] if entry.kind else None,
            "reach": due[entry.kind].reach if entry.section is Section.CAVEATS and entry.kind in due else None,
        }


def _data(value: object) -> str:
    """JSON in which no tag can stand, so that nothing in it ends the part of the message that it is in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _cause(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__
