"""What documents of one's own say and do not say, told by how near they come; all texts are our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.own import examine_own
from bot.turn import Covered, Intent, Reference, Request, Silence
from bot.verify import contradicts
from knowledge import build_index
from knowledge.index import Index
from tests.bot.conftest import request

TEXT = """洛阳的单间每月租金是七百元，离地铁近的要贵两百。

洛阳轴承厂的普工每月拿五千元，淡季少三成，旺季要上夜班。

洛阳的落户手续当天就能办完，不看社保年限，也不用积分。

洛阳有三家三甲医院，挂号前一天晚上约就行，排队不到半小时。
"""
NOTHING = Covered(silences=(Silence(subject="not_found"),))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("own")
    for number, paragraph in enumerate(TEXT.split("\n\n")):
        (folder / f"{number}.txt").write_text(paragraph, "utf-8")
    with build_index([folder], folder / "index", notes=False) as index:
        yield index


def examined(index: Index, asked: Request) -> Covered:
    return examine_own(asked, index.search(asked.text, k=5), index, contradicts)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("洛阳的单间租金多少钱", Covered()),
        ("洛阳的厂里普工一个月拿多少", Covered()),
        ("洛阳的幼儿园学费贵不贵", NOTHING),
        ("洛阳的滑雪场什么时候开门", NOTHING),
        ("What does a room cost in Luoyang?", Covered()),
    ],
)
def test_what_is_far_in_score_and_in_words_is_not_found(index: Index, text: str, covered: Covered) -> None:
    assert examined(index, request(text=text, places=("洛阳",), language="zh")) == covered


def test_another_figure_is_answered_by_what_is_written(index: Index) -> None:
    asked = request(text="洛阳的普工每月能拿9000元吧？", places=("洛阳",), language="zh")
    (right,) = examined(index, asked).right
    assert "五千元" in index.passages[right].text
    assert examined(index, asked).presumed


@pytest.mark.parametrize(
    "changed", [{"intent": Intent.DECISION}, {"intent": Intent.OVERVIEW}, {"reference": Reference.SOURCE}]
)
def test_only_a_question_of_its_own_is_examined(index: Index, changed: dict[str, object]) -> None:
    asked = request(text="洛阳的幼儿园学费贵不贵", places=("洛阳",), language="zh").model_copy(update=changed)
    assert examined(index, asked) == Covered()
