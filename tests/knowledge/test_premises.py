"""The false statements that the notes put right: what the file holds, read as plain YAML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from knowledge.corpus import load_notes
from knowledge.passage import LANGUAGES
from knowledge.script import language_of

TEXT = files("knowledge.corpus").joinpath("premises.yaml").read_text("utf-8")
PREMISES: list[dict[str, Any]] = yaml.safe_load(TEXT)["premises"]
NOTES = load_notes()[1]


def statements() -> Iterator[str]:
    for premise in PREMISES:
        for language in LANGUAGES:
            yield from premise[language]


def bare(text: str) -> str:
    """The letters and figures of a text, for comparison."""
    return re.sub(r"\W", "", text).casefold()


def test_a_premise_has_an_id_notes_and_both_languages_and_nothing_else() -> None:
    assert [p["id"] for p in PREMISES if set(p) != {"id", "notes", *LANGUAGES}] == []


def test_ids_are_unique_short_names() -> None:
    ids = [p["id"] for p in PREMISES]
    assert [id_ for id_, count in Counter(ids).items() if count > 1] == []
    assert [id_ for id_ in ids if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", id_)] == []


def test_up_to_three_known_notes_put_a_premise_right() -> None:
    known = {note.id for note in NOTES}
    assert {p["id"]: p["notes"] for p in PREMISES if not set(p["notes"]) <= known} == {}
    assert [p["id"] for p in PREMISES if not 1 <= len(p["notes"]) <= 3] == []
    assert [p["id"] for p in PREMISES if len(set(p["notes"])) != len(p["notes"])] == []


def test_the_premises_reach_all_three_articles() -> None:
    article = {note.id: note.document_id for note in NOTES}
    assert {article[p["notes"][0]] for p in PREMISES} == set(article.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_premise_is_stated_in_five_ways_in_each_language(language: str) -> None:
    assert {p["id"]: len(p[language]) for p in PREMISES if len(p[language]) != 5} == {}
    assert [said for p in PREMISES for said in p[language] if language_of(said) != language] == []


def test_a_statement_is_short_and_no_question() -> None:
    assert [said for said in statements() if not said or said != said.strip() or said[-1] in "?？。."] == []
    assert [said for p in PREMISES for said in p["zh"] if len(said) > 40] == []
    assert [said for p in PREMISES for said in p["en"] if len(said) > 130] == []


def test_no_statement_stands_twice() -> None:
    said = Counter(bare(text) for text in statements())
    assert [text for text, count in said.items() if count > 1] == []


def test_no_statement_is_what_a_note_says_or_is_asked() -> None:
    true = {bare(text) for note in NOTES for text in (note.text, note.text_en or "", *note.asks)}
    assert [text for text in statements() if bare(text) in true] == []
