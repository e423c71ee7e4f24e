"""Numbers read in two languages: the same quantity however it is written, and nothing where there is none."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.corpus import load_notes
from knowledge.figures import (
    Bound,
    Direction,
    DirectionWord,
    Figure,
    Key,
    Role,
    direction_words,
    figure_keys,
    figures,
    fold,
    numbered_names,
    unread_numerals,
)


def key(kind: str, *values: str) -> Key:
    return Key(tuple(Decimal(value) for value in values), kind)


def only(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


SAME = [
    (key("number", "12000"), "1.2万 12,000 12k ¥12,000 1万2 一万二 1.2万元 RMB12,000 １２０００元 壹万贰 12000块"),
    (key("number", "12000"), "12 thousand yuan|twelve thousand|12,000 yuan"),
    (key("percent", "70"), "七成 70% 百分之七十 ７０％ 70pct"),
    (key("percent", "70"), "70 percent|seventy per cent|seven tenths"),
    (key("percent", "75"), "七成五 75% 四分之三"),
    (key("percent", "75"), "three quarters|three-fourths"),
    (key("percent", "50"), "一半 half 50% 五成 1/2 二分之一 半数 百分之五十 减半 halved"),
    (key("percent", "12.5"), "八分之一 1/8 12.5%"),
    (key("percent", "12.5"), "one eighth|an eighth|one-eighth"),
    (key("percent", "20"), "one in five|1 in 5|a fifth|20%"),
    (key("percent", "0.3"), "千分之三 0.3%"),
    (key("percent", "100"), "百分之百 百分百 100%"),
    (key("times", "2"), "两倍 2倍 2x twice doubled 翻一番 翻倍 增长一倍 twofold"),
    (key("times", "2"), "2 times|two times"),
    (key("times", "2.3"), "2.3倍 2.3x 2.3× 2.3-fold 二点三倍"),
    (key("times", "12"), "12:1 12∶1 12比1 十二比一"),
    (key("times", "12"), "12 to 1|12-to-1|twelve to one|12 times"),
    (key("month", "15"), "15个月 十五个月 15-month 15個月"),
    (key("month", "15"), "15 months|fifteen months"),
    (key("month", "6"), "半年 6个月 0.5年"),
    (key("month", "6"), "half a year|six months"),
    (key("month", "18"), "一年半 1.5年 18个月"),
    (key("month", "18"), "a year and a half|one and a half years|eighteen months"),
    (key("month", "60", "96"), "5–8年 5到8年 五至八年 5-8年 5年-8年"),
    (key("month", "60", "96"), "5 to 8 years|five to eight years|between 5 and 8 years"),
    (key("month", "24", "36"), "两三年 2-3年 二三年"),
    (key("month", "120"), "十年 10年 十年间"),
    (key("month", "120"), "ten years|10 years"),
    (key("minute", "180"), "三小时 3小时 三个小时 180分钟 3h"),
    (key("minute", "180"), "3 hours|three hours"),
    (key("minute", "150"), "两个半小时 150分钟"),
    (key("minute", "15"), "15分钟 15-minute 十五分钟 15min"),
    (key("percentage_point", "22"), "22个百分点 22pp 二十二个百分点"),
    (key("percentage_point", "22"), "22 percentage points|22-percentage-point"),
    (key("number", "3000000"), "300万人 300万 三百万人"),
    (key("number", "3000000"), "3 million people|3 million|three million"),
    (key("number", "10000000"), "1000万 一千万人 1千万"),
    (key("number", "10000000"), "10 million|ten million"),
    (key("number", "80000000"), "8000万元 ¥80m 八千万元"),
    (key("number", "80000000"), "¥80 million|80 million yuan|80-million-yuan"),
    (key("number", "120000000"), "1亿2000万 1.2亿 一亿两千万"),
    (key("number", "2"), "两室 两居室 two-bedroom 2室"),
    (key("number", "3", "5"), "3-5项 3至5 三到五项 3~5"),
    (key("number", "3", "5"), "three to five|3 to 5"),
    (key("number", "30000", "50000"), "3-5万 3万-5万 三到五万 30,000-50,000"),
    (key("calendar_year", "2023"), "2023年 ２０２３年 二〇二三年 二零二三年"),
    (key("calendar_year", "2023"), "in 2023|2023|year 2023"),
    (key("several number", "1000000"), "数百万人 几百万"),
    (key("several number", "1000000"), "millions of people|millions"),
    (key("dollar", "5000000"), "$5 million|US$5m|500万美元|5,000,000 dollars"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "text"),
    [(expected, text) for expected, texts in SAME for text in (texts.split("|") if "|" in texts else texts.split())],
)
def test_the_same_quantity_has_one_key(expected: Key, text: str) -> None:
    assert only(text).key == expected


@pytest.mark.parametrize(
    "text",
    [
        *("一个", "一下", "一样", "一线城市", "二三线", "三四线城市", "第一财经"),
        *("双一流", "十分满意", "成都", "三成都", "七台河", "四川", "万一"),
        *("千万别去", "第一", "统一", "之一", "一些", "半导体", "上半年"),
        *("下半年", "三者", "两者", "一方面", "二手房", "三角洲", "长三角"),
        *("百货", "十足", "第二年", "这一年", "一直", "唯一", "前一年"),
        *("三甲医院", "3A", "00后", "九零后", "996", "“1125聚才计划”", "2.5产业"),
        *("人才政策3.0", "万达", "个旧", "五险一金", "公共服务", "五花八门", "一年四季"),
        *("one of them", "no one", "second-tier", "third- and fourth-tier", "first-tier", "the first half", "once"),
        *("the big four", "four big cities", "half-hearted", "some years", "born after 2000", "talent policy 3.0"),
        *("a single city", "one another", "one of the articles"),
    ],
)
def test_no_quantity(text: str) -> None:
    assert figures(text) == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("郑州的“1125聚才计划”五年", ("1125",)),
        ('Zhengzhou\'s "1125" talent plan', ("1125",)),
        ("去最近的三甲医院", ("3A",)),
        ("a grade-3A hospital", ("3A",)),
        ("00后里", ("00",)),
        ("those born after 2000", ("00",)),
        ("九零后", ("90",)),
        ("996是常态", ("996",)),
        ("“人才政策3.0”", ("3.0",)),
        ("the 2.5 industry", ("2.5",)),
        ("三年", ()),
    ],
)
def test_numbers_in_names(text: str, names: tuple[str, ...]) -> None:
    assert numbered_names(text) == names


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("近四成", Bound.NEARLY),
        ("nearly 40%", Bound.NEARLY),
        ("将近5万", Bound.NEARLY),
        ("超三成", Bound.OVER),
        ("over 30%", Bound.OVER),
        ("超过300万", Bound.OVER),
        ("300多万", Bound.OVER),
        ("十多年", Bound.OVER),
        ("60岁以上", Bound.OVER),
        ("45% or more", Bound.OVER),
        ("月入过万".removeprefix("月入"), Bound.OVER),
        ("不低于3%", Bound.OVER),
        ("at least 3%", Bound.OVER),
        ("no fewer than 5 firms", Bound.OVER),
        ("不到5%", Bound.UNDER),
        ("不超过5%", Bound.UNDER),
        ("不到一线城市的1/8", Bound.UNDER),
        ("fewer than 5%", Bound.UNDER),
        ("no more than 5%", Bound.UNDER),
        ("up to 20,000 yuan", Bound.UNDER),
        ("最高2万元", Bound.UNDER),
        ("约23%", Bound.ABOUT),
        ("15个月左右", Bound.ABOUT),
        ("about half", Bound.ABOUT),
        ("some 15 months", Bound.ABOUT),
        ("最近3年", None),
        ("近三年", None),
        ("over three years", None),
        ("节约5万元", None),
        ("17家上下游企业", None),
        ("23%", None),
    ],
)
def test_bounds(text: str, bound: Bound | None) -> None:
    assert only(text).bound is bound


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("−5.4%", Direction.DOWN),
        ("-5.4%", Direction.DOWN),
        ("－5.4%", Direction.DOWN),
        ("fell 5.4%", Direction.DOWN),
        ("下降5.4%", Direction.DOWN),
        ("a 12% drop", Direction.DOWN),
        ("down 12%", Direction.DOWN),
        ("少0.8%", Direction.DOWN),
        ("+41%", Direction.UP),
        ("增长200%", Direction.UP),
        ("提高了41%", Direction.UP),
        ("grew by 18%", Direction.UP),
        ("did not fall 5%", None),
        ("没有下降5%", None),
        ("jobs fell; 27% are over", None),
        ("升学率5%", None),
        ("no less than 5%", None),
        ("更多的人，5%", None),
    ],
)
def test_directions(text: str, direction: Direction | None) -> None:
    assert only(text).direction is direction
    assert only(text).values[0] > 0


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("17家企业", "firm"),
        ("17 firms", "firm"),
        ("15座城市", "city"),
        ("15 new first-tier cities", "city"),
        ("1000万年轻人", "person"),
        ("10 million young people", "person"),
        ("160杯", "cup"),
        ("60岁", "age"),
        ("6家分店", "branch"),
        ("3000元", "yuan"),
        ("€3,000", "euro"),
        ("3000欧元", "euro"),
        ("5万日元", "yen"),
        ("月薪涨到3万".removeprefix("月"), "yuan"),
        ("1.2万的年轻人", None),
        ("12 gadgets", None),
        ("5千米", "metre"),
        ("第三", "ordinal"),
        ("the 3rd", "ordinal"),
        ("90年代", "decade"),
        ("the 1990s", "decade"),
        ("每年", "year"),
        ("a year", "year"),
        ("monthly", "month"),
    ],
)
def test_units(text: str, unit: str | None) -> None:
    assert only(text).unit == unit


def test_offsets_and_text_are_those_of_the_original() -> None:
    text = "成都：服务业占比，由５０％升至６８％。"
    assert [(figure.text, text[figure.start : figure.end]) for figure in figures(text)] == [
        ("５０％",) * 2,
        ("６８％",) * 2,
    ]


@pytest.mark.parametrize(
    "text", ["从50%升到68%", "from 50% to 68%", "50% → 68%", "由50%增至68%", "grew from 50% to about 68%"]
)
def test_ends_of_a_change(text: str) -> None:
    assert [(figure.key, figure.role) for figure in figures(text)] == [
        (key("percent", "50"), Role.FROM),
        (key("percent", "68"), Role.TO),
    ]


def test_a_change_shares_its_unit_and_may_be_told_backwards() -> None:
    assert [(figure.unit, figure.role) for figure in figures("from 300 pupils to 40")] == [
        ("person", Role.FROM),
        ("person", Role.TO),
    ]
    assert [figure.role for figure in figures("to 68% from 50%")] == [Role.TO, Role.FROM]


@pytest.mark.parametrize(
    "text", ["2024年12月18日", "18 December 2024", "December 18, 2024", "2024-12-18", "2024/12/18"]
)
def test_dates(text: str) -> None:
    assert figure_keys(text) == Counter(
        [key("calendar_year", "2024"), key("calendar_month", "12"), key("calendar_day", "18")]
    )


def test_calendar_years_are_not_durations_nor_counts() -> None:
    assert [
        figure.unit for figure in figures("2023年用了3年，2000人，2,000 respondents, in 2000 and 1990 residents")
    ] == [
        "calendar_year",
        "year",
        "person",
        "person",
        "calendar_year",
        "person",
    ]


def test_both_sides_of_a_translation_have_the_same_keys() -> None:
    zh = "在武汉，月薪1.5万的人花2500元租两居室，一年能攒8万，996是常态，第三名。"
    en = (
        "In Wuhan, someone on 15,000 yuan a month rents a two-bedroom flat for 2,500 yuan and saves 80,000 yuan a year."
    )
    assert figure_keys(zh) == figure_keys(en)
    assert figure_keys(zh) == Counter([key("number", value) for value in ("15000", "2500", "2", "80000")])
    assert figure_keys("996 (nine to nine, six days a week)") == Counter()


@pytest.mark.parametrize("passage", load_notes()[1], ids=lambda passage: passage.id)
def test_bundled_notes_have_the_same_figures_in_both_languages(passage: object) -> None:
    text, text_en = getattr(passage, "text", ""), getattr(passage, "text_en", "")
    assert figure_keys(text) == figure_keys(text_en)


def test_direction_words() -> None:
    assert direction_words("Jobs fell; pay did not rise.") == (DirectionWord(Direction.DOWN, 5, 9),)
    assert direction_words("岗位減少，工资上升") == (
        DirectionWord(Direction.DOWN, 2, 3),
        DirectionWord(Direction.UP, 7, 9),
    )


# --- any quantity, written in several ways ---

AMOUNTS = st.integers(1, 9999).map(lambda n: n * 100)
CN = "零一二三四五六七八九"


def in_chinese(n: int) -> str:
    """Up to 99,999,999, without shorthand."""
    if n >= 10**4:
        high, low = divmod(n, 10**4)
        return in_chinese(high) + "万" + (("零" if low < 1000 else "") + in_chinese(low) if low else "")
    written = ""
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, size)
        if digit:
            written += CN[digit] + name
        elif written and n and not written.endswith("零"):
            written += "零"
    return written


@given(AMOUNTS)
def test_money_written_in_any_way(amount: int) -> None:
    wan = f"{Decimal(amount) / 10000:f}"
    ways = (f"{amount}元", f"{amount:,} yuan", f"¥{amount:,}", f"{wan}万元", f"{in_chinese(amount)}元", f"RMB {amount}")
    assert {only(way).key for way in ways} == {key("number", str(amount))}
    assert {only(way).unit for way in ways} == {"yuan"}


@given(st.decimals(0, 999, places=1), st.sampled_from(["近", "超过", "约", "不到", ""]))
def test_percentages_written_in_any_way(value: Decimal, bound: str) -> None:
    written = f"{value:f}"
    ways = (f"{bound}{written}%", f"{bound}百分之{written}", f"{bound}{written} percent", f"{bound}{written}％")
    assert {only(way).key for way in ways} == {key("percent", written)}
    assert len({only(way).bound for way in ways}) == 1


@given(st.integers(2, 999), st.sampled_from(["年", "个月", "天", "小时", "分钟", "倍", "个百分点"]))
def test_chinese_numerals_and_digits_agree(count: int, unit: str) -> None:
    assert only(f"{in_chinese(count)}{unit}").key == only(f"{count}{unit}").key


@given(
    st.integers(1, 98), st.integers(1, 50), st.sampled_from(["%", "年", "个月", " years", " months", "倍", "人", "元"])
)
def test_ranges_written_in_any_way(low: int, more: int, unit: str) -> None:
    ways = [f"{low}{dash}{low + more}{unit}" for dash in ("-", "–", "~", "～", " to ", "至", "到")]
    assert {only(way).values for way in ways} == {(Decimal(low), Decimal(low + more))}


@given(st.integers(2, 20), st.sampled_from(["years", "months", "days", "hours", "minutes", "percent", "times"]))
def test_english_words_and_digits_agree(count: int, unit: str) -> None:
    words = [
        *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
        *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
    ]
    assert only(f"{words[count - 2]} {unit}").key == only(f"{count} {unit}").key


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for figure in figures(text):
        assert text[figure.start : figure.end] == figure.text
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="0123456789.,%万亿千百十一二两半几多成分之年月个元到至-–:比/ \n￥$abckmthx后第", max_size=60))
def test_any_tangle_of_numbers_can_be_read(text: str) -> None:
    for figure in figures(text):
        assert text[figure.start : figure.end] == figure.text
        assert figure.values


@pytest.mark.parametrize(
    "unit",
    ["1", "9,", "1万", "三", "百分之", "3-5项", "one ", "¥1 ", "a half ", "5% fell ", "not less than ", "1/", "上"],
)
def test_long_texts_take_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begun = process_time()
        figures(text)
        return process_time() - begun

    assert seconds(100_000) < 50 * max(seconds(10_000), 0.01)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("fell to 5.4%", Role.TO),
        ("减少到5.4%", Role.TO),
        ("fell by 5.4%", Role.BY),
        ("减少了5.4%", Role.BY),
        ("65% below", Role.BY),
        ("比上海低65%", Role.BY),
        ("65% of it", None),
        ("上海的65%", None),
        ("不低于3%", None),
        ("达到78%", None),
    ],
)
def test_what_a_change_is_to_or_by(text: str, role: Role | None) -> None:
    assert [figure.role for figure in figures(text)] == [role]


def test_a_space_may_stand_before_a_chinese_scale() -> None:
    assert figures("300 万人")[0].key == key("number", "3000000")
    assert figures("1.2 万元")[0].key == key("number", "12000")
    assert figures("第 5 百强")[0].key.values == (5,)


def test_numerals_that_are_no_figures_are_told() -> None:
    assert unread_numerals("②④%、½ and XXIV%") == ("②④", "½", "xxiv")
    assert unread_numerals("9" * 30) == ("9" * 30,)
    assert unread_numerals("1125计划, 3A, 23%, 第一, VIP, 12:1, 5 km²") == ()
