"""Keyword search over texts of one language: BM25 over segmented Chinese or stemmed English."""

from __future__ import annotations

import logging
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import bm25s  # type: ignore[import-untyped]
import numpy as np
import rjieba
import Stemmer  # type: ignore[import-not-found]
from bm25s.stopwords import STOPWORDS_EN_PLUS  # type: ignore[import-untyped]
from numpy.typing import NDArray

from knowledge.passage import Language
from knowledge.script import simplified

# It sets itself to DEBUG.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[^\W_\u3400-\u9fff]+(?:[.,]\d+)*")
_STOP_WORDS = frozenset(STOPWORDS_EN_PLUS)
# bm25s indexes no corpus that is all empty; no query holds this token.
_NOTHING = "\0"


def tokens(text: str, language: Language) -> list[str]:
    """What a text is searched by.

    Chinese: words, the words inside them, and single characters, which find names that no dictionary has.
    English: stems without stop words.
    """
    key = simplified(unicodedata.normalize("NFKC", text).lower())
    latin = [_stemmer().stemWord(word) for word in _LATIN.findall(key) if word not in _STOP_WORDS]
    if language == "en":
        return latin
    words = [word for word in rjieba.cut_for_search(key) if _HAN.match(word)]
    return words + _HAN.findall(key) + latin


class KeywordIndex:
    """BM25 over texts of one language."""

    def __init__(self, language: Language, bm25: bm25s.BM25) -> None:
        self._language: Language = language
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: Sequence[str], language: Language) -> KeywordIndex:
        """Index one or more texts."""
        bm25 = bm25s.BM25()
        bm25.index([tokens(text, language) or [_NOTHING] for text in texts], show_progress=False)
        return cls(language, bm25)

    def scores(self, query: str) -> NDArray[np.float64]:
        """BM25 score of each text (n,), in the order they were indexed; 0 where no word is shared."""
        known = [token for token in tokens(query, self._language) if token in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float64)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float64)

    def share_told(self, query: str, text: str) -> float:
        """What share of the words of a query a text has (0 to 1); a word counts the more, the rarer it is.

        Single characters count for nothing; without any word the share is 1.
        """
        weights = {token: self._rarity(token) for token in tokens(query, self._language) if len(token) > 1}
        told = set(tokens(text, self._language))
        every = sum(weights.values())
        return sum(weight for token, weight in weights.items() if token in told) / every if every else 1.0

    def _rarity(self, token: str) -> float:
        """The inverse frequency of a token."""
        number = self._bm25.vocab_dict.get(token)
        starts = self._bm25.scores["indptr"]
        frequency = 0 if number is None else int(starts[number + 1] - starts[number])
        return math.log((self._bm25.scores["num_docs"] + 1) / (frequency + 0.5))

    def save(self, directory: Path) -> None:
        """Write the index into a directory, which is made."""
        self._bm25.save(directory)

    @classmethod
    def load(cls, directory: Path, language: Language) -> KeywordIndex:
        """Read what ``save`` wrote."""
        return cls(language, bm25s.BM25.load(directory))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
