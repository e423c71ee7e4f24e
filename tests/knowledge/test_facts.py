"""The notes against what the articles claim: every line, every figure, who said it and how good that is."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from knowledge.corpus import load_notes
from knowledge.figures import Bound, Direction, Key, figure_keys, figures, numbered_names
from knowledge.passage import LANGUAGES, Document, Grade, Language, Passage

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
ORIGINALS = SHARED / "documents"
COPIED = SHARED / "tools" / "copied.py"

needs_originals = pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the articles themselves are not here")

DOCUMENTS, NOTES = load_notes()
BY_ID = {note.id: note for note in NOTES}

# --- what the articles claim, line by line, and the figures in it ---

# A line without figures makes a claim all the same.
CLAIMS = {
    "leaving-the-big-four": """
        2  | more than 10 million; the past 3 years
        4  |
        5  | 1 million yuan
        7  | 12,000 yuan; half; 3 hours; 996; 30,000 yuan; 8,000 yuan; less than 50,000 yuan
           | 15,000 yuan; 2-bedroom; 2,500 yuan; 80,000 yuan
        8  | fewer than 5%; 14 years
        10 | 64.4%; 100,000 yuan; over 10,000 yuan
        11 | in 2025; 15 cities
        12 | from 50% to 68%; 10 years
        14 | 3 years
        15 |
        17 | over 30%; nearly 50%; 00后; nearly 40%
        18 | in 2010
        21 |
        22 |
        23 |
        25 | about 23%; about 15 months
        26 |
        27 |
        29 | 160 cups; over 700,000 yuan; 6 branches
        30 |
        31 |
        33 |
        34 |
        36 | 10 million
        37 |
        38 |
        40 | 8,000 yuan; 4,000 yuan; 15 minutes
        41 |
        43 | 5 June; 15 cities; nearly 1 million; over 10 million
        45 | 18 December 2024; 00后
        47 | 9 July 2025
    """,
    "cities-that-lose-people": """
        4  |
        6  | 3 kinds
        9  |
        12 |
        15 |
        17 | in 2022; down 5.4%; more than 3 million
        26 | 3,000 yuan; 6,000 yuan
        27 |
        31 | half
        32 | 3A; 4 hours; 15 minutes
        36 |
        37 | 27%; over 60
        45 | in 2023; down 12%
        46 |
        49 | from 300 pupils to 40
        50 | 50,000 yuan
        52 | in 2023; up 200%
        59 | in 2023; up 18%
        63 |
        67 | 3A
        71 |
        76 |
    """,
    "keeping-talent": """
        1  | 4 causes
        7  | 72%; in 2023; over 45%; less than 1/8
        11 | 12:1; 65%; 2.3 times
        15 | 17 firms; up 22 percentage points
        19 | up 41%
        23 | 2.3 years; 5 years; 78%
        32 | down 3 to 5; down about 80 million yuan; 5 to 8 years
        36 | 1%; down 0.8%; down 1 percentage point; down 2.4 years
        40 | 3 years; down 15%
        44 | 1 yuan; 7.3 yuan
        51 | 2.5产业; 5 years; at least 3%
        53 | policy 3.0
        57 | 15 minutes; up 27%
        61 | up to 20,000 yuan; down 40%
        65 | 1 yuan; 9 yuan
        70 | 1125计划; 500,000; 5 years
    """,
}

# What we found on the web about a note: said to be ours, and apart from what the article says.
OUTSIDE_CHECKS = {
    "house-prices-first-reason": ("April 2017; 2,000 respondents; 32.4%; 12 April 2017", "house.hnr.cn"),
    "return-flow": ("in 2023", "techray.cn"),
    "zhengzhou-talent-plan": ("23 November 2017; 16 December 2017; 500,000 people", ""),
}

# What is said of a whole article: its dates, its own source list, the words left over from its making.
DOCUMENT_NOTES = {
    "leaving-the-big-four-note": "July 2025; nearly 1 million",
    "cities-that-lose-people-note": "about 1,520",
    "keeping-talent-note": "12 sets",
}


class Row(NamedTuple):
    """A line of an article and what it claims, as in ``CLAIMS``."""

    document: str
    line: int
    claims: tuple[str, ...]


def rows() -> list[Row]:
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for document, table in CLAIMS.items():
        line = 0
        for row in table.strip().splitlines():
            number, _, claims = row.partition("|")
            line = int(number) if number.strip() else line
            found[document, line] = (*found.get((document, line), ()), *split(claims))
    return [Row(document, line, claims) for (document, line), claims in found.items()]


def split(claims: str) -> tuple[str, ...]:
    return tuple(claim.strip() for claim in claims.split(";") if claim.strip())


class Stated(NamedTuple):
    """A figure and how it is fenced in, without how it is written."""

    key: Key
    bound: Bound | None
    direction: Direction | None


def stated(texts: Iterable[str]) -> set[Stated]:
    """What the texts state in figures; one of a thing, and what a bracket explains, is left out."""
    found: set[Stated] = set()
    for text in texts:
        keys = figure_keys(text)
        found |= {Stated(f.key, f.bound, f.direction) for f in figures(text) if f.key in keys}
    return found


def names(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in numbered_names(text)}


def assert_same(claims: Iterable[str], texts: Iterable[str]) -> None:
    """That the texts have the claimed figures, with bound and direction where one is claimed, and no others."""
    claims, texts = list(claims), list(texts)
    wanted, given = stated(claims), stated(texts)
    assert {figure.key for figure in given} == {figure.key for figure in wanted}
    for figure in wanted:
        ways = {way for key, bound, way in given if (key, bound) == (figure.key, figure.bound)}
        assert ways, f"{figure} is fenced in otherwise"
        assert figure.direction is None or figure.direction in ways, f"{figure} goes the other way"
    assert names(texts) == names(claims)


def said(note: Passage, language: Language) -> list[str]:
    """What a note says and of whom, without our own checks."""
    return [note.in_language(language), note.attribution[language] if note.attribution else ""]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.document}:{row.line}")
def test_every_figure_of_a_line_is_in_its_notes_and_no_other(row: Row, language: Language) -> None:
    notes = [note for note in NOTES if (note.document_id, note.line) == (row.document, row.line)]
    assert notes
    assert_same(row.claims, [text for note in notes for text in said(note, language)])


def test_no_note_is_on_a_line_that_claims_nothing() -> None:
    lines = {(row.document, row.line) for row in rows()}
    assert {(note.document_id, note.line) for note in NOTES if note.line} == lines
    assert [len({line for name, line in lines if name == document}) for document in CLAIMS] == [31, 22, 16]


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_checks_stay_apart_and_say_that_they_are_ours(language: Language) -> None:
    checked = {note.id: note for note in NOTES if note.editor_note}
    assert checked.keys() == OUTSIDE_CHECKS.keys()
    for id_, (claims, source) in OUTSIDE_CHECKS.items():
        editor_note = checked[id_].editor_note
        assert editor_note is not None
        assert_same(split(claims), [editor_note[language]])
        assert source in editor_note[language]
        assert editor_note[language].startswith(
            {"zh": "我们的查证，不是文章里的话", "en": "Our check, not the art"}[language]
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id_", DOCUMENT_NOTES)
def test_the_figures_in_what_is_said_of_an_article(id_: str, language: Language) -> None:
    assert_same(split(DOCUMENT_NOTES[id_]), [BY_ID[id_].in_language(language)])


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ("2.3 times", "只能留住2.3年"),
        ("2.3 years", "只能留住2.4年"),
        ("fewer than 5%", "超过5%"),
        ("nearly 40%", "四成"),
        ("down 12%", "增长12%"),
        ("12%", "没有数字"),
        ("", "约23%"),
        ("", "1125计划"),
        ("3 years", "三个月"),
    ],
)
def test_a_wrong_figure_is_found(claims: str, text: str) -> None:
    with pytest.raises(AssertionError):
        assert_same(split(claims), [text])


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ("3 million", "300万"),
        ("2.3 times", "2.3倍"),
        ("nearly 40%", "近四成"),
        ("fewer than 5%", "不到5%"),
        ("down 12%", "下降12%"),
        ("from 50% to 68%; 10 years", "十年里从50%升到68%"),
        ("policy 3.0", "政策3.0"),
    ],
)
def test_the_same_figure_is_found_in_the_other_language(claims: str, text: str) -> None:
    assert_same(split(claims), [text])


# --- figures that are easily mixed up, and all notes that have them ---

CONFUSABLE = {
    "2.3 times": {"chengdu-high-end-care"},
    "2.3 years": {"subsidies-keep-people-briefly"},
    "2.4 years": {"pension-fund-horizon"},
    "23%": {"return-flow"},
    "15 months": {"return-flow"},
    "15 cities": {"fifteen-new-first-tier-cities", "source-list-one-million"},
    "15 minutes": {"a-zhe-saves-half", "zhaotong-hospital-trip", "chengdu-fifteen-minute-circle"},
    "15%": {"campus-pay-premium"},
    "12:1": {"wuxi-dongguan-price-income"},
    "12%": {"liaoyuan-retail"},
    "12,000 yuan": {"shanghai-rent-and-commute"},
    "12 sets": {"keeping-talent-note"},
    "27%": {"qitaihe-over-sixty", "chengdu-fifteen-minute-circle"},
    "40%": {"born-after-2000-want-out", "dongguan-skilled-workers"},
    "41%": {"changsha-academicians"},
    "65%": {"wuxi-dongguan-price-income"},
    "64.4%": {"house-prices-first-reason"},
    "3 years": {"chengdu-rent-free-startups", "campus-pay-premium", "ten-million-left"},
    "5 years": {"hefei-five-year-retention", "suzhou-industry-fund", "zhengzhou-talent-plan"},
    "5 to 8 years": {"leading-talent-loss"},
    "78%": {"hefei-five-year-retention"},
    "3%": {"suzhou-industry-fund"},
    "500,000 people": {"zhengzhou-talent-plan"},
    "50,000 yuan": {"beijing-rent-and-savings", "hegang-cheap-flats"},
    "3 million": {"fuyang-outflow"},
    "300 pupils": {"anhui-village-school"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("figure", CONFUSABLE)
def test_a_confusable_figure_stands_in_its_own_notes_only(figure: str, language: Language) -> None:
    (key,) = figure_keys(figure)
    assert {note.id for note in NOTES if key in figure_keys(note.in_language(language))} == CONFUSABLE[figure]


# --- who said it, and how good that is ---

BULLETINS = (
    Grade.OFFICIAL_STATISTIC,
    "国家统计局和各省人口公报（笼统提及）",
    "National Bureau of Statistics and provincial",
)
DATA_EXAMPLE = (Grade.OFFICIAL_STATISTIC, "数据示例", "data example")
COMPARISON = (Grade.UNSOURCED, "没写是谁做的", "by nobody named")

ATTRIBUTED = {
    "house-prices-first-reason": (Grade.SURVEY, "中国青年报", "China Youth Daily"),
    "fifteen-new-first-tier-cities": (Grade.NAMED_REPORT, "2025年新一线城市榜单", "2025 new first-tier list"),
    "digital-talent-wants-out": (Grade.NAMED_REPORT, "拉勾招聘", "Lagou"),
    "born-after-2000-want-out": (Grade.NAMED_REPORT, "应是同一份拉勾招聘报告", "presumably the same Lagou report"),
    "return-flow": (
        Grade.NAMED_REPORT,
        "BOSS直聘研究院院长常濛",
        "Chang Meng, head of BOSS Zhipin's research institute",
    ),
    "source-list-one-million": (Grade.NAMED_REPORT, "第一财经（只有标题）", "Yicai (title only)"),
    "source-list-big-cities-recover": (Grade.NAMED_REPORT, "潮新闻（只有标题）", "Tide News (title only)"),
    "source-list-counties": (Grade.NAMED_REPORT, "上观（只有标题）", "Shanghai Observer (title only)"),
    "small-places-run-on-connections": (Grade.OPINION, "俗语", "a saying"),
    "a-zhe-saves-half": (Grade.CASE, "作者的熟人", "an acquaintance of the author"),
    "xiao-xia-old-street": (Grade.CASE, "作者的熟人", "an acquaintance of the author"),
    "three-kinds-of-losers": BULLETINS,
    "resource-depleted-cities": BULLETINS,
    "central-western-cities": BULLETINS,
    "shrinking-northern-cities": BULLETINS,
    "hegang-resident-population": DATA_EXAMPLE,
    "fuyang-outflow": DATA_EXAMPLE,
    "no-programmer-jobs-in-yumen": (Grade.CASE, "IT从业者", "an unnamed IT worker"),
    "shaoyang-schools": (Grade.CASE, "邵阳居民李某", "a Shaoyang resident, Li"),
    "zhaotong-hospital-trip": (Grade.CASE, "昭通某村民", "a Zhaotong villager"),
    "masters-flow-to-clusters": (Grade.NAMED_REPORT, "麦肯锡2023年人才流动报告", "2023 McKinsey report"),
    "wuxi-dongguan-price-income": (Grade.OFFICIAL_STATISTIC, "国家统计局", "National Bureau of Statistics"),
    "chengdu-high-end-care": (Grade.UNSOURCED, "某智库（没点名）", "an unnamed think tank"),
    "cluster-maturity-retention": (Grade.NAMED_REPORT, "波士顿咨询", "Boston Consulting Group"),
    "university-map": (Grade.NAMED_REPORT, "教育部", "Ministry of Education"),
    "subsidies-keep-people-briefly": COMPARISON,
    "hefei-five-year-retention": COMPARISON,
    "leading-talent-loss": (Grade.NAMED_REPORT, "深圳大学城市研究院的模型", "a model by Shenzhen University"),
    "tax-follows-talent": (Grade.NAMED_REPORT, "无锡市财政研究", "Wuxi municipal finance study"),
    "pension-fund-horizon": (
        Grade.NAMED_REPORT,
        "无锡市财政研究（应是同一出处）",
        "presumably the same Wuxi finance study",
    ),
    "campus-pay-premium": (Grade.NAMED_REPORT, "猎聘", "Liepin"),
    "dongguan-skilled-workers": (Grade.UNSOURCED, "东莞实践", "Dongguan's practice"),
}

# Stated by the articles without anybody's name: one person's or one place's story, or a bare claim.
CASES = frozenset(
    "zhang-xuefeng-suzhou li-han-zhengzhou yanshan-cafe guizhou-tavern anhui-village-school"
    " suzhou-seventeen-firms".split()
)
UNSOURCED = frozenset(
    "ten-million-left shanghai-rent-and-commute beijing-rent-and-savings wuhan-chengdu-rent-and-savings"
    " points-hukou-under-five-percent hundred-thousand-per-square-metre hefei-industries chengdu-services-share"
    " chengdu-rent-free-startups wuhan-settling-in-money hangzhou-startup-subsidies escape-word-since-2010"
    " henan-county-pay chongqing-wuhan-hukou qitaihe-over-sixty liaoyuan-retail hegang-cheap-flats fuxin-wind-power"
    " gejiu-digital-nomads hanzhong-visitors chengdu-meishan yancheng-medical-alliance handan-mianyang-digital-jobs"
    " changsha-academicians shenyang-machine-tool chengdu-fifteen-minute-circle hangzhou-culture-multiplier"
    " zhengzhou-talent-plan".split()
)


@pytest.mark.parametrize("id_", ATTRIBUTED)
def test_who_said_it(id_: str) -> None:
    grade, zh, en = ATTRIBUTED[id_]
    attribution = BY_ID[id_].attribution
    assert attribution is not None
    assert zh in attribution.zh
    assert en in attribution.en
    assert BY_ID[id_].grade is grade


def test_what_nobody_is_named_for_is_a_case_or_unsourced() -> None:
    assert {note.id for note in NOTES if note.attribution is None} == CASES | UNSOURCED
    assert {BY_ID[id_].grade for id_ in CASES} == {Grade.CASE}
    assert {BY_ID[id_].grade for id_ in UNSOURCED} == {Grade.UNSOURCED}


def test_all_the_rest_is_the_authors_opinion_or_our_own_word() -> None:
    rest = [note for note in NOTES if note.id not in {*ATTRIBUTED, *CASES, *UNSOURCED}]
    assert {note.grade for note in rest} == {Grade.OPINION}
    assert {(note.attribution.zh, note.attribution.en) for note in rest if note.attribution} == {
        ("作者", "the author"),
        ("作者的建议", "the author's proposal"),
        ("quliu 对文章的说明", "quliu's note on the article"),
    }


def test_what_is_not_mere_opinion_says_what_it_lacks() -> None:
    assert [note.id for note in NOTES if note.grade is not Grade.OPINION and note.weakness is None] == []


# --- the articles themselves ---


@needs_originals
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_notes_point_into_the_very_article(document: Document) -> None:
    raw = (ORIGINALS / document.source).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == document.sha256
    filled = [number for number, line in enumerate(raw.decode().split("\n"), start=1) if line.strip()]
    ordinal = {line: paragraph for paragraph, line in enumerate(filled, start=1)}
    placed = {(note.line, note.paragraph) for note in NOTES if note.document_id == document.id and note.line}
    assert placed == {(line, ordinal[line]) for line, _ in placed}


@pytest.mark.skipif(not COPIED.is_file() or not (ROOT / ".git").exists(), reason="the articles themselves are not here")
def test_no_sentence_of_the_articles_stands_here() -> None:
    found = subprocess.run([sys.executable, str(COPIED), str(ROOT)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "0 copied runs of 15 or more characters\n")
