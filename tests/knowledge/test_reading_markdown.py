from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.reading.markdown import read_markdown


def _content(text: str) -> str:
    return read_markdown(text)[0].text


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("普通一段\n第二行\n\n又一段", "普通一段\n第二行\n\n又一段"),
        ("# 一 #\n##二\n### C#\n# ", "一\n二\nC#"),
        ("#话题# 不是标题", "#话题# 不是标题"),
        ("题目\n===\n\n小节\n---\n字", "题目\n\n小节\n字"),
        ("a\nb\n---\nc", "a\nb\nc"),
        ("**粗** *斜* __b__ _i_ ~~删~~ ***都***", "粗 斜 b i 删 都"),
        ("3 * 4 * 5, snake_case_name, 2**10", "3 * 4 * 5, snake_case_name, 2**10"),
        ('**[链接](http://a.b/c_(d) "题")**和![图](x.png)', "链接和图"),
        ("[a][ref] [b][] [c] [^1]\n\n[ref]: http://x.y\n[^1]: 注", "a b [c] \n\n[^1]: 注"),
        ("`code **x**` 与 ``a`b``", "code **x** 与 a`b"),
        ("\\*星\\* &amp; &lt;b&gt; <http://x.y> <em>强</em>一<br>二", "*星* & <b> http://x.y 强一 二"),
        ("> 引\n> **文**\n", "引\n文"),
        ("- 甲\n* 乙\n1. 丙", "- 甲\n* 乙\n1. 丙"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("```py\n# x **y**\n```\n后", "# x **y**\n后"),
        ("~~~\n```\n~~~\n后", "```\n后"),
        ("前<!-- 藏\n\n# 藏 -->后", "前后"),
        ("一\n\n***\n\n二", "一\n\n\n二"),
        ("\ufeff---\ntitle: '题'\ntags: [a]\n---\n正文", "正文"),
        ("---\n不是信息\n---\n正文", "不是信息\n正文"),
    ],
)
def test_marks_go_and_words_stay(text: str, content: str) -> None:
    assert _content(text) == content


def test_headings_and_title() -> None:
    content, title, headings = read_markdown("# 总**题** #\n\n字\n\n##小节\n\n```\n# 代码\n```\n\n末节\n----\n> # 引\n")
    assert title == "总题"
    assert [(content.text[h.start : h.end], h.level) for h in headings] == [
        ("总题", 1),
        ("小节", 2),
        ("末节", 2),
        ("引", 1),
    ]
    assert read_markdown('---\ntitle: "另一个"\n---\n# 题')[1] == "另一个"
    assert read_markdown("## 二级")[1] is None


def test_each_character_has_its_place_in_the_file() -> None:
    text = "\ufeff# 标题\r\n\r\n看 **[房租](http://x.y)** &amp; `a`。\r\n"
    content = read_markdown(text)[0]
    assert content.text == "标题\r\n\r\n看 房租 & a。"
    assert text[slice(*content.span(6, 10))] == "看 **[房租"
    assert text[slice(*content.span(8, 10))] == "房租"
    assert text[slice(*content.span(11, 12))] == "&amp;"


PIECES = st.sampled_from(
    [
        *"*_`~#>|-[]()!<&\\=: \n\t",
        "词",
        "word",
        "\r\n",
        "&amp;",
        "<br>",
        "<!--",
        "-->",
        "```",
        "---",
        "](",
        "[^",
        "\ufeff",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_mapped_to_the_letter(text: str) -> None:
    content, _, headings = read_markdown(text)
    for character, start, end in zip(content.text, content.starts.tolist(), content.ends.tolist(), strict=True):
        assert text[start:end] in {character, "&amp;"} or (character == " " and text[start:end] == "<br>")
    for heading in headings:
        assert content.text[heading.start : heading.end].strip()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(categories=["Lo", "Ll", "Lu", "Nd"])))
def test_words_without_marks_are_unchanged(words: str) -> None:
    assert _content(words) == words


@pytest.mark.parametrize(
    "unit", ["*a ", "**a", " _a", "`a ``b ", "[", "[](a", " ", "# # ", "| ", "<a ", "~~a ", "---|"]
)
def test_no_text_takes_more_than_its_length(unit: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        read_markdown("# " + unit * (length // len(unit)))
        return time.process_time() - started

    assert seconds(80_000) < 8 * seconds(20_000) + 0.2
