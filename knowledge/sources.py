"""What an index is built from: which files, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from knowledge.corpus import load_notes
from knowledge.describe import describe
from knowledge.errors import IndexStoreError
from knowledge.originals import described_as, originals, quoted, uncovered
from knowledge.passage import Document, Passage, Problem
from knowledge.reading import FORMATS, ReadError, find_files, read_file, release, shown, without_blobs
from knowledge.repair import repair
from knowledge.split import split
from knowledge.store import Sources
from knowledge.structure import structure

# What stands where a character was lost, and the share of a text that it may be.
_LOST = re.compile("\ufffd|(?<=[\u3400-\u9fff])\\?(?=[\u3400-\u9fff])")
_MANY_LOST, _FEW_LOST = 0.02, 50
# A book has some ten thousand.
_LINE = re.compile(r"\S[^\r\n\f]*")
_LINES = 150_000


def load(sources: Sources, report: Callable[[Problem], None]) -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    """The bundled notes, if they are among the sources, and the documents; ``report`` gets what cannot be read.

    A file that the notes report on gives them their quotations, and passages of its own only where no note speaks of
    it. Raises IndexStoreError if paths are given and nothing of them can be read.
    """
    documents, notes = load_notes() if sources.notes else ((), ())
    own_documents: list[Document] = []
    own_passages: list[Passage] = []
    found, problems = _find(sources.paths)
    try:
        for file in found:
            try:
                document, passages, notes = read_document(file, notes)
            except ReadError as error:
                problems.append(Problem(path=shown(file), cause=error.cause))
            else:
                own_documents.append(document)
                own_passages += passages
    finally:
        release()
    nothing = not own_documents and (sources.paths or not sources.notes)
    # A single one is told by the error.
    if not nothing or len(problems) > 1:
        for problem in problems:
            report(problem)
    if nothing:
        raise IndexStoreError(_nothing(problems))
    return (*documents, *own_documents), (*notes, *own_passages)


def read_document(
    file: Path, notes: Sequence[Passage] = ()
) -> tuple[Document, tuple[Passage, ...], tuple[Passage, ...]]:
    """A file as a document, its passages, and the notes, with quotations where the file is what they report on.

    Raises ReadError.
    """
    source = read_file(file)
    content = without_blobs(source.content)
    _refuse_costly(file, content.text)
    text = repair(content)
    parts = structure(source, text)
    document = describe(source, text, parts)
    if original := originals().get(source.sha256):
        document = described_as(document, original)
        if notes:
            parts, notes = (
                uncovered(notes, original, source, text, parts),
                quoted(notes, original, source, text, parts),
            )
    passages = split(source, text, parts, document)
    if not passages and not original:
        raise ReadError(file, "has nothing in it but headings, menus and notices; leave it out")
    return document, tuple(passages), tuple(notes)


def _refuse_costly(file: Path, text: str) -> None:
    """Raise ReadError for what would take minutes and be worth nothing."""
    if _are_more(_LOST, text, max(_FEW_LOST, int(_MANY_LOST * len(text)))):
        raise ReadError(file, "has lost characters all over; save it again from what it was made of")
    if _are_more(_LINE, text, _LINES):
        raise ReadError(file, f"has more than {_LINES:,} lines; split it")


def _are_more(pattern: re.Pattern[str], text: str, number: int) -> bool:
    return next(islice(pattern.finditer(text), number, None), None) is not None


def files(paths: Iterable[str]) -> Iterator[Path]:
    """The files that paths lead to, each once, in order."""
    yield from _find(paths)[0]


def _find(paths: Iterable[str]) -> tuple[list[Path], list[Problem]]:
    """The files that paths lead to, and what is none."""
    found: dict[Path, Path] = {}
    problems: dict[str, Problem] = {}
    for path in paths:
        try:
            below = find_files([path])
        except IndexStoreError as error:
            cause = str(error).removeprefix(f"{path} ").removesuffix(".")
            problems[path] = Problem(path=shown(Path(path)), cause=cause)
            continue
        for file in below.files:
            found.setdefault(file.resolve(), file)
        for problem in below.problems:
            problems[shown(problem.path)] = Problem(path=shown(problem.path), cause=problem.cause)
    return sorted(found.values()), [*problems.values()]


def _nothing(problems: list[Problem]) -> str:
    if not problems:
        return f"There is no text in the given paths; give {', '.join(FORMATS)} files, or folders that hold some."
    if len(problems) > 1:
        return f"None of {len(problems)} files could be read; the first: {problems[0]}"
    return str(problems[0])
