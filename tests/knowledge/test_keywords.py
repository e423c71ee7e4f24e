from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from knowledge.keywords import KeywordIndex, tokens
from knowledge.passage import Language

ZH = ["成都的房租比上海低。", "隨著年輕人離開，縣城的學校關了。", "陝西的大学生去了杭州。", "第3条：offer到手再搬"]
EN = ["Rents in Chengdu are lower.", "The schools closed as young people left.", "She was moving to 杭州 for an offer."]


def test_chinese_is_searched_by_words_and_characters() -> None:
    assert tokens("我来到北京。", "zh") == ["我", "来到", "北京", "我", "来", "到", "北", "京"]


def test_latin_words_and_numbers_in_chinese_are_searched_too() -> None:
    assert tokens("ＧＤＰ增长 2.3 倍，Offers", "zh")[-3:] == ["gdp", "2.3", "offer"]


def test_english_is_stemmed_lower_cased_and_rid_of_stop_words() -> None:
    assert tokens("The Rents were RISING in 2020, by 1,200 yuan", "en") == ["rent", "rise", "2020", "1,200", "yuan"]


def test_traditional_and_simplified_find_each_other() -> None:
    assert tokens("隨著陝西臺灣的學校", "zh") == tokens("随着陕西台湾的学校", "zh")
    index = KeywordIndex.build(ZH, "zh")
    assert [int(index.scores(query).argmax()) for query in ("房租", "县城学校", "陕西大学生", "房租比上海低嗎")] == [
        0,
        1,
        2,
        0,
    ]


def test_a_text_without_the_query_scores_nothing() -> None:
    index = KeywordIndex.build(EN, "en")
    np.testing.assert_array_equal(index.scores("rent") > 0, [True, False, False])
    np.testing.assert_array_equal(index.scores("school closing"), index.scores("schools closed"))
    for nothing in ("", "?!", "the of and", "zeppelin", "\0"):
        np.testing.assert_array_equal(index.scores(nothing), [0, 0, 0])


def test_empty_texts_can_be_indexed() -> None:
    np.testing.assert_array_equal(KeywordIndex.build(["", "房租"], "zh").scores("房租") > 0, [False, True])
    np.testing.assert_array_equal(KeywordIndex.build(["", ""], "en").scores("rent"), [0, 0])


def test_scores_survive_saving(tmp_path: Path) -> None:
    index = KeywordIndex.build(ZH, "zh")
    index.save(tmp_path / "keywords")
    loaded = KeywordIndex.load(tmp_path / "keywords", "zh")
    for query in ("房租", "offer", "年轻人离开"):
        np.testing.assert_array_equal(loaded.scores(query), index.scores(query))
        assert loaded.scores(query).max() > 0


@pytest.mark.parametrize(
    ("language", "query", "text", "share"),
    [
        ("zh", "渡船票价", "渡船的票价", 1.0),
        ("zh", "渡船", "山路", 0.0),
        ("zh", "的", "山路", 1.0),
        ("en", "the ferry and the school", "A ferry.", 0.5),
        ("en", "the ferry and the market", "A market.", math.log(4 / 0.5) / (math.log(4 / 0.5) + math.log(4 / 1.5))),
    ],
)
def test_the_share_of_a_query_that_a_text_has(language: Language, query: str, text: str, share: float) -> None:
    texts = {"zh": ["渡船", "票价", "山路"], "en": ["ferry", "hill", "school"]}
    assert KeywordIndex.build(texts[language], language).share_told(query, text) == pytest.approx(share)
