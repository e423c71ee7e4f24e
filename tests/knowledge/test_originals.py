"""The articles that the notes report on, where somebody has them; nothing of their text stands here."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import build_index
from knowledge.boilerplate import Boilerplate
from knowledge.corpus import ARTICLES, load_notes
from knowledge.mapped import MappedText
from knowledge.originals import originals, quoted, uncovered
from knowledge.passage import Bilingual, Document, Passage
from knowledge.reading import Source, read_file
from knowledge.repair import repair
from knowledge.sources import load, read_document
from knowledge.store import Sources
from knowledge.structure import Structure, structure
from tests.conftest import HashEmbedder

DOCUMENTS = Path(__file__).parents[3] / "shared" / "documents"
ORIGINAL = Document(id="market", title=Bilingual(zh="集市", en="Market"), source="market.txt", sha256="0")

needs_documents = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the articles are not here")


def _note(id_: str, line: int, document_id: str = "market") -> Passage:
    return Passage(
        id=id_,
        document_id=document_id,
        document_title=ORIGINAL.title,
        language="zh",
        text="我们的话",
        source="market.txt",
        locator=f"line {line}",
        line=line,
    )


def _read(path: Path) -> tuple[Source, MappedText, Structure]:
    source = read_file(path)
    text = repair(source.content)
    return source, text, structure(source, text)


@pytest.fixture
def market(tmp_path: Path) -> tuple[Source, MappedText, Structure]:
    path = tmp_path / "market.txt"
    text = (
        "集市\n\n河边的集市(shì)很热闹。\n\n  1. 价钱\n    菜价很低。\n\n"
        "  2. 交通\n    车站就在\ufffd旁边。\n\n最后一段没有人写过笔记。\n"
    )
    path.write_text(text, "utf-8")
    return _read(path)


def test_a_note_shows_its_paragraph_to_the_letter(market: tuple[Source, MappedText, Structure]) -> None:
    notes = [_note("a", 3), _note("b", 6), _note("c", 9), _note("d", 99), _note("e", 3, "other")]
    found = quoted(notes, ORIGINAL, *market)
    assert [n.quote for n in found] == ["河边的集市(shì)很热闹。", "菜价很低。", "车站就在\ufffd旁边。", None, None]
    assert [n.damaged for n in found] == [False, False, True, False, False]
    source = market[0]
    for note in found[:3]:
        assert note.source == str(source.path)
        assert source.text[note.start : note.end] == note.quote
    assert found[3:] == tuple(notes[3:])


def test_what_no_note_covers_remains_with_what_introduces_it(market: tuple[Source, MappedText, Structure]) -> None:
    _, text, _ = market
    left = uncovered([_note("a", 3), _note("b", 6), _note("c", 3, "other")], ORIGINAL, *market)
    assert [text.text[p.start : p.end] for p in left.paragraphs] == [
        "集市",
        "交通",
        "车站就在旁边。",
        "最后一段没有人写过笔记。",
    ]


@needs_documents
def test_each_note_on_an_original_quotes_it(tmp_path: Path) -> None:
    with build_index([DOCUMENTS], tmp_path / "index", embedder=HashEmbedder()) as index:
        passages = tuple(index.passages.values())
        assert [p.id for p in passages] == [p.id for p in load_notes()[1]]
        documents = tuple(index.documents.values())
    texts = {str(path): path.read_bytes().decode() for path in DOCUMENTS.iterdir()}
    reporting = [p for p in passages if p.line is not None]
    assert len(reporting) == 97
    for note in reporting:
        assert note.quote
        assert texts[note.source][note.start : note.end] == note.quote
        assert texts[note.source].count("\n", 0, note.start) + 1 == note.line
    assert {p.id for p in passages if p.damaged} == {
        "escape-or-choice",
        "no-programmer-jobs-in-yumen",
        "zhaotong-hospital-trip",
        "leading-talent-loss",
        "tax-follows-talent",
        "pension-fund-horizon",
    }
    assert [d.title for d in documents[3:]] == [originals()[d.sha256 or ""].title for d in documents[3:]]


@needs_documents
def test_without_the_notes_an_original_is_split_like_any_document() -> None:
    documents, passages = load(Sources(notes=False, paths=(str(DOCUMENTS),)), pytest.fail)
    assert [d.note for d in documents] == [d.note for d in load_notes()[0]]
    assert len(ARTICLES) == len(documents)
    for passage in passages:
        text = Path(passage.source).read_bytes().decode()
        assert text[passage.start : passage.end] == passage.quote
        assert not set("(?\ufffd*") & set(passage.text) or "(" in passage.text or "?" in passage.text
    by_line = {(Path(p.source).name[:3], p.line): p for p in passages}
    for place, words in (
        (("001", 4), ("原因导致这些", "随着")),
        (("001", 27), ("找不到。”",)),
        (("001", 32), ("15分钟。”",)),
        (("001", 57), ("陕西",)),
        (("001", 61), ("(如眉山",)),
        (("002", 32), ("投资规模缩减约8000万元",)),
        (("002", 36), ("社保基金平衡年限缩短2.4年",)),
        (("002", 61), ("(最高2万元/人)",)),
        (("000", 25), ("常濛", "回笼漂")),
    ):
        assert all(word in by_line[place].text for word in words), place


@needs_documents
def test_headings_and_boilerplate_of_the_originals() -> None:
    found = [_read(path) for path in sorted(DOCUMENTS.iterdir())]
    lines = [[line.strip("“” ") for line in text.text.split("\n")] for _, text, _ in found]
    assert [parts.title for _, _, parts in found] == [None, lines[1][0], lines[2][24]]
    sections = [{p.line: p.section.zh for p in read_document(s.path)[1] if p.section} for s, _, _ in found]
    assert [sections[0][line] for line in (5, 18, 34)] == [lines[0][4][:15], lines[0][17][:18], lines[0][33][:12]]
    assert sections[1][6] == lines[1][18]
    assert sections[2][7] == lines[2][4]
    left_out = [
        {
            (kind, source.text.count("\n", 0, text.span(p.start, p.end)[0]) + 1)
            for p in parts.paragraphs
            if (kind := p.boilerplate)
        }
        for source, text, parts in found
    ]
    assert left_out[0] == {(Boilerplate.CAPTION, 20), *((Boilerplate.SOURCES, line) for line in range(42, 49))}
    assert left_out[1] == {(Boilerplate.WORD_COUNT, 78), *((Boilerplate.HIGHLIGHTS, line) for line in (81, 83, 84, 85))}
    assert left_out[2] == {(Boilerplate.REVISION_NOTES, line) for line in (73, *range(75, 82))}
