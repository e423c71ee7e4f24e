"""What is found for a request: the right city, the right language, the right kind of figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.about import is_about
from bot.advisor import Advisor
from bot.retrieve import Retriever, fit
from bot.understand import Understander
from knowledge import build_index
from tests.bot.conftest import note, request

CITIES = {"鹤岗": "Hegang", "昭通": "Zhaotong", "威海": "Weihai", "洛阳": "Luoyang", "泉州": "Quanzhou"}


@pytest.mark.parametrize(
    ("cities", "places", "about"),
    [
        (("成都",), ("成都",), True),
        (("成都",), ("四川",), True),
        (("成都",), ("武汉",), False),
        ((), ("成都",), False),
        (("四川",), ("成都",), False),
        (("成都",), (), False),
    ],
)
def test_whether_a_passage_is_about_a_place(cities: tuple[str, ...], places: tuple[str, ...], about: bool) -> None:
    assert is_about(note("n", cities=cities), places) is about


def test_the_same_city_goes_before_a_general_note_and_that_before_another_city() -> None:
    asked = request(places=("成都",))
    same, general, other = (fit(note("n", cities=cities), asked) for cities in (("成都",), (), ("武汉",)))
    assert (same, general, other) == (0.18, 0, -0.16)


def test_topics_count_up_to_three() -> None:
    asked = request(topics=("rent", "pay", "jobs", "hukou"))
    gains = [fit(note("n", topics=("rent", "pay", "jobs", "hukou")[:n]), asked) for n in range(5)]
    assert gains == pytest.approx([0, 0.05, 0.1, 0.15, 0.15])


@pytest.mark.parametrize(
    ("text", "units", "gain"),
    [
        ("房租2500元。", ("yuan",), 0.05),
        ("没有数字。", ("yuan",), -0.05),
        ("升了5%。", ("percent",), 0.05),
        ("甲。", (), 0),
    ],
)
def test_the_wanted_unit_counts(text: str, units: tuple[str, ...], gain: float) -> None:
    assert fit(note("n", text), request(units=units)) == pytest.approx(gain)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("离开北上广深的人有多少又回来了？", "return-flow"),
        ("How many of those who leave the big four come back?", "return-flow"),
        ("鹤岗2022年人口减少了多少？", "hegang-resident-population"),
        ("How much did Hegang's population fall in 2022?", "hegang-resident-population"),
        ("昭通村民到三甲医院要多久？", "zhaotong-hospital-trip"),
        ("how long does the Zhaotong villager travel to a grade-3A hospital?", "zhaotong-hospital-trip"),
        ("只发补贴的城市能把人才留几年？", "subsidies-keep-people-briefly"),
        ("how long do cities that only pay subsidies keep people?", "subsidies-keep-people-briefly"),
        ("無錫和東莞的房價收入比是多少？", "wuxi-dongguan-price-income"),
        ("七台河60歲以上的人佔多少？", "qitaihe-over-sixty"),
    ],
)
def test_each_language_finds_the_note(
    notes_advisor: Advisor, understander: Understander, text: str, first: str
) -> None:
    found = notes_advisor._steps.retriever.retrieve(understander.understand(text))
    assert found[0].passage.id == first
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", ["成都的补贴能留人多久？", "How long do subsidies keep people in Chengdu?"])
def test_a_general_note_is_not_lost_behind_the_city(
    notes_advisor: Advisor, understander: Understander, text: str
) -> None:
    found = [hit.passage.id for hit in notes_advisor._steps.retriever.retrieve(understander.understand(text))]
    assert "subsidies-keep-people-briefly" in found[:3]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("为什么年轻人要离开北上广？", "why-leave-big-cities"),
        ("why do people who left come back?", "why-people-come-back"),
        ("回老家有哪些坑？", "risks-of-going-home"),
        ("list the cities that lose people", "losing-cities"),
    ],
)
def test_a_broad_question_finds_its_theme(
    notes_advisor: Advisor, understander: Understander, text: str, theme: str
) -> None:
    asked = understander.understand(text)
    retriever = notes_advisor._steps.retriever
    found = retriever.theme(asked, retriever.retrieve(asked))
    assert found is not None
    assert found.id == theme


def test_passages_in_the_other_language_are_found_by_the_names_of_their_places(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for city, name in CITIES.items():
        (own / f"{name}.txt").write_text(
            f"{city}的冬天很长，街上的店铺开到夜里九点，来的多半是附近的老人和学生。", "utf-8"
        )
    with build_index([own], tmp_path / "index", notes=False) as index:
        retriever = Retriever(index, (), np.empty((0, 0), dtype=np.float32))
        first = {
            city: retriever.retrieve(request(text=f"What is life like in {name}?", places=(city,)))[0].passage.cities
            for city, name in CITIES.items()
        }
    assert first == {city: (city,) for city in CITIES}
