"""Embedding in the background, while others ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import sleep

import numpy as np

from knowledge.embed import Embedder, Vectors

_AT_ONCE = 2
_PAUSE_SECONDS = 0.002


class PatientEmbedder:
    """An embedder that takes a few texts at a time and lets whoever waits for the model go first.

    Without the pause it would take the model again before anybody who waits for it is awake.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.dimension = embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of questions."""
        return self._some(self._embedder.embed_queries, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of passages."""
        return self._some(self._embedder.embed_passages, texts)

    def _some(self, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        found = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            found[start : start + _AT_ONCE] = embed(texts[start : start + _AT_ONCE])
            sleep(_PAUSE_SECONDS)
        return found
