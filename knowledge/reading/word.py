"""The paragraphs of a docx; the only import of python-docx, and only ever in a process that may be killed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from knowledge.reading.parts import Block, Blocks
from knowledge.reading.source import Limits, UnreadableError

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element  # type: ignore[import-untyped]

_DAMAGED = "is damaged, or no docx; save it as a docx again"
_HEADING = re.compile(r"(?:heading|标题|標題) ?([1-9])", re.IGNORECASE)
_TITLES = frozenset(["title", "标题", "標題"])
# Deleted and hidden words, what an older program shows in place of a newer one's, and the readings over characters.
_NOT_READ = frozenset(
    [
        qn("w:del"),
        qn("w:moveFrom"),
        qn("w:rt"),
        qn("w:instrText"),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    ]
)
_MEMBERS = 10_000
# Small members may repeat themselves as they like.
_SMALL = 1_000_000


def read_docx(content: bytes, limits: Limits) -> Blocks:
    """A docx from top to bottom. Raises UnreadableError if it is damaged, encrypted or a zip bomb."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableError(
            "is encrypted; save it without a password" if encrypted else "is a doc; save it as a docx"
        )
    try:
        _refuse_bomb(content, limits)
        document = docx.Document(io.BytesIO(content))
        styles = _Styles(document)
        blocks = tuple(_blocks(document, styles, limits.characters))
    # What python-docx raises on a package without its parts.
    except (
        zipfile.BadZipFile,
        OpcError,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        AttributeError,
        NotImplementedError,
    ) as error:
        raise UnreadableError(_DAMAGED) from error
    # The properties are often those of another file that this one was made from.
    title = styles.title or " ".join((document.core_properties.title or "").split()) or None
    return Blocks(title=title, blocks=blocks)


def _refuse_bomb(content: bytes, limits: Limits) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = package.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("is encrypted; save it without a password")
    # No more than the declared size of a member is ever unpacked.
    unpacked = sum(member.file_size for member in members)
    swollen = any(m.file_size > max(_SMALL, limits.ratio * m.compress_size) for m in members)
    if len(members) > _MEMBERS or unpacked > limits.unpacked or swollen:
        raise UnreadableError("unpacks to far more than a document holds (a zip bomb?); save it as a docx again")


def _blocks(document: Document, styles: _Styles, characters: int) -> Iterator[Block]:
    for block in chain(_within(document.element.body, styles), _notes(document, styles)):
        characters -= len(block.text)
        if characters < 0:
            raise UnreadableError("holds more text than is read from one file; split it")
        yield block


def _notes(document: Document, styles: _Styles) -> Iterator[Block]:
    """The footnotes and endnotes."""
    for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
        for relationship in document.part.rels.values():
            if relationship.reltype != kind or relationship.is_external:
                continue
            for note in parse_xml(relationship.target_part.blob).iterchildren(qn("w:footnote"), qn("w:endnote")):
                # Those of a type are the lines that part notes from the text.
                if note.get(qn("w:type"), "normal") == "normal":
                    yield from _within(note, styles)


def _within(parent: Element, styles: _Styles) -> Iterator[Block]:
    """The blocks of a body, cell or text box; content controls and the like are looked into."""
    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            yield from _paragraph(element, styles)
        elif element.tag == qn("w:tbl"):
            yield from _table(element)
        elif element.tag not in _NOT_READ:
            yield from _within(element, styles)


def _paragraph(paragraph: Element, styles: _Styles) -> Iterator[Block]:
    text = _text(paragraph)
    if text:
        level = styles.level(paragraph)
        if styles.title is None and styles.is_title(paragraph):
            styles.title = text
        item = styles.is_item(paragraph)
        yield Block(kind="item" if item and not level else "paragraph", text=text, level=level)
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(above.tag in _NOT_READ for above in box.iterancestors()):
            yield from _within(box, styles)


def _table(table: Element) -> Iterator[Block]:
    """The rows of a table, each before those of the tables that stand in it."""
    rows = [
        (row, [" ".join(filter(None, map(_text, _own(cell, "w:p", "w:tc")))) for cell in _own(row, "w:tc", "w:tr")])
        for row in _own(table, "w:tr", "w:tbl")
    ]
    used = {place for _, cells in rows for place, cell in enumerate(cells) if cell}
    for row, cells in rows:
        if any(cells):
            # An empty cell keeps the others below what their columns are called.
            yield Block(kind="row", text=" | ".join(cell for place, cell in enumerate(cells) if place in used).rstrip())
        for inner in _own(row, "w:tbl", "w:tr"):
            yield from _table(inner)


def _own(parent: Element, tag: str, kind: str) -> Iterator[Element]:
    """The elements in a parent of a kind that stand in no other of that kind within it."""
    return (found for found in parent.iter(qn(tag)) if next(found.iterancestors(qn(kind)), None) is parent)


def _text(paragraph: Element) -> str:
    """The words of a paragraph, those of text boxes in it left out."""
    pieces: list[str] = []
    waiting = [*reversed(paragraph)]
    while waiting:
        element = waiting.pop()
        tag = element.tag
        if tag == qn("w:t"):
            # An entity that stands for something outside is left out, not what comes after it.
            pieces += [element.text or "", *(child.tail or "" for child in element)]
        elif tag in {qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:ptab")}:
            pieces.append(" ")
        elif tag == qn("w:noBreakHyphen"):
            pieces.append("-")
        elif tag not in _NOT_READ and tag not in {qn("w:txbxContent"), qn("w:pPr")} and not _is_vanished(element):
            waiting += reversed(element)
    return " ".join("".join(pieces).split())


def _is_vanished(element: Element) -> bool:
    mark = element.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val"), "1") not in {"0", "false", "off"}


class _Styles:
    """What a paragraph is, by its own properties, those of its style, or of one that its style is based on."""

    def __init__(self, document: Document) -> None:
        self._styles = {style.style_id: style.element for style in document.styles}
        self._levels: dict[str, int | None] = {}
        self.title: str | None = None

    def is_title(self, paragraph: Element) -> bool:
        """Whether it has the style of titles."""
        properties = paragraph.find(qn("w:pPr"))
        style = self._styles.get(_value(properties, "w:pStyle") or "") if properties is not None else None
        return style is not None and (_value(style, "w:name") or "").lower() in _TITLES

    def is_item(self, paragraph: Element) -> bool:
        """Whether it stands in a list."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return False
        seen: set[str] = set()
        style = _value(properties, "w:pStyle")
        while (numbers := properties.find(qn("w:numPr")) if properties is not None else None) is None:
            if not style or style in seen or style not in self._styles:
                return False
            seen.add(style)
            properties = self._styles[style].find(qn("w:pPr"))
            style = _value(self._styles[style], "w:basedOn")
        return _value(numbers, "w:numId") != "0"

    def level(self, paragraph: Element) -> int | None:
        """The level of a heading."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return None
        style = _value(properties, "w:pStyle")
        return _outline(properties) or (self._level_of(style) if style else None)

    def _level_of(self, name: str) -> int | None:
        if name not in self._levels:
            self._levels[name] = None  # a style may be based on itself
            style = self._styles.get(name)
            if style is not None:
                named = _HEADING.fullmatch(_value(style, "w:name") or "")
                based = _value(style, "w:basedOn")
                title = (_value(style, "w:name") or "").lower() in _TITLES
                self._levels[name] = (
                    (int(named[1]) if named else None)
                    or (1 if title else None)
                    or _outline(style.find(qn("w:pPr")))
                    or (self._level_of(based) if based else None)
                )
        return self._levels[name]


def _outline(properties: Element | None) -> int | None:
    level = _value(properties, "w:outlineLvl") if properties is not None else None
    return int(level) + 1 if level and level.isdecimal() and int(level) < 9 else None


def _value(element: Element, tag: str) -> str | None:
    child = element.find(qn(tag))
    return child.get(qn("w:val")) if child is not None else None
