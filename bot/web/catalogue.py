"""What the page lists: every document once, a bundled article together with its original where that is indexed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.passage import Document, Passage


@dataclass(frozen=True)
class Entry:
    """A document with its passages; ``originals`` are the files that are the article, if it is a bundled one.

    With an original, ``document`` has its path as its source, and ``passages`` are our notes and those of the original
    that no note speaks of.
    """

    document: Document
    passages: tuple[Passage, ...]
    originals: tuple[Document, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids that lead here."""
        return frozenset(one.id for one in (self.document, *self.originals))


def catalogue(documents: Mapping[str, Document], passages: Iterable[Passage]) -> tuple[Entry, ...]:
    """All documents of an index, in its order."""
    by_document: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_document[passage.document_id].append(passage)
    articles = {one.sha256: one for one in documents.values() if one.sha256 and not is_file(one)}
    originals: defaultdict[str, list[Document]] = defaultdict(list)
    for one in documents.values():
        if is_file(one) and (article := articles.get(one.sha256 or "")):
            originals[article.id].append(one)
    merged = {one.id for files in originals.values() for one in files}
    return tuple(_entry(one, originals[one.id], by_document) for one in documents.values() if one.id not in merged)


def is_file(document: Document) -> bool:
    """Whether it is a file of this machine; what is none is an article that the bundled notes report on."""
    return Path(document.source).is_absolute()


def _entry(document: Document, originals: list[Document], passages: Mapping[str, list[Passage]]) -> Entry:
    """Of several copies of one original, the first is looked at."""
    held = passages.get(document.id, [])
    if not originals:
        return Entry(document, tuple(held))
    first = originals[0]
    there = {"source": first.source, "date": document.date or first.date}
    return Entry(document.model_copy(update=there), (*held, *passages.get(first.id, [])), tuple(originals))
