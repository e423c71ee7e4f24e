"""How likely a stretch of text is to be Chinese that somebody wrote: words weighed by how often they are used."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import rjieba

from knowledge.script import simplified

# The sum of all frequencies in the dictionary of jieba.
_ALL_WORDS = 6e7
_LONGEST_WORD = 4
# In nats, like all costs here: roughly how rare each is in a newspaper, beside the words of the dictionary.
_PUNCTUATION = {
    mark: cost
    for marks, cost in (
        ("，,", 3.0),
        ("。\n", 3.5),
        ("、“”1234567890. ", 5.0),
        ("：；？！（）《》:;?!()「」\"'-", 6.0),
        ("—…·‘’『』【】〈〉％%", 8.0),
        ("～／＋－０１２３４５６７８９", 11.0),
    )
    for mark in marks
}
_LATIN_LETTER = 9.0
_OTHER_SIGN = 14.0
_UNKNOWN_HAN = 16.0
_NO_TEXT = 18.0
_NEVER = math.inf


class Trail(NamedTuple):
    """What has been read so far: its last characters, and what each way to end a word before or after them costs."""

    tail: str = ""
    costs: tuple[float, ...] = (0.0,)

    @property
    def cost(self) -> float:
        return self.costs[-1]

    def then(self, character: str) -> Trail:
        """With one character more."""
        text = self.tail + (character if character < "\x80" else _plain().get(character, character))
        size = len(text)
        best = min([self.costs[start] + _word_cost(text[start:]) for start in range(size)])
        keep = min(size, _LONGEST_WORD - 1)
        return Trail(text[size - keep :], (*self.costs, best)[-keep - 1 :])

    def past(self, cost: float) -> Trail:
        """With one character more that nobody knows."""
        return Trail("", (self.cost + cost,))

    def through(self, text: str) -> Trail:
        """With a text more."""
        trail = self
        for character in text:
            trail = trail.then(character)
        return trail

    def with_each(self, characters: Iterable[str], following: str) -> list[float]:
        """What the text costs with each of some characters more and a text after it."""
        after = "".join(_plain().get(character, character) for character in following[: _LONGEST_WORD - 1])
        rests = [Trail().through(following[size:]).cost for size in range(len(after) + 1)]
        around = [
            (self.tail[len(self.tail) - before :], after[:size], self.costs[-before - 1] + rests[size])
            for before in range(len(self.tail) + 1)
            for size in range(min(len(after), _LONGEST_WORD - 1 - before) + 1)
        ]
        plain = _plain()
        return [
            min([_word_cost(left + plain.get(character, character) + right) + cost for left, right, cost in around])
            for character in characters
        ]


def character_cost(character: str) -> float:
    """What a character costs that stands by itself."""
    return _word_cost(_plain().get(character, character))


@lru_cache(maxsize=1 << 18)
def _word_cost(word: str) -> float:
    if len(word) > 1:
        return -math.log(_dictionary().suggest_freq(word) / _ALL_WORDS) if _dictionary().has_word(word) else _NEVER
    if word in _PUNCTUATION:
        return _PUNCTUATION[word]
    if "\u3400" <= word <= "\u9fff":
        known = _dictionary().has_word(word)
        return -math.log(_dictionary().suggest_freq(word) / _ALL_WORDS) if known else _UNKNOWN_HAN
    if word.isalpha() and (word.isascii() or "Ａ" <= word <= "ｚ"):
        return _LATIN_LETTER
    return _NO_TEXT if "\ue000" <= word <= "\uf8ff" or word == "\ufffd" else _OTHER_SIGN


@cache
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()


@cache
def _plain() -> dict[str, str]:
    """Each traditional character that GBK has, in its simplified form."""
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    return dict(zip(characters, simplified("\n".join(characters)).split("\n"), strict=True))
