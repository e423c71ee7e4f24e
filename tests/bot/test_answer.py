"""Drafts to the Answer: markers, numbers, sections, and every field of the contract."""

from __future__ import annotations

import pytest

from bot.answer import AnswerBuilder
from bot.turn import Answer, Draft, Evidence, Holdings, Intent, Notice, Request, Section, Silence, Withheld
from knowledge.passage import Bilingual, Caveat, Document, Language
from tests.bot.conftest import TITLE, note, request

WHO = Bilingual(zh="某报", en="a paper")
SECTION = Bilingual(zh="开头", en="Opening")
ONE = note("one", "一。", "One.", section=SECTION, paragraph=3, line=7, attribution=WHO, asks=("一？", "One?"))
TWO = note("two", "二。", "Two.", paragraph=4)
THREE = note("three", "三。", None)
PASSAGES = {p.id: p for p in (ONE, TWO, THREE)}
NOTES = Holdings(notes=True)
DOCUMENTS = {"trial": Document(id="trial", title=TITLE, source="trial.txt", note=Bilingual(zh="注", en="Note"))}


def build(
    *drafts: Draft,
    asked: Request | None = None,
    evidence: Evidence | None = None,
    withheld: tuple[Withheld, ...] = (),
    holdings: Holdings = NOTES,
) -> Answer:
    builder = AnswerBuilder(
        asked or request(),
        evidence or Evidence(),
        PASSAGES,
        DOCUMENTS,
        holdings=holdings,
        writer="template",
        max_question_length=321,
    )
    for draft in drafts:
        builder.add(draft)
    return builder.finish(withheld, {"total": 1.5})


def draft(
    text: str, *ids: str, section: Section = Section.POINTS, weakness: str | None = None, kind: Caveat | None = None
) -> Draft:
    return Draft(text=text, section=section, passage_ids=ids, weakness=weakness, kind=kind)


@pytest.mark.parametrize(
    ("given", "language", "markdown", "text", "numbers"),
    [
        (draft("One.", "one"), "en", "One [1].", "One.", (1,)),
        (draft("一。", "one"), "zh", "一 [1]。", "一。", (1,)),
        (draft("One", "one"), "en", "One [1]", "One", (1,)),
        (draft("Really?", "one"), "en", "Really [1]?", "Really?", (1,)),
        (draft('He said "no."', "one"), "en", 'He said "no." [1]', 'He said "no."', (1,)),
        (draft("One.", "one", "two"), "en", "One [1] [2].", "One.", (1, 2)),
        (draft("A[@two] and B[@one].", "one", "two"), "en", "A [1] and B [2].", "A and B.", (1, 2)),
        (draft("A [@two] and B.", "one", "two"), "en", "A [1] and B [2].", "A and B.", (1, 2)),
        (draft("One.", "one", weakness="thin"), "en", "One [1]. *(thin)*", "One.", (1,)),
        (draft("一。", "one", weakness="不硬"), "zh", "一 [1]。 *（不硬）*", "一。", (1,)),
    ],
)
def test_where_the_markers_go(
    *, given: Draft, language: Language, markdown: str, text: str, numbers: tuple[int, ...]
) -> None:
    (claim,) = build(given, asked=request(language=language)).claims
    assert (claim.markdown, claim.text, claim.citations) == (markdown, text, numbers)


def test_numbers_come_in_order_of_first_use_and_are_used_again() -> None:
    answer = build(draft("Two.", "two"), draft("One.", "one"), draft("Both.", "one", "two"))
    assert [claim.citations for claim in answer.claims] == [(1,), (2,), (2, 1)]
    assert [(c.number, c.passage_id) for c in answer.citations] == [(1, "two"), (2, "one")]
    assert answer.text == "- Two [1].\n- One [2].\n- Both [2] [1]."


@pytest.mark.parametrize(
    ("language", "locator", "title", "who", "about"),
    [
        ("en", "Opening, paragraph 3 (line 7 of the file)", "Trial", "a paper", "Note"),
        ("zh", "开头，第3段（文件第7行）", "试", "某报", "注"),
    ],
)
def test_a_citation_shows_where_it_stands_and_who_says_it(
    *, language: Language, locator: str, title: str, who: str, about: str
) -> None:
    (citation,) = build(draft("One.", "one"), asked=request(language=language)).citations
    assert (citation.locator, citation.document_title, citation.attribution) == (locator, title, who)
    assert (citation.document_note, citation.text, citation.text_en) == (about, "一。", "One.")
    assert (citation.quote, citation.start, citation.end, citation.source) == (None, None, None, "trial.txt")


def test_a_locator_without_section_or_line() -> None:
    assert build(draft("Two.", "two")).citations[0].locator == "paragraph 4"


def test_the_json_has_every_field_of_the_contract() -> None:
    dumped = build(
        draft("One.", "one"),
        asked=request(Intent.DECISION, origin="上海", destinations=("成都",)),
        evidence=Evidence(unknown="offer", silences=(Silence(subject="pay", place="成都"),)),
        withheld=(Withheld(text="gone", reason="why"),),
    ).model_dump(mode="json")
    assert set(dumped) == set(
        "question language intent text claims citations caveats conflicts comparison untranslated gaps abstained "
        "own_figures one_sided ask_next suggestions profile writer withheld timings_ms".split()
    )
    assert set(dumped["claims"][0]) >= {"text", "section", "citations"}
    assert set(dumped["citations"][0]) >= set(
        "number passage_id document_id document_title locator text text_en quote start end source grade attribution "
        "as_of document_note damaged".split()
    )
    assert set(dumped["timings_ms"]) == {"understand", "retrieve", "weigh", "write", "verify", "total"}
    assert dumped["timings_ms"]["total"] == 1.5
    assert {"origin", "destination", "destinations", "home_town", "age", "salary", "rent"} <= set(dumped["profile"])
    assert dumped["withheld"] == [{"text": "gone", "reason": "why"}]
    assert set(dumped["ask_next"]) == {"question", "why", "about"}
    assert dumped["ask_next"]["question"].startswith("Do you have an offer in Chengdu,")
    assert dumped["gaps"] == [{"text": "The articles do not say what your work pays in Chengdu."}]
    assert (dumped["writer"], dumped["intent"], dumped["language"]) == ("template", "decision", "en")


def test_caveats_are_the_warnings_shown_wherever_they_stand() -> None:
    returns = draft("Back.", "one", section=Section.CAVEATS, weakness="old", kind=Caveat.RETURN_FLOWS)
    hukou = draft("Papers.", "two", section=Section.AGAINST, kind=Caveat.HUKOU)
    anecdote = draft("Story.", "two", section=Section.FOR, kind=Caveat.ANECDOTE)
    answer = build(anecdote, hukou, returns, asked=request(Intent.DECISION))
    assert [(c.kind, c.text, c.citations) for c in answer.caveats] == [
        (Caveat.RETURN_FLOWS, "Back. (old)", (2,)),
        (Caveat.HUKOU, "Papers.", (1,)),
    ]


def test_conflicts_are_the_claims_of_their_section() -> None:
    answer = build(draft("A[@one] yet B[@two].", "one", "two", section=Section.CONFLICTS))
    assert [(c.text, c.citations) for c in answer.conflicts] == [("A yet B.", (1, 2))]


@pytest.mark.parametrize(
    ("silence", "language", "text"),
    [
        (Silence(subject="unknown_place", place="拉萨"), "en", "None of the articles mentions Lhasa."),
        (Silence(subject="unknown_place", place="拉萨"), "zh", "这些文章都没有提到拉萨。"),
        (Silence(subject="topic:rent", place="南京"), "en", "The articles say nothing about rent in Nanjing."),
        (Silence(subject="topic:rent", place="南京"), "zh", "文章没有写南京的房租。"),
        (Silence(subject="year", place="2021"), "zh", "文章里没有2021年的数字。"),
        (Silence(subject="figure"), "en", "The articles do not give that figure."),
    ],
)
def test_a_silence_is_told_by_name_and_is_an_abstention(silence: Silence, language: Language, text: str) -> None:
    answer = build(
        draft("One.", "one", section=Section.NEAREST),
        asked=request(language=language),
        evidence=Evidence(silences=(silence,)),
    )
    assert [gap.text for gap in answer.gaps] == [text]
    assert answer.abstained
    assert answer.text.startswith(f"{text}\n\n")


def test_what_is_missing_for_a_decision_is_one_sentence_and_no_abstention() -> None:
    silences = tuple(Silence(subject=s, place="成都") for s in ("pay", "rent", "returns"))
    answer = build(asked=request(Intent.DECISION, destinations=("成都",)), evidence=Evidence(silences=silences))
    assert [gap.text for gap in answer.gaps] == [
        "The articles do not say what your work pays in Chengdu, what rents are there by district, "
        "or how many who moved there left again."
    ]
    assert not answer.abstained
    assert answer.text.startswith("**The articles do not say** what")


def test_suggestions_are_in_the_language_of_the_question() -> None:
    assert build(evidence=Evidence(related=(ONE, TWO))).suggestions == ("One?",)
    assert build(asked=request(language="zh"), evidence=Evidence(related=(ONE,))).suggestions == ("一？",)
    assert build().suggestions[0] == "Should I move from Shanghai to Chengdu?"


@pytest.mark.parametrize("notice", list(Notice))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_cannot_be_read_gets_a_sentence_without_holes(notice: Notice, language: Language) -> None:
    asked = Request(text="", language=language, intent=Intent.UNREADABLE, notice=notice)
    answer = build(asked=asked)
    assert answer.text
    assert "{" not in answer.text
    assert ("321" in answer.text) is (notice is Notice.TOO_LONG)
    assert (answer.claims, answer.citations, answer.ask_next, answer.abstained) == ((), (), None, False)


def test_empty_sections_are_left_out() -> None:
    answer = build(draft("One.", "one", section=Section.FOR), asked=request(Intent.DECISION))
    assert answer.text == "**For the move**\n\n- One [1]."


def test_headings_of_an_overview() -> None:
    answer = build(
        draft("One.", "one"),
        draft("Good.", "one", section=Section.FOR),
        draft("Bad.", "two", section=Section.AGAINST),
        asked=request(Intent.OVERVIEW),
    )
    assert answer.text == (
        "One [1].\n\n**What speaks for it**\n\n- Good [1].\n\n**What speaks against it**\n\n- Bad [2]."
    )


def test_a_warning_is_marked_with_its_name() -> None:
    warned = draft("有人回来。", "one", section=Section.CAVEATS, kind=Caveat.RETURN_FLOWS)
    answer = build(warned, asked=request(Intent.DECISION, language="zh"))
    assert answer.text == "**走之前要想清楚**\n\n- ⚠ *回流*：有人回来 [1]。"


@pytest.mark.parametrize(
    ("holdings", "language", "said"),
    [
        (Holdings(notes=True), "en", "from three articles: on why"),
        (Holdings(notes=True, own=(TITLE,)), "en", "keep talent; and from articles of your own: Trial. Every"),
        (Holdings(notes=False, own=(TITLE,) * 7), "en", f"from articles of your own: {'Trial; ' * 4}Trial and 2 more."),
        (Holdings(notes=False, own=(TITLE,) * 7), "zh", "我读过你自己的文章：试、试、试、试、试等7篇。"),
        (Holdings(notes=True, own=(TITLE,)), "zh", "怎么留人才；还有你自己的文章：试。"),
    ],
)
def test_the_bot_tells_what_it_has_read(holdings: Holdings, language: Language, said: str) -> None:
    assert said in build(asked=request(Intent.ABOUT_BOT, language=language), holdings=holdings).text


def test_what_the_articles_say_of_a_question_back_is_told_only_with_them() -> None:
    asked = request(Intent.DECISION, origin="上海", destinations=("成都",))
    whys = [
        build(asked=asked, evidence=Evidence(unknown="offer"), holdings=Holdings(notes=notes)).ask_next
        for notes in (True, False)
    ]
    assert [why.why for why in whys if why] == [
        "The articles' pay comparisons are shaky on both sides; your own figures are worth more than theirs.",
        "Your own figures are worth more than any article's.",
    ]


def test_words_in_another_language_are_announced_before_them() -> None:
    answer = build(draft("三。", "three"))
    assert (
        answer.untranslated
        == "What stands in Chinese below is quoted from the articles as it is there; I do not translate it."
    )
    assert answer.text == f"*{answer.untranslated}*\n\n三 [1]。 *(“Trial”)*"
    assert build(draft("One.", "one")).untranslated is None
    assert build(draft("三。", "three"), asked=request(language="zh")).untranslated is None


def test_a_document_that_is_no_note_is_named_by_its_title() -> None:
    said = [
        build(draft(text, *ids, weakness=weakness), asked=request(language=language)).claims[0].weakness
        for text, ids, weakness, language in (
            ("三。", ("three", "three"), "没写年份", "zh"),
            ("三。", ("three",), None, "en"),
            ("一。", ("one",), "没写年份", "zh"),
        )
    ]
    assert said == ["《试》；没写年份", "“Trial”", "没写年份"]


def test_what_an_own_passage_answers_is_suggested_by_its_place_and_topic() -> None:
    own = note("own", "三。", None, cities=("大连", "北京"), topics=("rent", "pay"))
    related = Evidence(related=(own, ONE, own))
    assert build(evidence=related).suggestions == ("What is said of rent in Dalian?", "One?")
    assert build(evidence=related, asked=request(language="zh")).suggestions == ("关于大连的房租，文章怎么说？", "一？")


def test_the_words_of_a_document_are_no_markup() -> None:
    evil = "![i](http://x.example/i.png) <img src=x> **loud** [99] `code` a_b_ &lt; R&D"
    hidden = Bilingual(zh="*注*", en="*note*")
    claim = build(draft(f"{evil}[@two] and more", "two", weakness=hidden.en)).claims[0]
    assert claim.text == f"{evil} and more"
    assert claim.markdown == (
        r"!\[i\](http://x.example/i.png) \<img src=x\> \*\*loud\*\* \[99\] \`code\` a\_b\_ \&lt; R&D"
        r" [1] and more *(\*note\*)*"
    )


def test_a_document_s_own_marks_are_no_citations() -> None:
    claim = build(draft("So said [@smith2020][@two].", "two")).claims[0]
    assert (claim.text, claim.citations) == ("So said [@smith2020].", (1,))
    assert claim.markdown == r"So said \[@smith2020\] [1]."


def test_titles_are_no_markup_where_the_bot_tells_what_it_has_read() -> None:
    title = Bilingual(zh="*试* [1]", en="*Trial* [1]")
    text = build(asked=request(Intent.ABOUT_BOT), holdings=Holdings(notes=False, own=(title,))).text
    assert r"articles of your own: \*Trial\* \[1\]. Every" in text
