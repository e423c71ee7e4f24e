"""The words for what notes and questions are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.passage import Bilingual
from knowledge.topics import Topic, TopicMention, find_topics, topics


def found(text: str) -> list[tuple[str, str]]:
    """The topics in a text, each with the word for it."""
    return [(mention.topic.id, text[mention.start : mention.end]) for mention in find_topics(text)]


def about(text: str) -> set[str]:
    return {mention.topic.id for mention in find_topics(text)}


def test_a_mention_has_its_topic_and_place() -> None:
    assert find_topics("去成都租房贵吗") == (
        TopicMention(topic=Topic(id="rent", name=Bilingual(zh="房租", en="rent")), start=3, end=5),
    )


@pytest.mark.parametrize("topic", topics().values(), ids=lambda topic: topic.id)
def test_every_topic_has_a_name_in_both_languages(topic: Topic) -> None:
    assert topics()[topic.id] is topic
    assert any("\u4e00" <= character <= "\u9fff" for character in topic.name.zh)
    assert topic.name.en.isascii()
    assert topic.name.en


def test_no_two_topics_share_a_name() -> None:
    names = [topic.name for topic in topics().values()]
    assert len({name.zh for name in names}) == len({name.en for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        *(
            ("Does the rent rise?", "rent"),
            ("RENT", "rent"),
            ("rent-free", "subsidies"),
            ("a café", "entrepreneurship"),
        ),
        *(("what's the pay", "pay"), ("salaries", "pay"), ("I am well paid.", "pay"), ("996", "overtime")),
        *(("EVs", "industry"), ("hukou?", "hukou"), ("my mum", "family"), ("subsidised", "subsidies")),
        *(("hospitals", "medical"), ("talent-policy", "talent_retention"), ("the 60+ group", "ageing")),
    ],
)
def test_a_word_is_found_whole_and_in_any_case(text: str, topic: str) -> None:
    assert topic in about(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        *(("my parents", "rent"), ("the current year", "rent"), ("different", "rent"), ("payment", "pay")),
        *(("a career", "medical"), ("barely", "entrepreneurship"), ("still", "medical"), ("every", "industry")),
        *(("1996", "overtime"), ("9964", "overtime"), ("affair", "big_city_strengths"), ("slab", "research_platform")),
        *(("public", "entrepreneurship"), ("taxi", "public_finance"), ("kidney", "family"), ("causeway", "family")),
    ],
)
def test_a_word_inside_another_is_none(text: str, topic: str) -> None:
    assert topic not in about(text)


def test_a_star_lets_a_word_end_as_it_likes_but_not_begin() -> None:
    assert found("commute, commuting, commuter") == [("commute", "commut")] * 3
    assert found("telecommute") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("房价收入比", [("home_prices", "房价收入比"), ("pay", "收入")]),
        ("免房租", [("subsidies", "免房租"), ("rent", "房租")]),
        ("社保基金", [("pensions", "社保基金")]),
        ("内卷", [("overtime", "内卷")]),
        ("咖啡店", [("entrepreneurship", "咖啡店")]),
        ("home prices", [("home_prices", "home price")]),
        ("own a home", [("home_prices", "own a home")]),
        ("pay cut", [("pay", "pay cut")]),
        ("quality of life", [("quality_of_life", "quality of life")]),
        ("coffee shops", [("entrepreneurship", "coffee shop"), ("consumption", "shops")]),
    ],
)
def test_of_words_of_one_topic_the_longest_counts(text: str, words: list[tuple[str, str]]) -> None:
    assert found(text) == words


def test_mentions_stand_in_order_and_one_word_may_speak_of_two_topics() -> None:
    assert found("程序员的房租") == [("jobs", "程序员"), ("online_work", "程序员"), ("rent", "房租")]
    assert found("房租和户口，户口和房租") == [
        ("rent", "房租"), ("hukou", "户口"), ("hukou", "户口"), ("rent", "房租")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zh", "en", "topic"),
    [
        ("成都的房租", "the rent in Chengdu", "rent"),
        ("买得起房子吗", "can I buy a home", "home_prices"),
        ("工资多少", "what is the salary", "pay"),
        ("看病难不难", "how are the hospitals", "medical"),
        ("落户要什么", "what does hukou take", "hukou"),
        ("要靠人脉吗", "does it take connections", "relationship_networks"),
        ("有多少人又回来", "how many come back", "return_flows"),
        ("给什么补贴", "what subsidies are there", "subsidies"),
        ("孩子上学", "schools for my kids", "schools"),
        ("每天加班", "overtime every day", "overtime"),
        ("人口流失", "population loss", "population_loss"),
        ("能存下钱吗", "could I save anything", "savings"),
        ("想开个店", "open a shop", "entrepreneurship"),
        ("数字游民", "digital nomads", "online_work"),
        ("出处在哪", "who says so, and is it reliable", "document_reliability"),
        ("通勤多久", "how long is the commute", "commute"),
    ],
)
def test_both_languages_speak_of_the_same(zh: str, en: str, topic: str) -> None:
    assert topic in about(zh)
    assert topic in about(en)


@pytest.mark.parametrize(
    ("traditional", "topic", "word"),
    [
        ("成都的房價高嗎", "home_prices", "房價"),
        ("在武漢租房", "rent", "租房"),
        ("戶口問題", "hukou", "戶口"),
        ("醫療資源", "medical", "醫療"),
        ("養老壓力", "ageing", "養老"),
        ("創業補貼", "subsidies", "補貼"),
        ("關係網", "relationship_networks", "關係"),
        ("產業轉移", "regional_cooperation", "產業轉移"),
        ("薪資溢價", "employer_brand", "溢價"),
    ],
)
def test_traditional_characters_are_read(traditional: str, topic: str, word: str) -> None:
    assert (topic, word) in found(traditional)


@pytest.mark.parametrize("text", ["", " ", "你好", "hello", "？！", "🙂", "成都"])
def test_what_is_about_nothing(text: str) -> None:
    assert find_topics(text) == ()


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    mentions = find_topics(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert list(mentions) == sorted(mentions, key=lambda mention: (mention.start, mention.end))
