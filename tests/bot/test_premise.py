"""What a message takes for said, held against the passage that it is about."""

from __future__ import annotations

import pytest

from bot.premise import puts_right, states, unknown_source
from bot.turn import Profile
from bot.verify import contradicts
from knowledge.passage import Bilingual, Grade, Passage
from tests.bot.conftest import note, request

TOWN = note(
    "town",
    "那座镇2022年的人口减少12%，镇上有17家企业。",
    "The town lost 12% of its people in 2022; 17 firms work there.",
)
PAY = note("pay", "店主一个月赚8000元，能存4000元。", "The owner makes 8,000 yuan a month and saves 4,000 yuan.")
SAYS = Bilingual(zh="麦肯锡报告", en="a McKinsey report")
REPORT = note("report", "七成的人去了新区。", "70% went to the new district.", attribution=SAYS)


def right(text: str, passage: Passage, profile: Profile | None = None) -> bool:
    asked = request(text=text).model_copy(update={"profile": profile or Profile()})
    return puts_right(asked, [passage], contradicts)


@pytest.mark.parametrize(
    ("text", "passage", "wrong"),
    [
        ("那座镇人口减少了30%吧", TOWN, True),
        ("那座镇人口减少了12%吧", TOWN, False),
        ("那座镇少了一成多的人，是哪一年", TOWN, False),
        ("那座镇人口增加了12%吧", TOWN, True),
        ("The town has 70 firms, right?", TOWN, True),
        ("The town has 17 firms, right?", TOWN, False),
        ("麦肯锡说七成的人去了新区吧", REPORT, False),
        ("哈佛的报告说七成的人去了新区吧", REPORT, True),
        ("七成的人去了新区，是哪家机构说的，哈佛还是麦肯锡", REPORT, False),
    ],
)
def test_what_the_passage_says_otherwise_is_put_right(text: str, passage: Passage, wrong: bool) -> None:
    assert right(text, passage) is wrong


def test_the_figure_of_a_time_past_is_not_held_against_a_length_of_time() -> None:
    waiting = note("waiting", "他们平均等了15个月。", "They waited 15 months on average.")
    assert not right("十几年前走的人等了吗", waiting)
    assert right("他们等了40个月吧", waiting)


def test_the_own_pay_of_the_person_is_no_premise() -> None:
    assert not right("我月薪30000元，店主赚得多吗", PAY, Profile(salary=30000))
    assert right("店主一个月赚30000元吧", PAY)


def test_what_is_told_of_somebody_by_name_is_not_the_person_s_own() -> None:
    named = note("named", "阿哲一个月赚8000元。", "A-Zhe makes 8,000 yuan a month.")
    assert right("A-Zhe makes 30,000 yuan a month, right?", named, Profile(salary=30000))


def test_the_story_of_a_place_is_not_told_of_another() -> None:
    case = note(
        "case", "李涵回郑州进了事业单位。", "Li Han went back to Zhengzhou.", grade=Grade.CASE, cities=("郑州",)
    )
    assert right("李涵是回武汉的吧", case)
    assert not right("李涵是回郑州的吧", case)


def test_without_passages_nothing_is_put_right() -> None:
    assert not puts_right(request(text="少了30%吧"), [], contradicts)


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("补贴能把人留住，对吧", True),
        ("既然都回来了，那还走干嘛", True),
        ("Cash keeps people for good, right?", True),
        ("这座城一年就引回五十万人，猎头圈都疯了", True),
        ("补贴能把人留住多少年", False),
        ("武汉 房租 存款", False),
        ("补贴能把人留住吗", False),
        ("How long does cash keep people?", False),
    ],
)
def test_a_message_only_states_where_it_asks_for_nothing_it_does_not_name(text: str, so: bool) -> None:
    assert states(text) is so


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("哈佛的报告怎么说返乡", "哈佛"),
        ("What does the World Bank study say?", "World Bank"),
        ("《全国县城幸福白皮书》把哪里排第一", "全国县城幸福白皮书"),
        ("麦肯锡的报告怎么说", None),
        ("我在哈佛读书", None),
    ],
)
def test_a_source_that_no_note_cites_is_named(text: str, source: str | None) -> None:
    assert unknown_source(text) == source
