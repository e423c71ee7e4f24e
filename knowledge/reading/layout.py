"""The lines of pages to paragraphs: which lines run on, and which only stand at the edge of every page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from knowledge.mapped import Edit, MappedText
from knowledge.reading.parts import Line, Pages
from knowledge.reading.source import Heading
from knowledge.reading.spans import between, content_of, headings_of

_STEP = "pdf"

# On so many pages, and on such a share of them, does a line stand that is one.
_RUNNING = 3
_RUNNING_SHARE = 0.4
# The lines before and after one that tell how wide its column is.
_NEAR = 12

# The share of its column that a line takes which ends in the middle of a sentence.
_UNFINISHED = 0.6

# Headings are so much larger than the text, and of so many characters.
_LARGER = 1.15
_LONGEST_HEADING = 120

_NUMERAL = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:第\s*\d+\s*[页頁](?:\s*[/，,]?\s*[共总總]\s*\d+\s*[页頁])?|page\s+\d+(?:\s+of\s+\d+)?|[-–—·]\s*\d+\s*[-–—·])",
    re.IGNORECASE,
)
# A line that ends with the number of its page, after what parts it from other words.
_NUMBERED_EDGE = re.compile(
    r"(?:[|｜·•—–]\s*(?:page|p\.)?|\bpage|第)\s*(\d+)\s*页?(?:\s*(?:of|/)\s*\d+)?$", re.IGNORECASE
)
_ITEM = re.compile(
    r"(?:[•●◦▪■◆○·‣*–-]\s|\(?\d{1,2}[.)、）]\s*\D|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十百\d]{1,4}[章节節条條篇])"
)
_ENDS = re.compile(r"[。！？!?.：:；;”’」』\"…）)]\s*$")
_HYPHENATED = re.compile(r"[A-Za-z]-$")
_COMPOUND = re.compile(r"[A-Za-z]+-[A-Za-z]+")
_FIRST_WORD = re.compile(r"[A-Za-z0-9'’,.%$¥()-]+|.{1,2}")


@dataclass(frozen=True)
class _Placed:
    """A line with its place in the text and the left and right edge of its column."""

    line: Line
    start: int
    end: int
    page: int
    left: float
    right: float
    pitch: float


def read_pages(pages: Pages) -> tuple[str, MappedText, tuple[Heading, ...], tuple[int, ...]]:
    """The text of a pdf as it stands, its content, headings, and where each page starts in the text.

    The text is a line to a line, a form feed before each page but the first. In the content the lines of a paragraph
    are one, and paragraphs are parted by an empty line.
    """
    texts = ["\n".join(line.text for line in page) for page in pages.pages]
    # Whoever shows the text need not know what a form feed is to see a line end.
    text = "\n\f".join(texts)
    starts = [*accumulate((len(page) + 2 for page in texts[:-1]), initial=0)]
    running = _running(pages)
    lines = [
        placed
        for number, page in enumerate(pages.pages)
        for placed in _placed(page, starts[number], number, {place for on, place in running if on == number})
    ]
    compounds = frozenset(_COMPOUND.findall(text))
    body = _body(line.line for line in lines)
    edits: list[Edit] = []
    paragraphs: list[list[_Placed]] = []
    done = 0
    for former, line in zip([None, *lines], lines, strict=False):
        gap = "" if former is None else _gap(former, line, body)
        joined = former is not None and "\n" not in gap
        start = done
        if former is not None and joined and _drops_hyphen(former, line, compounds):
            start = done - 1
        if text[start : line.start] != gap:
            edits.append(Edit(start, line.start, gap, _STEP))
        if joined:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
        done = line.end
    if done < len(text):
        edits.append(Edit(done, len(text), "", _STEP))
    content = content_of(text, edits, _STEP)
    return text, content, headings_of(content, _headings(paragraphs)), tuple(starts)


def _placed(page: tuple[Line, ...], start: int, number: int, running: set[int]) -> Iterator[_Placed]:
    starts = zip(page, _starts(page, start), strict=False)
    kept = [pair for place, pair in enumerate(starts) if place not in running]
    for place, (line, first) in enumerate(kept):
        near = [other for other, _ in kept[max(0, place - _NEAR) : place + _NEAR + 1]]
        column = [other for other in near if abs(other.left - line.left) <= 3 * line.size]
        pitches = [upper.bottom - lower.bottom for upper, lower in pairwise(near)]
        pitch = min((p for p in pitches if p > 0.8 * line.size), default=1.5 * line.size)
        left, right = min(other.left for other in column), max(other.right for other in column)
        yield _Placed(line, first, first + len(line.text), number, left, right, pitch)


def _starts(page: tuple[Line, ...], start: int) -> Iterator[int]:
    return accumulate((len(line.text) + 1 for line in page[:-1]), initial=start)


def _running(pages: Pages) -> set[tuple[int, int]]:
    """Pages and lines of running headers and footers and of page numbers."""
    edges: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    found: set[tuple[int, int]] = set()
    for number, page in enumerate(pages.pages):
        order = sorted(range(len(page)), key=lambda place: -page[place].bottom)
        for edge, places in (("top", order[:2]), ("bottom", order[:-3:-1])):
            for place in _together(page, places):
                text = page[place].text.strip()
                edges[edge, _NUMERAL.sub("#", text)].append((number, place))
                numbered = _NUMBERED_EDGE.search(text)
                if _PAGE_NUMBER.fullmatch(text) or (numbered and int(numbered[1]) == number + 1):
                    found.add((number, place))
    for alike in edges.values():
        often = len({number for number, _ in alike}) >= max(_RUNNING, _RUNNING_SHARE * len(pages.pages))
        if often or _counts(pages, alike):
            found.update(alike)
    return found


def _counts(pages: Pages, alike: list[tuple[int, int]]) -> bool:
    """Whether lines at one height of two or more pages differ in nothing but that they count the pages."""
    if len(alike) < 2:
        return False
    lines = [pages.pages[number][place] for number, place in alike]
    heights = [line.bottom for line in lines]
    counted = [
        {int(numeral) - number for numeral in _NUMERAL.findall(line.text)}
        for (number, _), line in zip(alike, lines, strict=True)
    ]
    return max(heights) - min(heights) <= lines[0].size / 2 and bool(set.intersection(*counted))


def _together(page: tuple[Line, ...], places: list[int]) -> list[int]:
    """The first place, and the second where its line is hard by."""
    if len(places) < 2:
        return places
    outer, inner = (page[place] for place in places)
    return places if abs(outer.bottom - inner.bottom) <= 2 * outer.size else places[:1]


def _gap(former: _Placed, line: _Placed, body: int) -> str:
    """What stands between two lines; ``body`` is the size of most letters."""
    if not (_runs_on(former, line) or _heads_on(former.line, line.line, body, same=former.page == line.page)):
        follows = line.page == former.page and 0 < former.line.bottom - line.line.bottom <= 1.25 * line.pitch
        return "\n" if follows and _ITEM.match(line.line.text) and _ITEM.match(former.line.text) else "\n\n"
    if _HYPHENATED.search(former.line.text):
        return ""
    return between(former.line.text[-1], line.line.text[0])


def _drops_hyphen(former: _Placed, line: _Placed, compounds: frozenset[str]) -> bool:
    """Whether a hyphen is there only because the line ends, for all that the rest of the text tells."""
    if not _HYPHENATED.search(former.line.text) or not line.line.text[0].islower():
        return False
    head = re.search(r"[A-Za-z]+-$", former.line.text)
    tail = re.match(r"[A-Za-z]+", line.line.text)
    return not (head and tail and head[0] + tail[0] in compounds)


def _runs_on(former: _Placed, line: _Placed) -> bool:
    above, below = former.line, line.line
    if _ITEM.match(below.text) or not 0.8 <= above.size / max(below.size, 0.1) <= 1.25:
        return False
    drop = above.bottom - below.bottom
    indent = 0.8 * below.size
    if line.page != former.page or drop < -0.3 * below.size:
        # Over the end of a page or column only what is plainly unfinished runs on.
        return not _ENDS.search(above.text) and not _is_short(former, line) and below.left - line.left < indent
    if drop < 0.3 * below.size:
        return True
    if drop > 1.25 * line.pitch + 0.5:
        return False
    if below.left - above.left >= indent and not _ITEM.match(above.text):
        return False
    return below.text[0].islower() or not _is_short(former, line)


def _heads_on(above: Line, below: Line, body: int, *, same: bool) -> bool:
    """Whether a line goes on with the heading above it, however both are aligned."""
    large = min(above.size, below.size) >= _LARGER * body and max(above.size, below.size) <= 1.05 * min(
        above.size, below.size
    )
    drop = above.bottom - below.bottom
    return (
        same and large and 0 < drop <= 1.3 * below.size and not _ENDS.search(above.text) and not _ITEM.match(below.text)
    )


def _is_short(former: _Placed, line: _Placed) -> bool:
    """Whether the next line's first word would have had room.

    A sentence that is not at its end runs on from a line that is not much too short: its column may be narrower than
    what stands near it.
    """
    word = _FIRST_WORD.match(line.line.text)
    width = (line.line.right - line.line.left) * len(word[0] if word else "") / len(line.line.text)
    needed = former.line.right + width + 0.8 * former.line.size
    if not _ENDS.search(former.line.text):
        needed = max(needed, former.left + (former.line.right - former.left) / _UNFINISHED)
    return needed < former.right


def _headings(paragraphs: list[list[_Placed]]) -> Iterator[tuple[int, int, int]]:
    """Short paragraphs in larger letters than most of the text; the larger, the higher."""
    body = _body(placed.line for paragraph in paragraphs for placed in paragraph)
    found = [
        p for p in paragraphs if len(p) <= 3 and p[0].line.size >= _LARGER * body and _length(p) <= _LONGEST_HEADING
    ]
    ranks = {size: min(rank, 6) for rank, size in enumerate(sorted({round(p[0].line.size) for p in found})[::-1], 1)}
    for paragraph in found:
        yield paragraph[0].start, paragraph[-1].end, ranks[round(paragraph[0].line.size)]


def _body(lines: Iterable[Line]) -> int:
    """The size of most letters."""
    sizes = Counter[int]()
    for line in lines:
        sizes[round(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0


def _length(paragraph: Iterable[_Placed]) -> int:
    return sum(len(placed.line.text) for placed in paragraph)
