"""Where a result comes from: hashes that tell a change, the commit, and versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evals import provenance
from evals.provenance import Checkout, checkout, packages, sources_hash


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree of our own."""
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    (tmp_path / "bot" / "write").mkdir(parents=True)
    (tmp_path / "evals" / "questions").mkdir(parents=True)
    (tmp_path / "bot" / "a.py").write_text("a = 1")
    (tmp_path / "bot" / "write" / "b.yaml").write_text("b: 1")
    (tmp_path / "evals" / "c.py").write_text("c = 1")
    (tmp_path / "evals" / "questions" / "lookup.yaml").write_text("type: lookup")
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", root, *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_hash_is_that_of_the_sources_alone(root: Path) -> None:
    first = sources_hash(["bot", "evals"])
    assert len(first) == 64
    (root / "bot" / "notes.txt").write_text("no source")
    (root / "bot" / "a.pyc").write_text("compiled")
    # The questions have a hash of their own, so that a new one does not make the answers new.
    (root / "evals" / "questions" / "lookup.yaml").write_text("type: why")
    assert sources_hash(["bot", "evals"]) == first


@pytest.mark.parametrize("path", ["bot/a.py", "bot/write/b.yaml", "evals/c.py", "bot/new.py"])
def test_the_hash_tells_a_changed_or_a_new_source(root: Path, path: str) -> None:
    first = sources_hash(["bot", "evals"])
    (root / path).write_text("changed")
    assert sources_hash(["bot", "evals"]) != first


def test_the_hash_tells_a_renamed_source_and_which_packages(root: Path) -> None:
    found = {sources_hash(["bot", "evals"]), sources_hash(["bot"]), sources_hash(["evals"]), sources_hash([])}
    (root / "bot" / "a.py").rename(root / "bot" / "z.py")
    assert len(found | {sources_hash(["bot"])}) == 5


def test_the_sources_that_run_are_there() -> None:
    empty = sources_hash([])
    assert len({empty, *(sources_hash([name]) for name in ("knowledge", "bot", "prompts", "evals"))}) == 5


def test_where_there_is_no_checkout(root: Path) -> None:
    assert checkout() == Checkout(None, None)


def test_a_checkout_and_whether_files_differ_from_it(root: Path) -> None:
    git(root, "init", "--quiet")
    # Nothing is committed yet.
    assert checkout() == Checkout(None, True)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "first")
    head = git(root, "rev-parse", "HEAD")
    assert checkout() == Checkout(head, False)
    (root / "bot" / "a.py").write_text("a = 2")
    assert checkout() == Checkout(head, True)


def test_where_git_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "init", "--quiet")
    monkeypatch.setenv("PATH", str(root))
    assert checkout() == Checkout(None, None)


def test_versions_of_what_answers_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = packages()
    assert {"torch", "sentence-transformers", "chromadb", "langgraph", "bm25s", "ir-measures"} <= set(found)
    assert found["ir-measures"] == "0.4.3"
    monkeypatch.setattr(provenance, "_PACKAGES", ("no-such-package-here", "pydantic"))
    assert packages() == {"no-such-package-here": None, "pydantic": found["pydantic"]}
