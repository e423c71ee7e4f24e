"""The adviser over the bundled notes, from question to answer."""

from __future__ import annotations

import re
from itertools import product

import pytest

from bot.advisor import Advisor
from bot.turn import Answer, Claim, Intent
from bot.verify import check
from knowledge.passage import Caveat, Language
from knowledge.places import place
from tests.bot.conftest import cited

BIG = ("北京", "上海", "广州", "深圳")
SMALLER = ("成都", "武汉", "合肥", "长沙", "郑州", "岳阳", "鹤岗", "拉萨")
PAIRS = tuple(product(BIG, SMALLER))

# Language, way, and the question, of a big city and a smaller one.
DECISIONS = (
    ("zh", "down", "我该从{big}搬到{small}吗？"),
    ("en", "down", "Should I move from {big} to {small}?"),
    ("zh", "home", "我在{big}工作，老家在{small}，要不要回老家？"),
    ("en", "home", "I work in {big} and my home town is {small}. Should I go back home?"),
    ("zh", "back", "去年离开{big}回了{small}，现在后悔，要不要再回{big}？"),
    ("en", "back", "I left {big} for {small} last year and regret it. Should I go back to {big}?"),
)
QUESTIONS = (
    "离开北上广深的人有多少又回来了？",
    "how many of those who leave come back?",
    "为什么年轻人要离开北上广？",
    "Why do cities lose talent?",
    "对比一下成都和武汉",
    "compare Hefei and Suzhou",
    "说说成都",
    "tell me about Hegang",
    "南京现在租房多少钱？",
    "what is rent in Lhasa?",
    "12:1的房价收入比靠谱吗？",
    "should I move from Chengdu to Shanghai?",
    "要不要从成都搬到武汉？",
    "should I leave Shanghai?",
    "我该离开北京吗？",
)


def named(city: str, language: Language) -> str:
    found = place(city)
    assert found is not None
    return found.zh if language == "zh" else found.en


def assert_sound(advisor: Advisor, answer: Answer) -> None:
    """Every claim is cited, stands up to verification, and every number leads to a passage."""
    by_number = {c.number: c for c in answer.citations}
    assert sorted(by_number) == list(range(1, len(answer.citations) + 1))
    first_used = list(dict.fromkeys(n for claim in answer.claims for n in claim.citations))
    assert first_used == sorted(first_used) == list(by_number)
    for claim in answer.claims:
        assert claim.citations, claim.text
        passages = [advisor.index.passages[by_number[n].passage_id] for n in claim.citations]
        assert check(claim.text, passages) is None, claim.text
        assert {int(n) for n in re.findall(r"\[(\d+)\]", claim.markdown)} == set(claim.citations)
        assert claim.markdown in answer.text
    for part in (*answer.caveats, *answer.conflicts):
        assert part.citations
        assert set(part.citations) <= set(by_number)
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == set(by_number)
    assert "[@" not in answer.text
    assert "{" not in answer.text
    assert answer.withheld == ()


@pytest.mark.parametrize("text", QUESTIONS)
def test_every_claim_is_cited_and_borne_out(notes_advisor: Advisor, text: str) -> None:
    answer = notes_advisor.ask(text)
    assert answer.claims
    assert_sound(notes_advisor, answer)
    assert all(c.passage_id in notes_advisor.index.passages for c in answer.citations)


@pytest.mark.parametrize(("big", "small"), PAIRS)
def test_each_decision_down_home_and_back_warns_of_networks_and_returns(
    notes_advisor: Advisor, big: str, small: str
) -> None:
    for language, way, form in DECISIONS:
        text = form.format(big=named(big, language), small=named(small, language))  # type: ignore[arg-type]
        answer = notes_advisor.ask(text)
        assert (answer.intent, answer.language) == (Intent.DECISION, language), text
        ends = (small, big) if way == "back" else (big, small)
        assert (answer.profile.origin, answer.profile.destination) == ends, text
        warned = {c.kind: c.citations for c in answer.caveats}
        assert warned.get(Caveat.RELATIONSHIP_NETWORKS), text
        assert warned.get(Caveat.RETURN_FLOWS), text
        assert "return-flow" in cited(answer)
        assert answer.ask_next is not None
        assert_sound(notes_advisor, answer)


@pytest.mark.parametrize("city", [*BIG, "成都", "武汉", "合肥", "苏州", "长沙", "郑州"])
@pytest.mark.parametrize(
    ("language", "leave", "stay"),
    [("zh", "我该离开{}吗？", "我该留在{}吗？"), ("en", "Should I leave {}?", "Should I stay in {}?")],
)
def test_leaving_and_staying_rest_on_the_same_passages(
    notes_advisor: Advisor, *, city: str, language: Language, leave: str, stay: str
) -> None:
    name = named(city, language)
    one, other = notes_advisor.ask(leave.format(name)), notes_advisor.ask(stay.format(name))
    assert one.intent is other.intent is Intent.DECISION
    assert cited(one) == cited(other)
    assert {c.kind for c in one.caveats} == {c.kind for c in other.caveats}


def test_the_stream_gives_the_claims_and_then_the_answer(notes_advisor: Advisor) -> None:
    text = "我该从上海搬到成都吗？"
    *claims, last = notes_advisor.stream(text)
    assert all(isinstance(event, Claim) for event in claims)
    assert isinstance(last, Answer)
    assert tuple(claims) == last.claims
    timeless = {"timings_ms"}
    assert last.model_dump(exclude=timeless) == notes_advisor.ask(text).model_dump(exclude=timeless)


def test_as_a_langchain_runnable(notes_advisor: Advisor) -> None:
    runnable = notes_advisor.as_runnable()
    answer = runnable.invoke("should I leave Shanghai?", {"configurable": {"thread_id": "runnable"}})
    assert answer.intent is Intent.DECISION
    assert notes_advisor.history("runnable") == (answer,)
    assert runnable.invoke("hello").intent is Intent.ABOUT_BOT
    assert len(notes_advisor.history("runnable")) == 1


@pytest.mark.parametrize("text", ["hello", "今天上海天气怎么样？", "", "😀", "서울에서 부산으로", "搬" * 4001])
def test_what_rests_on_no_evidence_claims_nothing(notes_advisor: Advisor, text: str) -> None:
    answer = notes_advisor.ask(text)
    assert (answer.claims, answer.citations, answer.caveats, answer.gaps) == ((), (), (), ())
    assert answer.text
    assert len(answer.suggestions) == 3


def test_a_place_that_the_notes_do_not_name_is_said_so(notes_advisor: Advisor) -> None:
    answer = notes_advisor.ask("what is rent in Lhasa?")
    assert answer.abstained
    assert answer.gaps[0].text == "None of the articles mentions Lhasa."


def test_the_given_language_is_answered_in(notes_advisor: Advisor) -> None:
    answer = notes_advisor.ask("我该离开上海吗？", language="en")
    assert answer.language == "en"
    assert answer.text.startswith("**In short.**")


def test_the_language_of_the_settings_is_answered_in(notes_advisor: Advisor) -> None:
    with_english = notes_advisor.settings.model_copy(update={"language": "en"})
    advisor = Advisor(notes_advisor.index, with_english)
    assert advisor.ask("我该离开上海吗？").language == "en"
    assert advisor.ask("我该离开上海吗？", language="zh").language == "zh"


def test_the_time_of_each_step_adds_up(notes_advisor: Advisor) -> None:
    spent = notes_advisor.ask("should I leave Beijing for Wuhan?").timings_ms
    steps = (spent.understand, spent.retrieve, spent.weigh, spent.write, spent.verify)
    assert all(ms > 0 for ms in steps)
    assert sum(steps) <= spent.total
