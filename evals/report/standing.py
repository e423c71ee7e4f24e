"""The scores of a run beside those of others: lines of marks, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from evals.checks import ANSWERED, CHECKS, DECIDING, FRAMING
from evals.compare import Comparison
from evals.question import Type
from evals.report.charts import OURS
from evals.report.words import metric_meaning, metric_name, name_of, phrase
from evals.results import Row, Run
from evals.retrieval import RETRIEVAL
from evals.scores import PASSED, Confusion, Interval, Scores
from knowledge.passage import LANGUAGES, Bilingual

METRICS = (PASSED, ANSWERED, *(check.__name__ for check in CHECKS), FRAMING, *RETRIEVAL)

_Means = Mapping[str, Interval]


class Peer(NamedTuple):
    """Another run, cut down to the questions that it shares with the one that is reported."""

    kind: str
    run: Run
    scores: Scores
    comparison: Comparison

    @property
    def name(self) -> Bilingual:
        """What it is called."""
        return phrase(f"names.{self.kind}")


class Moved(NamedTuple):
    """Our mean less that of another run, in points, and whether this is more than chance."""

    kind: str
    points: float
    exceeds: bool


class ScoreLine(NamedTuple):
    """A line of a table of scores: a mark for each run, ours first, and the differences to the others."""

    name: Bilingual
    note: Bilingual | None
    role: str | None
    marks: tuple[tuple[str, Interval | None], ...]
    moved: tuple[Moved | None, ...]

    @property
    def ours(self) -> Interval | None:
        """The mean of the run that is reported."""
        return self.marks[0][1]


class Breakdown(NamedTuple):
    """One metric over all questions, and line by line by type and language."""

    whole: ScoreLine
    lines: tuple[ScoreLine, ...]


class Corner(NamedTuple):
    """A field of the confusion matrix: its share of its row, what other runs have there, and its questions."""

    key: str
    right: bool
    questions: int
    share: float | None
    others: tuple[tuple[str, int], ...]
    ids: tuple[str, ...]


def peer(kind: str, other: Run | None, run: Run) -> Peer | None:
    """Another run as a peer; None where the two share no question."""
    ids = {row.question.id for row in run.rows}
    shared = tuple(row for row in other.rows if row.question.id in ids) if other else ()
    return Peer(kind, other, Scores.of(shared), Comparison.of(other, run)) if other and shared else None


def overall(scores: Scores, peers: Sequence[Peer]) -> tuple[ScoreLine, ...]:
    """A line for every metric over all questions."""
    return tuple(_metric_line(metric, scores, peers) for metric in _metrics(scores.overall))


def by_type(metric: str, scores: Scores, peers: Sequence[Peer]) -> tuple[ScoreLine, ...]:
    """A line for every type of question that has the metric."""
    return tuple(
        _group_line(
            name_of("types", type_), metric, means, [(one.kind, one.scores.by_type.get(type_, {})) for one in peers]
        )
        for type_ in Type
        if metric in (means := scores.by_type.get(type_, {}))
    )


def by_language(metric: str, scores: Scores, peers: Sequence[Peer]) -> tuple[ScoreLine, ...]:
    """A line for either language that has the metric."""
    return tuple(
        _group_line(
            name_of("languages", language),
            metric,
            means,
            [(one.kind, one.scores.by_language.get(language, {})) for one in peers],
        )
        for language in LANGUAGES
        if metric in (means := scores.by_language.get(language, {}))
    )


def breakdowns(scores: Scores, peers: Sequence[Peer]) -> Iterator[Breakdown]:
    """Every metric but the one that is shown by type anyway."""
    for metric in _metrics(scores.overall):
        if metric != PASSED:
            lines = (*by_type(metric, scores, peers), *by_language(metric, scores, peers))
            yield Breakdown(_metric_line(metric, scores, peers), lines)


def confusion(rows: Sequence[Row], scores: Scores, peers: Sequence[Peer]) -> tuple[Corner, ...]:
    """The four fields of the matrix, row by row: silent and said, silent and missed, known and refused, known and
    answered."""
    fields = [
        ("silent_said", True, (True, True)),
        ("silent_missed", False, (True, False)),
        ("known_refused", False, (False, True)),
        ("known_answered", True, (False, False)),
    ]
    counts = scores.confusion
    of_row = {
        "silent": counts.silent_said + counts.silent_missed,
        "known": counts.known_refused + counts.known_answered,
    }
    return tuple(
        Corner(
            key=key,
            right=right,
            questions=(number := _count(counts, key)),
            share=number / whole if (whole := of_row[key.partition("_")[0]]) else None,
            others=tuple((one.kind, _count(one.scores.confusion, key)) for one in peers),
            ids=tuple(
                row.question.id
                for row in rows
                if row.answer and (row.question.abstain, row.answer.abstained) == outcome
            ),
        )
        for key, right, outcome in fields
    )


def _metric_line(metric: str, scores: Scores, peers: Sequence[Peer]) -> ScoreLine:
    return ScoreLine(
        name=metric_name(metric),
        note=metric_meaning(metric),
        role=_role(metric),
        marks=((OURS, scores.overall[metric]), *((one.kind, one.scores.overall.get(metric)) for one in peers)),
        moved=tuple(_moved(metric, one) for one in peers),
    )


def _group_line(name: Bilingual, metric: str, ours: _Means, others: Sequence[tuple[str, _Means]]) -> ScoreLine:
    marks = ((OURS, ours.get(metric)), *((kind, means.get(metric)) for kind, means in others))
    return ScoreLine(name=name, note=None, role=None, marks=marks, moved=())


def _metrics(means: _Means) -> list[str]:
    """Those there are, the known ones first and in their order."""
    return [metric for metric in METRICS if metric in means] + [metric for metric in means if metric not in METRICS]


def _role(metric: str) -> str | None:
    if metric == PASSED:
        return None
    return "deciding" if metric in DECIDING else "retrieval" if metric in RETRIEVAL else "gradual"


def _moved(metric: str, one: Peer) -> Moved | None:
    found = next((difference for difference in one.comparison.differences if difference.name == metric), None)
    return Moved(one.kind, 100 * found.change.mean, found.exceeds_chance) if found else None


def _count(counts: Confusion, key: str) -> int:
    return int(getattr(counts, key))
