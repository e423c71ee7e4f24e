"""Conversations: what a thread remembers, and that threads keep apart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.conversation import Conversations
from bot.errors import ConversationError


def test_a_thread_is_remembered_in_order_and_forgotten(notes_advisor: Advisor) -> None:
    asked = [notes_advisor.ask(text, "t-order") for text in ("我该从上海搬到成都吗？", "谢谢", "那医疗呢？")]
    assert notes_advisor.history("t-order") == tuple(asked)
    notes_advisor.forget("t-order")
    assert notes_advisor.history("t-order") == ()


def test_a_follow_up_keeps_the_cities_even_after_a_word_of_thanks(notes_advisor: Advisor) -> None:
    notes_advisor.ask("我该从上海搬到成都吗？", "t-follow")
    for text in ("那医疗呢？", "谢谢", "那边房租多少？"):
        answer = notes_advisor.ask(text, "t-follow")
    assert (answer.profile.origin, answer.profile.destination) == ("上海", "成都")
    assert "wuhan-chengdu-rent-and-savings" in {c.passage_id for c in answer.citations}


def test_without_a_thread_nothing_is_remembered(notes_advisor: Advisor) -> None:
    notes_advisor.ask("我该从上海搬到成都吗？")
    assert notes_advisor.ask("那边房租多少？").profile.destination is None


def test_two_threads_do_not_mix(notes_advisor: Advisor) -> None:
    notes_advisor.ask("should I move from Shanghai to Chengdu?", "t-a")
    notes_advisor.ask("should I move from Beijing to Hefei?", "t-b")
    one = notes_advisor.ask("how much is the rent there?", "t-a").profile
    other = notes_advisor.ask("how much is the rent there?", "t-b").profile
    assert (one.origin, one.destination) == ("上海", "成都")
    assert (other.origin, other.destination) == ("北京", "合肥")
    notes_advisor.forget("t-a")
    assert len(notes_advisor.history("t-b")) == 2


def test_a_stream_in_a_thread_is_that_of_the_question_alone(notes_advisor: Advisor) -> None:
    text = "should I move from Shanghai to Chengdu?"
    *claims, last = notes_advisor.stream(text, "t-stream")
    *plain, _ = notes_advisor.stream(text)
    assert claims == plain
    assert notes_advisor.history("t-stream") == (last,)


def test_a_stream_that_is_left_early_is_not_remembered(notes_advisor: Advisor) -> None:
    stream = notes_advisor.stream("should I move from Shanghai to Chengdu?", "t-left")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert notes_advisor.history("t-left") == ()


def test_a_conversation_survives_reopening(notes_advisor: Advisor, tmp_path: Path) -> None:
    # The vectors of typical messages take half a minute, and are the same.
    (tmp_path / "vectors").symlink_to(notes_advisor.settings.data_dir / "vectors")
    settings = notes_advisor.settings.model_copy(update={"data_dir": tmp_path})
    first = Advisor(notes_advisor.index, settings)
    asked = first.ask("我该从上海搬到成都吗？", "t")
    first._conversations.close()
    second = Advisor(notes_advisor.index, settings)
    assert second.history("t") == (asked,)
    assert second.ask("那边房租多少？", "t").profile.destination == "成都"
    second._conversations.close()


def test_eight_threads_may_ask_at_once(notes_advisor: Advisor) -> None:
    cities = ("Chengdu", "Wuhan", "Hefei", "Changsha", "Zhengzhou", "Nanjing", "Suzhou", "Hangzhou")

    def talk(city: str) -> list[str | None]:
        thread = f"t-many-{city}"
        texts = (f"should I move from Shanghai to {city}?", "how much is the rent there?")
        return [notes_advisor.ask(text, thread).profile.destination for text in texts]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(talk, cities))
    assert found == [[city] * 2 for city in ("成都", "武汉", "合肥", "长沙", "郑州", "南京", "苏州", "杭州")]
    assert [len(notes_advisor.history(f"t-many-{city}")) for city in cities] == [2] * 8


def test_where_nothing_can_be_kept_the_error_names_cause_and_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    conversations = Conversations(tmp_path / "file" / "c.sqlite", lambda *_: iter(()))
    with pytest.raises(ConversationError, match=r"^Conversations cannot be kept in .*; make it writable or set QULIU_"):
        conversations.history("t")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_text("no database " * 100, "utf-8")
    with pytest.raises(ConversationError, match="is not a database"):
        Conversations(path, lambda *_: iter(())).history("t")
