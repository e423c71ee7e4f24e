"""HTML to what there is to read in it, each character with its place in the file.

No parser at hand tells where in the file each piece of text stood, so the tokens of the HTML standard are found here;
character references are Python's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal, NamedTuple

from knowledge.mapped import Edit, MappedText
from knowledge.reading.source import Heading
from knowledge.reading.spans import between, content_of, headings_of

_STEP = "html"

# Possessive throughout, so that no page costs more than its length.
_MARKUP = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))
      | <[!?][^>]*+(?:>|\Z)
      | <(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)
        (?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))*+)(?:>|\Z)""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s=/>"']++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?|["'=/]""")
_MAYBE_HIDDEN = re.compile(
    r"hidden|role|display|cookie|consent|gdpr|share|sharing|social|newsletter|subscribe|sign-?up|author|related|recommended|breadcrumb|comments|skip",
    re.IGNORECASE,
)
# What pages call the parts that stand around their text, by whole names of classes.
_CALLED_AROUND = re.compile(
    r"(?:[\w-]*[_-])?cookies?(?:[_-][\w-]*|banner|notice|bar|consent)?|(?:gdpr|consent|onetrust)(?:[_-][\w-]*)?"
    r"|(?:(?:post|article|entry|page)[_-])?(?:social|share|sharing)(?:[_-]?(?:share|sharing|links?|icons?|buttons?|bar|tools|media|box|widget|list|this))*"
    r"|(?:newsletter|subscribe|sign-?up)(?:[_-][\w-]*)?"
    r"|(?:(?:post|article|entry|about)[_-])?author[_-]?(?:bio|box|card|info|about|description|profile|block)|about[_-](?:the[_-])?author"
    r"|(?:related|recommended)(?:[_-][\w-]*)?|breadcrumbs?|(?:post[_-])?comments(?:[_-][\w-]*)?|skip[_-]?(?:link|to-content|nav)",
    re.IGNORECASE,
)
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_AROUND = frozenset("navigation banner contentinfo complementary search dialog alertdialog".split())
_ATOM = re.compile(
    r"(?P<space>\s+)|(?P<reference>&(?:\#[0-9]{1,9};?|\#[xX][0-9a-fA-F]{1,9};?|[a-zA-Z0-9]{1,32};?))|[^\s&]+|&"
)

_NO_TITLE = re.compile(
    r"home(?: ?page)?|index|untitled(?: document)?|document|page|article|首页|主页|文章|无标题(?:文档)?", re.IGNORECASE
)
# The name of a site after a title.
_SITE = re.compile(r"(?<=\S{4})\s*(?:[|｜]|(?<=[\u3400-\u9fff？！?!])_)\s*[^|｜_]{1,40}$")

_RAW = frozenset("script style xmp iframe noembed noframes textarea title".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_DROPPED = frozenset(
    "nav header footer aside form noscript template svg select datalist button dialog audio video canvas object rt"
    " rp".split()
)
# Where a header is the heading of a text, not of a site.
# Those that end with what they stand in, where they have no end tag.
_IMPLIED = frozenset(["rt", "rp"])
_ARTICLE = frozenset(["article", "main", "section"])
_LISTS = frozenset("dir menu ol ul".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS = frozenset(
    "address article aside blockquote body center details dialog dir div dl fieldset figcaption figure footer form head"
    " header hgroup hr html legend main menu nav ol p pre search section summary table ul".split()
) | frozenset(_HEADINGS)
_LINES = frozenset("caption dd dt li option tbody tfoot thead tr".split())
_CELLS = frozenset(["td", "th"])
# Those whose end tag says where they end, and whose start opens nothing that a later end tag could close.
_UNNESTED = _VOID | frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr p q s samp small span strike"
    " strong sub sup time tt u var".split()
)


class _Token(NamedTuple):
    kind: Literal["text", "open", "close", "gone"]
    start: int
    end: int
    name: str = ""


@dataclass(frozen=True)
class _Element:
    name: str
    start: int
    weight: int
    dropped: Literal["surely", "maybe", "no"]


def read_html(text: str) -> tuple[MappedText, str | None, tuple[Heading, ...]]:
    """The content, title and headings of a page.

    Left out are scripts, comments, forms, what is hidden, and the navigation, header, footer and asides around the
    text, unless there is nothing else. Blocks are parted by an empty line, list items and rows by a line break, cells
    by a bar; white space is as a browser shows it.
    """
    tokens = [*_tokens(text)]
    writer = _written(text, tokens, _dropped(text, tokens))
    if not writer.pieces:
        writer = _written(text, tokens, [])
    content = content_of(text, writer.edits(), _STEP)
    headings = headings_of(content, writer.headings)
    return content, _title(text, tokens, content, headings), headings


def _tokens(text: str) -> Iterator[_Token]:
    done = 0
    while found := _MARKUP.search(text, done):
        if found.start() > done:
            yield _Token("text", done, found.start())
        done = found.end()
        name = (found["name"] or "").lower()
        if not name:
            yield _Token("gone", found.start(), done)
        elif found["close"]:
            yield _Token("close", found.start(), done, name)
        else:
            sign = _sign(found["attributes"]) if name not in _VOID else ""
            yield _Token("open", found.start(), done, f"{name} {sign}" if sign else name)
            if name in _RAW:
                end = _end_of_raw(text, name, done)
                yield _Token("gone", done, end, name)
                done = end
    if done < len(text):
        yield _Token("text", done, len(text))


def _sign(attributes: str) -> str:
    """``hidden`` if a browser shows it not or as something beside the text, ``around`` if it is called so."""
    if not _MAYBE_HIDDEN.search(attributes):
        return ""
    called = ""
    for attribute in _ATTRIBUTE.finditer(attributes):
        name, value = (attribute[1] or "").lower(), (attribute[2] or "").strip("\"'").strip().lower()
        if (
            (name == "hidden" and value != "until-found")
            or (name == "aria-hidden" and value == "true")
            or (name == "role" and value in _AROUND)
            or (name == "style" and _NO_DISPLAY.search(value))
        ):
            return "hidden"
        if name in {"class", "id"} and any(map(_CALLED_AROUND.fullmatch, value.split())):
            called = "around"
    return called


def _end_of_raw(text: str, name: str, start: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, start)
    return found.start() if found else len(text)


def _dropped(text: str, tokens: list[_Token]) -> list[tuple[int, int]]:
    """The outermost elements to leave out.

    One without an end tag stays, since nobody knows where it was to end, and so does a form, or what only its name
    tells to be around the text, that is most of the page.
    """
    open_elements: list[_Element] = []
    names: dict[str, int] = {}
    weight = 0
    spans: list[tuple[int, int]] = []
    doubtful: list[tuple[int, int, int]] = []
    for token in tokens:
        name, _, sign = token.name.partition(" ")
        if token.kind == "text":
            weight += token.end - token.start - text.count(" ", token.start, token.end)
        elif token.kind == "open" and (name not in _UNNESTED or sign or names.get(name)):
            inside = any(names.get(article) for article in _ARTICLE)
            surely = sign == "hidden" or (name in _DROPPED and name != "form" and not (name == "header" and inside))
            maybe = name == "form" or (sign == "around" and name not in _ARTICLE and name != "body")
            dropped: Literal["surely", "maybe", "no"] = "surely" if surely else "maybe" if maybe else "no"
            open_elements.append(_Element(name, token.start, weight, dropped))
            names[name] = names.get(name, 0) + 1
        elif token.kind == "close" and names.get(name):
            while open_elements:
                element = open_elements.pop()
                names[element.name] -= 1
                if element.name == name:
                    break
                if element.name in _IMPLIED:
                    spans.append((element.start, token.start))
            if element.dropped == "maybe":
                doubtful.append((element.start, token.end, weight - element.weight))
            elif element.dropped == "surely":
                spans.append((element.start, token.end))
    spans += [(start, end) for start, end, held in doubtful if held * 2 <= weight]
    return _outermost(spans)


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    outer: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not outer or start >= outer[-1][1]:
            outer.append((start, end))
    return outer


@dataclass
class _Writer:
    """Keeps pieces of a text one after the other, and what is to stand in the gaps."""

    text: str
    pieces: list[Edit] = field(default_factory=list)
    headings: list[tuple[int, int, int]] = field(default_factory=list)
    gap: str = ""
    mark: str = ""
    last: str = ""
    preformatted: int = 0
    lists: list[int | None] = field(default_factory=list)
    _heading: tuple[int, int] | None = None

    def part(self, gap: str) -> None:
        """The next piece comes after this, unless something that parts more is due already."""
        order = ("", "space", " ", " | ", "\n", "\n\n")
        if order.index(gap) > order.index(self.gap):
            self.gap = gap

    def keep(self, start: int, end: int, shown: str) -> None:
        gap = between(self.last, shown) if self.gap == "space" else self.gap
        if self.last == "\n":
            gap = gap.removesuffix("\n")
        done = self.pieces[-1].end if self.pieces else 0
        if done < start and (self.pieces or self.mark):
            self.pieces.append(Edit(done, start, (gap if self.pieces else "") + self.mark, _STEP))
        elif done < start:
            self.pieces.append(Edit(0, start, "", _STEP))
        self.pieces.append(Edit(start, end, shown, _STEP))
        self.gap = self.mark = ""
        self.last = shown[-1]
        if self._heading:
            level, first = self._heading
            self._heading = (level, start if first < 0 else first)

    def enter_list(self, first: int | None, opens: bool) -> None:
        """A list starts, numbered from after ``first`` if that is one, or the innermost ends."""
        if opens:
            self.lists.append(first)
        elif self.lists:
            self.lists.pop()

    def item(self) -> str:
        """The mark of the next item."""
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number + 1}. "

    def head(self, level: int) -> None:
        self._heading = (level, -1)

    def end_head(self) -> None:
        if self._heading and self._heading[1] >= 0:
            self.headings.append((self._heading[1], self.pieces[-1].end, self._heading[0]))
        self._heading = None

    def edits(self) -> Iterator[Edit]:
        """The pieces that are not in the text as they stand."""
        done = 0
        for piece in self.pieces:
            if self.text[piece.start : piece.end] != piece.text:
                yield piece
            done = piece.end
        if done < len(self.text):
            yield Edit(done, len(self.text), "", _STEP)


def _written(text: str, tokens: list[_Token], dropped: list[tuple[int, int]]) -> _Writer:
    writer = _Writer(text)
    gone = iter([*dropped, (len(text) + 1, len(text) + 1)])
    start, end = next(gone)
    for token in tokens:
        while token.start >= end:
            start, end = next(gone)
        if token.start >= start:
            if token.name.partition(" ")[0] in _PARAGRAPHS:
                writer.part("\n\n")
        elif token.kind == "text":
            _write(writer, token)
        elif token.kind != "gone":
            _tag(writer, token.name.partition(" ")[0], token.kind == "open")
    writer.end_head()
    return writer


def _tag(writer: _Writer, name: str, opens: bool) -> None:
    """What the start or end of an element means for what is before and after it."""
    if name in _LISTS:
        nested = len(writer.lists) > (0 if opens else 1)
        writer.part("\n" if nested else "\n\n")
        writer.enter_list(0 if name == "ol" else None, opens)
    elif name == "br":
        writer.part("\n\n" if writer.gap == "\n" else "\n")
    elif name in _PARAGRAPHS:
        writer.part("\n\n")
    elif name in _LINES:
        writer.part("\n")
    elif name in _CELLS:
        writer.part(" | ")
    if name == "pre":
        writer.preformatted = max(0, writer.preformatted + (1 if opens else -1))
    elif name == "li":
        writer.mark = writer.item() if opens else ""
    elif name in _HEADINGS:
        writer.end_head()
        if opens:
            writer.head(_HEADINGS[name])


def _write(writer: _Writer, token: _Token) -> None:
    for atom in _ATOM.finditer(writer.text, token.start, token.end):
        shown = unescape(atom[0]) if atom["reference"] else atom[0]
        if writer.preformatted and (writer.pieces or shown.strip()):
            _preformatted(writer, atom.start(), atom.end(), shown)
        elif shown.isspace():
            writer.part("space" if "\n" in shown or "\r" in shown else " ")
        elif shown:
            writer.keep(atom.start(), atom.end(), shown)


def _preformatted(writer: _Writer, start: int, end: int, shown: str) -> None:
    # White space beside a tag that parts paragraphs is not the writer's.
    if shown.strip() or not writer.gap:
        writer.keep(start, end, shown)


def _title(text: str, tokens: list[_Token], content: MappedText, headings: tuple[Heading, ...]) -> str | None:
    """The page's title, without the name of its site where a heading or a bar tells which part that is."""
    raw = next((text[t.start : t.end] for t in tokens if t.kind == "gone" and t.name == "title"), "")
    title = " ".join(unescape(raw).split())
    first = [" ".join(content.text[h.start : h.end].split()) for h in headings if h.level == 1]
    if not title or _NO_TITLE.fullmatch(title):
        return first[0] if first else None
    starts = (heading for heading in first if len(heading) >= 4 and title.startswith(heading))
    # At its end may stand the name of the site, which is the shorter part.
    most = (heading for heading in first if heading in title and len(heading) * 2 > len(title))
    shown = next(starts, None) or next(most, None)
    return shown or _SITE.sub("", title)
