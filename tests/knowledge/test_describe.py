from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.describe import describe
from knowledge.passage import Document
from knowledge.reading import read_file
from knowledge.repair import repair
from knowledge.structure import structure

BODY = "河边的旧厂房改成了市场，周末有很多人来买菜，摊位每月三百元。"


def _described(tmp_path: Path, text: str, name: str = "market.txt") -> Document:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    source = read_file(path)
    repaired = repair(source.content)
    return describe(source, repaired, structure(source, repaired))


def test_a_document_without_anything_odd_has_no_note(tmp_path: Path) -> None:
    document = _described(tmp_path, BODY)
    assert (document.title.zh, document.note, document.nature, document.date) == ("market", None, None, None)
    assert document.id.startswith("market-")
    assert document.source == str(tmp_path / "market.txt")


def test_what_was_left_in_it_is_said_in_both_languages(tmp_path: Path) -> None:
    note = _described(tmp_path, f"{BODY}\n\n优化要点说明:\n\n1. 新增5组数据提升说服力\n\n(全文统计:约900字)").note
    assert note is not None
    assert note.zh == "文中还留着修改说明，说添加了数据或案例来增强说服力。其中的数字当作未经核实的看更稳妥。"
    assert note.en == (
        "Left-over revision notes in it say that figures or cases were added to persuade. "
        "Its figures are better treated as unverified."
    )


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (
            "本文看点:\n\n• 数字和例子都有,更能打动读者、引起共鸣",
            "lists its own highlights, which are about moving its readers",
        ),
        ("作为AI语言模型，我无法核实。", "Left-over words of a writing tool"),
        ("(全文统计:约1520字)", "It still holds a count of its words (1520)"),
        ("参考资料:\n晨报的一篇报道", "It lists sources"),
        (
            "分享到微信\n\n版权所有",
            "Left out as no part of what it says: lines that ask to share or subscribe, copyright lines",
        ),
    ],
)
def test_each_thing_found_is_named(tmp_path: Path, left: str, expected: str) -> None:
    note = _described(tmp_path, f"{BODY}\n\n{left}").note
    assert note is not None
    assert expected in note.en


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (
            "【编辑备注】应要求补充了数据，使论证更有说服力；有一段未经核实。",
            "文中有编者的话，说添加了数据或案例来增强说服力。文中有编者的话，说有的内容未经核实。"
            "其中的数字当作未经核实的看更稳妥。",
        ),
        ("编者按：这是读者的来信。", "编者的话不算它的内容。"),
        ("本文由AI生成。", "文中留有写作程序的话，可能是机器生成的。其中的数字当作未经核实的看更稳妥。"),
        ("本网站使用Cookie。", "不算内容、已经略去的：关于 cookie 和隐私的提示。"),
    ],
)
def test_what_the_editor_says_is_kept_for_the_note(tmp_path: Path, left: str, expected: str) -> None:
    note = _described(tmp_path, f"{BODY}\n\n{left}").note
    assert note is not None
    assert note.zh == expected


def test_an_added_figure_is_told_in_english(tmp_path: Path) -> None:
    note = _described(tmp_path, f"{BODY}\n\nEditor's note: figures were added on request.").note
    assert note is not None
    assert note.en == (
        "An editor's note in it says that figures or cases were added later. "
        "Its figures are better treated as unverified."
    )


def test_damage_is_counted(tmp_path: Path) -> None:
    note = _described(tmp_path, f"{BODY}每月只\ufffd收三百元。\n\n{BODY}他们\ufffd\ufffd来。").note
    assert note is not None
    assert note.en == "The file is damaged in 2 places, where the reading is a guess."


@pytest.mark.parametrize(
    ("text", "name", "date"),
    [
        (f"集市\n\n发布时间：2024年6月5日\n\n{BODY}", "a.txt", "2024-06-05"),
        (f"The market\n\nPublished 3 May 2024\n\n{BODY}", "a.txt", "2024-05-03"),
        (f"The market\n\nBy Jane Doe · 14 May 2024 · 6 min read\n\n{BODY}", "a.txt", "2024-05-14"),
        (f"The market\n\nJ. Okoro and Lin Hua, June 2024\n\n{BODY}", "a.txt", "2024-06"),
        (f"集市\n\n{BODY}\n\n写于2024年5月", "a.txt", "2024-05"),
        (f"---\ntitle: x\ndate: 2023-11-02\n---\n\n{BODY}", "a.md", "2023-11-02"),
        (f'<meta property="article:published_time" content="2022-01-09T08:00"><p>{BODY}</p>', "a.html", "2022-01-09"),
        (f"{BODY}\n\n信息来源:\n日期: 2024-12-18来源:晨报", "a.txt", None),
        (f"{BODY}2019年5月1日开张。", "a.txt", None),
    ],
)
def test_the_date_is_its_own(tmp_path: Path, text: str, name: str, date: str | None) -> None:
    assert _described(tmp_path, text, name).date == date


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("各市人民政府：现将市场管理办法印发给你们。第一条 摊位每月收费三百元。", "a policy document"),
        ("本报记者从发布会上获悉，市场下月开张。负责人表示，摊位已经租完。", "a news report"),
        ("我认为市场不该搬。我们应该多听听摊主的话。难道只有超市才算现代吗？", "an opinion piece"),
        (
            "我和妻子在河边住了三年，我的摊位每月三百元。河东大学的问卷（样本 980 人）说，样本里 40% 的人想搬走。",
            "a first-person account",
        ),
        ("Two years ago I moved to the coast. My rent fell by half, and my wife found work.", "a first-person account"),
        ("This report sets out what respondents said. Our sample was 300 sellers.", "a survey or research report"),
        ("家人们，摆摊第一个月赚了八百！求建议 #摆摊# #创业#", "a post on social media"),
    ],
)
def test_the_nature_is_told_by_signs(tmp_path: Path, text: str, nature: str) -> None:
    found = _described(tmp_path, text).nature
    assert found is not None
    assert found.en == nature


@pytest.mark.parametrize(
    "text",
    [
        "去年的问卷（样本 980 人）说，有效问卷里 40% 的人想搬走。",
        "他说：“我在河边住了三年，我的孩子在这里上学，我的妻子也在这里。”",
    ],
)
def test_what_others_asked_or_lived_through_tells_no_nature(tmp_path: Path, text: str) -> None:
    assert _described(tmp_path, text).nature is None
