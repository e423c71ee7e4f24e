"""Means and their intervals, what was said where the documents are silent, and how long it took: all by hand."""

from __future__ import annotations

import pytest

from bot.turn import Gap
from evals.question import Type
from evals.results import Row
from evals.scores import Confusion, Interval, Scores
from tests.evals.conftest import answer, crashed, question, row


def alike(mean: float, count: int) -> Interval:
    """The interval of scores that are all the same."""
    return Interval(mean=mean, low=mean, high=mean, count=count)


def test_scores_that_are_alike_have_no_width() -> None:
    assert Interval.of([1.0] * 7) == alike(1.0, 7)
    assert Interval.of([0.25]) == alike(0.25, 1)


def test_of_two_scores_the_interval_is_between_them() -> None:
    assert Interval.of([0.0, 1.0]) == Interval(mean=0.5, low=0.0, high=1.0, count=2)


def test_an_interval_is_as_wide_as_the_binomial_says_and_always_the_same() -> None:
    # 1.96 times sqrt(0.5 * 0.5 / 100) either side of a half.
    found = Interval.of([0.0, 1.0] * 50)
    assert (found.mean, found.count) == (0.5, 100)
    assert found.low == pytest.approx(0.402, abs=0.011)
    assert found.high == pytest.approx(0.598, abs=0.011)
    assert found == Interval.of([0.0, 1.0] * 50)
    assert Interval.of([0.0, 1.0] * 200).low > found.low


ROWS = (
    row(question("a", language="zh"), claims_cited=1.0, figures=0.5, ms=10),
    row(question("b"), claims_cited=1.0, mrr=0.25, ms=20),
    row(question("c", type="why"), claims_cited=0.5, ms=30),
    crashed(question("d", type="why")),
)


def test_the_mean_of_each_check_over_the_rows_it_applies_to() -> None:
    scores = Scores.of(ROWS)
    assert {name: (found.mean, found.count) for name, found in scores.overall.items()} == {
        "passed": (0.25, 4),
        "answered": (0.75, 4),
        "claims_cited": (2.5 / 3, 3),
        "figures": (0.5, 1),
        "mrr": (0.25, 1),
    }
    assert scores.errors == 1


def test_by_type_and_by_language() -> None:
    scores = Scores.of(ROWS)
    assert {type_: means["passed"].mean for type_, means in scores.by_type.items()} == {Type.LOOKUP: 0.5, Type.WHY: 0.0}
    assert scores.by_type[Type.LOOKUP]["claims_cited"] == alike(1.0, 2)
    assert scores.by_type[Type.WHY]["claims_cited"] == alike(0.5, 1)
    assert "mrr" not in scores.by_type[Type.WHY]
    assert {language: means["passed"].count for language, means in scores.by_language.items()} == {"zh": 1, "en": 3}


def test_rows_of_one_frame_are_measured_by_it() -> None:
    def framed(id_: str, *ids: str) -> Row:
        return row(question(id_, frame="f"), said=answer({"Claim.": ids}))

    assert Scores.of([framed("go", "rent", "return"), framed("stay", "rent")]).overall["framing"] == alike(0.5, 2)


def test_silence_said_and_missed() -> None:
    silent = answer({}, abstained=True, gaps=(Gap(text="Nothing."),))
    rows = [
        *[row(question(f"ss{n}", abstain=True), said=silent) for n in range(3)],
        *[row(question(f"sm{n}", abstain=True)) for n in range(2)],
        row(question("kr"), said=silent),
        *[row(question(f"ka{n}")) for n in range(4)],
        # What did not come said nothing at all.
        crashed(question("lost", abstain=True)),
    ]
    assert Scores.of(rows).confusion == Confusion(silent_said=3, silent_missed=2, known_refused=1, known_answered=4)


def test_latency_of_the_answers_that_came() -> None:
    rows = [*(row(str(ms), ms=ms) for ms in (10, 20, 30, 40, 110)), crashed("lost")]
    # The 95th lies 0.8 of the way from the fourth to the fifth.
    found = Scores.of(rows).latency
    assert found is not None
    assert found.model_dump() == pytest.approx({"p50": 30.0, "p95": 96.0, "highest": 110.0, "seconds": 0.21})


def test_where_no_answer_came_there_is_no_latency() -> None:
    scores = Scores.of([crashed("a"), crashed("b")])
    assert scores.latency is None
    assert scores.errors == 2
    assert scores.overall == {"passed": alike(0.0, 2), "answered": alike(0.0, 2)}
    assert scores.confusion == Confusion()


def test_scores_are_kept_as_json() -> None:
    scores = Scores.of(ROWS)
    assert Scores.model_validate_json(scores.model_dump_json()) == scores
