"""The Documents page: what it shows of documents, of their texts, and of files that are added."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import gradio as gr
import pytest
from reportlab.pdfgen.canvas import Canvas

from bot.web import documents, opened
from bot.web.catalogue import Entry, catalogue
from bot.web.library import Library
from bot.web.opened import open_document
from bot.web.render import address
from bot.web.shelf import Line, Outcome, Shelf, Work
from bot.web.status import status
from bot.web.turns import Turn
from knowledge.passage import LANGUAGES, Bilingual, Document, Grade, Passage
from knowledge.reading import read_file
from tests.web.fake import NOTE, FakeAdvisor, answer_to
from tests.web.test_about import visitor
from tests.web.test_render import HOSTILE, TAGS, Reader

TEXT = "\ufeffHarbour notes\n\nThe ferry left at six. It was full.\nNobody paid.\n"
SENTENCES = ("The ferry left at six.", "The ferry left at six. It was full.", "Nobody paid.")
LIMITS = documents.Limits(megabytes=20, files=100)


def a_document(**fields: object) -> Document:
    title = Bilingual(zh="港口笔记", en="Harbour notes")
    return Document.model_validate({"id": "d/1", "title": title, "source": "harbour.txt", **fields})


def a_passage(number: int, **fields: object) -> Passage:
    values = {
        "id": f"p{number}",
        "document_id": "d/1",
        "document_title": Bilingual(zh="港口笔记", en="Harbour notes"),
        "language": "en",
        "text": f"Note {number}.",
        "source": "harbour.txt",
        "locator": f"paragraph {number}",
        "paragraph": number,
    }
    return Passage.model_validate({**values, **fields})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.txt"
    path.write_text(TEXT, "utf-8")
    return path


def indexed(path: Path) -> tuple[Document, list[Passage]]:
    """A file as it stands, with a passage for each of SENTENCES, the last first."""
    passages = [
        a_passage(number, source=str(path), quote=quote, start=(at := TEXT.index(quote)), end=at + len(quote))
        for number, quote in enumerate(SENTENCES, start=1)
    ]
    return a_document(source=str(path), sha256=sha256(path.read_bytes()).hexdigest()), passages[::-1]


def test_all_documents_are_listed_with_what_is_known_of_them() -> None:
    advisor = FakeAdvisor()
    turns = [Turn(question=q, answer=answer_to(q, "en")) for q in ("move", "medical")]
    html = documents.library(
        catalogue(advisor.index.documents, advisor.index.passages.values()),
        "en",
        cited=documents.citings(turns),
        own=frozenset({"ledger", "clinic"}),
        leaving=frozenset({"clinic"}),
        limits=LIMITS,
    )
    read = Reader(html)
    assert html.index('class="lead"') < html.index('type="file"') < html.index('<li class="document"')
    assert "3 documents, 5 passages. Every answer rests on these and on nothing else." in read.text
    rows = [Reader(row).text for row in html.split('<li class="document"')[1:]]
    assert f"What to know before relying on it{NOTE['en']}" in rows[0]
    assert "a document of your ownno date given3 notes of ours on it" in rows[0]
    assert rows[0].endswith("Cited in question 1 [3][4][5]")
    assert "a document of your owndated 2021-031 note of ours on itledger.txt, added on this page" in rows[1]
    assert "1 passage is damaged in the source" in rows[1]
    assert ("Remove" in rows[1], "Remove" in rows[0], "Remove" in rows[2]) == (True, False, False)
    assert rows[2].endswith("Cited in question 1 [2] question 2 [1]Is about to be removed")
    assert read.links[:2] == ["#", "#documents/moving"]
    assert "#answer/2/1" in read.links


def test_files_are_offered_to_be_added_only_where_they_are_taken() -> None:
    on = documents.library([], "en", cited={}, limits=LIMITS)
    off = documents.library([], "en", cited={})
    assert ('type="file"' in on, "quliu index FOLDER" in on) == (True, False)
    assert ('type="file"' in off, "quliu index FOLDER" in off) == (False, True)
    assert "at most 20 MB each and 100 files in all" in on


def test_a_file_that_is_there_unchanged_is_shown_whole_with_its_passages_in_place(file: Path) -> None:
    document, passages = indexed(file)
    found = open_document(document, passages, "p2")
    assert found.missing is None
    assert [passage.id for passage in found.passages] == ["p2", "p1", "p3"]
    assert "".join(stretch.text for stretch in found.stretches) == TEXT
    assert [(stretch.text, [p.id for p in stretch.passages]) for stretch in found.stretches] == [
        ("\ufeffHarbour notes\n\n", []),
        ("The ferry left at six.", ["p2", "p1"]),
        (" It was full.", ["p2"]),
        ("\n", []),
        ("Nobody paid.", ["p3"]),
        ("\n", []),
    ]
    html = documents.document(
        found, "en", cited={"d/1": [documents.Cited(turn=2, number=7, passage_id="p2", text="Note 2.")]}
    )
    marks = [part.split("</mark>")[0] for part in html.split("<mark")[1:]]
    assert marks == [' class="chosen">The ferry left at six.', ' class="chosen"> It was full.', ">Nobody paid."]
    assert html.count('aria-current="true"') == html.count('class="card"') == 1
    assert html.index('class="card"') > html.index("It was full.")
    assert Reader(html).links[:4] == ["#documents", "#answer/2/7", "#documents/d%2F1/p2", "#documents/d%2F1/p1"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.unlink(), "gone"),
        (lambda path: path.write_text(TEXT + "More.", "utf-8"), "changed"),
        (lambda path: (path.unlink(), path.mkdir()), "unreadable"),
        (lambda path: path.rename(path.with_name("elsewhere.txt")), "gone"),
    ],
)
def test_a_file_that_is_not_as_it_was_leaves_the_passages_and_a_reason(file: Path, change: object, why: str) -> None:
    document, passages = indexed(file)
    assert callable(change)
    change(file)
    found = open_document(document, passages, "p3")
    assert (found.missing, found.stretches) == (why, ())
    read = Reader(documents.document(found, "en", cited={}))
    assert f"The file {file}" in read.text
    assert "Note 3." in read.text


def test_a_passage_that_is_not_where_it_was_is_not_marked(file: Path) -> None:
    document, passages = indexed(file)
    moved = passages[0].model_copy(update={"start": 3, "end": 9})
    assert open_document(document, [moved]).missing == "changed"


def test_an_article_that_is_not_bundled_says_so_and_shows_the_notes_under_their_headings() -> None:
    section = Bilingual(zh="船", en="Boats")
    notes = [a_passage(2, section=section, damaged=True), a_passage(1, text="河边有九座桥。", text_en="Nine bridges.")]
    found = open_document(a_document(), notes)
    assert found.missing == "bundled"
    read = Reader(documents.document(found, "en", cited={}))
    assert "The article itself is not bundled; our notes on it are." in read.text
    assert read.text.index("Nine bridges.") < read.text.index("Boats") < read.text.index("Note 2.")
    assert read.text.count("damaged in the source") == 1


def test_an_article_and_its_original_are_one_entry_from_whose_page_the_original_opens(file: Path) -> None:
    advisor = FakeAdvisor(folder=file.parent)
    sha = sha256(file.read_bytes()).hexdigest()
    article = a_document(id="article", source="000.txt", sha256=sha, nature=Bilingual(zh="文章", en="an article"))
    original = a_document(id="original", source=str(file), sha256=sha, date="2020-01")
    start = TEXT.index("Nobody paid.")
    note = a_passage(2, document_id="article", text_en="All went free.", source=str(file), quote="Nobody paid.")
    notes = [
        a_passage(9, document_id="article", text_en="On the whole of it.", paragraph=None),
        note.model_copy(update={"start": start, "end": start + 12}),
    ]
    left = a_passage(3, document_id="original", source=str(file), quote="It was full.", start=39, end=51)
    advisor.index.documents = {one.id: one for one in (article, original)}
    advisor.index.passages = {one.id: one for one in (*notes, left)}
    library = Library(Shelf(advisor), loopback=True)
    _, page, _ = library.open(None, (), chosen(), visitor())
    assert page.count('<li class="document"') == 1
    text = Reader(page).text
    assert "1 document, 3 passages." in text
    assert f"an articledated 2020-012 notes of ours on it1 passageThe original: {file}Not cited" in text
    for id_ in ("article", "original"):
        _, page, _ = library.open(None, (), chosen(document=id_, passage="p2"), visitor())
        text = Reader(page).text
        assert 'data-document="article"' in page
        assert "The original, with the places of our notes marked1Harbour" not in text
        assert "marked\ufeffHarbour notes\n\nThe ferry left at six. 1It was full.\n2Nobody paid." in text
        # What is on the whole of it stands below, and does not count as the first.
        assert "On the document as a whole3On the whole of it." in text
    assert '<mark class="chosen">Nobody paid.</mark>' in page


def test_the_original_of_an_article_can_be_removed_where_it_was_added(file: Path) -> None:
    entry = Entry(a_document(id="article", source=str(file)), (a_passage(1, text_en="One."),), (a_document(id="o"),))
    html = documents.library([entry], "en", cited={}, own=frozenset({"o"}), limits=LIMITS)
    assert 'data-document="article"' in html
    assert 'data-held="o"' in html
    assert "The original: harbour.txt, added on this pageNot cited in this conversationRemove the original" in (
        Reader(html).text
    )


def test_what_is_cited_and_gone_or_changed_says_so_and_leads_back(file: Path) -> None:
    advisor = FakeAdvisor(folder=file.parent)
    library = Library(Shelf(advisor), loopback=True)
    turns = [Turn(question="move", answer=answer_to("move", "en"))]
    ledger = advisor.index.passages["ledger-1"]
    changed = "This document has changed since question 1 cited it. Below is what stands there now."

    def page() -> Reader:
        return Reader(library.open(None, turns, chosen(document="ledger", passage="ledger-1"), visitor())[1])

    assert changed not in page().text
    advisor.index.passages["ledger-1"] = ledger.model_copy(update={"text": "现在写的是别的。"})
    assert changed in page().text
    del advisor.index.documents["ledger"]
    assert page().text == (
        "All documentsDocumentsThat document is not in the index any more; it was removed after it was cited."
        "Cited in question 1 [1]"
    )
    assert page().links == ["#documents", "#answer/1/1"]


def test_a_web_page_is_shown_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    raw = "<html><body><h1>Quays</h1><p>One &amp; two boats <b>sank</b> in May.</p><script>x()</script></body></html>"
    path.write_text(raw, "utf-8")
    quote = "One &amp; two boats <b>sank</b> in May."
    passage = a_passage(1, source=str(path), quote=quote, start=raw.index(quote), end=raw.index(quote) + len(quote))
    document = a_document(source=str(path), sha256=sha256(path.read_bytes()).hexdigest())
    marked = [stretch.text for stretch in open_document(document, [passage]).stretches if stretch.passages]
    assert marked == ["One & two boats sank in May."]


def test_a_pdf_is_shown_in_paragraphs_with_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    canvas = Canvas(str(path), pagesize=(420, 300))
    first = (
        "The mill at Orrin paid its spinners by",
        "the yard until the spring of 1911, and",
        "many of the best of them went to",
    )
    for page in (first, ("the coast.", "", "Connections counted for more there.")):
        for row, line in enumerate(page):
            canvas.drawString(40, 250 - 16 * row, line)
        canvas.showPage()
    canvas.save()
    source = read_file(path)
    quote = source.text[: source.text.index("coast.") + len("coast.")]
    assert (quote.count("\n"), quote.count("\f")) == (3, 1)
    passages = [a_passage(1, source=str(path), quote=quote, start=0, end=len(quote))]
    found = open_document(a_document(source=str(path), sha256=source.sha256), passages, "p1")
    assert [(one.text, one.page, len(one.passages)) for one in found.stretches] == [
        (f"{' '.join(first)} ", None, 1),
        ("the coast.", 2, 1),
        ("\n\nConnections counted for more there.", None, 0),
    ]
    assert '<span class="page">page 2</span><mark class="chosen">the coast.</mark>' in documents.document(
        found, "en", cited={}
    )


def test_of_a_long_text_the_part_around_the_passage_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "TEXT_SHOWN", 300)
    path = tmp_path / "long.txt"
    lines = [f"Line {number} of the log." for number in range(100)]
    text = "\n".join(lines)
    path.write_text(text, "utf-8")
    passages = [
        a_passage(n + 1, source=str(path), quote=line, start=text.index(line), end=text.index(line) + len(line))
        for n, line in enumerate(lines)
    ]
    document = a_document(source=str(path), sha256=sha256(path.read_bytes()).hexdigest())
    found = open_document(document, passages, "p51")
    shown = "".join(stretch.text for stretch in found.stretches)
    assert shown.startswith("Line 4")
    assert "Line 50 of the log." in shown
    assert len(shown) < 400
    ids = [p.id for stretch in found.stretches for p in stretch.begins]
    assert found.earlier is not None
    assert found.later is not None
    assert (int(found.earlier.id[1:]) + 1, int(found.later.id[1:]) - 1) == (int(ids[0][1:]), int(ids[-1][1:]))
    links = Reader(documents.document(found, "en", cited={})).links
    assert (links[1], links[-1]) == (address("d/1", found.earlier.id), address("d/1", found.later.id))


def test_of_many_passages_those_around_the_chosen_one_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "PASSAGES_SHOWN", 6)
    notes = [a_passage(number) for number in range(1, 21)]
    for chosen, shown in ((None, (1, 6)), ("p10", (8, 13)), ("p20", (15, 20))):
        found = open_document(a_document(), notes, chosen)
        assert (found.shown[0].paragraph, found.shown[-1].paragraph) == shown
        assert (found.earlier is None, found.later is None) == (shown[0] == 1, shown[1] == 20)


def test_how_far_the_indexing_is_and_what_comes_next() -> None:
    work = Work(phase="embedding", done=30, total=1200, minutes=2, coming=("b.txt", "c.txt"), leaving=("d.txt",))
    assert Reader(status(work, "en")).text == (
        "Computing vectors: 30 of 1,200 about 2 minutes leftThen to be added: b.txt, c.txt.Then to be removed: d.txt."
    )
    assert '<progress aria-label="Computing vectors: 30 of 1,200" value="30" max="1200">' in status(work, "en")
    last = Work(phase="embedding", done=1000, total=1200, minutes=1)
    assert Reader(status(last, "zh")).text == "正在计算向量：1,000 / 1,200 还要不到一分钟"


def test_what_came_of_it_names_what_was_done_and_links_it() -> None:
    def outcome(done: str, title: str, id_: str | None) -> Outcome:
        return Outcome.model_validate({"done": done, "title": {"zh": title, "en": title}, "id": id_})

    work = Work(
        outcomes=(
            outcome("added", "Quays", "q"),
            outcome("removed", "Wells", None),
            outcome("added", "Boats", "b"),
            outcome("replaced", "Nets", "n"),
        )
    )
    read = Reader(status(work, "en"))
    assert read.text == (
        "Added, and used by new answers from now on: Quays, Boats"
        "Replaced the earlier one, and used by new answers from now on: Nets"
        "Removed, and no longer used by new answers: Wells"
    )
    assert read.links == ["#documents/q", "#documents/b", "#documents/n"]
    alone = Work(outcomes=(outcome("removed", "井", None),))
    assert Reader(status(alone, "zh")).text == "已移除，之后的回答不再用：井"
    many = Work(outcomes=tuple(outcome("added", str(number), str(number)) for number in range(53)))
    assert "48, 49, 3 more" in Reader(status(many, "en")).text
    bad = Work(lines=(Line(said="unreadable", values={"name": "a.pdf", "cause": "is tied\nin knots"}),))
    assert Reader(status(bad, "en", ["b.txt could not be sent."])).text == (
        "b.txt could not be sent.a.pdf is not added: it is tied in knots."
    )
    assert status(Work(), "en") == ""


def test_nothing_that_anybody_wrote_becomes_markup(tmp_path: Path) -> None:
    both = Bilingual(zh=HOSTILE, en=HOSTILE)
    path = tmp_path / "x.txt"
    path.write_text(HOSTILE, "utf-8")
    document = a_document(
        id=HOSTILE,
        title=both,
        source=str(path),
        nature=both,
        note=both,
        date=HOSTILE,
        sha256=sha256(path.read_bytes()).hexdigest(),
    )
    fields = {"id": HOSTILE, "document_id": HOSTILE, "text": HOSTILE, "text_en": HOSTILE, "section": both}
    where = {"attribution": both, "weakness": both, "source": str(path)}
    passage = a_passage(1, **fields, **where, quote=HOSTILE, start=0, end=len(HOSTILE))
    line = Line(said="unreadable", values={"name": HOSTILE, "cause": HOSTILE})
    outcomes = tuple(Outcome(done=done, title=both, id=HOSTILE) for done in ("added", "replaced", "removed"))
    work = Work(lines=(line,), outcomes=outcomes)
    for language in LANGUAGES:
        whole = open_document(document, [passage], HOSTILE)
        alone = open_document(document.model_copy(update={"sha256": "0"}), [passage], HOSTILE)
        assert (whole.missing, alone.missing) == (None, "changed")
        html = "".join(
            [
                documents.library(
                    [Entry(document, (passage,))], language, cited={}, own=frozenset({HOSTILE}), limits=LIMITS
                ),
                documents.document(whole, language, cited={}),
                documents.document(alone, language, cited={}),
                status(work, language, [HOSTILE]),
                status(work.model_copy(update={"phase": "reading", "coming": (HOSTILE,)}), language),
            ]
        )
        read = Reader(html)
        assert set(read.tags) <= TAGS | {"input", "label", "mark", "progress"}
        assert not {name for name in read.attributes if name.startswith("on") or name in ("src", "style")}
        assert {link.split("/")[0] for link in read.links} == {"#", "#documents"}
        assert read.text.count("<script>alert(1)</script>") > 15


def test_a_card_says_once_that_there_is_no_source(file: Path) -> None:
    document, passages = indexed(file)
    weakness = Bilingual(zh="没写出处", en="no source given")
    for grade, shown in ((Grade.UNSOURCED, "No source given"), (Grade.CASE, "Single caseNobody namedno source given")):
        fields = {"grade": grade, "weakness": weakness}
        graded = [passage.model_copy(update=fields) for passage in passages]
        html = documents.document(open_document(document, graded, "p3"), "en", cited={})
        assert Reader(html.split('<aside class="card">')[1].split("</aside>")[0]).text == shown


def chosen(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def test_only_who_may_add_files_may_remove_them(tmp_path: Path) -> None:
    advisor = FakeAdvisor(folder=tmp_path)
    # As if it had been added on the page.
    advisor.settings.documents_dir.mkdir()
    held = advisor.settings.documents_dir / "ledger.txt"
    held.write_text("x", "utf-8")
    document = advisor.index.documents["ledger"]
    advisor.index.documents["ledger"] = document.model_copy(update={"source": str(held)})
    closed = "Files cannot be added here; use `quliu index` on the computer that runs quliu."
    for loopback, request in ((False, visitor()), (True, visitor(client="192.0.2.1")), (True, visitor(forwarded="x"))):
        library = Library(Shelf(advisor), loopback=loopback)
        *_, (status, page) = library.remove(None, (), chosen(document="ledger"), request)
        assert Reader(status).text == closed
        assert ("Remove" in page, "quliu index FOLDER" in page) == (False, True)
        assert held.exists()
    _, page, _ = Library(Shelf(advisor), loopback=True).open(None, (), chosen(), visitor())
    assert "Remove" in page


def test_what_a_browser_says_of_its_files_is_shown_as_far_as_it_makes_sense() -> None:
    library = Library(Shelf(FakeAdvisor()), loopback=True)
    for unsent, shown in (
        (["a.txt could not be sent. Try again."], "a.txt could not be sent. Try again."),
        ("abc", ""),
        ([HOSTILE * 100] * 1000, (HOSTILE * 100)[:500] * 50),
    ):
        *_, (status, _) = library.add(None, (), chosen(unsent=unsent), visitor())
        assert Reader(status).text == shown


@pytest.mark.parametrize(
    ("event", "heading"),
    [
        ({}, "Documents"),
        ({"document": "clinic", "passage": 3}, "From the waiting room"),
        ({"document": ["moving"]}, "Documents"),
        ({"document": "../../etc/passwd"}, "Documents"),
    ],
)
def test_what_an_address_asks_for_is_looked_up_and_nothing_else(event: dict[str, object], heading: str) -> None:
    library = Library(Shelf(FakeAdvisor()), loopback=True)
    _, page, _ = library.open(None, (), chosen(**event), visitor())
    assert f'<h2 tabindex="-1">{heading}</h2>' in page
