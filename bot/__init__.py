"""The read side: a question in, a cited answer out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bot.errors import ConversationError, QuliuError, ServerError, SettingsError, WriterError

if TYPE_CHECKING:
    from bot.advisor import Advisor
    from bot.settings import Settings
    from bot.turn import Answer, Citation, Claim

__all__ = [
    "Advisor",
    "Answer",
    "Citation",
    "Claim",
    "ConversationError",
    "QuliuError",
    "ServerError",
    "Settings",
    "SettingsError",
    "WriterError",
]

# The engines behind the adviser take a second to import; whoever only wants a value does not wait for them.
_LAZY = {
    "Advisor": "bot.advisor",
    "Answer": "bot.turn",
    "Citation": "bot.turn",
    "Claim": "bot.turn",
    "Settings": "bot.settings",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
