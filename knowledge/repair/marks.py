"""Signs that no reader sees or that belong to nothing: remains of encodings and of markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.mapped import Edit

# Byte order mark, zero-width spaces and joiners, soft hyphen, marks of direction; control characters but those that
# break lines, columns or pages.
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad\u202a-\u202e]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]+")
# Scripts in which joiners and marks of direction do their work, and emoji, which are joined.
_KEEPS_INVISIBLE = re.compile(
    "[\u0590-\u109f\u1780-\u17ff\u2600-\u27bf\ufb1d-\ufdff\ufe00-\ufefc\U0001f000-\U0001ffff]"
)
_PARAGRAPH = re.compile(r"[^\r\n]+(?:\r?\n[^\r\n]+)*")
_BOLD = re.compile(r"(?<!\*)\*\*(?!\*)")
_OPENS_LINE = re.compile(r"\*\*(?:[ \t]*[,，、。;；:：][ \t]*)?(?=[ \t]*[\u3000-\u9fff“‘（])")
_CLOSES_SENTENCE = re.compile("[。！？…”’」』》】）：；，]$")
# A name of which the rest is masked is shorter.
_HAN_WORDS = re.compile("[\u3400-\u9fff]{5}$")
_UNREADABLE = re.compile("\ufffd+")


def invisible_marks(text: str) -> Iterator[Edit]:
    """Take out zero-width and control characters that have no work to do where they stand."""
    for mark in _CONTROL.finditer(text):
        yield Edit(mark.start(), mark.end(), "", "invisible_marks")
    for mark in _INVISIBLE.finditer(text):
        around = text[max(0, mark.start() - 2) : mark.start()] + text[mark.end() : mark.end() + 2]
        if not _KEEPS_INVISIBLE.search(around):
            yield Edit(mark.start(), mark.end(), "", "invisible_marks")


def stray_emphasis(text: str) -> Iterator[Edit]:
    """Take out a ``**`` without its fellow at the beginning or end of a line of Chinese."""
    for paragraph in _PARAGRAPH.finditer(text):
        marks = list(_BOLD.finditer(paragraph[0]))
        if len(marks) != 1:
            continue
        at = paragraph.start() + marks[0].start()
        before = paragraph[0][: marks[0].start()].rpartition("\n")[2].strip()
        after = paragraph[0][marks[0].end() :].partition("\n")[0].strip()
        opens = _OPENS_LINE.match(text, at) if not before else None
        if opens is not None:
            yield Edit(at, opens.end(), "", "stray_emphasis")
        elif not after and (_CLOSES_SENTENCE.search(before) or _HAN_WORDS.search(before)):
            yield Edit(at, at + 2, "", "stray_emphasis")


def unreadable_characters(text: str) -> Iterator[Edit]:
    """Take out what stands for a character that could not be decoded; without it a text may say something else."""
    for mark in _UNREADABLE.finditer(text):
        yield Edit(mark.start(), mark.end(), "", "unreadable_characters", guess=True)
