"""The measures of a search, by hand."""

from __future__ import annotations

from math import log2

import pytest

from evals.retrieval import RETRIEVAL, check_found


def measured(gold: list[list[str]], found: list[str]) -> dict[str, float]:
    return {check.name: check.score for check in check_found(gold, found)}


def ideal(groups: int) -> float:
    return sum(1 / log2(place + 1) for place in range(1, groups + 1))


def test_without_gold_nothing_is_measured() -> None:
    assert check_found([], ["a"]) == ()


def test_all_found_at_once() -> None:
    assert measured([["a"], ["b"]], ["b", "a", "x"]) == dict.fromkeys(RETRIEVAL, 1.0)


@pytest.mark.parametrize("found", [[], ["x", "y"]])
def test_nothing_found(found: list[str]) -> None:
    assert measured([["a"], ["b"]], found) == dict.fromkeys(RETRIEVAL, 0.0)


def test_found_at_ranks_two_and_four() -> None:
    assert measured([["a"], ["b"]], ["x", "b", "y", "a"]) == pytest.approx(
        {
            "recall@5": 1.0,
            "recall@10": 1.0,
            "mrr": 1 / 2,
            "ndcg@10": (1 / log2(3) + 1 / log2(5)) / ideal(2),
        }
    )


def test_depth_of_each_measure() -> None:
    filler = [f"x{n}" for n in range(20)]
    assert measured([["a"]], [*filler[:5], "a"]) == pytest.approx(
        {"recall@5": 0.0, "recall@10": 1.0, "mrr": 1 / 6, "ndcg@10": 1 / log2(7)}
    )
    assert measured([["a"]], [*filler[:10], "a"]) == pytest.approx(
        {"recall@5": 0.0, "recall@10": 0.0, "mrr": 1 / 11, "ndcg@10": 0.0}
    )


def test_a_group_stands_where_its_first_passage_is_found() -> None:
    # The second of a group is neither another group nor in the way of one.
    assert measured([["a", "b"], ["c"]], ["b", "a", "c"]) == pytest.approx(dict.fromkeys(RETRIEVAL, 1.0))
    assert measured([["a", "b"]], ["x", "b", "a"])["mrr"] == 0.5


def test_half_of_the_groups() -> None:
    assert measured([["a"], ["b"]], ["a", "x"]) == pytest.approx(
        {"recall@5": 0.5, "recall@10": 0.5, "mrr": 1.0, "ndcg@10": 1 / ideal(2)}
    )


def test_a_passage_of_two_groups_serves_both() -> None:
    assert measured([["a", "b"], ["a"]], ["a"])["recall@5"] == 1.0


def test_the_reason_names_each_group_and_its_place() -> None:
    reasons = {check.reason for check in check_found([["a", "b"], ["c"]], ["x", "b"])}
    assert reasons == {"a | b: found at 2; c: not found"}
