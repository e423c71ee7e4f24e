"""Labels by rules alone, and what the neighbours add; the scores over the bundled notes are in tests/evals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.annotate import Neighbours, annotate, label, labelled_notes
from knowledge.corpus import load_notes
from knowledge.embed import Vectors
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
        ("晨报的一项调查显示，六成的人嫌房租太高。", "zh", Grade.SURVEY, "晨报"),
        ("據河海研究院院長周濛透露，约三成的人会再搬一次。", "zh", Grade.NAMED_REPORT, "河海研究院院長周濛"),
        ("根据远山2023年租房报告，三成的人与人合租。", "zh", Grade.NAMED_REPORT, "远山2023年租房报告"),
        ("某智库估计，搬家的人多了一倍。", "zh", Grade.UNSOURCED, "某智库"),
        ("本次问卷中，三成的人与人合租。", "zh", Grade.SURVEY, None),
        ("本中心2024年春季问卷显示，三成的人与人合租。", "zh", Grade.SURVEY, None),
        ("县里的基本调查方法没有变。", "zh", Grade.UNSOURCED, None),
        ("In our survey of 1,480 newcomers, 38% shared a flat.", "en", Grade.SURVEY, None),
        ("一位从北京回来的护士开了花店，每月能卖两万元。", "zh", Grade.CASE, None),
        ("我搬来以后每月房租少了三千元。", "zh", Grade.CASE, None),
        ("据滨江市人社局2022年的通报，报名的人多了一倍。", "zh", Grade.OFFICIAL_STATISTIC, "滨江市人社局"),
        (
            "洛阳市住房保障和房屋管理局公布，均价为每平方米8000元。",
            "zh",
            Grade.OFFICIAL_STATISTIC,
            "洛阳市住房保障和房屋管理局",
        ),
        (
            "大连医科大学附属第一医院的年报写明，四成的病人来自外地。",
            "zh",
            Grade.NAMED_REPORT,
            "大连医科大学附属第一医院",
        ),
        ("云南大学社会调查中心访问了1260名搬来的人。", "zh", Grade.SURVEY, "云南大学社会调查中心"),
        ("有业内人士估计，岗位少了一半。", "zh", Grade.UNSOURCED, "业内人士"),
        ("没有数据能说明这里的房租。", "zh", Grade.UNSOURCED, None),
        ("云南大学毕业的小李说，房租少了一半。", "zh", Grade.CASE, None),
        ("在我看来，这座城不适合三十岁的人。", "zh", Grade.OPINION, "作者"),
        ("今年的房租比去年高8%。", "zh", Grade.UNSOURCED, None),
        ("城市应该建立更多的公园。", "zh", Grade.OPINION, "作者"),
        ("According to the National Bureau of Statistics, 2% fewer live here.", "en", Grade.OFFICIAL_STATISTIC, None),
        (
            "A survey by the Morning Post found that 60% call rents too high.",
            "en",
            Grade.SURVEY,
            "the Morning Post",
        ),
        ("The Riverside Institute estimates that 30% move twice.", "en", Grade.NAMED_REPORT, "The Riverside Institute"),
        (
            "Riverside Hospital states in its yearly review that it sees 900 patients.",
            "en",
            Grade.NAMED_REPORT,
            "Riverside Hospital",
        ),
        ("He Jun earned 19,000 yuan and says 8,500 is enough.", "en", Grade.CASE, None),
        ("In my view the city suits families.", "en", Grade.OPINION, "the author"),
        ("A nurse who came back from Beijing opened a flower shop.", "en", Grade.CASE, None),
        ("Rents are 8% higher than last year.", "en", Grade.UNSOURCED, None),
        ("The city should build more parks.", "en", Grade.OPINION, "the author"),
    ],
)
def test_the_grade_tells_who_says_so(text: str, language: Language, grade: Grade, who: str | None) -> None:
    labels = label(_passage(text, language))
    assert labels.grade == grade
    if who is None and grade not in {Grade.OFFICIAL_STATISTIC}:
        assert labels.attribution is None
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
        ("宜昌：月租 1250，三年内打算离开 24%", Caveat.UNSOURCED_FIGURE),
        ("回到芜湖的人，三年后只留住了38%。", Caveat.RETURN_FLOWS),
        ("她托了舅舅的一位老同学才进去。", Caveat.RELATIONSHIP_NETWORKS),
        ("什么事都先问你“找谁了”。", Caveat.RELATIONSHIP_NETWORKS),
        ("转园要托人。", Caveat.RELATIONSHIP_NETWORKS),
        ("合同写着委托人的名字。", None),
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
        ("我从北京搬来以后，房租由每月5200元降到1400元。", "zh", Stance.LEAVE),
        ("小何从深圳回西安后，工资从1.9万元掉到8500元。", "zh", Stance.STAY),
        ("从深圳搬到南宁的人月薪平均少了42%，房租少了64%。", "zh", Stance.NEUTRAL),
        ("同样的岗位，绍兴月薪6500元，杭州1.1万元。", "zh", Stance.STAY),
        ("我劝同行先别辞深圳的工作。", "zh", Stance.STAY),
        ("我并不后悔离开广州。", "zh", Stance.LEAVE),
        ("很多人后悔离开广州。", "zh", Stance.STAY),
        ("芜湖的房租比南京便宜一半。", "zh", Stance.LEAVE),
        ("芜湖的房租比南京便宜得多，两居室只要1300元。", "zh", Stance.LEAVE),
        ("芜湖的菜比南京便宜。", "zh", Stance.LEAVE),
        ("芜湖的工资比南京低三成。", "zh", Stance.STAY),
        ("安庆的房租不高。", "zh", Stance.NEUTRAL),
        ("宜昌：月租 1250，三年内打算离开 24%", "zh", Stance.NEUTRAL),
        ("宜昌：三年内打算离开 24%", "zh", Stance.NEUTRAL),
        ("Wuhu: rent 1,250, plan to leave within three years 24%", "en", Stance.NEUTRAL),
        ("在宜昌，打算离开的人占24%，想搬走。", "zh", Stance.STAY),
        ("租房补贴发满两年就停。", "zh", Stance.STAY),
        ("深圳公司看能力不看出身。", "zh", Stance.STAY),
        ("这里不用加班。", "zh", Stance.NEUTRAL),
        ("My salary fell from 21,000 yuan in Shenzhen to 8,200 in Luoyang.", "en", Stance.STAY),
        ("I would advise against rushing back to Quzhou.", "en", Stance.STAY),
        ("I have never regretted leaving Guangzhou.", "en", Stance.LEAVE),
        ("The housing subsidy stops after 24 months.", "en", Stance.STAY),
    ],
)
def test_the_stance_is_that_of_somebody_in_a_big_city(text: str, language: Language, stance: Stance) -> None:
    assert label(_passage(text, language)).stance == stance


def test_places_come_from_the_passage_or_from_what_it_stands_under() -> None:
    assert label(_passage("武汉和北上广的房租", section="成都")).cities == ("武汉", "北京", "上海", "广州", "成都")
    assert label(_passage("房租很低。", section="成都的房租", title="去武汉")).cities == ("成都",)
    assert label(_passage("房租很低。", title="去武汉")).cities == ("武汉",)
    assert label(_passage("房租很低。", title="武汉和成都")).cities == ()
    assert label(_passage("房租很低。", title="从武汉搬去成都")).cities == ("成都",)
    assert label(_passage("比武汉便宜。", title="从武汉搬去成都")).cities == ("武汉", "成都")
    assert label(_passage("Rents are low.", "en", title="Guangzhou to Xiamen: a year")).cities == ("厦门",)
    assert label(_passage("Lai Jinhua wrote this.", "en")).cities == ()
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


@pytest.mark.parametrize(
    ("text", "weakness"),
    [
        ("云南大学社会调查中心2024年访问了1260名搬来的人。", None),
        ("云南大学社会调查中心做的问卷显示，六成的人想走。", "没写调查时间和样本"),
        ("昆明市统计局公布，2023年常住人口为868万人。租金却涨了两成。", "其中一部分没写出处"),
        ("昆明市统计局公布，2023年常住人口为868万人。其中两成过了六十岁。", None),
    ],
)
def test_one_source_does_not_vouch_for_the_rest(text: str, weakness: str | None) -> None:
    found = label(_passage(text)).weakness
    assert (found.zh if found else None) == weakness


def test_damage_is_said_beside_the_grade() -> None:
    passage = _passage("昆明市统计局公布，2023年常住人口为868万人。").model_copy(update={"damaged": True})
    assert label(passage).weakness == Bilingual(
        zh="说是官方统计；原文此处有损坏", en="said to be an official statistic; the source is damaged here"
    )


def test_further_warnings_stand_beside_the_first() -> None:
    labels = label(_passage("办事要靠关系，离开的人里有两成又回来了。"))
    assert (labels.caveat, labels.also_warns) == (Caveat.RELATIONSHIP_NETWORKS, (Caveat.RETURN_FLOWS,))


def test_the_year_is_that_of_the_sentence_with_the_source() -> None:
    assert label(_passage("2019年我来过。滨江医院公布，2023年看了900个病人。")).as_of == "2023"


@pytest.mark.parametrize(
    ("text", "language", "year"),
    [
        ("It pays 2000 yuan a month.", "en", None),
        ("1900 people came.", "en", None),
        ("月薪2000 元。", "zh", None),
        ("每月2000。", "zh", None),
        ("滨江医院2023 年看了900个病人。", "zh", "2023"),
        ("In 2023, 900 people came.", "en", "2023"),
    ],
)
def test_amounts_are_no_years(text: str, language: Language, year: str | None) -> None:
    assert label(_passage(text, language)).as_of == year


def test_neighbours_are_the_nearest_notes_and_none_for_what_is_far_from_all() -> None:
    class Directions(HashEmbedder):
        """A direction of its own for each of the notes, a pair of them alike."""

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
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


@pytest.mark.parametrize(
    "text",
    [
        "The money went to people who would have come anyway.",
        "The money went to people who would have come back anyway.",
        "The money had gone to people who would have come anyway.",
    ],
)
def test_whoever_would_have_come_anyway_is_no_return(text: str) -> None:
    assert label(_passage(text, "en", title="Wuhu")).caveat is None
