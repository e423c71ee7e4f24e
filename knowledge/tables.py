"""Rows of a table to words that can be read without it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_BAR = re.compile(r"(?<!\|)\|(?!\|)")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年?(?:末|底)?")
_WIDE = re.compile("[\u3400-\u9fff]")


def is_row(line: str) -> bool:
    """Whether a line is cells with bars between them."""
    return " | " in line and sum(1 for cell in cells(line) if cell) >= 2


# The header of a table is asked for with each of its rows.
@lru_cache(maxsize=64)
def cells(line: str) -> tuple[str, ...]:
    """What stands between the bars of a line."""
    return tuple(cell.strip() for cell in _BAR.split(line))


def has_header(rows: Sequence[str]) -> bool:
    """Whether the first row says what stands in those below it: it has no figures where they have some."""
    first, *others = rows
    named = not any(_DIGIT.search(_YEAR.sub("", cell)) for cell in cells(first)[1:])
    return named and any(_names(first, row) and any(map(_DIGIT.search, cells(row)[1:])) for row in others)


def row_as_text(row: str, header: str | None = None) -> str:
    """A row as words: what it is about, and each cell after what its column is called."""
    subject, *values = cells(row)
    chinese = bool(_WIDE.search(row) or _WIDE.search(header or ""))
    if names := _names(header, row) if header else ():
        values = [_named(name, value, chinese=chinese) for name, value in zip(names, values, strict=True) if value]
    listed = ("，" if chinese else ", ").join(filter(None, values))
    if not subject:
        return listed
    return f"{subject}{'：' if chinese else ': '}{listed}" if listed else subject


def _names(header: str, row: str) -> tuple[str, ...]:
    """What the columns but the first are called, if header and row are alike; the first may have no name at all."""
    names, values = cells(header), cells(row)
    if len(names) == len(values):
        return names[1:]
    return names if len(names) == len(values) - 1 else ()


def _named(name: str, value: str, *, chinese: bool) -> str:
    if name[-1:].isdecimal():
        return f"{value}（{name}）" if chinese else f"{value} ({name})"
    return f"{name} {value}".strip()
