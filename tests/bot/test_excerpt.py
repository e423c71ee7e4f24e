"""Long passages to the sentences that bear on a request; all texts are our own."""

from __future__ import annotations

import pytest

from bot.turn import Intent, Request
from bot.write.excerpt import excerpt
from knowledge.passage import Caveat
from knowledge.sentences import size
from tests.bot.conftest import note, request

RENT = "昆明的一居室每月租金是一千八百元，比五年前贵了两成，离地铁越近涨得越快。"
WORK = "那里的工厂招人时先看有没有熟人介绍，外地来的年轻人常常等上好几个月才有回音，有的干脆又走了。"
SEA = "大连的海边周末总是坐满了人，退休的老人带着孙辈看船，一坐就是一个下午。"
BACK = "他们说日子总算慢了下来，只是钱也跟着少了，冬天还格外长。"
LONG = RENT + WORK + SEA + BACK


@pytest.mark.parametrize(
    ("asked", "warning", "said"),
    [
        (request(text="昆明租房多少钱", places=("昆明",), topics=("rent",)), None, RENT),
        (request(text="How dear are flats in Kunming?", places=("昆明",), topics=("rent",)), None, RENT),
        (request(text="大连的老人周末做什么", places=("大连",)), None, SEA),
        (request(Intent.DECISION, text="我该去吗"), Caveat.RELATIONSHIP_NETWORKS, WORK),
        (request(text="1800元能做什么"), None, RENT),
    ],
)
def test_the_sentence_that_bears_on_the_request(asked: Request, warning: Caveat | None, said: str) -> None:
    assert excerpt(note("n", LONG, None), asked, warning) == said


def test_what_refers_back_brings_what_it_refers_to() -> None:
    asked = request(text="冬天是不是格外长，日子是不是慢了下来")
    assert excerpt(note("n", LONG, None), asked) == SEA + BACK


def test_a_short_passage_stays_whole() -> None:
    assert excerpt(note("n", RENT + BACK, None), request(text="大连")) == RENT + BACK


def test_neighbours_that_bear_on_it_too_come_along_as_long_as_there_is_room() -> None:
    parts = [f"昆明第{n}个区的租金是{n}千元，房子新，离地铁近，楼下就有菜市场。" for n in range(1, 9)]
    found = excerpt(note("n", "".join(parts), None), request(text="昆明的租金", places=("昆明",), topics=("rent",)))
    assert found == "".join(parts[:3])
    assert size(found) <= 56


def test_one_sentence_without_an_end_is_the_excerpt() -> None:
    text = "很长的一句话，" * 40
    assert excerpt(note("n", text, None), request(text="长")) == text


def test_a_story_told_by_he_goes_back_one_sentence_only() -> None:
    parts = [f"他第{n}年换了一份工作，工资比前一年少了一些，住处也更远了。" for n in range(1, 9)]
    found = excerpt(note("n", "".join(parts), None), request(text="住到山里的第8年", places=("昆明",)))
    assert found in "".join(parts)
    assert size(found) <= 56 + size(parts[0])
