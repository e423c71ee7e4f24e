"""What a fresh process costs: the time until its first answer, and its memory after twenty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

from bot.settings import Settings
from evals.bench.memory import Memory
from knowledge.passage import Frozen

_ASK = "from bot.cli import main; main()"
_LOAD = (
    "import sys, sentence_transformers; from knowledge.embed import SentenceTransformerEmbedder; "
    "SentenceTransformerEmbedder(sys.argv[1])"
)
_TIMEOUT_SECONDS = 600.0


class ColdStart(Frozen):
    """Seconds of each run: ``ask`` of `quliu ask`, ``model`` of the import and load of the embedding model alone."""

    ask: tuple[float, ...]
    model: tuple[float, ...]

    @property
    def ask_median(self) -> float:
        """Seconds of the middle run of `quliu ask`."""
        return median(self.ask)

    @property
    def model_median(self) -> float:
        """Seconds of the middle run of loading the model."""
        return median(self.model)

    @property
    def to_model(self) -> float:
        """How many times as long an answer takes as the model alone."""
        return self.ask_median / self.model_median


def cold_start(settings: Settings, question: str, runs: int, tell: Callable[[int], None]) -> ColdStart:
    """Run both in turn, once unmeasured so that the files are in memory; ``tell`` gets how many pairs are done.

    Raises subprocess.SubprocessError if a run fails.
    """
    ask = [sys.executable, "-c", _ASK, "ask", question]
    load = [sys.executable, "-c", _LOAD, settings.embedding_model]
    pairs = []
    for run in range(runs + 1):
        pairs.append((_seconds(ask, settings), _seconds(load, settings)))
        tell(run)
    return ColdStart(ask=tuple(a for a, _ in pairs[1:]), model=tuple(m for _, m in pairs[1:]))


def memory(settings: Settings, questions: Sequence[str]) -> Memory:
    """The memory of a process that has opened the adviser and answered the questions.

    Raises subprocess.SubprocessError if it fails.
    """
    command = [sys.executable, "-m", "evals.bench.memory"]
    return Memory.model_validate_json(_run(command, settings, json.dumps(questions)))


def _seconds(command: Sequence[str], settings: Settings) -> float:
    start = perf_counter()
    _run(command, settings, "")
    return perf_counter() - start


def _run(command: Sequence[str], settings: Settings, stdin: str) -> str:
    environment = os.environ | {
        "QULIU_DATA_DIR": str(settings.data_dir),
        "QULIU_EMBEDDING_MODEL": settings.embedding_model,
        "PYTHONIOENCODING": "utf-8",
    }
    # Whoever uses it starts from compiled modules.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command,
        input=stdin,
        env=environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=_TIMEOUT_SECONDS,
    )
    return done.stdout
