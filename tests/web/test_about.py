"""The panel about the visitor: what it shows, what it takes, and who may see which conversation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from pydantic import ValidationError

from bot.turn import Profile, ThreadInfo
from bot.web import about
from bot.web.form import complaint, corrected
from bot.web.page import Handlers
from knowledge.passage import LANGUAGES
from prompts import load
from tests.web.fake import WHEN, FakeAdvisor
from tests.web.test_render import HOSTILE, Reader

KNOWN = Profile(
    origin="上海",
    destinations=("成都", "武汉"),
    age=32,
    salary=12000,
    partner=False,
    parents="mentioned",
    hukou="local",
)
FIRST, SECOND = "a" * 32, "b" * 32


def test_only_what_is_known_is_shown() -> None:
    html = about.panel(KNOWN, "en", thread_id=FIRST, begun=False)
    shown = [row.split('"')[0] for row in html.split('data-field="')[1:] if not row.split(">")[0].endswith("hidden")]
    assert shown == ["origin", "destinations", "age", "salary", "partner", "parents", "hukou"]
    values = [part.split('"')[0] for part in html.split(' value="')[1:]]
    assert values[:2] == ["Shanghai", "Chengdu, Wuhan"]
    assert '<option value="mentioned" selected>came up</option>' in html
    assert 'value="12,000"' in html
    assert about.label(KNOWN, "en") == "About you (7)"
    assert about.label(Profile(), "zh") == "关于你"


def test_a_conversation_is_offered_once_it_is_begun_and_the_others_where_they_are_given() -> None:
    threads = tuple(
        ThreadInfo(id=id_, title=title, started=WHEN, updated=WHEN, turns=turns)
        for id_, title, turns in ((FIRST, "mine", 1), (SECOND, "", 0), ("c", "two", 2))
    )
    bare = about.panel(Profile(), "en", thread_id=FIRST, begun=False)
    assert "data-thread" not in bare
    html = about.panel(Profile(), "en", thread_id=FIRST, begun=True, threads=threads)
    assert [part.split('"')[0] for part in html.split('data-thread="')[1:]] == [FIRST, SECOND, "c"]
    text = Reader(html).text
    assert "No question yet" in text
    assert "· 2 questions" in text
    assert "mine" not in text


def test_nothing_that_anybody_wrote_becomes_markup() -> None:
    profile = Profile().model_copy(update={"work": HOSTILE, "industry": HOSTILE, "origin": HOSTILE})
    thread = ThreadInfo(id=HOSTILE, title=HOSTILE, started=WHEN, updated=WHEN, turns=1)
    refused = about.Refused(field="age", written=HOSTILE, reason=HOSTILE)
    for language in LANGUAGES:
        html = about.panel(
            profile, language, thread_id=SECOND, begun=True, threads=(thread,), refused=refused, notice=HOSTILE
        ) + about.download(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
        read = Reader(html)
        assert not {"script", "img", "a", "style"} & set(read.tags)
        assert not {name for name in read.attributes if name.startswith("on") or name in ("href", "src", "style")}
        assert read.text.count("<script>alert(1)</script>") == 4


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        ("age", " 33 ", {"age": 33}),
        ("salary", "1.5万", {"salary": 15000.0}),
        ("age", "33岁", {"age": 33}),
        ("rent", "¥3,500", {"rent": 3500.0}),
        ("savings", "200k", {"savings": 200_000.0}),
        ("origin", "Beijing", {"origin": "北京"}),
        ("destinations", "合肥和 Suzhou and 合肥", {"destination": "合肥", "destinations": ("合肥", "苏州")}),
        ("destinations", "", {"destination": None, "destinations": ()}),
        ("salary", "", {"salary": None, "salary_before_tax": None}),
        ("partner", "true", {"partner": True}),
        ("partner", "", {"partner": None}),
        ("parents", "need_care", {"parents": "need_care"}),
        ("work", "  senior \n nurse ", {"work": "senior nurse"}),
    ],
)
def test_a_field_is_taken_as_written(field: str, written: str, expected: dict[str, Any]) -> None:
    known = KNOWN.model_copy(update={"salary_before_tax": True})
    assert corrected(known, field, written) == known.model_copy(update=expected)


@pytest.mark.parametrize(
    ("field", "written", "en", "zh"),
    [
        ("age", "old", "Not saved. Write a whole number.", "没有保存，请写整数。"),
        ("age", "32.5", "Not saved. Write a whole number.", "没有保存，请写整数。"),
        ("age", "300", "Not saved. The most is 120.", "没有保存，最多是 120。"),
        ("salary", "-1e99 and 5", "Not saved. Write a number, such as 12000.", "没有保存，请写数字，比如 12000。"),
        ("savings", "-5", "Not saved. The least is 0.", "没有保存，最少是 0。"),
        ("rent", "nan", "Not saved. The most is 1,000,000.", "没有保存，最多是 1,000,000。"),
        (
            "origin",
            "Gotham",
            "Not saved. I do not know that place; write the name of a city or a province.",
            "没有保存，没找到这个地方，请写城市或省份的名字。",
        ),
        ("work", "x" * 61, "Not saved. Use at most 60 characters.", "没有保存，最多写 60 个字。"),
        ("risk", "<b>", "Not saved. That will not do here.", "没有保存，这里不能这么写。"),
        ("surprise", "x", "Not saved. That will not do here.", "没有保存，这里不能这么写。"),
    ],
)
def test_what_will_not_do_is_said_in_one_line(field: str, written: str, en: str, zh: str) -> None:
    with pytest.raises(ValidationError) as caught:
        corrected(KNOWN, field, written)
    assert (complaint(caught.value, "en"), complaint(caught.value, "zh")) == (en, zh)


def test_a_profile_has_the_same_words_in_both_languages_for_each_of_its_fields() -> None:
    fields = set(Profile.model_fields) - {"destination"}
    for language in LANGUAGES:
        words = load("profile", language)
        assert set(words["fields"]) == fields
        assert set(words["values"]) <= fields


# --- who may see what ---


def visitor(host: str = "127.0.0.1:7860", client: str = "127.0.0.1", **headers: str) -> gr.Request:
    return gr.Request(headers={"host": host, **headers}, client=SimpleNamespace(host=client))


@pytest.fixture
def advisor() -> FakeAdvisor:
    advisor = FakeAdvisor()
    advisor.ask("Chengdu, mine", FIRST)
    advisor.ask("medical, of another", SECOND)
    advisor.ask("medical, of the terminal", "terminal")
    return advisor


def event(**data: str) -> Any:
    return SimpleNamespace(**data)


MINE = {"thread_id": FIRST, "language": "en"}
ABROAD = [
    (True, visitor(host="evil.example")),
    (True, visitor(client="10.0.0.7")),
    (True, visitor(**{"x-forwarded-for": "10.0.0.7"})),
    (True, visitor(**{"forwarded": "for=10.0.0.7"})),
    (True, visitor(host="")),
    (False, visitor()),
]


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860"])
def test_on_this_machine_all_conversations_are_listed(advisor: FakeAdvisor, host: str) -> None:
    shown = str(Handlers(advisor, loopback=True).know(MINE, visitor(host)))
    assert "of another" in shown
    assert "of the terminal" in shown


@pytest.mark.parametrize(("loopback", "request_"), ABROAD)
def test_elsewhere_a_visitor_has_only_their_own(advisor: FakeAdvisor, loopback: bool, request_: gr.Request) -> None:
    do = Handlers(advisor, loopback=loopback)
    shown = [
        do.arrive(MINE, request_),
        do.know(MINE, request_),
        do.open_thread(MINE, event(thread=SECOND), request_),
        do.download(MINE, event(thread=SECOND, format="json"), request_),
        do.delete_thread(MINE, (), event(thread=SECOND), request_),
        do.arrive({"thread_id": "terminal", "language": "en"}, request_),
    ]
    assert "of another" not in str(shown)
    assert "of the terminal" not in str(shown)
    assert "That is another visitor&#39;s conversation; open your own." in str(shown[4])
    assert len(advisor.history(SECOND)) == len(advisor.history("terminal")) == 1
    assert "Chengdu, mine" in do.download(MINE, event(thread=FIRST, format="markdown"), request_)[0]
    do.start_over(MINE, request_)
    assert advisor.history(FIRST) == ()


def test_on_this_machine_a_conversation_is_opened_and_a_new_one_forgets_none(advisor: FakeAdvisor) -> None:
    do = Handlers(advisor, loopback=True)
    opened = do.open_thread(MINE, event(thread="terminal"), visitor())
    assert opened[0] == {"thread_id": "terminal", "language": "en"}
    assert "medical, of the terminal" in str(opened[4])
    assert do.arrive(opened[0], visitor())[0] == opened[0]
    fresh = do.start_over(MINE, visitor())[0]
    assert fresh["thread_id"] not in (FIRST, "terminal")
    assert len(advisor.history(FIRST)) == 1


def test_a_correction_is_kept_or_said_to_be_wrong_at_its_field(advisor: FakeAdvisor) -> None:
    do = Handlers(advisor, loopback=False)
    panel, button = do.edit(MINE, event(field="age", written="32"), visitor())
    assert (advisor.profile(FIRST).age, advisor.profile(SECOND).age) == (32, None)
    assert button["value"] == "About you (3)"
    assert "Not saved" not in panel
    panel, _ = do.edit(MINE, event(field="age", written="300"), visitor())
    assert advisor.profile(FIRST).age == 32
    assert 'value="300" aria-invalid="true" aria-describedby="wrong-age"' in panel
    assert '<p class="wrong" id="wrong-age" role="alert">Not saved. The most is 120.</p>' in panel
    do.forget_all(MINE, visitor())
    assert advisor.profile(FIRST) == Profile()
