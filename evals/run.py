"""A run of the evaluation: every question asked and judged, each row kept as soon as it is there."""

from __future__ import annotations

import os
import platform
import re
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter

from filelock import FileLock, Timeout
from pydantic import ValidationError

from bot.settings import Settings
from evals.checks import Case, check_answer, check_crash
from evals.errors import RunError
from evals.provenance import checkout, packages, sources_hash
from evals.question import Question, Selection, questions_hash
from evals.results import (
    INFO,
    PLAIN_RAG,
    QULIU,
    RESULTS,
    SUMMARY,
    Circumstances,
    Row,
    Run,
    RunInfo,
    append_row,
    list_runs,
    read_rows,
    write_rows,
    write_value,
)
from evals.retrieval import DEPTH, check_found
from evals.scores import Scores
from evals.system import System
from knowledge.corpus import corpus_hash

Progress = Callable[[int, int], None]
# A lock that is held until it is left.
_Held = AbstractContextManager[object]

_LOCK = ".lock"
# What the answers of each system come from, and what judges them.
_PACKAGES = {QULIU: ("knowledge", "bot", "evals"), PLAIN_RAG: ("knowledge", "evals")}


def circumstances(
    system: str, writer: str, settings: Settings, selection: Selection, questions: Sequence[Question]
) -> Circumstances:
    """What the results of a system, by name, on the questions of a selection depend on."""
    return Circumstances(
        system=system,
        writer=writer,
        embedding_model=settings.embedding_model,
        selection=selection,
        questions=questions_hash(questions),
        corpus=corpus_hash(),
        prompts=sources_hash(["prompts"]),
        code=sources_hash(_PACKAGES[system]),
    )


def evaluate(
    system: System,
    questions: Sequence[Question],
    depends_on: Circumstances,
    settings: Settings,
    *,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask and judge all questions; a run under the same circumstances that was interrupted is continued.

    Raises RunError where its folder cannot be written, or what it holds cannot be read.
    """
    try:
        folder, held = _continued(settings.runs_dir, depends_on) or _begun(settings, depends_on, len(questions))
        with held:
            info = RunInfo.model_validate_json((folder / INFO).read_bytes())
            rows = _kept(folder, questions)
            if rows and notify:
                notify(f"Continuing {info.id}, of which {len(rows)} of {len(questions)} questions are done.")
            done = {row.question.id for row in rows}
            for question in questions:
                if question.id not in done:
                    rows.append(_row(system, question))
                    append_row(folder, rows[-1])
                if progress:
                    progress(len(rows), len(questions))
            # In the order of the set, whatever was done when.
            by_id = {row.question.id: row for row in rows}
            ordered = tuple(by_id[question.id] for question in questions)
            return _finished(folder, info, ordered)
    except OSError as error:
        raise RunError(f"the run cannot be written ({error}); see that {settings.runs_dir} has room") from error


def _row(system: System, question: Question) -> Row:
    start = perf_counter()
    try:
        answers = system.ask(question.turns)
        seconds = perf_counter() - start
        # A message that leans on what was said before is nothing to search by.
        searched = bool(question.gold) and len(question.turns) == 1
        found = system.search(question.asked, DEPTH) if searched else ()
    except Exception as error:  # noqa: BLE001 - whatever a system does, the other questions are still to be asked
        reason = f"{type(error).__name__}: {error} ({_place(error)})"
        return Row(question=question, seconds=perf_counter() - start, error=reason, checks=check_crash(reason))
    checks = check_answer(Case(question, answers, system.passages))
    if searched:
        checks += check_found(question.gold, found)
    return Row(question=question, answers=answers, found=found, seconds=seconds, checks=checks)


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _continued(runs: Path, depends_on: Circumstances) -> tuple[Path, _Held] | None:
    """The newest run that was interrupted under the same circumstances, unless somebody is at it."""
    for info in reversed(list_runs(runs)):
        if info.finished is None and info.circumstances == depends_on:
            try:
                return runs / info.id, FileLock(runs / info.id / _LOCK).acquire(timeout=0)
            except Timeout:
                continue
    return None


def _begun(settings: Settings, depends_on: Circumstances, count: int) -> tuple[Path, _Held]:
    started = datetime.now(UTC)
    name = re.sub(r"[^\w.-]+", "-", f"{depends_on.system}-{depends_on.writer}-{depends_on.selection.split}")
    folder = _new_folder(settings.runs_dir, f"{started:%Y%m%d-%H%M%S}-{name}")
    held = FileLock(folder / _LOCK).acquire()
    commit, modified = checkout()
    info = RunInfo(
        id=folder.name,
        circumstances=depends_on,
        count=count,
        started=started,
        commit=commit,
        modified=modified,
        python=platform.python_version(),
        system=platform.platform(),
        cpus=os.cpu_count() or 1,
        versions=packages(),
        settings=settings.model_dump(mode="json"),
    )
    write_value(folder / INFO, info)
    return folder, held


def _new_folder(runs: Path, name: str) -> Path:
    for number in count(1):
        folder = runs / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count() never ends")


def _kept(folder: Path, questions: Sequence[Question]) -> list[Row]:
    """The rows of an interrupted run that stand; one that failed is asked again."""
    wanted = {question.id for question in questions}
    try:
        rows = [row for row in read_rows(folder) if row.question.id in wanted and row.error is None]
    except ValidationError as error:
        raise RunError(f"{folder} cannot be continued, since {RESULTS} is damaged; delete the folder") from error
    write_rows(folder, rows)
    return rows


def _finished(folder: Path, info: RunInfo, rows: Sequence[Row]) -> Run:
    write_rows(folder, rows)
    write_value(folder / SUMMARY, Scores.of(rows))
    finished = datetime.now(UTC)
    info = info.model_copy(update={"finished": finished, "seconds": sum(row.seconds for row in rows)})
    write_value(folder / INFO, info)
    return Run(folder, info, tuple(rows))
