from __future__ import annotations

import pytest

from knowledge.sentences import clauses, is_sentence, sentences, size, width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他搬走了。她没有！为什么呢？", ["他搬走了。", "她没有！", "为什么呢？"]),
        ("他说:“走吧。”然后就走了。", ["他说:“走吧。”", "然后就走了。"]),
        ("“太贵了。”她说。第二天就搬了。", ["“太贵了。”她说。", "第二天就搬了。"]),
        ("真的?!不知道!", ["真的?!", "不知道!"]),
        ("房租涨了2.5倍。还在涨", ["房租涨了2.5倍。", "还在涨"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("Mr. Byrne of the U.S. paid 3.5 yuan. He left.", ["Mr. Byrne of the U.S. paid 3.5 yuan.", "He left."]),
        ('"Why?" she asked. No. 5 is e.g. This.', ['"Why?" she asked.', "No. 5 is e.g. This."]),
        ("See Papers no. 12, vol. 3, pp. 4. It is old.", ["See Papers no. 12, vol. 3, pp. 4.", "It is old."]),
        ("He said no. In 2020 he left.", ["He said no.", "In 2020 he left."]),
        ("The Dept. of Work asked Lt. Wu, Ph.D. student.", ["The Dept. of Work asked Lt. Wu, Ph.D. student."]),
        ("It was c. 1900, or no. 5?", ["It was c. 1900, or no. 5?"]),
        ("  ", []),
    ],
)
def test_a_text_is_cut_where_sentences_end(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("四个汉字", 2.0), ("two words", 2.0), ("搬到 Chengdu 3年", 3.5 - 0.5 + 0.5), ("。，!", 0.0)]
)
def test_two_chinese_characters_are_as_long_as_a_word(text: str, expected: float) -> None:
    assert size(text) == expected


# None of these ends before the tests are stopped if it takes more than its length.
@pytest.mark.parametrize(
    ("unit", "words"), [(".", 1.0), ("…", 1.0), (")", 1.0), ("-", 1.0), (". ", 1.0), ("“", 1.0), ("一", 150_001.0)]
)
def test_what_has_no_end_takes_no_more_than_its_length(unit: str, words: float) -> None:
    text = unit * 300_000 + "ax"
    assert size(text) == words
    assert sentences(text) == [(0, len(text))]


def test_a_chinese_character_takes_two_columns() -> None:
    assert [width(text) for text in ("搬到 Chengdu", "서울", "。！", "привет", "")] == [12, 4, 4, 6, 0]


def test_what_is_too_long_is_cut_between_clauses_else_words_else_anywhere() -> None:
    def cut(text: str, most: float, widest: int) -> list[str]:
        return [text[start:end] for start, end in clauses(text, 0, len(text), most, widest)]

    assert cut("one two, three four; five six", 4, 100) == ["one two, three four;", "five six"]
    assert cut("one, two three four five, six", 2, 100) == ["one,", "two three", "four five,", "six"]
    assert cut("... ... .....", 9, 8) == ["... ...", "....."]
    assert cut("一二三四五六七八九十", 9, 8) == ["一二三四", "五六七八", "九十"]


def test_a_sentence_is_told_by_its_end() -> None:
    assert [is_sentence(text) for text in ("走了。", "走了。”", "It is.", "走了", "Costs", "")] == [True] * 3 + [
        False
    ] * 3


def test_a_text_without_marks_is_cut_somewhere() -> None:
    text = "没有标点" * 900
    parts = clauses(text, 0, len(text), 100, 3000)
    assert "".join(text[start:end] for start, end in parts) == text
    assert max(end - start for start, end in parts) == 600
