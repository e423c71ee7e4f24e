"""Builders of what an evaluation is made of, and a system that answers from a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.turn import Answer, CaveatShown, Citation, Claim, Intent, Section, Timings
from evals.question import Question, Selection, Split, questions_hash
from evals.results import INFO, QULIU, Check, Circumstances, Row, Run, RunInfo, write_rows, write_value
from knowledge.passage import Caveat, Grade, Passage
from tests.conftest import passage

STARTED = datetime(2024, 5, 1, 12, tzinfo=UTC)

# What citations name here: figures in both languages, a city and a topic, and a caveat each of two.
RENT = passage(
    "rent",
    "成都的租客平均把30%的工资付给房东，每月2500元。",
    text_en="Tenants in Chengdu pay 30% of their wage, ¥2,500.",
).model_copy(update={"cities": ("成都",), "topics": ("rent",)})
CLINIC = passage(
    "clinic", "县城看专科要坐两小时火车。", text_en="From the county it is a two-hour train to a specialist."
).model_copy(update={"caveat": Caveat.MEDICAL_ACCESS, "topics": ("medical",)})
RETURN = passage("return", "约23%的人15个月后又回来。", text_en="About 23% come back after 15 months.").model_copy(
    update={"caveat": Caveat.RETURN_FLOWS}
)
KNOWN = {one.id: one for one in (RENT, CLINIC, RETURN)}


def question(id_: str = "q", **more: Any) -> Question:
    """A question in English of which nothing is wanted but what is given."""
    plain = {"type": "lookup", "language": "en", "split": "dev", "turns": [f"What about {id_}?"]}
    return Question.model_validate({"id": id_, **plain, **more})


def answer(claims: Mapping[str, Sequence[str]] | None = None, *, ms: float = 10.0, **more: Any) -> Answer:
    """An answer of claims, each with the ids of the passages that it cites."""
    said = claims if claims is not None else {"Rent takes 30% of a wage.": ["rent"]}
    numbers = {id_: number for number, id_ in enumerate(dict.fromkeys(i for ids in said.values() for i in ids), 1)}
    made = [
        Claim(text=text, markdown=text, section=Section.POINTS, citations=tuple(numbers[id_] for id_ in ids))
        for text, ids in said.items()
    ]
    plain: dict[str, Any] = {
        "question": "What?",
        "language": "en",
        "intent": Intent.LOOKUP,
        "text": " ".join(said) or "Nothing.",
        "claims": made,
        "citations": [citation(number, id_) for id_, number in numbers.items()],
        "timings_ms": Timings(total=ms),
    }
    return Answer.model_validate(plain | more)


def citation(number: int, id_: str) -> Citation:
    return Citation(
        number=number, passage_id=id_, document_id="test", document_title="Test", locator=id_, text=id_, text_en=None,
        quote=None, start=None, end=None, source="test.txt", grade=Grade.UNSOURCED, attribution=None, as_of=None,
        document_note=None,
    )  # fmt: skip


def warned(*kinds: Caveat) -> tuple[CaveatShown, ...]:
    return tuple(CaveatShown(kind=kind, text=f"Mind {kind}.", citations=()) for kind in kinds)


def row(asked: Question | str = "q", /, *, said: Answer | None = None, ms: float = 10.0, **scores: float) -> Row:
    """A row whose answer was given these scores."""
    asked = question(asked) if isinstance(asked, str) else asked
    checks = {"answered": 1.0} | {name.replace("_at_", "@"): score for name, score in scores.items()}
    return Row(
        question=asked,
        answers=(said or answer(ms=ms),),
        seconds=ms / 1000,
        checks=tuple(Check(name=name, score=score, reason=f"{name} is {score}") for name, score in checks.items()),
    )


def crashed(asked: Question | str = "q", error: str = "ValueError: no (a.py:1)") -> Row:
    asked = question(asked) if isinstance(asked, str) else asked
    return Row(question=asked, error=error, checks=(Check(name="answered", score=0.0, reason=error),))


def run_info(id_: str = "one", *, minutes: int = 0, finished: bool = True, **depends: Any) -> RunInfo:
    plain = {
        "system": QULIU, "writer": "template", "embedding_model": "hash", "selection": Selection(split=Split.DEV),
        "questions": "q", "corpus": "c", "prompts": "p", "code": "x",
    }  # fmt: skip
    started = STARTED + timedelta(minutes=minutes)
    return RunInfo(
        id=id_, circumstances=Circumstances.model_validate(plain | depends), count=1, started=started,
        finished=started + timedelta(seconds=1) if finished else None, seconds=1.0 if finished else None,
        python="3.11", system="Linux", cpus=2, versions={}, settings={},
    )  # fmt: skip


def run(*rows: Row, id_: str = "one", folder: Path = Path("runs/one")) -> Run:
    return Run(folder, run_info(id_), rows)


def stored(runs: Path, info: RunInfo, *rows: Row) -> Run:
    """A run as a folder holds it."""
    folder = runs / info.id
    folder.mkdir(parents=True)
    write_value(folder / INFO, info)
    write_rows(folder, rows)
    return Run(folder, info, rows)


class Table:
    """A system that answers from a table of messages; an exception in it is raised, an unknown message answered."""

    name = QULIU
    writer = "table"

    def __init__(
        self, table: Mapping[str, Answer | BaseException] | None = None, found: Sequence[str] = ("clinic", "rent")
    ) -> None:
        self.table = dict(table or {})
        self.passages: Mapping[str, Passage] = KNOWN
        self.found = tuple(found)
        self.asked: list[tuple[str, ...]] = []
        self.searched: list[tuple[str, int]] = []

    def ask(self, turns: Sequence[str]) -> tuple[Answer, ...]:
        self.asked.append(tuple(turns))
        return tuple(self._answer(turn) for turn in turns)

    def search(self, text: str, k: int) -> tuple[str, ...]:
        self.searched.append((text, k))
        return self.found[:k]

    def close(self) -> None:
        pass

    def _answer(self, turn: str) -> Answer:
        found = self.table.get(turn) or answer(question=turn)
        if isinstance(found, BaseException):
            raise found
        return found


def under(settings: Settings, questions: Sequence[Question], writer: str = "table") -> Circumstances:
    """What a run of a table on these questions depends on; the sources are left out, so that they may change."""
    depends = {"writer": writer, "embedding_model": settings.embedding_model, "questions": questions_hash(questions)}
    return run_info(**depends).circumstances


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, embedding_model="hash", language=None, chat_model=None)
