"""Labels by rules alone, and what the neighbours add; the scores over the bundled notes are in tests/evals."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.annotate import Neighbours, annotate, label, labelled_notes
from knowledge.corpus import load_notes
from knowledge.passage import Bilingual, Caveat, Grade, Language, Passage, Stance
from tests.conftest import HashEmbedder


def _passage(text: str, language: Language = "zh", section: str | None = None, title: str = "集市") -> Passage:
    return Passage(
        id="x",
        document_id="x",
        document_title=Bilingual(zh=title, en=title),
        language=language,
        text=text,
        source="x.txt",
        locator="paragraph 1",
        section=Bilingual(zh=section, en=section) if section else None,
    )


@pytest.mark.parametrize(
    ("text", "language", "grade", "who"),
    [
        ("国家统计局的数据显示，这里的人口去年少了2%。", "zh", Grade.OFFICIAL_STATISTIC, "国家统计局"),
        ("晨报的一项调查显示，六成的人嫌房租太高。", "zh", Grade.SURVEY, "晨报的一项调查"),
        ("據河海研究院院長周濛透露，约三成的人会再搬一次。", "zh", Grade.NAMED_REPORT, "河海研究院院長周濛"),
        ("根据远山2023年租房报告，三成的人与人合租。", "zh", Grade.NAMED_REPORT, "远山2023年租房报告"),
        ("某智库估计，搬家的人多了一倍。", "zh", Grade.UNSOURCED, "某智库"),
        ("一位从北京回来的护士开了花店，每月能卖两万元。", "zh", Grade.CASE, None),
        ("今年的房租比去年高8%。", "zh", Grade.UNSOURCED, None),
        ("城市应该建立更多的公园。", "zh", Grade.OPINION, "作者"),
        ("According to the National Bureau of Statistics, 2% fewer live here.", "en", Grade.OFFICIAL_STATISTIC, None),
        (
            "A survey by the Morning Post found that 60% call rents too high.",
            "en",
            Grade.SURVEY,
            "A survey by the Morning Post",
        ),
        ("The Riverside Institute estimates that 30% move twice.", "en", Grade.NAMED_REPORT, "The Riverside Institute"),
        ("A nurse who came back from Beijing opened a flower shop.", "en", Grade.CASE, None),
        ("Rents are 8% higher than last year.", "en", Grade.UNSOURCED, None),
        ("The city should build more parks.", "en", Grade.OPINION, "the author"),
    ],
)
def test_the_grade_tells_who_says_so(text: str, language: Language, grade: Grade, who: str | None) -> None:
    labels = label(_passage(text, language))
    assert labels.grade == grade
    if who is not None:
        assert labels.attribution is not None
        assert labels.attribution[language] == who


@pytest.mark.parametrize(
    ("text", "caveat"),
    [
        ("在小城办事要靠关系，没有人脉寸步难行。", Caveat.RELATIONSHIP_NETWORKS),
        ("离开的人里有两成一年后又回来了。", Caveat.RETURN_FLOWS),
        ("落户的门槛一年比一年高。", Caveat.HUKOU),
        ("最近的医院要坐两小时的车。", Caveat.MEDICAL_ACCESS),
        ("这里的人口流失已有十年。", Caveat.SHRINKING_CITY),
        ("一位村民开了小店。", Caveat.ANECDOTE),
        ("店里每月卖两万元。", Caveat.UNSOURCED_FIGURE),
        ("河水很清。", None),
    ],
)
def test_warnings_are_found_by_name(text: str, caveat: Caveat | None) -> None:
    assert label(_passage(text)).caveat == caveat


@pytest.mark.parametrize(
    ("text", "language", "stance"),
    [
        ("上海的房租太贵，加班是常事。", "zh", Stance.LEAVE),
        ("成都的房租便宜，机会也多。", "zh", Stance.LEAVE),
        ("鹤岗的人口还在流失，工作很难找。", "zh", Stance.STAY),
        ("渡轮每天早上六点开往海岛。", "zh", Stance.NEUTRAL),
        ("Rents in Chengdu are cheap and there are plenty of opportunities.", "en", Stance.LEAVE),
        ("Hegang lost people and shops closed.", "en", Stance.STAY),
    ],
)
def test_the_stance_is_that_of_somebody_in_a_big_city(text: str, language: Language, stance: Stance) -> None:
    assert label(_passage(text, language)).stance == stance


def test_places_come_from_the_passage_or_from_what_it_stands_under() -> None:
    assert label(_passage("武汉和北上广的房租", section="成都")).cities == ("武汉", "北京", "上海", "广州")
    assert label(_passage("房租很低。", section="成都的房租", title="去武汉")).cities == ("成都",)
    assert label(_passage("房租很低。", title="去武汉")).cities == ("武汉",)
    assert label(_passage("房租很低。", title="武汉和成都")).cities == ()
    assert label(_passage("一线城市的房租很高。")).cities == ()


def test_topics_scope_and_year() -> None:
    labels = label(_passage("根据远山报告，2023年县城的房租只有一线城市的三成，房租也稳。"))
    assert labels.topics[0] == "rent"
    assert set(labels.scope) == {"county", "first_tier"}
    assert labels.as_of == "2023"
    assert label(_passage("2021年到2023年房租涨了8%。")).as_of is None


def test_what_is_wanting_is_said() -> None:
    said = label(_passage("今年的房租比去年高8%。")).weakness
    assert said == Bilingual(zh="没写出处", en="no source given")
    damaged = label(_passage("今年的房租比去年高8%。").model_copy(update={"damaged": True})).weakness
    assert damaged == Bilingual(zh="没写出处；原文此处有损坏", en="no source given; the source is damaged here")


def test_neighbours_are_the_nearest_notes_and_none_for_what_is_far_from_all() -> None:
    class Directions(HashEmbedder):
        """A direction of its own for each of the notes, a pair of them alike."""

        def embed_passages(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
            vectors = np.zeros((len(texts), 128), dtype=np.float32)
            for row, text in enumerate(texts):
                vectors[row, wanted.get(text, 127) // 2] = 1
            return vectors

    notes = labelled_notes()
    wanted = {note.text: number for number, note in enumerate(notes)}
    neighbours = Neighbours(Directions(), "zh")
    first = Directions().embed_passages([notes[0].text])[0]
    assert [note.id for note, _ in neighbours.of(first)[:2]] == [notes[0].id, notes[1].id]
    assert neighbours.of(first, without=lambda note: note in notes[:1])[0][0] == notes[1]
    assert neighbours.of(Directions().embed_passages(["别的"])[0]) == []


def test_the_notes_keep_their_labels_and_nothing_is_embedded_for_them() -> None:
    notes = load_notes()[1]
    embedder = HashEmbedder()
    assert annotate(notes, embedder) == notes
    assert embedder.embedded == 0
    own = _passage("成都的房租便宜。")
    (*same, annotated) = annotate([*notes, own], embedder)
    assert tuple(same) == notes
    assert (annotated.id, annotated.text, annotated.cities) == ("x", own.text, ("成都",))
