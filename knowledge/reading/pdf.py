"""The lines of a pdf; the only import of PDFium, and only ever in a process that may be killed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw

from knowledge.reading.parts import Line, Pages
from knowledge.reading.source import Limits, UnreadableError
from knowledge.script import readable

# PDFium's character for a hyphen at the end of a line.
_HYPHENS = frozenset([0x02, 0xFFFE])
_NO_TITLE = re.compile(r"untitled|无标题|無標題|microsoft word\b.*|.*\.(docx?|pdf|tmp|indd|pptx?|wps)", re.IGNORECASE)


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


def _lines(document: pdfium.PdfDocument, number: int, limit: int) -> Iterator[Line]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count > limit:
            raise UnreadableError("holds more text than is read from one file; split it")
        codes: list[tuple[int, int]] = []
        for place in range(count):
            code = raw.FPDFText_GetUnicode(text_page, place)
            if code in _HYPHENS:
                codes.append((place, ord("-")))
            elif code >= 0x20:
                codes.append((place, code))
                continue
            elif code == 0x09:
                codes.append((place, 0x20))
                continue
            yield from _line(text_page, codes)
            codes = []
        yield from _line(text_page, codes)
    finally:
        text_page.close()
        page.close()


def _line(text_page: pdfium.PdfTextPage, codes: list[tuple[int, int]]) -> Iterator[Line]:
    while codes and codes[0][1] == 0x20:
        codes.pop(0)
    text = readable("".join(chr(code) for _, code in codes)).rstrip()
    if text:
        letters = [place for place, code in codes if code != 0x20]
        left, bottom, _, top = text_page.get_charbox(letters[0], loose=True)
        _, _, right, last_top = text_page.get_charbox(letters[-1], loose=True)
        yield Line(text=text, left=left, right=right, bottom=bottom, size=max(top, last_top) - bottom)
