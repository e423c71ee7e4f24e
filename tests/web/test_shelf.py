"""Documents that are added on the page and taken off again, with a real index and a real advisor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.advisor import Advisor
from bot.settings import Settings
from bot.turn import Answer
from bot.web.documents import said
from bot.web.patient import PatientEmbedder
from bot.web.shelf import RefusedError, Shelf
from knowledge import build_index
from knowledge.embed import Vectors
from tests.conftest import HashEmbedder

NOTE = "The lighthouse keeper of Port Alder earned 4,321 crowns in a bad year.\n"


@pytest.fixture
def advisor(tmp_path: Path) -> Iterator[Advisor]:
    settings = Settings(data_dir=tmp_path / "data", uploads="auto", max_upload_mb=1, max_uploads=3)
    mine = tmp_path / "mine.txt"
    mine.write_text("A sentence of a file that was indexed before.\n", "utf-8")
    index = build_index([mine], settings.index_dir, notes=False, embedder=HashEmbedder())
    with Advisor(index, settings) as opened:
        yield opened


@pytest.fixture
def shelf(advisor: Advisor) -> Shelf:
    return Shelf(advisor)


def put(shelf: Shelf, name: str, *chunks: bytes) -> None:
    async def content() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    asyncio.run(shelf.receive(name, content()))


def refused(shelf: Shelf, name: str, *chunks: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        put(shelf, name, *chunks)
    return said(caught.value.line, "en")


def settle(shelf: Shelf) -> list[str]:
    """Index, and give the lines about what went wrong."""
    shelf.start()
    *_, work = shelf.follow()
    return [said(line, "en") for line in work.lines]


def sources(shelf: Shelf) -> list[str]:
    return sorted(Path(document.source).name for document in shelf.index.documents.values())


def test_a_file_is_indexed_beside_the_others_and_removed_again(shelf: Shelf, advisor: Advisor) -> None:
    before = advisor.ask("How much does a lighthouse keeper earn?", "t1")
    put(shelf, "harbour.txt", NOTE.encode()[:10], NOTE.encode()[10:])
    assert sources(shelf) == ["mine.txt"]
    assert settle(shelf) == []
    assert sources(shelf) == ["harbour.txt", "mine.txt"]
    assert [path.name for path in shelf.folder.iterdir()] == ["harbour.txt"]
    assert advisor.index.search("lighthouse keeper", k=1)[0].passage.quote == NOTE.strip()
    advisor.ask("What does a lighthouse keeper earn?", "t1")
    assert advisor.history("t1")[0] == before
    assert len(advisor.history("t1")) == 2
    document = next(one for one in advisor.index.documents.values() if shelf.holds(one))
    shelf.remove(document)
    assert settle(shelf) == []
    assert sources(shelf) == ["mine.txt"]
    assert [*shelf.folder.iterdir()] == []
    assert len(advisor.ask("And why?", "t1").text) > 0


def test_only_what_was_added_here_can_be_removed(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        shelf.remove(next(iter(shelf.index.documents.values())))
    assert said(caught.value.line, "en") == ("mine.txt was not added on this page; leave it out with `quliu index`.")
    assert (tmp_path / "mine.txt").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\notes.MD", "notes.md"),
        ("a\x00b\u202e\n.txt", "ab.txt"),
        ("..txt", "document.txt"),
        ("~$draft.docx", "draft.docx"),
        ("._ghost.md", "_ghost.md"),
        ('<b>"x"|y?.html', "_b__x__y_.html"),
        ("CON.txt", "_CON.txt"),
        ("城" * 100 + ".txt", "城" * 40 + ".txt"),
        ("合肥 笔记.txt", "合肥 笔记.txt"),
    ],
)
def test_a_file_has_a_safe_name(shelf: Shelf, name: str, kept: str) -> None:
    put(shelf, name, b"x")
    assert [path.name for path in shelf.folder.iterdir()] == [f"{kept}.arrived"]


def test_what_is_not_taken_leaves_nothing_behind(shelf: Shelf) -> None:
    assert refused(shelf, "empty.txt") == "empty.txt is empty."
    endings = ".txt, .md, .markdown, .html, .htm, .pdf, .docx"
    assert refused(shelf, "a.exe", b"x") == f"a.exe is of no kind that can be read; give {endings}."
    assert refused(shelf, "txt", b"x") == f"txt is of no kind that can be read; give {endings}."
    assert refused(shelf, "big.txt", *[b"x" * 500_000] * 3) == "big.txt is larger than 1 MB."
    assert [*shelf.folder.iterdir()] == []


def test_the_same_again_is_refused_and_another_of_that_name_has_a_number(shelf: Shelf) -> None:
    put(shelf, "a.txt", b"one")
    assert refused(shelf, "b.txt", b"one") == "b.txt is there already, with the same content."
    put(shelf, "A.txt", b"two")
    assert settle(shelf) == []
    assert refused(shelf, "c.txt", b"two") == "c.txt is there already, with the same content."
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["A-2.txt", "a.txt"]


def test_there_may_be_so_many_and_no_more(shelf: Shelf) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        put(shelf, name, name.encode())
    assert refused(shelf, "d.txt", b"d") == "d.txt is not added: there are 3 files already; remove one first."


def test_a_file_that_cannot_be_read_is_told_and_not_kept(shelf: Shelf) -> None:
    put(shelf, "good.txt", NOTE.encode())
    put(shelf, "blank.txt", b" \n \n")
    lines = settle(shelf)
    assert [line.split()[0] for line in lines] == ["blank.txt"]
    assert sources(shelf) == ["good.txt", "mine.txt"]
    assert [path.name for path in shelf.folder.iterdir()] == ["good.txt"]


def test_where_indexing_fails_all_stays_as_it_was(shelf: Shelf, advisor: Advisor, tmp_path: Path) -> None:
    put(shelf, "harbour.txt", NOTE.encode())
    settle(shelf)
    index = advisor.index
    document = next(one for one in index.documents.values() if shelf.holds(one))
    pointer = advisor.settings.index_dir / "quliu-index.json"
    pointer.rename(tmp_path / "pointer")
    pointer.mkdir()
    shelf.remove(document)
    put(shelf, "more.txt", b"More of it.")
    (line,) = settle(shelf)
    assert line.startswith("Nothing was changed. ")
    assert advisor.index is index
    assert [path.name for path in shelf.folder.iterdir()] == ["harbour.txt"]
    assert advisor.index.search("lighthouse", k=1)


def test_what_a_process_left_half_done_is_cleared(shelf: Shelf) -> None:
    shelf.folder.mkdir(parents=True)
    for name in ("a.txt.arriving", "b.txt.arrived", "c.txt.leaving"):
        (shelf.folder / name).write_bytes(b"left")
    put(shelf, "d.txt", b"new")
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["c.txt", "d.txt.arrived"]


def test_a_turn_that_has_begun_keeps_its_index_to_its_end(shelf: Shelf, advisor: Advisor) -> None:
    def opened() -> int:
        return len([*advisor.settings.index_dir.glob("version-*/reader-*.lock")])

    put(shelf, "harbour.txt", NOTE.encode())
    settle(shelf)
    former = advisor.index
    begun = advisor.stream("How much does a lighthouse keeper earn in Port Alder?")
    first = next(begun)
    shelf.remove(next(one for one in former.documents.values() if shelf.holds(one)))
    settle(shelf)
    assert advisor.index is not former
    assert opened() == 2
    *_, answer = [first, *begun]
    assert isinstance(answer, Answer)
    assert "harbour.txt" in [Path(citation.source).name for citation in answer.citations]
    assert opened() == 1


class Counting(HashEmbedder):
    """Notes how many texts it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(len(texts))
        return super().embed_passages(texts)


def test_background_work_gives_way_after_a_few_texts() -> None:
    counting = Counting()
    texts = [f"text {number}" for number in range(5)]
    vectors = PatientEmbedder(counting).embed_passages(texts)
    assert counting.batches == [2, 2, 1]
    assert np.array_equal(vectors, HashEmbedder().embed_passages(texts))
