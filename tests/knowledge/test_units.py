"""What kinds of figure a text holds."""

from __future__ import annotations

import pytest

from knowledge.units import units_of


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", ""),
        ("没有数字的句子，一线城市。", ""),
        ("one of the first-tier cities", ""),
        ("64.4%的人", "number percent"),
        ("nearly 40%", "number percent"),
        ("提高22个百分点", "number percentage_point"),
        ("3000元", "number yuan"),
        ("2,500 yuan", "number yuan"),
        ("1.2万", "number"),
        ("15个月", "number month duration"),
        ("5 years", "number year duration"),
        ("三小时", "number hour duration"),
        ("走15分钟", "number minute duration"),
        ("7天", "number day duration"),
        ("2.3倍", "number times"),
        ("2.3 times", "number times"),
        ("12:1", "number ratio times"),
        ("300万人", "number person"),
        ("15座城市", "number city"),
        ("17 firms", "number firm"),
        ("2023年", "number calendar_year"),
        ("60岁以上", "number age"),
    ],
)
def test_units(text: str, units: str) -> None:
    assert units_of(text) == frozenset(units.split())


def test_units_of_several_figures_add_up() -> None:
    assert units_of("挣3万元，存5%，走15分钟") == {"number", "yuan", "percent", "minute", "duration"}


def test_traditional_characters_are_read() -> None:
    assert units_of("15個月") == units_of("15个月")
