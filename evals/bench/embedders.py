"""Embedders that time another one or have its vectors ready."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import local
from time import perf_counter

import numpy as np

from knowledge.embed import Embedder, Vectors
from knowledge.passage import Passage
from knowledge.script import simplified
from knowledge.windows import windows

BATCH = 16
# A noisy vector keeps a cosine of about .98 with the one that it is made from.
_NOISE = 0.01
_SEED = 0


class TimedEmbedder:
    """An embedder that knows how long the last query of this thread took it, in seconds; passages are served."""

    def __init__(self, embedder: Embedder, served: Callable[[str], Vectors | None]) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._served = served
        self._kept: dict[tuple[str, ...], Vectors] = {}
        self._last = local()

    @property
    def seconds(self) -> float:
        """What the last query of this thread took."""
        return float(self._last.seconds)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of questions; several at once, which an index asks for, are kept."""
        if len(texts) != 1:
            return self._remembered(("query", *texts), lambda: self._embedder.embed_queries(texts))
        start = perf_counter()
        vectors = self._embedder.embed_queries(texts)
        self._last.seconds = perf_counter() - start
        return vectors

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of passages: those served, and others once."""
        found = [self._served(text) for text in texts]
        ready = [vector for vector in found if vector is not None]
        if len(ready) == len(texts):
            return np.stack(ready)
        return self._remembered(("passage", *texts), lambda: self._embedder.embed_passages(texts))

    def _remembered(self, key: tuple[str, ...], embed: Callable[[], Vectors]) -> Vectors:
        if key not in self._kept:
            self._kept[key] = embed()
        return self._kept[key]


class CountingEmbedder:
    """An embedder that counts the texts it was given and the seconds they took."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.texts = 0
        self.seconds = 0.0
        self._embedder = embedder

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of questions."""
        return self._counted(self._embedder.embed_queries, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of passages."""
        return self._counted(self._embedder.embed_passages, texts)

    def _counted(self, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        start = perf_counter()
        vectors = embed(texts)
        self.seconds += perf_counter() - start
        self.texts += len(texts)
        return vectors


class ReadyVectors:
    """Vectors of passages and their windows: those of the first ``real`` embedded, all others one of these with noise.

    ``whole`` (n, d) are the passages' own. ``kept`` is a directory that keeps the embedded ones for another run.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        embedder: Embedder,
        real: int,
        kept: Path | None = None,
        *,
        tell: Callable[[str], None],
    ) -> None:
        self.real = min(real, len(passages))
        texts = [simplified(passage.text) for passage in passages]
        embedded = _embedded(texts[: self.real], embedder, kept, tell)
        languages = np.array([passage.language for passage in passages])
        random = np.random.default_rng(_SEED)
        sources = np.arange(len(passages))
        for language in np.unique(languages):
            known = np.flatnonzero(languages[: self.real] == language)
            lacking = np.flatnonzero(languages == language)
            lacking = lacking[lacking >= self.real]
            sources[lacking] = random.choice(known if known.size else np.arange(self.real), size=len(lacking))
        self.whole = embedded[sources]
        self.whole[self.real :] = with_noise(self.whole[self.real :], random)
        self._rows = {text: row for row, text in enumerate(texts)}
        parts = [(simplified(part), row) for row, p in enumerate(passages) for part in windows(p.text)]
        self._parts = with_noise(self.whole[[row for _, row in parts]], random)
        self._part_rows = {part: row for row, (part, _) in enumerate(parts)}

    def __call__(self, text: str) -> Vectors | None:
        """The vector (d,) of a passage or of a window, None of anything else."""
        if (row := self._rows.get(text)) is not None:
            vector: Vectors = self.whole[row]
            return vector
        if (row := self._part_rows.get(text)) is not None:
            vector = self._parts[row]
            return vector
        return None


def with_noise(vectors: Vectors, random: np.random.Generator) -> Vectors:
    """Vectors (n, d) a little off those given, again of length 1."""
    noisy = vectors + _NOISE * random.standard_normal(vectors.shape, dtype=np.float32)
    normalised: Vectors = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
    return normalised


def _embedded(texts: Sequence[str], embedder: Embedder, kept: Path | None, tell: Callable[[str], None]) -> Vectors:
    name = hashlib.sha256("\0".join([embedder.name, *texts]).encode()).hexdigest()[:32]
    file = kept / f"{name}.npy" if kept else None
    if file and file.exists():
        known: Vectors = np.load(file, allow_pickle=False)
        return known
    batches = []
    for start in range(0, len(texts), BATCH):
        batches.append(embedder.embed_passages(texts[start : start + BATCH]))
        tell(f"Embedded {start + len(batches[-1])} of {len(texts)} passages")
    vectors = np.concatenate(batches)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, vectors)
    return vectors
