"""The table of how well a search finds."""

from __future__ import annotations

from rich.table import Table

from evals.bench.retrieval import ModelRun


def retrieval_table(run: ModelRun) -> Table:
    """A line for each task and variant, and what the model costs below."""
    cost = run.cost
    table = Table(
        title=run.model,
        title_justify="left",
        caption=f"{cost.passages} passages, {cost.vectors} vectors at {cost.embed_ms:.1f} ms; "
        f"a question takes {cost.query_ms:.1f} ms to embed; indexes written in {cost.write_s:.1f} s",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    for name in ("task", "variant"):
        table.add_column(name, no_wrap=True)
    for name in ("recall@1", "@5", "MRR@10", "of", "search ms"):
        table.add_column(name, justify="right", no_wrap=True)
    last = None
    for score in run.scores:
        table.add_row(
            score.task if score.task != last else "",
            score.variant,
            *(f"{value:.3f}" for value in (score.recall_1, score.recall_5, score.mrr_10)),
            str(score.questions),
            f"{score.search_ms:.2f}",
        )
        last = score.task
    return table
