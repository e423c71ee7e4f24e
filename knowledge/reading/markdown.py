"""Markdown to what there is to read in it, each character with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from knowledge.mapped import Edit, MappedText
from knowledge.reading.source import Heading
from knowledge.reading.spans import content_of, headings_of

_STEP = "markdown"

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?=[\w-]+[ \t]*:)((?:(?!---|\.\.\.).*\n)*?)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)"
)
_FRONT_TITLE = re.compile(r"^title[ \t]*+:(.*)", re.MULTILINE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
# Many leave out the space, which a topic between two # has none of either.
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)| {0,3}(#{2,6})(?=[^\s#])")
_SETEXT = re.compile(r" {0,3}(?:(=+)|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*+){3,}|(?:-[ \t]*+){3,}|(?:_[ \t]*+){3,})$")
_QUOTED = re.compile(r"(?: {0,3}>[ ]?)+")
_BLOCK = re.compile(r"[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|\|)")
_TABLE_RULE = re.compile(
    r"[ \t]*+(?:\|[ \t]*+)?:?-+:?[ \t]*+(?:\|[ \t]*+:?-+:?[ \t]*+)+\|?[ \t]*+$|[ \t]*+\|[ \t]*+:?-+:?[ \t]*+\|[ \t]*+$"
)
_DEFINITION = re.compile(
    r" {0,3}\[(?!\^)[^\[\]]{1,400}\]:[ \t]*+\S++(?:[ \t]++(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*$"
)

_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)(?P<text>.{1,300}?)(?<!`)\1(?!`)")
_ESCAPE = re.compile(r"\\(?P<text>[!-/:-@\[-`{-~])")
_LINK = re.compile(
    r"!?\[(?P<text>[^\[\]]{0,400})\]"
    r"\([ \t]*+(?:<[^<>]{0,2000}>|[^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s<>]{0,2000})?)"
    r"(?:[ \t]++(?:\"[^\"]{0,400}\"|'[^']{0,400}'))?[ \t]*+\)"
)
_REFERENCE = re.compile(r"!?\[(?P<text>[^\[\]]{1,400})\](?P<target>\[[^\[\]]{0,400}\])")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,60}\](?!:)")
_AUTOLINK = re.compile(r"<(?P<text>(?:https?|mailto|ftp):[^\s<>]{1,2000})>")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:[ \t][^<>]{0,2000})?/?>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,9}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_STRONG = re.compile(
    r"(?P<stars>\*{1,3})(?![\s*])(?P<starred>.{1,200}?)(?<![\s*])(?P=stars)(?!\*)"
    r"|(?<!\w)(?P<lines>_{1,3})(?![\s_])(?P<lined>.{1,200}?)(?<![\s_])(?P=lines)(?!\w)"
    r"|~~(?![\s~])(?P<struck>.{1,200}?)(?<![\s~])~~"
)


def read_markdown(text: str) -> tuple[MappedText, str | None, tuple[Heading, ...]]:
    """The content, title and headings of a Markdown file.

    Left out are the marks of headings, emphasis, links, code and quotations, comments, tags, rules and front matter;
    marks of list items stay, and cells of a table stay parted by bars.
    """
    reader = _Reader(text)
    reader.read()
    content = content_of(text, reader.edits, _STEP)
    headings = headings_of(content, reader.headings)
    first = next((content.text[h.start : h.end] for h in headings if h.level == 1), None)
    return content, reader.title or first, headings


@dataclass
class _Reader:
    text: str
    title: str | None = None
    headings: list[tuple[int, int, int]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    _taken: bytearray = field(default_factory=bytearray)

    def read(self) -> None:
        self._taken = bytearray(len(self.text))
        start = self._front_matter()
        fence = ""
        before: tuple[int, int] | None = None  # the only line so far of a paragraph
        in_paragraph = False
        for line in re.compile(r"[^\n]*(?:\n|\Z)").finditer(self.text, start):
            first, last = line.start(), line.start() + len(line[0].rstrip("\r\n"))
            shown = self.text[first:last]
            mark = _FENCE.match(shown)
            if fence:
                if mark and mark[1].startswith(fence) and shown.strip() == mark[1]:
                    fence = ""
                    self._take(first, line.end())
                continue
            if mark:
                fence = mark[1]
                self._take(first, line.end())
                before, in_paragraph = None, False
                continue
            if self._is_taken(first, last):
                before, in_paragraph = None, False
                continue
            under = _SETEXT.match(shown) if before else None
            if under and before:
                self.headings.append((*before, 1 if under[1] else 2))
                self._take(before[1], last)
                before, in_paragraph = None, False
                continue
            if _RULE.match(shown) or _TABLE_RULE.match(shown) or _DEFINITION.match(shown):
                self._take(first, line.end())
                before, in_paragraph = None, False
                continue
            body = self._line(first, last)
            lone = bool(shown.strip()) and not in_paragraph and body == first and not _BLOCK.match(shown)
            before = (first, last) if lone and len(shown) <= 100 else None
            in_paragraph = bool(shown.strip()) and body == first

    def _front_matter(self) -> int:
        found = _FRONT_MATTER.match(self.text)
        if found:
            self._take(*found.span())
            title = _FRONT_TITLE.search(found[1])
            self.title = (title[1].strip().strip("\"'") or None) if title else None
        start = found.end() if found else len(self.text) - len(self.text.removeprefix("\ufeff"))
        in_fence = False
        for line in re.compile(r"^ {0,3}(?:```|~~~)|<!--", re.MULTILINE).finditer(self.text, start):
            if line[0] != "<!--":
                in_fence = not in_fence
            elif not in_fence and not self._taken[line.start()]:
                end = self.text.find("-->", line.end())
                if end < 0:
                    break
                self._take(line.start(), end + 3)
        return start

    def _line(self, first: int, last: int) -> int:
        """Read a line for its marks; where its words start is given back."""
        quoted = _QUOTED.match(self.text, first, last)
        if quoted:
            self._take(*quoted.span())
        start = quoted.end() if quoted else first
        shown = self.text[start:last]
        heading = _ATX.match(shown)
        if heading:
            self._take(start, start + heading.end())
            words = shown[heading.end() :].rstrip()
            open_ = words.rstrip("#")
            words = open_.rstrip() if open_ == "" or open_[-1] in " \t" else words
            start += heading.end()
            self._take(start + len(words), last)
            last = start + len(words)
            self.headings.append((start, last, len(heading[1] or heading[2])))
        elif shown.lstrip().startswith("|"):
            self._take(start, start + re.match(r"[ \t]*\|[ \t]*", shown).end())  # type: ignore[union-attr]
            words = shown.rstrip()
            if words.endswith("|") and not words.endswith("\\|"):
                self._take(start + len(words[:-1].rstrip()), last)
        self._marks(start, last)
        return start

    def _marks(self, start: int, end: int) -> None:
        for pattern in (_CODE, _ESCAPE, _AUTOLINK):
            for found in self._found(pattern, start, end):
                self._unwrap(found)
                self._keep(*found.span("text"))
        for pattern in (_LINK, _REFERENCE):
            for found in self._found(pattern, start, end):
                if self._free(found.end() - 1):
                    self._unwrap(found)
        for found in self._found(_FOOTNOTE, start, end):
            self._take(*found.span())
        for found in self._found(_TAG, start, end):
            self._take(*found.span(), " " if found[0].lower().startswith("<br") else "")
        for found in self._found(_ENTITY, start, end):
            shown = unescape(found[0])
            if shown != found[0]:
                self._take(*found.span(), shown)
        self._emphasis(start, end, 3)

    def _found(self, pattern: re.Pattern[str], start: int, end: int) -> Iterator[re.Match[str]]:
        return (found for found in pattern.finditer(self.text, start, end) if self._free(found.start()))

    def _unwrap(self, found: re.Match[str]) -> None:
        """Take what is around the text of a match."""
        self._take(found.start(), found.start("text"))
        self._take(found.end("text"), found.end())

    def _emphasis(self, start: int, end: int, depth: int) -> None:
        for found in self._found(_STRONG, start, end):
            first, last = found.span(found.lastgroup or 0)
            if self._free(last):
                self._take(found.start(), first)
                self._take(last, found.end())
                if depth > 1:
                    self._emphasis(first, last, depth - 1)

    def _take(self, start: int, end: int, shown: str = "") -> None:
        """Replace these characters, but for those that are spoken for."""
        while start < end:
            if self._taken[start]:
                start += 1
                continue
            stop = self._taken.find(1, start, end)
            stop = end if stop < 0 else stop
            kept = self._taken.find(2, start, end)
            stop = min(stop, kept) if kept >= 0 else stop
            self._taken[start:stop] = b"\x01" * (stop - start)
            self.edits.append(Edit(start, stop, shown, _STEP))
            start, shown = stop, ""

    def _keep(self, start: int, end: int) -> None:
        """Let these characters stand, whatever marks are among them."""
        for place in range(start, end):
            if not self._taken[place]:
                self._taken[place] = 2

    def _free(self, place: int) -> bool:
        return not self._taken[place]

    def _is_taken(self, start: int, end: int) -> bool:
        return start < end and all(taken == 1 for taken in self._taken[start:end])
