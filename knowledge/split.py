"""A document to passages: each makes one claim, ends where a sentence does, and is quoted to the letter."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import ceil

from knowledge.claims import has_figure, has_source, source_changes
from knowledge.groups import LEAST, MOST, WIDEST, Piece, grouped
from knowledge.mapped import MappedText
from knowledge.passage import Bilingual, Document, Passage
from knowledge.reading import Source
from knowledge.script import language_of
from knowledge.sentences import clauses, sentences, size, width
from knowledge.structure import Paragraph, Structure
from knowledge.tables import has_header, row_as_text

# From so many words on, a paragraph that has things from several sources is cut where they change.
_SEVERAL = 70.0
# What is left over of a paragraph stays with the part before it, if it is no longer than this.
_REST = 35.0
# A sentence beyond this is no sentence but a text without marks.
_LONGEST = 4 * MOST

_LINE_END = re.compile(r"\r\n|\r|\n")
_SPACE = re.compile(r"[^\S\n\r\f]*+(?:\r\n?|\n|\f)\s*+|[^\S\n]{2,}+|[\t\v\x80-\x9f\u2028\u2029]+")
# It may be the first or last character of what was cut off, and stand beside the words of a passage.
_UNREADABLE = "\ufffd"
_WIDE = re.compile("[\u2e80-\u9fff\uff00-\uffef“”‘’—…]")
_ENDS = re.compile(r"[。！？!?.…；;：:，,、][”’」』）)》】\"'\]]*$")


def split(source: Source, text: MappedText, structure: Structure, document: Document) -> list[Passage]:
    """The passages of a document; ``text`` is what ``structure`` was made of, mapped to the text of the source.

    Headings and boilerplate are no part of any. A paragraph, list item or row of a table is a passage, but that those
    which cannot stand alone are joined, and long paragraphs are cut between sentences.
    """
    breaks = [found.start() for found in _LINE_END.finditer(source.text)]

    def passage(number: int, group: Sequence[Piece]) -> Passage:
        first, last = group[0], group[-1]
        start, end = text.span(first.start, last.end)
        words = _joined(group)
        page = source.page(start)
        section = _section(first.paragraph)
        return Passage(
            id=f"{document.id}-{number}",
            document_id=document.id,
            document_title=document.title,
            language=language_of(words),
            text=words,
            source=document.source,
            locator=f"p. {page}" if page else _locator(first.paragraph.number, last.paragraph.number),
            section=Bilingual(zh=section, en=section) if section else None,
            # Of what was extracted from pages and parts, nobody sees paragraphs or lines.
            paragraph=None if page else first.paragraph.number,
            line=None if source.format in {"pdf", "docx"} else bisect_left(breaks, start) + 1,
            quote=source.text[start:end],
            start=start,
            end=end,
            damaged=_UNREADABLE in source.text[max(0, start - 1) : end + 1]
            or any(edit.guess for edit in text.edits_within(first.start, last.end)),
        )

    groups = grouped([*_pieces(text.text, structure.paragraphs)])
    return [passage(number, group) for number, group in enumerate(groups, start=1)]


def _pieces(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Piece]:
    """Paragraphs that say something, the long ones in parts; what introduces others only where some follow."""
    kept = [p for p in paragraphs if p.kind not in {"heading", "boilerplate"}]
    rows: list[Paragraph] = []
    for paragraph, following in zip(kept, [*kept[1:], None], strict=False):
        words = text[paragraph.start : paragraph.end]
        if paragraph.kind == "row":
            rows.append(paragraph)
            if following is None or following.kind != "row" or following.blanks:
                yield from _rows(text, rows)
                rows = []
        elif paragraph.kind != "lead" or _introduces(paragraph, following, words):
            language = language_of(words)
            for start, end in _parts(text, paragraph.start, paragraph.end):
                yield Piece(paragraph, start, end, language, _clean(text[start:end]))


def _introduces(lead: Paragraph, following: Paragraph | None, words: str) -> bool:
    """Whether what introduces others has some to go with, or says something itself."""
    if lead.numbered:
        return following is not None and following.under == lead.under
    return (following is not None and following.kind != "row") or has_figure(words) or has_source(words)


def _rows(text: str, rows: Sequence[Paragraph]) -> Iterator[Piece]:
    """The rows of a table, the first with its header."""
    words = [_clean(text[row.start : row.end]) for row in rows]
    header = words[0] if has_header(words) else None
    for place, row in enumerate(rows[1:] if header else rows):
        said = row_as_text(words[place + 1 if header else place], header)
        start = rows[0].start if header and not place else row.start
        yield Piece(row, start, row.end, language_of(said), said)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A paragraph, in parts if it is long: one for each source, and each of about one length."""
    if size(text[start:end]) <= _SEVERAL and width(text[start:end]) <= WIDEST:
        return [(start, end)]
    found = [
        part for first, last in sentences(text[start:end]) for part in _shortened(text, start + first, start + last)
    ]
    before = [*accumulate((size(text[first:last]) for first, last in found), initial=0.0)]
    parts = [0]
    for place in source_changes([text[first:last] for first, last in found]):
        if before[place] - before[parts[-1]] >= LEAST <= before[-1] - before[place]:
            parts.append(place)
    return [cut for first, last in pairwise([*parts, len(found)]) for cut in _even(text, found[first:last])]


def _shortened(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence, in parts if it is far too long."""
    if size(text[start:end]) <= _LONGEST and width(text[start:end]) <= WIDEST:
        return [(start, end)]
    return clauses(text, start, end, MOST, WIDEST)


def _even(text: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences in parts of about one length, none of which is too long."""
    if not found:
        return []
    start, end = found[0][0], found[-1][1]
    if _fits(text[start:end]):
        return [(start, end)]
    whole = size(text[start:end])
    aim = whole / max(ceil(whole / MOST), ceil(width(text[start:end]) / WIDEST))
    parts: list[tuple[int, int]] = []
    length, columns = 0.0, 0
    for first, last in found:
        more, wide = size(text[first:last]), width(text[first:last])
        room = length + more <= MOST and columns + wide <= WIDEST
        # A part ends where going on would lead further from the aim than stopping here.
        if parts and room and length + more / 2 <= aim:
            parts[-1] = (parts[-1][0], last)
            length, columns = length + more, columns + wide
        else:
            parts.append((first, last))
            length, columns = more, wide
    if len(parts) > 1 and size(text[slice(*parts[-1])]) < _REST and _fits(text[parts[-2][0] : end]):
        parts[-2:] = [(parts[-2][0], end)]
    return parts


def _fits(words: str) -> bool:
    return size(words) <= MOST and width(words) <= WIDEST


def _locator(first: int, last: int) -> str:
    return f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"


def _section(paragraph: Paragraph) -> str | None:
    under = paragraph.under if paragraph.kind != "lead" else None
    return " › ".join(name for name in (paragraph.section, under) if name) or None


def _joined(group: Sequence[Piece]) -> str:
    """The words of a group."""
    words = group[0].words
    for former, piece in pairwise(group):
        chinese = bool(_WIDE.match(words[-1]) or _WIDE.match(piece.words))
        if _ENDS.search(words):
            words += piece.words if chinese else f" {piece.words}"
        else:
            mark = ("：" if chinese else ": ") if former.paragraph.kind == "lead" else ("；" if chinese else "; ")
            words += mark + piece.words
    return words


def _clean(words: str) -> str:
    """Words on one line; a line break between Chinese is nothing, any other a space."""

    def between(found: re.Match[str]) -> str:
        before, after = words[max(0, found.start() - 1) : found.start()], words[found.end() : found.end() + 1]
        chinese = _WIDE.match(before) and _WIDE.match(after)
        return "" if chinese and _LINE_END.search(found[0]) else " "

    return _SPACE.sub(between, words).strip()
