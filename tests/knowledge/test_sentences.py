from __future__ import annotations

import pytest

from knowledge.sentences import clauses, is_sentence, sentences, size


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


def test_a_sentence_is_told_by_its_end() -> None:
    assert [is_sentence(text) for text in ("走了。", "走了。”", "It is.", "走了", "Costs", "")] == [True] * 3 + [
        False
    ] * 3


def test_a_text_without_marks_is_cut_somewhere() -> None:
    text = "没有标点" * 900
    parts = clauses(text, 0, len(text), 100)
    assert "".join(text[start:end] for start, end in parts) == text
    assert max(end - start for start, end in parts) == 600
