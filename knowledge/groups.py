"""Pieces of a text to those that make a passage together: one claim each, and what cannot stand alone with its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.claims import continues, has_figure, has_source, has_view
from knowledge.passage import Language
from knowledge.sentences import is_sentence, refers_back, size, width
from knowledge.structure import Paragraph

# In words, of which a Chinese character is half a one. What is shorter says little alone.
LEAST = 15.0
MOST = 110.0
# In columns, of which a Chinese character takes two, for whatever has few words or none.
WIDEST = 3000
# However little each says.
_MOST_PIECES = 100


@dataclass(frozen=True)
class Piece:
    """The characters ``start:end`` of the repaired text, some sentences of one paragraph or all of it.

    ``words`` is what they say, on one line.
    """

    paragraph: Paragraph
    start: int
    end: int
    language: Language
    words: str

    @cached_property
    def size(self) -> float:
        """How many words it has."""
        return size(self.words)

    @cached_property
    def width(self) -> int:
        """How many columns it takes."""
        return width(self.words)

    @cached_property
    def has_weight(self) -> bool:
        """Whether it says whose words it is, so that nothing else may be taken for theirs."""
        return has_source(self.words) or has_view(self.words)

    @cached_property
    def is_plain(self) -> bool:
        """Whether it has neither that nor a figure."""
        return not self.has_weight and not has_figure(self.words)


Group = Sequence[Piece]


def grouped(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that make a passage together.

    What introduces a list goes with the items that say nothing without it. A short piece without a figure or a source,
    and one that goes on about what was said before it, go with a neighbour, but never with one that names a source.
    """
    groups: list[list[Piece]] = []
    for unit in _units(pieces):
        if groups and _joins(groups[-1], unit):
            groups[-1].extend(unit)
        else:
            _settle_last(groups)
            groups.append(unit)
    _settle_last(groups)
    return groups


def _units(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces, those that introduce others with these."""
    unit: list[Piece] = []
    for piece in pieces:
        if unit and not _is_introduced(unit, piece):
            yield unit
            unit = []
        unit.append(piece)
    if unit:
        yield unit


def _is_introduced(unit: Group, piece: Piece) -> bool:
    """Whether a piece is what the unit introduces, or one more of the items that it does."""
    first, last = unit[0].paragraph, unit[-1].paragraph
    if last.section != piece.paragraph.section or piece.paragraph.kind == "row":
        return False
    if not _has_room(unit, [piece]):
        return False
    if last.kind == "lead":
        return True
    listed = first.kind == "lead" and last.kind == piece.paragraph.kind == "item"
    if not listed or _size(unit) + piece.size > MOST or has_source(piece.words):
        return False
    return has_source(unit[0].words) or (_is_fragment(unit[-1]) and _is_fragment(piece))


def _is_fragment(piece: Piece) -> bool:
    return piece.size < LEAST and (not is_sentence(piece.words) or _is_plain([piece]))


def _settle_last(groups: list[list[Piece]]) -> None:
    """The last group joined to the one before it, if it cannot stand alone and what follows it will not have it."""
    if len(groups) > 1 and _is_weak(groups[-1]) and _fit(groups[-2], groups[-1]) and not _has_weight(groups[-2]):
        groups[-2].extend(groups.pop())


def _joins(group: Group, unit: Group) -> bool:
    if not _fit(group, unit):
        return False
    if _is_weak(group) and not _has_weight(unit):
        return True
    goes_on = unit[0].paragraph != group[-1].paragraph and refers_back(unit[0].words) and _is_plain(unit)
    return goes_on and (continues(unit[0].words) or not _has_weight(group))


def _fit(group: Group, unit: Group) -> bool:
    """Whether pieces are of the section and language of a group, no rows of a table, and there is room for them."""
    last, first = group[-1], unit[0]
    alike = _place(last) == _place(first) and last.language == first.language
    rows = "row" in (last.paragraph.kind, first.paragraph.kind)
    return alike and not rows and _has_room(group, unit) and _size(group) + _size(unit) <= MOST


def _has_room(group: Group, unit: Group) -> bool:
    """Whether all of them together are no wider than a passage may be."""
    return len(group) + len(unit) <= _MOST_PIECES and _width(group) + _width(unit) <= WIDEST


def _place(piece: Piece) -> tuple[str | None, str | None]:
    return piece.paragraph.section, piece.paragraph.under


def _is_weak(group: Group) -> bool:
    return _size(group) < LEAST and _is_plain(group)


def _is_plain(group: Group) -> bool:
    return all(piece.is_plain for piece in group)


def _has_weight(group: Group) -> bool:
    return any(piece.has_weight for piece in group)


def _size(group: Group) -> float:
    return sum(piece.size for piece in group)


def _width(group: Group) -> int:
    return sum(piece.width for piece in group)
