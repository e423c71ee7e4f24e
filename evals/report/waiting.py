"""How long the answers of a run take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from bot.turn import Timings
from evals.report.charts import OURS, Bin, Line, histogram, histogram_bins
from evals.report.standing import Peer
from evals.report.words import duration, in_each, phrase
from evals.results import Row
from evals.scores import Latency
from knowledge.passage import Bilingual, Language

_STEPS = tuple(step for step in Timings.model_fields if step != "total")


class Waiting(NamedTuple):
    """The chart and its bins, the figures of each run, and the medians of the steps of ours."""

    chart: Markup
    caption: Bilingual
    bins: tuple[Bin, ...]
    figures: tuple[tuple[str, Latency], ...]
    steps: tuple[tuple[Bilingual, float], ...]


def waiting(rows: Sequence[Row], ours: Latency, peers: Sequence[Peer]) -> Waiting:
    """That of the rows, at least one of which has an answer."""
    timings = [row.answer.timings_ms for row in rows if row.answer]
    bins = histogram_bins([one.total for one in timings])
    p50, p95, highest = (duration(value) for value in (ours.p50, ours.p95, ours.highest))
    caption = phrase("latency.description", count=len(timings), p50=p50, p95=p95, highest=highest)
    return Waiting(
        chart=in_each(lambda language: _chart(bins, ours, caption, language)),
        caption=caption,
        bins=bins,
        figures=((OURS, ours), *((one.kind, one.scores.latency) for one in peers if one.scores.latency)),
        steps=tuple(
            (phrase(f"steps.{step}"), float(np.median([getattr(one, step) for one in timings]))) for step in _STEPS
        ),
    )


def _chart(bins: Sequence[Bin], latency: Latency, caption: Bilingual, language: Language) -> Markup:
    lines = (("median", latency.p50), ("p95", latency.p95))
    return histogram(
        bins,
        [Line(value, f"{phrase(f'latency.{key}')[language]} {duration(value)[language]}") for key, value in lines],
        title=phrase("latency.title", name=phrase("names.ours"))[language],
        description=caption[language],
        unit=lambda value: duration(value)[language] if value else "0",
    )
