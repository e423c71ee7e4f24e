"""A draft question from an answer: once its id is completed it is a question that the answer passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.turn import Answer, Gap, Intent, Profile
from evals.checks import Case, check_answer
from evals.draft import draft, read_answers
from evals.errors import QuestionError
from evals.question import ProfileWanted, Question, Split, Type, load_questions
from knowledge.corpus import load_notes
from knowledge.passage import Caveat
from tests.evals.conftest import answer, warned

NOTES = {note.id: note for note in load_notes()[1]}
GIVEN = answer(
    {
        "About 23% come back after some 15 months.": ["return-flow"],
        "On one view that is no rejection; 23% again, a year on year figure.": ["not-a-rejection", "return-flow"],
    },
    question='Do they come back: "really"?\nI mean it',
    caveats=warned(Caveat.RETURN_FLOWS, Caveat.HUKOU),
    profile=Profile(
        origin="上海",
        destination="成都",
        destinations=("成都", "重庆"),
        salary=12000,
        salary_before_tax=True,
        partner=False,
    ),
)


def completed(text: str, directory: Path, type_: str, id_: str = "done") -> Question:
    """The question of a draft whose id somebody completed, pasted below the others of a file."""
    assert text.count("…") == 1
    pasted = "\n".join(f"  - id: {id_}" if "…" in line else line for line in text.splitlines())
    (directory / f"{type_}.yaml").write_text(f"type: {type_}\nquestions:\n{pasted}\n", "utf-8")
    (question,) = load_questions(directory)
    return question


def test_a_draft_holds_what_the_answer_has(tmp_path: Path) -> None:
    assert completed(draft([GIVEN]), tmp_path, "lookup") == Question(
        id="done",
        type=Type.LOOKUP,
        language="en",
        split=Split.DEV,
        turns=('Do they come back: "really"?\nI mean it',),
        gold=(("return-flow",), ("not-a-rejection",)),
        figures=(("23%",), ("15 months",)),
        caveats=(Caveat.HUKOU, Caveat.RETURN_FLOWS),
        profile=ProfileWanted(origin="上海", destination="成都", salary=12000.0, partner=False),
    )


def test_the_answer_passes_its_own_draft(tmp_path: Path) -> None:
    question = completed(draft([GIVEN]), tmp_path, "lookup")
    assert {check.name: check.score for check in check_answer(Case(question, [GIVEN], NOTES))} == {
        "answered": 1.0, "citation_recall": 1.0, "claims_cited": 1.0, "numbers_supported": 1.0, "figures": 1.0,
        "caveat_recall": 1.0, "language": 1.0, "profile": 1.0, "nothing_withheld": 1.0, "caveat_precision": 1.0,
        "citation_precision": 1.0,
    }  # fmt: skip


def test_a_draft_says_where_it_goes_and_is_no_question_yet(tmp_path: Path) -> None:
    text = draft([GIVEN], Type.ONE_SIDED)
    assert text.startswith("# A draft for evals/questions/one_sided.yaml.")
    assert "  - id: one-sided-…-en\n" in text
    (tmp_path / "one_sided.yaml").write_text(f"type: one_sided\nquestions:\n{text}", "utf-8")
    with pytest.raises(QuestionError, match="one-sided-…-en: id is not valid"):
        load_questions(tmp_path)


@pytest.mark.parametrize(
    ("intent", "type_"),
    [
        (Intent.DECISION, "decision"),
        (Intent.WHY, "why"),
        (Intent.COMPARE, "compare"),
        (Intent.OUT_OF_SCOPE, "out_of_scope"),
        (Intent.LOOKUP, "lookup"),
        (Intent.OVERVIEW, "lookup"),
    ],
)
def test_the_type_follows_from_what_the_message_wants(tmp_path: Path, intent: Intent, type_: str) -> None:
    assert completed(draft([answer({}, intent=intent)]), tmp_path, type_).type == type_


def test_a_conversation_is_a_follow_up(tmp_path: Path) -> None:
    first = answer({"Half.": ["offers-sincere"]}, question="上海呢？", language="zh")
    silent = answer({}, question="那深圳呢？", language="zh", abstained=True, gaps=(Gap(text="没有写。"),))
    found = completed(draft([first, silent]), tmp_path, "follow_up")
    assert found == Question(
        id="done", type=Type.FOLLOW_UP, language="zh", split=Split.DEV, turns=("上海呢？", "那深圳呢？"), abstain=True
    )


def test_what_is_no_figure_on_its_own_is_left_out(tmp_path: Path) -> None:
    given = answer({"In one city, 996 (nine to nine, six days a week), every month, it is the second.": []})
    assert completed(draft([given]), tmp_path, "lookup").figures == ()


# --- what `quliu ask --json` prints ---


def test_answers_are_read_a_line_each() -> None:
    other = answer({}, question="那呢？")
    assert read_answers(f"{GIVEN.model_dump_json()}\n\n{other.model_dump_json()}\n") == (GIVEN, other)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "this is no answer (Invalid JSON: expected value at line 1 column 2)"),
        ('{"question": "What?"}', "this is no answer (Field required)"),
        (" \n\n", "there is no answer"),
    ],
)
def test_what_is_no_answer(text: str, reason: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read_answers(text)
    assert str(caught.value) == f"{reason}; give what `quliu ask --json` prints"


def test_an_answer_is_what_is_printed() -> None:
    assert Answer.model_validate_json(GIVEN.model_dump_json()) == GIVEN
