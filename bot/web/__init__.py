"""The web chat, and the only home of gradio."""

from bot.web.page import Advisor, build
from bot.web.server import serve

__all__ = ["Advisor", "build", "serve"]
