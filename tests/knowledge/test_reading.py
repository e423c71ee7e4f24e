"""Whole files; every pdf and docx here is made by the test that reads it."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge import IndexStoreError
from knowledge.reading import Heading, Limits, ReadError, Source, read_file, release

SONG = "STSong-Light"


@pytest.fixture(scope="module", autouse=True)
def _end_the_child() -> Iterator[None]:
    yield
    release()


def _written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def _cause(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ReadError) as raised:
        read_file(path, limits or Limits())
    assert isinstance(raised.value, IndexStoreError)
    assert str(raised.value) == f"{path} {raised.value.cause}."
    assert "\n" not in str(raised.value)
    return raised.value.cause


# Plain text


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_text_is_its_characters(tmp_path: Path, mark: str) -> None:
    text = mark + "第一段\r\n\r\n  # Second *one* <b> &amp;\t\n"
    path = _written(tmp_path / "a.TXT", text.encode())
    source = read_file(path)
    assert (source.path, source.format, source.encoding) == (path, "text", "utf-8")
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.text, source.content.text) == (text, text.removeprefix("\ufeff"))
    assert source.content.span(0, 3) == (len(mark), len(mark) + 3)
    assert (source.title, source.headings, source.pages, source.page(3), source.replaced) == (None, (), (), None, 0)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "gb18030", "big5"])
def test_offsets_are_those_of_the_decoded_file(tmp_path: Path, codec: str) -> None:
    text = "<title>小城</title><p>搬到小城的人說，房租&lt;便宜了一半&gt;。</p>"
    source = read_file(_written(tmp_path / "a.html", text.encode(codec)))
    assert source.encoding == codec
    assert source.text == (tmp_path / "a.html").read_bytes().decode(codec) == text
    assert source.content.text == "搬到小城的人說，房租<便宜了一半>。"
    assert text[slice(*source.content.span(8, 16))] == "房租&lt;便宜了一半"
    assert source.title == "小城"


def test_a_markdown_file_has_a_title_and_headings(tmp_path: Path) -> None:
    source = read_file(_written(tmp_path / "a.markdown", "# 题\n\n字 **粗**\n".encode()))
    assert (source.format, source.title, source.content.text) == ("markdown", "题", "题\n\n字 粗")
    assert source.headings == (Heading(0, 1, 1),)


@pytest.mark.parametrize(
    ("name", "raw", "cause"),
    [
        ("a.txt", b"", "is empty; take it out"),
        ("a.md", b" \r\n\xef\xbb\xbf", "is empty; take it out"),
        ("a.pdf", b"", "is empty; take it out"),
        ("a.docx", b"", "is empty; take it out"),
        ("a.html", b"<html><script>x</script></html>", "has no text in it; take it out"),
        (
            "a.txt",
            b"\x7fELF" + bytes(range(256)) * 9,
            "is binary, not text; give it the ending of its kind or take it out",
        ),
        ("a.pdf", b"%PDF-1.7\nnothing more", "is damaged, or no pdf; save it as a pdf again"),
        ("a.pdf", "普通文字".encode(), "is damaged, or no pdf; save it as a pdf again"),
        ("a.docx", b"PK\x03\x04 and no more", "is damaged, or no docx; save it as a docx again"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "is a doc; save it as a docx"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "is encrypted; save it without a password",
        ),
        (
            "a.png",
            b"x",
            "is of no kind that can be read; give .txt, .md, .markdown, .html, .htm, .pdf, .docx",
        ),
    ],
)
def test_what_cannot_be_read_is_told_on_one_line(tmp_path: Path, name: str, raw: bytes, cause: str) -> None:
    assert _cause(_written(tmp_path / name, raw)) == cause


def test_a_path_that_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    special = "is a folder, pipe, socket or device, not a file; take it out"
    assert _cause(tmp_path / "pipe.txt") == special
    assert _cause(tmp_path / "gone.txt") == "cannot be read (No such file or directory); see that you may read it"
    assert _cause(tmp_path / "folder.txt") in {special, "cannot be read (Is a directory); see that you may read it"}


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    code = (
        "import resource, sys; from pathlib import Path; from knowledge.reading import ReadError, read_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_file(Path(sys.argv[1]))\n"
        "except ReadError as error: print(error.cause)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert run.stdout == "is larger than 50 MB; split it\nTrue\n"


def test_a_long_text_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.txt", "字".encode() * 101)
    assert len(read_file(path, Limits(characters=101)).text) == 101
    assert _cause(path, Limits(characters=100)) == "holds more than 100 characters; split it"


@pytest.mark.parametrize(("name", "mark"), [("a.html", "<b>x"), ("a.md", "\\*")])
def test_a_file_of_marks_is_refused(tmp_path: Path, name: str, mark: str) -> None:
    path = _written(tmp_path / name, mark.encode() * 400_002)
    assert _cause(path) == "holds more marks than a document does; save its words as plain text"


# pdf


def _pdf(path: Path, pages: Iterable[Callable[[Canvas], None]], **options: object) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    canvas = Canvas(str(path), pagesize=(595, 842), **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def _lines(
    canvas: Canvas, top: float, lines: Iterable[str], *, font: str = SONG, size: float = 12, indent: int = 0
) -> None:
    """Lines one below the other, the first set in by so many letters."""
    canvas.setFont(font, size)
    for number, line in enumerate(lines):
        canvas.drawString(72 + (0 if number else indent * size), top - number * 1.5 * size, line)


CHINESE = (
    "这座城市的人口在十年里减少了两成，走的多半是刚毕业的年轻人",
    "，留下来的人说工资涨得比别处慢，但是房租也便宜，孩子上学不用",
    "排队，所以不急着走。",
)
ENGLISH = (
    "Those who left for the coast say that they earn more there and save less, and that the win-",
    "ters are what they miss least of all; those who stayed have low-income neighbours, low-",
    "income shops and a very good library.",
)


def _page(number: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        _lines(canvas, 806, ["城市观察 第 12 期"], size=9)
        _lines(canvas, 770, [f"{'一二三四'[number]}、人口与房租"], size=16)
        _lines(canvas, 730, CHINESE, indent=2)
        _lines(canvas, 676, ["第二段很短。"], indent=2)
        _lines(canvas, 640, ENGLISH, font="Helvetica", size=11)
        _lines(canvas, 30, [f"{number + 1}"], font="Helvetica", size=9)

    return draw


def test_a_pdf_is_paragraphs_without_what_every_page_repeats(tmp_path: Path) -> None:
    source = read_file(_pdf(tmp_path / "a.pdf", [_page(number) for number in range(4)]))
    page = [
        "".join(CHINESE),
        "第二段很短。",
        "Those who left for the coast say that they earn more there and save less, and that the winters are what they "
        "miss least of all; those who stayed have low-income neighbours, low-income shops and a very good library.",
    ]
    assert source.content.text.split("\n\n") == [
        part for number in "一二三四" for part in (f"{number}、人口与房租", *page)
    ]
    assert [source.content.text[h.start : h.end] for h in source.headings] == [f"{n}、人口与房租" for n in "一二三四"]
    assert {heading.level for heading in source.headings} == {1}
    assert (source.format, source.encoding, source.title) == ("pdf", "utf-8", None)


def test_a_place_in_a_pdf_has_its_page(tmp_path: Path) -> None:
    source = read_file(
        _pdf(
            tmp_path / "a.pdf",
            [_page(0), lambda canvas: None, _page(2)],
        )
    )
    assert source.text.split("\f")[0].split("\n") == [
        "城市观察 第 12 期",
        "一、人口与房租",
        *CHINESE,
        "第二段很短。",
        *ENGLISH,
        "1",
        "",
    ]
    place = source.text.index("三、")
    assert [source.page(at) for at in (0, 30, place, len(source.text))] == [1, 1, 3, 3]
    assert [source.text[start - 1] for start in source.pages[1:]] == ["\f", "\f"]
    first = source.content.text.index("winters")
    assert source.text[slice(*source.content.span(first, first + 7))] == "win-\nters"


def test_a_paragraph_runs_over_the_end_of_a_page(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        _lines(canvas, 730, CHINESE[:2], indent=2)
        _lines(canvas, 30, ["第 1 页 共 2 页"], size=9)

    def second(canvas: Canvas) -> None:
        _lines(canvas, 770, CHINESE[2:])
        _lines(canvas, 740, ["• 甲", "• 乙"])

    source = read_file(_pdf(tmp_path / "a.pdf", [first, second]))
    assert source.content.text == "".join(CHINESE) + "\n\n• 甲\n• 乙"


BULLETIN = "Harbour Papers no. 7   |   page {}"


def test_two_pages_are_enough_to_tell_a_footer_that_counts_them(tmp_path: Path) -> None:
    def page(number: int, lines: Iterable[str]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            _lines(canvas, 20, [BULLETIN.format(number)], font="Helvetica", size=7)
            _lines(canvas, 700, lines, font="Helvetica")

        return draw

    first = page(
        1, ["Those who left the harbour for the city on the other side of the", "bay, the survey says, earn a"]
    )
    second = page(2, ["third more. The rest have stayed."])
    source = read_file(_pdf(tmp_path / "a.pdf", [first, second]))
    assert source.content.text == (
        "Those who left the harbour for the city on the other side of the bay, the survey says, earn a"
        "\n\nthird more. The rest have stayed."
    )


def test_a_footer_beside_the_text_does_not_part_it_at_the_end_of_a_page(tmp_path: Path) -> None:
    def page(number: int, lines: Iterable[str]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 7)
            canvas.drawString(54, 20, BULLETIN.format(number))
            _lines(canvas, 60, lines, font="Helvetica")

        return draw

    first = page(1, ["Those who left the harbour for the city on the other side of the bay earn"])
    second = page(2, ["a third more. The rest have stayed where they were born and grew up."])
    source = read_file(_pdf(tmp_path / "a.pdf", [first, second]))
    assert source.content.text == (
        "Those who left the harbour for the city on the other side of the bay earn a third more. "
        "The rest have stayed where they were born and grew up."
    )


def test_a_page_number_alone_on_one_page_is_told_by_what_parts_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        _lines(canvas, 700, ["The old harbour has a market now, with 7 stalls on page 1"], font="Helvetica")
        _lines(canvas, 600, ["It opens at six."], font="Helvetica")
        _lines(canvas, 20, [BULLETIN.format(1)], font="Helvetica", size=7)

    assert "Harbour" not in read_file(_pdf(tmp_path / "a.pdf", [draw])).content.text


def test_a_title_on_two_lines_is_one_heading(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawCentredString(300, 760, "Ropes and nets: what the harbour pays and")
        canvas.drawCentredString(300, 738, "whom it keeps")
        _lines(
            canvas,
            700,
            ["The harbour pays little, and most of those who work there are", "over fifty."],
            font="Helvetica",
        )

    source = read_file(_pdf(tmp_path / "a.pdf", [draw]))
    (heading,) = source.headings
    assert source.content.text[heading.start : heading.end] == "Ropes and nets: what the harbour pays and whom it keeps"


def test_the_end_of_a_page_ends_a_line(tmp_path: Path) -> None:
    pages = [lambda canvas: _lines(canvas, 700, ["甲。"]), lambda canvas: _lines(canvas, 700, ["乙。"])]
    assert read_file(_pdf(tmp_path / "a.pdf", pages)).text == "甲。\n\f乙。"


def test_a_pdf_names_its_title(tmp_path: Path) -> None:
    def titled(title: str) -> str | None:
        def draw(canvas: Canvas) -> None:
            canvas.setTitle(title)
            _lines(canvas, 700, ["字"])

        return read_file(_pdf(tmp_path / "a.pdf", [draw])).title

    assert titled("小城 报告") == "小城 报告"
    assert titled("Microsoft Word - a.doc") is None


def test_an_encrypted_pdf_is_told_and_one_that_opens_is_read(tmp_path: Path) -> None:
    locked = _pdf(tmp_path / "a.pdf", [_page(0)], encrypt=StandardEncryption("secret", strength=128))
    assert _cause(locked) == "is encrypted; save it without a password"
    opens = _pdf(tmp_path / "b.pdf", [_page(0)], encrypt=StandardEncryption("", ownerPassword="x", strength=128))
    assert "第二段很短。" in read_file(opens).content.text


def test_a_pdf_without_text_is_told(tmp_path: Path) -> None:
    path = _pdf(tmp_path / "a.pdf", [lambda canvas: canvas.rect(100, 100, 50, 50)])
    assert _cause(path) == "has no text in it (a scan? then have its text recognised first); take it out"


def test_a_damaged_pdf_is_read_or_told(tmp_path: Path) -> None:
    whole = _pdf(tmp_path / "a.pdf", [_page(0)]).read_bytes()
    told = 0
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        path = _written(tmp_path / "b.pdf", whole[:length] + b"\x00" * 20 if length else b"%PDF")
        try:
            assert read_file(path).text
        except ReadError:
            told += 1
    assert told >= 5


def test_a_long_pdf_is_refused(tmp_path: Path) -> None:
    path = _pdf(tmp_path / "a.pdf", [_page(0), _page(1)])
    assert _cause(path, Limits(characters=500)) == "holds more text than is read from one file; split it"


LEFT = (
    "The old harbour lost two of its",
    "shipyards, and those who had been",
    "working there went up the river",
    "to the new towns, where there is",
    "work enough but little housing,",
    "and came back after some years.",
)
RIGHT = (
    "In the hills nobody moved away,",
    "since the mines were kept open by",
    "the province, and the schools too",
    "stayed where they had been before",
    "so that the young had no need to",
    "leave, and few ever thought of it.",
)


def test_columns_that_were_written_row_by_row_are_read_one_after_the_other(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        _lines(
            canvas, 780, ["A report on the harbour, the hills, and on who left them in those years"], font="Helvetica"
        )
        canvas.setFont("Helvetica", 10)
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            canvas.drawString(72, 740 - 14 * number, left)
            canvas.drawString(310, 740 - 14 * number, right)

    content = read_file(_pdf(tmp_path / "a.pdf", [draw])).content.text
    assert content.split("\n\n")[1:] == [" ".join(LEFT), " ".join(RIGHT)]


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    rows = [("Rent in the harbour", "2,300 yuan"), ("Wage", "7,800 yuan a month"), ("Way to work", "40 minutes")] * 3

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for number, (left, right) in enumerate(rows):
            canvas.drawString(72, 740 - 14 * number, left)
            canvas.drawString(310, 740 - 14 * number, right)

    text = read_file(_pdf(tmp_path / "a.pdf", [draw])).text
    assert text.split("\n") == [f"{left} {right}" for left, right in rows]


# docx


def _docx(path: Path, build: Callable[[docx.document.Document], None]) -> Path:
    document = docx.Document()
    build(document)
    document.save(str(path))
    return path


def test_a_docx_is_paragraphs_headings_lists_and_rows(tmp_path: Path) -> None:
    def build(document: docx.document.Document) -> None:
        document.core_properties.title = "小城报告"
        document.sections[0].header.paragraphs[0].text = "页眉"
        document.add_heading("总标题", 0)
        document.add_heading("第一章", 2)
        document.add_paragraph("字 ").add_run("粗").bold = True
        document.add_paragraph("")
        for item in ("甲", "乙"):
            document.add_paragraph(item, style="List Bullet")
        table = document.add_table(2, 4)
        for place, word in enumerate(["市", "", "价", "注", "成都", "", "2500", ""]):
            table.cell(place // 4, place % 4).text = word
        document.add_paragraph("尾")

    source = read_file(_docx(tmp_path / "a.docx", build))
    assert (
        source.text
        == source.content.text
        == "总标题\n\n第一章\n\n字 粗\n\n- 甲\n- 乙\n\n市 | 价 | 注\n成都 | 2500 |\n\n尾"
    )
    assert source.headings == (Heading(0, 3, 1), Heading(5, 8, 2))
    assert (source.format, source.title, source.pages) == ("docx", "总标题", ())


def test_without_a_title_in_its_text_a_docx_has_that_of_its_properties(tmp_path: Path) -> None:
    def build(document: docx.document.Document) -> None:
        document.core_properties.title = "小城报告"
        document.add_paragraph("字")

    assert read_file(_docx(tmp_path / "a.docx", build)).title == "小城报告"


def test_what_a_docx_shows_is_read_and_what_it_hides_is_not(tmp_path: Path) -> None:
    inner = (
        "<w:r><w:t>一</w:t></w:r><w:ins><w:r><w:t>二</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r><w:r><w:tab/><w:t>三</w:t><w:br/><w:t>四</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink>"
        "<w:r><w:ruby><w:rt><w:r><w:t>zi</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>字</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>控件里</w:t></w:r></w:p></w:sdtContent></w:sdt>"

    def build(document: docx.document.Document) -> None:
        document.element.body.insert(0, parse_xml(control))
        document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))

    assert read_file(_docx(tmp_path / "a.docx", build)).text == "一二 三 四链字\n\n框里\n\n控件里"


def test_a_table_in_a_table_is_read_once(tmp_path: Path) -> None:
    def build(document: docx.document.Document) -> None:
        cell = document.add_table(1, 2).rows[0].cells
        cell[0].text, cell[1].text = "外", "边"
        for number, inner in enumerate(cell[0].add_table(2, 2).rows):
            inner.cells[0].text, inner.cells[1].text = f"里{number}", f"层{number}"
        innermost = cell[0].tables[0].cell(1, 1).add_table(1, 1)
        innermost.cell(0, 0).text = "最里"

    text = read_file(_docx(tmp_path / "a.docx", build)).text
    assert text.split("\n") == ["外 | 边", "里0 | 层0", "里1 | 层1", "最里"]


def test_footnotes_stand_after_the_text(tmp_path: Path) -> None:
    notes = "".join(
        f"<w:footnote {kind}><w:p><w:r><w:footnoteRef/><w:t>{text}</w:t></w:r></w:p></w:footnote>"
        for kind, text in (('w:type="separator"', "线"), ('w:type="normal"', "注一"), ("", "注二"))
    )

    def build(document: docx.document.Document) -> None:
        document.add_paragraph("正文")
        content = f"<w:footnotes {nsdecls('w')}>{notes}</w:footnotes>".encode()
        package = document.part.package
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, content, package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    assert read_file(_docx(tmp_path / "a.docx", build)).text == "正文\n\n注一\n\n注二"


def test_what_comes_after_an_entity_is_read(tmp_path: Path) -> None:
    def change(content: bytes) -> bytes:
        head, tail = content.split(b"?>", 1)
        doctype = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///nowhere">]>'
        return head + b"?>" + doctype + tail.replace("字".encode(), "字&x;后面".encode())

    assert read_file(_changed(tmp_path / "a.docx", "word/document.xml", change)).text == "字后面"


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return path


def _changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A docx with one of its members changed."""
    whole = _docx(path, lambda document: document.add_paragraph("字"))
    with zipfile.ZipFile(whole) as package:
        members = {member: package.read(member) for member in package.namelist()}
    return _zip(path, members | {name: change(members.get(name, b""))})


BOMB = "unpacks to far more than a document holds (a zip bomb?); save it as a docx again"


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    started = time.monotonic()
    assert _cause(_zip(tmp_path / "a.docx", {"word/document.xml": b" " * 100_000_000})) == BOMB
    members = {f"{number}.xml": os.urandom(4) for number in range(10_001)}
    assert _cause(_zip(tmp_path / "b.docx", members)) == BOMB
    assert _cause(_zip(tmp_path / "c.docx", {"a.xml": os.urandom(2000)}), Limits(unpacked=1000)) == BOMB
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("word/document.xml", lambda content: content[: len(content) // 2]),
        ("word/document.xml", lambda content: b""),
        ("[Content_Types].xml", lambda content: content.replace(b"document.main", b"template.main")),
        ("_rels/.rels", lambda content: content.replace(b"officeDocument", b"nothing")),
        ("word/_rels/document.xml.rels", lambda content: b"<"),
    ],
)
def test_a_damaged_docx_is_told(tmp_path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = _changed(tmp_path / "a.docx", name, change)
    assert _cause(path) == "is damaged, or no docx; save it as a docx again"


def test_entities_of_a_docx_are_not_expanded(tmp_path: Path) -> None:
    def change(content: bytes) -> bytes:
        secret = _written(tmp_path / "secret", b"secret")
        lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        doctype = f'<!DOCTYPE d [<!ENTITY l0 "lol">{lol}<!ENTITY x SYSTEM "file://{secret}">]>'
        head, tail = content.split(b"?>", 1)
        return head + b"?>" + doctype.encode() + tail.replace("字".encode(), "字&x;&l11;".encode())

    started = time.monotonic()
    try:
        text = read_file(_changed(tmp_path / "a.docx", "word/document.xml", change)).text
    except ReadError:
        text = ""
    assert text in {"", "字"}
    assert time.monotonic() - started < 20


# The process that parses


def _read_again(tmp_path: Path) -> Source:
    return read_file(_docx(tmp_path / "again.docx", lambda document: document.add_paragraph("还能读")))


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    path = _pdf(tmp_path / "a.pdf", [_page(number % 4) for number in range(400)])
    started = time.monotonic()
    assert _cause(path, Limits(seconds=0.01)) == "takes longer to read than 0.01 seconds; split it"
    assert time.monotonic() - started < 5
    assert _read_again(tmp_path).text == "还能读"


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is enforced on Linux")
def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    text = b"<w:r><w:t>a</w:t></w:r>" * 3_000_000
    path = _changed(
        tmp_path / "a.docx", "word/document.xml", lambda content: content.replace(b"<w:sectPr", text + b"<w:sectPr", 1)
    )
    assert _cause(path, Limits(memory=300_000_000, ratio=10_000)) in {
        "takes more memory than a file may; split it",
        "makes its reader crash, or takes more memory than a file may; save it again",
    }
    assert _read_again(tmp_path).text == "还能读"


def test_a_reader_that_dies_costs_no_more_than_its_file(tmp_path: Path) -> None:
    _read_again(tmp_path)
    from knowledge.reading.worker import WORKER

    assert WORKER._child is not None
    WORKER._child.kill()
    WORKER._child.wait()
    assert _read_again(tmp_path).text == "还能读"


def test_one_process_reads_all_files_of_all_threads(tmp_path: Path) -> None:
    from knowledge.reading.worker import WORKER

    path = _docx(tmp_path / "a.docx", lambda document: document.add_paragraph("字"))
    read_file(path)
    child = WORKER._child
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(read_file(path).text)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["字"] * 6
    assert WORKER._child is child


def test_the_process_ends_with_the_one_that_started_it_and_minds_no_module_beside_it(tmp_path: Path) -> None:
    path = _docx(tmp_path / "a.docx", lambda document: document.add_paragraph("字"))
    for name in ("html", "email", "zipfile", "knowledge"):
        _written(tmp_path / f"{name}.py", b"raise SystemExit('wrong module')")
    code = (
        "import os, sys; from pathlib import Path; from knowledge.reading import read_file; "
        "from knowledge.reading.worker import WORKER\n"
        "os.chdir(Path(sys.argv[1]).parent); print(read_file(Path(sys.argv[1])).text, WORKER._child.pid, flush=True); "
        "os._exit(9)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    text, child = run.stdout.split()
    assert text == "字"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(int(child)):
        time.sleep(0.05)
    assert not _runs(int(child))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_file_of_strangers_never_gives_an_exception_of_another_kind(tmp_path: Path) -> None:
    whole = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("字")
    document.save(whole)
    raw = bytearray(whole.getvalue())
    for place in range(0, len(raw), len(raw) // 25):
        broken = bytearray(raw)
        broken[place : place + 8] = b"\xff\x00\xff\x00\xff\x00\xff\x00"
        try:
            assert read_file(_written(tmp_path / "a.docx", bytes(broken))).text == "字"
        except ReadError as error:
            assert "\n" not in str(error)  # noqa: PT017
