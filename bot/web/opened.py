"""A document opened to be read: its whole text with the places of its passages, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge.mapped import Offsets
from knowledge.passage import Document, Passage
from knowledge.reading import ReadError, read_file

# Characters of a text, and passages of a list, that are shown at once.
TEXT_SHOWN = 40_000
PASSAGES_SHOWN = 100

Missing = Literal["bundled", "gone", "changed", "unreadable"]


@dataclass(frozen=True)
class Stretch:
    """A run of the text, and the passages that it belongs to; ``begins`` are those that begin with it.

    ``page`` is the number of the page that begins with it, but for the first.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    begins: tuple[Passage, ...] = ()
    ends: tuple[Passage, ...] = ()
    page: int | None = None


@dataclass(frozen=True)
class Opened:
    """A document with its ``passages`` in the order of the text.

    ``stretches`` are the text around the ``chosen`` passage, or empty where it is ``missing``. ``shown`` are the
    passages to be listed: those that stand at no place of the text, or all where there is none. ``earlier`` and
    ``later`` are passages to go on with where that is not all.
    """

    document: Document
    passages: tuple[Passage, ...]
    chosen: Passage | None
    missing: Missing | None = None
    stretches: tuple[Stretch, ...] = ()
    shown: tuple[Passage, ...] = ()
    earlier: Passage | None = None
    later: Passage | None = None


@dataclass(frozen=True, eq=False)
class _Text:
    """A file as it was ``decoded``, and as it is ``shown``: character ``i`` of that is its ``places[i]``, if given.

    ``pages`` are where in what is shown the pages begin.
    """

    sha256: str
    decoded: str
    shown: str
    places: Offsets | None = None
    pages: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters of the decoded file are shown."""
        if self.places is None:
            return start, end
        first, last = np.searchsorted(self.places, [start, end]).tolist()
        return first, last


def open_document(document: Document, passages: Sequence[Passage], chosen: str | None = None) -> Opened:
    """A document with its passages; ``chosen`` is the id of one of them."""
    ordered = in_order(passages)
    wanted = next((passage for passage in ordered if passage.id == chosen), None)
    text = _text_of(document, ordered)
    if isinstance(text, str):
        return _listed(document, ordered, wanted, text)
    return _marked(document, ordered, wanted, text)


def in_order(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages of a document as they follow each other in its text; last those that are on the whole of it."""

    def place(passage: Passage) -> tuple[bool, float]:
        return passage.start is None, passage.start if passage.start is not None else _paragraph(passage)

    return tuple(sorted(passages, key=place))


def _paragraph(passage: Passage) -> float:
    return passage.paragraph or passage.line or inf


def _text_of(document: Document, passages: Sequence[Passage]) -> _Text | Missing:
    sources = [Path(source) for source in (document.source, *(passage.source for passage in passages))]
    path = next((source for source in sources if source.is_absolute()), None)
    if path is None:
        return "bundled"
    try:
        status = path.stat()
    except (OSError, ValueError):
        return "gone"
    try:
        text = _read(path, status.st_mtime_ns, status.st_size)
    except ReadError:
        return "unreadable"
    if text.sha256 != document.sha256 or not all(_stands(passage, text.decoded) for passage in passages):
        return "changed"
    return text


def _stands(passage: Passage, decoded: str) -> bool:
    return passage.quote is None or decoded[passage.start : passage.end] == passage.quote


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> _Text:
    """A file; ``changed`` and ``size`` tell one state of it from another."""
    source = read_file(path)
    # Of a page, the markup is not what anybody reads; of a pdf, the ends of lines and what stands on every page.
    if source.format not in {"html", "pdf"}:
        return _Text(source.sha256, source.text, source.text)
    places = source.content.starts
    pages = tuple(np.searchsorted(places, source.pages).tolist())
    return _Text(source.sha256, source.text, source.content.text, places, pages)


def _listed(document: Document, passages: tuple[Passage, ...], chosen: Passage | None, missing: Missing) -> Opened:
    first = max(passages.index(chosen) - PASSAGES_SHOWN // 3, 0) if chosen else 0
    first = max(min(first, len(passages) - PASSAGES_SHOWN), 0)
    after = first + PASSAGES_SHOWN
    return Opened(
        document,
        passages,
        chosen,
        missing,
        shown=passages[first:after],
        earlier=passages[first - 1] if first else None,
        later=passages[after] if after < len(passages) else None,
    )


def _marked(document: Document, passages: tuple[Passage, ...], chosen: Passage | None, text: _Text) -> Opened:
    spans = {p.id: text.span(p.start, p.end) for p in passages if p.start is not None and p.end is not None}
    shown = text.shown
    first, after = _window(shown, spans[chosen.id][0] if chosen and chosen.id in spans else 0)
    inside = [p for p in passages if p.id in spans and spans[p.id][0] < after and spans[p.id][1] > first]
    # Those without text of their own, a page of pictures say, begin where the next one does.
    pages = {place: number for number, place in enumerate(text.pages, start=1) if number > 1 and first < place < after}
    bounds = {first, after, *pages} | {min(max(place, first), after) for p in inside for place in spans[p.id]}
    ordered = sorted(bounds)
    before = [p for p in passages if p.id in spans and spans[p.id][1] <= first]
    behind = [p for p in passages if p.id in spans and spans[p.id][0] >= after]
    return Opened(
        document,
        passages,
        chosen,
        stretches=tuple(
            Stretch(
                shown[start:end],
                tuple(p for p in inside if spans[p.id][0] < end and spans[p.id][1] > start),
                tuple(p for p in inside if max(spans[p.id][0], first) == start),
                tuple(p for p in inside if min(spans[p.id][1], after) == end),
                pages.get(start),
            )
            for start, end in pairwise(ordered)
        ),
        shown=tuple(p for p in passages if p.id not in spans),
        earlier=before[-1] if before else None,
        later=behind[0] if behind else None,
    )


def _window(text: str, place: int) -> tuple[int, int]:
    """Whole lines around a place, as far as there are any."""
    if len(text) <= TEXT_SHOWN:
        return 0, len(text)
    first = max(min(place - TEXT_SHOWN // 3, len(text) - TEXT_SHOWN), 0)
    first = text.find("\n", first, place) + 1 or first if first else 0
    after = min(first + TEXT_SHOWN, len(text))
    line = text.find("\n", after, after + 1000)
    return first, line if line >= 0 else after
