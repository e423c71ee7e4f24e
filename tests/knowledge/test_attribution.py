"""Who a text names: a false source is worse than none."""

from __future__ import annotations

import pytest

from knowledge.attribution import find_sources
from knowledge.passage import Grade, Language


def _named(text: str, language: Language) -> list[str]:
    return [source.name for source in find_sources(text, language).named]


@pytest.mark.parametrize(
    "text",
    [
        "根据合同，房租不能涨。",
        "根据规定，要交一年社保。",
        "根据2023年政策，补贴发两年。",
        "根据上海规定，要交一年社保。",
        "据老王介绍，房租降了。",
        "据邻居介绍，房租降了。",
        "据张经理介绍，房租降了。",
        "据王女士介绍，房租降了。",
    ],
)
def test_common_nouns_and_nicknames_are_no_sources(text: str) -> None:
    assert _named(text, "zh") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("据云南大学介绍，学生少了。", "云南大学"),
        ("据晨报记者李明介绍，房租降了。", "晨报记者李明"),
        ("根据远山2023年租房报告，三成的人与人合租。", "远山2023年租房报告"),
        ("据第一财经（只有标题），人口多了。", "第一财经（只有标题）"),
    ],
)
def test_names_after_according_to(text: str, name: str) -> None:
    assert _named(text, "zh") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Legend says that the city was rich.",
        "Hospital says that it is full.",
        "The Hospital says that it is full.",
        "College puts people off.",
        "But Group says that it is fine.",
        "Research Centre says that rents fell.",
        "Time shows that rents fell.",
        "the bureau says that rents fell.",
        "According to Legend, the city was rich.",
        "According to Article 5, rents may not rise.",
        "According to Old Wang, rents fell.",
    ],
)
def test_words_for_institutions_are_no_names(text: str) -> None:
    assert _named(text, "en") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Riverside Hospital says it is full.", "The Riverside Hospital"),
        ("Zhaopin reckons that rents fell.", "Zhaopin"),
        ("Last year Rents fell, but Hengtong says that they rose.", "Hengtong"),
        ("According to Mr Wang of the Riverside Institute, rents fell.", "Wang of the Riverside Institute"),
    ],
)
def test_names_that_speak(text: str, name: str) -> None:
    assert _named(text, "en") == [name]


def test_sample_data_names_nobody() -> None:
    found = find_sources("根据数据示例，房租为三千元。", "zh")
    assert (found.named, found.unnamed, found.untold) == ((), None, True)


def test_an_authority_still_speaks() -> None:
    found = find_sources("据滨江市统计局统计，人口少了。", "zh")
    assert [(source.name, source.grade) for source in found.named] == [("滨江市统计局", Grade.OFFICIAL_STATISTIC)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("宜昌市人力资源和社会保障局公布，新增1200人。", "宜昌市人力资源和社会保障局"),
        ("芜湖市住房和城乡建设局公布，均价8000元。", "芜湖市住房和城乡建设局"),
        ("南京和芜湖市统计局公布，人少了。", "芜湖市统计局"),
        ("芜湖市医院和统计局公布，人少了。", "统计局"),
        ("安徽师范大学教授李明带队调查了300人。", "安徽师范大学教授李明"),
        ("安徽师范大学副教授李明去年带队对300人做了问卷。", "安徽师范大学副教授李明"),
        ("安徽省人才发展局今年7月发布的公报显示，新增1200人。", "安徽省人才发展局"),
        ("芜湖市住房租赁协会今年4月公布的监测显示，月租为1480元。", "芜湖市住房租赁协会"),
        ("芜湖市物业管理协会去年算过一笔账，空置三成。", "芜湖市物业管理协会"),
        ("芜湖市人社局科长王强向记者提供了一组数字：新增1200人。", "芜湖市人社局科长王强"),
        ("三峡大学教授李明明确表示，补贴不再发。", "三峡大学教授李明"),
    ],
)
def test_whole_names_with_what_stands_before_their_verb(text: str, name: str) -> None:
    assert _named(text, "zh") == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("This note brings together a survey of our own, official figures and interviews.", []),
        ("According to official figures, 900 came.", ["official figures"]),
        ("Last year official figures showed that 900 came.", ["official figures"]),
        (
            "Huang Wei, deputy director of the Wuhu talent office, said that 900 came.",
            ["Huang Wei, deputy director of the Wuhu talent office"],
        ),
        (
            "Deputy director Huang Wei of the city talent office told us that 900 came.",
            ["Deputy director Huang Wei of the city talent office"],
        ),
        ("Huang Wei, a friend of the family, said that 900 came.", []),
    ],
)
def test_offices_in_small_letters_and_figures_that_say_something(text: str, names: list[str]) -> None:
    assert _named(text, "en") == names
