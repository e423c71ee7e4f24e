"""Many conversations at once on one adviser: none mixes with another, and nothing of any is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest

from bot.advisor import Advisor
from bot.turn import Answer, Profile, Timings
from knowledge.passage import Frozen
from knowledge.places import place

THREADS = 50
PAIRS = tuple(
    product(
        ("北京", "上海", "广州", "深圳", "天津"),
        ("成都", "武汉", "合肥", "长沙", "郑州", "苏州", "昆明", "鹤岗", "邯郸", "洛阳"),
    )
)


class Person(Frozen):
    """Somebody in one conversation, none of whose facts is another's."""

    number: int
    origin: str
    destination: str

    @property
    def thread(self) -> str:
        return f"at-once-{self.number}"

    @property
    def known(self) -> Profile:
        """What is to be remembered of them in the end."""
        return Profile(
            origin=self.origin,
            destination=self.destination,
            destinations=(self.destination,),
            age=20 + self.number,
            rent=1000.0 + 10 * self.number,
            salary=9000.0 + 100 * self.number,
        )

    def messages(self) -> tuple[str, ...]:
        """Ten turns; even numbers speak Chinese, odd ones English."""
        known = self.known
        if self.number % 2 == 0:
            return (
                f"我{known.age}岁，住在{self.origin}",
                f"房租{known.rent:.0f}元",
                f"我该从{self.origin}搬到{self.destination}吗？",
                "那边房租多少？",
                "谢谢",
                f"我月薪{known.salary:.0f}元",
                "那边看病方便吗？",
                "离开北上广深的人有多少又回来了？",
                "谁说的？",
                f"那我还该不该搬去{self.destination}？",
            )
        there, here = _english(self.destination), _english(self.origin)
        return (
            f"I'm {known.age} and I live in {here}",
            f"my rent is {known.rent:.0f} yuan",
            f"should I move from {here} to {there}?",
            "how much is rent there?",
            "thanks",
            f"I earn {known.salary:.0f} yuan a month",
            "what about hospitals there?",
            "how many of those who leave the big four come back?",
            "says who?",
            f"so should I still move to {there}?",
        )


def _english(city: str) -> str:
    found = place(city)
    assert found is not None
    return found.en


PEOPLE = tuple(
    Person(number=number, origin=origin, destination=destination) for number, (origin, destination) in enumerate(PAIRS)
)


def talk(advisor: Advisor, person: Person, thread: str) -> list[Answer]:
    return [advisor.ask(message, thread) for message in person.messages()]


def timeless(answers: list[Answer]) -> list[Answer]:
    return [answer.model_copy(update={"timings_ms": Timings()}) for answer in answers]


@pytest.mark.slow
def test_fifty_conversations_of_ten_turns_at_once_keep_apart(notes_advisor: Advisor) -> None:
    assert len({(p.origin, p.destination) for p in PEOPLE}) == len(PEOPLE) == THREADS
    together = Barrier(THREADS)

    def join(person: Person) -> list[Answer]:
        together.wait()
        return talk(notes_advisor, person, person.thread)

    with ThreadPoolExecutor(THREADS) as pool:
        conversations = list(pool.map(join, PEOPLE))
    for person, answers in zip(PEOPLE, conversations, strict=True):
        # Nothing is lost, and all in order.
        assert [answer.question for answer in answers] == list(person.messages())
        assert notes_advisor.history(person.thread) == tuple(answers)
        # Nothing comes from anybody else, at any turn.
        for answer in answers:
            held = answer.profile.model_dump()
            own = person.known.model_dump()
            strange = {field: value for field, value in held.items() if value and value != own[field]}
            assert strange == {}, (person, answer.question)
        assert answers[-1].profile == person.known


@pytest.mark.slow
def test_what_is_said_at_once_is_what_is_said_alone(notes_advisor: Advisor) -> None:
    some = PEOPLE[:: THREADS // 8]
    alone = [talk(notes_advisor, person, f"alone-{person.number}") for person in some]
    with ThreadPoolExecutor(len(some)) as pool:
        at_once = list(pool.map(lambda person: talk(notes_advisor, person, f"again-{person.number}"), some))
    for person, one, other in zip(some, alone, at_once, strict=True):
        assert timeless(one) == timeless(other), person
