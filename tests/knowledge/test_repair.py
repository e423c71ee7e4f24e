"""Damaged text is repaired, and text that is not damaged is left alone."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.corpus import load_notes
from knowledge.mapped import Edit, MappedText
from knowledge.repair import STEPS, Step, repair
from knowledge.repair.glosses import pinyin_glosses
from knowledge.repair.marks import invisible_marks, stray_emphasis, unreadable_characters
from knowledge.repair.pinyin import is_reading
from knowledge.repair.plausible import Trail
from knowledge.repair.shifts import byte_shifts
from knowledge.repair.simplify import is_traditional, to_simplified

ORIGINALS = Path(__file__).parents[3] / "shared" / "documents"
_HAN = re.compile("[\u3400-\u9fff]")


def after(step: Step, text: str) -> str:
    return MappedText.of(text).edited(step(text)).text


# How a tool spoils GBK: it replaces bytes without minding where characters begin.


def without_lead(text: str, character: str, mark: str = "?") -> str:
    """The first byte of a character is lost; a mark, or nothing, takes its place."""
    before, _, behind = text.partition(character)
    left = before.encode("gbk") + mark.encode() + character.encode("gbk")[1:] + behind.encode("gbk")
    return left.decode("gbk", "replace").replace("\ufffd", "?")


def halved(text: str) -> str:
    """The bytes of every full-width sign are made half-width, also where they belong to two characters."""
    spoiled = re.sub(rb"\xa3([\xa1-\xac\xba-\xbf])", lambda sign: bytes([sign[1][0] - 0x80]), text.encode("gbk"))
    return spoiled.decode("gbk", "replace").replace("\ufffd", "?")


def glossed_amiss(text: str, between: str, gloss: str) -> str:
    """A gloss stands after the two bytes in the middle of two characters, as if they were one."""
    spoiled = text.encode("gbk")
    place = spoiled.index(between.encode("gbk")) + 3
    spoiled = spoiled[:place] + f"({gloss})".encode("gbk") + spoiled[place:]
    return spoiled.decode("gbk", "replace").replace("\ufffd(", "?").replace("\ufffd", "?")


def test_the_steps_have_names_of_their_own() -> None:
    assert [step.__name__ for step in STEPS] == [  # type: ignore[attr-defined]
        "invisible_marks",
        "stray_emphasis",
        "byte_shifts",
        "unreadable_characters",
        "pinyin_glosses",
        "to_simplified",
    ]


@pytest.mark.parametrize(
    ("damaged", "clean"),
    [
        ("\ufeff城市", "城市"),
        ("城\u200b市\u2060和\ufeff县", "城市和县"),
        ("城\u200d市", "城市"),
        ("in\u00adter\u00adest", "interest"),
        ("a\x00b\x07c", "abc"),
        ("\u202a成都\u202c", "成都"),
    ],
)
def test_marks_that_nobody_sees_are_taken_out(damaged: str, clean: str) -> None:
    assert after(invisible_marks, damaged) == clean


@pytest.mark.parametrize(
    "text", ["👨\u200d👩\u200d👧", "می\u200cخواهم", "क्\u200dष", "a\tb\r\nc\x0cd", "1\ufe0f\u20e3", "שלום\u200f 3"]
)
def test_marks_that_do_their_work_stay(text: str) -> None:
    assert after(invisible_marks, text) == text


@pytest.mark.parametrize(
    ("damaged", "clean"),
    [
        ("“小城的冬天”**\n\n正文", "“小城的冬天”\n\n正文"),
        ("** ,雨下了三天", "雨下了三天"),
        ("**雨下了三天\r\n\r\n又三天", "雨下了三天\r\n\r\n又三天"),
        ("第一段\n\n老街上的面馆**", "第一段\n\n老街上的面馆"),
    ],
)
def test_a_stray_mark_of_emphasis_is_taken_out(damaged: str, clean: str) -> None:
    assert after(stray_emphasis, damaged) == clean


@pytest.mark.parametrize(
    "text",
    [
        "**重点**在这里",
        "**跨行的\n重点**",
        "2**10 等于 1024",
        "f(**kwargs)",
        "联系人王**",
        "138****1234",
        "***",
        "** p < 0.01",
        "张**说他不去",
        "***\n正文**说到这里",
        "**bold** text",
    ],
)
def test_marks_of_emphasis_that_belong_to_something_stay(text: str) -> None:
    assert after(stray_emphasis, text) == text


def test_what_stands_for_an_unreadable_character_is_taken_out_as_a_guess() -> None:
    assert list(unreadable_characters("老街\ufffd\ufffd的面馆")) == [
        Edit(2, 4, "", "unreadable_characters", guess=True)
    ]


@pytest.mark.parametrize(
    ("glossed", "clean"),
    [
        ("國(guó)家", "國家"),
        ("國（guó）家", "國家"),
        ("國( guó )家", "國家"),
        ("流動(dòng)、長(zhǎng)江", "流動、長江"),
        ("生長(zhang)", "生長"),
        ("婦女(nǚ)", "婦女"),
        ("婦女(nv)", "婦女"),
        ("國(guo2)家", "國家"),
        ("國(guo\u0301)家", "國家"),
        ("工業(yè)(如鋼鐵)", "工業(如鋼鐵)"),
    ],
)
def test_a_reading_in_brackets_is_taken_out(glossed: str, clean: str) -> None:
    assert after(pinyin_glosses, glossed) == clean


@pytest.mark.parametrize(
    "text",
    [
        "拼音(pinyin)",
        "北京(Beijing)",
        "重庆(Chóngqìng)",
        "饺子(jiǎozi)",
        "人工智能(AI)",
        "信息技术(IT)",
        "统计局(NBS)",
        "最高(2万元/人)",
        "(数据示例:三成)",
        "周边(如眉山)",
        "选项一(a)",
        "第三声(mǎ)",
        "他(she)",
        "国家(national)",
        "国 (guó)",
        "word(guó)",
        "长度(m)",
    ],
)
def test_real_brackets_stay(text: str) -> None:
    assert after(pinyin_glosses, text) == text


def test_a_syllable_is_a_reading_in_any_spelling_of_that_character_alone() -> None:
    assert is_reading("lǜ", "绿")
    assert is_reading("lv4", "绿")
    assert is_reading("lǜ".replace("ǜ", "u\u0308\u0300"), "绿")
    assert is_reading("ɡuó", "国")
    assert not is_reading("guǒ", "国")
    assert not is_reading("lu", "女")
    assert not is_reading("guo", "绿")


@pytest.mark.parametrize(
    ("damaged", "clean"),
    [
        # A character beside a halved sign that was none; the text after it one byte off, until 縮 ends it.
        (halved("今年工廠的規模縮小了三成"), "今年工廠的規模縮小了三成"),
        (halved("村民說：“孫子不回來了。”"), "村民說:“孫子不回來了。”"),
        (halved("他嘆氣：“店裏沒有客人。”\n下一段"), "他嘆氣:“店裏沒有客人。”\n下一段"),
        # A reading put between the halves of two characters.
        (glossed_amiss("學校因導師不足停課", "因導", "qū"), "學校因導師不足停課"),
        (glossed_amiss("老街的房價很高", "房價", "jī"), "老街的房價很高"),
        # A first byte replaced, or gone.
        (without_lead("养老保险基金的缺口越来越大", "保"), "养老保险基金的缺口越来越大"),
        (
            without_lead("收成不好，农民的收入少了一半，孩子也辍学了。", "农"),
            "收成不好，农民的收入少了一半，孩子也辍学了。",
        ),
        # A mark stays where no character is clearly the best, and the rest reads again.
        (without_lead("工人说，农场的工钱少，都走了", "农"), "工人说，?场的工钱少，都走了"),
        (without_lead("今年工廠的規模縮小了三成", "縮", "?"), "今年工廠的規模?s小了三成"),
    ],
)
def test_text_that_was_decoded_one_byte_off_reads_again(damaged: str, clean: str) -> None:
    assert after(byte_shifts, damaged) == clean


@pytest.mark.parametrize(
    ("damaged", "shown"),
    [
        (halved("今年工廠的規模縮小了三成"), "今年工廠的規??s小了三成"),
        (halved("村民說：“孫子不回來了。”"), "村民說:“孫子不回來了?!?"),
        (glossed_amiss("學校因導師不足停課", "因導", "qū"), "學校因?qū)?師不足停課"),
        (glossed_amiss("老街的房價很高", "房價", "jī"), "老街的房?jī)r很高"),
        (without_lead("养老保险基金的缺口越来越大", "保"), "养老?Ｏ栈?金的缺口越来越大"),
    ],
)
def test_the_tests_spoil_text_as_tools_do(damaged: str, shown: str) -> None:
    assert damaged == shown


def test_private_characters_that_a_decoder_shows_are_put_back_too() -> None:
    spoiled = "養老保护基金".encode("gbk").replace("保".encode("gbk"), b"?" + "保".encode("gbk")[1:])
    assert after(byte_shifts, spoiled.decode("gb18030", "replace")) == "養老保护基金"
    assert after(byte_shifts, "社?;\ue2aeＢ") == "社?;\ue2aeＢ"


def test_a_byte_that_is_lost_is_a_guess_and_maps_to_the_stretch() -> None:
    damaged = "今年工廠的規??s小了三成"
    assert list(byte_shifts(damaged)) == [Edit(6, 9, "模縮", "byte_shifts", guess=True)]
    repaired = repair(damaged)
    assert repaired.text == "今年工厂的规模缩小了三成"
    assert repaired.span(6, 8) == (6, 9)
    assert repaired.span(8, 9) == (9, 10)
    assert {edit.step: edit.guess for edit in repaired.edits_within(6, 8)} == {
        "byte_shifts": True,
        "to_simplified": False,
    }
    assert not any(edit.guess for edit in repaired.edits_within(0, 6))


def test_a_long_stretch_is_an_edit_for_each_clause() -> None:
    damaged = without_lead("今年的农民；也有工人；都来了。\n", "农")
    edits = list(byte_shifts(damaged))
    assert [edit.text for edit in edits] == ["农民；", "也有工人；", "都来了。"]
    assert [edit.guess for edit in edits] == [True, False, True]
    assert all(before.end == behind.start for before, behind in pairwise(edits))


@pytest.mark.parametrize(
    "text",
    [
        "你知道吗?我不知道。",
        "真的?!?",
        "“真的?!?”他问。",
        "什么是A?B测试",
        "选a?还是选b?都行",
        "价格?？不清楚",
        "科技文??品牌",
        "去哪?(吃饭)",
        "好吗?ok)",
        "网址 a.com/?q=城市&s=1",
        "What? 成都! Why?s",
        "魑魅魍魉饕餮貔貅",
        "?",
        "??城",
        "\ue000\ue001图标",
    ],
)
def test_marks_and_rare_characters_that_are_no_damage_stay(text: str) -> None:
    assert after(byte_shifts, text) == text


def outcome(damaged: str, clean: str) -> str:
    """What became of a damaged text; unclear where it is right but for marks that were left."""
    repaired = after(byte_shifts, damaged)
    if repaired == damaged:
        return "left"
    return "right" if repaired == clean else "unclear" if fits(repaired, clean) else "wrong"


def fits(repaired: str, clean: str) -> bool:
    return re.fullmatch(re.escape(repaired).replace(r"\?", "."), clean, re.DOTALL) is not None


@pytest.mark.parametrize(("mark", "repaired", "wrong"), [("?", 0.7, 0.03), ("", 0.35, 0.03)])
def test_most_damage_to_our_own_notes_is_repaired_and_hardly_any_amiss(
    mark: str, repaired: float, wrong: float
) -> None:
    chance = random.Random(5)
    outcomes: Counter[str] = Counter()
    for note in load_notes()[1]:
        for sentence in re.findall("[^。？！]{8,}[。？！]", note.text):
            place = chance.choice([found.start() for found in _HAN.finditer(sentence[:-3])])
            damaged = sentence[:place] + without_lead(sentence[place:], sentence[place], mark)
            # Where the next bytes make no pair either, a whole character is lost, and nothing tells which.
            if "??" not in damaged and set(damaged) != set(sentence):
                outcomes[outcome(damaged, sentence)] += 1
    total = outcomes.total()
    assert total > 60
    assert (outcomes["right"] + outcomes["unclear"]) / total >= repaired
    assert outcomes["right"] / total >= repaired / 3
    assert outcomes["wrong"] / total <= wrong


def test_what_reads_better_costs_less() -> None:
    assert Trail().through("社保基金").cost < Trail().through("社；鹌胶").cost
    assert Trail().through("規模縮減").cost == Trail().through("规模缩减").cost
    assert Trail().through("规").with_each("模膜", "小") == pytest.approx(
        [Trail().through("规模小").cost, Trail().through("规膜小").cost]
    )


@pytest.mark.parametrize(
    ("text", "traditional"),
    [
        ("這裏的工廠關門了", True),
        ("这里的工厂关门了", False),
        ("院长常濛说这里的工厂关门了", False),
        ("The book 臺灣 is about an island in the sea", False),
        ("東京の工場は閉まっています", False),
        ("人口", False),
        ("", False),
    ],
)
def test_a_text_is_traditional_if_it_mainly_is(text: str, traditional: bool) -> None:
    assert is_traditional(text) is traditional


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("這裏的工廠關門了", "这里的工厂关门了"),
        ("隨著著名作家回到陜西鄉下", "随着著名作家回到陕西乡下"),
        ("院長常濛說,細雨濛濛", "院长常濛说,细雨蒙蒙"),
        ("工程師王昇先生說太陽昇起", "工程师王昇先生说太阳升起"),
        ("畢昇與魏徵", "毕昇与魏徵"),
        ("為什么這樣說", "为什么这样说"),
        ("頭髮與發展，皇后與後來", "头发与发展，皇后与后来"),
    ],
)
def test_traditional_text_is_simplified_but_for_names(traditional: str, simplified: str) -> None:
    assert after(to_simplified, traditional) == simplified


@pytest.mark.parametrize(
    ("text", "put_right"),
    [
        ("随著城市长大，陜西的年轻人走了", "随着城市长大，陕西的年轻人走了"),
        ("随著名师学画", "随著名师学画"),
        ("院长常濛说", "院长常濛说"),
        ("他喜欢張愛玲和錢鍾書的书，这里没有", "他喜欢張愛玲和錢鍾書的书，这里没有"),
    ],
)
def test_of_simplified_text_only_what_a_conversion_forgot_is_put_right(text: str, put_right: str) -> None:
    assert after(to_simplified, text) == put_right


def test_every_character_of_simplified_text_maps_to_its_own() -> None:
    repaired = repair("工廠(chǎng)關門")
    assert repaired.text == "工厂关门"
    assert [repaired.span(place, place + 1) for place in range(4)] == [(0, 1), (1, 2), (9, 10), (10, 11)]


def test_all_kinds_of_damage_at_once() -> None:
    damaged = "\ufeff** ,今年工廠(chǎng)的規(guī)??s小了三成,隨著訂單減少(如紡織),老街的房?jī)r(jià)也跌了。"
    damaged += "院長常濛說:“明年再來?!?\n"
    repaired = repair(damaged)
    assert repaired.text == "今年工厂的规模缩小了三成,随着订单减少(如纺织),老街的房价也跌了。院长常濛说:“明年再来。”\n"
    start = repaired.text.index("房价")
    assert damaged[slice(*repaired.span(start, start + 3))] == "房?jī)r(jià)也"


WORDS = """
城市 人口 房租 年轻人 工作 医院 学校 老家 县城 收入 成都 北京 鹤岗 搬家
规模 缩小 基金 保险 很 不 的 了 在 是 和 吗 呢 着 著名 常濛 李涵 砚山 饕餮 人工智能(AI) 北京(Beijing) 拼音(pinyin)
(如眉山) (数据示例:三成) （IT） (NBS) (最高2万元/人) 饺子(jiǎozi)
12:1 2.3倍 64.4% 15个月 2025年 3-5项 1/8 500元 Ａ ℃ ① • — ……
the city people move rent work A/B k-means don't café naïve x=1
**重点** *注* # `code` 😀 👨\u200d👩\u200d👧 KPI 996 BOSS直聘 T恤 B站 卡拉OK 三Q
""".split()
MARKS = "，。！？；：、“”‘’（）《》 ,.!?;:()\"'\n\t-"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "", "", *MARKS])), max_size=40))
def test_text_that_is_not_damaged_comes_out_the_same(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + mark for word, mark in parts)
    repaired = repair(text)
    assert repaired.text == text
    assert repaired.edits == ()


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_maps_into_its_source(text: str) -> None:
    repaired = repair(text)
    assert len(repaired.starts) == len(repaired.ends) == len(repaired.text)
    assert all(0 <= start <= end <= len(text) for start, end in zip(repaired.starts, repaired.ends, strict=True))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="?\ufffd!;,()qūsrjī國規模縮價因導保基金鹌胶\ue2ae。”“**\n \u200b陜著濛常a1"))
def test_what_is_repaired_needs_no_further_edit_of_marks(text: str) -> None:
    repaired = repair(text).text
    assert "\ufffd" not in repaired
    assert after(invisible_marks, repaired) == repaired


def test_our_own_notes_are_not_damaged() -> None:
    for note in load_notes()[1]:
        for text in (note.text, note.text_en or "", note.text.replace("？", "?").replace("，", ",").replace("。", "?")):
            assert repair(text).edits == ()


@pytest.mark.parametrize(
    "part",
    [
        "今年工廠(chǎng)的規(guī)??s小了三成,隨著訂單減少,老街的房?jī)r(jià)也跌了。你去不去?我不去。\n",
        "今年工厂的规模缩小了三成，随后订单也减少了？你去不去?我不去。",
    ],
)
def test_a_long_text_takes_seconds(part: str) -> None:
    repair(part)
    text = part * (300_000 // len(part.encode()))
    began = time.perf_counter()
    repaired = repair(text)
    assert time.perf_counter() - began < 30
    assert len(repaired.text) == len(repair(part).text) * (300_000 // len(part.encode()))


needs_originals = pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the articles are not here")


def original(number: str) -> str:
    (path,) = ORIGINALS.glob(f"{number}_*.txt")
    return path.read_bytes().decode("utf-8")


@needs_originals
def test_the_simplified_article_comes_out_the_same() -> None:
    text = original("000")
    assert repair(text).text == text
    assert repair(text).edits == ()
    assert "常濛" in text


@needs_originals
@pytest.mark.parametrize(
    ("number", "damaged", "reading", "times"),
    [
        ("001", "找不到?!?", "找不到。”", 1),
        ("001", "15分鐘?!?", "15分钟。”", 1),
        ("001", "原因?qū)е逻@些", "原因导致这些", 1),
        ("001", "房?jī)r(jià)", "房价", 1),
        ("001", "陜西", "陕西", 1),
        ("001", "隨著", "随着", 1),
        ("001", "真相”**", "真相”", 1),
        ("002", "投資規(guī)??s減約8000萬元", "投资规模缩减约8000万元", 1),
        ("002", "社?;\ue2ae鹌胶饽晗蘅s短2.4年", "社保基金平衡年限缩短2.4年", 1),
        ("002", "** ,人才", "人才", 1),
    ],
)
def test_the_damaged_places_of_the_articles_read_again(number: str, damaged: str, reading: str, times: int) -> None:
    source = original(number)
    assert source.count(damaged) == times
    repaired = repair(source)
    place = source.index(damaged)
    start = next(at for at, end in enumerate(repaired.ends) if end > place)
    stop = next((at for at, begin in enumerate(repaired.starts) if begin >= place + len(damaged)), len(repaired.text))
    assert repaired.text[start:stop] == reading


@needs_originals
@pytest.mark.parametrize(
    ("number", "brackets"),
    [
        ("001", ["数据示例", "如眉山", "全文统计", "如鹤岗房价"]),
        ("002", ["最高2万元/人", "五年回流50万人才", '如"住房券"制度', "如产业与创新"]),
    ],
)
def test_the_real_brackets_of_the_articles_stay_and_no_gloss_does(number: str, brackets: list[str]) -> None:
    text = repair(original(number)).text
    found = re.findall(r"\(([^)]*)\)", text)
    assert [bracket.startswith(begin) for bracket, begin in zip(found, brackets, strict=True)] == [True] * len(brackets)
    assert not re.search(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]+\)", text)
    assert not re.search("[\ufffd\ue000-\uf8ff*]", text)
    assert not is_traditional(text)
