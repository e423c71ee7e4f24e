"""Which language a message is in, and the key for matching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.corpus import load_notes
from knowledge.script import language_of, simplified

# Each line is a message; most mix the languages.
IN_CHINESE = """
我该从上海搬到成都吗？
房租
成都
我在 Shanghai 工作，想去 Chengdu
offer 在成都，要不要去？
拿到了一个 remote 的工作，可以回老家吗
Beijing 的 hukou 难不难
我是 programmer，回武汉有 job 吗
KPI 压力太大了
996 到什么时候
BOSS直聘的数据靠谱吗
Hi，我想问问成都的房租
ok 那医疗呢
Thanks，再问一个：户口怎么办
我的 boyfriend 在 Hangzhou，我该过去吗
IT 行业回二线有机会吗
work-life balance 在成都会不会好一点
PhD 毕业去合肥怎么样
startup 补贴哪里多
深圳 vs 成都 哪个好
我該留在臺北還是去深圳？
請問杭州的補貼多少
月薪3万，值得 stay 吗
我老公想 move 到苏州
AI 岗位哪里多啊
"""

IN_ENGLISH = """
Should I move from Shanghai to Chengdu?
rent
Chengdu
What does 回笼漂 mean?
Is 关系社会 really that bad in small cities?
Should I move to 成都?
how much is the rent in 武汉
I work 996 in 北京 and want out
what is 拼爹
Do I need a 户口 to stay in Shanghai?
My parents live in 昭通, should I go back?
Is the 12:1 figure for 无锡 reliable?
who is 张雪峰 and why did he leave
tell me about 新一线 cities
I got an offer from a firm in 苏州工业园区
Would 合肥 be a good place for a chip engineer?
What happened to 李涵 in 郑州?
can you explain 医联体 to me
is 鹤岗 really that cheap?
my 爸妈 want me to come home
the 砚山 cafe, is it true?
How long do subsidies keep people?
12:1?
🙂 Chengdu
"""


@pytest.mark.parametrize("message", IN_CHINESE.strip().splitlines())
def test_messages_to_answer_in_chinese(message: str) -> None:
    assert language_of(message) == "zh"


@pytest.mark.parametrize("message", IN_ENGLISH.strip().splitlines())
def test_messages_to_answer_in_english(message: str) -> None:
    assert language_of(message) == "en"


def test_where_neither_has_a_word_that_tells_the_longer_side_does() -> None:
    assert language_of("成都 rent") == "zh"
    assert language_of("成都 rent level") == "zh"
    assert language_of("成都 rent level trend") == "en"


@pytest.mark.parametrize("text", ["", "42", "？！", "12:1", "🙂", "¥3,000", "\n"])
def test_what_is_in_no_language_counts_as_english(text: str) -> None:
    assert language_of(text) == "en"


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) in ("zh", "en")


@pytest.mark.parametrize(
    ("traditional", "key"),
    [
        ("人口流動", "人口流动"),
        ("隨著城市化", "随着城市化"),
        ("看著辦", "看着办"),
        ("著名", "著名"),
        ("名著", "名著"),
        ("陜西漢中", "陕西汉中"),
        ("陝西", "陕西"),
        ("關係網", "关系网"),
        ("養老", "养老"),
        ("臺灣", "台湾"),
        ("房價收入比", "房价收入比"),
        ("已是简体", "已是简体"),
        ("English stays", "English stays"),
        ("café", "café"),
    ],
)
def test_the_key_is_in_simplified_characters(traditional: str, key: str) -> None:
    assert simplified(traditional) == key


@given(st.text())
def test_the_key_of_any_text_is_as_long(text: str) -> None:
    assert len(simplified(text)) == len(text)


@given(st.text(alphabet="隨著接跟帶看陜陝西常濛蒙乾隆後髮發裏裡隻臺灣關係養老房價戶口abc ，。\n\u200d🙂"))
def test_the_key_of_any_chinese_is_as_long_and_settled(text: str) -> None:
    key = simplified(text)
    assert len(key) == len(text)
    assert simplified(key) == key


def test_a_name_that_the_key_changes_is_shown_as_it_is() -> None:
    assert simplified("常濛") == "常蒙"
    (note,) = [note for note in load_notes()[1] if note.id == "return-flow"]
    assert note.attribution is not None
    assert note.attribution.zh == "BOSS直聘研究院院长常濛"
    assert simplified("常濛") == simplified("常蒙")
