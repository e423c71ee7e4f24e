"""Whether somebody asks to leave or to stay: the evidence is the same."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.turn import Intent
from knowledge.passage import Language
from knowledge.places import place
from tests.bot.conftest import cited

# Of every tier: the big four, new first-tier cities, provincial capitals, others that the articles name or do not.
CITIES = (
    *("北京", "上海", "广州", "深圳"),
    *("成都", "武汉", "杭州", "合肥", "苏州", "东莞"),
    *("郑州", "长沙", "沈阳", "南宁"),
    *("鹤岗", "邯郸", "阜阳", "绵阳", "昭通", "洛阳"),
)
FRAMES = (
    pytest.param("zh", "我该离开{city}吗？", "我该留在{city}吗？", id="zh-should"),
    pytest.param("zh", "要不要离开{city}？", "要不要继续留在{city}？", id="zh-or-not"),
    pytest.param("en", "Should I leave {city}?", "Should I stay in {city}?", id="en-should"),
    pytest.param("en", "Is it time to leave {city}?", "Is it better to stay in {city}?", id="en-is-it"),
)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("language", "leaving", "staying"), FRAMES)
def test_leaving_and_staying_rest_on_the_same_evidence(
    notes_advisor: Advisor, language: Language, leaving: str, staying: str, city: str
) -> None:
    found = place(city)
    assert found is not None
    name = found.zh if language == "zh" else found.en
    leave, stay = (notes_advisor.ask(frame.format(city=name)) for frame in (leaving, staying))
    assert (leave.intent, stay.intent) == (Intent.DECISION, Intent.DECISION)
    assert cited(leave)
    assert cited(leave) == cited(stay)
