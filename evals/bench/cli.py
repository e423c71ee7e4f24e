"""The command line of the benchmark."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.errors import QuliuError
from bot.settings import load_settings
from evals.bench.report import scale_table, table
from evals.bench.retrieval import ABLATION, AS_IT_IS, measure
from evals.bench.retrieval_table import retrieval_table
from evals.bench.run import FULL, QUICK, run


def bench(
    context: typer.Context,
    *,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Ask few questions; the figures are rough.")] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="Measure the index kept here, and keep the vectors of the sizes here.")
    ] = None,
    scale: Annotated[bool, typer.Option(help="Measure indexing, sizes and many users at once.")] = True,
    sizes: Annotated[str | None, typer.Option(help="Passages to be searched, such as 100,1000.")] = None,
    real: Annotated[int | None, typer.Option(min=1, help="Passages that are embedded; further ones get noise.")] = None,
) -> None:
    """Measure the time and the memory that answers take, against their targets; or how well a search finds."""
    if context.invoked_subcommand:
        return
    err = Console(stderr=True, highlight=False)
    plan = (QUICK if quick else FULL).changed(scale=scale, sizes=_sizes(sizes), real=real)
    try:
        with err.status("Starting") as status:
            report = run(plan, data_dir=data_dir, tell=status.update)
        out = Console(highlight=False)
        out.print(table(report))
        if report.scale:
            out.print()
            out.print(scale_table(report.scale))
        if json_file:
            json_file.write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    except (QuliuError, OSError, subprocess.SubprocessError) as error:
        err.print(f"bench: {_line(error)}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def retrieval(
    *,
    data: Annotated[Path, typer.Option(help="Folder with NAME_questions.jsonl and NAME_passages*.jsonl.")],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Embedding model, the one set by default; several times.")
    ] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="Measure what each part of a search adds.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Index each paragraph as a file of its own.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep the vectors here for another run.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of each set and language that are asked.")] = None,
) -> None:
    """Measure how often a search finds the paragraph that a question was asked about."""
    err = Console(stderr=True, highlight=False)
    try:
        with err.status("Starting") as status:
            report = measure(
                data,
                model or [load_settings().embedding_model],
                variants=ABLATION if ablation else AS_IT_IS,
                files=files,
                kept=keep,
                limit=limit,
                tell=status.update,
            )
        out = Console(highlight=False)
        for run_ in report.runs:
            out.print(retrieval_table(run_))
        if json_file:
            json_file.write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    except (QuliuError, OSError, ValueError, LookupError) as error:
        err.print(f"bench: {_line(error)}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def _sizes(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise typer.BadParameter(f"{text} is not a list of sizes; write them like 100,1000.")
    return tuple(sizes)


def _line(error: Exception) -> str:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) and error.stderr else str(error)
    return said.strip().splitlines()[-1] if said.strip() else type(error).__name__
