"""Damaged text to clean text that knows where each of its characters stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from knowledge.mapped import Edit, MappedText
from knowledge.repair.glosses import pinyin_glosses
from knowledge.repair.marks import invisible_marks, stray_emphasis, unreadable_characters
from knowledge.repair.shifts import byte_shifts
from knowledge.repair.simplify import to_simplified

__all__ = ["STEPS", "Step", "repair"]

Step = Callable[[str], Iterable[Edit]]

# Bytes are put back in step before anything takes out what tells where they were lost.
STEPS: tuple[Step, ...] = (
    invisible_marks,
    stray_emphasis,
    byte_shifts,
    unreadable_characters,
    pinyin_glosses,
    to_simplified,
)


def repair(text: str | MappedText) -> MappedText:
    """The text after every step; one that is not damaged is the same to the letter.

    An edit that is a guess says that its place in the source is damaged and may have read otherwise. Of a text that was
    itself made from a source, the places are those in that source.
    """
    repaired = text if isinstance(text, MappedText) else MappedText.of(text)
    for step in STEPS:
        repaired = repaired.edited(step(repaired.text))
    return repaired
