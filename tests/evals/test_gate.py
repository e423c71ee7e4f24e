"""Thresholds: what falls short, what is not measured, what is no threshold, and that raising never lowers one."""

from __future__ import annotations

from math import nextafter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import GateError
from evals.gate import Gate, Shortfall
from evals.question import Type
from evals.scores import Confusion, Interval, Scores
from tests.evals.conftest import question, row


def scores(overall: dict[str, float], **by_type: dict[str, float]) -> Scores:
    def intervals(means: dict[str, float]) -> dict[str, Interval]:
        return {name: Interval(mean=mean, low=0.0, high=1.0, count=1000) for name, mean in means.items()}

    return Scores(
        overall=intervals(overall),
        by_type={Type(name): intervals(means) for name, means in by_type.items()},
        by_language={},
        confusion=Confusion(),
        latency=None,
        errors=0,
    )


def written(directory: Path, text: str) -> Path:
    path = directory / "gates.toml"
    path.write_text(text, "utf-8")
    return path


# --- holding a run against thresholds ---


def test_what_is_below_or_was_not_measured_falls_short() -> None:
    gate = Gate({"all": {"passed": 0.9, "figures": 0.5, "mrr": 0.7}, "why": {"passed": 0.5}, "lookup": {"passed": 1.0}})
    reached = scores({"passed": 0.899, "figures": 0.5}, lookup={"passed": 1.0})
    assert gate.shortfalls(reached) == (
        Shortfall(group="all", check="passed", threshold=0.9, mean=0.899),
        Shortfall(group="all", check="mrr", threshold=0.7, mean=None),
        Shortfall(group="why", check="passed", threshold=0.5, mean=None),
    )


def test_without_thresholds_nothing_falls_short() -> None:
    assert Gate({}).shortfalls(scores({"passed": 0.0})) == ()


# --- the file ---


def test_a_file_of_thresholds(tmp_path: Path) -> None:
    gate = Gate.read(written(tmp_path, '[all]\npassed = 0.8\n"recall@5" = 0.75\n[follow_up]\npassed = 1\n'))
    assert list(gate.thresholds()) == [("all", "passed", 0.8), ("all", "recall@5", 0.75), ("follow_up", "passed", 1.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[riddle]\npassed = 1", "{} names the unknown type 'riddle'; use all or a type of question"),
        ("[all]\nwit = 1", "{} names the unknown check 'wit'; use one of abstention_precision, abstention_recall, "),
        (
            "[all\n",
            "{} is no file of thresholds (Expected ']' at the end of a table declaration (at line 1, column 5));",
        ),
        (
            "[all]\npassed = 80",
            "{} is no file of thresholds (1 validation error for Gate all.passed Input should be less",
        ),
        (
            "[all]\npassed = -0.1",
            "{} is no file of thresholds (1 validation error for Gate all.passed Input should be g",
        ),
        ("[all]\npassed = nan", "{} is no file of thresholds (1 validation error for Gate all.passed Input should be"),
        (
            "[all]\npassed = 'much'",
            "{} is no file of thresholds (1 validation error for Gate all.passed Input should be",
        ),
        ("passed = 1", "{} is no file of thresholds (1 validation error for Gate passed Input should be a valid"),
    ],
)
def test_what_is_no_file_of_thresholds_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(GateError) as caught:
        Gate.read(path)
    assert str(caught.value).startswith(message.format(path))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(GateError) as caught:
        Gate.read(tmp_path / "none.toml")
    assert str(caught.value) == (
        f"{tmp_path}/none.toml cannot be read (No such file or directory); give a file of thresholds"
    )
    (tmp_path / "gates.toml").write_bytes(b"\xff")
    with pytest.raises(GateError, match="is no file of thresholds"):
        Gate.read(tmp_path / "gates.toml")


# --- raising ---


def test_raised_to_what_was_reached() -> None:
    gate = Gate({"all": {"passed": 0.5, "figures": 0.9, "mrr": 0.3}, "why": {"passed": 0.4, "figures": 0.2}})
    reached = scores({"passed": 2 / 3, "figures": 0.8, "language": 1.0}, lookup={"passed": 0.57, "figures": 0.1})
    assert gate.raised(reached).root == {
        "all": {"passed": 0.665, "figures": 0.9, "mrr": 0.3, "language": 0.999},
        # By type only the share that passes is held.
        "lookup": {"passed": 0.569},
        "why": {"passed": 0.4, "figures": 0.2},
    }


def test_what_is_raised_is_read_again(tmp_path: Path) -> None:
    rows = [row("a", recall_at_5=1.0), row("c", recall_at_5=1.0), row(question("b", type="why"), figures=0.25)]
    raised = Gate({}).raised(Scores.of(rows))
    # One question less than was reached: of three, of two, of one.
    assert raised.root == {
        "all": {"passed": 0.333, "answered": 0.666, "recall@5": 0.5, "figures": 0.0},
        "lookup": {"passed": 0.5},
        "why": {"passed": 0.0},
    }
    text = raised.text()
    assert '[all]\n"passed" = 0.333\n"answered" = 0.666\n"recall@5" = 0.5\n' in text
    assert Gate.read(written(tmp_path, text)) == raised


# Just below a thousandth, where a thousand times the float is rounded up to it.
@pytest.mark.parametrize("below", [0.117, 0.203, 0.343])
def test_a_run_meets_what_it_raised_to_the_last_bit(below: float) -> None:
    reached = scores({"passed": nextafter(below, 0)})
    raised = Gate({}).raised(reached)
    assert raised.root["all"] == {"passed": pytest.approx(below - 0.002)}
    assert raised.shortfalls(reached) == ()


MEANS = st.dictionaries(
    st.sampled_from(["passed", "figures", "mrr"]),
    st.floats(0, 1) | st.integers(0, 1000).map(lambda n: n / 1000) | st.integers(1, 300).map(lambda n: n / 300),
)
GROUPS = st.dictionaries(st.sampled_from(["all", "why", "lookup"]), MEANS)


@given(GROUPS, MEANS, MEANS.map(lambda means: {"passed": 0.5} | means))
def test_raising_never_lowers_and_is_met_by_the_run_it_was_raised_to(
    old: dict[str, dict[str, float]], overall: dict[str, float], why: dict[str, float]
) -> None:
    gate, reached = Gate(old), scores(overall, why=why)
    raised = gate.raised(reached)
    for group, check, threshold in gate.thresholds():
        assert raised.root[group][check] >= threshold
    # What it asks for beyond the old is what was reached, less one of a thousand questions and what is rounded off.
    short = {(one.group, one.check) for one in raised.shortfalls(reached)}
    assert short == {(one.group, one.check) for one in gate.shortfalls(reached)}
    for check, mean in overall.items():
        assert mean - raised.root["all"][check] < 0.0020001
    assert raised.raised(reached) == raised
