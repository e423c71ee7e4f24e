"""From a file to a source."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from pathlib import Path

from knowledge.mapped import Edit, MappedText
from knowledge.reading.child import Request
from knowledge.reading.decode import decode
from knowledge.reading.files import FORMATS
from knowledge.reading.layout import read_pages
from knowledge.reading.markdown import read_markdown
from knowledge.reading.parts import Block, Blocks, Pages
from knowledge.reading.source import LIMITS, Format, Heading, Limits, ReadError, Source, UnreadableError
from knowledge.reading.webpage import read_html
from knowledge.reading.worker import WORKER

# Of the characters of a pdf, the share that may be none that anybody uses.
_GARBLED = 0.3


def read_file(path: Path, limits: Limits = LIMITS) -> Source:
    """Read a file, by the ending of its name. Raises ReadError."""
    try:
        format_ = FORMATS.get(path.suffix.lower())
        if format_ is None:
            raise UnreadableError(f"is of no kind that can be read; give {', '.join(FORMATS)}")
        raw = _bytes(path, limits)
        return _source(path, format_, raw, limits)
    except UnreadableError as error:
        raise ReadError(path, str(error)) from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise ReadError(path, f"cannot be read ({reason}); see that you may read it") from error


def release() -> None:
    """End the process that parses pdf and docx, if it runs; the next such file starts another."""
    WORKER.close()


def _bytes(path: Path, limits: Limits) -> bytes:
    # A pipe that nobody writes to would be waited for without end.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is a folder, pipe, socket or device, not a file; take it out")
        raw = b"" if status.st_size > limits.size else file.read(limits.size + 1)
    if status.st_size > limits.size or len(raw) > limits.size:
        raise UnreadableError(f"is larger than {limits.size / 1e6:g} MB; split it")
    if not raw.strip(b" \t\r\n\f\x00\xef\xbb\xbf\xff\xfe"):
        raise UnreadableError("is empty; take it out")
    return raw


def _source(path: Path, format_: Format, raw: bytes, limits: Limits) -> Source:
    sha256 = hashlib.sha256(raw).hexdigest()
    pages: tuple[int, ...] = ()
    encoding, replaced = "utf-8", 0
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    if format_ in {"pdf", "docx"}:
        parsed = WORKER.parse(Request(format=format_, limits=limits), raw)
        title = parsed.title
        if isinstance(parsed, Pages):
            text, content, headings, pages = read_pages(parsed)
            _refuse_garbled(text)
        else:
            text, content, headings = _joined(parsed)
    else:
        decoded = decode(raw)
        text, encoding, replaced = decoded.text, decoded.encoding, decoded.replaced
        if len(text) > limits.characters:
            raise UnreadableError(f"holds more than {limits.characters:,} characters; split it")
        if format_ == "html":
            content, title, headings = read_html(text)
        elif format_ == "markdown":
            content, title, headings = read_markdown(text)
        else:
            content = _plain(text)
    if not content.text.strip():
        scan = " (a scan? then have its text recognised first)" if format_ == "pdf" else ""
        raise UnreadableError(f"has no text in it{scan}; take it out")
    return Source(path, format_, encoding, sha256, text, content, title, headings, pages, replaced)


def _plain(text: str) -> MappedText:
    """The characters as they are, without a byte order mark."""
    content = MappedText.of(text)
    return content.edited([Edit(0, 1, "", "mark")]) if text.startswith("\ufeff") else content


def _joined(parsed: Blocks) -> tuple[str, MappedText, tuple[Heading, ...]]:
    """Blocks one below the other, with an empty line between them but for those of one list or table."""
    pieces: list[str] = []
    headings: list[Heading] = []
    length = 0
    former: Block | None = None
    for block in parsed.blocks:
        if former is not None:
            pieces.append("\n" if former.kind == block.kind != "paragraph" else "\n\n")
            length += len(pieces[-1])
        pieces.append(f"- {block.text}" if block.kind == "item" else block.text)
        if block.level:
            headings.append(Heading(length, length + len(pieces[-1]), block.level))
        length += len(pieces[-1])
        former = block
    text = "".join(pieces)
    return text, MappedText.of(text), tuple(headings)


def _refuse_garbled(text: str) -> None:
    garbled = sum(
        unicodedata.category(character) in {"Cn", "Co", "Cc"} for character in text if character not in "\n\f"
    )
    if garbled > _GARBLED * len(text):
        raise UnreadableError("does not say which characters its letters are; have its text recognised first")
