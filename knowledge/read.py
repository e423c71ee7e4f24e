"""Plain text files to documents and passages: a paragraph is a passage, quoted to the letter."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge.errors import IndexStoreError
from knowledge.passage import Bilingual, Document, Passage
from knowledge.script import language_of

SUFFIXES = frozenset({".txt", ".md"})

# Lines that hold something, up to the next that does not; the blanks around them are left outside.
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*(?<=\S)")


def read_files(paths: Iterable[Path]) -> tuple[list[Document], list[Passage]]:
    """Documents and passages of UTF-8 text files and of all such files in folders, in the order of their paths.

    Raises IndexStoreError if a path does not exist, is not UTF-8 in name or content, or there is nothing to read.
    """
    documents: list[Document] = []
    passages: list[Passage] = []
    for file in sorted({file for path in paths for file in _files(path)}):
        document, text = _read(file)
        documents.append(document)
        passages.extend(_passages(document, text))
    if not passages:
        raise IndexStoreError("There is no text in the given paths; give .txt or .md files, or folders that hold some.")
    return documents, passages


def absolute(path: str | os.PathLike[str]) -> Path:
    """The absolute path, ``~`` expanded. Raises IndexStoreError if it has none, or none that is UTF-8."""
    try:
        found = Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise IndexStoreError(f"{path} is not there ({error}); correct the path.") from error
    try:
        str(found).encode("utf-8")
    except UnicodeEncodeError as error:
        shown = str(found).encode("utf-8", "backslashreplace").decode("utf-8")
        raise IndexStoreError(f"{shown} has a name that is not UTF-8; rename it.") from error
    return found


def _files(path: Path) -> list[Path]:
    path = absolute(path)
    try:
        return _below(path)
    except OSError as error:
        raise IndexStoreError(f"{path} cannot be read ({error.strerror}); see that you may read it.") from error


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        return [absolute(file) for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()]
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return [path]
    raise IndexStoreError(f"{path} is {'not a .txt or .md file' if path.exists() else 'not there'}; correct the path.")


def _read(path: Path) -> tuple[Document, str]:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise IndexStoreError(f"{path} cannot be read ({error.strerror}); see that you may read it.") from error
    except UnicodeDecodeError as error:
        raise IndexStoreError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    name = hashlib.sha256(str(path).encode("utf-8")).hexdigest()[:8]
    document = Document(
        id=f"{path.stem}-{name}",
        title=Bilingual(zh=path.stem, en=path.stem),
        source=str(path),
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    return document, text


def _passages(document: Document, text: str) -> Iterator[Passage]:
    # A byte order mark is a character of the decoded file, but not of its first paragraph.
    start = 1 if text.startswith("\ufeff") else 0
    for number, found in enumerate(_PARAGRAPH.finditer(text, start), start=1):
        yield Passage(
            id=f"{document.id}-{number}",
            document_id=document.id,
            document_title=document.title,
            language=language_of(found[0]),
            text=found[0],
            source=document.source,
            locator=f"paragraph {number}",
            paragraph=number,
            line=text.count("\n", 0, found.start()) + 1,
            quote=found[0],
            start=found.start(),
            end=found.end(),
        )
