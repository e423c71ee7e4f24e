"""Many users at once: how many questions are answered a second, and how long each of them waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter

from evals.bench.latency import Percentiles
from evals.bench.texts import wordings
from knowledge.passage import Frozen

Ask = Callable[[str], object]
USERS = (1, 8, 32)


class Load(Frozen):
    """``users`` who each ask again as soon as they have an answer: milliseconds of a request, and requests a second.

    ``system`` is whom they ask: floor, plain and quliu search ``passages``, answer is the adviser's whole answer from
    the bundled notes.
    ``to_plain`` and ``to_floor`` are its requests a second by those of the others under as many users.
    """

    system: str
    users: int
    passages: int
    requests: int
    latency: Percentiles
    per_s: float
    to_plain: float
    to_floor: float


def measure_loads(systems: Mapping[str, Ask], passages: int, requests: int, first_turn: int) -> tuple[Load, ...]:
    """Let 1, 8 and 32 users put ``requests`` questions to each system, plain RAG and the floor among them.

    They take turns there and back, so that none always has the quieter machine. The questions have the wordings from
    ``first_turn`` on.
    """
    loads: list[Load] = []
    for level, users in enumerate(USERS):
        spent: dict[str, list[float]] = {name: [] for name in systems}
        seconds = dict.fromkeys(systems, 0.0)
        for place, name in enumerate((*systems, *reversed([*systems]))):
            texts = wordings(first_turn + 2 * len(systems) * level + place, requests)
            # Each has a half of the questions, and another on the way back.
            half = texts[: requests // 2] if place < len(systems) else texts[requests // 2 :]
            waited, took = _load(systems[name], users, half)
            spent[name] += waited
            seconds[name] += took
        loads += [
            Load(
                system=name,
                users=users,
                passages=passages,
                requests=requests,
                latency=Percentiles.of(spent[name]),
                per_s=requests / seconds[name],
                to_plain=seconds["plain"] / seconds[name],
                to_floor=seconds["floor"] / seconds[name],
            )
            for name in systems
        ]
    return tuple(loads)


def _load(ask: Ask, users: int, texts: Sequence[str]) -> tuple[list[float], float]:
    """Milliseconds of each request, and the seconds of all."""
    together = Barrier(users + 1)

    def use(asked: Sequence[str]) -> list[float]:
        together.wait()
        return [_milliseconds(ask, text) for text in asked]

    with ThreadPoolExecutor(users) as pool:
        waiting = [pool.submit(use, texts[user::users]) for user in range(users)]
        together.wait()
        start = perf_counter()
        spent = [milliseconds for future in waiting for milliseconds in future.result()]
        return spent, perf_counter() - start


def _milliseconds(ask: Ask, text: str) -> float:
    start = perf_counter()
    ask(text)
    return 1000 * (perf_counter() - start)
