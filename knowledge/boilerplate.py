"""What stands around a text and is none of it: menus, sharing lines, source lists, an editor's or generator's notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import rjieba
import yaml

from knowledge.passage import Frozen
from knowledge.sentences import is_sentence, size


class Boilerplate(StrEnum):
    """What a paragraph is that is no evidence."""

    NAVIGATION = "navigation"
    SHARING = "sharing"
    COPYRIGHT = "copyright"
    BYLINE = "byline"
    WORD_COUNT = "word_count"
    SOURCES = "sources"
    CAPTION = "caption"
    HIGHLIGHTS = "highlights"
    REVISION_NOTES = "revision_notes"
    EDITOR_NOTE = "editor_note"
    CONSENT = "consent"
    COMMENTS = "comments"
    GENERATOR = "generator"


# More than one of these between bars or arrows is a menu.
_MENU = re.compile(
    r"\b(?:home|about(?: us)?|contact(?: us)?|news|log ?in|sign in|search|privacy(?: policy)?|terms|sitemap|blog"
    r"|careers|subscribe|help|faq|shop|menu|topics|sections|video|sport|opinion|world|business)\b"
    r"|首页|主页|关于我们|联系我们|新闻|登录|注册|搜索|网站地图|隐私|帮助|专题|视频|评论"
    r"|财经|体育|娱乐|科技|论坛|博客|客户端|频道|正文|资讯",
    re.IGNORECASE,
)
_BARS = re.compile(r"\s*(?:[|｜»›>]|\s[·•/]\s|\s{2,})\s*")
_NUMBERED = re.compile(r"^(?:[-*•●■◆]\s*|[#\s]*|[(（]?[\d一二三四五六七八九十]{1,2}[.、)）]\s*)")
_SHORT = 40.0
# A notice is longer than other lines, and told by how it begins.
_NOTICE = 120.0
# In characters, for what has no words.
_LONGEST_LINE = 2000
_BRACKETS = ' *_[【（(「『“"'
_LONGEST_HEADING = 80
# A paragraph of so many words that ends as a sentence does is the text again, whatever heading it stands under.
_PROSE = 40.0
_CAPTION = 6.0
_LONGEST_CAPTION = 80
_BYLINE = 20.0
_OF_ITSELF = re.compile(
    r"文章|本文|全文|行文|文风|读者|修改|优化|改写|润色|亮点"
    r"|\b(?:this|the) (?:article|text|piece|version)\b|\breaders?\b",
    re.IGNORECASE,
)
_NAMES = frozenset({"ns", "nr", "nt", "nrt", "nrfg"})
_NOUNS = frozenset("nsfj")
_HAN = re.compile("[\u3400-\u9fff]")


def part_headed(line: str) -> Boilerplate | None:
    """What part of boilerplate a line is the heading of, if any."""
    if len(line) > _LONGEST_HEADING:
        return None
    bare = _NUMBERED.sub("", line).strip(" *_#:：【】[]()（）“”\"'").lower()
    return next((kind for kind, pattern in _part_patterns().items() if pattern.fullmatch(bare)), None) if bare else None


def boilerplate(line: str) -> Boilerplate | None:
    """What a line is that stands by itself and is no evidence; None for what is, and for what may be."""
    length = size(line)
    if length > _NOTICE or len(line) > _LONGEST_LINE:
        return None
    notices = (kind for kind, pattern in _notice_patterns().items() if pattern.match(line.lstrip(_BRACKETS)))
    if (notice := next(notices, None)) or length > _SHORT:
        return notice
    line = line.strip(" *_")
    return _line_kind(line) or _row_kind(line)


def _row_kind(line: str) -> Boilerplate | None:
    """What a line is by what stands between bars or wide gaps in it."""
    cells = [cell for cell in _BARS.split(line) if cell]
    kinds = [kind for cell in cells if (kind := _line_kind(cell))]
    # Among them a name may stand that nothing tells from other words.
    names = len(cells) - len(kinds)
    if len(kinds) >= 2 and (not names or (names == 1 and Boilerplate.BYLINE in kinds and size(line) <= _BYLINE)):
        return Boilerplate.BYLINE if Boilerplate.BYLINE in kinds else kinds[0]
    if len(cells) >= 3 and all(size(cell) <= 4 for cell in cells) and len(_MENU.findall(line)) >= 2:
        return Boilerplate.NAVIGATION
    return None


def _line_kind(line: str) -> Boilerplate | None:
    for kind, pattern in _line_patterns().items():
        found = pattern.search(line)
        # What a written-out sentence only mentions is no mark of it.
        if found and (found.start() == 0 or not is_sentence(line)):
            return kind
    return None


def is_menu_word(line: str) -> bool:
    """Whether a line is a word of menus."""
    return bool(_MENU.fullmatch(line)) or boilerplate(line) is Boilerplate.NAVIGATION


def is_prose(paragraph: str) -> bool:
    """Whether a paragraph is long and written out, so that it is the text and no list of sources or remarks."""
    return size(paragraph) >= _PROSE and is_sentence(paragraph)


def speaks_of_itself(paragraph: str) -> bool:
    """Whether a paragraph speaks of how it is written."""
    return bool(_OF_ITSELF.search(paragraph))


def is_names_only(line: str) -> bool:
    """Whether a line of Chinese is a name and at most nouns after it, as captions of pictures are."""
    if not _HAN.search(line) or len(line) > _LONGEST_CAPTION or size(line) > _CAPTION:
        return False
    tags = [tag for word, tag in rjieba.tag(line) if word.strip(" ,，、·()（）")]
    return bool(tags) and tags[0] in _NAMES and all(tag[0] in _NOUNS for tag in tags)


class _Table(Frozen):
    parts: Mapping[Boilerplate, tuple[str, ...]]
    notices: Mapping[Boilerplate, tuple[str, ...]]
    lines: Mapping[Boilerplate, tuple[str, ...]]


@cache
def _part_patterns() -> Mapping[Boilerplate, re.Pattern[str]]:
    return _compiled(_table().parts)


@cache
def _notice_patterns() -> Mapping[Boilerplate, re.Pattern[str]]:
    return _compiled(_table().notices)


@cache
def _line_patterns() -> Mapping[Boilerplate, re.Pattern[str]]:
    return _compiled(_table().lines)


def _table() -> _Table:
    raw = files(__package__).joinpath("boilerplate.yaml").read_text("utf-8")
    return _Table.model_validate(yaml.load(raw, yaml.CSafeLoader))


def _compiled(table: Mapping[Boilerplate, tuple[str, ...]]) -> Mapping[Boilerplate, re.Pattern[str]]:
    return {kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in table.items()}
