"""The lines of a pdf; the only import of PDFium, and only ever in a process that may be killed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw

from knowledge.reading.columns import in_columns
from knowledge.reading.parts import Line, Pages
from knowledge.reading.source import Limits, UnreadableError
from knowledge.script import readable

# PDFium's character for a hyphen at the end of a line.
_HYPHENS = frozenset([0x02, 0xFFFE])
_LOOKED_AT = 12
_NO_TITLE = re.compile(r"untitled|无标题|無標題|microsoft word\b.*|.*\.(docx?|pdf|tmp|indd|pptx?|wps)", re.IGNORECASE)

Codes = list[tuple[int, int]]


def read_pdf(content: bytes, limits: Limits) -> Pages:
    """The lines of each page. Raises UnreadableError if it is encrypted, damaged or too long."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableError("is encrypted; save it without a password") from error
        raise UnreadableError("is damaged, or no pdf; save it as a pdf again") from error
    left = limits.characters
    pages: list[tuple[Line, ...]] = []
    broken = 0
    for number in range(len(document)):
        try:
            lines = tuple(_lines(document, number, left))
        except pdfium.PdfiumError:
            broken += 1
            lines = ()
        left -= sum(len(line.text) for line in lines)
        pages.append(lines)
    if broken == len(pages):
        raise UnreadableError("is damaged: none of its pages can be opened; save it as a pdf again")
    return Pages(title=_title(document), pages=tuple(pages))


def _title(document: pdfium.PdfDocument) -> str | None:
    title = " ".join(readable(document.get_metadata_value("Title")).split())
    return title if title and not _NO_TITLE.fullmatch(title) else None


def _lines(document: pdfium.PdfDocument, number: int, limit: int) -> list[Line]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count > limit:
            raise UnreadableError("holds more text than is read from one file; split it")
        rows = [*_rows(text_page, count)]
        lines = [line for codes in rows if (line := _line(text_page, codes))]
        # Where no gap is seen in the longest lines there is none, and looking for one takes long.
        longest = sorted(rows, key=len)[-_LOOKED_AT:]
        if sum(len(_apart(text_page, codes)) > 1 for codes in longest) * 2 < len(longest):
            return lines
        parts = [tuple(filter(None, (_line(text_page, part) for part in _apart(text_page, row)))) for row in rows]
        return in_columns([row for row in parts if row]) or lines
    finally:
        text_page.close()
        page.close()


def _rows(text_page: pdfium.PdfTextPage, count: int) -> Iterator[Codes]:
    """The characters of each line, by their places on the page."""
    codes: Codes = []
    for place in range(count):
        code = raw.FPDFText_GetUnicode(text_page, place)
        if code >= 0x20 and code not in _HYPHENS:
            codes.append((place, code))
        elif code == 0x09:
            codes.append((place, 0x20))
        else:
            yield [*codes, (place, ord("-"))] if code in _HYPHENS else codes
            codes = []
    yield codes


def _apart(text_page: pdfium.PdfTextPage, codes: Codes) -> list[Codes]:
    """A line, parted at spaces that are as wide as its letters are high."""
    parts: list[Codes] = [[]]
    letter: int | None = None
    for place, code in codes:
        if code != 0x20 and letter is not None and parts[-1][-1][1] == 0x20:
            left, bottom, _, top = text_page.get_charbox(place, loose=True)
            _, _, right, _ = text_page.get_charbox(letter, loose=True)
            if left - right >= top - bottom:
                parts.append([])
        if code != 0x20:
            letter = place
        parts[-1].append((place, code))
    return parts


def _line(text_page: pdfium.PdfTextPage, codes: Codes) -> Line | None:
    letters = [place for place, code in codes if code != 0x20]
    text = readable("".join(chr(code) for _, code in codes)).lstrip(" ").rstrip()
    if not letters or not text:
        return None
    left, bottom, _, top = text_page.get_charbox(letters[0], loose=True)
    _, _, right, last_top = text_page.get_charbox(letters[-1], loose=True)
    return Line(text=text, left=left, right=right, bottom=bottom, size=max(top, last_top) - bottom)
