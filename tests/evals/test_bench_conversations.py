"""Conversations in the benchmark: many at once, and how a turn's cost grows."""

from __future__ import annotations

import json
import sqlite3

import pytest

from bot.advisor import Advisor
from evals.bench.conversations import (
    EARLY,
    TURN_GROWTH,
    ConversationPlan,
    Conversations,
    Growth,
    measure_conversations,
    measure_growth,
    measure_talk,
    messages,
)
from evals.bench.questions import questions

PLAN = ConversationPlan(users=3, turns=2, long=2, late=4)


@pytest.fixture(scope="module")
def measured(notes_advisor: Advisor) -> Conversations:
    return measure_conversations(notes_advisor, PLAN, lambda _: None)


def test_the_targets_are_those_of_fifty_users_and_fifty_turns() -> None:
    plan = ConversationPlan.full()
    assert (plan.users, plan.turns, plan.late, EARLY, TURN_GROWTH) == (50, 10, 50, 2, 1.5)


def test_the_ratio_is_that_of_the_medians() -> None:
    assert Growth(late=50, early_ms=(10.0, 20.0, 90.0), late_ms=(30.0, 5.0, 31.0)).ratio == 1.5


def test_every_turn_is_measured_and_none_is_lost(measured: Conversations) -> None:
    talk = measured.talk
    assert (talk.users, talk.turns, talk.latency.count, talk.lost) == (3, 2, 6, 0)
    assert 0 < talk.latency.p50 <= talk.latency.p95
    # Three at a time can do no more than three in the time of the quickest half.
    assert 0 < talk.per_s <= 2 * 3 * 1000 / talk.latency.p50


def test_an_early_and_a_late_turn_are_measured_for_each_long_conversation(measured: Conversations) -> None:
    growth = measured.growth
    assert growth.late == 4
    assert len(growth.early_ms) == len(growth.late_ms) == 2
    assert min(*growth.early_ms, *growth.late_ms) > 0


def test_nothing_stays_among_the_conversations(notes_advisor: Advisor, measured: Conversations) -> None:
    with sqlite3.connect(notes_advisor.settings.conversations_file) as store:
        kept = store.execute("SELECT count(*) FROM checkpoints WHERE thread_id LIKE 'bench-%'").fetchone()
    assert kept == (0,)


class _Recorder:
    """Answers nothing and keeps what it is asked, so that the plan of a measurement can be seen."""

    def __init__(self) -> None:
        self.asked: dict[str, list[str]] = {}
        self.order: list[str] = []

    def ask(self, text: str, thread: str) -> str:
        self.asked.setdefault(thread, []).append(text)
        self.order.append(thread)
        return text

    def history(self, thread: str) -> tuple[str, ...]:
        return tuple(reversed(self.asked[thread]))

    def forget(self, thread: str) -> None:
        pass


def test_the_early_turn_and_the_late_one_get_the_same_message_after_the_same_one() -> None:
    recorder = _Recorder()
    growth = measure_growth(recorder, long=2, late=5)  # type: ignore[arg-type]
    grown, short, grown_again, short_again = recorder.asked.values()
    assert [len(turns) for turns in (grown, short, grown_again, short_again)] == [5, 2, 5, 2]
    assert grown[-2] == short[0]
    assert (grown[-1], short[1]) == (f"{questions()[4]} ;", f"{questions()[4]} .")
    assert not set(grown) & set(grown_again)
    # The late one is first once, the early one once.
    names = {thread: "grown" if len(turns) == 5 else "short" for thread, turns in recorder.asked.items()}
    assert [names[thread] for thread in (*recorder.order[5:7], *recorder.order[12:])] == [
        "grown", "short", "short", "grown",
    ]  # fmt: skip
    assert growth.late == 5


def test_a_turn_that_is_out_of_order_counts_as_lost() -> None:
    assert measure_talk(_Recorder(), users=2, turns=2).lost == 4  # type: ignore[arg-type]
    assert measure_talk(_Recorder(), users=2, turns=1).lost == 0  # type: ignore[arg-type]


def test_messages_begin_anew_after_the_last() -> None:
    assert messages(2, len(questions()) - 1) == (questions()[-1], questions()[0])


def test_it_is_read_back_from_its_json(measured: Conversations) -> None:
    dumped = json.loads(measured.model_dump_json())
    assert dumped["growth"].pop("ratio") == measured.growth.ratio
    assert Conversations.model_validate(dumped) == measured
