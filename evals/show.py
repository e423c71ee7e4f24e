"""Runs and comparisons on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from evals.checks import DECIDING, passed, with_framing
from evals.compare import Change, Comparison
from evals.gate import Shortfall
from evals.results import Row, Run, RunInfo
from evals.scores import Interval, Scores


def scores_table(run: Run, scores: Scores, baseline: Scores | None) -> RenderableType:
    """Every check over all questions, with its interval, beside the baseline."""
    count = len(run.rows)
    table = _table(f"{run.info.id}: {count} question{'s' if count != 1 else ''}")
    for name in ("", "mean", "95% interval", "of", *(["plain RAG"] if baseline else [])):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for name, interval in scores.overall.items():
        other = baseline.overall.get(name) if baseline else None
        style = None if name in DECIDING or name == "passed" else "dim"
        table.add_row(_words(name), *_cells(interval), *([_mean(other)] if baseline else []), style=style)
    if scores.latency:
        table.add_row()
        table.add_row("latency, median", f"{scores.latency.p50:.0f} ms", *_baseline_latency(baseline, "p50"))
        table.add_row("latency, 95th", f"{scores.latency.p95:.0f} ms", *_baseline_latency(baseline, "p95"))
        table.add_row("whole run", f"{scores.latency.seconds:.1f} s")
    return table


def types_table(scores: Scores, baseline: Scores | None) -> RenderableType:
    """What share of each type passes, beside the baseline."""
    table = _table("Passed, by type and language")
    for name in ("", "mean", "95% interval", "of", *(["plain RAG"] if baseline else [])):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    groups = [(str(type_), means, baseline.by_type.get(type_) if baseline else None)
              for type_, means in scores.by_type.items()]  # fmt: skip
    groups += [(language, means, baseline.by_language.get(language) if baseline else None)
               for language, means in scores.by_language.items()]  # fmt: skip
    for name, means, other in groups:
        beside = other.get("passed") if other else None
        table.add_row(_words(name), *_cells(means["passed"]), *([_mean(beside)] if baseline else []))
    return table


def failures(rows: Sequence[Row], most: int) -> Iterable[RenderableType]:
    """What failed and why, ``most`` of it at most."""
    failed = [row for row in with_framing(rows) if not passed(row)]
    for row in failed[:most]:
        yield Text.assemble(("✗ ", "red"), (row.question.id, "bold"), f"  {row.question.asked}")
        for check in row.checks:
            if check.name in DECIDING and check.score < 1:
                yield Text(f"    {_words(check.name)} {check.score:.2f}: {check.reason}", "dim")
    if len(failed) > most:
        yield Text(f"… and {len(failed) - most} more; the report holds them all.", "dim")


def comparison(found: Comparison) -> Iterable[RenderableType]:
    """What changed between two runs, question by question."""
    table = _table(f"{found.after} against {found.before}: {found.shared} questions in both")
    for name in ("", "before", "after", "change", "95% interval", ""):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for one in found.differences:
        verdict = Text("more than chance", "green" if one.change.mean > 0 else "red") if one.exceeds_chance else ""
        interval = f"{one.change.low:+.3f} … {one.change.high:+.3f}"
        table.add_row(
            _words(one.name), f"{one.before:.3f}", f"{one.after:.3f}", f"{one.change.mean:+.3f}", interval, verdict
        )
    yield table
    for ids, where in ((found.only_before, found.before), (found.only_after, found.after)):
        if ids:
            yield Text(f"Only in {where}: {', '.join(ids)}", "dim")
    for name, style, changes in (
        ("Fixed", "green", [change for change in found.changes if change.fixed]),
        ("Broken", "red", [change for change in found.changes if change.broken]),
    ):
        yield Text(f"\n{name}: {len(changes)}", f"bold {style}")
        for change in changes:
            yield from _both(change)
    others = [change for change in found.changes if not (change.fixed or change.broken)]
    yield Text(f"\nChanged otherwise: {len(others)}", "bold")
    for change in others:
        yield _heading(change)
        yield from _moves(change)


def shortfall_lines(shortfalls: Sequence[Shortfall]) -> Iterable[Text]:
    """What is below the gate, a line each."""
    for one in shortfalls:
        reached = "was not measured" if one.mean is None else f"is {one.mean:.3f}"
        yield Text(f"✗ {one.group}: {_words(one.check)} {reached}, below {one.threshold:.3f}", "red")


def runs_table(runs: Sequence[RunInfo]) -> Table:
    """The runs there are, oldest first."""
    table = _table("")
    for name in ("run", "questions", "seconds", "commit"):
        table.add_column(name)
    for info in runs:
        seconds = "interrupted" if info.seconds is None else f"{info.seconds:.1f}"
        table.add_row(info.id, str(info.count), seconds, f"{(info.commit or '')[:10]}{' +' if info.modified else ''}")
    return table


def print_all(console: Console, parts: Iterable[RenderableType]) -> None:
    """Print one thing after another; what a table is called is never folded to the table's width."""
    for part in parts:
        if isinstance(part, Table) and part.title:
            console.print(Text(str(part.title), "bold"), soft_wrap=True)
            part.title = None
        console.print(part, soft_wrap=isinstance(part, Text))


def _both(change: Change) -> Iterable[RenderableType]:
    yield _heading(change)
    yield from _moves(change)
    yield Columns([_panel("before", change.before), _panel("after", change.after)], equal=True, expand=True)


def _heading(change: Change) -> Text:
    return Text.assemble((change.after.question.id, "bold"), f"  {change.after.question.asked}")


def _moves(change: Change) -> Iterable[Text]:
    for one in change.moved:
        yield Text(f"    {_words(one.name)} {one.before:.2f} → {one.after:.2f}: {one.reason}", "dim")


def _panel(title: str, row: Row) -> Panel:
    return Panel(Text(row.answer.text if row.answer else row.error or ""), title=title, title_align="left")


def _table(title: str) -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), title=title)


def _cells(interval: Interval) -> tuple[str, str, str]:
    return _mean(interval), f"{interval.low:.3f} … {interval.high:.3f}", str(interval.count)


def _mean(interval: Interval | None) -> str:
    return f"{interval.mean:.3f}" if interval else "–"


def _baseline_latency(baseline: Scores | None, name: str) -> tuple[str, ...]:
    if baseline is None or baseline.latency is None:
        return ()
    return "", "", f"{getattr(baseline.latency, name):.0f} ms"


def _words(name: str) -> str:
    return name.replace("_", " ")
