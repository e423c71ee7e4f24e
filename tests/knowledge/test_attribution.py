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
