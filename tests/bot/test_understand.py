"""Messages as people write them, and what they are understood to say."""

from __future__ import annotations

import pytest

from bot.turn import Context, Intent, Move, Notice, Reference
from bot.understand import Understander, clean_text
from tests.bot.conftest import note, request

# The message, where it starts, where it goes, whether home is meant (None: either will do), which way.
MOVES: list[tuple[str, str | None, tuple[str, ...], bool | None, Move]] = [
    ("我该从上海搬到成都吗？", "上海", ("成都",), False, Move.DOWN),
    ("要不要离开北京去武汉？", "北京", ("武汉",), False, Move.DOWN),
    ("在深圳干了五年，想回长沙发展，值得吗？", "深圳", ("长沙",), True, Move.DOWN),
    ("我老家在阜阳，现在在上海，要不要回去？", "上海", ("阜阳",), True, Move.DOWN),
    ("该不该从杭州去上海闯一闯？", "杭州", ("上海",), False, Move.UP),
    ("从合肥跳槽到北京合适吗？", "合肥", ("北京",), False, Move.UP),
    ("我该不该从北京搬到上海？", "北京", ("上海",), False, Move.SIDEWAYS),
    ("要不要从成都搬到武汉？", "成都", ("武汉",), False, Move.SIDEWAYS),
    ("去年离开北京回了郑州，现在后悔，要不要再回北京？", "郑州", ("北京",), None, Move.BACK),
    ("我从深圳回到邵阳一年了，想杀回深圳，行吗？", "邵阳", ("深圳",), None, Move.BACK),
    ("该离开上海吗？", "上海", (), False, Move.DOWN),
    ("我该不该留在广州？", "广州", (), False, Move.DOWN),
    ("要不要逃离北京？", "北京", (), False, Move.DOWN),
    ("我在北京，要不要回老家？", "北京", (), True, Move.DOWN),
    ("在上海打工，爸妈在昭通，该不该回去照顾他们？", "上海", ("昭通",), True, Move.DOWN),
    ("苏州有个公司给我offer，我在上海，要不要去？", "上海", ("苏州",), False, Move.DOWN),
    ("我该去合肥还是留在上海？", "上海", ("合肥",), False, Move.DOWN),
    ("要不要从广州去县城开店？", "广州", (), False, Move.DOWN),
    ("我想从北京回东北老家鹤岗，靠谱吗？", "北京", ("鹤岗",), True, Move.DOWN),
    ("我要不要去深圳？", None, ("深圳",), False, Move.UP),
    ("要不要搬到重庆？", None, ("重庆",), False, Move.DOWN),
    ("我該從上海搬到成都嗎？", "上海", ("成都",), False, Move.DOWN),
    ("要不要離開北京回鄭州？", "北京", ("郑州",), True, Move.DOWN),
    ("北京月薪三万，想去杭州，值不值？", "北京", ("杭州",), False, Move.DOWN),
    ("值得从武汉搬去北京吗？", "武汉", ("北京",), False, Move.UP),
    ("我该从西安搬到上海吗？", "西安", ("上海",), False, Move.UP),
    ("该不该从鹤岗去哈尔滨？", "鹤岗", ("哈尔滨",), False, Move.UP),
    ("要不要从长沙去岳阳？", "长沙", ("岳阳",), False, Move.DOWN),
    ("我应不应该辞掉北京的工作回大同？", "北京", ("大同",), True, Move.DOWN),
    ("人在上海，纠结要不要去成都", "上海", ("成都",), False, Move.DOWN),
    ("要不要从北京去河北邯郸？", "北京", ("邯郸",), False, Move.DOWN),
    ("我想离开深圳，去哪都行，合适吗？", "深圳", (), False, Move.DOWN),
    ("should I move from Shanghai to Chengdu?", "上海", ("成都",), False, Move.DOWN),
    ("Should I leave Beijing for Wuhan?", "北京", ("武汉",), False, Move.DOWN),
    ("should i quit shenzhen and go back home to changsha?", "深圳", ("长沙",), True, Move.DOWN),
    ("I live in Shanghai and my home town is Fuyang. Should I go back?", "上海", ("阜阳",), True, Move.DOWN),
    ("Should I go from Hangzhou to Shanghai?", "杭州", ("上海",), False, Move.UP),
    ("should I move from Beijing to Shanghai?", "北京", ("上海",), False, Move.SIDEWAYS),
    ("Should I move from Chengdu to Wuhan?", "成都", ("武汉",), False, Move.SIDEWAYS),
    ("I left Beijing for Zhengzhou last year and regret it. Should I go back?", "郑州", ("北京",), None, Move.BACK),
    ("should I leave Shanghai?", "上海", (), False, Move.DOWN),
    ("Should I stay in Guangzhou?", "广州", (), False, Move.DOWN),
    ("should I escape Beijing?", "北京", (), False, Move.DOWN),
    ("I'm in Beijing. Should I go back to my home town?", "北京", (), True, Move.DOWN),
    ("My parents are in Zhaotong and I work in Shanghai. Should I go home?", "上海", ("昭通",), True, Move.DOWN),
    (
        "A firm in Suzhou offered me a job, I am based in Shanghai, should I take it?",
        "上海",
        ("苏州",),
        False,
        Move.DOWN,
    ),
    ("Should I stay in Shanghai or move to Hefei?", "上海", ("合肥",), False, Move.DOWN),
    ("should I leave Guangzhou for a county town?", "广州", (), False, Move.DOWN),
    ("should I move to Shenzhen?", None, ("深圳",), False, Move.UP),
    ("Should I move to Chongqing?", None, ("重庆",), False, Move.DOWN),
    ("I'm from Zhoukou and live in Shenzhen; should I go home?", "深圳", ("周口",), True, Move.DOWN),
    ("is moving from Wuhan to Beijing worth it?", "武汉", ("北京",), False, Move.UP),
    ("should I relocate from Xi'an to Shanghai?", "西安", ("上海",), False, Move.UP),
    ("Should we leave Hegang for Harbin?", "鹤岗", ("哈尔滨",), False, Move.UP),
    ("should I go from Changsha to Yueyang?", "长沙", ("岳阳",), False, Move.DOWN),
    ("should I quit my Beijing job and go home to Datong?", "北京", ("大同",), True, Move.DOWN),
    ("torn between staying in Shanghai and going to Chengdu", "上海", ("成都",), False, Move.DOWN),
    ("Is it a good idea to move to Handan, Hebei from Beijing?", "北京", ("邯郸",), False, Move.DOWN),
    ("thinking about moving from Guangzhou to Hangzhou, thoughts?", "广州", ("杭州",), False, Move.DOWN),
    ("shoud i move form shanghia to chengdu? should i?", "上海", ("成都",), False, Move.DOWN),
    ("Considering a move to Kunming from Shenzhen, good idea?", "深圳", ("昆明",), False, Move.DOWN),
    ("would it be a mistake to leave Shanghai for Guiyang?", "上海", ("贵阳",), False, Move.DOWN),
]
ASKED: dict[Intent, str] = {
    Intent.DECISION: """
        我该离开上海吗
        要不要辞职回老家考编
        在北京十年了，该走还是该留？
        我爸妈催我回去，我很纠结
        三十岁从深圳去成都重新开始值得吗？
        该不该带孩子从北京搬到苏州？
        有公司让我去合肥，去不去？
        我想回县城开个小店，靠谱吗？
        应不应该为了房子离开杭州？
        离开广州去长沙是不是个明智的选择？
        你觉得我该留在上海吗？
        女朋友在武汉，我在深圳，要不要过去？
        Should I leave Beijing?
        should we move to Hangzhou with two kids?
        is it worth moving from Shenzhen to Changsha for cheaper rent?
        Would you stay in Shanghai if you were me?
        I have an offer in Suzhou, should I take it?
        I'm torn between Shanghai and going home
        is going back to my home town a mistake?
        should my brother quit his Guangzhou job and go to Nanjing?
        thinking of moving to Chengdu, good idea?
        does it make sense for me to leave Shanghai at 35?
    """,
    Intent.LOOKUP: """
        离开北上广深的人有多少会回来？
        北京上海广州积分落户成功的比例是多少？
        成都服务业占比升到了多少？
        鹤岗2022年人口减少了多少？
        昭通的村民到最近的三甲医院要多久？
        七台河60岁以上的人占多少？
        无锡和东莞的房价收入比是多少？
        只发补贴的城市能把人才留多久？
        中国青年报的调查里有多少人说是因为房价？
        辽源的零售额下降了多少？
        阜阳有多少人外出？
        合肥人才五年留存率是多少？
        How many of those who leave come back?
        what share of applicants get hukou by points in Beijing?
        how much did services grow in Chengdu?
        How much rent does a two-bedroom cost in Wuhan according to the article?
        how far is the nearest top hospital for the Zhaotong villager?
        what percentage of people in Qitaihe are over 60?
        what is the price-to-income ratio in Dongguan?
        how long do subsidies keep people?
        How much did Hegang's population fall in 2022?
        what does the survey say about house prices?
        how many firms can the Suzhou researcher work with?
        How many new first-tier cities are there?
    """,
    Intent.WHY: """
        年轻人为什么离开北上广？
        为什么有人走了又回来？
        小城市为什么留不住人？
        鹤岗的房子为啥这么便宜？
        人才外流的原因是什么？
        为什么补贴留不住人？
        是什么让年轻人放弃大城市？
        Why do young people leave the big cities?
        why do people who left come back?
        what drives talent out of small cities?
        How come subsidies don't keep people?
        what are the reasons people leave Beijing?
        why is hukou so important?
        Why do resource cities lose people?
    """,
    Intent.COMPARE: """
        成都和武汉比哪个更好？
        对比一下北京和成都的看病
        上海和合肥有什么区别？
        一线城市和新一线的差别在哪？
        苏州跟无锡相比怎么样？
        三篇文章对补贴的说法有矛盾吗？
        杭州和南京哪个更适合创业？
        Compare Chengdu and Wuhan
        what is the difference between first-tier and new first-tier cities?
        Chengdu versus Hangzhou for start-ups
        Is Hefei better than Suzhou?
        do the articles contradict each other on subsidies?
        which city is cheaper, Beijing or Chengdu?
    """,
    Intent.OVERVIEW: """
        说说成都
        介绍一下合肥
        这几篇文章都讲了什么？
        总结一下回老家的风险
        鹤岗情况
        小城市有哪些坑？
        tell me about Chengdu
        Summarise what the articles say about talent loss
        give me an overview of Hefei
        what are the downsides of small cities?
        list the cities that lose people
        what do the articles say about hukou?
        pros and cons of new first-tier cities
    """,
    Intent.OUT_OF_SCOPE: """
        今天上海天气怎么样？
        帮我写一首关于春天的诗
        红烧肉怎么做？
        给我讲个笑话
        世界杯谁赢了？
        比特币现在多少钱？
        把这句话翻译成英文
        推荐几部好看的电影
        what's the weather in Beijing tomorrow?
        write me a python script
        tell me a joke
        who won the world cup?
        recipe for mapo tofu
        what is the capital of France?
        how do I lose weight?
        solve this equation for x
    """,
    Intent.ABOUT_BOT: """
        你是谁？
        你能做什么？
        你好
        谢谢
        你的资料从哪来？
        你是机器人吗？
        怎么用你？
        who are you?
        what can you do?
        hello
        thanks!
        where do you get your information?
        are you a human?
        can I trust you?
    """,
}
MESSAGES = [(intent, text.strip()) for intent, texts in ASKED.items() for text in texts.strip().splitlines()]


def test_enough_is_asked() -> None:
    assert len({text for text, *_ in MOVES}) >= 60
    assert len({text for _, text in MESSAGES}) >= 100


@pytest.mark.parametrize(("text", "origin", "destinations", "home", "move"), MOVES, ids=[text for text, *_ in MOVES])
def test_who_moves_from_where_to_where(
    understander: Understander,
    *,
    text: str,
    origin: str | None,
    destinations: tuple[str, ...],
    home: bool | None,
    move: Move,
) -> None:
    understood = understander.understand(text)
    assert understood.intent is Intent.DECISION
    assert (understood.origin, understood.destinations, understood.move) == (origin, destinations, move)
    assert home in (None, "home" in understood.scope)
    assert set(understood.places) >= {p for p in (origin, *destinations) if p}


@pytest.mark.parametrize(("intent", "text"), MESSAGES, ids=[text for _, text in MESSAGES])
def test_what_a_message_wants(understander: Understander, intent: Intent, text: str) -> None:
    assert understander.understand(text).intent is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("成都", Intent.OVERVIEW),
        ("Chengdu", Intent.OVERVIEW),
        ("成都呢", Intent.OVERVIEW),
        ("成都房租", Intent.OVERVIEW),
        ("why Beijing?", Intent.WHY),
        ("leave Shanghai?", Intent.DECISION),
        ("move to Chengdu", Intent.DECISION),
        ("回郑州", Intent.DECISION),
        ("compare Chengdu and Wuhan", Intent.COMPARE),
        ("should I leave Shanghai", Intent.DECISION),
    ],
)
def test_a_bare_place_asks_for_all_about_it_unless_a_word_says_otherwise(
    understander: Understander, text: str, intent: Intent
) -> None:
    assert understander.understand(text).intent is intent


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("我该从上海搬到成都吗？", {"new_first_tier"}),
        ("should I move from Shanghai to Changsha?", {"provincial_capital", "second_tier"}),
        ("should I move from Shanghai to Yueyang?", {"second_tier", "lower_tier"}),
        ("should I move from Chengdu to Shanghai?", {"first_tier"}),
        ("should I leave Shanghai?", set()),
        ("要不要从广州去县城开店？", {"lower_tier", "county"}),
        ("我在北京，要不要回老家？", {"home"}),
    ],
)
def test_the_scope_is_the_tier_that_one_would_go_to(understander: Understander, text: str, scope: set[str]) -> None:
    assert understander.understand(text).scope == scope


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("北京积分落户的比例是多少？", {"number", "percent"}),
        ("补贴能留人多久？", {"duration"}),
        ("武汉两居室租金多少钱？", {"number", "yuan"}),
        ("武漢兩居室租金多少錢？", {"number", "yuan"}),
        ("有多少人离开了北京？", {"number", "person"}),
        ("成都是北京的几倍？", {"number", "times"}),
        ("what share of people come back to Beijing?", {"percent"}),
        ("how long does it take to get to a hospital from Zhaotong?", {"number", "duration"}),
        ("how many people left Fuyang?", {"number", "person"}),
        ("说说成都", set()),
    ],
)
def test_the_unit_that_the_wanted_figure_has(understander: Understander, text: str, units: set[str]) -> None:
    assert understander.understand(text).units == units


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("鹤岗2022年人口减少了多少？", {"2022"}),
        ("2022年和2023年鹤岗人口变化", {"2022", "2023"}),
        ("00后和2010后想离开上海吗？", set()),
        ("how did Hegang do since 2019?", set()),
        ("Hegang's population in 2024?", {"2024"}),
        ("一个月12024元在成都够吗？", set()),
    ],
)
def test_the_year_that_is_asked_for(understander: Understander, text: str, years: set[str]) -> None:
    assert understander.understand(text).years == years


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("12:1的房价收入比靠谱吗？", True),
        ("这个23%是哪来的？", True),
        ("這個23%可靠嗎？", True),
        ("who says that 23% come back?", True),
        ("is the 23% reliable?", True),
        ("多少人回来了？", False),
        ("how many come back?", False),
    ],
)
def test_whether_the_source_is_doubted(understander: Understander, text: str, doubts: bool) -> None:
    assert understander.understand(text).doubts_source is doubts


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  a \t b\n\nc ", "a b c"),
        ("a\x00b\x07c", "abc"),
        ("\u200b上\u200d海\ufeff", "上海"),
        ("\u202e上海\u202c", "上海"),
        ("Ｓｈａｎｇｈａｉ？", "Shanghai?"),
        ("\ue000成都\uf8ff", "成都"),
        ("co\u00adop", "coop"),
        ("上海", "上海"),
    ],
)
def test_cleaning(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("", Notice.EMPTY),
        (" \n\t", Notice.EMPTY),
        ("😀🏙️", Notice.EMPTY),
        ("?!…", Notice.EMPTY),
        ("12345", Notice.EMPTY),
        ("\x00\x01\u200b", Notice.EMPTY),
        ("\ud83d", Notice.EMPTY),
        ("搬" * 4001, Notice.TOO_LONG),
        ("should I leave Shanghai? " * 200, Notice.TOO_LONG),
        ("서울에서 부산으로 이사해야 할까요?", Notice.OTHER_LANGUAGE),
        ("Стоит ли мне переехать?", Notice.OTHER_LANGUAGE),
        ("東京へ引っ越すべきですか", Notice.OTHER_LANGUAGE),
        ("上海から東京へ", Notice.OTHER_LANGUAGE),
        ("هل أنتقل إلى شنغهاي", Notice.OTHER_LANGUAGE),
        ("ควรย้ายไหม", Notice.OTHER_LANGUAGE),
    ],
)
def test_what_cannot_be_read(understander: Understander, text: str, notice: Notice) -> None:
    understood = understander.understand(text)
    assert (understood.intent, understood.notice) == (Intent.UNREADABLE, notice)
    assert not understood.needs_evidence
    assert understood.places == ()
    assert len(understood.text) <= 200


@pytest.mark.parametrize(
    "text",
    ["should I move to Chengdu? Αθήνα", "should I leave 上海 for 成都", "我在做 Δ 测试，该不该去成都？"],
)
def test_what_can_still_be_read(understander: Understander, text: str) -> None:
    assert understander.understand(text).notice is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我该不该 leave Shanghai", "zh"),
        ("should I leave 上海 for 成都", "en"),
        ("我該從上海搬到成都嗎？", "zh"),
        ("Shanghai", "en"),
        ("上海", "zh"),
        ("北京 offer 要不要接", "zh"),
        ("is 户口 hard to get in Beijing?", "en"),
    ],
)
def test_the_language_to_answer_in(understander: Understander, text: str, language: str) -> None:
    assert understander.understand(text).language == language


def test_a_given_language_goes_before_the_detected_one(understander: Understander) -> None:
    assert understander.understand("我该离开上海吗？", "en").language == "en"
    assert understander.understand("", "zh").language == "zh"


BEFORE = Context(
    request=request(
        Intent.DECISION, text="我该从上海搬到成都吗？", origin="上海", destinations=("成都",), move=Move.DOWN
    )
)


@pytest.mark.parametrize(
    "text", ["要不要先租房？", "我有offer", "值得吗", "留还是走", "你怎么看", "worth it?", "do I go?"]
)
def test_a_decision_goes_on_between_the_same_cities(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert understood.intent is Intent.DECISION
    assert (understood.origin, understood.destinations, understood.places) == ("上海", ("成都",), ("上海", "成都"))


@pytest.mark.parametrize(
    "text",
    [
        "那医疗呢？",
        "户口呢？",
        "那边房租多少？",
        "what about the hospitals?",
        "and hukou?",
        "how much is the rent there?",
    ],
)
def test_what_is_asked_on_after_a_decision_is_asked_of_where_it_goes(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert (understood.intent, understood.places) == (Intent.LOOKUP, ("成都",))


LOOKED_UP = Context(
    request=request(Intent.LOOKUP, text="安徽那所村小有多少学生？", places=("安徽",), topics=("schools",)),
    cited=(("anhui-village-school",),),
)


@pytest.mark.parametrize(
    "text",
    ["原来有多少", "几年里的事", "从多少到多少", "剩下的都是谁", "which year?", "from what to what?", "300? really?"],
)
def test_a_message_of_few_words_asks_on_of_the_last_answer(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=LOOKED_UP)
    assert (understood.intent, understood.reference) == (Intent.LOOKUP, Reference.ASPECT)
    assert (understood.places, understood.focus) == (("安徽",), ("anhui-village-school",))
    assert understood.background == "安徽那所村小有多少学生？"


@pytest.mark.parametrize("text", ["你是谁", "谢谢", "今天天气怎么样", "who are you?", "thanks", "tell me a joke"])
def test_not_every_message_of_few_words_asks_on(understander: Understander, text: str) -> None:
    assert not understander.understand(text, context=LOOKED_UP).needs_evidence


@pytest.mark.parametrize("text", ["有多少00后想离开一线城市", "How many people who leave the big four return?"])
def test_a_whole_question_does_not_lean_on_the_last_one(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=LOOKED_UP)
    assert (understood.reference, understood.places, understood.focus) == (None, (), ())


@pytest.mark.parametrize("text", ["你没提的是什么", "坏处呢", "what did you leave out?", "and the downsides?"])
def test_the_other_side_of_a_one_sided_answer_is_both_sides(understander: Understander, text: str) -> None:
    assert BEFORE.request is not None
    one_sided = BEFORE.model_copy(update={"request": BEFORE.request.model_copy(update={"one_sided": "for"})})
    understood = understander.understand(text, context=one_sided)
    assert (understood.intent, understood.reference) == (Intent.DECISION, Reference.OTHER_SIDE)
    assert (understood.one_sided, understood.destinations) == (None, ("成都",))


@pytest.mark.parametrize("text", ["坏处呢", "what speaks against it?"])
def test_the_other_side_of_a_place_is_all_that_is_said_of_it(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=LOOKED_UP)
    assert (understood.intent, understood.places, understood.topics) == (Intent.OVERVIEW, ("安徽",), ())


@pytest.mark.parametrize(
    "text", ["成都算了，改去武汉", "不去成都了，换武汉吧", "forget Chengdu, Wuhan instead", "Chengdu is off. Wuhan?"]
)
def test_a_place_that_is_given_up_makes_room_for_another(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert (understood.intent, understood.origin, understood.destinations) == (Intent.DECISION, "上海", ("武汉",))


@pytest.mark.parametrize(
    "text", ["再加上武汉呢", "把武汉也算上", "and if I throw in Wuhan?", "put Wuhan on the list as well"]
)
def test_a_further_place_joins_those_of_a_decision(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert (understood.intent, understood.origin, understood.destinations) == (
        Intent.DECISION,
        "上海",
        ("成都", "武汉"),
    )


@pytest.mark.parametrize(
    "text",
    ["换个话题，医院怎么样", "先放一边，户口难办吗", "new topic: are hospitals any good?", "unrelated: is hukou hard?"],
)
def test_another_subject_leaves_the_cities_behind(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert (understood.places, understood.background, understood.reference) == ((), "", None)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("去年从深圳回了老家赣州", "赣州"),
        ("我前年离开深圳搬到了赣州", "赣州"),
        ("I left Shenzhen for Ganzhou last year", "赣州"),
        ("I quit in Shenzhen and moved back to Ganzhou", "赣州"),
    ],
)
def test_whoever_moved_lives_where_they_moved_to(understander: Understander, text: str, origin: str) -> None:
    profile = understander.understand(text).profile
    assert (profile.origin, profile.destination) == (origin, None)


@pytest.mark.parametrize("text", ["我朋友从深圳回了赣州", "my friend moved to Ganzhou last year", "he went to Ganzhou"])
def test_where_somebody_else_moved_to_is_not_where_one_lives(understander: Understander, text: str) -> None:
    assert understander.understand(text).profile.origin != "赣州"


KINDS = note("kinds", "净流出的城市有三类：资源枯竭的、中西部的，以及收缩的。")


@pytest.mark.parametrize(
    ("text", "item"),
    [("第二类再讲讲", "中西部的"), ("最后一类呢", "收缩的"), ("more on the first kind", "资源枯竭的")],
)
def test_what_a_passage_lists_can_be_asked_for_by_its_number(understander: Understander, text: str, item: str) -> None:
    knowing = Understander(understander._classifier, 4000, {"kinds": KINDS})
    context = Context(request=request(Intent.OVERVIEW, text="哪些城市在流失人口？"), cited=(("kinds",), ("other",)))
    understood = knowing.understand(text, context=context)
    assert (understood.reference, understood.text) == (Reference.ITEM, item)


@pytest.mark.parametrize("text", ["那武汉呢？", "what about Wuhan?"])
def test_a_bare_city_takes_the_place_of_the_destination(understander: Understander, text: str) -> None:
    understood = understander.understand(text, context=BEFORE)
    assert (understood.intent, understood.origin, understood.destinations) == (Intent.DECISION, "上海", ("武汉",))


def test_a_new_decision_drops_the_old_destination(understander: Understander) -> None:
    understood = understander.understand("should I go to Wuhan?", context=BEFORE)
    assert understood.destinations == ("武汉",)


@pytest.mark.parametrize(
    "text", ["谢谢", "who are you?", "tell me a joke", "今天天气怎么样？", "为什么年轻人离开大城市？"]
)
def test_a_change_of_subject_drops_the_cities(understander: Understander, text: str) -> None:
    assert understander.understand(text, context=BEFORE).places == ()


def test_no_follow_up_without_a_place_before(understander: Understander) -> None:
    assert understander.understand("那边房租多少？", context=Context(request=request(Intent.ABOUT_BOT))).places == ()
