"""Every sentence the bot says: the same in both languages, and one for everything the code may want to say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.naming import topic_name
from bot.turn import CaveatDue, Evidence, Intent, Move, Notice, Reach, Request, Section
from bot.weigh import Corpus, weigh
from bot.write.template import TemplateWriter
from knowledge.corpus import load_notes, load_tensions
from knowledge.passage import LANGUAGES, Caveat, Grade, Language
from knowledge.topics import topics
from prompts import load

ROOT = Path(__file__).parents[1]
NAMES = sorted({path.name.split(".")[0] for path in (ROOT / "prompts").glob("*.yaml")})

DOCUMENTS, NOTES = load_notes()
CORPUS = Corpus(passages={note.id: note for note in NOTES}, tensions=load_tensions())


def leaves(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The sentences of a prompt file, each by the keys that lead to it."""
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from leaves(child, f"{path}.{key}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from leaves(child, f"{path}.{number}")
    else:
        yield path.removeprefix("."), node


def placeholders(text: object) -> set[str]:
    """What is filled into a sentence: {place}, and [0] for citations."""
    return set(re.findall(r"\{\w*\}|\[\d\]", str(text)))


def words(language: Language) -> Mapping[str, Any]:
    return load("answer", language)


# --- both languages ---


def test_every_file_is_there_in_both_languages() -> None:
    files = {path.name for path in (ROOT / "prompts").glob("*.yaml")}
    assert files == {f"{name}.{language}.yaml" for name, language in product(NAMES, LANGUAGES)}
    assert {"answer", "web"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_keys(name: str) -> None:
    zh, en = (dict(leaves(load(name, language))) for language in LANGUAGES)
    assert list(zh) == list(en)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_fill_in_the_same(name: str) -> None:
    zh, en = (dict(leaves(load(name, language))) for language in LANGUAGES)
    assert {key: (zh[key], en[key]) for key in zh if placeholders(zh[key]) != placeholders(en[key])} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_has_words_in_its_language(name: str) -> None:
    zh, en = (dict(leaves(load(name, language))) for language in LANGUAGES)
    empty = [key for key in zh if (zh[key] is None) != (en[key] is None) or zh[key] == "" or en[key] == ""]
    assert empty == []
    # Said in the other language on purpose: how to switch to it, and that both are understood.
    other = {"evidence.other_language", "notice.other_language", "page.title", "about_bot"}
    assert [key for key, text in en.items() if re.search(r"[\u4e00-\u9fff]", str(text)) and key not in other] == []
    # Points are the answer itself and have no heading; a title is a name.
    same = {key for key in zh if zh[key] == en[key] and re.search(r"[A-Za-z]{2}", re.sub(r"\{\w*\}", "", str(zh[key])))}
    assert same == {"headings.points", "headings.correction", "documents.title"} & set(zh)


def test_placeholders_are_read() -> None:
    assert placeholders("说到{pro}，偏向搬[0]；{place}") == {"{pro}", "[0]", "{place}"}
    assert placeholders(None) == set()


# --- a word for everything ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_caveat_has_a_name(language: Language) -> None:
    assert words(language)["caveats"].keys() == {str(caveat) for caveat in Caveat}
    assert len(set(words(language)["caveats"].values())) == len(Caveat)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grade_has_a_name_and_a_meaning(language: Language) -> None:
    grades = [str(grade) for grade in Grade]
    assert list(words(language)["grades"]) == grades
    shown = load("web", language)["grades"]
    assert list(shown) == grades
    assert {tuple(entry) for entry in shown.values()} == {("name", "meaning")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_has_a_heading(language: Language) -> None:
    headings = words(language)["headings"]
    assert headings.keys() == {*(str(section) for section in Section), "ask_next", "own_figures"}
    # Points are the answer itself and need none; nor does what puts a question right.
    bare = [section for section, heading in headings.items() if not heading]
    assert bare == [str(Section.CORRECTION), str(Section.POINTS)]
    for special in ("headings_overview", "headings_for", "headings_against"):
        assert words(language)[special].keys() <= headings.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_and_every_intent_without_evidence_has_words(language: Language) -> None:
    assert words(language)["notice"].keys() == {str(notice) for notice in Notice}
    for intent in Intent:
        request = Request(text="?", language=language, intent=intent)
        if not request.needs_evidence and intent is not Intent.UNREADABLE:
            assert words(language)[str(intent)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reach_of_a_caveat_that_has_one_has_words(language: Language) -> None:
    reaches = dict(words(language)["reach"])
    anything = reaches.pop("any")
    assert anything.keys() == {str(Reach.INFERRED), str(Reach.ELSEWHERE)}
    assert all(placeholders(form) == {"{place}"} for form in anything.values())
    assert reaches.keys() <= {str(caveat) for caveat in Caveat}
    for reach in reaches.values():
        assert reach.keys() - {str(Reach.ELSEWHERE)} == {str(Reach.INFERRED), str(Reach.GENERAL), "reversed"}
        assert placeholders(reach[str(Reach.INFERRED)]) == {"{place}"}


def constants(name: str) -> set[str]:
    """The subjects that ``bot`` writes out in full where it makes a silence; f-strings start with what stands here."""
    found: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                for value in (keyword.value for keyword in node.keywords if keyword.arg == "subject"):
                    if isinstance(value, ast.JoinedStr):
                        value = value.values[0]  # noqa: PLW2901
                    if isinstance(value, ast.Constant):
                        found.add(str(value.value))
    return found


# What people tell of themselves, so that something else is asked next.
_TOLD = ("pay", "relationship_networks", "family", "hukou")


def decisions() -> Iterator[Request]:
    """Decisions about each topic and of each kind, to places that the notes know and do not know."""
    about = product(((topic,) for topic in topics()), (("成都",), ("拉萨",)), (None,))
    told = product((_TOLD[:count] for count in range(len(_TOLD) + 1)), ((), ("成都",), ("拉萨",)), (None, *Move))
    for subjects, to, move in (*about, *told):
        yield Request(
            text="?",
            language="zh",
            intent=Intent.DECISION,
            origin="上海",
            destinations=to,
            places=("上海", *to),
            topics=subjects,
            move=move,
        )


@pytest.fixture(scope="module")
def weighed() -> list[Evidence]:
    return [weigh(request, [], None, CORPUS) for request in decisions()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_silence_has_words(language: Language, weighed: list[Evidence]) -> None:
    subjects = {silence.subject for evidence in weighed for silence in evidence.silences}
    subjects |= {subject for subject in constants("Silence") if subject != "topic:"}
    subjects |= {f"topic:{topic}" for topic in topics()}
    assert {"nothing", "unknown_place", "pay", "rent", "returns", "medical", "hukou"} <= subjects
    forms = words(language)["silence"]
    for subject in subjects:
        kind, _, topic = subject.partition(":")
        form = forms["place_topic"] if topic else forms["items"].get(kind) or forms[kind]
        allowed = (
            {"{what}"} if kind in ("unsaid", "unknown_source") else {"{place}", "{topic}"} if topic else {"{place}"}
        )
        assert placeholders(form) <= allowed
        assert not topic or topic_name(topic, language)


def test_no_words_for_a_silence_are_left_over(weighed: list[Evidence]) -> None:
    subjects = {silence.subject for evidence in weighed for silence in evidence.silences} | constants("Silence")
    silence = words("zh")["silence"]
    for items in (form for form in silence.values() if isinstance(form, Mapping)):
        assert items.keys() == silence["items"].keys()
        assert items.keys() <= subjects
    forms = {key for key, form in silence.items() if isinstance(form, str)}
    assert forms - {"lead", "join", "decision", "some_place", "place_topic"} <= subjects


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_next_question_has_words(language: Language, weighed: list[Evidence]) -> None:
    unknown = {evidence.unknown for evidence in weighed}
    assert unknown <= words(language)["ask_next"].keys()
    assert {"destination", "offer", "connections", "family", "savings", "hukou", "why_back"} == unknown
    for form in words(language)["ask_next"].values():
        assert form.keys() - {"anyway"} == {"question", "why"}
        assert form["question"].endswith(("？", "?"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Caveat)
def test_every_caveat_of_a_decision_can_be_written(kind: Caveat, language: Language) -> None:
    carriers = tuple(note for note in NOTES if note.caveat is kind)[:1]
    request = Request(text="?", language=language, intent=Intent.DECISION, destinations=("大理",))
    for reach in Reach:
        due = CaveatDue(kind=kind, passages=carriers, reach=reach, place="大理")
        *_, draft = TemplateWriter().write(request, Evidence(caveats=(due,)))
        assert (draft.kind, draft.section, draft.passage_ids) == (kind, Section.CAVEATS, (carriers[0].id,))
        assert placeholders(f"{draft.text}{draft.weakness}") == set()
