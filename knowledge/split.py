"""A document to passages: each stands alone, ends where a sentence does, and is quoted to the letter."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.mapped import MappedText
from knowledge.passage import Bilingual, Document, Language, Passage
from knowledge.reading import Source
from knowledge.script import language_of
from knowledge.sentences import clauses, refers_back, sentences, size
from knowledge.structure import Paragraph, Structure

# In words, of which a Chinese character is half a one.
_LEAST: dict[Language, float] = {"zh": 30.0, "en": 40.0}
_MOST = 110.0
# A sentence beyond this is no sentence but a text without marks.
_LONGEST = 4 * _MOST

_SPACE = re.compile(r"[^\S\n]*(?:\r?\n|\f)\s*|[^\S\n]{2,}|\t")
_WIDE = re.compile("[\u2e80-\u9fff\uff00-\uffef“”‘’—…]")
_ENDS = re.compile(r"[。！？!?.…；;：:，,、][”’」』）)》】\"'\]]*$")


@dataclass(frozen=True)
class _Piece:
    """The characters ``start:end`` of the repaired text, some sentences of one paragraph or all of it."""

    paragraph: Paragraph
    start: int
    end: int
    language: Language
    size: float


def split(source: Source, text: MappedText, structure: Structure, document: Document) -> list[Passage]:
    """The passages of a document; ``text`` is what ``structure`` was made of, mapped to the text of the source.

    Headings and boilerplate are no part of any. Short paragraphs of one section are joined, long ones cut between
    sentences.
    """
    breaks = [found.start() for found in re.finditer("\n", source.text)]

    def passage(number: int, group: Sequence[_Piece]) -> Passage:
        first, last = group[0], group[-1]
        start, end = text.span(first.start, last.end)
        words = _joined(text.text, group)
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
            damaged=any(edit.guess for edit in text.edits_within(first.start, last.end)),
        )

    groups = _groups([*_pieces(text.text, structure.paragraphs)], text.text)
    return [passage(number, group) for number, group in enumerate(groups, start=1)]


def _pieces(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[_Piece]:
    """Paragraphs that say something, the long ones in parts; what introduces others only where some follow."""
    kept = [p for p in paragraphs if p.kind not in {"heading", "boilerplate"}]
    for paragraph, following in zip(kept, [*kept[1:], None], strict=False):
        if (
            paragraph.kind == "lead"
            and paragraph.numbered
            and (following is None or following.under != paragraph.under)
        ):
            continue
        language = language_of(text[paragraph.start : paragraph.end])
        for start, end in _parts(text, paragraph.start, paragraph.end):
            yield _Piece(paragraph, start, end, language, size(text[start:end]))


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A paragraph, in parts of about one length if it is long."""
    whole = size(text[start:end])
    if whole <= _MOST:
        return [(start, end)]
    found = [(start + first, start + last) for first, last in sentences(text[start:end])]
    found = [
        part
        for first, last in found
        for part in (clauses(text, first, last, _MOST) if size(text[first:last]) > _LONGEST else [(first, last)])
    ]
    aim = whole / -(-whole // _MOST)
    parts: list[tuple[int, int]] = []
    length = 0.0
    for first, last in found:
        more = size(text[first:last])
        # A part ends where going on would lead further from the aim than stopping here.
        if parts and length + more <= _MOST and length + more / 2 <= aim:
            parts[-1] = (parts[-1][0], last)
            length += more
        else:
            parts.append((first, last))
            length = more
    return parts


def _groups(pieces: Sequence[_Piece], text: str) -> list[list[_Piece]]:
    """Pieces that make a passage together."""
    groups: list[list[_Piece]] = []
    for unit in _units(pieces):
        if groups and _fit(groups[-1], unit) and (_is_short(groups[-1]) or _refers_back(text, groups[-1], unit)):
            groups[-1].extend(unit)
        elif len(groups) > 1 and _is_short(groups[-1]) and _fit(groups[-2], groups[-1]):
            groups[-2].extend(groups.pop())
            groups.append(unit)
        else:
            groups.append(unit)
    if len(groups) > 1 and _is_short(groups[-1]) and _fit(groups[-2], groups[-1]):
        groups[-2].extend(groups.pop())
    return groups


def _units(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces, those that introduce others with the one that follows."""
    unit: list[_Piece] = []
    for piece in pieces:
        if unit and unit[-1].paragraph.section != piece.paragraph.section:
            yield unit
            unit = []
        unit.append(piece)
        if piece.paragraph.kind != "lead":
            yield unit
            unit = []
    if unit:
        yield unit


def _is_short(group: Sequence[_Piece]) -> bool:
    return _total(group) < _LEAST[group[0].language]


def _refers_back(text: str, group: Sequence[_Piece], unit: Sequence[_Piece]) -> bool:
    """Whether what begins a paragraph speaks of the one before."""
    first = unit[0]
    return first.paragraph != group[-1].paragraph and refers_back(text, first.start)


def _fit(group: Sequence[_Piece], pieces: Sequence[_Piece]) -> bool:
    """Whether pieces are of the section and language of a group, and there is room for them."""
    last, first = group[-1], pieces[0]
    alike = (last.paragraph.section, last.language) == (first.paragraph.section, first.language)
    return alike and _total(group) + _total(pieces) <= _MOST


def _total(group: Sequence[_Piece]) -> float:
    return sum(piece.size for piece in group)


def _locator(first: int, last: int) -> str:
    return f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"


def _section(paragraph: Paragraph) -> str | None:
    under = paragraph.under if paragraph.kind != "lead" else None
    return " › ".join(name for name in (paragraph.section, under) if name) or None


def _joined(text: str, group: Sequence[_Piece]) -> str:
    """The words of a group on one line."""
    words = _clean(text[group[0].start : group[0].end])
    for former, piece in pairwise(group):
        more = _clean(text[piece.start : piece.end])
        chinese = bool(_WIDE.match(words[-1]) or _WIDE.match(more))
        if _ENDS.search(words):
            words += more if chinese else f" {more}"
        else:
            mark = ("：" if chinese else ": ") if former.paragraph.kind == "lead" else ("；" if chinese else "; ")
            words += mark + more
    return words


def _clean(words: str) -> str:
    """Words on one line; a line break between Chinese is nothing, any other a space."""

    def between(found: re.Match[str]) -> str:
        before, after = words[max(0, found.start() - 1) : found.start()], words[found.end() : found.end() + 1]
        chinese = _WIDE.match(before) and _WIDE.match(after)
        return "" if chinese and "\n" in found[0] else " "

    return _SPACE.sub(between, words).strip()
