"""A long text cut at sentence ends into windows that are embedded beside the whole."""

from __future__ import annotations

import re

# Measured in letters, with a Chinese character counted as three: about three sentences in either language.
WINDOW = 270

_SENTENCE = re.compile(r".+?(?:[。！？；]+[”’」』）]*|[.!?]+[\"')\]]*(?=\s)|\n|\Z)\s*", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff]")


def windows(text: str) -> list[str]:
    """Windows of whole sentences, in order, together the text; none if the text is short enough to be one itself."""
    if _size(text) <= WINDOW * 1.5:
        return []
    cut: list[str] = []
    for sentence in _SENTENCE.findall(text):
        if cut and _size(cut[-1]) + _size(sentence) <= WINDOW:
            cut[-1] += sentence
        else:
            cut.append(sentence)
    return cut


def _size(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))
