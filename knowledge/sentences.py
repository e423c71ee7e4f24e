"""Where sentences end, in Chinese and in English."""

from __future__ import annotations

import re

_HAN = re.compile("[\u3400-\u9fff]")

# A closing quotation mark after which the sentence goes on, as in “…。”他说, ends nothing.
_END = re.compile(
    r"""(?:[。！？]+…*|…+(?=[”’」』\n]|\s*\Z)|(?<=[\u3400-\u9fff\d%％”’」』）)])[?!]+|(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff“「\s]|\Z))
        (?P<closed>[”’」』）)》】"]*)(?!\s*[，,、；;：:）)])
      | (?P<stop>[.!?]+)["'’”)\]]*(?=\s+["'“‘(\[]*[A-Z0-9\u3400-\u9fff]|\s*\Z)
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
# Where a sentence without an end may be cut for all that: first between clauses, then between words.
_CLAUSE_END = re.compile(r"[；;]|[，,、：:](?!\d)|\n|\s")


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
    words = len(re.findall(r"[^\s\u2e80-\u9fff\uff00-\uffef]*[A-Za-z0-9][^\s\u2e80-\u9fff\uff00-\uffef]*", text))
    return words + han / 2


def clauses(text: str, start: int, end: int, most: float) -> list[tuple[int, int]]:
    """A sentence that is far too long, cut into parts of up to so many words."""
    parts: list[tuple[int, int]] = []
    done = start
    cut = start
    for mark in _CLAUSE_END.finditer(text, start, end):
        if size(text[done : mark.end()]) > most and cut > done:
            _add(parts, text, done, cut)
            done = cut
        cut = mark.end()
    while end - done > 6 * most:
        _add(parts, text, done, done + int(6 * most))
        done += int(6 * most)
    _add(parts, text, done, end)
    return parts


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
