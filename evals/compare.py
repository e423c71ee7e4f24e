"""What changed between two runs: question by question, and by how much more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from evals.checks import DECIDING, passed, with_framing
from evals.results import Check, Row, Run
from evals.scores import PASSED, Interval
from knowledge.passage import Frozen

# A score that moved by less is the same but for rounding.
_SAME = 1e-9
# Five questions that all move one way do so by chance once in sixteen times, six once in thirty-two.
_FEWEST = 6
# What a check that decides comes to where it does not apply: nothing is wrong.
_UNAPPLIED = Check(name="", score=1.0, reason="does not apply any more")


class Moved(Frozen):
    """A check of one question whose score changed."""

    name: str
    before: float
    after: float
    reason: str


class Change(Frozen):
    """A question that is judged otherwise than before."""

    before: Row
    after: Row
    moved: tuple[Moved, ...]

    @property
    def fixed(self) -> bool:
        """Whether it failed before and passes now."""
        return passed(self.after) and not passed(self.before)

    @property
    def broken(self) -> bool:
        """Whether it passed before and fails now."""
        return passed(self.before) and not passed(self.after)


class Difference(Frozen):
    """By how much a mean changed over the questions that both runs hold; ``change`` is after less before."""

    name: str
    before: float
    after: float
    change: Interval

    @property
    def exceeds_chance(self) -> bool:
        """Whether the interval of the change leaves out nought, over enough questions to say so."""
        return self.change.count >= _FEWEST and (self.change.low > 0 or self.change.high < 0)


class Comparison(Frozen):
    """Two runs side by side; ``only_before`` and ``only_after`` name questions that one of them lacks."""

    before: str
    after: str
    shared: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, before: Run, after: Run) -> Self:
        """Compare two runs by the questions of the same id."""
        old = {row.question.id: row for row in with_framing(before.rows)}
        new = {row.question.id: row for row in with_framing(after.rows)}
        pairs = [(old[id_], row) for id_, row in new.items() if id_ in old]
        return cls(
            before=before.info.id,
            after=after.info.id,
            shared=len(pairs),
            only_before=tuple(id_ for id_ in old if id_ not in new),
            only_after=tuple(id_ for id_ in new if id_ not in old),
            differences=_differences(pairs),
            changes=tuple(change for pair in pairs if (change := _change(*pair))),
        )


def _differences(pairs: Sequence[tuple[Row, Row]]) -> tuple[Difference, ...]:
    scores: dict[str, list[tuple[float, float]]] = {PASSED: [(float(passed(a)), float(passed(b))) for a, b in pairs]}
    for before, after in pairs:
        for check in after.checks:
            if check.name in before.scores:
                scores.setdefault(check.name, []).append((before.scores[check.name], check.score))
    return tuple(
        Difference(
            name=name,
            before=sum(a for a, _ in both) / len(both),
            after=sum(b for _, b in both) / len(both),
            change=Interval.of([b - a for a, b in both]),
        )
        for name, both in scores.items()
        if both
    )


def _change(before: Row, after: Row) -> Change | None:
    moved = tuple(
        Moved(name=name, before=was.score, after=now.score, reason=now.reason)
        for name, was, now in _checks(before, after)
        if abs(now.score - was.score) > _SAME
    )
    if not moved and passed(before) == passed(after):
        return None
    return Change(before=before, after=after, moved=moved)


def _checks(before: Row, after: Row) -> Iterator[tuple[str, Check, Check]]:
    """The checks of both, and those that decide and apply to one of two answers only."""
    old, new = ({check.name: check for check in row.checks} for row in (before, after))
    for name in {**new, **old}:
        if (name in old and name in new) or (name in DECIDING and before.answer and after.answer):
            yield name, old.get(name, _UNAPPLIED), new.get(name, _UNAPPLIED)
