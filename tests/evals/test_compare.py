"""Two runs side by side: what is fixed, broken or changed otherwise, and what is more than chance."""

from __future__ import annotations

import pytest

from evals.compare import Comparison, Difference, Moved
from evals.results import Row
from evals.scores import Interval
from tests.evals.conftest import answer, crashed, question, row, run


def compared(before: list[Row], after: list[Row]) -> Comparison:
    return Comparison.of(run(*before, id_="old"), run(*after, id_="new"))


def kinds(found: Comparison) -> dict[str, str]:
    return {
        change.after.question.id: "fixed" if change.fixed else "broken" if change.broken else "otherwise"
        for change in found.changes
    }


def moved(found: Comparison) -> list[tuple[str, float, float, str]]:
    return [(one.name, one.before, one.after, one.reason) for change in found.changes for one in change.moved]


def test_question_by_question() -> None:
    found = compared(
        [
            row("mended", figures=0.5),
            row("spoilt", figures=1.0),
            row("nearer", figures=0.0),
            row("searched", figures=1.0, mrr=1.0),
            row("same", figures=0.5),
            row("gone"),
        ],
        [
            row("same", figures=0.5),
            row("mended", figures=1.0),
            row("spoilt", figures=0.5),
            row("nearer", figures=0.5),
            row("searched", figures=1.0, mrr=0.5),
            row("new"),
        ],
    )
    assert (found.before, found.after, found.shared) == ("old", "new", 5)
    assert (found.only_before, found.only_after) == (("gone",), ("new",))
    # In the order of the run after.
    assert list(kinds(found).items()) == [
        ("mended", "fixed"),
        ("spoilt", "broken"),
        ("nearer", "otherwise"),
        ("searched", "otherwise"),
    ]
    assert found.changes[0].moved == (Moved(name="figures", before=0.5, after=1.0, reason="figures is 1.0"),)
    assert found.changes[3].moved == (Moved(name="mrr", before=1.0, after=0.5, reason="mrr is 0.5"),)


def test_means_over_the_questions_of_both() -> None:
    found = compared(
        [row("a", figures=0.0), row("b", figures=0.5), row("gone", figures=1.0)],
        [row("a", figures=1.0), row("b", figures=1.0), row("new", figures=0.0)],
    )
    # Scores of 1.0 and 0.5 more: every mean of two is between them.
    assert found.differences == (
        Difference(name="passed", before=0.0, after=1.0, change=Interval(mean=1.0, low=1.0, high=1.0, count=2)),
        Difference(name="answered", before=1.0, after=1.0, change=Interval(mean=0.0, low=0.0, high=0.0, count=2)),
        Difference(name="figures", before=0.25, after=1.0, change=Interval(mean=0.75, low=0.5, high=1.0, count=2)),
    )
    assert [one.exceeds_chance for one in found.differences] == [False, False, False]


@pytest.mark.parametrize(
    ("changes", "exceeds"),
    [
        ([0, 0, 0], False),
        # One of six may well be left out of a sample.
        ([1, 0, 0, 0, 0, 0], False),
        # Too few to say, even where they agree.
        ([1], False),
        ([1] * 5, False),
        ([1] * 6, True),
        ([-1] * 6, True),
        ([1, -1] * 10, False),
        ([1] * 9 + [-1], True),
        ([-1] * 9 + [1], True),
    ],
)
def test_what_exceeds_chance(changes: list[int], exceeds: bool) -> None:
    names = [str(number) for number in range(len(changes))]
    before = [row(name, mrr=0.5) for name in names]
    after = [row(name, mrr=0.5 + change / 2) for name, change in zip(names, changes, strict=True)]
    (mrr,) = [one for one in compared(before, after).differences if one.name == "mrr"]
    assert mrr.change.mean == pytest.approx(sum(changes) / len(changes) / 2)
    assert mrr.exceeds_chance is exceeds


def test_a_difference_of_rounding_is_none() -> None:
    assert compared([row("a", mrr=0.1 + 0.2)], [row("a", mrr=0.3)]).changes == ()


def test_a_check_that_applies_to_one_answer_only_is_no_difference_of_means() -> None:
    found = compared([row("a", figures=1.0)], [row("a", mrr=0.5)])
    assert [one.name for one in found.differences] == ["passed", "answered"]
    assert found.changes == ()


def test_a_check_that_decides_says_why_even_where_it_did_not_apply_before() -> None:
    found = compared([row("a")], [row("a", abstention_precision=0.0, mrr=0.0)])
    assert kinds(found) == {"a": "broken"}
    assert moved(found) == [("abstention_precision", 1.0, 0.0, "abstention_precision is 0.0")]
    back = compared([row("a", abstention_precision=0.0, mrr=0.0)], [row("a")])
    assert kinds(back) == {"a": "fixed"}
    assert moved(back) == [("abstention_precision", 0.0, 1.0, "does not apply any more")]


def test_an_answer_that_did_not_come() -> None:
    found = compared([crashed("a"), row("b", figures=0.5)], [row("a", figures=0.5), crashed("b", "OSError: full")])
    assert kinds(found) == {"a": "otherwise", "b": "otherwise"}
    assert moved(found) == [("answered", 0.0, 1.0, "answered is 1.0"), ("answered", 1.0, 0.0, "OSError: full")]
    assert kinds(compared([crashed("a"), row("b")], [row("a"), crashed("b")])) == {"a": "fixed", "b": "broken"}


def test_frames_are_compared_too() -> None:
    def framed(id_: str, *ids: str) -> Row:
        return row(question(id_, frame="f"), said=answer({"Claim.": ids}))

    apart = [framed("go", "rent"), framed("stay", "clinic")]
    together = [framed("go", "rent"), framed("stay", "rent")]
    found = compared(apart, together)
    assert moved(found) == [("framing", 0.0, 1.0, "all 1 cited in every frame")] * 2
    assert kinds(found) == {"go": "otherwise", "stay": "otherwise"}


def test_runs_without_a_common_question() -> None:
    found = compared([row("a")], [row("b")])
    assert (found.shared, found.differences, found.changes) == (0, (), ())
    assert (found.only_before, found.only_after) == (("a",), ("b",))
