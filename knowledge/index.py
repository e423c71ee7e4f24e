"""Vectors and keywords of passages on disk, and the search over both. The only place that imports chromadb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray
from pydantic import ValidationError

from knowledge.background import QUESTIONS, STATEMENTS
from knowledge.embed import Embedder, Vectors
from knowledge.errors import IndexStoreError
from knowledge.fusion import DEFAULT, Fusion, Moments
from knowledge.keywords import KeywordIndex
from knowledge.nearest import Nearest, Rows, Scan, largest
from knowledge.passage import LANGUAGES, Document, Frozen, Hit, Language, Passage, Problem
from knowledge.script import language_of, simplified
from knowledge.store import UnusableIndexError
from knowledge.windows import windows

if TYPE_CHECKING:
    from knowledge.retriever import IndexRetriever

T = TypeVar("T", bound=Frozen)
Progress = Callable[[int, int], None]

ENGINE = f"chromadb {chromadb.__version__}"
# Vectors fetched for each language; a passage beyond them comes in only by its keywords.
CANDIDATES = 200
# Up to so many vectors of a language are all compared with a query: Chroma's graph alone takes half a millisecond.
SCANNED = 10_000
# No question is as long.
LONGEST_QUERY = 2000

_WHOLE, _WINDOW, _ASK = "text", "window", "ask"
_EMBED_BATCH = 16
# What reading damaged files raises; Chroma lacks an attribute where its native part has given up before.
_UNREADABLE = (OSError, ValueError, KeyError, AttributeError, ValidationError, ChromaError)
_ADD_BATCH = 1000
# Small batches reach the graph on disk at once: what waits in Chroma's log is replayed at every opening.
_SYNC_BATCH = 50


class Index:
    """Passages to be searched by meaning and by keyword, in Chinese and in English; several threads may search.

    ``problems`` are what could not be read when it was built.
    Close it, or use it as a context manager, to let go of its files.
    """

    def __init__(
        self,
        *,
        directory: Path,
        embedder: Embedder,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        sides: Sequence[_Side],
        closing: ExitStack,
        problems: Sequence[Problem] = (),
    ) -> None:
        self.directory = directory
        self.embedder = embedder
        self.documents: Mapping[str, Document] = MappingProxyType({d.id: d for d in documents})
        self.passages: Mapping[str, Passage] = MappingProxyType({p.id: p for p in passages})
        self.problems = tuple(problems)
        self._sides = sides
        self._closing = closing
        # Chroma works outside Python's lock, so that two graphs are searched at once; a scan is over before a thread is
        # awake.
        large = any(isinstance(side.vectors, _Graph) for side in sides)
        self._threads = ThreadPoolExecutor(len(sides), "quliu-search") if large else None
        if self._threads:
            closing.callback(self._threads.shutdown)

    def search(self, text: str, k: int = 10, language: Language | None = None, fusion: Fusion = DEFAULT) -> list[Hit]:
        """The ``k`` passages nearest to a text, best first.

        Only the first LONGEST_QUERY characters of a text count. ``language`` is its own, for a caller who knows it
        better than its script tells; ``fusion`` is what the parts of a score count.
        """
        if not text.strip() or k < 1:
            return []
        # Half a surrogate pair, which no engine can encode, becomes a question mark.
        text = text[:LONGEST_QUERY].encode("utf-8", "replace").decode("utf-8")
        query = self.embedder.embed_queries([_key(text)])[0]
        asked = language or language_of(text)
        each = self._threads.map if self._threads else map
        best: dict[str, float] = {}
        for scores in each(lambda side: side.scores(text, query, asked, k, fusion), self._sides):
            _merge(best, scores)
        first = max(best, key=best.__getitem__)
        limit = best[first]
        if fusion.feedback:
            for side, vector in self._without(self.passages[first]):
                _merge(best, side.scores(text, query + fusion.feedback * vector, asked, k, fusion))
        ranked = sorted(best, key=lambda passage_id: (passage_id == first, best[passage_id]), reverse=True)[:k]
        return [Hit(passage=self.passages[passage_id], score=min(best[passage_id], limit)) for passage_id in ranked]

    def share_told(self, text: str, passages: Sequence[Passage], language: Language) -> float:
        """The largest share of the words of a text in ``language`` that one of the passages in it has (0 to 1)."""
        side = next((side for side in self._sides if side.language == language), None)
        told = [p.in_language(language) for p in passages if _has_text(p, language)] if side else []
        return max((side.keywords.share_told(text, each) for each in told), default=0.0) if side else 0.0

    def as_retriever(self, k: int = 10) -> IndexRetriever:
        """A LangChain retriever of the ``k`` nearest passages."""
        # LangChain takes half a second to import.
        from knowledge.retriever import IndexRetriever

        return IndexRetriever(index=self, k=k)

    def close(self) -> None:
        """Let go of the files; the index cannot be searched any more."""
        self._closing.close()

    def _without(self, passage: Passage) -> Iterator[tuple[_Side, Vectors]]:
        """The sides that do not hold a passage, with the vector (d,) that it has on its own."""
        others = [side for side in self._sides if not _speaks(passage, side.language)]
        if others:
            own = next(side for side in self._sides if side.language == passage.language)
            vector = own.vectors.whole_of(own.rows[passage.id])
            yield from ((side, vector) for side in others)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Side:
    """What an index holds in one language; ``members`` are the passages that ``vectors`` and ``keywords`` number.

    ``rows`` are these numbers by the passages' ids.
    """

    language: Language
    members: Sequence[str]
    rows: Mapping[str, int]
    vectors: _Vectors
    moments: Moments
    questions: Mapping[Language, Vectors]
    keywords: KeywordIndex

    def scores(self, text: str, query: Vectors, asked: Language, k: int, fusion: Fusion) -> dict[str, float]:
        """Scores of the ``k`` nearest passages by id; they compare with those of the other side."""
        if asked != self.language:
            query = query - fusion.question_offset * self.questions[asked]
        nearest = self.vectors.nearest(query, max(CANDIDATES, 4 * k))
        rows, similarities, least = nearest.by_passage(fusion.whole_share)
        keywords = self.keywords.scores(text) if asked == self.language and fusion.keyword_weight else None
        if keywords is not None:
            named = largest(keywords, CANDIDATES // 2)
            named = np.setdiff1d(named[keywords[named] > 0], rows, assume_unique=True)
            rows = np.concatenate([rows, named])
            similarities = np.concatenate([similarities, np.full(len(named), least)])
        scores = self.moments.standardise(similarities, query) if fusion.standardised else similarities
        if keywords is not None:
            scores = fusion.with_keywords(scores, keywords[rows], keywords)
        best = largest(scores, k)
        return {self.members[row]: score for row, score in zip(rows[best], scores[best].tolist(), strict=True)}


class _Vectors(Protocol):
    """The vectors of one side."""

    def nearest(self, query: Vectors, count: int) -> Nearest:
        """Up to ``count`` of the vectors nearest to a query (d,)."""

    def whole_of(self, row: int) -> Vectors:
        """The vector (d,) of a passage as a whole."""


@dataclass(frozen=True)
class _Graph:
    """Vectors in Chroma's graph on disk; ``rows`` number the ``members`` by id.

    It is asked for half as many as a scan gives: Chroma looks each of them up in its database.
    """

    collection: Collection
    size: int
    members: Sequence[str]
    rows: Mapping[str, int]

    def nearest(self, query: Vectors, count: int) -> Nearest:
        """About ``count / 2`` of the vectors nearest to a query (d,)."""
        found = self.collection.query(
            query_embeddings=query[np.newaxis], n_results=min(count // 2, self.size), include=["distances"]
        )
        passages, whole = _owners(found["ids"][0], self.rows)
        return Nearest(passages, 1.0 - np.array((found["distances"] or [[]])[0], dtype=np.float64), whole)

    def whole_of(self, row: int) -> Vectors:
        """The vector (d,) of a passage as a whole."""
        found = self.collection.get(ids=[_Entry(_WHOLE, self.members[row], "").id], include=["embeddings"])
        vector: Vectors = np.asarray(found["embeddings"], dtype=np.float32)[0]
        return vector


@dataclass(frozen=True)
class _Entry:
    """A text to embed: a passage in one language, one of its windows, or a question that it answers."""

    kind: str
    passage_id: str
    text: str

    number: int = 0

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.number}:{self.passage_id}"

    def metadata(self, language: Language) -> dict[str, str]:
        """What Chroma keeps beside the vector."""
        return {"passage_id": self.passage_id, "language": language, "kind": self.kind}


def texts(passages: Sequence[Passage]) -> tuple[list[str], list[str]]:
    """What an index of passages embeds: questions, and passages."""
    queries = [_key(question[language]) for language in LANGUAGES for question in QUESTIONS]
    statements = [_key(statement[language]) for language in LANGUAGES for statement in STATEMENTS]
    entries = [_key(entry.text) for language in LANGUAGES for entry in _entries(passages, language)]
    return queries, [*statements, *entries]


def write_index(
    directory: Path,
    embedder: Embedder,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    progress: Progress | None = None,
) -> int:
    """Write an index of one or more passages into an empty directory, and count its vectors.

    Raises IndexStoreError if Chroma cannot write it.
    """
    _write_lines(directory / "documents.jsonl", documents)
    _write_lines(directory / "passages.jsonl", passages)
    entries = {language: [*_entries(passages, language)] for language in LANGUAGES}
    tell = _Counter(progress, total=sum(map(len, entries.values())) + 2 * (len(QUESTIONS) + len(STATEMENTS)))
    statistics: dict[str, Vectors] = {}
    try:
        with _client(directory) as client:
            for language, in_language in entries.items():
                questions = [question[language] for question in QUESTIONS]
                statistics[f"question_{language}"] = _embed(embedder.embed_queries, questions, tell).mean(axis=0)
                background = _embed(embedder.embed_passages, [statement[language] for statement in STATEMENTS], tell)
                if in_language:
                    vectors = _embed(embedder.embed_passages, [entry.text for entry in in_language], tell)
                    _add(client, language, in_language, vectors)
                    _index_keywords(directory, language, in_language)
                    wholes = [row for row, entry in enumerate(in_language) if entry.kind == _WHOLE]
                    moments = Moments.of(vectors[wholes], background)
                    statistics[f"mean_{language}"] = moments.mean
                    statistics[f"covariance_{language}"] = moments.covariance
    except BaseException as error:
        if not isinstance(error, ChromaError) and not _is_panic(error):
            raise
        raise IndexStoreError(f"Chroma cannot write to {directory} ({error}); see that the disk has room.") from error
    np.savez(directory / "statistics.npz", allow_pickle=False, **statistics)
    return sum(map(len, entries.values()))


def read_index(
    version: Path,
    directory: Path,
    embedder: Embedder,
    problems: Sequence[Problem] = (),
    release: Callable[[], None] | None = None,
) -> Index:
    """Open what ``write_index`` wrote; ``release`` is called when the index is closed.

    Raises UnusableIndexError if it cannot be read.
    """
    closing = ExitStack()
    if release:
        closing.callback(release)
    try:
        documents = _read_lines(version / "documents.jsonl", Document)
        passages = _read_lines(version / "passages.jsonl", Passage)
        client = closing.enter_context(_client(version))
        with np.load(version / "statistics.npz", allow_pickle=False) as statistics:
            questions = {language: statistics[f"question_{language}"] for language in LANGUAGES}
            moments = {
                language: Moments(statistics[f"mean_{language}"], statistics[f"covariance_{language}"])
                for language in LANGUAGES
                if f"mean_{language}" in statistics
            }
        sides = [
            _Side(
                language=language,
                members=(members := [passage.id for passage in passages if _speaks(passage, language)]),
                rows=(rows := {passage_id: row for row, passage_id in enumerate(members)}),
                vectors=_vectors(
                    client.get_collection(_collection_name(language), embedding_function=None), members, rows
                ),
                moments=moments[language],
                questions=questions,
                keywords=KeywordIndex.load(version / _keywords_name(language), language),
            )
            for language in moments
        ]
    except BaseException as error:
        closing.close()
        if not isinstance(error, _UNREADABLE) and not _is_panic(error):
            raise
        raise UnusableIndexError(f"it cannot be read ({error})") from error
    return Index(
        directory=directory,
        embedder=embedder,
        documents=documents,
        passages=passages,
        sides=sides,
        closing=closing,
        problems=problems,
    )


def _is_panic(error: BaseException) -> bool:
    """Whether Chroma's native part gave up: that comes as an exception that is no Exception, and cannot be named."""
    return type(error).__module__ == "pyo3_runtime"


def _vectors(collection: Collection, members: Sequence[str], rows: Mapping[str, int]) -> _Vectors:
    size = collection.count()
    if size > SCANNED:
        return _Graph(collection, size, members, rows)
    found = collection.get(include=["embeddings"])
    return Scan(np.asarray(found["embeddings"], dtype=np.float32), *_owners(found["ids"], rows))


def _owners(vector_ids: Sequence[str], rows: Mapping[str, int]) -> tuple[Rows, NDArray[np.bool_]]:
    """Of each vector (n,) the number of its passage, and whether it is that of the whole."""
    named = [vector_id.partition(":") for vector_id in vector_ids]
    passages = np.array([rows[passage_id] for _, _, passage_id in named], dtype=np.intp)
    return passages, np.array([name.startswith(_WHOLE) for name, _, _ in named], dtype=np.bool_)


def _has_text(passage: Passage, language: Language) -> bool:
    return language == passage.language or (language == "en" and bool(passage.text_en))


def _speaks(passage: Passage, language: Language) -> bool:
    return _has_text(passage, language) or any(language_of(ask) == language for ask in passage.asks)


def _entries(passages: Sequence[Passage], language: Language) -> Iterator[_Entry]:
    for passage in passages:
        if _has_text(passage, language):
            text = passage.in_language(language)
            yield _Entry(_WHOLE, passage.id, text)
            for number, window in enumerate(windows(text)):
                yield _Entry(_WINDOW, passage.id, window, number)
        for number, ask in enumerate(passage.asks):
            if language_of(ask) == language:
                yield _Entry(_ASK, passage.id, ask, number)


def _embed(embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str], tell: _Counter) -> Vectors:
    keys = [_key(text) for text in texts]
    batches = []
    for start in range(0, len(keys), _EMBED_BATCH):
        batches.append(embed(keys[start : start + _EMBED_BATCH]))
        tell.add(len(batches[-1]))
    return np.concatenate(batches)


def _key(text: str) -> str:
    """The form in which a text is embedded."""
    # One script for queries and passages alike: the default model takes 臺灣 and 台湾 for different things.
    return simplified(text)


def _add(client: Client, language: Language, entries: Sequence[_Entry], vectors: Vectors) -> None:
    # A graph that never reached the disk is written by everybody who opens it, into each other's hands.
    batch = min(_SYNC_BATCH, len(entries))
    graph: CreateHNSWConfiguration = {
        "space": "ip",
        "batch_size": batch,
        "sync_threshold": batch,
        "ef_construction": 200,
        "ef_search": 2 * CANDIDATES,
    }
    collection = client.create_collection(
        _collection_name(language), embedding_function=None, configuration={"hnsw": graph}
    )
    for start in range(0, len(entries), _ADD_BATCH):
        some = entries[start : start + _ADD_BATCH]
        collection.add(
            ids=[entry.id for entry in some],
            embeddings=vectors[start : start + _ADD_BATCH],
            metadatas=[entry.metadata(language) for entry in some],
        )


def _index_keywords(directory: Path, language: Language, entries: Sequence[_Entry]) -> None:
    texts: dict[str, list[str]] = {}
    for entry in entries:
        if entry.kind != _WINDOW:
            texts.setdefault(entry.passage_id, []).append(entry.text)
    KeywordIndex.build(["\n".join(parts) for parts in texts.values()], language).save(
        directory / _keywords_name(language)
    )


def _client(directory: Path) -> Client:
    settings = Settings(anonymized_telemetry=False)
    return cast(Client, chromadb.PersistentClient(path=directory / "chroma", settings=settings))


def _keywords_name(language: Language) -> str:
    return f"keywords-{language}"


def _collection_name(language: Language) -> str:
    return f"passages-{language}"


def _merge(best: dict[str, float], scores: Mapping[str, float]) -> None:
    for passage_id, score in scores.items():
        best[passage_id] = max(score, best.get(passage_id, score))


class _Counter:
    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._done = 0
        self._total = total

    def add(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(self._done, self._total)


def _write_lines(path: Path, values: Sequence[Frozen]) -> None:
    # Read back, a value remembers which of its fields were given: what has its default is not worth the memory.
    path.write_text("".join(f"{value.model_dump_json(exclude_defaults=True)}\n" for value in values), "utf-8")


def _read_lines(path: Path, kind: type[T]) -> list[T]:
    with path.open("rb") as file:
        return [kind.model_validate_json(line) for line in file]
