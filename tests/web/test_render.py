"""An answer as HTML: exactly what it shows, and nothing that anybody else wrote as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import bot.web
from bot.turn import Answer, AskNext, CaveatShown, Citation, Claim, Conflict, Gap, Intent, Section, Withheld
from bot.web import render
from bot.web.turns import Turn, restored
from knowledge.passage import LANGUAGES, Caveat, Grade
from prompts import load
from tests.web.fake import FakeAdvisor, answer_to

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{x}}${x}[9](javascript:alert(1))"
TAGS = frozenset(
    """
    a article aside blockquote button dd details div dl dt em figcaption figure h1 h2 h3 h4 header li nav ol p path
    section span strong summary svg ul
    """.split()
)


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def a_citation(**fields: Any) -> Citation:
    values: dict[str, Any] = {
        "number": 1,
        "passage_id": "p",
        "document_id": "d",
        "document_title": "Notes",
        "locator": "paragraph 3",
        "text": "河边有九座桥。",
        "text_en": "The river has nine bridges.",
        "quote": None,
        "start": None,
        "end": None,
        "source": "notes.txt",
        "grade": Grade.SURVEY,
        "attribution": None,
        "as_of": None,
        "document_note": None,
    }
    return Citation(**{**values, **fields})


def an_answer(**fields: Any) -> Answer:
    values: dict[str, Any] = {"question": "How many?", "language": "en", "intent": Intent.LOOKUP, "text": "Nine [1]."}
    return Answer(**{**values, **fields})


CITED = {1: a_citation()}
LABEL = "Source 1: Survey"
STOP = '<span class="together">{}{}</span>'
MARKER = f'<button type="button" class="cite" data-source="1" aria-label="{LABEL}" title="{LABEL}">1</button>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Nine bridges [1] here.", f"Nine bridges {MARKER} here."),
        ("Nine bridges [1].", f"Nine bridges {STOP.format(MARKER, '.')}"),
        ("九座桥 [1][1]。十座", f"九座桥 {MARKER}{STOP.format(MARKER, '。')}十座"),
        ("Nine *(no year)*", 'Nine <span class="weak">(no year)</span>'),
        ("九座 *（没写年份 [1]）*", f'九座<span class="weak">（没写年份 {STOP.format(MARKER, "）")}</span>'),
        ("*nine* or **ten**", "<em>nine</em> or <strong>ten</strong>"),
        ("2 * 3 * 4 <b>&amp;", "2 * 3 * 4 &lt;b&gt;&amp;amp;"),
        (r"\[1\] \*a\* \<b\> \&lt; *(\*c\*)*", '[1] *a* &lt;b&gt; &amp;lt; <span class="weak">(*c*)</span>'),
        ("[2]", '<button type="button" class="cite" disabled>2</button>'),
        ("[x](http://a.example) ![y](http://b.example)", "[x](http://a.example) ![y](http://b.example)"),
        ("a * b ** c [1234]", "a * b ** c [1234]"),
    ],
)
def test_inline(markdown: str, html: str) -> None:
    assert render.inline(markdown, CITED, "en") == html


def test_prose_knows_headings_bullets_and_paragraphs() -> None:
    assert render.prose("# Bridges\n\nNine:\n- old [1]\n- *new*\n\nEnd", CITED, "en") == (
        f"<h3>Bridges</h3><p>Nine:</p><ul><li>old {MARKER}</li><li><em>new</em></li></ul><p>End</p>"
    )


def test_an_answer_without_claims_shows_its_text() -> None:
    assert render.answer_body(an_answer(text="Only bridges & boats.")) == "<p>Only bridges &amp; boats.</p>"


def test_what_is_missing_comes_first_in_a_lookup_and_last_in_a_decision() -> None:
    claim = Claim(text="Nine.", section=Section.NEAREST, citations=(1,), markdown="Nine [1].")
    order = {
        intent: [
            html.index('class="part gaps"') < html.index('class="part nearest"')
            for html in [render.answer_body(an_answer(intent=intent, claims=(claim,), gaps=(Gap(text="No ferries."),)))]
        ]
        for intent in (Intent.LOOKUP, Intent.DECISION)
    }
    assert order == {Intent.LOOKUP: [True], Intent.DECISION: [False]}


def test_a_warning_said_by_a_claim_is_not_said_twice_and_any_other_is_said() -> None:
    said = Claim(
        text="Friends matter.",
        section=Section.CAVEATS,
        citations=(1,),
        weakness="a view",
        markdown="Friends matter. [1] *(a view)*",
        kind=Caveat.RELATIONSHIP_NETWORKS,
    )
    answer = an_answer(
        claims=(said,),
        citations=(a_citation(),),
        caveats=(
            CaveatShown(kind=Caveat.RELATIONSHIP_NETWORKS, text="Friends matter. (a view)", citations=(1,)),
            CaveatShown(kind=Caveat.HUKOU, text="Papers matter.", citations=(1,)),
        ),
        conflicts=(Conflict(text="Nine here [1], ten there.", citations=(1,)),),
    )
    items = [part.split("</li>")[0] for part in render.answer_body(answer).split("<li>")[1:]]
    assert items == [
        f'<strong class="kind">Relationship networks. </strong>Friends matter. {MARKER}'
        ' <span class="weak">(a view)</span>',
        f'<strong class="kind">Hukou. </strong>Papers matter. {MARKER}',
        f"Nine here {STOP.format(MARKER, ',')} ten there.",
    ]


def test_evidence_says_what_it_knows_and_leaves_out_what_it_does_not() -> None:
    bare = Reader(render.evidence(a_citation(text_en=None), "en"))
    assert bare.text == (
        "Source 1SurveyPeople were asked; someone named did the asking.What it says河边有九座桥。"
        "See it in its place in the document"
        "DocumentNotesPlaceparagraph 3Said byNobody namedAs ofNo date givenFilenotes.txt"
    )
    full = Reader(
        render.evidence(
            a_citation(
                damaged=True,
                quote="九座桥",
                start=4,
                end=7,
                attribution="the ferryman",
                as_of="1999",
                weakness="one man",
                document_note="two pages are lost",
                editor_note="we counted eight",
            ),
            "en",
        )
    )
    assert full.text == (
        "Source 1SurveyPeople were asked; someone named did the asking.What it saysThe river has nine bridges."
        "用中文看这一段河边有九座桥。In the original words九座桥characters 4–7damaged in the source"
        "See it in its place in the documentWhat this evidence lacksone man"
        "DocumentNotesPlaceparagraph 3Said bythe ferrymanAs of1999Filenotes.txt"
        "About the document itselftwo pages are lostOur note, not the document'swe counted eight"
    )


OWN = {"text": "河边有九座桥；河上有船。", "text_en": None, "quote": "河边有九座桥\n河上有船。", "start": 4, "end": 16}


@pytest.mark.parametrize(
    ("source", "damaged", "shown"),
    [
        ("a.txt", False, ["In the original words", OWN["quote"], "characters 4–16"]),
        ("a.md", False, ["In the original words", OWN["quote"], "characters 4–16"]),
        ("a.html", False, ["In the original words", OWN["text"]]),
        ("a.PDF", False, ["In the original words", OWN["text"]]),
        (
            "a.txt",
            True,
            ["What it says", OWN["text"], "In the original words", OWN["quote"], "characters 4–16"],
        ),
        ("a.docx", True, ["What it says", OWN["text"]]),
    ],
)
def test_words_of_ones_own_file_are_shown_once_and_as_its_readers_see_them(
    source: str, damaged: bool, shown: list[str]
) -> None:
    html = render.evidence(a_citation(**OWN, source=source, damaged=damaged), "en")
    between = html.split('<p class="meaning">')[1].split("</p>", 1)[1].split('<p class="in-place">')[0]
    parts = [part for part in re.split(r"<[^>]*>", between) if part]
    assert parts == [*shown, *(["damaged in the source"] if damaged else [])]


def test_what_the_grade_says_is_not_said_again() -> None:
    assert render.lacking("no source given", Grade.UNSOURCED, "en") is None
    assert render.lacking("no source given; one week only", Grade.UNSOURCED, "en") == "one week only"
    assert render.lacking("没写出处；原文此处有损坏", Grade.UNSOURCED, "zh") == "原文此处有损坏"
    assert render.lacking("一个例子", Grade.CASE, "zh") is None
    assert render.lacking("no source given", Grade.CASE, "en") == "no source given"
    assert render.lacking(None, Grade.CASE, "en") is None


def test_all_that_belongs_to_an_answer_is_in_its_language() -> None:
    chinese = Turn(question="换城市？", answer=answer_to("换城市？", "zh"))
    html = str(render.turn_html(chinese, 1, "en", last=True))
    after = html.rsplit("</div></div>", maxsplit=1)[-1]
    assert [after.count(word) for word in ("<span>复制</span>", "<span>重新回答</span>", "还可以接着问")] == [1, 1, 2]
    assert html.count('data-panel="出处" data-close="关闭"') == 5
    assert [word for word in ("Copy", "Try again", "Answer", "Source") if word in html] == []
    # One that has not come yet has none.
    assert "Try again" in render.turn_html(Turn(question="换城市？", stopped=True), 1, "en", last=True)


@pytest.mark.parametrize("grade", list(Grade))
def test_a_grade_is_a_word_with_an_icon_of_its_own(grade: Grade) -> None:
    name = load("web", "zh")["grades"][grade]["name"]
    html = render.badge(grade, "zh")
    assert Reader(html).text == name
    others = [render.badge(other, "zh") for other in Grade if other is not grade]
    assert all(html.split("<svg")[1].split("</svg>")[0] not in other for other in others)


def test_copied_text_has_the_sources() -> None:
    answer = an_answer(citations=(a_citation(), a_citation(number=2, grade=Grade.CASE, attribution="the ferryman")))
    assert render.copy_text(answer) == (
        "Nine [1].\n\nSources\n[1] Notes, paragraph 3, Nobody named, Survey\n"
        "[2] Notes, paragraph 3, the ferryman, Single case"
    )


def test_a_long_question_is_cut_and_says_so() -> None:
    text = Reader(render.question("x" * 100_000, "en")).text
    assert text == "You asked: " + "x" * 600 + "… (99,400 more characters, 100,000 in all)"


def test_nothing_that_anybody_wrote_becomes_markup() -> None:
    citation = a_citation(
        **dict.fromkeys(
            (
                "passage_id",
                "document_id",
                "document_title",
                "locator",
                "text",
                "text_en",
                "quote",
                "source",
                "attribution",
                "as_of",
                "document_note",
                "weakness",
                "editor_note",
            ),
            HOSTILE,
        )
    )
    answer = an_answer(
        question=HOSTILE,
        text=HOSTILE,
        claims=tuple(
            Claim(
                text=HOSTILE,
                section=section,
                citations=(1,),
                weakness=HOSTILE,
                markdown=f"{HOSTILE} *({HOSTILE})* **{HOSTILE}** [1]",
                kind=Caveat.HUKOU,
            )
            for section in Section
        ),
        citations=(citation,),
        caveats=(CaveatShown(kind=Caveat.HUKOU, text=f"other {HOSTILE}", citations=(1,)),),
        conflicts=(Conflict(text=f"other {HOSTILE}", citations=(1,)),),
        gaps=(Gap(text=HOSTILE),),
        ask_next=AskNext(question=HOSTILE, why=HOSTILE),
        suggestions=(HOSTILE,),
        writer=HOSTILE,
        withheld=(Withheld(text=HOSTILE, reason=HOSTILE),),
    )
    turns = (
        Turn(question=HOSTILE, answer=answer),
        Turn(question=HOSTILE, claims=answer.claims, failure=HOSTILE),
        Turn(question=HOSTILE, answer=an_answer(text=HOSTILE)),
    )
    for language in LANGUAGES:
        shown = (render.past(turns, language), render.live(turns, language), str(render.empty(language, HOSTILE)))
        read = Reader("".join(shown))
        assert set(read.tags) <= TAGS
        assert not {name for name in read.attributes if name.startswith("on") or name in ("src", "style")}
        assert {link.split("/")[0] for link in read.links} == {"#documents"}
        assert read.text.count("<script>alert(1)</script>") > 30


def test_only_the_last_turn_offers_what_to_ask_next() -> None:
    turns = tuple(Turn(question=text, answer=answer_to(text, "en")) for text in ("medical", "move"))
    past, live = render.past(turns, "en"), render.live(turns, "en")
    assert (past.count('class="chip"'), past.count('class="retry"'), past.count('class="copy"')) == (0, 0, 1)
    assert (live.count('class="chip"'), live.count('class="retry"'), live.count('class="copy"')) == (3, 1, 1)
    assert 'data-turn="1"' in past
    assert 'data-turn="2"' in live


def test_a_turn_that_ended_early_says_how() -> None:
    turn = Turn(question="q")
    claim = next(iter(FakeAdvisor().stream("move")))
    texts = load("web", "en")["turn"]
    shown = {
        "nothing yet": Reader(render.turn_html(turn, 1, "en", last=True)).text,
        "a claim": Reader(render.turn_html(turn.after(claim), 1, "en", last=True)).text,
        "stopped": Reader(render.turn_html(turn.after(claim).stop(), 1, "en", last=True)).text,
        "failed": Reader(render.turn_html(turn.fail("No power."), 1, "en", last=True)).text,
    }
    assert texts["searching"] in shown["nothing yet"]
    assert texts["checking"] in shown["a claim"]
    assert texts["stopped"] in shown["stopped"]
    assert shown["failed"].endswith("No power." + texts["retry"])


def test_what_was_left_out_is_counted_and_not_shown() -> None:
    answer = an_answer(withheld=(Withheld(text="Ten bridges.", reason="no source"),), writer="some-model")
    text = Reader(render.turn_html(Turn(question="q", answer=answer), 1, "en", last=True)).text
    assert "1 statement was left out because it could not be checked against a source." in text
    assert "Worded by some-model; every statement was checked against its source." in text
    assert "Ten bridges." not in text


def test_a_retried_question_is_restored_once() -> None:
    answers = tuple(an_answer(question=text) for text in ("a", "a", "b", "a"))
    assert [turn.question for turn in restored(answers)] == ["a", "b", "a"]


def test_both_languages_have_the_same_words() -> None:
    def keys(value: object) -> object:
        return {name: keys(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value)

    assert keys(load("web", "zh")) == keys(load("web", "en"))


def test_the_stylesheet_has_no_selector_that_gradio_cannot_prefix() -> None:
    """Gradio puts its prefix after every comma, also after those inside ``:is(…)``."""
    css = Path(bot.web.__file__).with_name("style.css").read_text("utf-8")
    assert re.findall(r":(?:is|where|not|has)\([^)]*,", css) == []


def test_words_in_another_language_are_announced_after_the_summary() -> None:
    claims = tuple(
        Claim(text=text, section=section, citations=(1,), markdown=f"{text} [1]")
        for text, section in (("Short.", Section.SUMMARY), ("长。", Section.POINTS))
    )
    body = render.answer_body(an_answer(claims=claims, untranslated="As it is there <b>."))
    said = '<p class="untranslated">As it is there &lt;b&gt;.</p>'
    assert body.index('class="lead"') < body.index(said) < body.index("长。")
