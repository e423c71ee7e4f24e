"""What an index is built from: which files, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from knowledge.corpus import load_notes
from knowledge.errors import IndexStoreError
from knowledge.passage import Document, Passage, Problem
from knowledge.read import SUFFIXES, read_files
from knowledge.store import Sources


def load(sources: Sources, report: Callable[[Problem], None]) -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    """The bundled notes, if they are among the sources, and the documents; ``report`` gets what cannot be read.

    Raises IndexStoreError if paths are given and nothing of them can be read.
    """
    documents, passages = load_notes() if sources.notes else ((), ())
    own_documents: list[Document] = []
    own_passages: list[Passage] = []
    problems: list[Problem] = []
    for file in files(sources.paths):
        try:
            read, split = read_files([file])
        except IndexStoreError as error:
            problems.append(_problem(file, error))
        else:
            own_documents += read
            own_passages += split
    nothing = not own_passages and (sources.paths or not sources.notes)
    # A single one is told by the error.
    if not nothing or len(problems) > 1:
        for problem in problems:
            report(problem)
    if nothing:
        raise IndexStoreError(_nothing(problems))
    return (*documents, *own_documents), (*passages, *own_passages)


def files(paths: Iterable[str]) -> Iterator[Path]:
    """The files that paths lead to, each once, in order; a path that is no folder is one of them, whatever it is."""
    yield from sorted({file for path in paths for file in _below(Path(path))})


def shown(file: Path) -> str:
    """A path as it can be written anywhere, even one whose bytes are no UTF-8."""
    return str(file).encode("utf-8", "backslashreplace").decode("utf-8")


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in path.rglob("*"):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            yield file


def _problem(file: Path, error: IndexStoreError) -> Problem:
    path = shown(file)
    said = str(error)
    cause = said.split(path, 1)[1].strip().rstrip(".") if path in said else "holds no text; leave it out"
    return Problem(path=path, cause=cause)


def _nothing(problems: list[Problem]) -> str:
    if not problems:
        return "There is no text in the given paths; give .txt or .md files, or folders that hold some."
    if len(problems) > 1:
        return f"None of {len(problems)} files could be read; the first: {problems[0]}"
    return str(problems[0])
