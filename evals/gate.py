"""Thresholds that a run must reach: the least mean of each check, over all questions or those of one type."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, RootModel, ValidationError

from evals.checks import DECIDING, GRADUAL
from evals.errors import GateError
from evals.question import Type
from evals.retrieval import RETRIEVAL
from evals.scores import PASSED, Interval, Scores
from knowledge.passage import Frozen

ALL = "all"
_CHECKS = DECIDING | GRADUAL | {PASSED, *RETRIEVAL}
_HEAD = """\
# The least that `quliu eval --gate` accepts: the mean of each check over all questions, and by type the share that
# passes. Set by `quliu eval raise RUN` from what a run reached, less one question; none is ever lowered.
"""
# Digits kept; what a run reached is rounded down, so that it passes itself.
_DIGITS = Decimal("0.001")


class Shortfall(Frozen):
    """A mean that is below its threshold; None where the run holds no such score."""

    group: str
    check: str
    threshold: float
    mean: float | None


class Gate(RootModel[Mapping[str, Mapping[str, Annotated[float, Field(ge=0, le=1)]]]]):
    """Thresholds by group (``all`` or a type of question) and check."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file. Raises GateError where there is none or it is not valid."""
        try:
            gate = cls.model_validate(tomllib.loads(path.read_text("utf-8")))
        except OSError as error:
            raise GateError(f"{path} cannot be read ({error.strerror}); give a file of thresholds") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            reason = " ".join(str(error).split())
            raise GateError(f"{path} is no file of thresholds ({reason}); correct it") from error
        for group, check, _ in gate.thresholds():
            if group != ALL and group not in set(Type):
                raise GateError(f"{path} names the unknown type {group!r}; use {ALL} or a type of question")
            if check not in _CHECKS:
                raise GateError(f"{path} names the unknown check {check!r}; use one of {', '.join(sorted(_CHECKS))}")
        return gate

    def thresholds(self) -> Iterator[tuple[str, str, float]]:
        """Group, check and threshold, one after another."""
        for group, checks in self.root.items():
            for check, threshold in checks.items():
                yield group, check, threshold

    def shortfalls(self, scores: Scores) -> tuple[Shortfall, ...]:
        """What is below its threshold, or was not measured."""
        return tuple(
            Shortfall(group=group, check=check, threshold=threshold, mean=found.mean if found else None)
            for group, check, threshold in self.thresholds()
            if (found := _means(scores, group).get(check)) is None or found.mean < threshold
        )

    def raised(self, scores: Scores) -> Gate:
        """The same, each threshold raised to what was reached, less one question; new checks and types are added."""
        reached = {ALL: scores.overall, **{str(type_): _only_passed(m) for type_, m in scores.by_type.items()}}
        groups = {
            group: {
                check: max(_threshold(interval), self.root.get(group, {}).get(check, 0.0))
                for check, interval in means.items()
            }
            for group, means in reached.items()
        }
        kept = {group: {**self.root.get(group, {}), **groups.get(group, {})} for group in {**groups, **self.root}}
        return Gate(kept)

    def text(self) -> str:
        """As TOML."""
        tables = [
            f"[{group}]\n" + "".join(f'"{check}" = {value}\n' for check, value in checks.items())
            for group, checks in self.root.items()
        ]
        return "\n".join([_HEAD, *tables])


def _means(scores: Scores, group: str) -> Mapping[str, Interval]:
    return scores.overall if group == ALL else scores.by_type.get(Type(group), {})


def _only_passed(means: Mapping[str, Interval]) -> Mapping[str, Interval]:
    return {PASSED: means[PASSED]}


def _threshold(reached: Interval) -> float:
    """What was reached, less one question: vectors differ in their last digits from machine to machine."""
    return _floor(max(reached.mean - 1 / reached.count, 0.0))


def _floor(mean: float) -> float:
    # In decimal, since a float times a thousand may be rounded up.
    return float(Decimal(str(mean)).quantize(_DIGITS, ROUND_FLOOR))
