"""What can go wrong in an evaluation."""

from __future__ import annotations

from bot.errors import QuliuError


class EvaluationError(QuliuError):
    """An evaluation cannot be run, read or compared."""


class QuestionError(EvaluationError):
    """A question of the set is not as it must be."""


class RunError(EvaluationError):
    """A run is not there, or cannot be read or continued."""


class GateError(EvaluationError):
    """A file of thresholds is not as it must be."""


class JudgeError(EvaluationError):
    """The answers cannot be judged by a chat model."""
