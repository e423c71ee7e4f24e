"""The vectors nearest to a query, and the exact search for them among few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import Vectors

Rows = NDArray[np.intp]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Nearest:
    """The vectors (n,) nearest to a query: whose they are, how similar, and whether of a whole passage or a part."""

    passages: Rows
    similarities: Scores
    whole: NDArray[np.bool_]

    def by_passage(self, whole_share: float) -> tuple[Rows, Scores, float]:
        """The passages (m,); for each the similarity of its whole averaged with its nearest vector's; any other's most.

        A whole that was not found counts as much as the farthest passage that was.
        """
        passages, at = np.unique(self.passages, return_inverse=True)
        best = np.full(len(passages), -np.inf)
        np.maximum.at(best, at, self.similarities)
        least = float(best.min())
        whole = np.full(len(passages), least)
        whole[at[self.whole]] = self.similarities[self.whole]
        return passages, whole_share * whole + (1 - whole_share) * best, least


@dataclass(frozen=True)
class Scan:
    """Vectors (n, d) in memory, all compared with each query: exact, and while they are few quicker than a graph."""

    vectors: Vectors
    passages: Rows
    whole: NDArray[np.bool_]

    def nearest(self, query: Vectors, count: int) -> Nearest:
        """The ``count`` vectors nearest to a query (d,), or all where there are no more."""
        similarities = np.vecdot(self.vectors, query).astype(np.float64)
        rows = largest(similarities, count)
        return Nearest(self.passages[rows], similarities[rows], self.whole[rows])

    def whole_of(self, passage: int) -> Vectors:
        """The vector (d,) of a passage as a whole."""
        vector: Vectors = self.vectors[np.argmax(self.whole & (self.passages == passage))]
        return vector


def largest(values: Scores, count: int) -> Rows:
    """Where the ``count`` largest values stand, or all of them, in no order."""
    return np.argpartition(values, -count)[-count:] if count < len(values) else np.arange(len(values))
