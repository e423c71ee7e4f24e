"""What the benchmark found: its figures, whether they meet their targets, and the table."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import computed_field
from rich.console import Group
from rich.table import Table
from rich.text import Text

from evals.bench.conversations import TURN_GROWTH, Conversations
from evals.bench.latency import Latency, Percentiles, Sample
from evals.bench.memory import Memory
from evals.bench.process import ColdStart
from evals.bench.scale import SYSTEMS, Scale
from knowledge.passage import Frozen

GIB = 2**30
MIB = 2**20
ANSWER_TO_EMBEDDING = 3.0
COLD_START_TO_MODEL = 1.5
MEMORY_GIB = 1.5
INDEXING_TO_EMBEDDER = 0.85
P95_GROWTH = 2.0
GROWTH_FROM, GROWTH_TO = 1_000, 100_000
RETRIEVAL_TO_PLAIN = 1.0


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
    """A figure beside the most, or the least, that it may be; ``value`` is None where it could not be measured."""

    name: str
    value: float | None
    target: float
    at_least: bool = False

    @computed_field  # type: ignore[prop-decorator]
    @property
    def met(self) -> bool | None:
        """Whether it keeps to the target."""
        if self.value is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


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
    scale: Scale | None = None
    conversations: Conversations | None = None

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
            *(scale_checks(self.scale) if self.scale else ()),
            *(_conversation_checks(self.conversations) if self.conversations else ()),
        )


def _conversation_checks(conversations: Conversations) -> tuple[Check, ...]:
    return (Check(name="late_turn_to_early", value=conversations.growth.ratio, target=TURN_GROWTH),)


def scale_checks(scale: Scale) -> tuple[Check, ...]:
    """Indexing, measured and worked out for the size where it is slowest; retrieval as it grows, and by plain RAG's."""
    share = min(size.indexing_to_embedder for size in scale.sizes)
    growth = scale.p95_growth(GROWTH_FROM, GROWTH_TO)
    to_plain = max(size.to_plain for size in scale.sizes)
    measured = scale.indexing.to_embedder
    return (
        Check(name="indexing_to_embedder", value=measured, target=INDEXING_TO_EMBEDDER, at_least=True),
        Check(name="indexing_to_embedder_by_size", value=share, target=INDEXING_TO_EMBEDDER, at_least=True),
        Check(name="retrieval_p95_growth", value=growth, target=P95_GROWTH),
        Check(name="retrieval_to_plain", value=to_plain, target=RETRIEVAL_TO_PLAIN),
    )


def table(report: Report) -> Table:
    """The figures that matter, no wider than 80 columns."""
    latency, cold, index = report.latency, report.cold_start, report.index
    to_embedding, to_model, resident, peak = report.checks[:4]
    rows = _table(_title(report))
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
    if report.conversations:
        talk, growth = report.conversations.talk, report.conversations.growth
        (late,) = _conversation_checks(report.conversations)
        rows.add_row()
        rows.add_row(f"A turn of {talk.users} conversations at once", *_milliseconds(talk.latency))
        rows.add_row(f"  turns a second, {talk.lost} lost", f"{talk.per_s:.1f}")
        rows.add_row(f"  turn {growth.late} by turn 2", f"{growth.ratio:.2f} ×", "", *_verdict(late, "×"))
        rows.add_row()
    if index.build_s is not None and index.prepare_s is not None:
        rows.add_row("Index built from the notes", f"{index.build_s:.1f} s")
        rows.add_row("Typical messages embedded", f"{index.prepare_s:.1f} s")
    return rows


def scale_table(scale: Scale) -> Group:
    """The figures by size and by users, no wider than 80 columns."""
    indexing = scale.indexing
    title = f"Indexing {indexing.vectors_per_s:.1f} vectors/s, {indexing.to_embedder:.0%} of the bare embedder"
    sizes = _table(f"{title} (plain RAG {indexing.plain_to_embedder:.0%})")
    for name in ("passages", "", "median", "95th", "search", "memory", "disk", "write"):
        sizes.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for size in scale.sizes:
        for system in SYSTEMS:
            spent, added = size.latency[system], size.memory[system].added
            sizes.add_row(
                f"{size.passages:,}" if system == SYSTEMS[0] else "",
                system,
                f"{spent.retrieval.p50:.1f} ms",
                f"{spent.retrieval.p95:.1f} ms",
                f"{spent.search.p50:.2f} ms",
                "–" if added is None else f"{added / MIB:.0f} MiB",
                f"{size.bytes[system] / MIB:.1f} MiB",
                f"{size.write_s[system]:.1f} s",
                style="" if system == "quliu" else "dim",
            )
    ratios = _table("Retrieval by plain RAG's and by the floor's, medians")
    for name in ("passages", "by plain RAG", "without embedding", "by the floor", "indexing"):
        ratios.add_column(name, justify="right", no_wrap=True)
    for size in scale.sizes:
        found = (f"{ratio:.2f} ×" for ratio in (size.to_plain, size.search_to_plain, size.to_floor))
        ratios.add_row(f"{size.passages:,}", *found, f"{size.indexing_to_embedder:.0%}")
    loads = _table("Many users at once")
    for name in ("users", "", "passages", "a second", "median", "95th", "by plain"):
        loads.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for load in scale.loads:
        waits = (*_milliseconds(load.latency), f"{load.to_plain:.2f} ×")
        loads.add_row(str(load.users), load.system, f"{load.passages:,}", f"{load.per_s:.1f}", *waits)
    targets = _table("Targets")
    for name in ("", "", "target", ""):
        targets.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for check in scale_checks(scale):
        value = "not measured" if check.value is None else f"{check.value:.2f}"
        targets.add_row(check.name.replace("_", " "), value, *_verdict(check, "×"))
    return Group(sizes, "", ratios, "", loads, "", targets)


def _table(title: str) -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left", title_style="bold")


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
    return f"{'≥' if check.at_least else '≤'} {check.target:{'.2f' if check.at_least else '.1f'}} {unit}", mark


def _share(value: int | None, whole: int) -> float | None:
    return None if value is None else value / whole
