"""The memory of this process before and after it has opened what it is told and searched it: no model is loaded.

``python -m evals.bench.footprint quliu|plain|floor FOLDER``; FOLDER holds ``queries.npy`` (n, d).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from evals.bench.memory import Memory, resident_memory
from evals.bench.rag import Floor, PlainRag, QuliuSearch, Search
from knowledge.embed import Vectors
from knowledge.index import read_index
from knowledge.passage import Frozen

QUERIES, FLOOR = "queries.npy", "vectors.npy"
_TEXTS = ("房租要花多少", "do people come back")


class Footprint(Frozen):
    """The memory with all libraries in it, before anything is opened, and after some searches."""

    empty: Memory
    searched: Memory

    @property
    def added(self) -> int | None:
        """Bytes that the index and its searches added."""
        if self.empty.resident is None or self.searched.resident is None:
            return None
        return self.searched.resident - self.empty.resident


class _KnownQueries:
    """An embedder that gives the same vectors over and over, whatever it is asked."""

    name = "known"

    def __init__(self, vectors: Vectors) -> None:
        self.dimension = vectors.shape[1]
        self._vectors = cycle(vectors)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([next(self._vectors) for _ in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self.embed_queries(texts)


def open_search(system: str, folder: Path, queries: Vectors) -> Search:
    """What is searched, opened from the folder where the benchmark wrote it."""
    embedder = _KnownQueries(queries)
    if system == "quliu":
        return QuliuSearch(read_index(folder / "quliu", folder / "quliu", embedder))
    if system == "plain":
        return PlainRag(folder / "plain", embedder)
    return Floor(np.load(folder / FLOOR, allow_pickle=False), embedder)


def _main(system: str, folder: Path) -> None:
    queries: Vectors = np.load(folder / QUERIES, allow_pickle=False)
    empty = resident_memory()
    search = open_search(system, folder, queries)
    for row in range(len(queries)):
        search(_TEXTS[row % len(_TEXTS)])
    sys.stdout.write(Footprint(empty=empty, searched=resident_memory()).model_dump_json())


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
