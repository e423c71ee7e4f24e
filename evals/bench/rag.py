"""What quliu is compared with: plain RAG, which is chunks in Chroma through LangChain, and the least of any search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings

from knowledge.embed import Embedder, Vectors
from knowledge.index import Index
from knowledge.passage import Passage
from knowledge.script import simplified

TOP = 4  # what LangChain's retriever gives a chat model
CANDIDATES = 60  # what the adviser weighs for a question
_ADD_BATCH = 5000
_COLLECTION = "plain"


class Search(Protocol):
    """A question to whatever is found for it."""

    def __call__(self, text: str) -> object:
        """Embed a question and search for it."""


class PlainRag:
    """Texts as chunks in Chroma, its settings left as they are, the four nearest for a question."""

    def __init__(self, directory: Path, embedder: Embedder) -> None:
        self._store = Chroma(_COLLECTION, _LangChainEmbeddings(embedder), persist_directory=str(directory))

    def add(self, passages: Sequence[Passage], batch: int = _ADD_BATCH) -> None:
        """Embed and store passages; one is as short as a chunk."""
        for start in range(0, len(passages), batch):
            part = passages[start : start + batch]
            self._store.add_texts([p.text for p in part], [{"source": p.source, "locator": p.locator} for p in part])

    def __call__(self, text: str) -> object:
        """The four nearest documents."""
        return self._store.similarity_search(text, k=TOP)


class Floor:
    """One query embedding, an exact product with all vectors (n, d), and the four largest."""

    def __init__(self, vectors: Vectors, embedder: Embedder) -> None:
        self._vectors = vectors
        self._embedder = embedder

    def __call__(self, text: str) -> object:
        """Rows of the four nearest vectors."""
        similarities = np.vecdot(self._vectors, self._embedder.embed_queries([simplified(text)])[0])
        count = min(TOP, len(similarities))
        return np.argpartition(similarities, -count)[-count:]


class QuliuSearch:
    """The index's search as the adviser calls it."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __call__(self, text: str) -> object:
        """The hits that the adviser weighs."""
        return self._index.search(text, k=CANDIDATES)


class _LangChainEmbeddings(Embeddings):
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages([simplified(text) for text in texts]).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([simplified(text)])[0].tolist()
        return vector
