"""What is evaluated: quliu, or whatever else answers the same questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import uuid4

from bot.advisor import Advisor
from bot.turn import Answer
from evals.results import QULIU
from knowledge.passage import Passage


class System(Protocol):
    """Answers conversations, and finds passages.

    ``writer`` names what writes its answers, ``passages`` are those that its citations may name by id.
    """

    @property
    def name(self) -> str: ...

    @property
    def writer(self) -> str: ...

    @property
    def passages(self) -> Mapping[str, Passage]: ...

    def ask(self, turns: Sequence[str]) -> tuple[Answer, ...]:
        """The answer to each message of one conversation."""

    def search(self, text: str, k: int) -> tuple[str, ...]:
        """Ids of the ``k`` passages nearest to a text, best first."""

    def close(self) -> None:
        """Let go of what it holds."""


class Quliu:
    """The adviser as a user has it."""

    name = QULIU

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self.writer = advisor.settings.chat_model or "template"

    @property
    def passages(self) -> Mapping[str, Passage]:
        """Those of its index."""
        return self._advisor.index.passages

    def ask(self, turns: Sequence[str]) -> tuple[Answer, ...]:
        """The answer to each message; the conversation is forgotten afterwards."""
        if len(turns) == 1:
            return (self._advisor.ask(turns[0]),)
        thread_id = f"evaluation-{uuid4().hex}"
        try:
            return tuple(self._advisor.ask(turn, thread_id) for turn in turns)
        finally:
            self._advisor.forget(thread_id)

    def search(self, text: str, k: int) -> tuple[str, ...]:
        """What ``quliu search`` finds."""
        return tuple(hit.passage.id for hit in self._advisor.index.search(text, k=k))

    def close(self) -> None:
        """Close the adviser."""
        self._advisor.close()
