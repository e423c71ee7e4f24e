"""The command line of the benchmark."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.errors import QuliuError
from evals.bench.report import scale_table, table
from evals.bench.run import FULL, QUICK, run


def bench(
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
    """Measure the time and the memory that answers take, against their targets."""
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
