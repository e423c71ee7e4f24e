"""Threads: listed, written out, put right, deleted; and whole after a kill, a failure, or two writers at once."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, sleep

import pytest

from bot.advisor import Advisor
from bot.conversation import Conversations
from bot.errors import ConversationError
from bot.turn import Answer, Profile
from bot.verify import check
from knowledge.passage import Caveat
from tests.bot.conftest import cited
from tests.bot.talker import FAILS, turn


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def kept(file: Path) -> Iterator[Conversations]:
    conversations = Conversations(file, turn)
    yield conversations
    conversations.close()


def say(conversations: Conversations, thread_id: str, *questions: str) -> None:
    for question in questions:
        for _ in conversations.stream(question, thread_id, None):
            pass


def questions(conversations: Conversations, thread_id: str) -> list[str]:
    return [answer.question for answer in conversations.history(thread_id)]


# --- listed ---


def test_threads_are_listed_with_the_latest_change_first(kept: Conversations) -> None:
    before = datetime.now(UTC)
    say(kept, "a", "first of a", "second of a")
    say(kept, "b", "first of b")
    say(kept, "a", "third of a")
    found = kept.threads()
    assert [(t.id, t.title, t.turns) for t in found] == [("a", "first of a", 3), ("b", "first of b", 1)]
    assert before <= found[0].started <= found[1].started <= found[1].updated <= found[0].updated <= datetime.now(UTC)


def test_a_correction_is_no_turn(kept: Conversations) -> None:
    say(kept, "t", "one")
    kept.set_profile("t", Profile(age=32))
    kept.set_profile("t", Profile(age=33))
    assert (questions(kept, "t"), kept.threads()[0].turns) == (["one"], 1)
    assert kept.profile("t") == Profile(age=33)
    say(kept, "t", "two")
    assert questions(kept, "t") == ["one", "two"]
    assert [answer.profile.age for answer in kept.history("t")] == [None, 33]


def test_a_thread_may_begin_with_a_profile(kept: Conversations) -> None:
    kept.set_profile("t", Profile(origin="Shanghai", destinations=("成都市",)))
    assert [(t.id, t.title, t.turns) for t in kept.threads()] == [("t", "", 0)]
    assert kept.profile("t") == Profile(origin="上海", destination="成都", destinations=("成都",))
    say(kept, "t", "one")
    assert [(t.title, t.turns) for t in kept.threads()] == [("one", 1)]


def test_a_correction_waits_for_the_answer_that_is_being_written(kept: Conversations) -> None:
    turn = kept.stream("one", "t", None)
    next(turn)
    correction = threading.Thread(target=kept.set_profile, args=("t", Profile(age=32)))
    correction.start()
    correction.join(timeout=0.2)
    list(turn)
    correction.join()
    assert (questions(kept, "t"), kept.profile("t").age) == (["one"], 32)


def test_a_turn_that_is_left_or_fails_repeats_no_answer(kept: Conversations) -> None:
    say(kept, "t", "one")
    left = kept.stream("left", "t", None)
    next(left)
    left.close()  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError):
        say(kept, "t", FAILS)
    kept.set_profile("t", Profile(age=32))
    assert (questions(kept, "t"), kept.threads()[0].turns) == (["one"], 1)
    say(kept, "t", "two")
    assert questions(kept, "t") == ["one", "two"]


def test_the_same_question_twice_is_two_turns(kept: Conversations) -> None:
    say(kept, "t", "one", "one")
    assert (questions(kept, "t"), kept.threads()[0].turns) == (["one", "one"], 2)


def test_what_an_earlier_version_kept_is_not_listed(kept: Conversations, file: Path) -> None:
    list(kept.stream("one", "a", None))
    list(kept.stream("two", "b", None))
    with sqlite3.connect(file) as database:
        database.execute("UPDATE checkpoints SET metadata = '{}' WHERE thread_id = 'a'")
    assert [thread.id for thread in kept.threads()] == ["b"]


def test_thousands_of_threads_are_listed_at_once(kept: Conversations, file: Path) -> None:
    say(kept, "t", "long one")
    began = datetime(2026, 1, 1, tzinfo=UTC)
    with sqlite3.connect(file) as database:
        (blob,) = database.execute("SELECT checkpoint FROM checkpoints").fetchone()
        database.executemany(
            "INSERT INTO checkpoints VALUES (?, '', ?, NULL, 'msgpack', ?, ?)",
            (
                (
                    f"thread {thread}",
                    f"{number}",
                    blob,
                    json.dumps(
                        {
                            "asked": f"{thread} {number}",
                            "turn": f"{number}",
                            "ts": (began + timedelta(seconds=thread)).isoformat(),
                        }
                    ).encode(),
                )
                for thread in range(3000)
                for number in range(2)
            ),
        )
    start = perf_counter()
    found = kept.threads()
    assert perf_counter() - start < 1.5
    assert (len(found), found[1].id, found[1].title, found[1].turns) == (3001, "thread 2999", "2999 0", 2)


# --- written out ---


def test_a_thread_as_markdown(kept: Conversations) -> None:
    kept.set_profile("t", Profile(origin="上海", age=32, salary=12000, parents="need_care", partner=False))
    say(kept, "t", "How *many*\nbridges?")
    assert kept.export("t", "markdown") == (
        "# How \\*many\\* bridges?\n\n"
        "*A conversation with quliu, t. Every statement can be checked against the numbered sources below its"
        " answer.*\n\n"
        "## What quliu knew of the person who asked\n\n"
        "- You live in: Shanghai\n- Age: 32\n- Pay a month, ¥: 12,000\n- Partner: no partner\n- Parents: need care\n\n"
        "## 1. How \\*many\\* bridges?\n\n"
        "Nine. [1] Ten. [2]\n\n"
        "**Sources**\n\n"
        "1. Notes \\[1\\], paragraph 3 (nobody named; a survey): The river has \\*nine\\* bridges.\n"
        "2. Notes \\[1\\], paragraph 3 (the ferryman; a survey): The river has \\*nine\\* bridges.\n"
        "   > In the original words: 九座桥\n"
    )


def test_a_thread_as_json(kept: Conversations) -> None:
    kept.set_profile("t", Profile(age=32))
    say(kept, "t", "one", "two")
    written = json.loads(kept.export("t", "json"))
    assert list(written) == ["thread_id", "profile", "answers"]
    assert (written["thread_id"], written["profile"]) == ("t", Profile(age=32).model_dump(mode="json"))
    assert tuple(Answer.model_validate(one) for one in written["answers"]) == kept.history("t")


def test_a_long_question_is_cut_in_the_heading_and_whole_below_it(kept: Conversations) -> None:
    say(kept, "t", "bridge " * 20)
    lines = kept.export("t", "markdown").splitlines()
    assert lines[0] == f"# {('bridge ' * 20)[:80].strip()}…"
    assert f"> {'bridge ' * 19}bridge" in lines


# --- unknown, invalid, deleted ---


def test_a_thread_that_there_is_not(kept: Conversations) -> None:
    for format_ in ("markdown", "json"):
        with pytest.raises(ConversationError) as caught:
            kept.export("nope", format_)  # type: ignore[arg-type]
        assert str(caught.value) == "There is no conversation 'nope'; `quliu threads` lists those there are."
    assert (kept.history("nope"), kept.profile("nope"), kept.threads()) == ((), Profile(), ())
    kept.forget("nope")


def test_a_profile_that_is_not_valid_changes_nothing(kept: Conversations) -> None:
    kept.set_profile("t", Profile(age=32))
    with pytest.raises(ConversationError, match=r"^age=-1 is not valid \(.*\); correct it\.$"):
        kept.set_profile("t", Profile().model_copy(update={"age": -1}))
    with pytest.raises(ConversationError, match=r"^origin='Gotham' is not valid \(not a place that is known\)"):
        kept.set_profile("t", Profile().model_copy(update={"origin": "Gotham"}))
    assert kept.profile("t") == Profile(age=32)


def test_what_is_deleted_is_in_no_file(kept: Conversations, file: Path) -> None:
    say(kept, "t", "a secret question")
    say(kept, "u", "another question")
    files = sorted(file.parent.glob("conversations.sqlite*"))
    assert any(b"a secret question" in one.read_bytes() for one in files)
    kept.forget("t")
    assert [one.name for one in files if b"a secret question" in one.read_bytes()] == []
    assert ([t.id for t in kept.threads()], questions(kept, "u")) == (["u"], ["another question"])


# --- killed, and two at once ---


def talker(file: Path, thread_id: str, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bot.talker", str(file), thread_id, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_process_that_is_killed_mid_turn_loses_no_turn_that_it_finished(file: Path) -> None:
    chance = random.Random(7)
    for round_ in range(4):
        thread_id = f"t{round_}"
        with talker(file, thread_id, 100_000) as process:
            assert process.stdout
            told = [process.stdout.readline().strip() for _ in range(2)]
            sleep(chance.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().split()
        conversations = Conversations(file, turn)
        asked = questions(conversations, thread_id)
        assert asked == [f"long {number}" for number in range(len(asked))]
        # One more may be kept than it came to tell.
        assert len(asked) - len(told) in (0, 1)
        say(conversations, thread_id, "after the kill")
        assert questions(conversations, thread_id) == [*asked, "after the kill"]
        assert len(conversations.threads()) == round_ + 1
        conversations.close()
    with sqlite3.connect(file) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_two_processes_write_at_once(file: Path) -> None:
    with talker(file, "a", 60) as one, talker(file, "b", 60) as other, talker(file, "shared", 30) as third:
        conversations = Conversations(file, turn)
        say(conversations, "shared", *(f"here {number}" for number in range(30)))
        for process in (one, other, third):
            process.communicate(timeout=60)
    assert [process.returncode for process in (one, other, third)] == [0, 0, 0]
    expected = [f"long {number}" for number in range(60)]
    assert questions(conversations, "a") == questions(conversations, "b") == expected
    together = questions(conversations, "shared")
    assert [q for q in together if q.startswith("long")] == expected[:30]
    assert [q for q in together if q.startswith("here")] == [f"here {number}" for number in range(30)]
    conversations.close()


# --- the adviser goes by what was put right ---


def assert_borne_out(advisor: Advisor, answer: Answer) -> None:
    passages = advisor.index.passages
    for citation in answer.citations:
        assert citation.text == passages[citation.passage_id].text
    for claim in answer.claims:
        sources = [passages[c.passage_id] for c in answer.citations if c.number in claim.citations]
        assert check(claim.text, sources) is None


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("should I move from Shanghai to Chengdu?", "so should I move?"),
        ("我该从上海搬到成都吗？", "那我到底该不该搬？"),
    ],
)
def test_a_destination_put_right_changes_the_evidence_and_no_fact(
    notes_advisor: Advisor, first: str, then: str
) -> None:
    thread_id = f"t-right-{first}"
    before = notes_advisor.ask(first, thread_id)
    known = notes_advisor.profile(thread_id)
    assert (known.origin, known.destination) == ("上海", "成都")
    notes_advisor.set_profile(thread_id, Profile(origin="北京", destinations=("Hefei",), age=32))
    after = notes_advisor.ask(then, thread_id)
    assert (after.profile.origin, after.profile.destination, after.profile.age) == ("北京", "合肥", 32)
    assert "wuhan-chengdu-rent-and-savings" in cited(before) - cited(after)
    assert cited(after) - cited(before)
    assert {c.kind for c in after.caveats} >= {Caveat.RELATIONSHIP_NETWORKS, Caveat.RETURN_FLOWS}
    for answer in (before, after):
        assert_borne_out(notes_advisor, answer)
    notes_advisor.forget(thread_id)


def test_the_subject_of_a_follow_up_is_the_place_put_right(notes_advisor: Advisor) -> None:
    notes_advisor.ask("我该从上海搬到成都吗？", "t-follow-right")
    notes_advisor.set_profile("t-follow-right", Profile(origin="上海", destinations=("鹤岗",)))
    answer = notes_advisor.ask("那边房租多少？", "t-follow-right")
    plain = notes_advisor.ask("鹤岗的房租多少？")
    assert cited(answer) & cited(plain)
    assert "wuhan-chengdu-rent-and-savings" not in cited(answer)
    assert answer.profile.destination == "鹤岗"
    notes_advisor.forget("t-follow-right")


def test_what_was_forgotten_by_hand_does_not_come_back(notes_advisor: Advisor) -> None:
    notes_advisor.ask("我32岁，月薪两万，该从上海搬到成都吗？", "t-forgot")
    assert (notes_advisor.profile("t-forgot").age, notes_advisor.profile("t-forgot").salary) == (32, 20000)
    notes_advisor.set_profile("t-forgot", Profile())
    answers = [
        notes_advisor.ask(text, "t-forgot") for text in ("那医疗呢？", "那我到底该不该搬？", "in English please")
    ]
    assert [answer.profile for answer in answers] == [Profile()] * 3
    notes_advisor.forget("t-forgot")
