"""What the benchmark found: its figures, whether they meet their targets, and the table."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import computed_field
from rich.table import Table
from rich.text import Text

from evals.bench_latency import Latency, Percentiles, Sample
from evals.bench_memory import Memory
from evals.bench_process import ColdStart
from knowledge.passage import Frozen

GIB = 2**30
MIB = 2**20
ANSWER_TO_EMBEDDING = 3.0
COLD_START_TO_MODEL = 1.5
MEMORY_GIB = 1.5


class RunSettings(Frozen):
    """What was run; ``data_dir`` is None where a temporary one was used."""

    embedding_model: str
    quick: bool
    questions: int
    warm_up: int
    cold_starts: int
    memory_questions: int
    data_dir: str | None


class Machine(Frozen):
    """Where it was run; the load averages are those of one minute, None where the system has none."""

    system: str
    processor: str
    cpus: int
    python: str
    load_before: float | None
    load_after: float | None


class IndexFacts(Frozen):
    """The index and, where it was built for this run, the seconds this took.

    ``prepare_s`` is what the first start takes beyond that, to embed the typical messages.
    """

    documents: int
    passages: int
    bytes: int
    build_s: float | None
    prepare_s: float | None


class Check(Frozen):
    """A figure beside the most that it may be; ``value`` is None where it could not be measured."""

    name: str
    value: float | None
    target: float

    @computed_field  # type: ignore[prop-decorator]
    @property
    def met(self) -> bool | None:
        """Whether it is within the target."""
        return None if self.value is None else self.value <= self.target


class Report(Frozen):
    """All figures of one run."""

    settings: RunSettings
    machine: Machine
    versions: Mapping[str, str | None]
    index: IndexFacts
    latency: Latency
    cold_start: ColdStart
    memory: Memory
    samples: tuple[Sample, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def checks(self) -> tuple[Check, ...]:
        """The figures that have a target."""
        memory = self.memory
        return (
            Check(name="answer_to_embedding", value=self.latency.to_embedding, target=ANSWER_TO_EMBEDDING),
            Check(name="cold_start_to_model", value=self.cold_start.to_model, target=COLD_START_TO_MODEL),
            Check(name="resident_gib", value=_share(memory.resident, GIB), target=MEMORY_GIB),
            Check(name="peak_gib", value=_share(memory.peak, GIB), target=MEMORY_GIB),
        )


def table(report: Report) -> Table:
    """The figures that matter, no wider than 80 columns."""
    latency, cold, index = report.latency, report.cold_start, report.index
    to_embedding, to_model, resident, peak = report.checks
    rows = Table(box=None, padding=(0, 2, 0, 0), title=_title(report), title_justify="left", title_style="bold")
    rows.add_column("", no_wrap=True)
    for name in ("median", "95th", "target", ""):
        rows.add_column(name, justify="right", no_wrap=True)
    rows.add_row("Query embedding", *_milliseconds(latency.embedding))
    rows.add_row("Embedding and search", *_milliseconds(latency.retrieval))
    rows.add_row("Whole answer", *_milliseconds(latency.answer))
    rows.add_row("  by the embedding", f"{to_embedding.value:.2f} ×", "", *_verdict(to_embedding, "×"))
    for step, percentiles in latency.steps.items():
        rows.add_row(f"  {step}", *_milliseconds(percentiles), style="dim")
    rows.add_row()
    for intent, percentiles in latency.by_intent.items():
        name = f"{intent} ({percentiles.count})".replace("_", " ")
        ratio = f"({latency.by_intent_to_embedding[intent]:.2f} ×)"
        rows.add_row(name, *_milliseconds(percentiles), ratio, style="dim")
    rows.add_row()
    rows.add_row("quliu ask, fresh process", f"{cold.ask_median:.2f} s")
    rows.add_row("Loading the model alone", f"{cold.model_median:.2f} s")
    rows.add_row("  ask by the model", f"{to_model.value:.2f} ×", "", *_verdict(to_model, "×"))
    rows.add_row()
    rows.add_row(
        f"Memory after {report.settings.memory_questions} answers", _gib(resident), "", *_verdict(resident, "GiB")
    )
    rows.add_row("  at most", _gib(peak), "", *_verdict(peak, "GiB"))
    rows.add_row("Index on disk", f"{index.bytes / MIB:.1f} MiB")
    if index.build_s is not None and index.prepare_s is not None:
        rows.add_row("Index built from the notes", f"{index.build_s:.1f} s")
        rows.add_row("Typical messages embedded", f"{index.prepare_s:.1f} s")
    return rows


def _title(report: Report) -> str:
    machine = report.machine
    load = "" if machine.load_before is None else f", load {machine.load_before:.1f} to {machine.load_after:.1f}"
    return f"{report.settings.questions} questions, {machine.cpus} CPUs, Python {machine.python}{load}"


def _milliseconds(percentiles: Percentiles) -> tuple[str, str]:
    return f"{percentiles.p50:.1f} ms", f"{percentiles.p95:.1f} ms"


def _gib(check: Check) -> str:
    return "not known" if check.value is None else f"{check.value:.2f} GiB"


def _verdict(check: Check, unit: str) -> tuple[str, Text]:
    mark = {True: Text("✓", "green"), False: Text("✗", "red"), None: Text("–", "dim")}[check.met]
    return f"≤ {check.target:.1f} {unit}", mark


def _share(value: int | None, whole: int) -> float | None:
    return None if value is None else value / whole
