"""What reading gives: sources, and what stands in the way of one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.errors import IndexStoreError
from knowledge.mapped import MappedText
from knowledge.passage import Frozen
from knowledge.script import printable

Format = Literal["text", "markdown", "html", "pdf", "docx"]


class Limits(Frozen):
    """How much a file may cost; what is larger is refused.

    Sizes are in bytes, ``characters`` are those of the decoded text, ``ratio`` is of unpacked to packed bytes in a
    docx, ``seconds`` and ``memory`` bound the process that parses pdf and docx.
    """

    size: int = 50_000_000
    characters: int = 5_000_000
    unpacked: int = 200_000_000
    ratio: int = 200
    seconds: float = 60
    memory: int = 1 << 30


LIMITS = Limits()


@dataclass(frozen=True)
class Heading:
    """The characters ``start:end`` of a content are a heading; ``level`` 1 is the highest."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, eq=False)
class Source:
    """A file that was read.

    ``text`` is the decoded file, which for pdf and docx is the text extracted from it; a byte order mark is its first
    character. ``content`` is what there is to read in it. ``encoding`` is the name of a Python codec, ``replaced``
    counts the places where the bytes were not of that encoding, each now U+FFFD. ``pages`` are the places in ``text``
    where the pages of a pdf start.
    """

    path: Path
    format: Format
    encoding: str
    sha256: str
    text: str
    content: MappedText
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    replaced: int = 0

    def page(self, place: int) -> int | None:
        """The page, from 1, that a place in ``text`` is on; None where there are no pages."""
        return max(bisect_right(self.pages, place), 1) if self.pages else None


@dataclass(frozen=True)
class Problem:
    """Why something in a folder is passed over, and what to do about it; ``str()`` is one line."""

    path: Path
    cause: str

    def __str__(self) -> str:
        return f"{printable(self.path)} {self.cause}."


@dataclass(frozen=True)
class Found:
    """The files to read, and what could not be one."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


class ReadError(IndexStoreError):
    """A file cannot be read."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{printable(path)} {cause}.")
        self.path = path
        self.cause = cause


class UnreadableError(Exception):
    """The cause, said of a file whose path is not known here."""


def shown(path: Path) -> str:
    """A path as it can be written anywhere, even one whose bytes are no UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
