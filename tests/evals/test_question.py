"""The question set and its loader: what is rejected and in which words, what the set holds, what is selected."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from evals.errors import QuestionError
from evals.question import Question, Selection, Split, Type, load_questions, questions_hash, tension_sides
from knowledge.corpus import load_notes, load_themes
from knowledge.figures import figure_keys
from knowledge.passage import LANGUAGES, Caveat
from knowledge.script import language_of, simplified
from tests.conftest import passage
from tests.evals.conftest import question

GOOD = {"id": "rent-zh", "language": "zh", "split": "dev", "turns": ["房租多少？"]}


def written(directory: Path, text: str, name: str = "lookup.yaml") -> Path:
    (directory / name).write_text(text, "utf-8")
    return directory


def with_questions(directory: Path, *entries: object, name: str = "lookup.yaml", type_: str = "lookup") -> Path:
    text = yaml.safe_dump({"type": type_, "questions": list(entries)}, allow_unicode=True)
    return written(directory, text, name)


# --- the loader ---


def test_a_question_with_all_it_may_have(tmp_path: Path) -> None:
    (loaded,) = load_questions(
        written(
            tmp_path,
            """
            # A comment.
            type: decision
            questions:
              - id: go-en
                language: en
                split: test
                turns: [First., Then?]
                gold: [[return-flow, not-a-rejection], [offers-sincere]]
                also: ["city:成都", "topic:rent", chengdu-high-end-care]
                figures: [["23%", "22.9%"], ["12:1"]]
                not_figures: ["2.3%"]
                caveats: [return_flows]
                caveats_also: [hukou]
                conflicts: [subsidies]
                abstain: true
                profile: {origin: 上海, partner: false, salary: 12000}
                frame: go
            """,
        )
    )
    assert loaded == Question(
        id="go-en",
        type=Type.DECISION,
        language="en",
        split=Split.TEST,
        turns=("First.", "Then?"),
        gold=(("return-flow", "not-a-rejection"), ("offers-sincere",)),
        also=("city:成都", "topic:rent", "chengdu-high-end-care"),
        figures=(("23%", "22.9%"), ("12:1",)),
        not_figures=("2.3%",),
        caveats=(Caveat.RETURN_FLOWS,),
        caveats_also=(Caveat.HUKOU,),
        conflicts=("subsidies",),
        abstain=True,
        profile={"origin": "上海", "partner": False, "salary": 12000.0},
        frame="go",
    )
    assert loaded.asked == "Then?"
    assert loaded.profile.given() == {"origin": "上海", "partner": False, "salary": 12000.0}


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    with_questions(tmp_path, {**GOOD, "id": "second"}, {**GOOD, "id": "third"}, name="b.yaml")
    with_questions(tmp_path, {**GOOD, "id": "first"}, name="a.yaml")
    written(tmp_path, "no questions", "readme.txt")
    assert [question.id for question in load_questions(tmp_path)] == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"gold": [["no-such"]]}, "lookup.yaml: rent-zh names the unknown passage 'no-such'; correct it"),
        ({"also": ["no-such"]}, "lookup.yaml: rent-zh names the unknown passage 'no-such'; correct it"),
        ({"also": ["city:亚特兰蒂斯"]}, "lookup.yaml: rent-zh names the unknown city '亚特兰蒂斯'; correct it"),
        ({"also": ["topic:cats"]}, "lookup.yaml: rent-zh names the unknown topic 'cats'; correct it"),
        ({"also": ["grade:case"]}, "lookup.yaml: rent-zh names the unknown kind of passage 'grade'; correct it"),
        ({"conflicts": ["peace"]}, "lookup.yaml: rent-zh names the unknown tension 'peace'; correct it"),
        (
            {"golden": []},
            "lookup.yaml: rent-zh: golden is not valid (Extra inputs are not permitted); correct it",
        ),
        (
            {"profile": {"shoe_size": 43}},
            "lookup.yaml: rent-zh: profile.shoe_size is not valid (Extra inputs are not permitted); correct it",
        ),
        (
            {"figures": [["64.4%"], ["many"]]},
            "lookup.yaml: rent-zh: it is not valid (Value error, 'many' is no figure; write one such as 64.4% or 12:1);"
            " correct it",
        ),
        (
            {"not_figures": ["一个"]},
            "lookup.yaml: rent-zh: it is not valid (Value error, '一个' is no figure; write one such as 64.4% or 12:1);"
            " correct it",
        ),
        (
            {"turns": []},
            "lookup.yaml: rent-zh: turns is not valid (Tuple should have at least 1 item after validation, not 0);"
            " correct it",
        ),
        (
            {"gold": [[]]},
            "lookup.yaml: rent-zh: gold.0 is not valid (Tuple should have at least 1 item after validation, not 0);"
            " correct it",
        ),
        ({"language": "fr"}, "lookup.yaml: rent-zh: language is not valid (Input should be 'zh' or 'en'); correct it"),
        ({"split": "train"}, "lookup.yaml: rent-zh: split is not valid (Input should be 'dev' or 'test'); correct it"),
        (
            {"id": "Rent …"},
            "lookup.yaml: Rent …: id is not valid (String should match pattern '^[a-z0-9-]+$'); correct it",
        ),
    ],
)
def test_what_is_not_as_it_must_be_is_said_in_one_line(tmp_path: Path, more: dict[str, object], message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        load_questions(with_questions(tmp_path, GOOD | more))
    assert str(caught.value) == message


def test_an_unknown_caveat_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        QuestionError, match=r"^lookup\.yaml: rent-zh: caveats\.0 is not valid \(.*'hukou'.*\)"
    ) as caught:
        load_questions(with_questions(tmp_path, {**GOOD, "caveats": ["rain"]}))
    assert "\n" not in str(caught.value)


def test_a_question_without_an_id_or_turns(tmp_path: Path) -> None:
    with pytest.raises(QuestionError) as caught:
        load_questions(with_questions(tmp_path, {"language": "zh", "split": "dev", "turns": ["？"]}))
    assert str(caught.value) == ("lookup.yaml: a question without an id: id is not valid (Field required); correct it")


def test_an_id_that_is_used_twice_even_in_two_files(tmp_path: Path) -> None:
    with_questions(tmp_path, GOOD, name="a.yaml")
    with_questions(tmp_path, GOOD, name="b.yaml", type_="why")
    with pytest.raises(QuestionError) as caught:
        load_questions(tmp_path)
    assert str(caught.value) == "two questions are called 'rent-zh'; rename one"


@pytest.mark.parametrize(
    "text",
    ["type: lookup\nquestions: [", "", "- a\n- list", "type: lookup", "type: riddle\nquestions: []", "a: *b",
     "type: lookup\nquestions: [not a mapping]", "type: lookup\nquestions: []\nmore: 1"],
)  # fmt: skip
def test_a_file_that_holds_no_questions(tmp_path: Path, text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        load_questions(written(tmp_path, text))
    message = str(caught.value)
    assert message.startswith("lookup.yaml is no file of questions (")
    assert message.endswith("); write a type and questions")
    assert "\n" not in message


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "lookup.yaml").write_bytes("type: lookup # 房租".encode("gbk"))
    with pytest.raises(
        QuestionError, match=r"^lookup\.yaml is no file of questions \(.*\); write a type and questions$"
    ):
        load_questions(tmp_path)


def test_the_hash_tells_any_change() -> None:
    one, other = question("one"), question("other")
    assert questions_hash([one, other]) == questions_hash([one, question("other")])
    assert (
        len(
            {
                questions_hash(asked)
                for asked in ([], [one], [one, other], [other, one], [question("one", abstain=True)])
            }
        )
        == 5
    )


# --- what may be cited ---


def test_what_a_question_accepts() -> None:
    rent = passage("rent", "…").model_copy(
        update={"cities": ("成都", "重庆"), "topics": ("rent",), "caveat": Caveat.HUKOU}
    )
    for more in (
        {"gold": [["x", "rent"]]},
        {"also": ["rent"]},
        {"also": ["city:重庆"]},
        {"also": ["topic:rent"]},
        {"caveats": ["hukou"]},
        {"caveats_also": ["hukou"]},
    ):
        assert question(**more).accepts(rent)
    assert not question(gold=[["x"]], also=["y", "city:上海", "topic:jobs"], caveats=["anecdote"]).accepts(rent)
    # A passage without a caveat is not the caveat that nobody named.
    assert not question().accepts(passage("x", "…"))


def test_both_sides_of_a_conflict_that_is_due_are_accepted() -> None:
    assert tension_sides("subsidies") == (("offers-sincere",), ("subsidies-keep-people-briefly",))
    due = question(conflicts=["subsidies"])
    assert due.accepts(passage("offers-sincere", "…"))
    assert due.accepts(passage("subsidies-keep-people-briefly", "…"))
    assert not due.accepts(passage("chengdu-high-end-care", "…"))


# --- the selection ---

ASKED = (
    question("l1"),
    question("l2"),
    question("l3"),
    question("hidden", split="test"),
    question("w1", type="why"),
    question("w2", type="why"),
    question("d1", type="decision"),
)


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (Selection(split=Split.DEV), "l1 l2 l3 w1 w2 d1"),
        (Selection(split=Split.TEST), "hidden"),
        (Selection(split=Split.DEV, types=(Type.WHY, Type.DECISION)), "w1 w2 d1"),
        (Selection(split=Split.TEST, types=(Type.WHY,)), ""),
        # The types take turns in their own order.
        (Selection(split=Split.DEV, limit=1), "l1"),
        (Selection(split=Split.DEV, limit=3), "l1 d1 w1"),
        (Selection(split=Split.DEV, limit=5), "l1 d1 w1 l2 w2"),
        (Selection(split=Split.DEV, limit=99), "l1 d1 w1 l2 w2 l3"),
        (Selection(split=Split.DEV, types=(Type.WHY,), limit=1), "w1"),
    ],
)
def test_a_selection(selection: Selection, ids: str) -> None:
    assert " ".join(question.id for question in selection.of(ASKED)) == ids


def test_a_limit_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Selection(split=Split.DEV, limit=0)


# --- the bundled set ---

BUNDLED = load_questions()


def normalised(text: str) -> str:
    """Letters and digits alone, simplified and in lower case."""
    folded = unicodedata.normalize("NFKC", simplified(text)).casefold()
    return "".join(character for character in folded if character.isalnum())


def test_there_are_enough_of_each_type_language_and_split() -> None:
    assert len(BUNDLED) >= 240
    assert {question.type for question in BUNDLED} == set(Type)
    counts = Counter((question.type, question.language, question.split) for question in BUNDLED)
    assert {key for key in counts if counts[key] > 0} == {
        (type_, language, split) for type_ in Type for language in LANGUAGES for split in Split
    }


@pytest.mark.parametrize("type_", Type)
def test_half_of_each_type_is_in_each_language(type_: Type) -> None:
    counts = Counter(question.language for question in BUNDLED if question.type is type_)
    assert counts["zh"] == counts["en"]


def test_a_question_is_in_its_language_and_says_so_in_its_id() -> None:
    assert [q.id for q in BUNDLED if not q.id.endswith(f"-{q.language}")] == []
    assert [q.id for q in BUNDLED if language_of(q.asked) != q.language] == []


def test_no_message_that_is_judged_is_asked_twice() -> None:
    # What follows may be the same in two conversations, but no conversation is another's.
    counts = Counter("|".join(map(normalised, question.turns)) for question in BUNDLED)
    assert [turns for turns, count in counts.items() if count > 1] == []
    first = Counter(normalised(question.turns[0]) for question in BUNDLED)
    assert [turn for turn, count in first.items() if count > 1] == []


def test_no_message_is_one_by_which_a_note_is_found() -> None:
    known = {normalised(ask) for note in load_notes()[1] for ask in note.asks}
    known |= {normalised(ask) for theme in load_themes() for _, asks in theme.asks for ask in asks}
    assert len(known) > 200
    assert [(q.id, turn) for q in BUNDLED for turn in q.turns if normalised(turn) in known] == []


def test_the_documents_either_answer_or_are_silent() -> None:
    out_of_scope = [q for q in BUNDLED if q.type is Type.OUT_OF_SCOPE]
    assert [q.id for q in out_of_scope if not q.abstain or q.gold or q.figures] == []
    assert [q.id for q in BUNDLED if q.type is Type.UNANSWERABLE and not (q.abstain or q.gold)] == []
    assert [q.id for q in BUNDLED if q.type in (Type.LOOKUP, Type.DECISION, Type.WHY) and not q.gold] == []


def test_every_figure_that_is_asked_for_stands_in_a_passage_of_its_gold() -> None:
    notes = {note.id: note for note in load_notes()[1]}
    lost = []
    for q in BUNDLED:
        gold = [notes[id_] for group in q.gold for id_ in group]
        stands = {key for note in gold for text in (note.text, note.text_en or "") for key in figure_keys(text)}
        lost += [(q.id, group) for group in q.figures if not any(set(figure_keys(one)) <= stands for one in group)]
        lost += [(q.id, one) for one in q.not_figures if any(one in group for group in q.figures)]
    assert lost == []


def test_those_of_a_frame_share_language_split_and_gold() -> None:
    frames: dict[str, list[Question]] = {}
    for q in BUNDLED:
        if q.frame:
            frames.setdefault(q.frame, []).append(q)
    assert len(frames) >= 4
    for name, asked in frames.items():
        assert len(asked) >= 2, name
        assert len({(q.language, q.split, q.gold, q.caveats) for q in asked}) == 1, name
