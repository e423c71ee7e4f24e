"""The names that others import; whoever takes one away does so on purpose."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bot
import knowledge
from bot.errors import ConversationError, ServerError, SettingsError, WriterError
from knowledge.errors import CorpusError, EmbeddingModelError, IndexStoreError, QuliuError


def test_what_knowledge_offers() -> None:
    assert knowledge.__all__ == [
        "CorpusError",
        "Document",
        "EmbeddingModelError",
        "Hit",
        "Index",
        "IndexStoreError",
        "Passage",
        "QuliuError",
        "build_index",
        "open_index",
    ]


def test_what_bot_offers() -> None:
    assert bot.__all__ == [
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


@pytest.mark.parametrize("module", [bot, knowledge])
def test_every_name_offered_is_there(module: object) -> None:
    names: list[str] = getattr(module, "__all__")  # noqa: B009
    for name in names:
        assert getattr(getattr(module, name), "__name__") == name  # noqa: B009


@pytest.mark.parametrize("module", [bot, knowledge])
def test_an_unknown_name_is_an_attribute_error(module: object) -> None:
    with pytest.raises(AttributeError, match=r"^module '(bot|knowledge)' has no attribute 'nonsense'$"):
        getattr(module, "nonsense")  # noqa: B009


@pytest.mark.parametrize(
    "error",
    [CorpusError, EmbeddingModelError, IndexStoreError, ConversationError, ServerError, SettingsError, WriterError],
)
def test_one_root_for_all_errors(error: type[Exception]) -> None:
    assert error.__mro__[1] is QuliuError
    assert bot.QuliuError is knowledge.QuliuError is QuliuError


@pytest.mark.parametrize("module", ["bot", "knowledge", "bot.turn", "bot.settings", "bot.cli"])
def test_importing_a_value_starts_no_engine(module: str) -> None:
    heavy = "torch chromadb gradio langgraph langchain_core sentence_transformers"
    script = f"import sys, {module}; print(*[m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
