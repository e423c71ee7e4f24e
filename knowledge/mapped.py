"""A text that knows where each of its characters stands in the text it was made from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Edit:
    """The characters ``start:end`` of a text replaced by others; ``guess`` where it may be wrong."""

    start: int
    end: int
    text: str
    step: str
    guess: bool = False


@dataclass(frozen=True, eq=False)
class MappedText:
    """A text made from a source by edits.

    Character ``i`` was made from the characters ``starts[i]:ends[i]`` of the source; ``edits`` are all that were made,
    by their places in the source, in order.
    """

    text: str
    source: str
    starts: Offsets
    ends: Offsets
    edits: tuple[Edit, ...] = ()

    @classmethod
    def of(cls, source: str) -> Self:
        """A text as it is."""
        places = np.arange(len(source) + 1, dtype=np.int64)
        return cls(source, source, places[:-1], places[1:])

    def edited(self, edits: Iterable[Edit]) -> Self:
        """The text after edits of it. Raises ValueError if two overlap or one lies outside."""
        ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
        if not ordered:
            return self
        bounds = [0, *(place for edit in ordered for place in (edit.start, edit.end)), len(self.text)]
        if any(later < earlier for earlier, later in pairwise(bounds)):
            raise ValueError("edits overlap, or lie outside the text")
        placed = [
            Edit(*self.span(edit.start, edit.end), text=edit.text, step=edit.step, guess=edit.guess) for edit in ordered
        ]
        texts: list[str] = []
        done = 0
        for edit in ordered:
            texts += [self.text[done : edit.start], edit.text]
            done = edit.end
        texts.append(self.text[done:])
        kept = np.ones(len(self.text), dtype=np.bool_)
        for edit in ordered:
            kept[edit.start : edit.end] = False
        removed_before = accumulate((edit.end - edit.start for edit in ordered), initial=0)
        places = [edit.start - removed for edit, removed in zip(ordered, removed_before, strict=False)]
        lengths = [len(edit.text) for edit in ordered]
        where = np.repeat(np.array(places, dtype=np.int64), lengths)
        return type(self)(
            "".join(texts),
            self.source,
            np.insert(self.starts[kept], where, np.repeat([edit.start for edit in placed], lengths)),
            np.insert(self.ends[kept], where, np.repeat([edit.end for edit in placed], lengths)),
            tuple(sorted((*self.edits, *placed), key=lambda edit: (edit.start, edit.end))),
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters ``start:end`` stand in the source; where nothing lies between, the place before."""
        if start < end:
            return int(self.starts[start]), int(self.ends[end - 1])
        place = int(self.starts[start]) if start < len(self.starts) else len(self.source)
        return place, place

    def edits_within(self, start: int, end: int) -> tuple[Edit, ...]:
        """The edits that made the characters ``start:end`` what they are."""
        first, last = self.span(start, end)
        begins, reaches = self._extents
        near = self.edits[bisect_right(reaches, first) : bisect_left(begins, last)]
        return tuple(edit for edit in near if edit.end > first)

    @cached_property
    def _extents(self) -> tuple[list[int], list[int]]:
        """Where each edit begins, and how far it and those before it reach: both ascending."""
        return [edit.start for edit in self.edits], list(accumulate((edit.end for edit in self.edits), max))
