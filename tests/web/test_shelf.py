"""Documents that are added on the page and taken off again, with a real index and a real advisor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from bot.advisor import Advisor
from bot.settings import Settings
from bot.turn import Answer
from bot.web import shelf as shelf_module
from bot.web.patient import PatientEmbedder
from bot.web.shelf import RefusedError, Shelf, Work
from bot.web.status import said
from knowledge import build_index
from knowledge.embed import Vectors
from knowledge.index import Index
from knowledge.passage import Document, Problem
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


def outcomes(shelf: Shelf) -> list[tuple[str, str, bool]]:
    """What was done with which document, and whether it is there now."""
    return [(one.done, one.title.en, one.id in shelf.index.documents) for one in shelf.work.outcomes]


def texts(shelf: Shelf) -> list[str]:
    return sorted(passage.text for passage in shelf.index.passages.values())


def held(shelf: Shelf, name: str) -> Document:
    return next(one for one in shelf.index.documents.values() if Path(one.source).name == name)


def sources(shelf: Shelf) -> list[str]:
    return sorted(Path(document.source).name for document in shelf.index.documents.values())


def test_a_file_is_indexed_beside_the_others_and_removed_again(shelf: Shelf, advisor: Advisor) -> None:
    before = advisor.ask("How much does a lighthouse keeper earn?", "t1")
    put(shelf, "harbour.txt", NOTE.encode()[:10], NOTE.encode()[10:])
    assert sources(shelf) == ["mine.txt"]
    assert settle(shelf) == []
    assert sources(shelf) == ["harbour.txt", "mine.txt"]
    assert outcomes(shelf) == [("added", "harbour", True)]
    assert [path.name for path in shelf.folder.iterdir()] == ["harbour.txt"]
    assert advisor.index.search("lighthouse keeper", k=1)[0].passage.quote == NOTE.strip()
    advisor.ask("What does a lighthouse keeper earn?", "t1")
    assert advisor.history("t1")[0] == before
    assert len(advisor.history("t1")) == 2
    shelf.remove(held(shelf, "harbour.txt"))
    assert settle(shelf) == []
    assert outcomes(shelf) == [("removed", "harbour", False)]
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
        ("~$draft.md", "draft.md"),
        ("._ghost.md", "_ghost.md"),
        ('<b>"x"|y?.html', "＜b＞＂x＂｜y？.html"),
        ("CON.txt", "_CON.txt"),
        ("城" * 100 + ".txt", "城" * 37 + "-49cfd9af.txt"),
        ("城" * 99 + "市.txt", "城" * 37 + "-d47a363f.txt"),
        ("合肥 笔记.txt", "合肥 笔记.txt"),
    ],
)
def test_a_file_has_a_safe_name(shelf: Shelf, name: str, kept: str) -> None:
    put(shelf, name, b"A line of text for this file.")
    assert [path.suffix for path in shelf.folder.iterdir()] == [".arriving"]
    assert settle(shelf) == []
    assert [path.name for path in shelf.folder.iterdir()] == [kept]


def test_what_is_not_taken_leaves_nothing_behind(shelf: Shelf) -> None:
    assert refused(shelf, "empty.txt") == "empty.txt is not added: it is empty."
    endings = ".txt, .md, .markdown, .html, .htm, .pdf, .docx"
    assert refused(shelf, "a.exe", b"x") == f"a.exe is of no kind that can be read; give {endings}."
    assert refused(shelf, "txt", b"x") == f"txt is of no kind that can be read; give {endings}."
    assert refused(shelf, "big.txt", *[b"x" * 500_000] * 3) == "big.txt is larger than 1 MB."
    assert [*shelf.folder.iterdir()] == []


def test_the_same_again_is_refused_also_under_another_name(shelf: Shelf) -> None:
    put(shelf, "a.txt", NOTE.encode())
    assert refused(shelf, "b.txt", NOTE.encode()) == "b.txt is there already, with the same content, as a.txt."
    assert settle(shelf) == []
    assert refused(shelf, "A.txt", NOTE.encode()) == "A.txt is there already, with the same content."
    assert [path.name for path in shelf.folder.iterdir()] == ["a.txt"]


def test_what_came_before_and_is_not_yet_indexed_may_come_again(shelf: Shelf) -> None:
    for _ in range(2):
        put(shelf, "a.txt", NOTE.encode())
    assert len([*shelf.folder.iterdir()]) == 1
    assert settle(shelf) == []
    assert outcomes(shelf) == [("added", "a", True)]


def test_a_file_takes_the_place_of_the_earlier_one_of_its_name(shelf: Shelf) -> None:
    put(shelf, "harbour.txt", NOTE.encode())
    settle(shelf)
    former = held(shelf, "harbour.txt")
    put(shelf, "Harbour.txt", b"The keeper of Port Alder earned 9,999 crowns in the end.")
    assert settle(shelf) == []
    assert outcomes(shelf) == [("replaced", "harbour", True)]
    assert [path.name for path in shelf.folder.iterdir()] == ["harbour.txt"]
    assert texts(shelf) == [
        "A sentence of a file that was indexed before.",
        "The keeper of Port Alder earned 9,999 crowns in the end.",
    ]
    # Its address stays.
    assert held(shelf, "harbour.txt").id == former.id


def test_what_cannot_be_read_replaces_nothing(shelf: Shelf) -> None:
    put(shelf, "harbour.txt", NOTE.encode())
    settle(shelf)
    before = texts(shelf)
    put(shelf, "harbour.txt", b" \n ")
    assert settle(shelf) == [
        "harbour.txt is not added: it is empty.",
        "harbour.txt: the earlier one of that name stays.",
    ]
    assert outcomes(shelf) == []
    assert texts(shelf) == before
    assert [path.read_bytes() for path in shelf.folder.iterdir()] == [NOTE.encode()]


def held_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Event:
    """Hold up what is being indexed until the event is set."""
    hold = Event()
    build = shelf._build

    def wait(problems: list[Problem]) -> Index:
        hold.wait(10)
        return build(problems)

    monkeypatch.setattr(shelf, "_build", wait)
    return hold


def test_what_comes_or_is_to_go_while_others_are_indexed_says_so_and_is_not_lost(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, "a.txt", NOTE.encode())
    settle(shelf)
    hold = held_up(shelf, monkeypatch)
    put(shelf, "b.txt", b"A second file about boats.")
    shelf.start()
    assert (shelf.work.coming, shelf.work.leaving) == ((), ())
    put(shelf, "c.txt", b"A third file about gulls.")
    shelf.start()
    shelf.remove(held(shelf, "a.txt"))
    assert (shelf.work.coming, shelf.work.leaving) == (("c.txt",), ("a.txt",))
    assert shelf.drops(held(shelf, "a.txt"))
    # What comes again stays.
    put(shelf, "a.txt", NOTE.encode())
    assert (shelf.work.coming, shelf.work.leaving) == (("c.txt", "a.txt"), ())
    shelf.remove(held(shelf, "a.txt"))
    hold.set()
    assert settle(shelf) == []
    assert outcomes(shelf) == [("added", "b", True), ("added", "c", True), ("removed", "a", False)]
    assert sources(shelf) == ["b.txt", "c.txt", "mine.txt"]


def test_the_time_left_is_told_in_minutes_and_never_rises(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int | None] = []
    for second, done in ((0, 0), (4, 10), (10, 20), (30, 30), (60, 100), (150, 180), (160, 199)):
        monkeypatch.setattr(shelf_module, "monotonic", lambda second=second: 1000.0 + second)
        shelf._progress(done, 200)
        told.append(shelf.work.minutes)
    # After 10 s for 20 of 200 texts 90 s are left; after 30 s for 30 of them it would be 170 s.
    assert told == [None, None, 2, None, 1, 1, 1]
    shelf._progress(200, 200)
    assert shelf.work == Work(phase="writing", done=200, total=200)


def test_there_may_be_so_many_and_no_more_but_one_may_be_replaced(shelf: Shelf) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        put(shelf, name, name.encode())
    assert refused(shelf, "d.txt", b"d") == "d.txt is not added: there are 3 files already; remove one first."
    put(shelf, "c.txt", b"d")
    assert len([*shelf.folder.iterdir()]) == 3


def test_a_file_that_cannot_be_read_is_told_and_not_kept(shelf: Shelf) -> None:
    put(shelf, "good.txt", NOTE.encode())
    put(shelf, "blank.txt", b" \n \n")
    assert settle(shelf) == ["blank.txt is not added: it is empty."]
    assert outcomes(shelf) == [("added", "good", True)]
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
    for name in ("a.arriving", "b.txt", "b.txt.leaving", "c.txt.leaving"):
        (shelf.folder / name).write_text(name, "utf-8")
    put(shelf, "d.txt", b"A new file.")
    settle(shelf)
    assert {path.name: path.read_text("utf-8") for path in shelf.folder.iterdir()} == {
        "b.txt": "b.txt",
        "c.txt": "c.txt.leaving",
        "d.txt": "A new file.",
    }


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


def test_a_file_that_is_to_go_while_it_is_indexed_stays_if_it_comes_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, "a.txt", NOTE.encode())
    settle(shelf)
    hold = held_up(shelf, monkeypatch)
    changed = b"A second file about boats."
    put(shelf, "a.txt", changed)
    shelf.start()
    shelf.remove(held(shelf, "a.txt"))
    put(shelf, "a.txt", changed)
    assert (shelf.work.coming, shelf.work.leaving) == (("a.txt",), ())
    hold.set()
    assert settle(shelf) == []
    assert sources(shelf) == ["a.txt", "mine.txt"]
    assert changed.decode() in texts(shelf)
