"""What a writer is: it turns weighed evidence into drafts, and verification decides what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bot.turn import Draft, Evidence, Request


class Writer(Protocol):
    """Writes an answer, statement by statement."""

    name: str

    def write(self, request: Request, evidence: Evidence) -> Iterator[Draft]:
        """Drafts in reading order; each names the passages it rests on."""
        ...
