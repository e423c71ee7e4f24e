"""The page over the real adviser and the bundled notes, in a real browser."""

from __future__ import annotations

from queue import Queue
from threading import Thread
from urllib.parse import urlsplit

import pytest

from bot import Advisor
from bot.web import serve
from tests.web.conftest import Browser

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(browser: Browser, notes_advisor: Advisor) -> Browser:
    ready: Queue[str] = Queue()
    Thread(target=serve, args=(notes_advisor,), kwargs={"port": 0, "on_ready": ready.put}, daemon=True).start()
    return Browser(browser.driver, ready.get(timeout=60))


@pytest.mark.parametrize(
    ("question", "language", "networks", "passage"),
    [
        (
            "Should I move from Shanghai to Chengdu?",
            "en-GB",
            "Relationship networks",
            "Chengdu bets on high-value services and consumption",
        ),
        ("我该从上海搬到成都吗？", "zh-CN", "关系网", "在武汉、成都这样的新一线城市"),
    ],
)
def test_the_example_questions(page: Browser, question: str, language: str, networks: str, passage: str) -> None:
    page.requests()
    page.open(language=language)
    page.wait(f'[data-ask="{question}"]').click()
    page.answered(question)
    warnings = page.texts("#live .caveats li")
    assert warnings[0].startswith(networks)
    assert "23%" in warnings[1]
    page.wait('#live .for .cite[data-source="1"]').click()
    assert page.panel()["passage"].startswith(passage)
    assert {urlsplit(address).hostname for address in page.requests() if address.startswith("http")} == {"127.0.0.1"}


def test_a_second_question_and_a_reload_keep_the_conversation(page: Browser) -> None:
    page.open()
    page.ask("Should I move from Shanghai to Chengdu?")
    page.ask("How many of those who leave the big four come back?")
    assert "23%" in page.texts("#live .points, #live .answer")[0]
    page.reload()
    page.until(lambda: len(page.texts("#past .question, #live .question")) == 2)
