"""What is a heading, what introduces others, and what is none of the text; all texts are our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.boilerplate import Boilerplate, boilerplate, part_headed
from knowledge.headings import glued_heading, looks_like_heading
from knowledge.reading import read_file
from knowledge.repair import repair
from knowledge.structure import Structure, structure

FIRST = "河边的旧厂房改成了市场，周末有很多人来买菜，也有人只是来散步。"
SECOND = "市场的摊位每月只收三百元，所以来摆摊的多半是附近的退休工人。"


def _structure(tmp_path: Path, text: str, name: str = "text.txt") -> tuple[str, Structure]:
    path = tmp_path / name
    path.write_text(text, "utf-8", newline="")
    source = read_file(path)
    repaired = repair(source.content)
    return repaired.text, structure(source, repaired)


def _shown(tmp_path: Path, text: str, name: str = "text.txt") -> list[tuple[str, str, str | None]]:
    """Kind, words and section of each paragraph."""
    words, found = _structure(tmp_path, text, name)
    return [(p.boilerplate or p.kind, words[p.start : p.end], p.section) for p in found.paragraphs]


def test_a_plain_text_has_headings_and_a_title(tmp_path: Path) -> None:
    text = f"旧厂房的新生\n\n摊位\n\n{FIRST}\n\n一、价钱\n\n{SECOND}"
    words, found = _structure(tmp_path, text)
    assert found.title == "旧厂房的新生"
    assert [(p.kind, p.section, words[p.start : p.end]) for p in found.paragraphs] == [
        ("heading", None, "旧厂房的新生"),
        ("heading", "摊位", "摊位"),
        ("paragraph", "摊位", FIRST),
        ("heading", "一、价钱", "一、价钱"),
        ("paragraph", "一、价钱", SECOND),
    ]


def test_a_last_line_without_an_end_is_no_heading(tmp_path: Path) -> None:
    assert _shown(tmp_path, f"{FIRST}\n\n末段没有换行") == [
        ("paragraph", FIRST, None),
        ("paragraph", "末段没有换行", None),
    ]


def test_lines_in_a_row_are_a_list_and_no_headings(tmp_path: Path) -> None:
    rows = ["苹果三箱", "白菜五筐", "豆腐十块", "土豆八斤", "番茄六斤"]
    assert {kind for kind, _, _ in _shown(tmp_path, "\n".join([*rows, FIRST]))} == {"paragraph"}


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("热闹的集市,数清摊主的日子", "表面看,摊位上什么都卖。其实卖得最好的只有三样东西,每样都要起早去进货。"),
        ("涨价还是降价?菜篮子背后的两本账", "“菜价又涨了”这样的话天天听得到,其实去年冬天比现在还要贵上一些。"),
        ("早起的代价,卖菜人的一天", "有人担心年轻人不肯再做这一行,但来租摊位的人里有一半还不到三十岁。"),
        ("夜里卖鱼的人靠什么", "海口渔具协会说,夜里出摊的人比白天多,其中一半是从外地来的年轻人,他们白天还有别的工作。"),
        ("一、摊位和价钱", "海南大学的调查显示,去年的摊位比前年多了三成,价钱也高了一些,来的人却没有从前多。"),
        ("The price of rising early", "Many of the sellers get up at three in the morning and sleep again after noon."),
    ],
)
def test_a_heading_glued_to_its_paragraph_is_cut_off(tmp_path: Path, heading: str, body: str) -> None:
    assert glued_heading(heading + body) == len(heading)
    assert _shown(tmp_path, f"{FIRST}\n\n{heading}{body}") == [
        ("paragraph", FIRST, None),
        ("heading", heading, heading),
        ("paragraph", body, heading),
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        "去年的调查显示,摊主当中有人担心租金还会再涨,但大多数人打算接着做下去。",
        "刚到市场,门口有人说今天的鱼很新鲜,我们就先去看了看,后来买了两条回家。",
        "老张的摊位,卖的是自家种的菜,如今,来买的人比从前多了一倍,他也雇了帮手。",
        "海口大学和海南大学的调查显示,去年的摊位比前年多了三成,价钱也高了一些。",
        "一、著名学府海南大学的调查显示,去年的摊位比前年多了三成。",
        "一、来自海南省统计局的数据显示,去年的摊位比前年多了三成。",
        "没有人知道怎么办海南大学的调查显示的问题,大家都很着急。",
        "收摊的时候海南大学的老师说,今天的鱼很新鲜。",
        "They learned to use YouTube there. The rest was easy and took only a few days of work.",
    ],
)
def test_what_only_begins_like_a_heading_stays_whole(paragraph: str) -> None:
    assert glued_heading(paragraph) == 0


def test_a_heading_left_behind_heads_what_is_above_it(tmp_path: Path) -> None:
    text = (
        f"旧厂房的新生\n\n\n{FIRST}\n\n{SECOND}\n\n(去年有摊位300个,今年有420个)\n\n市场,如今是什么样子?\n\n\n"
        f"原因:为什么会变?\n\n{FIRST}"
    )
    shown = _shown(tmp_path, text)
    assert [section for kind, _, section in shown if kind == "paragraph"] == [
        None,
        "市场,如今是什么样子?",
        "市场,如今是什么样子?",
        "原因:为什么会变?",
    ]


def test_a_title_left_behind_is_the_title(tmp_path: Path) -> None:
    text = f"{FIRST}\n\n摊位的价钱\n\n{SECOND}\n\n旧厂房,一座城市的菜篮子\n\n\n明天会怎样\n\n{FIRST}"
    _, found = _structure(tmp_path, text)
    assert found.title == "旧厂房,一座城市的菜篮子"
    assert [p.section for p in found.paragraphs if p.kind == "paragraph"] == [None, "摊位的价钱", "明天会怎样"]


def test_a_numbered_line_introduces_what_stands_below_it(tmp_path: Path) -> None:
    words, found = _structure(tmp_path, f"变化\n\n  1. 摊位多了\n    {FIRST}\n\n  2. 价钱低了\n    {SECOND}\n\n{FIRST}")
    assert [(p.kind, p.under, words[p.start : p.end][:5]) for p in found.paragraphs[1:]] == [
        ("lead", "摊位多了", "摊位多了"),
        ("paragraph", "摊位多了", FIRST[:5]),
        ("lead", "价钱低了", "价钱低了"),
        ("paragraph", "价钱低了", SECOND[:5]),
        ("paragraph", None, FIRST[:5]),
    ]


def test_marked_headings_make_a_path(tmp_path: Path) -> None:
    text = f"# 集市\n\n{FIRST}\n\n## 价钱\n\n### 蔬菜\n\n{SECOND}\n\n## 交通\n\n{FIRST}\n"
    _, found = _structure(tmp_path, text, "text.md")
    assert found.title == "集市"
    assert [p.section for p in found.paragraphs if p.kind == "paragraph"] == [None, "价钱 › 蔬菜", "交通"]


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        (f"# 從市場到河邊\n\n## 價錢\n\n{FIRST}", "a.md", "從市場到河邊"),
        (f"旧厂房的新生\n\n## 价钱\n\n{FIRST}", "a.md", "旧厂房的新生"),
        (f"<title>旧厂房的新生 | 某某网</title><h1>旧厂房的新生</h1><h2>价钱</h2><p>{FIRST}", "a.html", "旧厂房的新生"),
        (f"<title>旧厂房的新生_某某网</title><h2>价钱</h2><p>{FIRST}", "a.html", "旧厂房的新生"),
        (f"<title>Untitled</title><h1>旧厂房的新生</h1><h2>价钱</h2><p>{FIRST}", "a.html", "旧厂房的新生"),
    ],
)
def test_the_title_is_what_the_text_shows_first(tmp_path: Path, text: str, name: str, title: str) -> None:
    _, found = _structure(tmp_path, text, name)
    assert found.title == title
    assert found.paragraphs[-1].section in {"价钱", "價錢"}


def test_lines_wrapped_by_hand_are_one_paragraph(tmp_path: Path) -> None:
    lines = (
        "The market opens at six in the morning and is\nfull by seven. Most of the sellers live near\n"
        "by. They come on foot.\n\nA second paragraph,\non two lines."
    )
    shown = [words for _, words, _ in _shown(tmp_path, lines)]
    assert shown == lines.split("\n\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("(全文统计:约860字)", Boilerplate.WORD_COUNT),
        ("Word count: 1,024", Boilerplate.WORD_COUNT),
        ("首页 > 新闻 > 正文", Boilerplate.NAVIGATION),
        ("Home | About us | Contact", Boilerplate.NAVIGATION),
        ("上一篇：菜市场的早晨", Boilerplate.NAVIGATION),
        ("分享到微信朋友圈", Boilerplate.SHARING),
        ("欢迎扫码关注我们的公众号", Boilerplate.SHARING),
        ("Share this article", Boilerplate.SHARING),
        ("Subscribe to our weekly newsletter", Boilerplate.SHARING),
        ("© 2024 某某报社", Boilerplate.COPYRIGHT),
        ("未经授权不得转载", Boilerplate.COPYRIGHT),
        ("All rights reserved.", Boilerplate.COPYRIGHT),
        ("作者：王小明", Boilerplate.BYLINE),
        ("2024-05-03 08:30 来源：晨报", Boilerplate.BYLINE),
        ("By Jane Doe", Boilerplate.BYLINE),
        ("Published 3 May 2024", Boilerplate.BYLINE),
        ("数据来源：市场管理处", Boilerplate.SOURCES),
        ("图源：视觉中国", Boilerplate.CAPTION),
        ("Photo: Getty Images", Boilerplate.CAPTION),
        ("作为AI语言模型，我无法核实这些数字。", Boilerplate.GENERATOR),
        ("Here is the revised version of your article:", Boilerplate.GENERATOR),
        ("By Jane Doe · 14 May 2024 · 6 min read · 1,024 words", Boilerplate.BYLINE),
        ("Harbour Notes · 14 May 2024 · 6 min read", Boilerplate.BYLINE),
        ("J. Okoro and Lin Hua, June 2024", Boilerplate.BYLINE),
        ("Last updated: June 2024", Boilerplate.BYLINE),
        ("2024年5月14日", Boilerplate.BYLINE),
        ("写于2024年6月", Boilerplate.BYLINE),
        ("作者简介：王小明，自由撰稿人，现居海口，写过几本关于市场的书。", Boilerplate.BYLINE),
        ("About the author: Jane Doe writes about markets.", Boilerplate.BYLINE),
        ("Share on X | Facebook | WeChat", Boilerplate.SHARING),
        ("We use cookies to improve your visit. Accept all | Reject", Boilerplate.CONSENT),
        ("Accept all", Boilerplate.CONSENT),
        ("本网站使用Cookie以改善您的体验。", Boilerplate.CONSENT),
        ("编者按：文中的数据来自摊主。", Boilerplate.EDITOR_NOTE),
        ("【编辑备注】本稿为第二稿，应要求补充了数据。", Boilerplate.EDITOR_NOTE),
        ("文中数据未经核实，请谨慎引用。", Boilerplate.EDITOR_NOTE),
        ("Editor's note: figures were added on request.", Boilerplate.EDITOR_NOTE),
        ("The figures in this article have not been checked.", Boilerplate.EDITOR_NOTE),
        ("本文由AI生成，仅供参考。", Boilerplate.GENERATOR),
        ("This article was written with the help of ChatGPT.", Boilerplate.GENERATOR),
        ("本文初稿由人工智能协助撰写。", Boilerplate.GENERATOR),
        ("本文通过对12家人工智能企业的调研完成。", None),
        ("该篇报告使用DeepSeek公司的招聘数据整理。", None),
        ("This article was written by an AI researcher who moved to the coast.", None),
        ("The data in this article are from the census and show that rents were added to.", None),
        ("来源广泛的收入让他们过得不错。", None),
        ("编辑说，这里的工资很低。", None),
        ("这份总结没有说明人数是怎么统计的。", None),
        ("AI生成的图片正在抢走画师的饭碗。", None),
        ("About the author of the survey nothing is known.", None),
        ("Jane Doe moved back from the coast in June 2024", None),
        ("2024年5月，她搬到河边。", None),
        ("We use bicycles to get to work.", None),
        ("By 2030 the city will have two more markets.", None),
        ("Date palms line the street in front of the market.", None),
        ("居民可以下载手机APP预约摊位，每人每月一次。", None),
        ("Home prices fell by 3% last year.", None),
        ("分享 一下我摆摊的第一个月", None),
    ],
)
def test_a_line_that_is_no_evidence_is_told(line: str, expected: Boilerplate | None) -> None:
    assert boilerplate(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("文章亮点:", Boilerplate.HIGHLIGHTS),
        ("Article highlights", Boilerplate.HIGHLIGHTS),
        ("优化要点说明:", Boilerplate.REVISION_NOTES),
        ("**修改说明**", Boilerplate.REVISION_NOTES),
        ("Key changes made:", Boilerplate.REVISION_NOTES),
        ("参考资料", Boilerplate.SOURCES),
        ("信息来源：", Boilerplate.SOURCES),
        ("Related articles", Boilerplate.SOURCES),
        ("网友评论（23条）", Boilerplate.COMMENTS),
        ("评论区", Boilerplate.COMMENTS),
        ("Comments (4)", Boilerplate.COMMENTS),
        ("Leave a comment", Boilerplate.COMMENTS),
        ("评论家怎么看", None),
        ("Comments on rent", None),
        ("城市亮点", None),
        ("Changes", None),
        ("水的来源", None),
    ],
)
def test_a_heading_of_boilerplate_is_told(line: str, expected: Boilerplate | None) -> None:
    assert part_headed(line) == expected


def test_a_part_of_boilerplate_goes_on_to_its_end(tmp_path: Path) -> None:
    text = (
        f"{FIRST}\n\n信息来源:\n新市场开张第一天来了多少人?\n晨报•06-05 21:42\n"
        f"{SECOND}{FIRST}{SECOND}\n\n优化要点说明:\n\n  1. 新增3组数据"
    )
    assert [kind for kind, _, _ in _shown(tmp_path, text)] == [
        "paragraph",
        *["sources"] * 3,
        "paragraph",
        *["revision_notes"] * 2,
    ]


def test_the_text_goes_on_below_a_list_of_highlights(tmp_path: Path) -> None:
    lead = "市场从三年前开始给新来的摊主减租，消息传开以后门口排起了长队。"
    listed = "【文章亮点】\n· 摊位只收三百元\n· 一半摊主来自外地"
    shown = _shown(tmp_path, f"{listed}\n\n{lead}\n\n减完以后\n\n{FIRST}")
    assert shown[3:] == [
        ("paragraph", lead, None),
        ("heading", "减完以后", "减完以后"),
        ("paragraph", FIRST, "减完以后"),
    ]
    assert {kind for kind, _, _ in shown[:3]} == {"highlights"}
    praise = "以上几点使文章更有说服力，也更容易让读者产生共鸣，适合在平台上传播。"
    assert {kind for kind, _, _ in _shown(tmp_path, f"{FIRST}\n\n{listed}\n\n{praise}")[1:]} == {"highlights"}


def test_an_editor_s_note_is_told_below_a_list_of_sources(tmp_path: Path) -> None:
    text = f"{FIRST}\n\n参考资料\n[1] 晨报的一篇报道\n\n【编辑备注】应要求补充了数据。"
    assert [kind for kind, _, _ in _shown(tmp_path, text)] == ["paragraph", "sources", "sources", "editor_note"]


def test_rows_in_a_row_are_a_table(tmp_path: Path) -> None:
    text = f"摊位的价钱\n\n时间 | 摊位 | 价钱\n春天 | 300 | 5元\n\n{FIRST}\n\n{SECOND[:-1]} | 晨报"
    assert [kind for kind, _, _ in _shown(tmp_path, text)] == ["heading", "row", "row", "paragraph", "paragraph"]


def test_a_menu_is_left_out_and_the_title_is_not(tmp_path: Path) -> None:
    text = f"Home\nNews\nAbout\nContact us\n\nThe old market\n\nBy Jane Doe\n\n{FIRST}"
    shown = _shown(tmp_path, text)
    assert [kind for kind, _, _ in shown] == [*["navigation"] * 4, "heading", "byline", "paragraph"]


def test_a_line_of_names_alone_is_a_caption(tmp_path: Path) -> None:
    assert [kind for kind, _, _ in _shown(tmp_path, f"{FIRST}\n\n上海外滩\n{SECOND}")][1] == "caption"
    assert [kind for kind, _, _ in _shown(tmp_path, f"河北十城租房流水账\n\n{FIRST}")] == ["heading", "paragraph"]
    about = "成都的市场也一样，早上六点开门，中午就没有什么人了。"
    assert [kind for kind, _, _ in _shown(tmp_path, f"{FIRST}\n\n成都\n\n{about}")][1] == "heading"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("为什么要改？", True),
        ("价钱", True),
        ("Costs of living", True),
        ("价钱很低。", False),
        ("价钱：", False),
        ("(价钱很低)", False),
        ("and then", False),
        ("12%", False),
        ("他说：“太贵了！”", False),
        ("“多米诺效应”", True),
    ],
)
def test_what_may_be_a_heading(line: str, expected: bool) -> None:
    assert looks_like_heading(line) == expected
