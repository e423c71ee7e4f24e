"""Charts as inline SVG: positions across are shares of the width, so that every one fits a phone and a desk alike.

Marks differ in shape as well as in colour; what a colour is stands in the style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from evals.scores import Interval

# What is drawn is this run, plain RAG, the run before, or the least that is possible, in this order everywhere.
# ANSWER is drawn where only a part of our work is OURS.
OURS, BASELINE, PREVIOUS, FLOOR, ANSWER = "ours", "baseline", "previous", "floor", "answer"
_SHAPES = {
    OURS: Markup('<circle r="5"/>'),
    BASELINE: Markup('<path d="M0-5.5 5.5 0 0 5.5-5.5 0Z"/>'),
    PREVIOUS: Markup('<path d="M-4.5-4.5H4.5V4.5H-4.5Z"/>'),
    FLOOR: Markup('<path d="M0-5.5 5.5 4.5H-5.5Z"/>'),
    ANSWER: Markup('<path d="M-4-4 4 4M-4 4 4-4"/>'),
}
_LANE = 14.0
_HEIGHT = 200.0
_MOST_LEVELS = 7


class Bin(NamedTuple):
    """How many ``values`` lie from ``low`` to just below ``high``; the last bin of a histogram may have no end."""

    low: float
    high: float | None
    values: int


class Series(NamedTuple):
    """Points of one kind, by ascending ``x``, with what to say of each."""

    kind: str
    points: tuple[tuple[float, float, str], ...]


class Line(NamedTuple):
    """An upright line at ``x`` with its label."""

    x: float
    label: str


def glyph(kind: str) -> Markup:
    """A mark on its own, for a legend."""
    return Markup('<svg class="glyph" width="14" height="14" aria-hidden="true">{}</svg>').format(_mark(kind, "50%", 7))


def intervals(marks: Iterable[tuple[str, Interval | None]]) -> Markup:
    """Means from 0 to 1 with their intervals, each in a lane of its own. The table around it says the same."""
    lanes = list(marks)
    grid = _all(
        Markup('<line class="grid" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>').format(share)
        for share in (0, 25, 50, 75, 100)
    )
    drawn = _all(
        Markup('<g class="{}"><title>{}</title><line class="range" x1="{}" x2="{}" y1="{}" y2="{}"/>{}</g>').format(
            kind, range_text(one), _at(one.low), _at(one.high), y, y, _mark(kind, _at(one.mean), y)
        )
        for lane, (kind, one) in enumerate(lanes)
        if one and (y := _LANE * (lane + 0.5))
    )
    return Markup('<svg class="intervals" width="100%" height="{:.0f}" aria-hidden="true">{}{}</svg>').format(
        _LANE * len(lanes), grid, drawn
    )


def histogram(
    bins: Sequence[Bin], lines: Sequence[Line], title: str, description: str, unit: Callable[[float], str]
) -> Markup:
    """Counts by ranges of equal width, with lines at some values; ``unit`` writes a value."""
    top = max(one.values for one in bins)
    width = 100 / len(bins)
    step = bins[0].high or 1.0
    bars = _all(
        Markup(
            '<rect class="bar" x="{:.3f}%" y="{:.1f}" width="{:.3f}%" height="{:.1f}"><title>{}</title></rect>'
        ).format(
            (number + 0.06) * width,
            _HEIGHT * (1 - one.values / top),
            0.88 * width,
            _HEIGHT * one.values / top,
            f"{unit(one.low)} – {unit(one.high) if one.high else '…'}: {one.values}",
        )
        for number, one in enumerate(bins)
        if one.values
    )
    every = math.ceil(len(bins) / 5)
    ticks = _all(
        _tick(number * width, f"{'' if one.high else '≥ '}{unit(one.low)}")
        for number, one in enumerate(bins)
        if number % every == 0
    )
    uprights = _all(
        _upright(min(line.x / step * width, 100), line.label, row) for row, line in enumerate(reversed(lines))
    )
    levels = _levels([(n, f"{n:g}") for n in _round_steps(top)], lambda n: 1 - n / top)
    return _chart(levels + bars + ticks + uprights, title, description)


def lines(
    series: Sequence[Series],
    title: str,
    description: str,
    unit_x: Callable[[float], str],
    unit_y: Callable[[float], str],
) -> Markup:
    """Points joined by lines, with both axes logarithmic."""
    xs = [x for one in series for x, _, _ in one.points]
    ys = [y for one in series for _, y, _ in one.points]
    marks = scale_marks(min(ys), max(ys))
    across, up = _scale(min(xs), max(xs)), _scale(marks[0], marks[-1])
    drawn = [_series(one, across, up) for one in series]
    ticks = _all(_tick(100 * across(x), unit_x(x)) for x in sorted(set(xs)))
    levels = _levels([(y, unit_y(y)) for y in marks], lambda y: 1 - up(y))
    return _chart(levels + _all(drawn) + ticks, title, description)


def range_text(interval: Interval) -> str:
    """A mean with its interval and its count, in figures."""
    return f"{percent(interval.mean)} ({percent(interval.low)} – {percent(interval.high)}), n = {interval.count}"


def percent(share: float) -> str:
    """A share as it is written; one that is not all is never rounded to all, nor one that is not nothing to nothing."""
    rounded = round(100 * share)
    if share < 1 and rounded == 100:
        return f"{math.floor(1000 * share) / 10:.1f}%"
    if share > 0 and rounded == 0:
        return f"{max(math.ceil(1000 * share) / 10, 0.1):.1f}%"
    return f"{rounded}%"


def signed(points: float) -> str:
    """A difference in points, with its sign."""
    rounded = round(points, 1)
    return "±0" if rounded == 0 else f"{rounded:+.1f}".replace("-", "−")


def histogram_bins(values: Sequence[float], most: int = 24) -> tuple[Bin, ...]:
    """Bins of a round width from 0 on; what lies far beyond nearly all others shares the last one."""
    ordered = sorted(values)
    reach = ordered[min(math.ceil(0.98 * len(ordered)), len(ordered)) - 1] or 1.0
    width = _round_up(reach / most)
    count = math.floor(reach / width) + 1
    bins = [Bin(width * n, width * (n + 1), 0) for n in range(count)]
    counts = [0] * (count + 1)
    for value in ordered:
        counts[min(math.floor(value / width), count)] += 1
    closed = [one._replace(values=number) for one, number in zip(bins, counts, strict=False)]
    return (*closed, Bin(width * count, None, counts[-1])) if counts[-1] else tuple(closed)


def scale_marks(low: float, high: float) -> list[float]:
    """Round values from below ``low`` to above ``high``: by 1, 2 and 5, or where these are many by powers of ten."""
    for factors in ((1, 2, 5), (1,)):
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2)
        steps = [factor * 10.0**power for power in powers for factor in factors]
        first = max(n for n, step in enumerate(steps) if step <= low)
        last = max(first + 1, min(n for n, step in enumerate(steps) if step >= high))
        if last - first < _MOST_LEVELS:
            break
    return steps[first : last + 1]


def _upright(share: float, label: str, row: int) -> Markup:
    """A line at a share of the width; each row of labels stands higher than the last."""
    anchor, dx = ("start", 5) if share < 50 else ("end", -5)
    return Markup(
        '<g class="mark-line"><line x1="{0:.3f}%" x2="{0:.3f}%" y1="{1}" y2="{2}"/>'
        '<text x="{0:.3f}%" dx="{3}" y="{4}" text-anchor="{5}">{6}</text></g>'
    ).format(share, -12 - 16 * row, _HEIGHT, dx, -4 - 16 * row, anchor, label)


def _tick(share: float, label: str) -> Markup:
    return Markup('<text class="tick" x="{:.3f}%" y="{}" dy="19" text-anchor="middle">{}</text>').format(
        share, _HEIGHT, label
    )


def _series(series: Series, across: Callable[[float], float], up: Callable[[float], float]) -> Markup:
    places = [(f"{100 * across(x):.3f}%", _HEIGHT * (1 - up(y)), said) for x, y, said in series.points]
    joined = _all(
        Markup('<line class="path" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(x1, y1, x2, y2)
        for (x1, y1, _), (x2, y2, _) in pairwise(places)
    )
    marks = _all(Markup("<g><title>{}</title>{}</g>").format(said, _mark(series.kind, x, y)) for x, y, said in places)
    return Markup('<g class="{}">{}{}</g>').format(series.kind, joined, marks)


def _all(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _chart(inside: Markup, title: str, description: str) -> Markup:
    return Markup(
        '<svg class="chart" width="100%" height="{:.0f}" role="img"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(_HEIGHT, title, description, inside)


def _levels(levels: Iterable[tuple[float, str]], down: Callable[[float], float]) -> Markup:
    return _all(
        Markup(
            '<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
            '<text class="tick" x="0" dx="-8" y="{y:.1f}" dy="4" text-anchor="end">{label}</text>'
        ).format(y=_HEIGHT * down(level), label=label)
        for level, label in levels
    )


def _mark(kind: str, x: str, y: float) -> Markup:
    """A shape at a place; the nested drawing alone can stand at a share of the width."""
    return Markup('<svg class="mark {0}" x="{1}" y="{2:.1f}" overflow="visible">{3}</svg>').format(
        kind, x, y, _SHAPES[kind]
    )


def _at(share: float) -> str:
    return f"{100 * share:.2f}%"


def _scale(low: float, high: float) -> Callable[[float], float]:
    """From 0 at ``low`` to 1 at ``high``, by their logarithms."""
    start, length = math.log10(low), math.log10(high) - math.log10(low)
    return lambda value: (math.log10(value) - start) / length if length else 0.5


def _round_steps(top: float) -> list[float]:
    step = _round_up(top / 4)
    return [step * n for n in range(math.floor(top / step) + 1)]


def _round_up(value: float) -> float:
    """The next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value)
