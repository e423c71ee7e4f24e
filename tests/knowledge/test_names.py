"""Institutions and people by name."""

from __future__ import annotations

import pytest

from knowledge.names import find_names


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("麦肯锡的报告怎么说", ["mckinsey"]),
        ("麥肯錫的報告怎麼說", ["mckinsey"]),
        ("What did McKinsey find?", ["mckinsey"]),
        ("BOSS直聘的常濛讲过", ["boss_zhipin", "chang_meng"]),
        ("Yang Bo and Li Han", ["li_han", "yang_bo"]),
        ("an economist of the town", []),
        ("your Economist feature", ["economist"]),
    ],
)
def test_names_in_either_language_and_script(text: str, ids: list[str]) -> None:
    assert [name.id for name in find_names(text)] == ids


def test_an_english_name_is_a_whole_word() -> None:
    assert find_names("the summit of the permit office") == ()
    assert [name.id for name in find_names("an MIT study")] == ["mit"]


def test_a_name_comes_as_the_text_has_it() -> None:
    assert find_names("据《纽约时报》说")[0].text == "纽约时报"


def test_people_are_no_institutions() -> None:
    assert {name.kind for name in find_names("张雪峰 and 李涵")} == {"person"}
