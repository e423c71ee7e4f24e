"""What kinds of figure a text holds."""

from __future__ import annotations

from functools import lru_cache

from knowledge.figures import figures

_DURATIONS = frozenset({"year", "month", "day", "hour", "minute"})


@lru_cache(maxsize=4096)
def units_of(text: str) -> frozenset[str]:
    """The units of the figures in a text; a length of time is also a ``duration``, any figure also a ``number``."""
    found = figures(text)
    units = {figure.unit for figure in found if figure.unit}
    units |= {"duration"} if units & _DURATIONS else set()
    units |= {"times"} if "ratio" in units else set()
    return frozenset(units | ({"number"} if found else set()))
