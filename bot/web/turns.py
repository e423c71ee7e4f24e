"""What the page remembers of one conversation: a frozen value for each question asked."""

from __future__ import annotations

from bot.turn import Answer, Claim
from knowledge.passage import Frozen


class Turn(Frozen):
    """A question and as much of its answer as there is: claims while it streams, then ``answer`` or how it ended."""

    question: str
    claims: tuple[Claim, ...] = ()
    answer: Answer | None = None
    stopped: bool = False
    failure: str | None = None

    @property
    def open(self) -> bool:
        """Whether more is still to come."""
        return self.answer is None and not self.stopped and self.failure is None

    def after(self, event: Claim | Answer) -> Turn:
        """This turn with one more event of ``Advisor.stream``."""
        if isinstance(event, Answer):
            return self.model_copy(update={"answer": event})
        return self.model_copy(update={"claims": (*self.claims, event)})

    def stop(self) -> Turn:
        """This turn as the user ended it; a finished one stays as it is."""
        return self.model_copy(update={"stopped": True}) if self.open else self

    def fail(self, message: str) -> Turn:
        """This turn ended by an error; ``message`` is shown to the user."""
        return self.model_copy(update={"failure": message})


def restored(answers: tuple[Answer, ...]) -> tuple[Turn, ...]:
    """Past answers as turns; of one question asked twice in a row only the last, as a retry shows it."""
    turns: list[Turn] = []
    for answer in answers:
        if turns and turns[-1].question == answer.question:
            turns.pop()
        turns.append(Turn(question=answer.question, answer=answer))
    return tuple(turns)
