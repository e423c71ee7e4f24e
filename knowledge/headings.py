"""Headings of text that marks none: by their shape, glued to the paragraph below, or left behind after it."""

from __future__ import annotations

import re

import rjieba

from knowledge.claims import named_source
from knowledge.places import find_places
from knowledge.sentences import is_sentence, size

_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
_LONGEST = 22.0
# For what has few words.
_MOST_CHARACTERS = 300
_NO_END = re.compile(r"[，,、；;：:。.·\-–—]\s*$")
_SPEECH = re.compile('[:：]\\s*[“「『"].*[。！？!?.…][”」』"]$')
_IN_BRACKETS = re.compile(r"[(（\[【].*[)）\]】]")
# A numeral that parts of a text begin with, not the items of a list.
PART = re.compile(
    r"(?:第[一二三四五六七八九十百\d]{1,4}[章节節部篇]|[一二三四五六七八九十]{1,3}[、.．]\s*"
    r"|(?:part|chapter|section) [\divx]+\b)",
    re.I,
)

_FIRST_CLAUSES = re.compile(r"[^。；;！!、\n]{6,44}")
_INNER = re.compile(r"[，,：:？?]")
# Words that sentences begin with and no subject stands before: an aside that ends with a comma, people who say
# something, a quotation after a question.
_OPENING = re.compile(
    r"(?:表面上?看(?:来|上去|起来)?|众所周知|不可否认|毋庸置疑|曾几何时|说到底|总的来说|总体来看|整体来看|长期以来|一直以来|某种意义上|某种程度上|放眼全国"
    r"|事实上|实际上|与此同时|首先|近年来|近些年来?|这些年|近几年|如今|眼下|当下|随着[^，,。]{2,20}|据[^，,。]{2,16}|根据[^，,。]{2,16}|在[^，,。]{1,10}|当[^，,。]{2,16}时|对于?[^，,。]{1,10}(?:来说|而言)|从[^，,。]{2,10}(?:来看|看))[，,]"
    r"|(?:一位|一名|一项|一份|不少|许多|很多|越来越多)的?(?=[\u3400-\u9fff])"
    r"|(?:有人|有些人|有的人|很多人|许多人|不少人|也有人|或许有人|人们)(?:会|常|总|都|可能|往往|开始|难免|不禁|经常){0,2}(?:说|问|担忧|担心|认为|觉得|以为|质疑|疑惑|好奇|相信|感叹|主张|误以为|抱怨)"
)
_QUOTATION = re.compile('[“「『"]')
# Words that statements have and titles seldom.
_STATES = frozenset(
    "是 有 在 会 能 要 说 将 被 把 让 使 给 我 你 他 她 我们 他们 它 它们 她们 不是 就是 都 也 很 已 已经 曾 曾经 正在"
    " 其实 但 但是 然而 因为 所以 如果 虽然 尽管 由于 根据 据 当 显示 表示 认为 指出 于 于是 并 并且 而且 其中 此外"
    " 另外 同时 目前 今年 去年 昨天 今天 时 后 前 了 着 过 吗 呢 吧 至 到 从 对 对于 以 与其 只 才 又 再 还 更 便 却"
    " 则 该 此 这 那 这些 那些 为".split()
)
_NOUN = re.compile("n|vn|an|Ng|eng|j|l|i|m|q|t|s")
_PROPER = re.compile("nr|ns|nt|nz")

# The end of a question or of a numbered heading that no mark parts from the place or institution that a sentence begins
# with; what is said to be an institution goes with the name after it.
_ASKS = re.compile(r"(?:谁|什么|怎么[办样过走选活住]|多少|哪里|哪儿|为什么|如何|吗|呢)$")
_NUMERAL = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十\d]{1,3}[章节節部篇]|[(（][一二三四五六七八九十]{1,3}[)）])\s*"
)
_INSTITUTION = re.compile(
    r"(?:机构|智库|学府|媒体|平台|公司|企业|部门|单位|团队|学者|专家|组织|协会|大学|学院|[院局所报网社市省县区和与及或的之])$"
)
_LONGEST_GLUED = 18
# Words of sentences in which somebody asks, or says what they do not know.
_TELLS = frozenset(
    "我 你 他 她 我们 你们 他们 她们 不 没 没有 说 问 想 知道 告诉 从 对 向 由 被 把 是 据 在 看 看看 了解 关于".split()
)

_ENGLISH_OPENING = re.compile(
    r"(?<=[a-z?!])(?=(?:The|This|These|There|It|In|On|At|As|When|While|If|For|From|With|After|Before|Since|Many|Most|Some|Few|Not"
    r"|People|We|They|You|I|A|An|But|And|One|Every|Each|Over|Until|Although|Though|By|To|Young)\b[ ,])"
)


def looks_like_heading(line: str) -> bool:
    """Whether a line that stands by itself may be a heading."""
    line = line.strip().strip("*_# ")
    if len(line) > _MOST_CHARACTERS or not _LETTER.search(line) or size(line) > _LONGEST or _NO_END.search(line):
        return False
    if re.search(r"[。；;]", line) or line[0].islower() or _IN_BRACKETS.fullmatch(line):
        return False
    if _SPEECH.search(line):
        return False
    return not is_sentence(line) or line[-1] in "？?！!" or line[-1] in '”"』」'


def glued_heading(paragraph: str) -> int:
    """How many characters of a paragraph are a heading that ran into it; 0 if none."""
    english = _glued_english(paragraph)
    if english:
        return english
    for start in _INNER.finditer(paragraph, 0, 30):
        for end in range(start.end() + 6, min(start.end() + 18, len(paragraph))):
            if _is_glued(paragraph, start.start(), end):
                return end
    return _before_a_source(paragraph)


def _before_a_source(paragraph: str) -> int:
    """The length of a question or numbered heading before a sentence that begins with the source that it names."""
    opening = paragraph[: 2 * _LONGEST_GLUED]
    for place in find_places(opening):
        head = opening[: place.start]
        numeral = _NUMERAL.match(head)
        words = head[numeral.end() if numeral else 0 :].strip()
        if not 4 <= len(words) <= _LONGEST_GLUED or not re.fullmatch("[\u3400-\u9fff]+", words):
            continue
        if not _ASKS.search(words) and (not numeral or _INSTITUTION.search(words) or not _is_noun_phrase(words)):
            continue
        excluded = _TELLS if _ASKS.search(words) else _STATES
        if any(word in excluded for word in rjieba.cut(words)) or not named_source(paragraph, place.start):
            continue
        return place.start if "。" in paragraph[place.start :] else 0
    return 0


def _is_noun_phrase(words: str) -> bool:
    *_, (last, tag) = rjieba.tag(words)
    return bool(_NOUN.match(tag)) and len(last) > 1


def _glued_english(paragraph: str) -> int:
    found = _ENGLISH_OPENING.search(paragraph, 0, 120)
    if not found:
        return 0
    head, body = paragraph[: found.start()], paragraph[found.start() :]
    told = 2 <= size(head) <= 14 and not re.search(r"[.;]\s", head) and head[0].isupper() and size(body) >= 10
    return found.start() if told and is_sentence(body) else 0


def _is_glued(paragraph: str, inner: int, end: int) -> bool:
    """Whether a heading of two parts, with the mark between them at ``inner``, ends before ``end``."""
    question = paragraph[inner] in "？?"
    opening = _OPENING.match(paragraph, end) or (question and _QUOTATION.match(paragraph, end))
    head = paragraph[:end]
    if not opening or inner < 4 or not _FIRST_CLAUSES.fullmatch(head) or len(_INNER.findall(head)) > 1:
        return False
    if "。" not in paragraph[end:] or size(paragraph[end:]) < 12:
        return False
    words = [*rjieba.tag(head)]
    last_word, last_tag = words[-1]
    whole = [*rjieba.cut(paragraph[: end + 4])]
    if not any(sum(map(len, whole[:count])) == end for count in range(1, len(whole))):
        return False
    if any(word in _STATES for word, _ in words) or _PROPER.match(last_tag):
        return False
    return bool(_NOUN.match(last_tag)) or (len(last_word) == 1 and last_tag == "v")
