"""Which way the words of a text lean: advice and regret by their object."""

from __future__ import annotations

import time

import pytest

from knowledge.leaning import Sign, signs, weigh
from knowledge.passage import Language, Stance

LEAVE, STAY, NEUTRAL = Stance.LEAVE, Stance.STAY, Stance.NEUTRAL


def _advice(text: str, language: Language, home: str | None = None) -> set[Stance]:
    return {sign.stance for sign in signs(text, language, home=home) if sign.kind == "advice"}


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("我不后悔从成都回到上海。", STAY),
        ("我从没后悔来北京。", STAY),
        ("我并不后悔离开广州。", LEAVE),
        ("没有人后悔离开深圳。", LEAVE),
        ("我后悔来北京。", LEAVE),
        ("很多人后悔搬到鹤岗。", STAY),
        ("我后悔没留在北京。", STAY),
        ("我后悔搬家。", NEUTRAL),
        ("北京值得去。", None),
        ("值得搬去成都。", LEAVE),
        ("不值得搬去鹤岗。", STAY),
        ("劝大家趁早回北京。", STAY),
        ("劝你趁早离开上海。", LEAVE),
        ("我劝在北京的朋友先别回老家。", STAY),
        ("不建议从成都搬到北京。", LEAVE),
        ("没必要死守北京。", LEAVE),
        ("回北京不算失败。", STAY),
        ("离开上海不是失败。", LEAVE),
        ("上海更适合自己。", None),
        ("佛山不能取代广州。", STAY),
        ("机器不能取代老师。", None),
    ],
)
def test_advice_leans_by_its_object(text: str, stance: Stance | None) -> None:
    assert _advice(text, "zh") == ({stance} if stance else set())


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("I never regretted moving to Shanghai.", STAY),
        ("I have no regrets about staying in Beijing.", STAY),
        ("I regret moving to Beijing.", LEAVE),
        ("I regret going to Shanghai; Chengdu suited me.", LEAVE),
        ("I regret not leaving Shanghai earlier.", LEAVE),
        ("I regret moving.", NEUTRAL),
        ("I moved to Shanghai and never regretted it.", STAY),
        ("I left Shenzhen for Xiamen and do not regret it.", LEAVE),
        ("You should go to Shanghai.", STAY),
        ("You should move to Chengdu.", LEAVE),
        ("Nobody should leave Shanghai without savings.", STAY),
        ("I cannot say whether you should leave Beijing.", None),
        ("Children should go to school.", None),
        ("I would not recommend leaving Chengdu for Beijing.", LEAVE),
        ("I advise against moving to Quzhou.", STAY),
        ("The move is not worth it.", None),
        ("It is not worth the trouble to move to Chengdu.", STAY),
        ("Think twice before moving to Shanghai.", LEAVE),
        ("Think twice before you leave Shanghai.", STAY),
        ("Nothing is wrong with Beijing, and whoever likes large projects should stay there.", STAY),
        ("They do not leave Shanghai easily.", None),
    ],
)
def test_advice_in_english_leans_by_its_object(text: str, stance: Stance | None) -> None:
    assert _advice(text, "en") == ({stance} if stance else set())


def test_coming_without_a_place_is_to_where_the_text_is_about() -> None:
    assert _advice("三成的人后悔来得太早。", "zh", home="大连") == {STAY}
    assert _advice("三成的人后悔来得太早。", "zh") == {NEUTRAL}
    assert _advice("三成的人后悔回来。", "zh") == {STAY}
    assert _advice("在北京，三成的人后悔回来。", "zh") == {NEUTRAL}


def test_regret_of_a_move_down_warns_of_return() -> None:
    assert Sign(kind="returns", stance=STAY) in signs("I regret moving to Hegang.", "en")
    assert "returns" not in {sign.kind for sign in signs("I regret moving to Beijing.", "en")}
    assert "returns" not in {sign.kind for sign in signs("I never regretted moving to Shanghai.", "en")}


def test_what_stands_after_a_comparison_is_said_of_the_other_place() -> None:
    assert weigh(signs("无锡比上海便宜。", "zh")) is LEAVE


def test_advice_goes_before_the_rest_and_signs_that_disagree_are_neutral_unless_three_to_one() -> None:
    def found(*stances: Stance) -> list[Sign]:
        return [Sign(kind=str(number), stance=stance) for number, stance in enumerate(stances)]

    assert weigh(found(LEAVE, LEAVE, STAY)) is NEUTRAL
    assert weigh(found(LEAVE, LEAVE, LEAVE, STAY)) is LEAVE
    assert weigh([*found(LEAVE, LEAVE, LEAVE), Sign(kind="advice", stance=STAY)]) is STAY
    assert weigh([Sign(kind="advice", stance=NEUTRAL), Sign(kind="advice", stance=STAY)]) is STAY
    assert weigh([Sign(kind="advice", stance=LEAVE), Sign(kind="advice", stance=STAY)]) is NEUTRAL
    assert weigh([]) is None


@pytest.mark.parametrize(
    ("text", "language", "home", "stance"),
    [
        ("三年后只留住了38%。", "zh", "芜湖", STAY),
        ("引进满三年的人才中，仍在海口缴纳社保的只有48%。", "zh", "海口", STAY),
        ("从深圳来的人里，三年后走掉的有62%。", "zh", "海口", STAY),
        ("离开北京来宜昌的人，六成以上已经离开。", "zh", "宜昌", STAY),
        ("六成以上已经离开北京。", "zh", None, None),
        ("八成以上还在宜昌。", "zh", "宜昌", None),
        ("搬来以后只留下3万元。", "zh", "宜昌", None),
        ("仍在招人的只有3家工厂。", "zh", "宜昌", None),
        ("三年后只留住了38%。", "zh", "上海", LEAVE),
        ("Of those who moved from Beijing to Wuhu, only 38% stayed.", "en", "芜湖", STAY),
        ("Of those who moved from Beijing to Wuhu, 62% had left again.", "en", "芜湖", STAY),
        ("Only 48% of the newcomers are still in Haikou.", "en", "海口", STAY),
        ("Only 48% are still in Beijing.", "en", None, None),
    ],
)
def test_few_who_stayed_speak_against_the_place_that_they_came_to(
    text: str, language: Language, home: str | None, stance: Stance | None
) -> None:
    found = {sign.stance for sign in signs(text, language, home=home) if sign.kind in {"kept_few", "returns"}}
    assert found == ({stance} if stance else set())


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("芜湖的房租比南京低一半。", LEAVE),
        ("芜湖的房租比南京便宜得多。", LEAVE),
        ("芜湖的房租比南京贵得多。", STAY),
        ("芜湖的工资比南京低一半。", STAY),
        ("芜湖的工资比南京高得多。", LEAVE),
    ],
)
def test_less_is_good_of_a_cost_and_bad_of_pay(text: str, stance: Stance) -> None:
    assert {sign.stance for sign in signs(text, "zh") if sign.kind.startswith("compared")} == {stance}


def test_a_long_list_of_places_takes_no_longer_than_reading_it() -> None:
    begun = time.perf_counter()
    signs("离开北京、" * 800, "zh")
    assert time.perf_counter() - begun < 2
