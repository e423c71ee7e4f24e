"""How characters are read: syllables of Hanyu Pinyin, however they are spelled."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

TONED = "āáǎàăēéěèĕīíǐìĭōóǒòŏūúǔùŭǖǘǚǜńňǹḿ"
# One to six letters, with or without a mark or a digit for the tone.
SYLLABLE = f"[a-zêüɑɡ\u0300-\u030c{TONED}]{{1,8}}[0-5]?"
_LOOKALIKES = str.maketrans("ɑɡvăĕĭŏŭ", "agüǎěǐǒǔ")
_TONE_MARKS = "\u0304\u0301\u030c\u0300"
_LETTERS = re.compile("[a-zê]{1,6}")


@lru_cache(maxsize=1 << 14)
def is_reading(syllable: str, character: str) -> bool:
    """Whether a character is read so; a syllable without a tone matches every tone.

    A character that nobody knows the reading of may be read as any syllable there is.
    """
    letters, tone = _spelling(syllable)
    readings = _readings().get(character) or _syllables()
    return any(letters == known and tone in (heard, 0) for known, heard in readings)


def has_tone(syllable: str) -> bool:
    """Whether a syllable is spelled with its tone."""
    return _spelling(syllable)[1] > 0


@lru_cache(maxsize=1 << 14)
def _spelling(syllable: str) -> tuple[str, int]:
    """The letters of a syllable and its tone, 1 to 4; 0 for none."""
    plain = unicodedata.normalize("NFC", syllable).translate(_LOOKALIKES).replace("u:", "ü")
    tone = 0
    if plain[-1:].isdecimal():
        plain, tone = plain[:-1], int(plain[-1]) % 5
    letters = []
    for letter in unicodedata.normalize("NFD", plain):
        if letter in _TONE_MARKS:
            tone = _TONE_MARKS.index(letter) + 1
        else:
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters)), tone


@cache
def _readings() -> dict[str, frozenset[tuple[str, int]]]:
    # Takes a quarter of a second, and most texts need it never.
    from pypinyin.constants import PINYIN_DICT

    return {chr(code): frozenset(map(_spelling, said.split(","))) for code, said in PINYIN_DICT.items()}


@cache
def _syllables() -> frozenset[tuple[str, int]]:
    return frozenset().union(*_readings().values())
