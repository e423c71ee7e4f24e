"""What a question asks of its subject, and whether a passage gives it."""

from __future__ import annotations

import re

import pytest

from knowledge.corpus import load_notes
from knowledge.details import details, find_details, given_details
from tests.conftest import passage

NOTES = load_notes()[1]


def test_every_detail_is_named_in_both_languages_and_its_patterns_compile() -> None:
    for detail in details().values():
        assert detail.name.zh
        assert detail.name.en
        assert not re.search(r"[。.?？]$", detail.name.zh + detail.name.en)
        for pattern in (*detail.zh, *detail.en, *detail.kinds.values()):
            re.compile(pattern)


def test_no_pattern_matches_nothing_at_all() -> None:
    empty = [d.id for d in details().values() for pattern in (*d.zh, *d.en) if re.search(pattern, "", re.IGNORECASE)]
    assert empty == []


@pytest.mark.parametrize(
    ("question", "detail"),
    [
        ("那份调查是哪一年做的", "year"),
        ("Which year is that survey from?", "year"),
        ("问卷一共问了多少人", "sample"),
        ("how many people were asked in the poll", "sample"),
        ("这个比例是怎么算出来的", "method"),
        ("How was that share calculated?", "method"),
        ("这是谁统计的", "source"),
        ("Who published that figure?", "source"),
        ("补贴怎么申请", "procedure"),
        ("How do I apply for the allowance?", "procedure"),
        ("要什么条件才能拿", "eligibility"),
        ("What are the conditions for the grant?", "eligibility"),
        ("店老板真名叫什么", "person_name"),
        ("那个村叫什么", "village_name"),
        ("它是哪个县的", "county_name"),
        ("which hospital did she go to", "facility"),
        ("那几家企业都叫什么", "firm_name"),
        ("男女各占多少", "by_sex"),
        ("90后占多少", "by_age"),
        ("把四个城市拆开看", "by_city"),
        ("剩下的八座城市是哪些", "the_rest"),
        ("逐年是涨是跌", "trend"),
        ("他们后来过得怎样", "after"),
        ("is the shop still open?", "still"),
        ("开店投了多少钱", "investment"),
        ("除去成本净赚多少", "profit"),
        ("从多少升到多少", "level"),
        ("全国平均是多少", "elsewhere"),
        ("有没有城市真的实行了", "adopted"),
        ("走了以后去了哪里", "destination"),
        ("占百分之几", "share"),
        ("要花多长时间", "duration"),
    ],
)
def test_a_question_asks_for_a_detail(question: str, detail: str) -> None:
    assert detail in find_details(question)


@pytest.mark.parametrize(
    "text", ["我在上海上班", "I rent a flat in Shanghai", "想回老家，房租太贵", "Why do people leave the big cities?"]
)
def test_what_asks_for_no_detail_wants_none(text: str) -> None:
    assert find_details(text) == frozenset()


def test_a_measure_is_wanted_near_words_that_ask_for_a_quantity() -> None:
    assert find_details("那里的工资多少") == {"pay"}
    assert find_details("工资的事以后再说") == frozenset()


def test_cantonese_and_traditional_characters_ask_like_mandarin() -> None:
    assert find_details("呢個調查問咗幾多人") == find_details("呢个调查问了多少人")
    assert "year" in find_details("係邊年嘅數")


def test_a_figure_of_the_unit_gives_a_detail() -> None:
    share = passage("share", "两成的人走了。", text_en="A fifth left: 20%.")
    assert "share" in given_details(share, "占多少")
    assert "share" not in given_details(passage("words", "很多人走了。"), "占多少")


def test_a_detail_is_given_of_the_kinds_alone_that_the_passage_names() -> None:
    young = passage("young", "00后里有四成想走。").model_copy(update={"gives": ("by_age",)})
    assert "by_age" in given_details(young, "00后占多少")
    assert "by_age" not in given_details(young, "90后占多少")


def test_what_notes_give_are_details() -> None:
    assert {detail for note in NOTES for detail in note.gives} <= details().keys()


def test_of_the_questions_that_notes_answer_few_ask_for_what_their_note_lacks() -> None:
    """Some of these are true gaps:武汉给硕士发多少安家费 is answered by saying that no sum is given."""
    asks = [(note, ask) for note in NOTES for ask in note.asks]
    lacking = [ask for note, ask in asks if find_details(ask) - given_details(note, ask)]
    assert len(lacking) <= 0.04 * len(asks)
