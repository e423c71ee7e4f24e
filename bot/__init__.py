"""quliu's read side: a question in, a cited answer out."""

from bot.advisor import Advisor
from bot.errors import ConversationError, QuliuError, ServerError, SettingsError, WriterError
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
