"""Whether a message asks for what no article says, or takes something for said that they say otherwise."""

from __future__ import annotations

from bot.coverage import Coverage
from bot.turn import Covered, Intent, Request
from bot.verify import contradicts
from knowledge.corpus import Asks, Premise, Unsaid
from knowledge.passage import Bilingual, Passage
from tests.bot.conftest import hits, note, request
from tests.conftest import HashEmbedder


def giving(passage: Passage, *details: str) -> Passage:
    return passage.model_copy(update={"gives": details})


CAFE = giving(
    note(
        "cafe", "店主回县城开店，一天卖160杯。", "The owner went home and sells 160 cups a day.", asks=("一天卖多少杯",)
    ),
    "headcount",
)
POLL = giving(
    note(
        "poll",
        "一项2019年的调查里，64.4%的人嫌房价高。",
        "In a poll of 2019 64.4% blamed house prices.",
        asks=("多少人嫌房价高",),
    ),
    "year",
    "source",
)
SHRINKING = note("shrinking", "大同的年轻人在往外走。", "The young leave Datong.", cities=("大同",))
ELDERLY = giving(
    note("elderly", "七台河27%的人过了60岁。", "27% of Qitaihe are over 60.", cities=("七台河",)), "by_age"
)
SAMPLE = Unsaid(
    id="sample",
    notes=("poll",),
    zh="这项调查问了多少人",
    en="how many people the poll asked",
    asks=Asks(zh=("调查问了多少人", "样本有多大"), en=("how many people were asked", "what was the sample")),
)
LOYAL = Premise(
    id="loyal", notes=("cafe",), zh=("店主一直没有离开过大城市",), en=("the owner never left the big city",)
)
PASSAGES = (CAFE, POLL, SHRINKING, ELDERLY)


def examine(asked: Request, *found: Passage) -> Covered:
    embedder = HashEmbedder()
    coverage = Coverage(
        embedder,
        {passage.id: passage for passage in PASSAGES},
        (SAMPLE,),
        (LOYAL,),
        vectors=embedder.embed_passages,
        contradicts=contradicts,
    )
    return coverage.examine(asked, hits(*found))


def missing(covered: Covered) -> list[str]:
    return [silence.words.zh if silence.words else silence.place or "" for silence in covered.silences]


def test_a_detail_that_the_passage_gives_is_not_missing() -> None:
    assert examine(request(text="那项调查是哪一年的"), POLL) == Covered()


def test_a_detail_that_it_lacks_is_named_in_the_words_of_its_silence() -> None:
    assert missing(examine(request(text="那项调查问了多少人"), POLL)) == ["这项调查问了多少人"]


def test_without_such_a_silence_it_is_named_in_general_words() -> None:
    assert missing(examine(request(text="店主开店投了多少钱"), CAFE)) == ["投了多少钱", "是多少钱"]


def test_of_a_question_of_two_parts_the_part_that_is_missing_is_named() -> None:
    covered = examine(request(text="that poll, what year is it from and how was the share calculated?"), POLL)
    assert missing(covered) == ["是怎么算出来的、算的是哪些人"]


def test_a_passage_on_another_place_gives_nothing() -> None:
    asked = request(text="大同六十岁以上的占多少", places=("大同",))
    assert missing(examine(asked, ELDERLY, SHRINKING)) == ["各年龄段的情形", "占多大比例"]
    assert examine(request(text="七台河六十岁以上的占多少", places=("七台河",)), ELDERLY) == Covered()


def test_a_passage_with_the_figure_of_the_question_goes_before_others() -> None:
    named = note("figure", "23%的人又回来了。", "23% came back.")
    assert missing(examine(request(text="那个23%是哪一年的数"), named, POLL)) == ["是哪一年的事"]


def test_every_year_that_is_asked_for_has_to_be_said() -> None:
    asked = request(text="嫌房价高的2019年占多少，2021年呢", years=("2019", "2021"))
    assert missing(examine(asked, POLL)) == ["2021"]
    assert missing(examine(request(text="那项调查24年的数"), POLL)) == ["2024"]
    assert examine(request(text="嫌房价高的人走了24年了"), POLL).silences == ()


def test_of_causes_and_of_a_whole_no_detail_is_missing() -> None:
    assert examine(request(Intent.WHY, "店主开店投了多少钱"), CAFE).silences == ()


def test_another_figure_is_put_right_at_once() -> None:
    assert examine(request(text="那项调查里80%的人嫌房价高吧"), POLL) == Covered(right=("poll",))


def test_what_only_may_be_false_is_set_beside_what_the_passages_say() -> None:
    assert examine(request(text="店主一直没有离开过大城市吧"), CAFE) == Covered(right=("cafe",), presumed=True)


def test_a_source_that_no_note_cites_is_missing() -> None:
    silence = examine(request(text="哈佛的报告怎么说"), POLL).silences[0]
    assert (silence.subject, silence.words) == ("unknown_source", Bilingual(zh="哈佛", en="哈佛"))


def test_a_decision_is_examined_only_for_what_it_presumes() -> None:
    assert examine(request(Intent.DECISION, "我该回县城开店投多少钱"), CAFE) == Covered()


def test_nothing_found_leaves_nothing_to_examine() -> None:
    assert examine(request(text="那项调查问了多少人")) == Covered()
