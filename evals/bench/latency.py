"""How long a query embedding, a search and a whole answer take, side by side in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Self

import numpy as np

from bot.advisor import Advisor
from bot.turn import Answer, Intent, Timings
from evals.bench.questions import variants
from knowledge.passage import Frozen

# As many as the adviser fetches for one question.
_K = 60


class Sample(Frozen):
    """Milliseconds that one question took; ``steps`` are the answer's own account of itself."""

    question: str
    intent: Intent
    embedding: float
    retrieval: float
    answer: float
    steps: Timings


class Percentiles(Frozen):
    """Median and 95th percentile of ``count`` figures, interpolated linearly between neighbours."""

    count: int
    p50: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Those of one or more values."""
        p50, p95 = np.percentile(values, [50, 95]).tolist()
        return cls(count=len(values), p50=p50, p95=p95)


class Latency(Frozen):
    """Milliseconds over all questions; ``to_embedding`` is the answer's median by that of the embedding."""

    embedding: Percentiles
    retrieval: Percentiles
    answer: Percentiles
    to_embedding: float
    steps: Mapping[str, Percentiles]
    by_intent: Mapping[Intent, Percentiles]
    by_intent_to_embedding: Mapping[Intent, float]

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Self:
        """That of one or more samples."""
        embedding = Percentiles.of([sample.embedding for sample in samples])
        answer = Percentiles.of([sample.answer for sample in samples])
        groups = {intent: [s for s in samples if s.intent is intent] for intent in Intent}
        groups = {intent: group for intent, group in groups.items() if group}
        by_intent = {intent: Percentiles.of([s.answer for s in group]) for intent, group in groups.items()}
        embeddings = {intent: Percentiles.of([s.embedding for s in group]) for intent, group in groups.items()}
        return cls(
            embedding=embedding,
            retrieval=Percentiles.of([sample.retrieval for sample in samples]),
            answer=answer,
            to_embedding=answer.p50 / embedding.p50,
            steps={
                step: Percentiles.of([getattr(sample.steps, step) for sample in samples])
                for step in Timings.model_fields
                if step != "total"
            },
            by_intent=by_intent,
            by_intent_to_embedding={intent: by_intent[intent].p50 / embeddings[intent].p50 for intent in groups},
        )


def measure(
    advisor: Advisor, questions: Sequence[str], warm_up: Sequence[str], tell: Callable[[int], None]
) -> tuple[Sample, ...]:
    """Ask every question once, after the ``warm_up``; ``tell`` gets how many are done.

    What is compared runs within the same moment, each in turn first, so that whatever else the machine does falls on
    all alike. The adviser remembers query vectors: the embedding and the search get the question with another mark at
    its end, a text of the same length that has a vector of its own.
    """
    for turn, question in enumerate(warm_up):
        _sample(advisor, question, turn)
    samples = []
    for turn, question in enumerate(questions):
        samples.append(_sample(advisor, question, turn))
        tell(turn + 1)
    return tuple(samples)


def _sample(advisor: Advisor, question: str, turn: int) -> Sample:
    embedded, searched = variants(question)
    answers: list[Answer] = []
    tasks: list[tuple[str, Callable[[], object]]] = [
        ("embedding", lambda: advisor.index.embedder.embed_queries([embedded])),
        ("retrieval", lambda: advisor.index.search(searched, k=_K)),
        ("answer", lambda: answers.append(advisor.ask(question))),
    ]
    first = turn % len(tasks)
    spent: dict[str, float] = {}
    for name, task in (*tasks[first:], *tasks[:first]):
        start = perf_counter()
        task()
        spent[name] = 1000 * (perf_counter() - start)
    return Sample(question=question, intent=answers[0].intent, steps=answers[0].timings_ms, **spent)
