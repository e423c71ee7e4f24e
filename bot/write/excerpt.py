"""The sentences of a long passage that bear on a request: a claim is short, its citation shows the whole passage."""

from __future__ import annotations

from itertools import accumulate

from bot.about import lies_in
from bot.turn import Request
from knowledge.annotate import warns_of
from knowledge.figures import Key, figure_keys
from knowledge.keywords import tokens
from knowledge.passage import Caveat, Language, Passage
from knowledge.places import find_places
from knowledge.sentences import refers_back, sentences, size
from knowledge.topics import find_topics
from knowledge.units import units_of

# In words, of which a Chinese character is half a one; no bundled note is as long.
_MOST = 56.0
# What a sentence has for a request. The order is what counts: the figure asked about, the words of the question, the
# warning, the place, and only then any topic or figure; there is no set to measure more than that on.
_WORDS = 2.0
_PLACE = 0.6
_THERE = 0.4  # the place that they would go to, besides
_TOPIC = 0.5
_MOST_TOPICS = 2
_WARNING = 1.5
_SAME_FIGURE = 2.0
_UNIT = 0.4
_FIGURE = 0.2
_MOST_FIGURES = 2
_RHETORIC = -0.5


def excerpt(passage: Passage, request: Request, warning: Caveat | None = None) -> str:
    """A run of a passage's own sentences, up to about 56 words, or all of a passage that is no longer.

    They are those that have most in common with the request, or with the warning that they are to give; one that they
    refer back to comes before them.
    """
    text = passage.in_language(request.language)
    if size(text) <= _MOST:
        return text
    found = sentences(text)
    language: Language = "en" if text == passage.text_en else passage.language
    parts = [text[start:end] for start, end in found]
    asked = {token for token in tokens(request.text, language) if len(token) > 1}
    figures = set(figure_keys(request.text))
    values = [_value(part, language, request, warning) + _in_common(part, language, asked, figures) for part in parts]
    first, last = _run(values, [size(part) for part in parts])
    if first and refers_back(parts[first]):
        first -= 1
    return text[found[first][0] : found[last][1]]


def _run(values: list[float], sizes: list[float]) -> tuple[int, int]:
    """The first and last of the sentences that together are worth most and not too long; one may be longer."""
    middle = max(values) / 2
    worth = [0.0, *accumulate(value - middle for value in values)]
    length = [0.0, *accumulate(sizes)]
    runs = (
        (first, last)
        for first in range(len(values))
        for last in range(first, len(values))
        if last == first or length[last + 1] - length[first] <= _MOST
    )
    return max(runs, key=lambda run: (worth[run[1] + 1] - worth[run[0]], -run[0], run[1]))


def _value(sentence: str, language: Language, request: Request, warning: Caveat | None) -> float:
    places = [mention.place.id for mention in find_places(sentence)]
    value = _PLACE * any(lies_in(place, request.places) for place in places)
    value += _THERE * any(lies_in(place, request.destinations or request.places) for place in places)
    topics = {mention.topic.id for mention in find_topics(sentence)} & set(request.topics)
    value += _TOPIC * min(len(topics), _MOST_TOPICS)
    value += _WARNING * (warning is not None and warns_of(warning, sentence, language))
    keys = {key for key in figure_keys(sentence) if key.kind != "calendar_year"}
    value += _FIGURE * min(len(keys), _MOST_FIGURES)
    value += _UNIT * bool(units_of(sentence) & request.units)
    return value + _RHETORIC * sentence.rstrip("”\"'’").endswith(("?", "？"))


def _in_common(sentence: str, language: Language, asked: set[str], figures: set[Key]) -> float:
    """What a sentence has of the words and the figures that a question has."""
    share = len(asked & set(tokens(sentence, language))) / max(len(asked), 1)
    same = any(key.kind != "calendar_year" and key in figures for key in figure_keys(sentence))
    return _WORDS * share + _SAME_FIGURE * same
