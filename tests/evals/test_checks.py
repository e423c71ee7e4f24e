"""Each check: when it passes, fails or does not apply, what share it gives, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.turn import Answer, Gap, Intent, Profile, Withheld
from evals import checks
from evals.checks import CHECKS, DECIDING, GRADUAL, Case, Verdict, check_answer, check_crash, passed, with_framing
from evals.results import Check
from knowledge.passage import Caveat
from tests.evals.conftest import KNOWN, answer, crashed, question, row, warned

BOTH_SIDES = {"One calls the offers sincere.": ["offers-sincere"], "One does not.": ["subsidies-keep-people-briefly"]}
LONG = "a" * 61


def case(given: Answer, **wanted: Any) -> Case:
    return Case(question(**wanted), (answer({"Not judged, 99%.": ["rent"]}), given), KNOWN)


CITED = answer({"Rent takes 30%.": ["rent"], "About 23% come back.": ["return"]})
BARE = answer({"Rent takes 30%.": ["rent"], "So they say.": []})
SILENT = answer({}, abstained=True, gaps=(Gap(text="Nothing on Nanjing."), Gap(text="Nor on 2030.")))

VERDICTS: list[tuple[Callable[[Case], Verdict | None], Case, Verdict | None]] = [
    # Of each group one is enough; a citation that no claim carries counts for nothing.
    (checks.citation_recall, case(CITED, gold=[["rent", "clinic"], ["return"]]), (1.0, "all 2")),
    (checks.citation_recall, case(CITED, gold=[["rent"], ["clinic", "x"]]), (0.5, "not cited: clinic | x")),
    (checks.citation_recall, case(CITED, gold=[["clinic"], ["x"]]), (0.0, "not cited: clinic; x")),
    (checks.citation_recall, case(CITED.model_copy(update={"claims": ()}), gold=[["rent"]]), (0.0, "not cited: rent")),
    (checks.citation_recall, case(CITED), None),
    # Gold, or accepted beside it: by id, city, topic, or as a caveat that is due or fitting.
    (checks.citation_precision, case(CITED, gold=[["rent"]], also=["return"]), (1.0, "all 2")),
    (checks.citation_precision, case(CITED, also=["city:成都"]), (0.5, "beside the point: About 23% come back.")),
    (checks.citation_precision, case(CITED, also=["topic:rent"], caveats=["return_flows"]), (1.0, "all 2")),
    (checks.citation_precision, case(CITED, also=["rent"], caveats_also=["return_flows"]), (1.0, "all 2")),
    (checks.citation_precision, case(BARE, gold=[["rent"]]), (0.5, "beside the point: So they say.")),
    (checks.citation_precision, case(answer({LONG: []}), gold=[["rent"]]), (0.0, f"beside the point: {'a' * 60}…")),
    (checks.citation_precision, case(answer({}), gold=[["rent"]]), None),
    (checks.citation_precision, case(CITED), None),
    (checks.claims_cited, case(CITED), (1.0, "all 2")),
    (checks.claims_cited, case(BARE), (0.5, "without a citation: So they say.")),
    (
        checks.claims_cited,
        case(CITED.model_copy(update={"citations": CITED.citations[:1]})),
        (0.5, "without a citation: About 23% come back."),
    ),
    (checks.claims_cited, case(answer({})), None),
    # A figure may stand in either language, and written otherwise; a claim without one is not counted.
    (checks.numbers_supported, case(answer({"租金占三成。": ["rent"], "很远。": ["clinic"]})), (1.0, "all 1")),
    (
        checks.numbers_supported,
        case(answer({"It is 30%, ¥2,600 at most.": ["rent"], "23%.": ["return"]})),
        (0.5, "not in a cited passage: It is 30%, ¥2,600 at most. (2600 number)"),
    ),
    (checks.numbers_supported, case(answer({"23%.": ["rent"]})), (0.0, "not in a cited passage: 23%. (23 percent)")),
    (checks.numbers_supported, case(answer({"23%.": []})), (0.0, "not in a cited passage: 23%. (23 percent)")),
    (checks.numbers_supported, case(answer({"It is far.": ["clinic"]})), None),
    (checks.figures, case(CITED, figures=[["三成", "31%"], ["23%"]]), (1.0, "all 2")),
    (checks.figures, case(CITED, figures=[["30%"], ["12:1", "13:1"]]), (0.5, "not claimed: 12:1 | 13:1")),
    # What only the text says was not claimed.
    (checks.figures, case(answer({}, text="30%"), figures=[["30%"]]), (0.0, "not claimed: 30%")),
    (checks.figures, case(CITED), None),
    (checks.figures_avoided, case(CITED, not_figures=["31%"]), (1.0, "all 1")),
    (checks.figures_avoided, case(CITED, not_figures=["three tenths", "31%"]), (0.5, "wrongly claimed: three tenths")),
    (checks.figures_avoided, case(CITED), None),
    # Named, or carried by a passage that is cited.
    (
        checks.caveat_recall,
        case(
            CITED.model_copy(update={"caveats": warned(Caveat.MEDICAL_ACCESS)}),
            caveats=["medical_access", "return_flows"],
        ),
        (1.0, "all 2"),
    ),
    (checks.caveat_recall, case(CITED, caveats=["return_flows", "hukou"]), (0.5, "missing: hukou")),
    (checks.caveat_recall, case(CITED, caveats_also=["hukou"]), None),
    (
        checks.caveat_precision,
        case(answer(caveats=warned(Caveat.HUKOU, Caveat.ANECDOTE)), caveats=["hukou"], caveats_also=["anecdote"]),
        (1.0, "all 2"),
    ),
    (
        checks.caveat_precision,
        case(answer(caveats=warned(Caveat.HUKOU, Caveat.ANECDOTE)), caveats=["hukou"]),
        (0.5, "needless: anecdote"),
    ),
    (checks.caveat_precision, case(CITED, caveats=["hukou"]), None),
    (checks.abstention_recall, case(SILENT, abstain=True), (1.0, "said to be missing")),
    (checks.abstention_recall, case(CITED, abstain=True), (0.0, "answered as if the documents said it")),
    (checks.abstention_recall, case(SILENT), None),
    (checks.abstention_precision, case(SILENT, abstain=True), (1.0, "they are silent")),
    (
        checks.abstention_precision,
        case(SILENT),
        (0.0, "the documents do say it; answered: Nothing on Nanjing.; Nor on 2030."),
    ),
    (
        checks.abstention_precision,
        case(answer({}, abstained=True)),
        (0.0, "the documents do say it; answered: nothing"),
    ),
    (checks.abstention_precision, case(CITED, abstain=True), None),
    (checks.conflict_coverage, case(answer(BOTH_SIDES), conflicts=["subsidies"]), (1.0, "all 1")),
    (
        checks.conflict_coverage,
        case(answer(BOTH_SIDES), conflicts=["subsidies", "chengdu-care"]),
        (0.5, "not from both sides: chengdu-care"),
    ),
    (
        checks.conflict_coverage,
        case(answer({"Sincere.": ["offers-sincere"]}), conflicts=["subsidies"]),
        (0.0, "not from both sides: subsidies"),
    ),
    (checks.conflict_coverage, case(answer(BOTH_SIDES)), None),
    (checks.language, case(CITED), (1.0, "in en")),
    (checks.language, case(CITED, language="zh"), (0.0, "it says it is in en, not zh")),
    (checks.language, case(answer({"房租占工资的三成。": []})), (0.0, "its words are in zh, not en")),
    (checks.language, case(answer({}, text="文章没有写。")), (0.0, "its words are in zh, not en")),
    (checks.nothing_withheld, case(CITED), (1.0, "all 2")),
    (
        checks.nothing_withheld,
        case(CITED.model_copy(update={"withheld": (Withheld(text="40%.", reason="40 is in no passage"),)})),
        (1 - 1 / 3, "withheld: 40%. (40 is in no passage)"),
    ),
    (checks.nothing_withheld, case(answer({})), None),
]


@pytest.mark.parametrize(("check", "given", "verdict"), VERDICTS)
def test_a_check(check: Callable[[Case], Verdict | None], given: Case, verdict: Verdict | None) -> None:
    assert check(given) == verdict


HELD = Profile(
    origin="上海", destination="成都", destinations=("成都", "重庆"), work="senior nurse", salary=12000.0, age=1,
    partner=True, children=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        ({"origin": "上海", "destination": "成都", "salary": 12000, "children": False}, (1.0, "all 4")),
        ({"work": "Nurse"}, (1.0, "all 1")),
        ({"work": "a senior nurse in Shanghai"}, (1.0, "all 1")),
        ({"work": "teacher"}, (0.0, "work is 'senior nurse', not 'teacher'")),
        ({"origin": "上海", "rent": 2500}, (0.5, "rent is None, not 2500.0")),
        ({"partner": False, "risk": "low"}, (0.0, "partner is True, not False; risk is None, not 'low'")),
        ({}, None),
    ],
)
def test_what_is_to_be_remembered(wanted: dict[str, object], verdict: Verdict | None) -> None:
    assert checks.profile(case(answer(profile=HELD), profile=wanted)) == verdict


def test_one_is_not_true() -> None:
    held = answer(profile=Profile(age=1))
    assert checks.profile(case(held, profile={"age": 1})) == (1.0, "all 1")
    assert not checks._same(1, True)
    assert not checks._same(True, 1)


def test_of_a_conversation_the_last_answer_is_judged() -> None:
    given = Case(question(gold=[["rent"]]), (CITED, SILENT), KNOWN)
    assert checks.citation_recall(given) == (0.0, "not cited: rent")


def test_all_checks_that_apply_in_the_order_of_a_report() -> None:
    wanted = {"gold": [["rent"]], "figures": [["30%"]], "caveats": ["return_flows"], "profile": {"age": 30}}
    assert check_answer(case(CITED, **wanted)) == (
        Check(name="answered", score=1.0, reason="an answer came"),
        Check(name="citation_recall", score=1.0, reason="all 1"),
        Check(name="claims_cited", score=1.0, reason="all 2"),
        Check(name="numbers_supported", score=1.0, reason="all 2"),
        Check(name="figures", score=1.0, reason="all 1"),
        Check(name="caveat_recall", score=1.0, reason="all 1"),
        Check(name="language", score=1.0, reason="in en"),
        Check(name="profile", score=0.0, reason="age is None, not 30"),
        Check(name="nothing_withheld", score=1.0, reason="all 2"),
        Check(name="citation_precision", score=1.0, reason="all 2"),
    )


def test_every_check_is_tested_here() -> None:
    assert {check for check, _, _ in VERDICTS} | {checks.profile} == set(CHECKS)
    applying = {check for check, _, verdict in VERDICTS if verdict}
    silent = {check for check, _, verdict in VERDICTS if verdict is None}
    # Every answer is in some language.
    assert applying - silent == {checks.language}


def test_a_crash_is_one_check_that_fails() -> None:
    assert check_crash("ValueError: no") == (Check(name="answered", score=0.0, reason="ValueError: no"),)
    assert not passed(crashed())


@pytest.mark.parametrize("name", sorted(DECIDING))
def test_what_decides_must_be_whole(name: str) -> None:
    assert passed(row(**{name: 1.0}))
    assert not passed(row(**{name: 0.99}))


@pytest.mark.parametrize("name", [*sorted(GRADUAL), "mrr", "recall@5"])
def test_what_does_not_decide_may_be_nought(name: str) -> None:
    assert passed(row(**{name: 0.0}))


def test_what_decides() -> None:
    assert {"citation_precision", "caveat_precision", "framing"} == GRADUAL
    assert len(DECIDING) == 1 + len(CHECKS) - 2
    assert DECIDING.isdisjoint(GRADUAL)


# --- frames ---


def framed(id_: str, *ids: str) -> Any:
    return row(question(id_, frame="f"), said=answer({f"Claim {id_}.": ids}))


def framing(*rows: Any) -> list[tuple[float, str] | None]:
    found = [[(c.score, c.reason) for c in one.checks if c.name == "framing"] for one in with_framing(rows)]
    return [one[0] if one else None for one in found]


def test_questions_of_one_frame_rest_on_the_same_passages() -> None:
    assert (
        framing(framed("go", "rent", "return"), framed("stay", "return", "rent"))
        == [(1.0, "all 2 cited in every frame")] * 2
    )
    assert framing(framed("go", "rent", "return"), framed("stay", "rent", "clinic")) == [
        (1 / 3, "cited in this frame alone: return"),
        (1 / 3, "cited in this frame alone: clinic"),
    ]
    # Two answers that cite nothing rest on the same.
    assert framing(framed("go"), framed("stay")) == [(1.0, "all 0 cited in every frame")] * 2


def test_a_frame_of_one_question_says_nothing() -> None:
    other = row(question("other", frame="g"), said=answer({"Claim.": ["rent"]}))
    lost = crashed(question("lost", frame="f"))
    alone = framed("go", "rent")
    assert framing(alone, other, lost, row("plain")) == [None] * 4
    assert with_framing((alone, lost)) == (alone, lost)


def test_intent_is_no_matter() -> None:
    """An answer is judged by what it claims and cites, whatever the system calls the question."""
    one, other = (answer(intent=intent) for intent in (Intent.WHY, Intent.LOOKUP))
    assert check_answer(case(one, gold=[["rent"]])) == check_answer(case(other, gold=[["rent"]]))
