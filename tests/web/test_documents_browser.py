"""The Documents page in a real browser: read, linked from answers, and with files added and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from urllib.parse import urlsplit

import pytest

from bot.advisor import Advisor
from bot.settings import Settings
from bot.web import serve
from knowledge import build_index
from tests.conftest import HashEmbedder
from tests.web.conftest import PHONE, WIDE, Browser
from tests.web.test_browser import CONTRASTS, ENTER, MOVE_EN, TAB

pytestmark = pytest.mark.slow

QUOTE = "上海那年每月要9700，来成都头一个月只花了4100。"
FOCUSED = "const at = document.activeElement; return at.className || at.id || at.tagName"
FOCUSED_ROW = "document.activeElement.closest('h3')?.parentElement.dataset.document"
SIDEWAYS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def middle(browser: Browser, selector: str) -> float:
    """How far down the window something is, 0 at its top and 1 at its bottom."""
    return float(
        browser.run(
            "const {top, bottom} = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return (top + bottom) / 2 / innerHeight",
            selector,
        )
    )


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [(WIDE, "en-GB", ("Documents", "damaged in the source")), (PHONE, "zh-CN", ("文章", "原文此处有损坏"))],
)
def test_a_citation_leads_to_its_place_in_the_text_and_back(
    browser: Browser, size: tuple[int, int], language: str, words: tuple[str, str]
) -> None:
    browser.driver.get_log("browser")
    browser.open(size, language)
    browser.requests()
    browser.ask(MOVE_EN)
    browser.run("""document.querySelector('#live .for .cite[data-source="1"]').click()""")
    browser.panel()
    browser.run("document.querySelector('.panel .in-place a').click()")
    browser.wait("#documents .text")
    browser.until(lambda: browser.run(FOCUSED) == "place")
    assert browser.texts("mark.chosen") == [QUOTE]
    assert browser.texts("span.damaged")[0] == words[1]
    assert browser.texts(".opened .text > span:first-child") == ["邻里账本\n\n第一年\n\n"]
    assert 0 < middle(browser, "mark.chosen") < 1
    assert browser.run(SIDEWAYS) == 0
    assert not browser.run("return document.querySelector('#top').inert")
    # Back finds the source open again, and the link that led away.
    browser.driver.back()
    assert browser.panel()["quote"] == QUOTE
    assert browser.run("return document.activeElement.closest('.panel .in-place') !== null")
    assert browser.run("return document.querySelector('#conversation').inert") == (size == PHONE)
    browser.driver.forward()
    browser.wait("#documents .text")
    browser.until(lambda: browser.run(FOCUSED) == "place")
    browser.wait(".back").click()
    browser.wait("#documents .document")
    # One is at the row of the document that one comes from.
    browser.until(lambda: browser.run(f"return {FOCUSED_ROW}") == "ledger")
    assert 0 < middle(browser, '[data-document="ledger"] h3 a') < 1
    assert browser.texts(".library h2") == [words[0]]
    assert browser.driver.title == f"{words[0]} – quliu"
    assert browser.wait("#nav a").get_attribute("aria-current") == "page"
    assert browser.run(SIDEWAYS) == 0
    browser.wait('[data-document="ledger"] .cited a').click()
    assert browser.panel()["quote"] == QUOTE
    assert browser.all("#library[data-open]") == []
    assert browser.run(SIDEWAYS) == 0
    hosts = {urlsplit(address).netloc for address in browser.requests() if address.startswith("http")}
    assert hosts == {urlsplit(browser.url).netloc}
    assert [entry["message"] for entry in browser.driver.get_log("browser")] == []


def test_the_keyboard_is_enough_and_the_language_changes_in_place(browser: Browser) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    browser.run("document.querySelector('#nav a').focus()")
    browser.type(ENTER)
    browser.wait("#documents .document")
    browser.until(lambda: browser.run(FOCUSED) == "H2")
    browser.type(TAB)
    assert browser.run("return document.activeElement.type") == "file"
    browser.type(TAB + ENTER)
    browser.wait("#documents .missing")
    assert "not bundled" in browser.texts(".missing")[0]
    browser.wait("#language label:has([value=zh])").click()
    browser.until(lambda: "没有附上文章本身" in browser.texts(".missing")[0])
    assert browser.driver.title == "换城笔记 – quliu"
    browser.reload()
    browser.wait("#documents .missing")
    assert "没有附上文章本身" in browser.texts(".missing")[0]
    browser.wait("#new").click()
    browser.wait("#live .empty")
    assert browser.driver.title == "quliu 去留 – 走，还是留"


def test_an_address_of_nothing_says_so(browser: Browser) -> None:
    browser.open()
    nothing = ["That document or passage is not in the index any more."]
    for address, said in (("none", nothing), ("%E0%A4%A", []), ("moving/none", nothing)):
        browser.run("location.hash = arguments[0]", f"documents/{address}")
        browser.until(lambda said=said: browser.all(".library") and browser.texts(".library .failure") == said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_that_wcag_aa_asks_for(browser: Browser, scheme: str) -> None:
    browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open()
    browser.ask(MOVE_EN)
    browser.run("location.hash = 'documents'")
    browser.wait("#documents .document")
    listed = browser.run(CONTRASTS)
    for passage in ("ledger/ledger-1", "moving/moving-4"):
        browser.run("location.hash = arguments[0]", f"documents/{passage}")
        opened = f'.place[aria-current][href="#documents/{passage}"]'
        browser.until(lambda opened=opened: browser.texts(opened))
        found = browser.run(CONTRASTS)
        assert found["low"] == []
        assert found["checked"] > 15
    browser.command("Emulation.setEmulatedMedia", features=[])
    assert listed["low"] == []
    assert listed["checked"] > 25


@pytest.fixture
def own(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A page over an index of its own, to which files can be added."""
    settings = Settings(data_dir=tmp_path / "data", uploads="auto", max_upload_mb=1)
    index = build_index(directory=settings.index_dir, embedder=HashEmbedder())
    ready: Queue[str] = Queue()
    with Advisor(index, settings) as advisor:
        Thread(target=serve, args=(advisor,), kwargs={"port": 0, "on_ready": ready.put}, daemon=True).start()
        yield Browser(browser.driver, ready.get(timeout=60))


def test_files_are_added_used_and_removed_while_the_conversation_goes_on(own: Browser, tmp_path: Path) -> None:
    own.open()
    own.ask(MOVE_EN)
    files = {
        "Hefei notes <b>.txt": "An equipment engineer at a chip plant in Hefei earned 14,321 yuan a month in 2024.\n",
        "empty.txt": "",
        "big.txt": "x" * 1_000_001,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    own.wait("#nav a").click()
    own.wait("#documents .adding")
    own.run("document.querySelector('.adding input').focus()")
    assert middle(own, ".adding") < 0.5
    own.all(".adding input")[0].send_keys("\n".join(str(tmp_path / name) for name in files))
    own.wait(".worked")
    assert sorted(own.texts(".worked li")) == ["big.txt is larger than 1 MB.", "empty.txt is not added: it is empty."]
    assert own.texts(".worked p") == ["Added, and used by new answers from now on: Hefei notes ＜b＞"]
    own.until(lambda: len(own.all(".document")) == 4)
    own.until(lambda: own.run("return document.activeElement.type") == "file")
    assert own.texts(".document h3")[0] == "Hefei notes ＜b＞"
    # What is told of the files is in view wherever one is on the page.
    assert 0 < middle(own, ".worked") < 0.5
    own.wait(".worked a").click()
    own.wait("#documents .text")
    assert own.texts("mark") == [files["Hefei notes <b>.txt"].strip()]
    assert own.texts(".worked") == []
    own.driver.back()
    own.wait("#documents .adding")
    own.run("location.hash = ''")
    own.ask("What did an equipment engineer at a chip plant in Hefei earn in 2024?")
    assert len(own.all(".turn")) == 2
    own.run("document.querySelector('details.sources').open = true")
    assert any("Hefei notes" in text for text in own.texts("#live .source-row .where"))
    own.wait("#nav a").click()
    own.wait(".removal .ask-first")
    for button in ("ask-first", "no", "ask-first"):
        own.run("document.querySelector(arguments[0]).focus()", f".removal .{button}")
        own.type(ENTER)
    assert own.run(FOCUSED) == "no"
    own.run("document.querySelector('.removal .yes').focus()")
    own.type(ENTER)
    own.until(lambda: len(own.all(".document")) == 3)
    assert own.texts(".worked p") == ["Removed, and no longer used by new answers: Hefei notes ＜b＞"]
    assert [*(tmp_path / "data" / "documents").iterdir()] == []
    # A source that is gone says so, and leads back to where it is cited.
    own.run("location.hash = ''")
    own.run("[...document.querySelectorAll('#live .source-row')].find(r => r.textContent.includes('Hefei')).click()")
    own.panel()
    own.run("document.querySelector('.panel .in-place a').click()")
    own.until(lambda: own.texts(".library .failure"))
    assert own.texts(".library .failure") == [
        "That document is not in the index any more; it was removed after it was cited."
    ]
    own.wait(".library .cited a").click()
    assert "14,321" in own.panel()["quote"]
    own.ask("And in Shanghai?")
    assert len(own.all(".turn")) == 3


def test_a_file_that_has_changed_replaces_the_earlier_one_and_what_waits_is_named(own: Browser, tmp_path: Path) -> None:
    own.open()
    own.wait("#nav a").click()
    own.wait("#documents .adding")
    path = tmp_path / "quays.txt"
    for pay, said in (
        ("7,654", "Added, and used by new answers from now on"),
        ("8,765", "Replaced the earlier one, and used by new answers from now on"),
    ):
        path.write_text(f"A harbour master in Qingdao earned {pay} yuan a month.", "utf-8")
        own.all(".adding input")[0].send_keys(str(path))
        own.until(lambda said=said: own.texts(".worked p") == [f"{said}: quays"])
    assert len(own.all(".document")) == 4
    # Two removals and an addition at once: none is lost.
    path.with_name("nets.txt").write_text("A net maker in Yantai earned 5,432 yuan a month.", "utf-8")
    own.all(".adding input")[0].send_keys(str(path.with_name("nets.txt")))
    own.run("document.querySelector('.removal .yes').click()")
    own.until(lambda: own.texts(".document h3")[0] == "nets" and own.all(".worked"))
    assert "quays" not in own.texts(".document h3")
