"""How fast texts are indexed, beside the embedding model alone and beside plain RAG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from evals.bench.embedders import BATCH, CountingEmbedder
from evals.bench.rag import PlainRag
from evals.bench.texts import DOCUMENT, passages
from knowledge.embed import Embedder
from knowledge.index import write_index
from knowledge.passage import Frozen


class Indexing(Frozen):
    """Seconds of each run over the same ``passages``, and beside each those of the bare embedder on the same texts.

    ``vectors`` and ``plain_vectors`` are all that were embedded: quliu's include windows and background sentences.
    ``to_embedder`` is the throughput as a share of the bare embedder's, the middle of the runs' own shares.
    """

    passages: int
    batch: int
    vectors: int
    plain_vectors: int
    quliu_s: tuple[float, ...]
    embedder_s: tuple[float, ...]
    plain_s: tuple[float, ...]
    plain_embedder_s: tuple[float, ...]
    vectors_per_s: float
    embedder_vectors_per_s: float
    to_embedder: float
    plain_to_embedder: float


def measure_indexing(embedder: Embedder, count: int, runs: int, tell: Callable[[str], None]) -> Indexing:
    """Index ``count`` passages ``runs`` times with quliu and with plain RAG.

    The bare embedder is timed where they call it, on the same texts in the same batches: whatever else the machine does
    at that moment slows down both.
    """
    texts = passages(count)
    quliu, bare, plain, plain_bare = [], [], [], []
    vectors = plain_vectors = 0
    for run in range(runs):
        tell(f"Indexed {count} passages {run} of {runs} times")
        with TemporaryDirectory(prefix="quliu-bench-") as made:
            counting = CountingEmbedder(embedder)
            start = perf_counter()
            write_index(Path(made), counting, [DOCUMENT], texts)
            quliu.append(perf_counter() - start)
            bare.append(counting.seconds)
            vectors = counting.texts
        with TemporaryDirectory(prefix="quliu-bench-") as made:
            counting = CountingEmbedder(embedder)
            start = perf_counter()
            PlainRag(Path(made), counting).add(texts, BATCH)
            plain.append(perf_counter() - start)
            plain_bare.append(counting.seconds)
            plain_vectors = counting.texts
    return Indexing(
        passages=count,
        batch=BATCH,
        vectors=vectors,
        plain_vectors=plain_vectors,
        quliu_s=tuple(quliu),
        embedder_s=tuple(bare),
        plain_s=tuple(plain),
        plain_embedder_s=tuple(plain_bare),
        vectors_per_s=vectors / median(quliu),
        embedder_vectors_per_s=vectors / median(bare),
        to_embedder=_share(bare, quliu),
        plain_to_embedder=_share(plain_bare, plain),
    )


def _share(bare: Sequence[float], whole: Sequence[float]) -> float:
    return median(b / w for b, w in zip(bare, whole, strict=True))
