"""What the process that parses pdf and docx hands back."""

from __future__ import annotations

from typing import Literal

from knowledge.passage import Frozen


class Line(Frozen):
    """A line of a page and where it stands, in points from the lower left; ``size`` is the height of its letters."""

    text: str
    left: float
    right: float
    bottom: float
    size: float


class Pages(Frozen):
    """The lines of each page of a pdf, in the order in which they are read."""

    title: str | None
    pages: tuple[tuple[Line, ...], ...]


class Block(Frozen):
    """A paragraph, list item or table row of a docx; ``level`` 1 to 9 makes it a heading."""

    kind: Literal["paragraph", "item", "row"]
    text: str
    level: int | None = None


class Blocks(Frozen):
    """A docx from top to bottom."""

    title: str | None
    blocks: tuple[Block, ...]


class Refusal(Frozen):
    """Why there is nothing to hand back."""

    cause: str


class Reply(Frozen):
    """Exactly one of what the parsing process may say."""

    parsed: Pages | Blocks | Refusal
