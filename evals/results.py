"""What a run of the evaluation leaves behind: a row for each question, and the circumstances of all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from bot.turn import Answer
from evals.errors import RunError
from evals.question import Question, Selection
from knowledge.passage import Frozen

QULIU, PLAIN_RAG = "quliu", "plain-rag"

INFO, RESULTS, SUMMARY, REPORT = "run.json", "results.jsonl", "summary.json", "report.html"


class Check(Frozen):
    """What one measure says of one answer: a score from 0 to 1, and why it is what it is."""

    name: str
    score: float
    reason: str


class Row(Frozen):
    """One question, the answers to its turns and what the checks say of the last one.

    ``found`` holds the passages that a search for the question's words finds, best first, and is empty for
    conversations; ``error`` says how answering failed.
    """

    question: Question
    answers: tuple[Answer, ...] = ()
    found: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    checks: tuple[Check, ...] = ()

    @property
    def answer(self) -> Answer | None:
        """The answer that is judged."""
        return self.answers[-1] if self.answers else None

    @cached_property
    def scores(self) -> Mapping[str, float]:
        """Scores by the name of the check."""
        return {check.name: check.score for check in self.checks}


class Circumstances(Frozen):
    """All that a result depends on; runs that agree in this are the same run.

    The hashes are SHA-256 in hexadecimal; ``code`` is that of everything the answers come from.
    """

    system: str
    writer: str
    embedding_model: str
    selection: Selection
    questions: str
    corpus: str
    prompts: str
    code: str


class RunInfo(Frozen):
    """A run: what it depends on, and when, where and with which versions it was made."""

    id: str
    circumstances: Circumstances
    count: int
    started: datetime
    finished: datetime | None = None
    seconds: float | None = None
    commit: str | None = None
    modified: bool | None = None
    python: str
    system: str
    cpus: int
    versions: Mapping[str, str | None]
    settings: Mapping[str, str | int | None]


class Run(NamedTuple):
    """A run as it was read."""

    folder: Path
    info: RunInfo
    rows: tuple[Row, ...]


def read_run(folder: Path) -> Run:
    """Read a run, finished or not. Raises RunError where there is none, or it cannot be read."""
    try:
        info = RunInfo.model_validate_json((folder / INFO).read_bytes())
        return Run(folder, info, read_rows(folder))
    except FileNotFoundError as error:
        raise RunError(f"{folder} holds no run; name a folder that `quliu eval` made") from error
    except (OSError, ValidationError) as error:
        raise RunError(f"{folder} cannot be read as a run ({_first_line(error)}); run the evaluation anew") from error


def read_rows(folder: Path) -> tuple[Row, ...]:
    """The rows of a run so far; a last line that was cut off while it was written counts for nothing.

    Raises OSError or ValidationError.
    """
    path = folder / RESULTS
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    return tuple(Row.model_validate_json(line) for line in lines)


def append_row(folder: Path, row: Row) -> None:
    """Add a row to a run, so that it is there whatever happens next."""
    with (folder / RESULTS).open("a", encoding="utf-8") as file:
        file.write(f"{row.model_dump_json()}\n")


def write_rows(folder: Path, rows: Iterable[Row]) -> None:
    """Write all rows of a run, in place of those it has."""
    _write(folder / RESULTS, "".join(f"{row.model_dump_json()}\n" for row in rows))


def write_value(path: Path, value: Frozen) -> None:
    """Write a value as JSON, all of it or nothing."""
    _write(path, value.model_dump_json(indent=1) + "\n")


def find_run(runs: Path, name: str) -> Path:
    """The folder of a run by its path, its name, or ``last`` for the newest of quliu that is finished.

    Raises RunError where there is none.
    """
    if name == "last":
        finished = [info.id for info in list_runs(runs) if info.finished and info.circumstances.system == QULIU]
        if not finished:
            raise RunError(f"{runs} holds no finished run yet; run `quliu eval` first")
        return runs / finished[-1]
    for folder in (Path(name), runs / name):
        if (folder / INFO).is_file():
            return folder
    raise RunError(f"there is no run {name!r}; name one of {runs}, or a folder")


def list_runs(runs: Path) -> list[RunInfo]:
    """All runs that can be read, oldest first."""
    found = []
    for path in sorted(runs.glob(f"*/{INFO}")):
        try:
            found.append(RunInfo.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            # A folder of another version, or half deleted: it is no run of ours.
            continue
    return sorted(found, key=lambda info: info.started)


def newest(runs: Path, wanted: Callable[[RunInfo], bool]) -> Run | None:
    """The newest finished run that is wanted, or None."""
    found = [info for info in list_runs(runs) if info.finished and wanted(info)]
    return read_run(runs / found[-1].id) if found else None


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, "utf-8")
    os.replace(draft, path)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
