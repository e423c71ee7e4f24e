"""Where sentences end, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_HAN = re.compile("[\u3400-\u9fff]")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uffef]")
# What begins a run is said outright, and no part of one is given back: runs without end cost no more than their length.
_APART = r"\s\u2e80-\u9fff\uff00-\uffef"
_WORD = re.compile(rf"(?<![^{_APART}])[^{_APART}A-Za-z0-9]*+[A-Za-z0-9][^{_APART}]*+")

# A closing quotation mark after which the sentence goes on, as in “…。”他说, ends nothing. Of a run of marks without
# end, only the last few are looked at.
_END = re.compile(
    r"""(?:[。！？]+…*|…{1,9}+(?=[”’」』\n]|\s*\Z)|(?<=[\u3400-\u9fff\d%％”’」』）)])[?!]+|(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff“「\s]|\Z))
        (?P<closed>[”’」』）)》】"]*)(?!\s*[，,、；;：:）)])
      | (?P<stop>[.!?]{1,9}+)["'’”)\]]*(?=\s+["'“‘(\[]*[A-Z0-9\u3400-\u9fff]|\s*\Z)
      | \n""",
    re.VERBOSE,
)
_GOES_ON = re.compile(r"\s*(?:[的地得之]|.{0,4}?(?:说|道|问|表示|感叹|坦言|写道|认为|告诉))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Mx|Dr|Prof|Assoc|Asst|Rev|Hon|St|Mt|Ave|Blvd|No|Nos|Fig|Figs|Vol|Dept|Univ|Govt|vs|etc|cf|al|e\.g|i\.e|viz|approx"
    r"|Inc|Ltd|Co|Corp|Jr|Sr|Gen|Lt|Col|Capt|Sgt|Sen|Rep|Gov|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Ph\.D|[ap]\.m)"
    r"|(?:\b[A-Z]\.)+[A-Z])\.$"
)
# These end no sentence where a number follows.
_NUMBERED = re.compile(
    r"\b(?:nos?|nr|pp?|vols?|figs?|chs?|chap|secs?|sect|paras?|eqs?|eds?|ver|c|ca|approx|ext|bldg|apt)\.$",
    re.IGNORECASE,
)
_DIGIT_FOLLOWS = re.compile(r"\s+[#(]?\d")
# What begins so speaks of what was said just before.
_REFERS_BACK = re.compile(
    r"(?:这(?!个时代|一现象|[些几两]年)|那[些个位](?!年)|他们?|她们?|它们?|此[外举次]|其[中次实余]|但是?|然而|不过|因此|所以|于是|同时"
    r"|另外|而且|并且|与此|相比之下|换句话说|也就是说|结果|可见|总之)"
    r"|(?:this|these|those|they|he|she|it|but|however|yet|therefore|so|thus|still|moreover|in addition|besides"
    r"|as a result|instead|both|such)\b",
    re.IGNORECASE,
)
# Where a sentence without an end may be cut for all that: between clauses, else between words, else anywhere.
_CUTS = (re.compile(r"[；;]|[，,、：:](?!\d)|\n"), re.compile(r"\s"))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as ``(start, end)``, in order, without the white space around them."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if not _is_end(text, start, end):
            continue
        _add(found, text, start, end.end())
        start = end.end()
    _add(found, text, start, len(text))
    return found


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return bool(re.search(r"[。！？!?….；;][”’」』）)》】\"'\]]*\s*\Z", text))


def refers_back(text: str, start: int = 0) -> bool:
    """Whether what begins there speaks of what was said just before."""
    return bool(_REFERS_BACK.match(text, start))


def size(text: str) -> float:
    """How long a text is, in words; a Chinese character counts as half of one."""
    han = len(_HAN.findall(text))
    return len(_WORD.findall(text)) + han / 2


def width(text: str) -> int:
    """How many columns a text takes; a Chinese character takes two."""
    return len(text) + len(_WIDE.findall(text))


def clauses(text: str, start: int, end: int, most: float, widest: int) -> list[tuple[int, int]]:
    """A sentence that is far too long, cut into parts of up to so many words and columns."""
    parts: list[tuple[int, int]] = []
    for first, last in _cut(text, start, end, (most, widest), 0):
        _add(parts, text, first, last)
    return parts


def _cut(text: str, start: int, end: int, most: tuple[float, int], depth: int) -> Iterator[tuple[int, int]]:
    """Parts as long as may be; one that is too long for itself is cut at the next kind of place."""
    if depth == len(_CUTS):
        step = min(int(6 * most[0]), most[1] // 2)
        yield from ((place, min(place + step, end)) for place in range(start, end, step))
        return
    begin, words, columns = start, 0.0, 0
    for first, last in pairwise([start, *(mark.end() for mark in _CUTS[depth].finditer(text, start, end)), end]):
        more, wide = size(text[first:last]), width(text[first:last])
        if first > begin and (words + more > most[0] or columns + wide > most[1]):
            yield begin, first
            begin, words, columns = first, 0.0, 0
        if more > most[0] or wide > most[1]:
            yield from _cut(text, first, last, most, depth + 1)
            begin, words, columns = last, 0.0, 0
            continue
        words, columns = words + more, columns + wide
    if begin < end:
        yield begin, end


def _is_end(text: str, start: int, end: re.Match[str]) -> bool:
    if end["stop"]:
        return end["stop"] != "." or not _abbreviates(text, max(start, end.start() - 12), end.start("stop") + 1)
    return not (end["closed"] and _GOES_ON.match(text, end.end()))


def _abbreviates(text: str, start: int, end: int) -> bool:
    """Whether the stop before ``end`` is that of a short form; what is looked at begins at ``start``."""
    numbered = _DIGIT_FOLLOWS.match(text, end) and _NUMBERED.search(text, start, end)
    return bool(_ABBREVIATION.search(text, start, end) or numbered)


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    end = start + len(part.strip())
    if start < end:
        found.append((start, end))
