"""The page in a real browser, against a real server with an invented advisor."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.turn import Profile
from prompts import load
from tests.web.conftest import PHONE, WIDE, Browser
from tests.web.fake import CRASHES, FAILS, SLOW, FakeAdvisor

pytestmark = pytest.mark.slow

ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"  # WebDriver's names for the keys
EVERYTHING = "\ue009a\ue000"  # Control and A, which marks what a field holds

MOVE_EN, MOVE_ZH = "Should I move from Shanghai to Chengdu?", "我该从上海搬到成都吗？"
MEDICAL = "What about medical care?"


def test_an_example_in_english_is_answered_in_its_parts(browser: Browser) -> None:
    browser.open()
    assert browser.texts(".example")[0] == MOVE_EN
    browser.wait(f'[data-ask="{MOVE_EN}"]').click()
    browser.answered(MOVE_EN)
    headings = load("answer", "en")["headings"]
    assert browser.texts("#live .part h3, #live .ask-next h3") == [
        *(headings[part] for part in ("for", "against", "caveats", "conflicts")),
        "Not in the documents",
        headings["ask_next"],
    ]
    assert browser.texts("#live .caveats li") == [
        "Relationship networks. Who you know can decide which school or post you get; the notes do not name Chengdu"
        " here. 4 (the author's view)",
        "Return flows. 18% of those who left were back within two years. 5 (not about Chengdu)",
    ]
    assert browser.texts("#live .gaps p") == [
        "They do not say what your work pays in Chengdu, or what rents are by district."
    ]


def test_an_example_in_chinese_opens_its_source(browser: Browser) -> None:
    browser.open(language="zh-CN")
    assert browser.run("return document.documentElement.lang") == "zh-Hans"
    browser.wait(f'[data-ask="{MOVE_ZH}"]').click()
    browser.answered(MOVE_ZH)
    browser.wait('#live .for .cite[data-source="1"]').click()
    assert browser.panel() == {
        "number": "出处 1",
        "grade": "个案",
        "icon": True,
        "passage": "一对夫妻记了两年账：在上海每月花9700元，搬到成都以后每月花4100元。",
        "other": "A couple kept a ledger for two years: ¥9,700 a month in Shanghai, ¥4,100 after moving to Chengdu.",
        "quote": "上海那年每月要9700，来成都头一个月只花了4100。",
        "place": "第 1204–1230 个字符",
        "weakness": "只有一对夫妻，没写年份",
        "document_note": None,
        "editor_note": "两处房子不一样大：那边38平方米，这边52平方米。",
        "editor_heading": "我们的注，不是文章的话",
        "facts": ["邻里账本", "第 3 段", "那对夫妻，没有点名", "没写时间", "ledger.txt"],
    }


def test_what_belongs_to_an_answer_is_in_its_language_and_the_panel_with_it(browser: Browser) -> None:
    browser.open(language="zh-CN")
    browser.ask(MOVE_EN)
    assert browser.texts("#live .actions span") == ["Copy", "Try again"]
    browser.wait('#live .for .cite[data-source="1"]').click()
    header = """
        const [title, close] = document.querySelectorAll('.panel > header > *');
        return [title.textContent, title.lang, close.ariaLabel, close.lang, document.querySelector('.panel').ariaLabel];
    """
    browser.panel()
    assert browser.run(header) == ["Evidence", "en", "Close", "en", "Evidence"]
    browser.type(ESCAPE)
    browser.until(lambda: not browser.all(".panel.open"))
    assert browser.run(header) == ["出处", "zh-Hans", "关闭", "zh-Hans", "出处"]
    assert browser.run("return document.documentElement.lang") == "zh-Hans"


def test_no_line_begins_with_the_full_stop_behind_a_number(browser: Browser) -> None:
    browser.open(language="zh-CN")
    browser.ask(MOVE_ZH)
    # A sentence with a citation in a column of every width that a line may have.
    apart = browser.run(
        """
        const line = document.createElement('p');
        line.innerHTML = '一对夫妻记了两年的账' +
          '<span class="together"><button type="button" class="cite">1</button>。</span>这是后话。';
        document.querySelector('#live .answer').append(line);
        const apart = [];
        for (let width = 60; width < 400; width += 1) {
          line.style.width = `${width}px`;
          const stop = document.createRange();
          stop.selectNode(line.querySelector('.together').lastChild);
          const [number, mark] = [line.querySelector('.cite'), stop].map(part => part.getBoundingClientRect());
          if (mark.left < number.left) apart.push(width);
        }
        line.remove();
        return apart;
        """
    )
    assert apart == []


def test_a_source_without_more_shows_no_more(browser: Browser) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    browser.wait('#live .for .cite[data-source="3"]').click()
    assert browser.panel() == {
        "number": "Source 3",
        "grade": "Survey",
        "icon": True,
        "passage": "A questionnaire to 1,200 people who changed cities: 61% had more free evenings.",
        "other": "对1200名换过城市的人的问卷：61%的人说晚上空出来的时间更多了。",
        "quote": None,
        "place": None,
        "weakness": None,
        "document_note": "Two tables in these notes do not add up, and the author has not corrected them.",
        "editor_note": None,
        "editor_heading": None,
        "facts": ["Notes on changing cities", "paragraph 5", "Riverside Institute", "2021", "moving.txt"],
    }


def test_each_answer_keeps_its_own_sources_even_after_a_reload(browser: Browser) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    browser.ask(MEDICAL)

    def passages() -> list[str]:
        shown = []
        for turn in ("1", "2"):
            browser.run(f'document.querySelector(\'[data-turn="{turn}"] .cite[data-source="1"]\').click()')
            shown.append(browser.panel()["passage"])
        return shown

    first, second = (
        "A couple kept a ledger for two years: ¥9,700 a month in Shanghai, ¥4,100 after moving to Chengdu.",
        "Neighbourhood clinics: nine minutes' wait on average.",
    )
    assert passages() == [first, second]
    browser.reload()
    browser.answered(MEDICAL)
    assert browser.texts(".turn .question span[lang]") == [MOVE_EN, MEDICAL]
    assert passages() == [first, second]


def test_a_new_question_comes_to_the_top_of_the_window(browser: Browser) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    browser.ask(MEDICAL)
    top = "return Math.round(document.querySelector('#live .turn').getBoundingClientRect().top)"
    browser.until(lambda: browser.run(top) == browser.run("return document.querySelector('#top').offsetHeight"))


def test_claims_arrive_one_by_one_and_open_only_when_checked(browser: Browser) -> None:
    browser.open()
    browser.box().send_keys(SLOW, ENTER)
    seen = browser.until(lambda: browser.all("#live .for li"))
    assert len(seen) in (1, 2)
    assert browser.texts("#live .caveats li") == []
    assert not browser.all("#live .cite")[0].is_enabled()
    browser.answered(SLOW)
    assert browser.all("#live .cite")[0].is_enabled()
    assert len(browser.all("#live .caveats li")) == 2


def test_stop_keeps_what_was_said_and_retry_asks_again(browser: Browser, advisor: FakeAdvisor) -> None:
    browser.open()
    browser.box().send_keys(SLOW, ENTER)
    browser.wait("#live .for li")
    browser.wait("#stop").click()
    browser.answered(SLOW)
    kept = browser.texts("#live .part li")
    assert browser.texts("#live .remark") == ["Stopped. What stands above had been checked already."]
    browser.wait("#ask")
    browser.until(lambda: not advisor.streaming)
    assert browser.texts("#live .part li") == kept
    browser.wait("#live .retry").click()
    browser.until(lambda: browser.all("#live .ask-next"))
    assert browser.texts(".turn .question span[lang]") == [SLOW]
    assert advisor.asked[-1][0] == advisor.asked[-2][0] == SLOW


def test_an_error_is_one_friendly_line(browser: Browser) -> None:
    browser.open()
    browser.ask(FAILS)
    assert browser.texts("#live .failure") == [
        "That did not work. The chat model did not answer; check QULIU_CHAT_MODEL."
    ]
    browser.box().send_keys(CRASHES, ENTER)
    browser.answered(CRASHES)
    assert browser.texts("#live .failure") == ["Something went wrong on our side. Please try again."]
    assert "secret detail" not in browser.driver.page_source
    browser.ask(MEDICAL)
    assert len(browser.all("#live .points")) == 1


def test_a_suggestion_is_asked_and_a_new_conversation_begins(browser: Browser, advisor: FakeAdvisor) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    thread = advisor.asked[-1][1]
    browser.wait(f'.chip[data-ask="{MEDICAL}"]').click()
    browser.answered(MEDICAL)
    assert advisor.asked[-1] == (MEDICAL, thread, None)
    assert browser.texts(".chip") == ["And in Shanghai?"]
    browser.wait("#new").click()
    browser.wait("#live .empty")
    assert browser.all(".turn") == []
    browser.ask(MEDICAL)
    assert advisor.asked[-1][1] not in (None, thread)
    # On this machine's own address it can be opened again, and so is kept.
    assert len(advisor.history(str(thread))) == 2


def test_the_language_is_the_questions_until_the_user_chooses(browser: Browser, advisor: FakeAdvisor) -> None:
    browser.open()
    browser.ask(MOVE_ZH)
    assert advisor.asked[-1][2] is None
    assert browser.wait("#live .answer").get_attribute("lang") == "zh-Hans"
    assert browser.wait("#ask").text == "Ask"
    browser.wait("#language label:has([value=zh])").click()
    browser.until(lambda: browser.wait("#ask").text == "提问")
    assert browser.wait(".tagline").text == "走还是留？每一句都查得到出处。"
    assert browser.driver.title == "quliu 去留 – 走，还是留"
    browser.ask(MEDICAL)
    assert advisor.asked[-1][2] == "zh"
    browser.reload()
    browser.until(lambda: browser.wait("#ask").text == "提问")
    assert browser.run("return document.querySelector('#language input:checked').value") == "zh"
    browser.wait("#language label:has([value=auto])").click()
    browser.until(lambda: browser.wait("#ask").text == "Ask")
    browser.ask(MOVE_EN)
    assert advisor.asked[-1][2] is None


def test_copy_takes_the_answer_and_its_sources(browser: Browser) -> None:
    browser.open()
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.ask(MEDICAL)
    browser.wait("#live .copy").click()
    browser.until(lambda: browser.texts("#live .copy span") == ["Copied"])
    assert browser.run("return navigator.clipboard.readText()") == (
        "By the waiting-room record, a neighbourhood clinic in Chengdu sees you after 9 minutes. [1] *(one week only)*"
        "\n\nSources\n[1] From the waiting room, paragraph 3, the district health station, Official statistic"
    )


def test_enter_that_ends_a_chinese_word_does_not_ask(browser: Browser, advisor: FakeAdvisor) -> None:
    browser.open(language="zh-CN")
    asked = len(advisor.asked)
    browser.command("Input.imeSetComposition", text="chengdu", selectionStart=7, selectionEnd=7)
    browser.command("Input.dispatchKeyEvent", type="rawKeyDown", key="Process", windowsVirtualKeyCode=229)
    browser.command("Input.insertText", text="成都")
    assert browser.box().get_property("value") == "成都"
    assert (len(advisor.asked), browser.all(".turn")) == (asked, [])
    browser.box().send_keys(ENTER)
    browser.answered("成都")


def test_the_keyboard_is_enough(browser: Browser) -> None:
    browser.open()
    browser.type(MEDICAL + ENTER)
    browser.answered(MEDICAL)
    focused = "return document.activeElement.className || document.activeElement.id || document.activeElement.tagName"
    browser.type(TAB)
    assert browser.run("return document.activeElement.id") == "ask"
    browser.type(TAB)
    assert browser.run(focused) == "skip to-answer"
    browser.type(ENTER)
    assert browser.run(focused) == "turn"
    browser.type(TAB)
    assert browser.run(focused) == "cite"
    browser.type(ENTER)
    assert browser.panel()["grade"] == "Official statistic"
    assert browser.run(focused) == "panel open"
    browser.type(TAB)
    assert browser.run(focused) == "close"
    browser.type(ESCAPE)
    browser.until(lambda: not browser.all(".panel.open"))
    assert browser.run(focused) == "cite"


def test_a_phone_has_a_sheet_and_never_scrolls_sideways(browser: Browser) -> None:
    sideways = "return document.documentElement.scrollWidth - innerWidth"
    browser.open(PHONE)
    assert browser.run(sideways) == 0
    browser.ask(MOVE_EN)
    browser.run("document.querySelector('details.sources').open = true")
    assert browser.run(sideways) == 0
    browser.run("document.querySelector('#live .cite').click()")
    browser.panel()
    browser.until(lambda: browser.run("return document.querySelector('.panel').getBoundingClientRect().bottom") == 844)
    assert browser.wait(".panel").get_attribute("role") == "dialog"
    assert browser.run("return document.querySelector('#conversation').inert")
    assert browser.run(sideways) == 0
    browser.wait(".panel .close").click()
    browser.until(lambda: not browser.all(".panel.open"))
    assert not browser.run("return document.querySelector('#conversation').inert")
    assert browser.run("return document.activeElement.className") == "cite"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>document.body.dataset.hacked = 1</script>",
        "<img src=x onerror=\"document.body.dataset.hacked = 1\"><img src='http://evil.example/a.png'>",
        "[x](javascript:document.body.dataset.hacked=1) ![y](http://evil.example/b.png) {{this}} ${1+1} $$x$$",
    ],
)
def test_what_a_user_writes_stays_text(browser: Browser, hostile: str) -> None:
    browser.open()
    browser.requests()
    browser.ask(hostile)
    assert browser.texts("#live .question span[lang]") == [hostile]
    assert browser.all(".turn img, .turn script, .turn a:not(.in-place > a)") == []
    assert browser.run("return document.body.dataset.hacked") is None
    assert [address for address in browser.requests() if "evil" in address] == []


def test_a_very_long_question_does_not_freeze_the_page(browser: Browser, advisor: FakeAdvisor) -> None:
    browser.open()
    text = "rent " * 20_000
    browser.run(
        "const box = document.querySelector('#question textarea'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('input', {bubbles: true}))",
        text,
    )
    browser.box().send_keys(ENTER)
    browser.answered("99,400 more characters")
    assert len(advisor.asked[-1][0]) == len(text)
    assert browser.run("return document.querySelector('#live').innerHTML.length") < 10_000


def facts(browser: Browser) -> dict[str, str]:
    """The rows of the panel about the visitor that are shown, by their fields."""
    return dict(
        browser.run(
            "return Object.fromEntries([...document.querySelectorAll('.about .fact:not([hidden])')]"
            ".map(row => [row.dataset.field, row.querySelector('input, select').value]))"
        )
    )


def row(browser: Browser, field: str) -> str:
    """The selector of a row of that panel."""
    return f'.about .fact[data-field="{field}"]'


@pytest.mark.parametrize(("size", "language"), [(WIDE, "en-GB"), (PHONE, "zh-CN")])
def test_what_is_known_is_shown_corrected_and_forgotten(
    browser: Browser, advisor: FakeAdvisor, size: tuple[int, int], language: str
) -> None:
    browser.driver.get_log("browser")
    browser.open(size, language)
    browser.requests()
    browser.ask(MOVE_EN)
    thread = str(advisor.asked[-1][1])
    browser.until(lambda: "2" in browser.wait("#you").get_property("textContent"))
    browser.wait("#you").click()
    names = {"en-GB": ("Shanghai", "Chengdu", "Hefei"), "zh-CN": ("上海", "成都", "合肥")}[language]
    assert facts(browser) == {"origin": names[0], "destinations": names[1]}
    focused = "const at = document.activeElement; return at.id || at.className"
    browser.until(lambda: browser.run(focused) == "close")
    # By keyboard alone: the first field is written over, what it says is read by any name of a place.
    browser.type(TAB + EVERYTHING + "Hefei, Wuhan" + TAB)
    browser.wait(row(browser, "origin") + " .wrong")
    assert advisor.profile(thread).origin == "上海"
    assert browser.run(focused) == "remove"
    browser.wait("#fact-origin").send_keys(EVERYTHING, "Hefei", ENTER)
    browser.until(lambda: facts(browser)["origin"] == names[2])
    assert advisor.profile(thread).origin == "合肥"
    browser.wait(row(browser, "destinations") + " .remove").click()
    browser.until(lambda: facts(browser) == {"origin": names[2]})
    assert (advisor.profile(thread).destination, advisor.profile(thread).destinations) == (None, ())
    browser.run(
        "const add = document.querySelector('.about .add'); add.value = 'salary';"
        "add.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    browser.type("1.5万" + TAB)
    browser.until(lambda: facts(browser).get("salary") == "15,000")
    assert advisor.profile(thread).salary == 15000
    assert browser.run("return document.documentElement.scrollWidth - innerWidth") <= 0
    assert browser.run("const at = document.querySelector('#about'); return at.scrollWidth - at.clientWidth") == 0
    browser.wait(".about .below .ask-first").click()
    assert browser.run(focused) == "no"
    browser.wait(".about .below .yes").click()
    browser.until(lambda: facts(browser) == {})
    assert advisor.profile(thread) == Profile()
    browser.type(ESCAPE)
    browser.until(lambda: browser.run(focused) == "you")
    assert not browser.run("return document.querySelector('#columns').inert")
    hosts = {urlsplit(address).netloc for address in browser.requests() if address.startswith("http")}
    assert hosts <= {urlsplit(browser.url).netloc}
    assert [entry["message"] for entry in browser.driver.get_log("browser")] == []


def test_what_is_typed_survives_that_the_panel_is_drawn_anew(browser: Browser) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    browser.until(lambda: "2" in browser.wait("#you").text)
    browser.wait("#you").click()
    drawn = "return document.querySelector('#fact-origin').getAttribute('value')"
    browser.wait("#fact-origin").send_keys(EVERYTHING, "Hefei", TAB)
    browser.wait("#fact-destinations").send_keys(EVERYTHING, "Wu")
    browser.until(lambda: browser.run(drawn) == "Hefei")
    assert facts(browser) == {"origin": "Hefei", "destinations": "Wu"}
    browser.wait("#fact-destinations").send_keys(EVERYTHING, "武汉", ENTER)
    browser.until(lambda: facts(browser)["destinations"] == "Wuhan")


def test_conversations_are_opened_saved_and_deleted(browser: Browser, advisor: FakeAdvisor, tmp_path: Path) -> None:
    browser.open()
    browser.ask(MOVE_EN)
    first = str(advisor.asked[-1][1])
    browser.wait("#new").click()
    browser.wait("#live .empty")
    browser.ask(MEDICAL)
    second = str(advisor.asked[-1][1])
    listed = f'.threads [data-thread="{first}"]'
    browser.until(lambda: browser.all(listed))
    browser.wait("#you").click()
    assert browser.wait(f"{listed} .open-thread").text == MOVE_EN
    browser.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    for selector, name in (("markdown", "quliu.md"), ("json", "quliu.json")):
        browser.wait(f'{listed} [data-format="{selector}"]').click()
        browser.until(lambda name=name: (tmp_path / name).exists())
        written = (tmp_path / name).read_text("utf-8")
        assert written == advisor.export(first, "json" if selector == "json" else "markdown")
    browser.wait(f"{listed} .open-thread").click()
    browser.answered(MOVE_EN)
    assert browser.texts(".turn .question span[lang]") == [MOVE_EN]
    browser.reload()
    browser.answered(MOVE_EN)
    browser.wait("#you").click()
    for thread in (second, first):
        browser.wait(f'[data-thread="{thread}"] .ask-first').click()
        browser.wait(f'[data-thread="{thread}"] .no').click()
        browser.wait(f'[data-thread="{thread}"] .ask-first').click()
        browser.wait(f'[data-thread="{thread}"] .yes').click()
        browser.until(lambda thread=thread: not browser.all(f'[data-thread="{thread}"]'))
        assert advisor.history(thread) == ()
    browser.wait("#live .empty")
    browser.type(ESCAPE)


# How far what is shown jumped without the user's doing, and what it was.
SHIFTS = """
window.shifts = [];
const rectangle = ({x, y, width, height}) => [x, y, width, height].map(Math.round).join(' ');
new PerformanceObserver((list) => {
  for (const {hadRecentInput, value, sources} of list.getEntries()) {
    const moved = sources.map(s => `${s.node?.className} ${rectangle(s.previousRect)} -> ${rectangle(s.currentRect)}`);
    if (!hadRecentInput) window.shifts.push([value, ...moved]);
  }
}).observe({type: 'layout-shift', buffered: true});
"""


def test_nothing_is_fetched_from_outside_and_nothing_moves(browser: Browser) -> None:
    browser.requests()
    browser.driver.get_log("browser")
    for size in (WIDE, PHONE):
        browser.open(size)
        browser.run(SHIFTS)
        browser.ask(MOVE_EN)
        browser.wait("#live .cite")
        browser.run("document.querySelector('#live .cite').click()")
        browser.panel()
        assert [shift for shift in browser.run("return window.shifts") if shift[0] > 0.01] == []
    fetched = browser.requests()
    assert len(fetched) > 20
    hosts = {urlsplit(address).netloc for address in fetched if urlsplit(address).scheme not in ("data", "blob")}
    assert hosts == {urlsplit(browser.url).netloc}
    assert [entry["message"] for entry in browser.driver.get_log("browser")] == []


# The WCAG contrast of each piece of text that is shown against what is behind it; colours are read off a canvas.
CONTRASTS = """
const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
const paint = (colours) => {
  pen.fillStyle = 'white'; pen.fillRect(0, 0, 1, 1);
  for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
};
const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const words = document.createTreeWalker(document.querySelector('gradio-app'), NodeFilter.SHOW_TEXT);
const low = [];
let checked = 0;
while (words.nextNode()) {
  const element = words.currentNode.parentElement;
  const box = element.getBoundingClientRect();
  if (!words.currentNode.textContent.trim() || box.width < 2 || !element.checkVisibility({visibilityProperty: true}))
    continue;
  const behind = [];
  for (let at = element; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
  const style = getComputedStyle(element);
  const back = luminance(paint(behind)), front = luminance(paint([...behind, style.color]));
  const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
  const size = parseFloat(style.fontSize);
  checked += 1;
  if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5))
    low.push(element.className + ': ' + words.currentNode.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
}
return {low, checked};
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_that_wcag_aa_asks_for(browser: Browser, scheme: str) -> None:
    browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open()
    empty = browser.run(CONTRASTS)
    browser.ask(MOVE_EN)
    browser.run("document.querySelector('details.sources').open = true")
    browser.wait('#live .cite[data-source="1"]').click()
    browser.panel()
    full = browser.run(CONTRASTS)
    browser.wait("#you").click()
    browser.run("document.querySelector('.about .ask-first').click()")
    browser.until(lambda: browser.run("return document.querySelector('#about').getBoundingClientRect().right") <= 1280)
    about = browser.run(CONTRASTS.replace("document.querySelector('gradio-app')", "document.querySelector('#about')"))
    browser.command("Emulation.setEmulatedMedia", features=[])
    assert empty["low"] == full["low"] == about["low"] == []
    assert about["checked"] > 8
    assert (empty["checked"] > 20, full["checked"] > 60) == (True, True)
