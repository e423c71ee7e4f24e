"""What the read side raises on purpose; each message names the cause and the fix in one line.

QuliuError (knowledge.errors)
├── SettingsError      a setting is unknown or out of bounds
├── WriterError        the chat model cannot be reached or answers nonsense
├── ConversationError  the conversation store cannot be read or written, or lacks a conversation
└── ServerError        the web chat cannot be served
"""

from knowledge.errors import QuliuError

__all__ = ["ConversationError", "QuliuError", "ServerError", "SettingsError", "WriterError"]


class SettingsError(QuliuError):
    """A setting is unknown or out of bounds."""


class WriterError(QuliuError):
    """The chat model cannot be reached or answers nonsense."""


class ConversationError(QuliuError):
    """The conversation store cannot be read or written, or lacks a conversation."""


class ServerError(QuliuError):
    """The web chat cannot be served."""
