"""A turn that needs no model, and a process that talks until it is killed.

python -m tests.bot.talker FILE THREAD TURNS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

from bot.conversation import Conversations
from bot.turn import Answer, Citation, Claim, Context, Intent, Request, Section
from knowledge.passage import Grade, Language

FAILS = "fail"
# About as long as a real answer is when it is kept.
LONG = "x" * 30_000


def citation(number: int) -> Citation:
    return Citation(
        number=number,
        passage_id=f"p{number}",
        document_id="d",
        document_title="Notes [1]",
        locator="paragraph 3",
        text="河边有九座桥。",
        text_en="The river has *nine* bridges.",
        quote="九座桥" if number == 2 else None,
        start=None,
        end=None,
        source="notes.txt",
        grade=Grade.SURVEY,
        attribution="the ferryman" if number == 2 else None,
        as_of=None,
        document_note=None,
    )


def turn(text: str, language: Language | None, context: Context | None) -> Iterator[tuple[Request, Claim | Answer]]:
    """One claim, then the answer, which has the profile of the conversation."""
    known = (context or Context()).profile
    request = Request(asked=text, text=text, language="en", intent=Intent.LOOKUP, profile=known)
    claim = Claim(text="Nine.", section=Section.POINTS, citations=(1,), markdown="Nine. [1]")
    yield request, claim
    if text == FAILS:
        raise RuntimeError(text)
    sleep(0.002)
    sources = (citation(1), citation(2))
    body = LONG if text.startswith("long") else "Nine. [1] Ten. [2]"
    yield (
        request,
        Answer(
            question=text,
            language=language or "en",
            intent=Intent.LOOKUP,
            text=body,
            claims=(claim,),
            citations=sources,
            profile=known,
        ),
    )


if __name__ == "__main__":
    conversations = Conversations(Path(sys.argv[1]), turn)
    for number in range(int(sys.argv[3])):
        for _ in conversations.stream(f"long {number}", sys.argv[2], None):
            pass
        print(number, flush=True)
    conversations.close()
