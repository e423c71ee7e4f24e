"""How long a search takes and how much memory it needs among more and more passages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal, Self, TypeVar

import numpy as np

from evals.bench.concurrency import Load
from evals.bench.embedders import ReadyVectors, TimedEmbedder
from evals.bench.footprint import FLOOR, QUERIES, Footprint
from evals.bench.indexing import Indexing
from evals.bench.latency import Percentiles
from evals.bench.rag import Floor, PlainRag, QuliuSearch, Search
from evals.bench.texts import DOCUMENT, passages, wordings
from knowledge.embed import Embedder, Vectors
from knowledge.index import Index, read_index, write_index
from knowledge.passage import Frozen, Passage

T = TypeVar("T")
System = Literal["floor", "plain", "quliu"]
SYSTEMS: tuple[System, ...] = ("floor", "plain", "quliu")

_WARM_UP = 5
_MEMORY_QUERIES = 10


class SizePlan(Frozen):
    """Which sizes are measured, how many passages are embedded for that, and how many questions asked of each."""

    sizes: tuple[int, ...]
    real: int
    questions: int


class Spent(Frozen):
    """Milliseconds of a retrieval, the embedding of its query included, and without it."""

    retrieval: Percentiles
    search: Percentiles


class Size(Frozen):
    """What was measured among ``passages``; plain RAG and the floor have as many vectors, quliu also ``vectors``.

    ``real`` passages have a vector of their own, the others one of these with noise. ``write_s`` leaves the embedding
    out, ``bytes`` are on disk. ``to_plain`` and ``to_floor`` are quliu's median search by theirs, each with the same
    median ``embedding`` before it, which is the larger part and the same work for all; ``search_to_plain`` is without
    it. ``indexing_to_embedder`` sets ``write_s`` beside what the embedder alone would take.
    """

    passages: int
    real: int
    vectors: int
    embedding: Percentiles
    latency: Mapping[System, Spent]
    memory: Mapping[System, Footprint]
    bytes: Mapping[System, int]
    write_s: Mapping[System, float]
    to_plain: float
    to_floor: float
    search_to_plain: float
    indexing_to_embedder: float


class Scale(Frozen):
    """All that was measured beyond the bundled notes, sizes in rising order."""

    questions: int
    indexing: Indexing
    sizes: tuple[Size, ...]
    loads: tuple[Load, ...]

    def p95_growth(self, small: int, large: int) -> float | None:
        """95th percentile of a retrieval among ``large`` passages by that among ``small``; None if not measured."""
        p95 = {size.passages: size.latency["quliu"].retrieval.p95 for size in self.sizes}
        return p95[large] / p95[small] if small in p95 and large in p95 else None


def measure_sizes(
    embedder: Embedder,
    plan: SizePlan,
    *,
    embedder_vectors_per_s: float,
    kept: Path | None,
    tell: Callable[[str], None],
    under_load: Callable[[int, Mapping[System, Search]], None],
) -> tuple[Size, ...]:
    """Measure each size; ``under_load`` gets each size with its systems while they are open.

    ``kept`` is a directory for the vectors of the real passages. Raises subprocess.SubprocessError or OSError.
    """
    everything = passages(max(plan.sizes))
    ready = ReadyVectors(everything, embedder, plan.real, kept, tell=tell)
    timed = TimedEmbedder(embedder, ready)
    with TemporaryDirectory(prefix="quliu-bench-") as made:
        # What an index asks for besides its passages is embedded here once and served from then on.
        _write(Path(made), everything[:1], timed)
    measured = []
    for number, size in enumerate(plan.sizes):
        with TemporaryDirectory(prefix="quliu-bench-") as made:
            tell(f"Writing {size:,} passages")
            written = _Written.write(Path(made), everything[:size], ready.whole[:size], timed)
            with read_index(written.quliu, written.quliu, timed) as index:
                systems = written.systems(index, timed)
                tell(f"Searching {size:,} passages")
                embedding, latency = _latency(systems, timed, len(SYSTEMS) * number, plan.questions)
                under_load(size, systems)
            tell(f"Weighing {size:,} passages")
            np.save(written.folder / QUERIES, timed.embed_queries(wordings(0, _MEMORY_QUERIES)))
            embedding_s = written.vectors / embedder_vectors_per_s
            measured.append(
                Size(
                    passages=size,
                    real=min(ready.real, size),
                    vectors=written.vectors,
                    embedding=embedding,
                    latency=latency,
                    memory={system: footprint(system, written.folder) for system in SYSTEMS},
                    bytes=written.bytes,
                    write_s=written.write_s,
                    to_plain=_ratio(latency, "plain", embedding.p50),
                    to_floor=_ratio(latency, "floor", embedding.p50),
                    search_to_plain=_ratio(latency, "plain", 0.0),
                    indexing_to_embedder=embedding_s / (embedding_s + written.write_s["quliu"]),
                )
            )
    return tuple(measured)


@dataclass(frozen=True)
class _Written:
    """One size of passages as each system keeps it in a folder."""

    folder: Path
    matrix: Vectors
    plain: PlainRag
    vectors: int
    write_s: Mapping[System, float]

    @classmethod
    def write(cls, folder: Path, texts: Sequence[Passage], matrix: Vectors, embedder: Embedder) -> Self:
        vectors, quliu_s = _timed(lambda: _write(folder / "quliu", texts, embedder))
        plain = PlainRag(folder / "plain", embedder)
        _, plain_s = _timed(lambda: plain.add(texts))
        _, floor_s = _timed(lambda: np.save(folder / FLOOR, matrix))
        return cls(folder, matrix, plain, vectors, {"floor": floor_s, "plain": plain_s, "quliu": quliu_s})

    @property
    def quliu(self) -> Path:
        return self.folder / "quliu"

    @property
    def bytes(self) -> Mapping[System, int]:
        return {
            "floor": (self.folder / FLOOR).stat().st_size,
            "plain": _bytes(self.folder / "plain"),
            "quliu": _bytes(self.quliu),
        }

    def systems(self, index: Index, embedder: Embedder) -> dict[System, Search]:
        return {"floor": Floor(self.matrix, embedder), "plain": self.plain, "quliu": QuliuSearch(index)}


def _latency(
    systems: Mapping[System, Search], timed: TimedEmbedder, first_turn: int, count: int
) -> tuple[Percentiles, dict[System, Spent]]:
    """Ask all systems each question within the same moment, each first in turn, each in a wording of its own."""
    worded = {system: wordings(first_turn + place, count + _WARM_UP) for place, system in enumerate(systems)}
    whole: dict[System, list[float]] = {system: [] for system in systems}
    search: dict[System, list[float]] = {system: [] for system in systems}
    embedding: list[float] = []
    order = [*systems]
    for number in range(count + _WARM_UP):
        for system in (*order[number % len(order) :], *order[: number % len(order)]):
            start = perf_counter()
            systems[system](worded[system][number])
            seconds = perf_counter() - start
            if number >= _WARM_UP:
                whole[system].append(1000 * seconds)
                search[system].append(1000 * (seconds - timed.seconds))
                embedding.append(1000 * timed.seconds)
    return Percentiles.of(embedding), {
        system: Spent(retrieval=Percentiles.of(whole[system]), search=Percentiles.of(search[system]))
        for system in systems
    }


def _ratio(latency: Mapping[System, Spent], other: System, embedding: float) -> float:
    return (embedding + latency["quliu"].search.p50) / (embedding + latency[other].search.p50)


def footprint(system: System, folder: Path) -> Footprint:
    """The memory of a process that opens what was written to a folder. Raises subprocess.SubprocessError."""
    command = [sys.executable, "-m", "evals.bench.footprint", system, str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", timeout=600.0)
    return Footprint.model_validate_json(done.stdout)


def _write(folder: Path, texts: Sequence[Passage], embedder: Embedder) -> int:
    folder.mkdir(exist_ok=True)
    return write_index(folder, embedder, [DOCUMENT], texts)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _timed(task: Callable[[], T]) -> tuple[T, float]:
    start = perf_counter()
    result = task()
    return result, perf_counter() - start
