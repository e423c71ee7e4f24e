"""A linear probe: which of some classes a vector belongs to, learnt from examples by ridge regression."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np

from knowledge.embed import Vectors

Label = TypeVar("Label", bound=Hashable)


class LinearProbe(Generic[Label]):
    """Scores a vector for each label: near 1 for the right one, near 0 for the others."""

    def __init__(self, labels: Sequence[Label], vectors: Vectors, ridge: float) -> None:
        """``vectors`` (n, dim) are examples of ``labels``; each label counts alike, however many examples it has."""
        self.labels = tuple(dict.fromkeys(labels))
        number = {label: row for row, label in enumerate(self.labels)}
        rows = np.array([number[label] for label in labels])
        counts = np.bincount(rows)
        weight = (len(rows) / len(self.labels) / counts[rows]).astype(np.float32)[:, None]
        wanted = np.eye(len(self.labels), dtype=np.float32)[rows]
        self._mean = vectors.mean(axis=0)
        self._shares = wanted.mean(axis=0)
        centred = vectors - self._mean
        gram = (centred * weight).T @ centred + ridge * np.eye(vectors.shape[1], dtype=np.float32)
        solved = np.linalg.solve(gram, (centred * weight).T @ (wanted - self._shares))
        self._weights: Vectors = solved.astype(np.float32)

    def scores(self, vector: Vectors) -> dict[Label, float]:
        """The score of a vector (dim,) for each label."""
        found: list[float] = ((vector - self._mean) @ self._weights + self._shares).tolist()
        return dict(zip(self.labels, found, strict=True))
