"""The template writer: drafts in reading order, their markers and what their evidence lacks."""

from __future__ import annotations

import pytest

from bot.turn import CaveatDue, Draft, Evidence, Intent, Move, Reach, Section, Silence
from bot.write.template import TemplateWriter
from knowledge.corpus import Tension
from knowledge.passage import Bilingual, Caveat, Grade, Language, Passage
from tests.bot.conftest import note, request

WHO = Bilingual(zh="某报", en="a paper")
RENT = note("rent", "房租低。", "Rents are low.", topics=("rent",))
CARE = note("care", "看病远。", "Care is far.", topics=("medical",), grade=Grade.SURVEY, attribution=WHO)
NETWORKS = note(
    "net", "靠关系。", "Who you know.", caveat=Caveat.RELATIONSHIP_NETWORKS, grade=Grade.OPINION, topics=("jobs",)
)
WEAK = note("weak", weakness=Bilingual(zh="没有年份", en="no year"))


def write(
    evidence: Evidence, intent: Intent = Intent.LOOKUP, language: Language = "en", move: Move | None = None
) -> list[Draft]:
    return list(TemplateWriter().write(request(intent, language=language, move=move), evidence))


def test_points_are_the_notes_own_sentences_with_what_they_lack() -> None:
    assert write(Evidence(points=(RENT, CARE))) == [
        Draft(text="Rents are low.", section=Section.POINTS, passage_ids=("rent",), weakness="no source given"),
        Draft(text="Care is far.", section=Section.POINTS, passage_ids=("care",), weakness="a paper; a survey"),
    ]
    assert [d.text for d in write(Evidence(points=(RENT, CARE)), language="zh")] == ["房租低。", "看病远。"]
    assert [d.weakness for d in write(Evidence(points=(RENT, CARE)), language="zh")] == ["没写出处", "某报；问卷调查"]


def test_a_weakness_of_its_own_goes_before_the_grade() -> None:
    assert write(Evidence(points=(WEAK,)))[0].weakness == "no year"


def test_beside_a_silence_the_points_are_only_the_nearest() -> None:
    evidence = Evidence(points=(RENT,), silences=(Silence(subject="nothing"),))
    assert [d.section for d in write(evidence)] == [Section.NEAREST]


@pytest.mark.parametrize(
    ("pro", "con", "text", "ids"),
    [
        (
            (RENT,),
            (CARE,),
            "On rent the articles' evidence leans towards the move [@rent]; on medical care it leans against [@care].",
            ("rent", "care"),
        ),
        (
            (RENT,),
            (WEAK.model_copy(update={"topics": ("rent",)}),),
            "On rent the articles have evidence both ways, for the move [@rent] and against it [@weak].",
            ("rent", "weak"),
        ),
        ((), (CARE,), "The evidence that fits speaks against the move, on medical care [@care].", ("care",)),
    ],
)
def test_the_summary_of_a_decision(
    pro: tuple[Passage, ...], con: tuple[Passage, ...], text: str, ids: tuple[str, ...]
) -> None:
    summary = write(Evidence(pro=pro, con=con), Intent.DECISION)[0]
    assert (summary.section, summary.text, summary.passage_ids) == (Section.SUMMARY, text, ids)


def test_without_sides_there_is_no_summary() -> None:
    assert write(Evidence(points=(RENT,)), Intent.DECISION)[0].section is Section.POINTS


def test_sections_come_in_reading_order() -> None:
    due = CaveatDue(kind=Caveat.RELATIONSHIP_NETWORKS, passages=(NETWORKS,), reach=Reach.GENERAL)
    tension = Tension(id="t", sides=(("rent",), ("care",)), zh="一 {0} 二 {1}", en="One {0} two {1}", topics=())
    drafts = write(Evidence(pro=(RENT,), con=(CARE,), caveats=(due,), tensions=(tension,)), Intent.DECISION)
    assert [d.section for d in drafts] == [
        Section.SUMMARY,
        Section.FOR,
        Section.AGAINST,
        Section.CAVEATS,
        Section.CONFLICTS,
    ]
    assert (drafts[-1].text, drafts[-1].passage_ids) == ("One [@rent] two [@care]", ("rent", "care"))


@pytest.mark.parametrize(
    ("reach", "language", "said"),
    [
        (Reach.NAMED, "en", "the author's view"),
        (
            Reach.INFERRED,
            "en",
            "the author's view; said of second- and third-tier cities and small places; "
            "that it holds for Chengdu is our inference",
        ),
        (
            Reach.INFERRED,
            "zh",
            "作者的看法；原文说的是二三线城市和小地方，没有点名成都；放到成都身上是我们的推断",
        ),
        (
            Reach.GENERAL,
            "en",
            "the author's view; said of second- and third-tier cities and small places in general, "
            "not of the place you would go to",
        ),
    ],
)
def test_a_warning_says_how_far_it_reaches(reach: Reach, language: Language, said: str) -> None:
    place = None if reach is Reach.GENERAL else "成都"
    due = CaveatDue(kind=Caveat.RELATIONSHIP_NETWORKS, passages=(NETWORKS,), reach=reach, place=place)
    *_, draft = write(Evidence(caveats=(due,)), Intent.DECISION, language)
    assert draft.weakness == said
    assert draft.text == ("靠关系[@net]。" if language == "zh" else "Who you know[@net].")
    assert draft.kind is Caveat.RELATIONSHIP_NETWORKS


def test_on_the_way_up_a_warning_is_read_the_other_way() -> None:
    drafts = write(Evidence(pro=(NETWORKS,)), Intent.DECISION, move=Move.UP)
    assert drafts[-1].weakness == (
        "the author's view; read the other way: a hardship of small places, and so a reason to go to a big city"
    )


def test_where_nothing_stands_against_a_move_the_summary_points_to_the_warnings() -> None:
    due = CaveatDue(kind=Caveat.RELATIONSHIP_NETWORKS, passages=(NETWORKS,), reach=Reach.NAMED, place="成都")
    summary, *_ = write(Evidence(pro=(RENT,), caveats=(due,)), Intent.DECISION)
    assert summary.text == (
        "What directly fits speaks for the move, on rent [@rent]; "
        "what speaks against it are mainly the warnings below [@net]."
    )
    only, *_ = write(Evidence(caveats=(due,)), Intent.DECISION)
    assert only.passage_ids == ("net",)


def test_how_many_leave_is_no_reason_for_a_headline() -> None:
    crowd = WEAK.model_copy(update={"id": "crowd", "topics": ("scale_of_leaving",)})
    summary = write(Evidence(pro=(crowd, RENT)), Intent.DECISION)[0]
    assert summary.passage_ids == ("rent",)


@pytest.mark.parametrize(
    ("text", "asked", "language", "said", "weakness"),
    [
        ("一句话。", "?", "zh", "「一句话。」", "某社调查；问卷调查"),
        ("One sentence.", "?", "en", "“One sentence.”", "某社调查; a survey"),
        (
            f"某社调查了{'很多很多' * 30}人。昆明的一居室每月租金是一千八百元。",
            "昆明的租金",
            "zh",
            "「昆明的一居室每月租金是一千八百元。」",
            "这几句没写出处，同一段里提到了某社调查",
        ),
    ],
)
def test_another_document_is_quoted(text: str, asked: str, language: Language, said: str, weakness: str) -> None:
    own = note("own", text, None, grade=Grade.SURVEY, attribution=Bilingual(zh="某社调查", en="某社调查"))
    own = own.model_copy(update={"language": language})
    wanted = request(text=asked, language=language)
    _, draft = TemplateWriter().write(wanted, Evidence(points=(WEAK, own)))
    assert (draft.text, draft.weakness) == (said, weakness)


def test_the_best_answer_to_a_question_stands_whole_and_the_others_do_not() -> None:
    text = "昆明的一居室每月租金是一千八百元。" + "那里的冬天很长，店铺开到九点。" * 8
    own = [note(id_, text, None) for id_ in ("one", "two")]
    asked = request(text="昆明的租金", language="zh")
    drafts = list(TemplateWriter().write(asked, Evidence(points=tuple(own))))
    assert [len(draft.text) < len(text) for draft in drafts] == [False, True]
