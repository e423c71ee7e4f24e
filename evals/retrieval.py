"""How well a search finds the gold passages: recall, reciprocal rank and nDCG, computed by ir-measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, R, nDCG

from evals.results import Check

# As many passages as are looked at.
DEPTH = 10

_MEASURES = {"recall@5": R @ 5, "recall@10": R @ DEPTH, "mrr": RR, "ndcg@10": nDCG @ DEPTH}
RETRIEVAL = tuple(_MEASURES)
_OF_ONE_ANSWER = {"recall@1": R @ 1, "recall@5": R @ 5, "mrr@10": RR @ DEPTH}


def check_found(gold: Sequence[Sequence[str]], found: Sequence[str]) -> tuple[Check, ...]:
    """The measures over groups of passages, each of which stands where the first of its passages was found."""
    if not gold:
        return ()
    ranks = [min((found.index(id_) for id_ in group if id_ in found), default=None) for group in gold]
    # A passage of a group takes its group's name, and so does one that comes later; the others keep their own.
    run = {f"other {place}": -float(place) for place, id_ in enumerate(found) if not any(id_ in g for g in gold)}
    run |= {f"group {number}": -float(rank) for number, rank in enumerate(ranks) if rank is not None}
    qrels = {"query": {f"group {number}": 1 for number in range(len(gold))}}
    values = ir_measures.calc_aggregate(list(_MEASURES.values()), qrels, {"query": run})
    reason = "; ".join(
        f"{' | '.join(group)}: {f'found at {rank + 1}' if rank is not None else 'not found'}"
        for group, rank in zip(gold, ranks, strict=True)
    )
    return tuple(
        Check(name=name, score=float(values.get(measure, 0.0)), reason=reason) for name, measure in _MEASURES.items()
    )


def averages(gold: Mapping[str, str], found: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Recall@1, recall@5 and MRR@10 over questions that one passage each answers, found best first."""
    qrels = {question: {passage: 1} for question, passage in gold.items()}
    run = {question: {id_: -float(place) for place, id_ in enumerate(ids)} for question, ids in found.items()}
    values = ir_measures.calc_aggregate(list(_OF_ONE_ANSWER.values()), qrels, run)
    return {name: float(values.get(measure, 0.0)) for name, measure in _OF_ONE_ANSWER.items()}
