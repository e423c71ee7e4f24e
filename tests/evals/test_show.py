"""Runs and comparisons on a terminal, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO

from rich.console import Console, RenderableType

from evals.compare import Comparison
from evals.gate import Shortfall
from evals.scores import Scores
from evals.show import comparison, failures, print_all, runs_table, scores_table, shortfall_lines, types_table
from tests.evals.conftest import answer, crashed, question, row, run, run_info


def shown(parts: Iterable[RenderableType], width: int = 200) -> list[str]:
    """The lines that are printed, columns two blanks apart."""
    console = Console(file=StringIO(), width=width, highlight=False)
    print_all(console, parts)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    return [re.sub(r" {2,}", "  ", line.strip()) for line in printed.splitlines() if line.strip()]


ROWS = (
    row(question("a", language="zh"), citation_precision=0.5, ms=10),
    row(question("b", type="follow_up"), figures=0.25, ms=20),
)
BAR = Scores.of([row(question("a", language="zh"), ms=40)])


def test_every_check_with_its_interval() -> None:
    assert shown([scores_table(run(*ROWS, id_="today"), Scores.of(ROWS), None)]) == [
        "today: 2 questions",
        "mean  95% interval  of",
        "passed  0.500  0.000 … 1.000  2",
        "answered  1.000  1.000 … 1.000  2",
        "citation precision  0.500  0.500 … 0.500  1",
        "figures  0.250  0.250 … 0.250  1",
        "latency, median  15 ms",
        "latency, 95th  20 ms",
        "whole run  0.0 s",
    ]


def test_beside_the_baseline() -> None:
    lines = shown([scores_table(run(ROWS[0], id_="today"), Scores.of(ROWS[:1]), BAR)])
    assert lines[:3] == [
        "today: 1 question",
        "mean  95% interval  of  plain RAG",
        "passed  1.000  1.000 … 1.000  1  1.000",
    ]
    # What the baseline has no score of.
    assert "citation precision  0.500  0.500 … 0.500  1  –" in lines
    assert "latency, median  10 ms  40 ms" in lines


def test_without_an_answer_there_is_no_latency_to_show() -> None:
    lost = crashed("a")
    assert shown([scores_table(run(lost), Scores.of([lost]), BAR)])[2:] == [
        "passed  0.000  0.000 … 0.000  1  1.000",
        "answered  0.000  0.000 … 0.000  1  1.000",
    ]


def test_by_type_and_by_language() -> None:
    assert shown([types_table(Scores.of(ROWS), BAR)]) == [
        "Passed, by type and language",
        "mean  95% interval  of  plain RAG",
        "lookup  1.000  1.000 … 1.000  1  1.000",
        "follow up  0.000  0.000 … 0.000  1  –",
        "zh  1.000  1.000 … 1.000  1  1.000",
        "en  0.000  0.000 … 0.000  1  –",
    ]


def test_what_failed_and_why() -> None:
    rows = [*ROWS, crashed("c", "ValueError: [bold]no[/bold] (a.py:1)"), crashed("d")]
    assert shown(failures(rows, 2)) == [
        "✗ b  What about b?",
        "figures 0.25: figures is 0.25",
        # What an error or a message says is no markup.
        "✗ c  What about c?",
        "answered 0.00: ValueError: [bold]no[/bold] (a.py:1)",
        "… and 1 more; the report holds them all.",
    ]
    assert shown(failures(ROWS[:1], 2)) == []


def test_a_comparison() -> None:
    before = run(row("gone"), row("a", figures=0.5), row("b", said=answer({"Old.": []})), row("c", mrr=1.0), id_="old")
    after = run(
        row("a", figures=1.0),
        row("b", said=answer({"New.": []}), figures=0.0),
        row("c", mrr=0.5),
        row("new"),
        id_="new",
    )
    lines = shown(comparison(Comparison.of(before, after)), width=100)
    assert lines[:7] == [
        "new against old: 3 questions in both",
        "before  after  change  95% interval",
        "passed  0.667  0.667  +0.000  -1.000 … +1.000",
        "answered  1.000  1.000  +0.000  +0.000 … +0.000",
        "figures  0.500  1.000  +0.500  +0.500 … +0.500",
        "mrr  1.000  0.500  -0.500  -0.500 … -0.500",
        "Only in old: gone",
    ]
    assert lines[7] == "Only in new: new"
    told = [line for line in lines[8:] if line[0] not in "╭╰"]
    assert told == [
        "Fixed: 1",
        "a  What about a?",
        "figures 0.50 → 1.00: figures is 1.0",
        "│ Rent takes 30% of a wage. │  │ Rent takes 30% of a wage. │",
        "Broken: 1",
        "b  What about b?",
        "figures 1.00 → 0.00: figures is 0.0",
        "│ Old.  │  │ New.  │",
        "Changed otherwise: 1",
        "c  What about c?",
        "mrr 1.00 → 0.50: mrr is 0.5",
    ]
    assert [line.split(" ")[1] for line in lines if line.startswith("╭")] == ["before", "before"]


def test_an_answer_that_did_not_come_is_shown_by_its_error() -> None:
    found = Comparison.of(run(row("a")), run(crashed("a", "OSError: full")))
    assert "│ Rent takes 30% of a wage. │  │ OSError: full  │" in shown(comparison(found), width=100)


def test_what_is_more_than_chance() -> None:
    before = run(*(row(str(number), figures=0.5) for number in range(6)))
    after = run(*(row(str(number), figures=1.0) for number in range(6)))
    assert shown(comparison(Comparison.of(before, after)))[2:5] == [
        "passed  0.000  1.000  +1.000  +1.000 … +1.000  more than chance",
        "answered  1.000  1.000  +0.000  +0.000 … +0.000",
        "figures  0.500  1.000  +0.500  +0.500 … +0.500  more than chance",
    ]


def test_what_is_below_the_gate() -> None:
    short = (
        Shortfall(group="all", check="citation_recall", threshold=0.9, mean=0.8125),
        Shortfall(group="why", check="passed", threshold=0.5, mean=None),
    )
    assert shown(shortfall_lines(short)) == [
        "✗ all: citation recall is 0.812, below 0.900",
        "✗ why: passed was not measured, below 0.500",
    ]


def test_the_runs() -> None:
    done = run_info("one").model_copy(update={"commit": "0123456789abcdef", "modified": True, "count": 240})
    clean = done.model_copy(update={"id": "two", "modified": False, "seconds": 12.34})
    half = run_info("three", finished=False)
    assert shown([runs_table([done, clean, half])]) == [
        "run  questions  seconds  commit",
        "one  240  1.0  0123456789 +",
        "two  240  12.3  0123456789",
        "three  1  interrupted",
    ]
