"""What a passage or a message is about: places, a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from knowledge.passage import Document, Passage
from knowledge.places import place


def is_about(passage: Passage, places: Sequence[str]) -> bool:
    """Whether a passage is about one of the places, or about a city in one of them that is a province."""
    return bool(places) and any(lies_in(city, places) for city in passage.cities)


def lies_in(city: str, places: Sequence[str]) -> bool:
    """Whether a city is one of the places or lies in one of them."""
    found = place(city)
    return city in places or (found is not None and found.province in places)


# What may call a document near one of these words.
_DOCUMENT = re.compile(r"[那这第][一二三123]?篇|文章|\b(?:article|piece|text|document|essay|paper)s?\b", re.IGNORECASE)
_REACH = 24


def named_document(text: str, documents: Iterable[Document]) -> str | None:
    """The document that a message calls by its title or by what it is about; None where it names none, or several."""
    near = " ".join(text[max(0, m.start() - _REACH) : m.end() + _REACH] for m in _DOCUMENT.finditer(text))
    found = {
        document.id
        for document in documents
        if any(title in text for title in (document.title.zh, document.title.en))
        or (near and document.called and _called(document.called).search(near))
    }
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=64)
def _called(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
