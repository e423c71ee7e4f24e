"""The bundled notes: what a note file may hold, and that both languages of a note say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import corpus
from knowledge.corpus import ARTICLES, SCOPES, corpus_hash, load_notes, load_tensions, load_themes
from knowledge.errors import CorpusError
from knowledge.figures import figure_keys, numbered_names
from knowledge.passage import LANGUAGES, Bilingual, Caveat, Grade, Passage, Stance
from knowledge.places import find_groups, find_places, find_tiers, place
from knowledge.script import language_of
from knowledge.topics import topics

DOCUMENTS, NOTES = load_notes()
WRITTEN = [note for note in NOTES if note.paragraph]
TENSIONS = load_tensions()

# --- what a note file may hold ---

NOTE: dict[str, Any] = {
    "id": "tea-money",
    "paragraph": 1,
    "line": 2,
    "section": {"zh": "茶", "en": "Tea"},
    "zh": "昆明的茶农一年挣5万元。",
    "en": "Tea farmers in Kunming make 50,000 yuan a year.",
    "topics": ["pay"],
    "cities": ["昆明"],
    "scope": ["any"],
    "stance": "neutral",
    "grade": "survey",
    "attribution": {"zh": "茶叶协会", "en": "the tea association"},
    "asks": {"zh": ["茶农挣多少"], "en": ["what do tea farmers make"]},
}


def article(name: str, *notes: dict[str, Any]) -> dict[str, Any]:
    words = {"zh": "茶", "en": "Tea"}
    document = {"id": name, "source_file": f"{name}.txt", "sha256": "0" * 64}
    return {"document": document | {"title": words, "nature": words, "note": words}, "passages": list(notes)}


class Folder:
    """Note files of our own in place of the bundled ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ARTICLES:
            self.write(name, article(name, NOTE | {"id": f"tea-{name}"}))

    def write(self, name: str, content: object) -> None:
        (self.path / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def load(self) -> tuple[Passage, ...]:
        passages: tuple[Passage, ...] = load_notes.__wrapped__()[1]
        return passages


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(corpus, "files", lambda _package: tmp_path)
    return Folder(tmp_path)


def test_a_valid_note_becomes_a_passage(folder: Folder) -> None:
    assert [passage.id for passage in folder.load()] == [
        id_ for name in ARTICLES for id_ in (f"tea-{name}", f"{name}-note")
    ]
    assert folder.load()[0] == Passage(
        id="tea-leaving-the-big-four",
        document_id="leaving-the-big-four",
        document_title=Bilingual(zh="茶", en="Tea"),
        language="zh",
        text="昆明的茶农一年挣5万元。",
        text_en="Tea farmers in Kunming make 50,000 yuan a year.",
        source="leaving-the-big-four.txt",
        locator="¶1, line 2",
        section=Bilingual(zh="茶", en="Tea"),
        paragraph=1,
        line=2,
        topics=("pay",),
        cities=("昆明",),
        scope=("any",),
        stance=Stance.NEUTRAL,
        grade=Grade.SURVEY,
        attribution=Bilingual(zh="茶叶协会", en="the tea association"),
        asks=("茶农挣多少", "what do tea farmers make"),
    )


def test_what_is_said_of_a_whole_article_is_a_passage_too(folder: Folder) -> None:
    about = folder.load()[1]
    assert (about.id, about.text, about.text_en, about.grade, about.caveat, about.topics) == (
        "leaving-the-big-four-note", "茶", "Tea", Grade.OPINION, Caveat.DOCUMENT_RELIABILITY, ("document_reliability",)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "cause"),
    [
        ({"colour": "green"}, "passages.0.colour", "Extra inputs are not permitted"),
        ({"grade": "rumour"}, "passages.0.grade", "Input should be 'survey'"),
        ({"stance": "maybe"}, "passages.0.stance", "Input should be 'leave', 'stay' or 'neutral'"),
        ({"caveat": "weather"}, "passages.0.caveat", "Input should be 'relationship_networks'"),
        ({"speaks_to": "dog"}, "passages.0.speaks_to", "Input should be 'person' or 'city'"),
        ({"en": None}, "passages.0.en", "Input should be a valid string"),
        ({"attribution": {"zh": "茶叶协会"}}, "passages.0.attribution.en", "Field required"),
        ({"section": {"zh": "茶", "en": "Tea", "fr": "Thé"}}, "passages.0.section.fr", "Extra inputs"),
        ({"asks": {"zh": ["茶农挣多少"]}}, "passages.0.asks.en", "Field required"),
        ({"line": "two"}, "passages.0.line", "Input should be a valid integer"),
    ],
)
def test_a_note_that_is_not_as_the_schema_wants_it_is_rejected(
    folder: Folder, change: dict[str, Any], where: str, cause: str
) -> None:
    folder.write("keeping-talent", article("keeping-talent", NOTE | change))
    with pytest.raises(CorpusError) as caught:
        folder.load()
    message = str(caught.value)
    assert message.startswith(
        f"corpus/keeping-talent.yaml is not a valid notes file: 1 validation error for _Article {where} "
    )
    assert cause in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "field", ["id", "paragraph", "line", "section", "zh", "en", "topics", "scope", "stance", "grade"]
)
def test_a_note_lacks_nothing(folder: Folder, field: str) -> None:
    note = {name: value for name, value in NOTE.items() if name != field}
    folder.write("keeping-talent", article("keeping-talent", note))
    with pytest.raises(CorpusError, match=rf"corpus/keeping-talent\.yaml .* passages\.0\.{field} +Field required"):
        folder.load()


def test_an_article_lacks_nothing(folder: Folder) -> None:
    content = article("keeping-talent", NOTE)
    del content["document"]["sha256"]
    folder.write("keeping-talent", content)
    with pytest.raises(CorpusError, match=r"corpus/keeping-talent\.yaml .* document\.sha256 +Field required"):
        folder.load()


def test_a_file_that_is_no_yaml_is_named(folder: Folder) -> None:
    (folder.path / "keeping-talent.yaml").write_text("passages: [", "utf-8")
    with pytest.raises(CorpusError, match=r"\Acorpus/keeping-talent\.yaml is not a valid notes file: [^\n]+\Z"):
        folder.load()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"topics": ["tea"]}, "corpus: note 'tea-money' has the unknown topic 'tea'; correct it"),
        ({"scope": ["village"]}, "corpus: note 'tea-money' has the unknown scope 'village'; correct it"),
        ({"speaks_for": ["大理"]}, "corpus: note 'tea-money' has the unknown city to speak for '大理'; correct it"),
        ({"id": "tea-leaving-the-big-four"}, "corpus: two notes are called 'tea-leaving-the-big-four'; rename one"),
    ],
)
def test_a_name_that_leads_nowhere_is_rejected_with_its_fix(
    folder: Folder, change: dict[str, Any], message: str
) -> None:
    folder.write("keeping-talent", article("keeping-talent", NOTE | change))
    with pytest.raises(CorpusError) as caught:
        folder.load()
    assert str(caught.value) == message


@pytest.mark.parametrize("side", [0, 1])
def test_a_tension_with_an_unknown_note_is_rejected(folder: Folder, side: int) -> None:
    tension = {"id": "tea", "sides": [["return-flow"], ["offers-sincere"]], "zh": "茶", "en": "Tea", "topics": []}
    folder.write("tensions", {"tensions": [tension]})
    assert [found.id for found in load_tensions.__wrapped__()] == ["tea"]
    wrong = deepcopy(tension)
    wrong["sides"][side] = ["no-such-note"]  # type: ignore[index]
    folder.write("tensions", {"tensions": [wrong]})
    with pytest.raises(CorpusError) as caught:
        load_tensions.__wrapped__()
    assert str(caught.value) == "corpus/tensions.yaml: tea names the unknown note 'no-such-note'; correct the id"


def test_a_theme_with_an_unknown_note_is_rejected(folder: Folder) -> None:
    theme = {"id": "tea", "notes": ["return-flow", "no-such-note"], "asks": {"zh": [], "en": []}}
    folder.write("themes", {"themes": [theme]})
    with pytest.raises(CorpusError) as caught:
        load_themes.__wrapped__()
    assert str(caught.value) == "corpus/themes.yaml: tea names the unknown note 'no-such-note'; correct the id"


@pytest.mark.parametrize("load", [load_tensions, load_themes])
def test_an_unknown_field_of_a_tension_or_theme_is_rejected(folder: Folder, load: Any) -> None:
    name = load.__name__.removeprefix("load_")
    folder.write(name, {name: [], "colour": "green"})
    with pytest.raises(CorpusError, match=rf"\Acorpus/{name}\.yaml .* colour +Extra inputs are not permitted"):
        load.__wrapped__()


def test_the_hash_changes_with_the_notes(folder: Folder) -> None:
    before = corpus_hash.__wrapped__()
    assert re.fullmatch(r"[0-9a-f]{64}", before)
    assert corpus_hash.__wrapped__() == before
    folder.write("keeping-talent", article("keeping-talent", NOTE | {"zh": "昆明的茶农一年挣6万元。"}))
    assert corpus_hash.__wrapped__() != before


# --- the bundled files ---


def test_articles_and_notes() -> None:
    assert tuple(document.id for document in DOCUMENTS) == ARTICLES
    assert Counter(note.document_id for note in WRITTEN) == {
        "leaving-the-big-four": 46, "cities-that-lose-people": 24, "keeping-talent": 27
    }  # fmt: skip


def test_ids_are_unique() -> None:
    for ids in ([note.id for note in NOTES], [t.id for t in TENSIONS], [t.id for t in load_themes()]):
        assert [id_ for id_, count in Counter(ids).items() if count > 1] == []


def test_ids_are_short_names() -> None:
    assert [n.id for n in NOTES if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", n.id)] == []


def test_notes_stand_in_reading_order() -> None:
    for document in DOCUMENTS:
        lines = [(note.line, note.paragraph) for note in WRITTEN if note.document_id == document.id]
        assert lines == sorted(lines)


def test_people_ask_for_each_note_in_six_ways_in_each_language() -> None:
    wrong = {n.id: [language_of(ask) for ask in n.asks] for n in WRITTEN if len(n.asks) != 12}
    assert wrong == {}
    assert [ask for n in WRITTEN for ask in n.asks[:6] if language_of(ask) != "zh"] == []
    assert [ask for n in WRITTEN for ask in n.asks[6:] if language_of(ask) != "en"] == []


def test_no_two_notes_are_asked_for_in_the_same_way() -> None:
    asked = Counter(re.sub(r"\W", "", ask).casefold() for note in NOTES for ask in note.asks)
    assert [ask for ask, count in asked.items() if count > 1] == []


def test_every_topic_is_used() -> None:
    assert {topic for note in NOTES for topic in note.topics} == set(topics())


def test_every_scope_grade_stance_and_caveat_is_used() -> None:
    assert {scope for note in NOTES for scope in note.scope} == SCOPES
    assert {note.grade for note in NOTES} == set(Grade)
    assert {note.stance for note in NOTES} == set(Stance)
    assert {note.caveat for note in NOTES if note.caveat} == set(Caveat)


def test_tensions_and_themes_speak_of_known_topics_and_places() -> None:
    assert [t.id for t in TENSIONS if not set(t.topics) <= set(topics())] == []
    assert [t.id for t in TENSIONS if not t.topics] == []
    assert [t.id for t in TENSIONS if any(place(city) is None for city in t.cities)] == []
    known = {note.id for note in NOTES}
    assert [t.id for t in TENSIONS if not {*t.sides[0], *t.sides[1]} <= known] == []
    assert [t.id for t in load_themes() if not t.notes or not set(t.notes) <= known] == []


def test_both_sides_of_a_tension_are_marked_once_in_each_language() -> None:
    for tension in TENSIONS:
        assert re.findall(r"\{.*?\}", tension.zh) == ["{0}", "{1}"], tension.id
        assert re.findall(r"\{.*?\}", tension.en) == ["{0}", "{1}"], tension.id
        assert not set(tension.sides[0]) & set(tension.sides[1]), tension.id


def test_a_place_of_a_tension_is_one_of_its_notes() -> None:
    by_id = {note.id: note for note in NOTES}
    for tension in TENSIONS:
        for city in tension.cities:
            for side in tension.sides:
                assert any(city in by_id[id_].cities for id_ in side), (tension.id, city)


# --- both languages say the same ---

# Names of newspapers hold names of cities.
NOT_PLACES = {"Shanghai Observer": "上观"}


def bilingual() -> Iterator[tuple[str, str, str]]:
    """Every pair of texts that is shown, by a name for it."""
    for document in DOCUMENTS:
        for field in ("title", "nature", "note"):
            words = getattr(document, field)
            yield f"{document.id}.{field}", words.zh, words.en
    for note in NOTES:
        yield note.id, note.text, note.text_en or ""
        for field in ("section", "attribution", "weakness", "editor_note"):
            if words := getattr(note, field):
                yield f"{note.id}.{field}", words.zh, words.en
    for tension in TENSIONS:
        zh, en = (re.sub(r" ?\{\d\}", "", text) for text in (tension.zh, tension.en))
        yield f"tension.{tension.id}", zh, en


PAIRS = list(bilingual())


def named(text: str) -> set[str]:
    """The ids of the places in a text, those of 北上广 and the like spelt out, while 一线城市 names none."""
    for name, other in NOT_PLACES.items():
        text = text.replace(name, other)
    kinds = {(tier.start, tier.end) for tier in find_tiers(text)}
    groups = [group for group in find_groups(text) if (group.start, group.end) not in kinds]
    return {mention.place.id for mention in find_places(text)} | {id_ for group in groups for id_ in group.members}


def test_both_languages_have_words() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    # The two terms that English keeps, since no word of its own says the same.
    terms = re.compile(r"关系社会|回笼漂")
    assert [name for name, zh, en in PAIRS if zh != zh.strip() or en != en.strip()] == []
    assert [name for name, zh, _ in PAIRS if not han.search(zh)] == []
    assert [name for name, _, en in PAIRS if not en or han.search(terms.sub("", en))] == []


def test_both_languages_have_the_same_figures() -> None:
    assert [name for name, zh, en in PAIRS if figure_keys(zh) != figure_keys(en)] == []
    assert [name for name, zh, en in PAIRS if Counter(numbered_names(zh)) != Counter(numbered_names(en))] == []


def test_both_languages_name_the_same_places() -> None:
    assert [(name, named(zh) ^ named(en)) for name, zh, en in PAIRS if named(zh) != named(en)] == []


def test_what_counts_as_naming_a_place() -> None:
    assert named("离开北上广，回成都") == named("from Beijing, Shanghai and Guangzhou to Chengdu")
    assert named("离开北上广深") == named("leaving the big four cities") == {"北京", "上海", "广州", "深圳"}
    assert named("一线城市、县城") == named("first-tier cities and counties") == set()
    assert named("上观问") == named("Shanghai Observer asks") == set()


@pytest.mark.parametrize(
    ("zh", "en", "same"),
    [
        ("1.2万元", "12,000 yuan", True),
        ("1.2万元", "1,200 yuan", False),
        ("8000万", "80 million", True),
        ("8000万", "8 million", False),
        ("300万人", "3 million people", True),
        ("2.3倍", "2.3 times", True),
        ("2.3倍", "2.3 years", False),
        ("2.3年", "2.3 years", True),
        ("十年", "ten years", True),
        ("十年", "10 months", False),
        ("七成", "70%", True),
        ("一半", "half", True),
        ("近四成", "14%", False),
    ],
)
def test_what_counts_as_the_same_figure(zh: str, en: str, same: bool) -> None:
    assert (figure_keys(zh) == figure_keys(en)) is same


def test_the_places_of_a_note_are_those_it_names() -> None:
    assert {city for note in WRITTEN for city in note.cities if place(city) is None} == set()
    assert [note.id for note in WRITTEN if len(set(note.cities)) != len(note.cities)] == []
    for language in LANGUAGES:
        wrong = {note.id: named(note.in_language(language)) ^ set(note.cities) for note in WRITTEN}
        assert {id_: names for id_, names in wrong.items() if names} == {}


def test_a_note_is_short_and_ends() -> None:
    assert [note.id for note in WRITTEN if not note.text.endswith(("。", "？")) or len(note.text) > 100] == []
    english = {note.id: note.text_en or "" for note in WRITTEN}
    assert [id_ for id_, text in english.items() if not text.endswith(".") or len(text) > 300] == []
