"""Parts of a text, kept or replaced, as the edits that make its content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

import numpy as np

from knowledge.mapped import Edit, MappedText
from knowledge.reading.source import Heading, UnreadableError

# A book has some tens of thousands; each costs about a kilobyte while it is made.
_EDITS = 400_000

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[—…“”‘’]")


def content_of(text: str, edits: Iterable[Edit], step: str) -> MappedText:
    """The text after edits of it, without a byte order mark and what is blank before its first and after its last.

    Raises UnreadableError if there are more edits than a document needs.
    """
    needed = [*islice(edits, _EDITS + 1)]
    if len(needed) > _EDITS:
        raise UnreadableError("holds more marks than a document does; save its words as plain text")
    content = MappedText.of(text).edited(needed)
    blank = _blank(content.text)
    return content.edited(Edit(start, end, "", step) for start, end in blank if start < end)


def _blank(text: str) -> list[tuple[int, int]]:
    start = len(text) - len(text.lstrip("\ufeff \t\r\n\f"))
    end = max(start, len(text.rstrip()))
    return [(0, start), (end, len(text))]


def headings_of(content: MappedText, spans: Iterable[tuple[int, int, int]]) -> tuple[Heading, ...]:
    """Headings by their places in the content, from ``(start, end, level)`` in its source; empty ones left out."""
    found = []
    for first, last, level in spans:
        start = int(np.searchsorted(content.starts, first, "left"))
        end = int(np.searchsorted(content.ends, last, "right"))
        if content.text[start:end].strip():
            found.append(Heading(start, end, level))
    return tuple(found)


def between(before: str, after: str) -> str:
    """What stands for a line break inside a paragraph: nothing where Chinese is on both sides, else a space."""
    return "" if _WIDE.match(before) and _WIDE.match(after) else " "
