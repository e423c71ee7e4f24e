"""Opens a version of an index in a process of its own: what a native engine makes of damage can end the process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.store import UnusableIndexError

_SECONDS = 300


def probe(version: Path, dimension: int) -> None:
    """See that a version can be opened and searched. Raises UnusableIndexError if its engine fails or crashes."""
    command = [sys.executable, "-m", __name__, str(version), str(dimension)]
    # The child finds this package wherever the parent did.
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableIndexError(f"it is damaged (it could not be searched in {_SECONDS} s)") from error
    if done.returncode < 0:
        raise UnusableIndexError(f"it is damaged (its engine crashed with signal {-done.returncode})")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UnusableIndexError(said[-1] if said else f"it is damaged (its engine ended with {done.returncode})")


class _SameVector:
    """Embeds any text alike, so that no model is loaded to search."""

    name = "same"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), self.dimension), self.dimension**-0.5, dtype=np.float32)

    embed_passages = embed_queries


def _search(version: Path, dimension: int) -> str | None:
    """What is wrong with a version, if anything."""
    from knowledge.index import read_index

    try:
        with read_index(version, version.parent, _SameVector(dimension)) as index:
            for passage in [*index.passages.values()][:10]:
                index.search(passage.text)
    except UnusableIndexError as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(_search(Path(sys.argv[1]), int(sys.argv[2])))
