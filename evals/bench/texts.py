"""Passages in any number, permuted from the sentences of the notes, and questions that no cache has seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice

import numpy as np

from evals.bench.questions import questions
from knowledge.corpus import load_notes
from knowledge.passage import LANGUAGES, Bilingual, Document, Language, Passage

TITLE = Bilingual(zh="排列", en="Permutations")
DOCUMENT = Document(id="permuted", title=TITLE, source="permuted.txt")

_SENTENCE = re.compile(r".+?(?:[。！？]|[.!?](?=\s)|\Z)\s*", re.DOTALL)
_MOST_SENTENCES = 3
_BETWEEN = {"zh": "", "en": " "}
# Not those that a question or its variants end with.
_MARKS = ":,~·、…|/"


def passages(count: int, seed: int = 0) -> tuple[Passage, ...]:
    """Passages of one to three sentences in an order of their own, no text twice, languages in turn.

    The first of a larger number are those of a smaller one.
    """
    texts = {language: _permuted(language, seed) for language in LANGUAGES}
    return tuple(_passage(number, next(texts[language]), language) for number, language in islice(_languages(), count))


def wordings(turn: int, count: int) -> tuple[str, ...]:
    """The first ``count`` questions, with an end that no other turn gives them."""
    return tuple(f"{question.rstrip('?？!！;；.。 ')}{_mark(turn)}" for question in questions()[:count])


@cache
def sentences(language: Language) -> tuple[str, ...]:
    """Every sentence of the notes in a language, once."""
    _, notes = load_notes()
    found = [s.strip() for note in notes for s in _SENTENCE.findall(note.in_language(language))]
    return tuple(dict.fromkeys(s for s in found if s))


def _languages() -> Iterator[tuple[int, Language]]:
    return enumerate(cycle(LANGUAGES))


def _permuted(language: Language, seed: int) -> Iterator[str]:
    random = np.random.default_rng([seed, LANGUAGES.index(language)])
    known = sentences(language)
    seen: set[str] = set()
    while True:
        rows = random.choice(len(known), size=random.integers(1, _MOST_SENTENCES + 1), replace=False)
        text = _BETWEEN[language].join(known[row] for row in rows)
        if text not in seen:
            seen.add(text)
            yield text


def _passage(number: int, text: str, language: Language) -> Passage:
    return Passage(
        id=f"permuted-{number}",
        document_id=DOCUMENT.id,
        document_title=TITLE,
        language=language,
        text=text,
        source=DOCUMENT.source,
        locator=str(number),
    )


def _mark(turn: int) -> str:
    """As many marks as it takes to write the number."""
    turn, last = divmod(turn, len(_MARKS))
    return (_mark(turn - 1) if turn else "") + _MARKS[last]
