"""The benchmark of answers, or of retrieval.

``python -m evals.bench [--json FILE] [--quick] [--data-dir DIR] [--no-scale] [--sizes 100,1000] [--real 1000]``
``python -m evals.bench retrieval --data FOLDER [--json FILE] [--ablation] [--model NAME]... [--files] [--keep FOLDER]``
"""

from __future__ import annotations

import typer

from evals.bench.cli import bench, retrieval

app = typer.Typer(add_completion=False)
app.callback(invoke_without_command=True)(bench)
app.command()(retrieval)
app()
