"""What kinds of figure a text holds."""

from __future__ import annotations

from functools import lru_cache

from knowledge.figures import figures

_DURATIONS = frozenset({"year", "month", "day", "hour", "minute"})


@lru_cache(maxsize=4096)
def units_of(text: str) -> frozenset[str]:
    """The units of the figures in a text; any length of time also counts as ``duration``."""
    units = frozenset(figure.unit for figure in figures(text) if figure.unit)
    return units | ({"duration"} if units & _DURATIONS else set()) | ({"times"} if "ratio" in units else set())
