"""What changed since the last run, question by question."""

from __future__ import annotations

from typing import NamedTuple

from evals.compare import Change, Comparison, Difference, Moved
from evals.report.questions import Said, Verdict, said, verdict
from evals.report.words import metric_name, reason_of
from evals.results import Check, Row
from knowledge.passage import Bilingual, Language


class Step(NamedTuple):
    """A check whose score moved; ``was`` is its reason before, None where it did not apply."""

    before: float
    was: Bilingual | None
    now: Verdict


class Changed(NamedTuple):
    """A question that is judged otherwise than before; ``edited`` where it is not the same question any more."""

    id: str
    asked: str
    language: Language
    edited: bool
    steps: tuple[Step, ...]
    before: Said
    after: Said


class Shift(NamedTuple):
    """A mean that changed."""

    name: Bilingual
    difference: Difference


class Changes(NamedTuple):
    """All that changed; ``added`` and ``removed`` count the questions that one of the runs lacks."""

    before: str
    shared: int
    added: int
    removed: int
    fixed: tuple[Changed, ...]
    broken: tuple[Changed, ...]
    otherwise: tuple[Changed, ...]
    shifts: tuple[Shift, ...]


def changes(comparison: Comparison) -> Changes:
    """A comparison with the last run as it is shown."""
    return Changes(
        before=comparison.before,
        shared=comparison.shared,
        added=len(comparison.only_after),
        removed=len(comparison.only_before),
        fixed=tuple(_changed(one) for one in comparison.changes if one.fixed),
        broken=tuple(_changed(one) for one in comparison.changes if one.broken),
        otherwise=tuple(_changed(one) for one in comparison.changes if not (one.fixed or one.broken)),
        shifts=tuple(Shift(metric_name(one.name), one) for one in comparison.differences if one.before != one.after),
    )


def _changed(change: Change) -> Changed:
    question = change.after.question
    return Changed(
        id=question.id,
        asked=question.asked,
        language=question.language,
        edited=question != change.before.question,
        steps=tuple(_step(one, change.before) for one in change.moved),
        before=said(change.before),
        after=said(change.after),
    )


def _step(moved: Moved, before: Row) -> Step:
    was = next((reason_of(check) for check in before.checks if check.name == moved.name), None)
    return Step(moved.before, was, verdict(Check(name=moved.name, score=moved.after, reason=moved.reason)))
