"""What the last step withholds, and why; the sentences here are made up."""

from __future__ import annotations

import pytest

from bot.turn import Draft, Section, Withheld
from bot.verify import check, verify
from knowledge.passage import Bilingual, Language, Passage

TITLE = Bilingual(zh="试", en="Trial")


def passage(
    id_: str,
    text: str,
    text_en: str | None = None,
    *,
    language: Language = "zh",
    cities: tuple[str, ...] = (),
    quote: str | None = None,
    attribution: Bilingual | None = None,
    editor_note: Bilingual | None = None,
) -> Passage:
    return Passage(
        id=id_,
        document_id=id_,
        document_title=TITLE,
        language=language,
        text=text,
        text_en=text_en,
        source="t.txt",
        locator="1",
        cities=cities,
        quote=quote,
        attribution=attribution,
        editor_note=editor_note,
    )


SHARE = passage(
    "share",
    "厦门的服务业十年里从50%升到68%，超过300万人受益。",
    "Services in Xiamen grew from 50% to 68% in ten years, and more than 3 million people gained.",
)
PAY = passage(
    "pay",
    "兰州的月薪是4000元，西宁同样的岗位能到7000元。",
    "The monthly pay is 4,000 yuan in Lanzhou, while the same job in Xining makes 7,000 yuan.",
)
TIME = passage(
    "time",
    "坐车的时间，贵阳是昆明的2.3倍，平均15个月下降5.4%。",
    "The drive takes 2.3 times as long in Guiyang as in Kunming, and over 15 months it fell by 5.4%.",
)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Over 3 million people gained as services in Xiamen went from half to 68%.", SHARE),
        ("厦门有三百多万人受益。", SHARE),
        ("十年间，厦门服务业占比由五成增至百分之六十八。", SHARE),
        ("In a decade of ten years Xiamen's services rose to 68%.".replace("a decade of ", ""), SHARE),
        ("Pay: ¥4,000 a month in Lanzhou, 7k in Xining.", PAY),
        ("西宁月薪7000元，兰州4000元。", PAY),
        ("Compared with Kunming, the drive in Guiyang takes 2.3x as long.", TIME),
        ("昆明的时间短得多，贵阳是它的2.3倍。", TIME),
        ("下降5.4%用了十五个月。", TIME),
        ("Nothing is said of prices.", TIME),
    ],
)
def test_a_claim_may_be_put_in_other_words(text: str, cited: Passage) -> None:
    assert check(text, [cited]) is None


@pytest.mark.parametrize(
    ("text", "cited", "reason"),
    [
        ("Services reached 87%.", SHARE, "87% is not in the cited passages"),
        ("Services reached 68 years.", SHARE, "68 years is not in the cited passages"),
        ("三百多亿人受益。", SHARE, "三百多亿人 is not in the cited passages"),
        ("Over 3 million yuan was gained.", SHARE, "3 million yuan is of person in the cited passages"),
        ("Fewer than 3 million people gained.", SHARE, "3 million is over that in the cited passages"),
        ("3 million people gained.", SHARE, "3 million is over that in the cited passages"),
        ("服务业从68%升到50%。", SHARE, "68% is at the other end of the change in the cited passages"),
        ("Services grew from 68% to 68%.", SHARE, "68% is at the other end of the change in the cited passages"),
        ("68%, then 68%.", SHARE, "68% stands more often than in the cited passages"),
        ("Services fell to 68%.", SHARE, "68% went up in the cited passages"),
        ("15个月增长5.4%。", TIME, "5.4% went down in the cited passages"),
        ("15 years.", TIME, "15 years is not in the cited passages"),
        ("西宁的月薪是4000元。", PAY, "4000元 is said of another place in the cited passages"),
        ("Lanzhou makes 7,000 yuan.", PAY, "7,000 yuan is said of another place in the cited passages"),
        ("厦门的月薪是4000元。", PAY, "厦门 is not in the cited passages"),
        ("每天4000元。", PAY, "每天 is not in the cited passages"),
        ("坐车的时间，昆明是贵阳的2.3倍。", TIME, "2.3倍 compares with another place in the cited passages"),
        ("It takes 2.3 times as long in Kunming as in Guiyang.", TIME, "2.3 times compares with another place in the cited passages"),  # noqa: E501
        ("In 2019 it fell by 5.4%.", TIME, "2019 is not in the cited passages"),
        ("The 1125 plan took 15 months.", TIME, "1125 is not in the cited passages"),
        ("Lanzhou, Lanzhou and Xining.", PAY, "兰州 stands more often than in the cited passages"),
        ("In Xining in Gansu pay is 7,000 yuan.", PAY, "Gansu is not in the cited passages"),
    ],
)  # fmt: skip
def test_what_does_not_stand_in_the_passage_is_named(text: str, cited: Passage, reason: str) -> None:
    assert check(text, [cited]) == reason


def test_a_minus_sign_may_not_be_dropped() -> None:
    cited = passage("minus", "某地人口变化：−5.4%。")
    assert check("人口变化为-5.4%。", [cited]) is None
    assert check("人口减少5.4%。", [cited]) is None
    assert check("人口变化为5.4%。", [cited]) == "5.4% has a minus sign in the cited passages"


def test_a_rise_is_not_a_fall_without_any_figure() -> None:
    cited = passage("jobs", "当地的工作岗位大幅减少。", "Jobs in the area fell sharply.")
    assert check("Jobs in the area rose sharply.", [cited]) == "says the opposite of the cited passages"
    assert check("当地的工作岗位大幅增加。", [cited]) == "says the opposite of the cited passages"
    alone = passage("jobs", "当地的工作岗位大幅减少。")
    assert check("Jobs rose.", [alone]) == "went down in the cited passages"
    assert check("Jobs fell.", [alone]) is None


def test_an_inflow_is_not_an_outflow() -> None:
    cited = passage("flow", "人口净流出的城市主要在北方。", "Cities with a net outflow of people are mostly northern.")
    assert check("人口净流入的城市主要在北方。", [cited]) == "says the opposite of the cited passages"


def test_an_english_claim_rests_on_a_chinese_passage_and_the_reverse() -> None:
    chinese = passage("zh", "厦门有近四成的人在15个月左右后搬走。")
    english = passage("en", "Nearly 40% of people in Xiamen move away after about 15 months.", language="en")
    assert check("In Xiamen nearly 40% move away after about fifteen months.", [chinese]) is None
    assert check("In Xiamen over 40% move away.", [chinese]) == "40% is nearly that in the cited passages"
    assert check("厦门近四成的人会搬走。", [english]) is None
    assert check("兰州近四成的人会搬走。", [english]) == "兰州 is not in the cited passages"


def test_a_quote_and_the_source_support_too() -> None:
    cited = passage(
        "q", "很多人走了。", quote="離開的人超過三成。", attribution=Bilingual(zh="某报2023年报告", en="a report")
    )
    assert check("超过30%的人离开了（2023年）。", [cited]) is None


def test_cities_of_a_passage_are_places_it_speaks_of() -> None:
    cited = passage("c", "这里的房租是2500元。", cities=("兰州",))
    assert check("兰州的房租是2500元。", [cited]) is None
    assert check("西宁的房租是2500元。", [cited]) == "西宁 is not in the cited passages"


def test_the_order_of_a_list_says_nothing_but_a_place_may_not_take_anothers_role() -> None:
    cited = passage(
        "l", "", "In cities such as Wuhan and Chengdu, people who moved from Lanzhou to Xining pay 2,500 yuan."
    )
    assert (
        check("In cities such as Chengdu and Wuhan, people who moved from Lanzhou to Xining pay 2,500 yuan.", [cited])
        is None
    )
    swapped = "In cities such as Wuhan and Chengdu, people who moved from Xining to Lanzhou pay 2,500 yuan."
    assert check(swapped, [cited]) == "Xining stands where the cited passages have another"


def test_whole_sentences_of_a_passage_need_no_reading() -> None:
    cited = passage("s", "甲地50人。乙地60人。")
    assert check("乙地60人。", [cited]) is None
    assert check("甲地50人。 [@s]", [cited]) is None


def test_a_claim_may_count_the_articles_it_cites() -> None:
    cited = [SHARE, PAY, TIME]
    assert check("一篇文章说厦门从50%升到68%，另两篇没有提。", cited) is None
    assert check("一篇文章说厦门从50%升到68%，另四篇没有提。", cited) == "四篇 is not in the cited passages"


def draft(text: str, *ids: str, weakness: str | None = None) -> Draft:
    return Draft(text=text, section=Section.POINTS, passage_ids=ids, weakness=weakness)


PASSAGES = {cited.id: cited for cited in (SHARE, PAY, TIME)}


def test_drafts_pass_or_are_withheld_with_a_reason() -> None:
    good = draft("Services in Xiamen reached 68% [@share], and Lanzhou pays 4,000 yuan [@pay].", "share", "pay")
    drafts = [
        good,
        draft("Nobody says so."),
        draft("Nobody says so [@gone].", "gone"),
        draft("Services reached 86% [@share].", "share"),
    ]
    withheld: list[Withheld] = []
    assert list(verify(drafts, PASSAGES, withheld)) == [good]
    assert withheld == [
        Withheld(text="Nobody says so.", reason="cites nothing"),
        Withheld(text="Nobody says so.", reason="cites the unknown passage gone"),
        Withheld(text="Services reached 86%.", reason="86% is not in the cited passages"),
    ]


def test_drafts_are_yielded_as_they_come() -> None:
    def drafts():  # type: ignore[no-untyped-def]
        yield draft("Services in Xiamen reached 68%.", "share")
        pytest.fail("asked for more than was taken")

    first = next(verify(drafts(), PASSAGES, []))
    assert first.text == "Services in Xiamen reached 68%."


def test_the_figures_of_a_weakness_are_checked_also_against_the_editors_note() -> None:
    noted = passage("n", "厦门有68%的人满意。", editor_note=Bilingual(zh="样本2000人", en="a sample of 2,000 people"))
    withheld: list[Withheld] = []
    drafts = [
        draft("厦门有68%的人满意。", "n", weakness="只问了2000人，也不是专指成都"),
        draft("厦门有68%的人满意。", "n", weakness="只问了3000人"),
        draft("厦门有68%的人满意，样本是2000人。", "n"),
    ]
    assert list(verify(drafts, {"n": noted}, withheld)) == drafts[:1]
    assert [held.reason for held in withheld] == [
        "3000人 is not in the cited passages",
        "2000人 is not in the cited passages",
    ]


MOVERS = passage(
    "movers",
    "三年里有12%的人离开北京，留存率达到78%，工资只有上海的65%。",
    "In three years 12% of people left Beijing, the retention rate reached 78%, and pay is 65% of Shanghai's.",
)
GROWTH = passage(
    "growth",
    "2023年吉林的常住人口减少5.4%，服务业从50%升到68%。",
    "In 2023 the resident population of Jilin fell by 5.4%, and services grew from 50% to 68%.",
)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("减少到5.4%。", GROWTH),
        ("It fell to 5.4%.", GROWTH),
        ("服务业提高了50%。", GROWTH),
        ("Services grew by 68%.", GROWTH),
        ("工资比上海低65%。", MOVERS),
        ("工资比上海高65%。", MOVERS),
        ("Pay is 65% below Shanghai's.", MOVERS),
        ("坐车的时间，贵阳比昆明快2.3倍。", TIME),
        ("三年里有12%的人涌入北京。", MOVERS),
        ("In three years 12% of people moved to Beijing.", MOVERS),
        ("流失率达到78%。", MOVERS),
        ("The loss rate reached 78%.", MOVERS),
        ("2023年吉林的户籍人口减少5.4%。", GROWTH),
        ("In 2023 the registered population of Jilin fell by 5.4%.", GROWTH),
        ("2023年吉林的常住人口没有减少5.4%。", GROWTH),
        ("The resident population of Jilin did not fall by 5.4%.", GROWTH),
        ("常住人口反弹5.4%。", GROWTH),
        ("There was a net inflow of 5.4%.", GROWTH),
        ("约②④%的人离开。", MOVERS),
        ("XXIV% of people left.", MOVERS),
        (f"{'9' * 30} people left.", MOVERS),
        ("Pay rose twelvefold.", MOVERS),
        ("A decade later 12% had left.", MOVERS),
        ("A fortnight later 12% had left.", MOVERS),
        ("常住人口去年减少5.4%。", GROWTH),
        ("The resident population fell by 5.4% last year.", GROWTH),
        ("三年里有12%的人离开县城。", MOVERS),
        ("12% of people left second-tier cities.", MOVERS),
        ("全国的常住人口减少5.4%。", GROWTH),
        ("China's resident population fell by 5.4%.", GROWTH),
        ("The drive takes 2.3 times longer in Kunming.", TIME),
        ("与贵阳相比，昆明的时间是2.3倍。", TIME),
        ("Pay is 7,000 yuan in Lanzhou and 4,000 yuan in Xining.", PAY),
        ("兰州的月薪是7000元和西宁是4000元。", PAY),
    ],
)
def test_wrong_in_other_ways(text: str, cited: Passage) -> None:
    assert check(text, [cited]) is not None


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("降了5.4%。", GROWTH),
        ("Jilin had 5.4% fewer residents in 2023.", GROWTH),
        ("服务业占比升到68%。", GROWTH),
        ("Services rose to 68%.", GROWTH),
        ("工资是上海的65%。", MOVERS),
        ("Pay there is 65% of what Shanghai pays.", MOVERS),
        ("有12%的人离开了北京这个一线城市。", MOVERS),
        ("12% of people moved away from Beijing.", MOVERS),
        ("12% of people moved from Beijing, a first-tier city.", MOVERS),
        ("没写12%是怎么来的。", MOVERS),
        ("不到10年有12%的人离开。".replace("不到10年", "三年里"), MOVERS),
        ("The drive takes 2.3 times longer in Guiyang than in Kunming.", TIME),
        ("Pay is 4,000 yuan in Lanzhou and 7,000 yuan in Xining.", PAY),
        ("兰州的月薪是4000元和西宁是7000元。", PAY),
        ("有超过300 万人受益。", SHARE),
        ("三年后12%的人留不住。", MOVERS),
        ("It holds only if the winners are new first-tier cities.", MOVERS),
    ],
)
def test_right_in_other_words(text: str, cited: Passage) -> None:
    assert check(text, [cited]) is None


def test_lone_surrogates_are_read_over() -> None:
    assert check("\ud800 人口减少5.4%。", [GROWTH]) is None
    assert check("\udcff fell by 6.4%.", [GROWTH]) == "6.4% is not in the cited passages"
