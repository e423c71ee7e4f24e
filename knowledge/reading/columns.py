"""The order in which the lines of a page are read that was written across its columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from knowledge.reading.parts import Line
from knowledge.sentences import width

Row = tuple[Line, ...]

# So many rows, and such a share of those that reach across a place, have a gap there if it is between columns.
_FEWEST = 5
_SHARE = 0.6
# Running text fills its column, and a column holds so much; the cells of a table are short, or of any length.
_FILLED, _MOST_FILLED = 0.7, 0.65
_NARROWEST = 20
# More rows, or gaps in them, are those of no text in columns.
_MOST = 400


def in_columns(rows: Sequence[Row]) -> list[Line] | None:
    """The lines in the order of reading; None if the page has not two columns side by side.

    Each row is what stands at one height, parted where it has gaps as wide as a letter is high.
    """
    gutter = _gutter(rows)
    if gutter is None:
        return None
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for row in rows:
        if any(part.left < gutter < part.right for part in row):
            ordered += [*left, *right, _whole(row)]
            left, right = [], []
            continue
        for column, parts in (
            (left, [part for part in row if part.right <= gutter]),
            (right, [part for part in row if part.left >= gutter]),
        ):
            if parts:
                column.append(_whole(parts))
    return [*ordered, *left, *right]


def _gutter(rows: Sequence[Row]) -> float | None:
    """Where between its columns a page is parted."""
    gaps = [(first.right + second.left) / 2 for row in rows for first, second in pairwise(row)]
    if max(len(rows), len(gaps)) > _MOST:
        return None
    places = sorted(gaps, key=lambda place: -sum(_is_parted(row, place) for row in rows))
    return places[0] if places and _parts_columns(rows, places[0]) else None


def _is_parted(row: Row, place: float) -> bool:
    return any(first.right <= place <= second.left for first, second in pairwise(row))


def _parts_columns(rows: Sequence[Row], place: float) -> bool:
    parted = [row for row in rows if _is_parted(row, place)]
    across = [row for row in rows if row[0].left < place < row[-1].right]
    if len(parted) < max(_FEWEST, _SHARE * len(across)):
        return False
    halves = [
        [_whole([part for part in row if (part.left >= place) is side]) for row in parted] for side in (False, True)
    ]
    return all(map(_is_running, halves))


def _is_running(lines: Sequence[Line]) -> bool:
    """Whether lines are text that runs on from one to the next."""
    widest = max(line.right - line.left for line in lines)
    filled = sum(line.right - line.left >= _FILLED * widest for line in lines)
    return filled >= _MOST_FILLED * len(lines) and median(width(line.text) for line in lines) >= _NARROWEST


def _whole(parts: Sequence[Line]) -> Line:
    first, last = parts[0], parts[-1]
    return Line(
        text=" ".join(part.text for part in parts),
        left=first.left,
        right=last.right,
        bottom=first.bottom,
        size=max(part.size for part in parts),
    )
