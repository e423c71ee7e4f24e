from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.mapped import MappedText
from knowledge.reading.webpage import read_html


def _content(page: str) -> str:
    return read_html(page)[0].text


@pytest.mark.parametrize(
    ("page", "content"),
    [
        ("<p>第一段<p>第二段</p>", "第一段\n\n第二段"),
        ("一<b>粗</b><i>斜</i>二", "一粗斜二"),
        ("a <b> b </b> c\n\n  d", "a b c d"),
        ("中文\n  换行 空格", "中文换行 空格"),
        ("<p>　　缩进</p>", "缩进"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("A&nbsp;&amp;&#x4e2d;&lt;b&gt; &copy 1 &bogus; AT&T", "A &中<b> © 1 &bogus; AT&T"),
        ("<ul><li>甲<li>乙<ul><li>丙</ul></ul>丁", "- 甲\n- 乙\n- 丙\n\n丁"),
        ("<ol><li>x</li><li></li><li>y</li></ol>", "1. x\n3. y"),
        ("<table><tr><th>市<th>价<tr><td>成都<td>2500</table>", "市 | 价\n成都 | 2500"),
        ("<pre>\n a  b\n  c\n</pre>d", "a  b\n  c\n\nd"),
        ("<dl><dt>租<dd>每月付</dl>", "租\n每月付"),
        ("x<script>if (a<b) '</p>'</script>y<style>p{}</style>z", "xyz"),
        ("x<!-- a > b -->y<!doctype html>z<!-->w<?php?>v", "xyzwv"),
        ("<a title='a>b' href=\"x>y\">link</a> <p class=x>y", "link\n\ny"),
        ("3 < 4 <5", "3 < 4 <5"),
        ("<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字<ruby>市<rt>shì</ruby>", "漢字市"),
        ("<p>see <span hidden>a <span>b</span></span>c<div style='color:red; display: none'>d</div>", "see c"),
        ("<p title='hidden role display'>stays</p><p aria-hidden=true>goes</p>", "stays"),
        ("<textarea><p>x</textarea>y", "y"),
        ("<noscript>enable</noscript><template>t</template><svg><text>s</text></svg>a", "a"),
        ("<p>cut <b", "cut"),
        ("\ufeff<p>x</p>\n", "x"),
    ],
)
def test_what_a_browser_shows_is_kept(page: str, content: str) -> None:
    assert _content(page) == content


AROUND = (
    "<header><h1>站名</h1></header><nav><a href=/>首页</a></nav><div role=navigation>菜单</div>"
    "<main><article><header><h1>标题</h1></header><p>正文。</p><aside>推荐</aside></article></main>"
    "<form><label>搜索</label><input></form><footer>版权</footer>"
)


def test_what_stands_around_the_text_is_left_out() -> None:
    assert _content(AROUND) == "标题\n\n正文。"


@pytest.mark.parametrize(
    ("page", "content"),
    [
        ("<div><nav>菜单<p>正文</p></div><p>又一段", "菜单\n\n正文\n\n又一段"),
        ("<form><p>整页都在表单里</p><nav>菜单</nav></form>", "整页都在表单里"),
        ("<nav>只有菜单</nav>", "只有菜单"),
        ("<header>头</header>", "头"),
    ],
)
def test_the_text_itself_is_never_taken_for_what_is_around_it(page: str, content: str) -> None:
    assert _content(page) == content


CALLED = (
    '<body class="cookie-shown"><div class="cookie">We use cookies</div><p>正文有好几句话，说的是河边的市场和摊位。</p>'
    '<div class="post-share"><a>X</a></div><div id="author-bio">作者住在河边。</div><span class="sharing">转发</span>'
    '<ul class="related-posts"><li>别的文章</ul><div class="social-security shareholders">也是正文。</div>'
)


def test_what_is_called_a_banner_or_a_box_is_left_out_and_no_more() -> None:
    assert _content(CALLED) == "正文有好几句话，说的是河边的市场和摊位。\n\n也是正文。"
    assert _content('<div class="related"><p>整页都在里面。</p></div>') == "整页都在里面。"


def test_headings_and_title() -> None:
    content, title, headings = read_html(
        "<title>小城的房租&amp;生活 - 某某网</title><h1>小城的<b>房租</b>&amp;生活</h1>"
        "<p>字</p><h3> 第一节 </h3><p>字</p><h2></h2>"
    )
    assert title == "小城的房租&生活"
    assert [(content.text[h.start : h.end], h.level) for h in headings] == [("小城的房租&生活", 1), ("第一节", 3)]
    assert read_html("<title> a\n b </title>x")[1] == "a b"
    assert read_html("<h1>只有标题</h1>x")[1] == "只有标题"
    assert read_html("<p>x")[1] is None


def _assert_to_the_letter(page: str, content: MappedText) -> None:
    """Every character was made by those of the page that it is said to be made by, and in their order."""
    assert content.source == page
    assert list(content.starts) == sorted(content.starts)
    assert list(content.ends) == sorted(content.ends)
    for character, start, end in zip(content.text, content.starts.tolist(), content.ends.tolist(), strict=True):
        made_by = page[start:end]
        if made_by == character:
            continue
        if re.fullmatch(r"&[^\s<&]+", made_by) and character in unescape(made_by):
            continue
        # A break, a bar or the mark of an item stands for tags, what is left out, and white space.
        assert character in "\n -|.0123456789", (character, made_by)
        assert re.search(r"[<\s]|&nbsp", made_by), (character, made_by)


def test_each_character_has_its_place_in_the_file() -> None:
    page = AROUND + "<p>租金&mdash;<b>2500</b>&nbsp;元 &lt;月&gt;</p>\r\n<ul><li>甲<li>乙</ul>"
    content = read_html(page)[0]
    _assert_to_the_letter(page, content)
    start = content.text.index("—2500")
    first, last = content.span(start, start + len("—2500 元"))
    assert page[first:last] == "&mdash;<b>2500</b>&nbsp;元"
    first, last = content.span(content.text.index("正文"), content.text.index("正文") + 3)
    assert page[first:last] == "正文。"


PIECES = st.sampled_from(
    [
        *("成都", "房租 ", "word", " ", "\n", "\r\n", "　", "。", "<", ">", "&", '"', "'", "=", "/", "😀", "\ufeff"),
        *("&amp;", "&nbsp;", "&lt;", "&#20013;", "&copy", "&bogus;", "&#xffffffff;", "&#0;", "&NotEqualTilde;"),
        *("<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>", "<pre>", "</pre>", "<ul>", "</ul>", "<ol>", "<li>"),
        *("<nav>", "</nav>", "<form>", "</form>", "<header>", "</header>", "<span hidden>", "</span>", "<h1>", "</h1>"),
        *("<table>", "<tr>", "<td>", "</table>", "<!--", "-->", "<script>", "</script>", "<title>", "</title>"),
        *("<a href='x>y'>", '<a b="', "<rt>", "<ruby>", "</ruby>", "<textarea>", "</textarea>", "<![CDATA[", "]]>"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_page_is_mapped_to_the_letter(page: str) -> None:
    content, _, headings = read_html(page)
    _assert_to_the_letter(page, content)
    for heading in headings:
        assert content.text[heading.start : heading.end].strip()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="<&\ufeff", exclude_categories=["Z", "C"])))
def test_words_without_tags_are_unchanged(words: str) -> None:
    assert _content(f"<p>{words}</p>") == words
