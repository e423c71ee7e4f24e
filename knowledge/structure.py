"""A repaired text to its paragraphs: which are headings, which introduce others, and which are none of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from knowledge.boilerplate import (
    Boilerplate,
    boilerplate,
    is_menu_word,
    is_names_only,
    is_prose,
    part_headed,
    speaks_of_itself,
)
from knowledge.headings import PART, glued_heading, looks_like_heading
from knowledge.mapped import MappedText
from knowledge.reading import Source
from knowledge.reading.spans import headings_of
from knowledge.script import simplified
from knowledge.sentences import is_sentence, size, width
from knowledge.tables import cells, is_row

Kind = Literal["heading", "lead", "paragraph", "item", "row", "boilerplate"]
Levels = Mapping[tuple[int, int], int]

# What says of a text how far it can be trusted is told apart wherever it stands.
_TELLING = frozenset([Boilerplate.EDITOR_NOTE, Boilerplate.GENERATOR])

# A line without the white space around it.
_WORDS = re.compile(r"[^\s](?:[^\n\r\f]*[^\s])?")
_BREAK = re.compile(r"\r\n|\n|\r|\f")
_BULLET = re.compile(r"(?:[-–*](?=\s)|[•●◦▪■◆○·‣]|\(?[ivx]{1,4}\))\s*(?=\S)")
_NUMBER = re.compile(
    r"(?:\d{1,2}[.．](?!\d)|\d{1,2}[)、）](?!\d)|[(（][\d一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳])\s*(?=\S)"
)
_INTRODUCES = re.compile(r"[:：]\s*$")
_RUNS_ON = re.compile(r"[，,、]\s*$")
_LONG_LATIN = re.compile(r"[^\u2e80-\u9fff]{60,}[\w,’'-]")
_QUOTES = "“”\"'「」『』*_ "
_INTRODUCTION = 40.0
# Of so many characters is the beginning of a text that shows its title.
_OPENING = 2000
_CUT = 20.0

# A text is wrapped by hand if lines that are followed by others end near one width, in columns.
_NARROWEST, _WIDEST = 30, 130
_FEWEST_WRAPPED = 3
_NEAR_WIDTH = 0.75
# So many short lines in a row are a list, not headings of nothing.
_MOST_HEADINGS = 3
_FEWEST_IN_MENU = 3
_FEWEST_ROWS = 2
# What is longer is no cell of a table but a column of a page.
_CELL = 40.0
# What is wider, in columns, is no row of a table that anybody reads, and neither a heading nor what introduces others.
_WIDEST_ROW = 2000
_WIDEST_HEADING = 600
# A line of so many words that ends as a sentence does is none of a list of highlights.
_WRITTEN_OUT = 10.0
_MENU_ITEM = 4.0


@dataclass(frozen=True)
class Paragraph:
    """The characters ``start:end`` of the repaired text, without the mark of a list item.

    ``number`` counts what stands in the file from 1; a heading that was cut off shares that of its paragraph.
    ``blanks`` counts the empty lines before it. ``section`` is the heading that it stands under, ``under`` the numbered
    one below that. A ``lead`` introduces the next ones and says nothing alone; a ``row`` is one of a table.
    """

    start: int
    end: int
    kind: Kind
    number: int
    blanks: int = 0
    section: str | None = None
    under: str | None = None
    level: int = 1
    numbered: bool = False
    boilerplate: Boilerplate | None = None


@dataclass(frozen=True)
class Structure:
    """A text in order, headings and boilerplate with it; ``title`` is what the text calls itself."""

    title: str | None
    paragraphs: tuple[Paragraph, ...]


def structure(source: Source, text: MappedText) -> Structure:
    """The paragraphs of a source; ``text`` is its content after repair."""
    marked = headings_of(text, ((*source.content.span(h.start, h.end), h.level) for h in source.headings))
    words = text.text
    levels = {
        (heading.start + line.start(), heading.start + line.end()): heading.level
        for heading in marked
        for line in _WORDS.finditer(words[heading.start : heading.end])
    }
    paragraphs = [*_paragraphs(words, levels, markdown=source.format == "markdown")]
    paragraphs = _with_rows(words, paragraphs, levels)
    paragraphs = _parted(words, paragraphs, levels)
    paragraphs = [_classified(words, paragraph, levels) for paragraph in paragraphs]
    # The properties of these files are often those of another that they were made from.
    surely = source.title if source.format not in {"pdf", "docx"} else None
    if levels:
        found, paragraphs = _titled(words, paragraphs, surely)
    else:
        paragraphs = _with_headings(words, paragraphs)
        found, paragraphs = _settled(words, paragraphs)
    title = surely or _likelier(source.title, found, words)
    return Structure(title, tuple(_sectioned(words, paragraphs, title)))


def _paragraphs(text: str, levels: Levels, *, markdown: bool) -> Iterator[Paragraph]:
    """Lines, those together that were only wrapped."""
    lines = [found.span() for found in _WORDS.finditer(text)]
    blanks = [
        max(0, len(_BREAK.findall(text, former[1], line[0])) - 1)
        for former, line in zip([(0, 0), *lines], lines, strict=False)
    ]
    columns = _wrap_width(text, lines, blanks)
    edges = {place for span in levels for place in span}
    number = 0
    start, last = lines[0] if lines else (0, 0)
    first_blanks, last_start = 0, start
    for (begin, end), gap in zip(lines[1:], blanks[1:], strict=True):
        joins = not gap and begin not in edges and last not in edges
        if joins and _runs_on(text[last_start:last], text[begin:end], columns, markdown=markdown):
            last_start, last = begin, end
            continue
        number += 1
        yield Paragraph(start, last, "paragraph", number, first_blanks)
        start, last, last_start, first_blanks = begin, end, begin, gap
    if lines:
        yield Paragraph(start, last, "paragraph", number + 1, first_blanks)


def _wrap_width(text: str, lines: Sequence[tuple[int, int]], blanks: Sequence[int]) -> int | None:
    """The columns of a text that was wrapped by hand."""
    widths = [width(text[start:end]) for start, end in lines]
    followed = [each for each, gap in zip(widths, blanks[1:], strict=False) if not gap]
    if len(followed) < _FEWEST_WRAPPED:
        return None
    columns = max(widths)
    near = sum(_NEAR_WIDTH * columns <= each for each in followed)
    return columns if _NARROWEST <= columns <= _WIDEST and near >= 0.6 * len(followed) else None


def _runs_on(last: str, line: str, columns: int | None, *, markdown: bool) -> bool:
    """Whether a line goes on with the one before it, which is the ``last`` of a paragraph so far."""
    if _BULLET.match(line) or _NUMBER.match(line) or " | " in line or " | " in last:
        return False
    if _RUNS_ON.search(last) or (line[0].islower() and not is_sentence(last)):
        return True
    if columns is not None and width(last) >= _NEAR_WIDTH * columns:
        return True
    if _LONG_LATIN.fullmatch(last) and not is_sentence(last):
        return True
    return markdown and not is_sentence(last) and not _INTRODUCES.search(last)


def _with_rows(text: str, paragraphs: Sequence[Paragraph], levels: Levels) -> list[Paragraph]:
    """The paragraphs, those marked that are rows of a table: several in a row, of which some are no menu or byline."""
    marked = [*paragraphs]
    table: list[int] = []
    for place, paragraph in enumerate([*paragraphs, None]):
        words = text[paragraph.start : paragraph.end] if paragraph else ""
        starts = not table or (paragraph is not None and paragraph.blanks)
        if starts or not is_row(words):
            lines = [text[paragraphs[each].start : paragraphs[each].end] for each in table]
            if len(table) >= _FEWEST_ROWS and not all(map(boilerplate, lines)):
                marked[table[0] : table[-1] + 1] = [replace(paragraphs[each], kind="row") for each in table]
            table = []
        short = is_row(words) and width(words) <= _WIDEST_ROW and all(size(cell) <= _CELL for cell in cells(words))
        if paragraph and short and not _level(paragraph, levels):
            table.append(place)
    return marked


def _parted(text: str, paragraphs: Sequence[Paragraph], levels: Levels) -> list[Paragraph]:
    """The paragraphs, those marked that are boilerplate."""
    found: list[Paragraph] = []
    part: Boilerplate | None = None
    items = 0
    begun = False
    menu = _menus(text, paragraphs)
    for place, paragraph in enumerate(paragraphs):
        words = text[paragraph.start : paragraph.end]
        if headed := part_headed(words):
            part, items = headed, 0
        elif part and _ends_part(
            text, paragraphs, place, levels, part, listed=part is Boilerplate.HIGHLIGHTS and items > 0
        ):
            part = None
        items += _item(words)
        line = boilerplate(words)
        kind = (line if line in _TELLING else part) or (Boilerplate.NAVIGATION if place in menu else line)
        if paragraph.kind == "row" and not part:
            kind = None
        if kind is None and begun and not _level(paragraph, levels) and _is_caption(text, paragraphs, place):
            kind = Boilerplate.CAPTION
        begun = begun or kind is None
        found.append(replace(paragraph, kind="boilerplate", boilerplate=kind) if kind else paragraph)
    return found


def _ends_part(
    text: str, paragraphs: Sequence[Paragraph], place: int, levels: Levels, part: Boilerplate, *, listed: bool
) -> bool:
    """Whether a paragraph is none of the part of boilerplate that it stands in, which is ``listed`` if it has items.

    It is a marked heading, long and written out, or stands below a list: a sentence, or a heading and a sentence.
    Readers' comments are as long as they like, and end with a marked heading only.
    """
    words = text[paragraphs[place].start : paragraphs[place].end]
    if _level(paragraphs[place], levels):
        return True
    if _item(words) or part is Boilerplate.COMMENTS:
        return False
    if is_prose(words):
        return True
    if not listed or not paragraphs[place].blanks:
        return False
    if looks_like_heading(words) and not is_sentence(words) and place + 1 < len(paragraphs):
        words = text[paragraphs[place + 1].start : paragraphs[place + 1].end]
    written = is_sentence(words) and size(words) >= _WRITTEN_OUT and not _item(words)
    return written and not speaks_of_itself(words)


def _menus(text: str, paragraphs: Sequence[Paragraph]) -> set[int]:
    """The places of short lines in a row of which some are what menus say."""
    menus: set[int] = set()
    row: list[int] = []
    for place, paragraph in enumerate([*paragraphs, None]):
        words = text[paragraph.start : paragraph.end] if paragraph else ""
        bare = words[_mark(words) :]
        if paragraph and size(bare) <= _MENU_ITEM and not is_sentence(bare):
            row.append(place)
            continue
        known = [each for each in row if is_menu_word(_bare(text, paragraphs[each]))]
        if len(known) >= 2 and len(known) * 2 > (length := known[-1] - known[0] + 1) >= _FEWEST_IN_MENU:
            menus.update(range(known[0], known[0] + length))
        row = []
    return menus


def _bare(text: str, paragraph: Paragraph) -> str:
    words = text[paragraph.start : paragraph.end]
    return words[_mark(words) :].strip()


def _is_caption(text: str, paragraphs: Sequence[Paragraph], place: int) -> bool:
    """Whether a line of names alone stands before a text that speaks of none of them."""
    words = text[paragraphs[place].start : paragraphs[place].end]
    if place + 1 == len(paragraphs) or paragraphs[place].kind == "row" or not is_names_only(words):
        return False
    around = [paragraphs[place + 1], *paragraphs[max(0, place - 1) : place]]
    near = [text[other.start : other.end] for other in around]
    pairs = {words[i : i + 2] for i in range(len(words) - 1)}
    return is_sentence(near[0]) and not any(pair in other for pair in pairs for other in near)


def _level(paragraph: Paragraph, levels: Levels) -> int | None:
    return levels.get((paragraph.start, paragraph.end))


def _item(words: str) -> bool:
    return bool(_BULLET.match(words) or _NUMBER.match(words))


def _mark(words: str) -> int:
    """How many characters the mark of a list item takes."""
    found = _BULLET.match(words) or _NUMBER.match(words)
    return found.end() if found else 0


def _classified(text: str, paragraph: Paragraph, levels: Levels) -> Paragraph:
    """A paragraph as a heading that is marked as one, an item, or what introduces others."""
    if paragraph.kind in {"boilerplate", "row"}:
        return paragraph
    words = text[paragraph.start : paragraph.end]
    if (level := _level(paragraph, levels)) and width(words) <= _WIDEST_HEADING:
        return replace(paragraph, kind="heading", level=level)
    mark = _mark(words)
    paragraph = replace(paragraph, start=paragraph.start + mark, kind="item" if mark else "paragraph")
    if _INTRODUCES.search(words) and size(words) <= _INTRODUCTION and width(words) <= _WIDEST_HEADING:
        return replace(paragraph, kind="lead")
    numbered = bool(mark and _NUMBER.match(words) and looks_like_heading(words[mark:]))
    return replace(paragraph, numbered=numbered)


def _with_headings(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs of a text that marks no headings, headings cut off and told by their shape."""
    cut = [part for paragraph in paragraphs for part in _cut(text, paragraph)]
    shown = [place for place, paragraph in enumerate(cut) if paragraph.kind != "boilerplate"]
    of_the_text = [cut[place] for place in shown]
    maybe = [_may_head(text, paragraph) for paragraph in of_the_text]
    for number, place in enumerate(shown):
        if maybe[number] and _heads(text, of_the_text, maybe, number):
            start = _line_start(text, cut[place].start)
            lead = cut[place].numbered and not PART.match(text, start)
            cut[place] = replace(cut[place], kind="lead") if lead else replace(cut[place], kind="heading", start=start)
    return cut


def _cut(text: str, paragraph: Paragraph) -> Iterator[Paragraph]:
    # What begins with the numeral of a part looks like an item.
    start = _line_start(text, paragraph.start) if paragraph.kind == "item" else paragraph.start
    words = text[start : paragraph.end]
    may = paragraph.kind == "paragraph" or (paragraph.kind == "item" and PART.match(words))
    end = glued_heading(words) if may and size(words) >= _CUT else 0
    if not end:
        yield paragraph
        return
    yield replace(paragraph, start=start, end=start + end, kind="heading", numbered=False)
    rest = words[end:]
    begin = paragraph.end - len(rest.lstrip())
    yield replace(paragraph, start=begin, kind="paragraph", blanks=0, numbered=False)


def _may_head(text: str, paragraph: Paragraph) -> bool:
    words = text[paragraph.start : paragraph.end]
    return (paragraph.kind == "paragraph" and looks_like_heading(words)) or paragraph.numbered


def _heads(text: str, paragraphs: Sequence[Paragraph], maybe: Sequence[bool], place: int) -> bool:
    """Whether something stands below a line that it can be the heading of."""
    after = [*range(place + 1, min(place + 1 + _MOST_HEADINGS, len(paragraphs)))]
    content = next((each for each in after if not maybe[each]), None)
    far = max(place - _MOST_HEADINGS - 1, -1)
    before = next((each for each in range(place - 1, far, -1) if not maybe[each]), far)
    if content is None or content - before - 1 > _MOST_HEADINGS:
        return False
    if paragraphs[content].kind in {"item", "lead", "heading", "row"}:
        return True
    own, below = (text[p.start : p.end] for p in (paragraphs[place], paragraphs[content]))
    return paragraphs[content].kind == "paragraph" and (is_sentence(below) or size(below) > 1.5 * size(own))


def _line_start(text: str, place: int) -> int:
    """Where the words of a line begin, with the number of a heading."""
    start = _line_break(text, place)
    return start + len(text[start:place]) - len(text[start:place].lstrip())


def _line_break(text: str, place: int) -> int:
    start = text.rfind("\n", 0, place) + 1
    return max(start, text.rfind("\r", start, place) + 1, text.rfind("\f", start, place) + 1)


def _settled(text: str, paragraphs: Sequence[Paragraph]) -> tuple[str | None, list[Paragraph]]:
    """The title, and the paragraphs with those headings over them that were left behind after them."""
    settled = [*paragraphs]
    shown = [place for place, paragraph in enumerate(paragraphs) if paragraph.kind != "boilerplate"]
    title: str | None = None
    headings = [place for place in shown if paragraphs[place].kind == "heading"]
    if headings and headings[0] == shown[0] and not _shares_line(paragraphs, headings[0]):
        title = text[paragraphs[headings[0]].start : paragraphs[headings[0]].end].strip(_QUOTES)
        settled[headings[0]] = replace(settled[headings[0]], level=0)
        headings = headings[1:]
    after = dict(pairwise(shown))
    for place in headings:
        following = after.get(place)
        if following is None or paragraphs[following].kind != "heading":
            continue
        if not paragraphs[following].blanks > paragraphs[place].blanks > 0:
            continue
        words = text[paragraphs[place].start : paragraphs[place].end]
        if place != headings[0]:
            title = title or words.strip(_QUOTES)
        else:
            above = [each for each in shown if each < place and paragraphs[each].kind != "heading"]
            for each in above[1:] or above:
                settled[each] = replace(settled[each], section=words)
        settled[place] = replace(settled[place], level=0)
    return title, settled


def _titled(text: str, paragraphs: Sequence[Paragraph], title: str | None) -> tuple[str | None, list[Paragraph]]:
    """What a text with marked headings is called by its first line, and the paragraphs, this one above all headings.

    A ``title`` that is known has to be that line.
    """
    place = next((place for place, paragraph in enumerate(paragraphs) if paragraph.kind != "boilerplate"), None)
    if place is None:
        return None, [*paragraphs]
    first = paragraphs[place]
    words = text[first.start : first.end]
    levels = [paragraph.level for paragraph in paragraphs if paragraph.kind == "heading"]
    alone = first.kind == "heading" and levels.count(first.level) == 1 and first.level == min(levels)
    other = title is not None and _squashed(words) not in _squashed(title)
    if other or not (alone or (first.kind == "paragraph" and looks_like_heading(words))):
        return None, [*paragraphs]
    above = replace(first, kind="heading", level=0)
    return words.strip(_QUOTES), [*paragraphs[:place], above, *paragraphs[place + 1 :]]


def _likelier(marked: str | None, found: str | None, text: str) -> str | None:
    """The title in a file's properties, or the one that it shows where that is another."""
    if marked and found and _squashed(marked) not in _squashed(text[:_OPENING]):
        return found
    return marked or found


def _squashed(words: str) -> str:
    return "".join(simplified(words).casefold().split())


def _shares_line(paragraphs: Sequence[Paragraph], place: int) -> bool:
    return place + 1 < len(paragraphs) and paragraphs[place].number == paragraphs[place + 1].number


def _sectioned(text: str, paragraphs: Sequence[Paragraph], title: str | None) -> Iterator[Paragraph]:
    """The paragraphs, each under its headings."""
    path: list[tuple[int, str]] = []
    called = _squashed(title or "")
    above: str | None = None
    under: str | None = None
    indent = 0
    for paragraph in paragraphs:
        if paragraph.start - _line_break(text, paragraph.start) < indent:
            under = None
        if paragraph.kind == "heading":
            words = _heading(text, paragraph)
            under = None
            if paragraph.level and _squashed(words) != called:
                path = [*((level, heading) for level, heading in path if level < paragraph.level)]
                path.append((paragraph.level, words))
                above = " › ".join(heading for _, heading in path)
        elif paragraph.kind == "lead" and paragraph.numbered:
            under = _heading(text, paragraph)
            indent = _line_start(text, paragraph.start) - _line_break(text, paragraph.start)
        section = paragraph.section or above
        yield replace(paragraph, section=section, under=None if paragraph.kind == "heading" else under)


def _heading(text: str, paragraph: Paragraph) -> str:
    return " ".join(text[paragraph.start : paragraph.end].split()).strip("*_ ")
