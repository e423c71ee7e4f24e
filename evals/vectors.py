"""``python -m evals.vectors``: write the file of known vectors anew from the bundled texts.

Vectors that the file has already are kept; remove it first if how the bundled model is asked has changed.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.advisor import Advisor
from bot.errors import QuliuError
from bot.settings import Settings
from knowledge import build_index
from knowledge.embed import DEFAULT_MODEL, SentenceTransformerEmbedder, Vectors
from knowledge.known import FILE, Kind, KnownVectors, write_known

_BATCH = 32


def bundled_texts() -> tuple[tuple[Kind, str], ...]:
    """Every text that a first start embeds, once and in the order of the start: found by making one."""
    listening = _Listening()
    with TemporaryDirectory(prefix="quliu-vectors-", ignore_cleanup_errors=True) as directory:
        settings = Settings(data_dir=Path(directory), embedding_model=DEFAULT_MODEL, chat_model=None)
        with Advisor(build_index(directory=settings.index_dir, embedder=listening), settings):
            return tuple(listening.heard)


def write_vectors(path: Path = FILE, tell: Callable[[int, int], None] | None = None) -> tuple[int, int]:
    """Write the vectors of the bundled texts; returns how many they are, and how many of them were computed.

    ``tell`` is called with texts done and texts in all. Raises QuliuError or OSError.
    """
    texts = bundled_texts()
    embedder = SentenceTransformerEmbedder(known=False)
    before = KnownVectors(embedder.dimension, path)
    found = {(kind, text): before.vector(text, kind) for kind, text in texts}
    vectors = {entry: vector for entry, vector in found.items() if vector is not None}
    kept = len(vectors)
    for kind, embed in (("document", embedder.embed_passages), ("query", embedder.embed_queries)):
        lacking = [entry for entry in texts if entry[0] == kind and entry not in vectors]
        for start in range(0, len(lacking), _BATCH):
            batch = lacking[start : start + _BATCH]
            vectors |= zip(batch, embed([text for _, text in batch]), strict=True)
            if tell:
                tell(len(vectors), len(texts))
    write_known(vectors, path)
    return len(vectors), len(vectors) - kept


class _Listening:
    """Remembers the texts it is given; its vectors are of length 1 and mean nothing."""

    name = "listening"
    dimension = 64

    def __init__(self) -> None:
        self.heard: dict[tuple[Kind, str], None] = {}

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, "query")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, "document")

    def _embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        self.heard |= dict.fromkeys((kind, text) for text in texts)
        seeds = [zlib.crc32(text.encode("utf-8", "replace")) for text in texts]
        random = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        vectors: Vectors = random.astype(np.float32) / np.linalg.norm(random, axis=1, keepdims=True).astype(np.float32)
        return vectors


def main() -> int:
    """Write the file and say what is in it; 1 if it cannot be written."""
    err = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("Embedding", total=None)
            count, computed = write_vectors(tell=lambda done, total: progress.update(task, completed=done, total=total))
    except (QuliuError, OSError) as error:
        err.print(f"vectors: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    print(f"{FILE}: {count:,} vectors, {computed:,} of them computed, {FILE.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
