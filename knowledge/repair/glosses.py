"""The reading of a character, put in brackets after it by a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.mapped import Edit
from knowledge.repair.pinyin import SYLLABLE, is_reading

_STEP = "pinyin_glosses"
_GLOSS = re.compile(rf"(?<=([\u3400-\u9fff]))[(（] ?({SYLLABLE}) ?[)）]")
_LIST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def pinyin_glosses(text: str) -> Iterator[Edit]:
    """Take out one syllable in brackets that is a reading of the character before it.

    A word in pinyin, a name, a list letter and what is no reading of that character stay.
    """
    for gloss in _GLOSS.finditer(text):
        character, syllable = gloss[1], gloss[2]
        if syllable not in _LIST_LETTERS and is_reading(syllable, character):
            yield Edit(gloss.start(), gloss.end(), "", _STEP)
