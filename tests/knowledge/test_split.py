"""Passages: joined, cut, quoted to the letter; all texts are our own."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.describe import describe
from knowledge.passage import Passage
from knowledge.reading import read_file
from knowledge.repair import repair
from knowledge.sentences import size, width
from knowledge.split import split
from knowledge.structure import structure

SENTENCE = "河边的旧厂房改成了市场，周末有很多人来买菜。"
LONG = SENTENCE * 3


def _split(tmp_path: Path, text: str | bytes, name: str = "text.txt") -> list[Passage]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    source = read_file(path)
    repaired = repair(source.content)
    parts = structure(source, repaired)
    passages = split(source, repaired, parts, describe(source, repaired, parts))
    for passage in passages:
        assert passage.quote == source.text[passage.start : passage.end]
    return passages


def _texts(tmp_path: Path, text: str, name: str = "text.txt") -> list[str]:
    return [passage.text for passage in _split(tmp_path, text, name)]


def test_what_is_too_short_to_stand_alone_goes_with_a_neighbour_of_its_section(tmp_path: Path) -> None:
    passages = _split(
        tmp_path, f"# 集市\n\n第一段很短。\n\n第二段也短。\n\n## 价钱\n\n第三段在别处。\n\n{LONG}\n", "text.md"
    )
    assert [(p.section.zh if p.section else None, p.text) for p in passages] == [
        (None, "第一段很短。第二段也短。"),
        ("价钱", f"第三段在别处。{LONG}"),
    ]
    assert [(p.locator, p.paragraph, p.line) for p in passages] == [
        ("paragraphs 2–3", 2, 3),
        ("paragraphs 5–6", 5, 9),
    ]
    assert passages[0].quote == "第一段很短。\n\n第二段也短。"


FIGURE = "靠河的一间摊位每月三百元。"
SURVEYED = "河东大学去年的调查显示，摊主里有四成打算搬走，其中一半是年轻人。"
COUNTED = "据河东市统计局统计，全市有一千二百个摊位。"
VIEW = "在我看来，这里适合退休的人。"


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        ([LONG, LONG, "也有例外。"], [LONG, f"{LONG}也有例外。"]),
        ([LONG, FIGURE, LONG], [LONG, FIGURE, LONG]),
        ([LONG, SURVEYED, COUNTED], [LONG, SURVEYED, COUNTED]),
        ([SURVEYED, "人不少。", COUNTED], [SURVEYED, "人不少。", COUNTED]),
        ([FIGURE, VIEW, FIGURE], [FIGURE, VIEW, FIGURE]),
        ([SENTENCE, SENTENCE.replace("河边", "山上")], [SENTENCE + SENTENCE.replace("河边", "山上")]),
    ],
)
def test_a_claim_with_a_figure_a_source_or_a_view_stands_alone(
    tmp_path: Path, paragraphs: list[str], expected: list[str]
) -> None:
    assert _texts(tmp_path, "\n\n".join(paragraphs)) == expected


ABOUT = "收摊以后市场就空了，只有几只猫在摊位中间走来走去，等着有人留下一点鱼。"


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        ([LONG, f"这些人{ABOUT}"], [f"{LONG}这些人{ABOUT}"]),
        ([LONG, f"这些人{ABOUT}每天有三百个。"], [LONG, f"这些人{ABOUT}每天有三百个。"]),
        ([SURVEYED, f"他们说，{ABOUT}"], [f"{SURVEYED}他们说，{ABOUT}"]),
        ([SURVEYED, f"但是{ABOUT}"], [SURVEYED, f"但是{ABOUT}"]),
    ],
)
def test_what_refers_back_goes_with_what_it_refers_to_unless_it_makes_a_claim_of_its_own(
    tmp_path: Path, paragraphs: list[str], expected: list[str]
) -> None:
    assert _texts(tmp_path, "\n\n".join(paragraphs)) == expected


def test_a_long_paragraph_is_cut_where_its_source_changes(tmp_path: Path) -> None:
    first = f"{SURVEYED}同一份调查里，也有三成人说生意比从前好。{ABOUT}"
    second = f"河东市渔业协会的报告指出，鱼价两年里跌了一成。{ABOUT}{SENTENCE}"
    assert _texts(tmp_path, first + second) == [first, second]
    assert size(first + second) <= 110


def test_rows_of_a_table_are_read_without_it(tmp_path: Path) -> None:
    table = "| 项目 | 北京 | 大连 |\n|---|---|---|\n| 一居室月租 | 6200 | 1700 |\n| 上班路上 | 50分钟 | 25分钟 |\n"
    passages = _split(tmp_path, f"# 账\n\n{LONG}\n\n{table}\n{FIGURE}\n", "text.md")
    assert [p.text for p in passages] == [
        LONG,
        "一居室月租：北京 6200，大连 1700",
        "上班路上：北京 50分钟，大连 25分钟",
        FIGURE,
    ]
    assert passages[1].quote == "项目 | 北京 | 大连 |\n|---|---|---|\n| 一居室月租 | 6200 | 1700"
    assert passages[2].quote == "上班路上 | 50分钟 | 25分钟"


def test_languages_are_not_joined(tmp_path: Path) -> None:
    passages = _split(tmp_path, "一句中文。\n\nAn English sentence.\n\n又一句中文。")
    assert [(p.language, p.text) for p in passages] == [
        ("zh", "一句中文。"),
        ("en", "An English sentence."),
        ("zh", "又一句中文。"),
    ]


@pytest.mark.parametrize(
    "sentence", [SENTENCE, "The old factory by the river is a market now, and many people come to buy. "]
)
def test_long_paragraphs_are_cut_between_sentences(tmp_path: Path, sentence: str) -> None:
    passages = _split(tmp_path, sentence * 20)
    assert len(passages) > 1
    assert {p.text.count(sentence.strip()) * len(sentence.strip()) + p.text.count(". The") for p in passages} == {
        len(p.text) for p in passages
    }
    assert all(30 <= size(p.text) <= 110 for p in passages)


def test_what_introduces_a_list_goes_with_items_that_say_nothing_alone(tmp_path: Path) -> None:
    text = "变化有两点:\n\n  1. 摊位多了\n    去年有三百个。\n\n  • 价钱低了\n  • 人也多了"
    assert _texts(tmp_path, text) == ["变化有两点:摊位多了：去年有三百个。价钱低了；人也多了"]
    assert _texts(tmp_path, f"卖的东西有:\n\n- 苹果\n- 白菜三元\n- 鱼\n\n{LONG}") == [
        "卖的东西有:苹果；白菜三元；鱼",
        LONG,
    ]


def test_items_that_are_sentences_stand_alone(tmp_path: Path) -> None:
    items = [f"甲说，{FIGURE}", f"乙说，{FIGURE}"]
    text = "\n".join(f"- {item}" for item in items)
    assert _texts(tmp_path, f"先看价钱:\n\n{text}") == [f"先看价钱:{items[0]}", items[1]]
    assert _texts(tmp_path, f"河东大学的调查显示:\n\n{text}") == [f"河东大学的调查显示:{items[0]}{items[1]}"]


def test_wrapped_lines_become_one(tmp_path: Path) -> None:
    (passage,) = _split(tmp_path, "Second paragraph,\r\non two lines.")
    assert passage.text == "Second paragraph, on two lines."
    assert passage.quote == "Second paragraph,\r\non two lines."


def test_a_passage_ends_with_the_mark_of_its_sentence(tmp_path: Path) -> None:
    text = f"{LONG}\n\n他说：“一个摊位要三百元！”\n\n{FIGURE}\n\nShe pays 300 yuan (in Papers no. 12).\n"
    assert [text[-1] for text in _texts(tmp_path, text)] == ["。", "”", "。", "."]


def test_boilerplate_and_headings_are_in_no_passage(tmp_path: Path) -> None:
    text = f"集市\n\n{LONG}\n\n(全文统计:约60字)\n\n\n文章亮点:\n\n  • 数字多,说服力强\n"
    assert [p.text for p in _split(tmp_path, text)] == [LONG]


def test_a_repaired_passage_is_quoted_as_the_file_has_it(tmp_path: Path) -> None:
    text = "我們(men)的市場(chǎng)離(lí)車站很近,走路只要十分鐘(zhōng)。"
    (passage,) = _split(tmp_path, text)
    assert passage.text == "我们的市场离车站很近,走路只要十分钟。"
    assert passage.quote == text
    assert not passage.damaged


def test_a_guess_marks_the_passage_as_damaged(tmp_path: Path) -> None:
    damaged = "市场里的摊位每个月只\ufffd收三百元，来摆摊的多半是附近的退休工人，他们每天早上四点就起床，去城外进货。"
    passages = _split(tmp_path, f"{LONG}\n\n{damaged}{SENTENCE}\n\n{LONG}".encode())
    assert [p.damaged for p in passages] == [False, True, False]


def test_a_page_of_markup_is_quoted_with_its_markup(tmp_path: Path) -> None:
    html = f"<h1>集市</h1><nav>首页</nav><p>{SENTENCE}<b>三百元</b>一个摊位。</p><ul><li>苹果</li><li>白菜</li></ul>"
    (passage,) = _split(tmp_path, html, "page.html")
    assert passage.text == f"{SENTENCE}三百元一个摊位。苹果；白菜"
    assert passage.quote is not None
    assert passage.quote.startswith(SENTENCE)
    assert passage.quote.endswith("<li>白菜")


def test_other_encodings_are_quoted_as_decoded(tmp_path: Path) -> None:
    assert [p.quote for p in _split(tmp_path, LONG.encode("gb18030"))] == [LONG]


PARTS = st.sampled_from(
    [
        SENTENCE,
        LONG,
        LONG * 5,
        "短句。",
        "A short one.",
        "标题",
        "- 一项",
        "1. 第二项",
        "信息来源:",
        "\n",
        "\n\n",
        "\r\n",
        " ",
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=24))
def test_quotes_hold_and_nothing_is_told_twice(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    text = "".join(parts)
    if not text.strip():
        return
    passages = _split(tmp_path_factory.mktemp("split"), text)
    ends = [(p.start or 0, p.end or 0) for p in passages]
    assert all(former[1] <= later[0] for former, later in pairwise(ends))


@pytest.mark.parametrize(
    "text",
    [
        "é" * 300_000,
        "." * 300_000,
        "成都：\n" * 6_000,
        "成都：\n\n" * 6_000,
        "люди уехали\n\n" * 6_000,
        "люди уехали. " * 6_000,
        "ひらがな" * 50_000,
        "👍🏽" * 50_000,
        "a | b" + " " * 200_000 + "| c\nd | e | f\n",
        "a1 | " * 50_000 + "\n" + "b1 | " * 50_000,
        "# " + "题" * 100_000 + "\n\n" + "河边有集市。\n\n" * 1_000,
        "一行没有句号的字\n" * 6_000,
    ],
)
@pytest.mark.parametrize("name", ["text.txt", "text.md"])
def test_no_passage_is_longer_than_can_be_read(tmp_path: Path, text: str, name: str) -> None:
    passages = _split(tmp_path, text, name)
    assert passages
    assert max(width(passage.text) for passage in passages) <= 3_300
    assert max(len(passage.section.zh) if passage.section else 0 for passage in passages) <= 600


def test_control_characters_and_separators_are_spaces(tmp_path: Path) -> None:
    text = f"{SENTENCE}\u2028{SENTENCE}\x85\x80{SENTENCE}\u2029{SENTENCE}"
    assert _texts(tmp_path, text) == [" ".join([SENTENCE] * 4)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(tmp_path: Path, end: str) -> None:
    passages = _split(tmp_path, f"{LONG}{end}{end}{LONG}{end}{COUNTED}")
    assert [passage.line for passage in passages] == [1, 3, 4]


@pytest.mark.parametrize(
    ("raw", "damaged"),
    [
        (f"{LONG}\n\n{LONG}".encode()[:-1], [False, True]),
        (f"{LONG}\n\n{LONG}".encode(), [False, False]),
        (b"\xff\xfe" + LONG.encode("utf-16-le") + b"\x3d\xd8\n\0\n\0" + LONG.encode("utf-16-le"), [True, False]),
    ],
)
def test_a_passage_beside_half_a_character_is_damaged(tmp_path: Path, raw: bytes, damaged: list[bool]) -> None:
    assert [passage.damaged for passage in _split(tmp_path, raw)] == damaged


def test_what_readers_say_below_a_text_is_no_evidence_of_its_own(tmp_path: Path) -> None:
    comment = (
        "我也在河边住过三年，摊位费一年比一年贵，去年涨到五百，最后还是搬走了，奉劝各位想清楚再来，别听人说好就来。" * 3
    )
    text = f"{LONG}\n\n网友评论\n\n河边人：{comment}\n\n沙发！"
    assert [p.text for p in _split(tmp_path, text)] == [LONG]
