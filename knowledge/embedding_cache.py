"""Vectors of texts, kept in a file: no text is embedded twice by a model, whatever document it stands in."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import DEFAULT_MODEL, Embedder, Vectors
from knowledge.known import Kind, bundled_model
from knowledge.store import require_room

Keys = NDArray[np.uint8]

_KEY_BYTES = 16
_BATCH = 16


class EmbeddingCache:
    """An embedder that takes from a file what it has embedded before, and adds to it at once what it has not.

    A writer killed at any moment loses one batch at most: each record has a checksum, and what is damaged is computed
    again. One process at a time may use the file. Its use raises OSError where the file cannot be read or written.
    """

    def __init__(self, directory: Path, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._path = directory / cache_name(embedder.name, embedder.dimension)
        self._record = np.dtype(
            [("key", np.uint8, _KEY_BYTES), ("vector", np.float32, embedder.dimension), ("checksum", np.uint32)]
        )
        self._file = self._path.open("ab")
        try:
            self._records = self._read()
        except BaseException:
            self._file.close()
            raise
        sound = self._records["checksum"] == _checksums(self._records)
        self._rows = {self._records["key"][row].tobytes(): row for row in np.flatnonzero(sound).tolist()}
        self._used: dict[bytes, None] = {}

    def add(
        self, queries: Sequence[str], passages: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Embed what has not been embedded; ``progress`` is called with texts done and texts in all of those."""
        missing = {"query": self._missing(queries, "query"), "document": self._missing(passages, "document")}
        total = sum(map(len, missing.values()))
        done = 0
        for kind, embed in (("query", self._embedder.embed_queries), ("document", self._embedder.embed_passages)):
            for start in range(0, len(missing[kind]), _BATCH):
                batch = missing[kind][start : start + _BATCH]
                self._append([key for key, _ in batch], embed([text for _, text in batch]))
                done += len(batch)
                if progress:
                    progress(done, total)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of questions."""
        self.add(texts, ())
        return self._vectors(texts, "query")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of passages."""
        self.add((), texts)
        return self._vectors(texts, "document")

    def used(self) -> Keys:
        """The keys (n, 16) of all texts that were asked for."""
        return _as_keys(self._used)

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._file.truncate(0)
        self._records = self._read()

    def keep_only(self, keys: Iterable[Keys]) -> None:
        """Forget what is not among the keys."""
        kept = {key.tobytes() for some in keys for key in some}
        rows = [row for key, row in self._rows.items() if key in kept]
        if len(rows) == len(self._records):
            return
        beside = self._path.with_suffix(".tmp")
        try:
            with beside.open("wb") as file:
                for start in range(0, len(rows), 1000):
                    file.write(self._records[rows[start : start + 1000]].tobytes())
            self._file.close()
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)
        self._file = self._path.open("ab")
        self._records = self._read()
        self._rows = {key.tobytes(): row for row, key in enumerate(self._records["key"])}

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What could not be written was told when it was tried.
        with suppress(OSError):
            self.close()

    def _missing(self, texts: Sequence[str], kind: Kind) -> list[tuple[bytes, str]]:
        keyed = {_key(text, kind): text for text in texts}
        self._used.update(dict.fromkeys(keyed))
        return [(key, text) for key, text in keyed.items() if key not in self._rows]

    def _append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        records = np.empty(len(keys), dtype=self._record)
        records["key"] = _as_keys(keys)
        records["vector"] = vectors
        records["checksum"] = _checksums(records)
        require_room(self._path.parent)
        self._file.write(records.tobytes())
        self._file.flush()
        first = self._file.tell() // self._record.itemsize - len(keys)
        self._rows.update({key: first + number for number, key in enumerate(keys)})

    def _vectors(self, texts: Sequence[str], kind: Kind) -> Vectors:
        rows = [self._rows[_key(text, kind)] for text in texts]
        if rows and max(rows) >= len(self._records):
            self._records = self._read()
        vectors: Vectors = self._records["vector"][rows]
        return vectors

    def _read(self) -> NDArray[np.void]:
        """The records (n,) of the file, in which a torn last one is cut off."""
        whole = os.fstat(self._file.fileno()).st_size // self._record.itemsize
        self._file.truncate(whole * self._record.itemsize)
        self._file.seek(0, os.SEEK_END)
        if not whole:
            return np.empty(0, dtype=self._record)
        records: NDArray[np.void] = np.memmap(self._path, dtype=self._record, mode="r", shape=(whole,))
        return records


def cache_name(model: str, dimension: int) -> str:
    """The name of the file of a model's vectors."""
    identity = f"{bundled_model() if model == DEFAULT_MODEL else model}\0{dimension}"
    return f"embeddings-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.bin"


def _key(text: str, kind: Kind) -> bytes:
    return hashlib.blake2b(f"{kind}\0{text}".encode("utf-8", "replace"), digest_size=_KEY_BYTES).digest()


def _as_keys(keys: Iterable[bytes]) -> Keys:
    return np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, _KEY_BYTES)


def _checksums(records: NDArray[np.void]) -> list[int]:
    size = records.dtype.itemsize
    raw = records.view(np.uint8).reshape(-1, size)[:, : size - records.dtype["checksum"].itemsize]
    return [zlib.crc32(record) for record in raw]
