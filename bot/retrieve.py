"""Request -> hits: the index's search, with the request's cities, topics and wanted units weighed in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.about import is_about, named_document
from bot.cues import says
from bot.message import content_of
from bot.naming import place_name, topic_name
from bot.probe import LinearProbe
from bot.turn import Intent, Request
from knowledge.corpus import Theme
from knowledge.embed import Vectors
from knowledge.figures import Key, figure_keys
from knowledge.index import Index
from knowledge.passage import Grade, Hit, Language, Passage
from knowledge.script import simplified
from knowledge.units import units_of

# Found by cross-validation over the wordings of the themes: the right one comes first for .85 of them, and for .66
# where only the likest wording counts.
_THEME_RIDGE = 0.3
_FOUND_WEIGHT = 0.25
# Shares of the best search score. A note on the city asked about beats a general one of equal likeness, and a general
# one beats a note on some other city.
_SAME_PLACE = 0.18
_OTHER_PLACE = -0.16
_FURTHER_PLACE = 0.1  # a question on two places is best answered by what is said of both
_SAME_TOPIC = 0.05
_SAME_DOCUMENT = 0.1
_SAME_SUBJECT = 0.15  # a message that points back is about what was said
_OPINION = -0.03  # what the author thinks of a fact comes after the fact
_MOST_TOPICS = 3
_WANTED_UNIT = 0.05
_SAME_FIGURE = 0.3  # who names a figure asks about that figure
# A question of several parts, or on several places, wants a passage for each.
_LIFTED = 0.9
_LEAD = 0.6
_MOST_PARTS = 4
_ENOUGH = 2.0  # so many words of its own make a question
_LEAST_CONTENT = 3
_PARTS = re.compile(
    r"[?？;；。]|[,，]\s*(?:另外|还有|以及|那么?)|,?\s+\band\s+(?=(?:how|what|who|where|when|which|is|are|does|do|did)\b)",
    re.I,
)
_CONTENT = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]+")
# Whether somebody asks to leave or to stay, the evidence is the same.
_FRAMING = re.compile(
    r"(?:继续|还是?|再|一直)?(?:离开|逃离|留在|留下|待在|呆在)"
    r"|\b(?:leav(?:e|ing)|quit(?:ting)?|stay(?:ing)?(?: in)?) ?\b",
    re.IGNORECASE,
)


class Retriever:
    """Finds the passages that a request needs, and for a broad question the theme that it belongs to."""

    def __init__(self, index: Index, themes: Sequence[Theme], theme_vectors: Vectors, candidates: int = 60) -> None:
        """``theme_vectors`` are those of ``theme_asks(themes)``, shape (n, dim)."""
        self._index = index
        asked = [theme for theme, _ in theme_asks(themes)]
        self._themes = {theme.id: theme for theme in asked}
        self._probe = LinearProbe([theme.id for theme in asked], theme_vectors, _THEME_RIDGE) if asked else None
        self._candidates = candidates
        self._own_languages = {p.language for p in index.passages.values() if not p.is_note}

    def theme(self, request: Request, hits: Sequence[Hit]) -> Theme | None:
        """The theme that the request is asked like, and whose notes are among its best hits."""
        if self._probe is None:
            return None
        query = self._index.embedder.embed_queries([simplified(request.text)])[0]
        score = {hit.passage.id: hit.score for hit in hits}
        probed = self._probe.scores(query)
        found = [sum(sorted(score.get(id_, 0.0) for id_ in self._themes[name].notes)[-3:]) for name in probed]
        total = _standard([*probed.values()]) + _FOUND_WEIGHT * _standard(found)
        return self._themes[self._probe.labels[int(total.argmax())]]

    def retrieve(self, request: Request) -> tuple[Hit, ...]:
        """Hits in falling order; the best search score counts as 1."""
        text = _neutral(request) if request.intent is Intent.DECISION else request.text
        found = self._search(text, request)
        if not found:
            return ()
        best = max(hit.score for hit in found) or 1.0
        likeness = {h.passage.id: h.score / best for h in found}
        for id_, named in self._by_name(request).items():
            likeness[id_] = max(named, likeness.get(id_, named))
        scores = {id_: like + fit(self._index.passages[id_], request) for id_, like in likeness.items()}
        self._favour_document(request, scores)
        if request.intent is Intent.LOOKUP:
            lifted = _LIFTED * max(scores.values())
            for id_ in (*self._leads(request, best), *_leads_by_place(request, found, scores)):
                scores[id_] = max(lifted, scores.get(id_, lifted))
        ranked = sorted(scores, key=scores.__getitem__, reverse=True)
        return tuple(Hit(passage=self._index.passages[id_], score=scores[id_]) for id_ in ranked)

    def _by_name(self, request: Request) -> dict[str, float]:
        """The likeness of passages in the other language to the places and topics of a request, by their names there.

        A name is another word in another script, and the model hardly knows it; a note has both.
        """
        other: Language = "zh" if request.language == "en" else "en"
        if not request.places or other not in self._own_languages:
            return {}
        names = [place_name(id_, other) for id_ in request.places]
        names += [topic_name(id_, other) for id_ in request.topics]
        hits = self._index.search(" ".join(names), k=self._candidates, language=other)
        best = max((hit.score for hit in hits), default=1.0) or 1.0
        return {
            hit.passage.id: _LIFTED * hit.score / best
            for hit in hits
            if hit.passage.language == other and not hit.passage.is_note and is_about(hit.passage, request.places)
        }

    def _favour_document(self, request: Request, scores: dict[str, float]) -> None:
        """Raise what a document says that the message names, and its note where the message is about it as such."""
        plain = simplified(request.text)
        document = named_document(plain, self._index.documents.values())
        if document is None:
            return
        for id_ in scores:
            scores[id_] += _SAME_DOCUMENT if self._index.passages[id_].document_id == document else 0.0
        note = f"{document}-note"
        if note in self._index.passages and says("about_document", plain):
            scores[note] = max(scores.values()) + _SAME_DOCUMENT

    def _search(self, text: str, request: Request) -> list[Hit]:
        """What the index finds; a message that leans on another is searched together with that.

        The more it says, the more what it finds by itself counts too.
        """
        found = self._index.search(text, k=self._candidates, language=request.language)
        if not request.background:
            return found
        together = self._index.search(f"{request.background} {text}", k=self._candidates)
        own = min(1.0, content_of(simplified(text)) / _ENOUGH) / 2
        scores: dict[str, float] = {}
        for hits, share in ((found, own), (together, 1 - own)):
            best = max((hit.score for hit in hits), default=1.0) or 1.0
            for hit in hits:
                scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + share * hit.score / best
        ranked = sorted(scores, key=scores.__getitem__, reverse=True)
        return [Hit(passage=self._index.passages[id_], score=scores[id_]) for id_ in ranked]

    def _leads(self, request: Request, best: float) -> list[str]:
        """For a question of several parts the best passage of each part."""
        parts = [part for part in _PARTS.split(request.text) if len(_CONTENT.findall(part)) >= _LEAST_CONTENT]
        if not 1 < len(parts) <= _MOST_PARTS:
            return []
        leads = []
        for part in parts:
            found = self._index.search(part, k=5, language=request.language)
            near = [hit for hit in found if hit.score >= _LEAD * best]
            if near:
                leads.append(max(near, key=lambda hit: hit.score / best + fit(hit.passage, request)).passage.id)
        return leads


def _neutral(request: Request) -> str:
    """What a decision is about, whichever way it is put; one that names nothing but places is those places."""
    if request.topics or not request.places:
        return _FRAMING.sub("", simplified(request.text))
    return " ".join(place_name(id_, request.language) for id_ in request.places)


def _leads_by_place(request: Request, found: Sequence[Hit], scores: Mapping[str, float]) -> list[str]:
    """For a question that names several places the best passage on each."""
    if len(request.places) < 2:
        return []
    leads = []
    for id_ in request.places:
        about = [h.passage.id for h in found if is_about(h.passage, [id_]) and h.score >= 0]
        if about:
            leads.append(max(about, key=lambda passage_id: scores[passage_id]))
    return [id_ for id_ in leads if scores[id_] >= _LEAD * max(scores.values())]


def theme_asks(themes: Sequence[Theme]) -> list[tuple[Theme, str]]:
    """Each way to ask for each theme."""
    return [(theme, ask) for theme in themes for ask in (*theme.asks.zh, *theme.asks.en)]


def fit(passage: Passage, request: Request) -> float:
    """How much better or worse a passage suits a request than its likeness alone says."""
    bonus = _SAME_TOPIC * min(_MOST_TOPICS, len(set(passage.topics) & set(request.topics)))
    bonus += _OPINION if passage.grade is Grade.OPINION else 0.0
    if passage.id in request.focus and (not request.units or units_of(passage.text)):
        bonus += _SAME_SUBJECT
    if request.places and passage.cities:
        here = is_about(passage, request.places)
        bonus += _SAME_PLACE if here else _OTHER_PLACE
        also = sum(is_about(passage, [id_]) for id_ in request.places) - 1
        bonus += _FURTHER_PLACE * max(0, also)
        bonus += _SAME_TOPIC if here and set(passage.topics) & set(request.topics) else 0.0
    if _figures(request.text) & _figures(passage.text):
        bonus += _SAME_FIGURE
    if request.units:
        bonus += _WANTED_UNIT if units_of(passage.text) & request.units else -_WANTED_UNIT
    return bonus


@lru_cache(maxsize=4096)
def _figures(text: str) -> frozenset[Key]:
    return frozenset(figure_keys(text))


def _standard(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    standard: NDArray[np.float64] = (array - array.mean()) / (array.std() or 1.0)
    return standard
