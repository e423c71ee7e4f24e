"""``python -m evals.bench [--json FILE] [--quick] [--data-dir DIR] [--no-scale] [--sizes 100,1000] [--real 1000]``"""

from __future__ import annotations

import typer

from evals.bench.cli import bench

typer.run(bench)
