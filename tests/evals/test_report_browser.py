"""The report in a real browser, opened as a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.judge import FAITHFULNESS, Judgement
from evals.report import write_report
from tests.evals import report_sample as sample
from tests.evals.report_sample import ASKED, CLAIMED, FIRST
from tests.web.conftest import PHONE, WIDE, Browser

pytestmark = pytest.mark.slow

TAB, ENTER = "\ue004", "\ue007"  # WebDriver's names for the keys


class Report(Browser):
    """What a test does with the report."""

    def visit(self, fragment: str = "", size: tuple[int, int] = WIDE, language: str = "en-GB") -> None:
        """Open it as somebody new."""
        width, height = size
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        agent = self.run("return navigator.userAgent")
        self.command("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        self.run("try { sessionStorage.clear() } catch {}")
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}{fragment}")

    def shown(self) -> list[str]:
        """Ids of the questions that are listed."""
        return [str(one.get_attribute("id"))[2:] for one in self.all(".entry") if one.is_displayed()]

    def choose(self, field: str, value: str) -> None:
        """Set a field of the filter as a user would."""
        self.run(
            "const field = document.querySelector(`#filter [name=${arguments[0]}]`); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', { bubbles: true }));",
            field,
            value,
        )

    def complaints(self) -> list[str]:
        """What the browser's console says since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("needs Chromium and ChromeDriver on the PATH")
    folder = tmp_path_factory.mktemp("report")
    measured = folder / "bench.json"
    measured.write_text(sample.measured().model_dump_json(), "utf-8")
    path = write_report(
        sample.full(folder),
        bench=measured,
        baseline=sample.plain_rag(folder),
        previous=sample.before(folder),
        judgements=[Judgement(question_id="good", metric=FAITHFULNESS, score=0.5, reason="half")],
    )
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile: Path = tmp_path_factory.mktemp("chromium")
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=chromedriver))
    # The browser's own first page asks for much.
    driver.get("about:blank")
    yield Report(driver, path.as_uri())
    driver.quit()


def test_it_asks_for_nothing_and_complains_of_nothing(report: Report) -> None:
    report.requests()
    report.complaints()
    report.visit()
    report.run("for (const one of document.querySelectorAll('details')) one.open = true; scrollTo(0, 1e6)")
    assert [url for url in report.requests() if not url.startswith(("about:", "data:"))] == [report.url]
    assert report.complaints() == []


def test_hostile_words_are_only_words(report: Report) -> None:
    report.visit("#q-hostile")
    assert ASKED in report.wait("#q-hostile .asked").text
    assert report.wait("#q-hostile .answer .text").text == " ".join(CLAIMED.split())
    assert report.run("return document.querySelectorAll('img, iframe, script').length") == 1
    assert report.run("return document.querySelectorAll('[onerror], [onmouseover]').length") == 0


@pytest.mark.parametrize(
    ("browser_language", "lang", "heading"), [("zh-CN", "zh-Hans", "评测报告"), ("en-GB", "en", "Evaluation report")]
)
def test_the_first_language_is_the_browsers(report: Report, browser_language: str, lang: str, heading: str) -> None:
    report.visit(language=browser_language)
    assert report.run("return document.documentElement.lang") == lang
    assert report.wait("h1").text == heading


def test_the_language_is_switched_in_place_and_kept(report: Report) -> None:
    report.visit()
    assert report.wait("#questions h2").text == "Every question"
    report.wait(".switch [data-language=zh]").click()
    assert report.wait("#questions h2").text == "每一道题"
    assert report.driver.title == "quliu 去留 – 评测报告"
    assert report.texts("#filter [name=state] option") == ["全部", "合格", "不合格", "出错"]
    assert [one.get_attribute("aria-pressed") for one in report.all(".switch button")] == ["true", "false"]
    assert report.run("return [...document.querySelectorAll('.en')].some(one => one.checkVisibility())") is False
    report.driver.refresh()
    assert report.wait("#questions h2").text == "每一道题"
    report.wait(".switch [data-language=en]").click()
    assert report.wait("#questions h2").text == "Every question"
    assert report.run("return [...document.querySelectorAll('.zh')].some(one => one.checkVisibility())") is False


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("type", "lookup", ["good"]),
        ("language", "zh", ["hostile", "follow-up"]),
        ("state", "passed", ["good", "silent"]),
        ("state", "failed", ["hostile", "follow-up", "crash"]),
        ("state", "error", ["crash"]),
        ("failed", "citation_recall", ["hostile"]),
        ("text", "  TEN million", ["good"]),
        ("text", "<script>alert", ["hostile"]),
        ("text", "nobody said this", []),
    ],
)
def test_questions_are_filtered(report: Report, field: str, value: str, left: list[str]) -> None:
    report.visit()
    assert len(report.shown()) == 5
    report.choose(field, value)
    assert report.shown() == left
    assert report.wait("#shown").text == f"{len(left)} of 5 questions"
    assert report.run("return document.getElementById('nothing').checkVisibility()") is (left == [])
    report.wait("#filter [type=reset]").click()
    report.until(lambda: len(report.shown()) == 5)


def test_filters_add_up_and_what_is_shown_opens(report: Report) -> None:
    report.visit()
    report.choose("language", "en")
    report.choose("state", "passed")
    assert report.shown() == ["good", "silent"]
    report.wait("#expand").click()
    assert [one.get_attribute("id") for one in report.all(".entry[open]")] == ["q-good", "q-silent"]
    report.wait("#collapse").click()
    assert report.all(".entry[open]") == []


def test_a_link_opens_its_question_even_where_the_filter_hid_it(report: Report) -> None:
    report.visit("#q-follow-up")
    assert report.wait("#q-follow-up .turns").text == "我想去成都。"
    assert 0 <= report.run("return document.getElementById('q-follow-up').getBoundingClientRect().top") < WIDE[1] / 2
    report.choose("type", "lookup")
    assert report.shown() == ["good"]
    report.wait("#changes .broken + ul .to-question").click()
    report.until(lambda: "hostile" in report.shown())
    assert report.wait("#q-hostile .answer")
    assert report.run("return document.activeElement.parentElement.id") == "q-hostile"


def test_a_citation_leads_to_its_passage_and_back(report: Report) -> None:
    report.visit("#q-good")
    report.wait("#q-good .cite").click()
    report.until(lambda: report.run("return location.hash") == f"#p-{FIRST.id}")
    assert report.wait(f"#p-{FIRST.id} .words").text == FIRST.text_en
    report.wait(f"#p-{FIRST.id} .by summary").click()
    report.wait(f"#p-{FIRST.id} .by a").click()
    assert report.wait("#q-good .answer")


def test_a_cell_tells_its_passage(report: Report) -> None:
    report.visit()
    report.run(f"document.querySelector('[data-passage=\"p-{FIRST.id}\"]').focus()")
    (words,) = report.texts("#readout .words .en")
    assert words == FIRST.text_en
    assert report.run("return document.querySelectorAll('[id=\"t-' + arguments[0] + '\"]').length", FIRST.id) == 1


def test_both_answers_stand_side_by_side(report: Report) -> None:
    report.visit()
    report.wait("#changes .broken + ul .beside summary").click()
    before, after = report.run(
        "return [...document.querySelectorAll('#changes .broken + ul .columns > section')]"
        ".map(one => one.getBoundingClientRect().left)"
    )
    assert after > before + 300


def test_the_keyboard_suffices(report: Report) -> None:
    report.visit()
    report.type(TAB)
    assert report.run("return document.activeElement.className") == "skip"
    report.type(TAB + ENTER)
    assert report.wait("h1").text == "评测报告"
    report.type(TAB + ENTER)
    assert report.wait("h1").text == "Evaluation report"
    report.run("document.querySelector('#q-silent summary').focus()")
    report.type(ENTER)
    assert report.wait("#q-silent .answer li").text == "They do not say."


@pytest.mark.parametrize("size", [PHONE, WIDE])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_page_never_scrolls_sideways(report: Report, size: tuple[int, int], language: str) -> None:
    report.visit(size=size, language=language)
    report.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert (
        report.run("const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth")
        == 0
    )
    wide = "return [...document.querySelectorAll('body *')].filter(one => !one.closest('.wide, .sr, .skip, svg')"
    past = f"{wide} && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 100))"
    assert report.run(past) == []


def test_without_scripts_everything_is_there_in_both_languages(report: Report) -> None:
    report.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        report.driver.get("about:blank")
        report.driver.get(report.url)
        assert "每一道题" in report.wait("#questions h2").text
        assert "Every question" in report.wait("#questions h2").text
        assert len(report.shown()) == 5
        assert not report.all("#filter")[0].is_displayed()
    finally:
        report.command("Emulation.setScriptExecutionDisabled", value=False)
