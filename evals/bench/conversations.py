"""Conversations: many at once, and what a late turn of a long one costs beside an early one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Barrier
from time import perf_counter
from typing import Self
from uuid import uuid4

from pydantic import computed_field

from bot.advisor import Advisor
from bot.turn import Answer
from evals.bench.latency import Percentiles
from evals.bench.questions import questions
from knowledge.passage import Frozen

# Of a late turn by an early one.
TURN_GROWTH = 1.5
EARLY = 2


class Talk(Frozen):
    """``users`` who each go through ``turns`` turns of a conversation of their own, all at once.

    ``latency`` is milliseconds of a turn, ``per_s`` turns a second of all together, ``lost`` the turns that their
    conversations do not hold in the end, or hold in another order.
    """

    users: int
    turns: int
    latency: Percentiles
    per_s: float
    lost: int


class Growth(Frozen):
    """Milliseconds of the second turn of conversations and of their turn ``late``, each of the same message."""

    late: int
    early_ms: tuple[float, ...]
    late_ms: tuple[float, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> float:
        """The median late turn by the median early one."""
        return median(self.late_ms) / median(self.early_ms)


class Conversations(Frozen):
    """What conversations cost."""

    talk: Talk
    growth: Growth


class ConversationPlan(Frozen):
    """How much is measured: ``users`` at once with ``turns`` each, and ``long`` conversations of ``late`` turns."""

    users: int
    turns: int
    long: int
    late: int

    @classmethod
    def full(cls) -> Self:
        """What the targets are about."""
        return cls(users=50, turns=10, long=7, late=50)

    @classmethod
    def quick(cls) -> Self:
        """Small and rough."""
        return cls(users=8, turns=4, long=2, late=12)


def measure_conversations(advisor: Advisor, plan: ConversationPlan, tell: Callable[[str], None]) -> Conversations:
    """Measure both, and leave nothing of it among the adviser's conversations."""
    tell(f"Holding {plan.users} conversations at once")
    talk = measure_talk(advisor, plan.users, plan.turns)
    tell(f"Holding {plan.long} long conversations")
    return Conversations(talk=talk, growth=measure_growth(advisor, plan.long, plan.late))


def measure_talk(advisor: Advisor, users: int, turns: int) -> Talk:
    """Let all users begin together; each asks again as soon as they have an answer."""
    together = Barrier(users + 1)
    threads = [_thread() for _ in range(users)]

    def use(user: int) -> tuple[list[Answer], list[float]]:
        together.wait()
        timed = [_ask(advisor, text, threads[user]) for text in messages(turns, user)]
        return [answer for answer, _ in timed], [milliseconds for _, milliseconds in timed]

    with ThreadPoolExecutor(users) as pool:
        waiting = [pool.submit(use, user) for user in range(users)]
        together.wait()
        start = perf_counter()
        done = [future.result() for future in waiting]
        seconds = perf_counter() - start
    lost = sum(_lost(advisor, thread, answers) for thread, (answers, _) in zip(threads, done, strict=True))
    for thread in threads:
        advisor.forget(thread)
    return Talk(
        users=users,
        turns=turns,
        latency=Percentiles.of([milliseconds for _, spent in done for milliseconds in spent]),
        per_s=users * turns / seconds,
        lost=lost,
    )


def measure_growth(advisor: Advisor, long: int, late: int) -> Growth:
    """Bring ``long`` conversations to turn ``late``, and time it beside the second turn of a short one.

    Both are timed within the same moment, each in turn first, so that whatever else the machine does falls on both.
    They get the same message after the same one, in wordings of their own, so that neither vector is remembered.
    """
    early_ms: list[float] = []
    late_ms: list[float] = []
    for number in range(long):
        short, grown = _thread(), _thread()
        asked = messages(late + EARLY, number * (late + EARLY))
        *before, opening, message = asked[:late]
        for text in (*before, opening):
            advisor.ask(text, grown)
        advisor.ask(opening, short)
        timings = [(early_ms, short, f"{message} ."), (late_ms, grown, f"{message} ;")]
        for spent, thread, text in timings if number % 2 else reversed(timings):
            spent.append(_ask(advisor, text, thread)[1])
        for thread in (short, grown):
            advisor.forget(thread)
    return Growth(late=late, early_ms=tuple(early_ms), late_ms=tuple(late_ms))


def messages(count: int, first: int) -> tuple[str, ...]:
    """So many questions of the benchmark from the one numbered ``first`` on, beginning anew after the last."""
    listed = questions()
    return tuple(listed[(first + number) % len(listed)] for number in range(count))


def _lost(advisor: Advisor, thread: str, answers: Sequence[Answer]) -> int:
    held = advisor.history(thread)
    return sum(place >= len(held) or held[place] != answer for place, answer in enumerate(answers))


def _ask(advisor: Advisor, text: str, thread: str) -> tuple[Answer, float]:
    start = perf_counter()
    answer = advisor.ask(text, thread)
    return answer, 1000 * (perf_counter() - start)


def _thread() -> str:
    return f"bench-{uuid4()}"
