"""What people say about themselves, and what is read of it; the cases are in facts.yaml."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cues import cued_places, mark_places
from bot.facts import Facts, forgotten, read_facts
from knowledge.places import find_places
from knowledge.script import simplified

TODAY = date(2026, 7, 1)
PLACES = {"origin", "destination", "home_town"}
CASES: list[dict[str, Any]] = [
    case for side in yaml.safe_load(Path(__file__).with_name("facts.yaml").read_text("utf-8")).values() for case in side
]


def stated(case: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name in Facts.model_fields}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_a_message_gives_these_facts_and_no_others(case: dict[str, Any]) -> None:
    assert read_facts(case["say"], TODAY).model_dump(exclude_none=True) == stated(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_a_message_asks_these_fields_to_be_forgotten(case: dict[str, Any]) -> None:
    asked = case.get("forget", [])
    assert forgotten(case["say"]) == (set(Facts.model_fields) | PLACES if asked == "all" else set(asked))


@pytest.mark.parametrize("case", [c for c in CASES if "origin" in c or "home_town" in c], ids=lambda case: case["say"])
def test_a_message_says_where_its_writer_lives_and_comes_from(case: dict[str, Any]) -> None:
    mentions = find_places(case["say"])
    marked = mark_places(simplified(case["say"]), [(m.start, m.end) for m in mentions])
    for field, cue, at in (("origin", "residence", -1), ("home_town", "hometown", 0)):
        named = [mentions[number].place.id for number in cued_places(cue, marked)]
        assert (named[at] if named else None) == case.get(field)


def test_a_third_of_the_cases_state_nothing() -> None:
    assert len(CASES) >= 600
    assert sum(not stated(case) for case in CASES) * 3 >= len(CASES)


@pytest.mark.parametrize(
    ("text", "today", "age"),
    [("95年的", date(2020, 1, 1), 25), ("I was born in 1995", date(2030, 1, 1), 35), ("我是90后", TODAY, 31)],
)
def test_a_year_of_birth_gives_the_age_of_the_day(text: str, today: date, age: int) -> None:
    assert read_facts(text, today).age == age


def test_traditional_characters_are_kept_in_the_users_own_words() -> None:
    assert read_facts("我是護士").work == "護士"


def test_an_industry_has_its_name_in_the_language_of_the_message() -> None:
    assert read_facts("我在芯片公司上班").industry == "半导体"
    assert read_facts("I work in chip design").industry == "semiconductors"


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\x00我", "🙂" * 50, "我" * 10, "\ue000\ue3ff 月薪\ue000"])
def test_anything_can_be_read(text: str) -> None:
    assert read_facts(text, TODAY) == Facts()
    assert forgotten(text) == frozenset()


TYPICAL = (
    "我今年三十二，在上海做程序员快八年了，月薪两万二，房租每个月要四千五，和女朋友合租。爸妈在老家，身体一年不如一年，"
    "最近总催我回武汉。那边有家公司愿意给我一万五，可是谁都不认识，落户也不知道怎么弄，回去以后还能不能再出来也说不好。"
    "我存款大概三十万，胆子小，怕折腾，但是在上海买房这辈子也没指望，房价太高了，你说我到底该不该回去？还是再撑两年看看情况"
)


def seconds(text: str) -> float:
    """Of processor time, the least of five runs."""
    runs = []
    for attempt in range(5):
        start = time.process_time()
        # A message that figures has not seen.
        read_facts(f"{text}{attempt}")
        runs.append(time.process_time() - start)
    return min(runs)


def test_a_message_of_ordinary_length_takes_milliseconds() -> None:
    read_facts(TYPICAL)
    # 2 ms where nothing else runs.
    assert seconds(TYPICAL[:200]) < 0.006


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "我",
            "是",
            "在",
            "没",
            "有",
            "的",
            "a",
            "a ",
            "my ",
            "i'm a ",
            "work ",
            "月薪现在",
            "工资大概是",
            "房租，",
            "爸妈",
        ),
        *(
            "如果",
            " ",
            "rent is ",
            "no kids or ",
            "in the ",
            "-",
            ",",
            "不是",
            "not 5, ",
            "我月薪2万，",
            "salary about 5k ",
        ),
        *("公司", "做了", "户口", "my mum ", "I know ", "忘掉", "forget ", "把我", "35岁", "一", "married, ", "做程序"),
    ],
)
def test_no_pattern_backtracks_badly(unit: str) -> None:
    text = (unit * 2000)[:2000]
    read_facts(text[:100])
    start = time.process_time()
    read_facts(text, TODAY)
    forgotten(text)
    assert time.process_time() - start < 0.5
