"""The scores of a run: the mean of every check with its interval, by type and by language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import numpy as np
from scipy.stats import bootstrap  # type: ignore[import-untyped]

from evals.checks import passed, with_framing
from evals.question import Type
from evals.results import Row
from knowledge.passage import LANGUAGES, Frozen, Language

PASSED = "passed"
CONFIDENCE = 0.95
_RESAMPLES = 2000


class Interval(Frozen):
    """The mean of ``count`` scores, and the bootstrap interval that holds it with 95% confidence."""

    mean: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """That of one or more scores; of scores that are all alike it has no width, and says so by its count alone."""
        mean = float(np.mean(values))
        if len(set(values)) == 1:
            return cls(mean=mean, low=mean, high=mean, count=len(values))
        found = bootstrap(
            (np.asarray(values),), np.mean, confidence_level=CONFIDENCE, n_resamples=_RESAMPLES, method="percentile",
            rng=np.random.default_rng(0),
        ).confidence_interval  # fmt: skip
        return cls(mean=mean, low=float(found.low), high=float(found.high), count=len(values))


class Confusion(Frozen):
    """How many questions the documents are silent on, and on how many of them the answer says so."""

    silent_said: int = 0
    silent_missed: int = 0
    known_answered: int = 0
    known_refused: int = 0


class Latency(Frozen):
    """Milliseconds that an answer takes, and what the whole run took in seconds."""

    p50: float
    p95: float
    highest: float
    seconds: float


class Scores(Frozen):
    """The scores of a run; ``errors`` counts the questions without an answer."""

    overall: Mapping[str, Interval]
    by_type: Mapping[Type, Mapping[str, Interval]]
    by_language: Mapping[Language, Mapping[str, Interval]]
    confusion: Confusion
    latency: Latency | None
    errors: int

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Those of one or more rows."""
        rows = with_framing(rows)
        return cls(
            overall=_means(rows),
            by_type={
                type_: _means(of_type) for type_ in Type if (of_type := [r for r in rows if r.question.type is type_])
            },
            by_language={
                language: _means(inside)
                for language in LANGUAGES
                if (inside := [r for r in rows if r.question.language == language])
            },
            confusion=_confusion(rows),
            latency=_latency(rows),
            errors=sum(row.error is not None for row in rows),
        )


def _means(rows: Iterable[Row]) -> dict[str, Interval]:
    values: dict[str, list[float]] = {}
    for row in rows:
        values.setdefault(PASSED, []).append(float(passed(row)))
        for check in row.checks:
            values.setdefault(check.name, []).append(check.score)
    return {name: Interval.of(scores) for name, scores in values.items()}


def _confusion(rows: Iterable[Row]) -> Confusion:
    counts = {(due, said): 0 for due in (True, False) for said in (True, False)}
    for row in rows:
        if row.answer:
            counts[row.question.abstain, row.answer.abstained] += 1
    return Confusion(
        silent_said=counts[True, True],
        silent_missed=counts[True, False],
        known_answered=counts[False, False],
        known_refused=counts[False, True],
    )


def _latency(rows: Sequence[Row]) -> Latency | None:
    times = [row.answer.timings_ms.total for row in rows if row.answer]
    if not times:
        return None
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    return Latency(p50=p50, p95=p95, highest=max(times), seconds=sum(row.seconds for row in rows))
