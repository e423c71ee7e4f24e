"""A served page and a headless Chromium to look at it with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from tests.web.fake import FakeAdvisor

WAIT = 15
WIDE, PHONE = (1280, 900), (390, 844)


class Browser:
    """What a test does on the page, in a user's words."""

    def __init__(self, driver: Any, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self, size: tuple[int, int] = WIDE, language: str = "en-GB") -> None:
        """Visit as somebody new."""
        width, height = size
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        agent = self.driver.execute_script("return navigator.userAgent")
        self.command("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        self.command("Storage.clearDataForOrigin", origin=self.url.rstrip("/"), storageTypes="local_storage")
        self.driver.get(self.url)
        self.wait("body.ready #live .empty")
        self.until(lambda: self.run("return document.activeElement.tagName === 'TEXTAREA' || innerWidth < 1060"))

    def reload(self) -> None:
        """Load the page again, as the same visitor."""
        self.driver.refresh()
        self.wait("body.ready")

    def command(self, name: str, **arguments: Any) -> Any:
        """A DevTools command."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script: str, *arguments: Any) -> Any:
        """JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def until(self, condition: Callable[[], Any]) -> Any:
        """The condition's value once it is true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, WAIT, poll_frequency=0.05).until(lambda _: condition())

    def all(self, selector: str) -> list[Any]:
        """All elements of a CSS selector."""
        return list(self.driver.find_elements("css selector", selector))

    def wait(self, selector: str) -> Any:
        """The first element of a selector, once it is shown."""
        return self.until(lambda: next((one for one in self.all(selector) if one.is_displayed()), None))

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements of a selector, shown or not."""
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector))

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(text).perform()

    def ask(self, text: str) -> None:
        """Type a question, press Enter, and wait for the whole answer."""
        self.box().send_keys(text, "\ue007")
        self.answered(text)

    def answered(self, text: str) -> None:
        """Wait until the latest turn is this question's and has ended."""
        self.until(
            lambda: self.run(
                "const t = document.querySelector('#live .turn');"
                "return t?.ariaBusy === 'false' && t.querySelector('.question').textContent.includes(arguments[0])",
                text,
            )
        )

    def box(self) -> Any:
        """The question box."""
        return self.wait("#question textarea")

    def panel(self) -> dict[str, Any]:
        """What the evidence panel shows."""
        self.wait(".panel.open article")
        return dict(
            self.run(
                """
                const source = document.querySelector('.panel.open article');
                const text = (selector) => source.querySelector(selector)?.textContent ?? null;
                return {
                  number: text('header h3'), grade: text('.badge'), icon: !!source.querySelector('.badge svg'),
                  passage: text(':scope > .passage'), other: text('.other .passage'), quote: text('blockquote'),
                  place: text('figcaption'), weakness: text('.weakness p'), document_note: text('.document-note p'),
                  editor_note: text('.editor-note p'), editor_heading: text('.editor-note h4'),
                  facts: [...source.querySelectorAll('dl > div')].map(row => row.lastChild.textContent),
                };
                """
            )
        )

    def requests(self) -> list[str]:
        """Addresses of everything fetched since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="session")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> FakeAdvisor:
    return FakeAdvisor(pause=0.05, folder=tmp_path_factory.mktemp("fake"))


@pytest.fixture(scope="session")
def url(advisor: FakeAdvisor) -> str:
    from bot.web import serve

    ready: Queue[str] = Queue()
    Thread(target=serve, args=(advisor,), kwargs={"port": 0, "on_ready": ready.put}, daemon=True).start()
    return ready.get(timeout=60)


@pytest.fixture(scope="session")
def browser(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("needs Chromium and ChromeDriver on the PATH")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile: Path = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=chromedriver))
    driver.get(url)
    yield Browser(driver, url)
    driver.quit()
