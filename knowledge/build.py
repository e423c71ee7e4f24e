"""From notes and documents to an index that can be opened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from knowledge.annotate import annotate
from knowledge.checksums import checksums
from knowledge.corpus import corpus_hash, load_notes
from knowledge.embed import Embedder, SentenceTransformerEmbedder
from knowledge.embedding_cache import EmbeddingCache, cache_name
from knowledge.errors import IndexStoreError
from knowledge.index import ENGINE, Index, Progress, read_index, texts, write_index
from knowledge.passage import Document, Passage, Problem
from knowledge.probe import probe
from knowledge.reading import absolute
from knowledge.sources import load
from knowledge.store import (
    FORMAT,
    Content,
    IndexStore,
    Manifest,
    Reader,
    Sources,
    UnusableIndexError,
    one_line,
    verify,
)

_TEXTS = "texts.npy"


def build_index(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str] = (),
    directory: str | os.PathLike[str] | None = None,
    *,
    notes: bool = True,
    embedder: Embedder | None = None,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    problems: Callable[[Problem], None] | None = None,
    anew: bool = False,
) -> Index:
    """Index the bundled notes (unless ``notes`` is false) and the given files and folders, in place of what was there.

    Only texts that were not embedded before are embedded, unless ``anew``; a build that was interrupted goes on where
    it stood. ``directory`` is by default ``$QULIU_DATA_DIR/index`` or the user's data directory; ``notify`` is told in
    one line if it has to wait for another builder; ``progress`` is called with texts done and texts in all of those to
    embed; ``problems`` gets each file that cannot be read, as does the index; the rest is indexed. Raises
    IndexStoreError, also if nothing of the given paths can be read, or EmbeddingModelError; the index that was there
    then stays.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else [*paths]
    if any(os.fspath(path) == "" for path in given):
        raise IndexStoreError('A path is "", which names nothing; give the files and folders to index.')
    sources = Sources(notes=notes, paths=tuple(str(absolute(path)) for path in given))
    store = IndexStore(directory)
    with store.locked(notify):
        return _build(store, sources, embedder or SentenceTransformerEmbedder(), progress, problems, anew=anew)


def update_index(
    directory: str | os.PathLike[str] | None = None,
    *,
    embedder: Embedder | None = None,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    problems: Callable[[Problem], None] | None = None,
    anew: bool = False,
) -> Index:
    """Index again what the index was built from, as ``build_index`` does; the bundled notes if there is none."""
    store = IndexStore(directory)
    with store.locked(notify):
        embedder = embedder or SentenceTransformerEmbedder()
        return _build(store, store.sources(), embedder, progress, problems, anew=anew)


def open_index(
    directory: str | os.PathLike[str] | None = None,
    *,
    embedder: Embedder | None = None,
    rebuild: bool = True,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Index:
    """Open an index; where it is missing, damaged or out of date, build it again from what it was built from.

    ``notify`` is told in one line what happened, and what could not be read; ``progress`` is called as in
    ``build_index``. With ``rebuild`` false that is an IndexStoreError instead.
    """
    store = IndexStore(directory)
    embedder = embedder or SentenceTransformerEmbedder()
    try:
        return _open(store, embedder)
    except UnusableIndexError as unusable:
        if not rebuild:
            raise IndexStoreError(
                one_line(f"The index in {store.directory} cannot be used: {unusable}; build it with `quliu index`.")
            ) from unusable
    with store.locked(notify):
        try:
            # Somebody else may have built it while this process waited.
            return _open(store, embedder)
        except UnusableIndexError as unusable:
            sources = store.sources()
            _refuse_gone(store, sources, unusable)
            tell = notify or _ignore
            tell(one_line(f"Building the index in {store.directory} anew: {unusable}."))
            return _build(store, sources, embedder, progress, lambda problem: tell(one_line(str(problem))))


def _build(
    store: IndexStore,
    sources: Sources,
    embedder: Embedder,
    progress: Progress | None,
    report: Callable[[Problem], None] | None,
    *,
    anew: bool = False,
) -> Index:
    problems: list[Problem] = []

    def note(problem: Problem) -> None:
        problems.append(problem)
        if report:
            report(problem)

    documents, passages = load(sources, note)
    with store.building() as beside, EmbeddingCache(store.directory, embedder) as cache:
        if anew:
            cache.clear()
        cache.add(*texts(passages), progress)
        # By then the vectors that this needs are known.
        passages = annotate(passages, cache)
        vectors = write_index(beside, cache, documents, passages)
        np.save(beside / _TEXTS, cache.used(), allow_pickle=False)
        _check(beside, embedder, len(documents), len(passages))
        manifest = Manifest(
            format=FORMAT,
            engine=ENGINE,
            built=datetime.now(UTC),
            embedder=embedder.name,
            dimension=embedder.dimension,
            notes_hash=corpus_hash() if sources.notes else None,
            sources=sources,
            contents=_contents(sources, documents, passages),
            problems=tuple(problems),
            vectors=vectors,
            files=checksums(beside),
        )
        first = not [*store.versions()]
        version = store.publish(beside, manifest)
        # Before the first version the cache may hold what an interrupted build of other sources will need.
        if not first:
            _forget_unused(store, cache)
    try:
        return _open_version(store, version, manifest, embedder)
    except UnusableIndexError as unusable:
        raise IndexStoreError(
            one_line(f"The index in {store.directory} was built and cannot be used: {unusable}; see to the disk.")
        ) from unusable


def _contents(sources: Sources, documents: Sequence[Document], passages: Sequence[Passage]) -> tuple[Content, ...]:
    counts = Counter(passage.document_id for passage in passages)
    bundled = {document.id for document in load_notes()[0]} if sources.notes else set()
    return tuple(
        Content(source=d.source, sha256=d.sha256, passages=counts[d.id], bundled=d.id in bundled) for d in documents
    )


def _check(beside: Path, embedder: Embedder, documents: int, passages: int) -> None:
    """See that all that was written can be read, before it takes the place of what works."""
    try:
        with read_index(beside, beside, embedder) as index:
            found = len(index.documents), len(index.passages)
    except UnusableIndexError as unusable:
        raise IndexStoreError(
            one_line(f"The index was not written whole ({unusable}); see that the disk has room.")
        ) from unusable
    if found != (documents, passages):
        raise IndexStoreError(
            f"The index was not written whole ({found[0]} documents and {found[1]} passages of {documents} and "
            f"{passages}); see that no two documents are alike in name and that the disk has room."
        )


def _forget_unused(store: IndexStore, cache: EmbeddingCache) -> None:
    """Drop vectors that no version uses any more."""
    versions = [*store.versions()]
    # The next build can do this as well.
    with suppress(OSError, ValueError, EOFError):
        cache.keep_only([np.load(version / _TEXTS, allow_pickle=False) for version, _ in versions])
        models = {cache_name(manifest.embedder, manifest.dimension) for _, manifest in versions}
        for path in store.directory.glob("embeddings-*.bin"):
            if path.name not in models:
                path.unlink()


def _open(store: IndexStore, embedder: Embedder) -> Index:
    while True:
        version = store.current()
        try:
            return _open_version(store, version, store.manifest(version), embedder)
        except UnusableIndexError:
            # Another process may have built twice meanwhile, and removed this version.
            if store.current() == version:
                raise


def _open_version(store: IndexStore, version: Path, manifest: Manifest, embedder: Embedder) -> Index:
    if (manifest.embedder, manifest.dimension) != (embedder.name, embedder.dimension):
        raise UnusableIndexError(f"it was made with the embedding model {manifest.embedder}, not {embedder.name}")
    if manifest.sources.notes and manifest.notes_hash != corpus_hash():
        raise UnusableIndexError("the bundled notes have changed")
    if manifest.engine != ENGINE:
        raise UnusableIndexError(f"it was made with {manifest.engine}, not {ENGINE}")
    reader = store.reader(version)
    try:
        verify(version, manifest)
        if reader.follows_a_crash:
            _probe(version, manifest, reader)
        index = read_index(version, store.directory, embedder, manifest.problems, reader.release)
    except BaseException:
        reader.release()
        raise
    documents, passages = len(manifest.contents), manifest.passages
    if (len(index.documents), len(index.passages)) != (documents, passages):
        index.close()
        raise UnusableIndexError(
            f"it is damaged ({documents} documents and {passages} passages were written, "
            f"{len(index.documents)} and {len(index.passages)} are there)"
        )
    reader.opened()
    return index


def _probe(version: Path, manifest: Manifest, reader: Reader) -> None:
    try:
        probe(version, manifest.dimension)
    except UnusableIndexError:
        reader.condemn()
        raise


def _refuse_gone(store: IndexStore, sources: Sources, unusable: UnusableIndexError) -> None:
    gone = next((path for path in sources.paths if not os.path.exists(path)), None)
    if gone is not None:
        command = "quliu index PATH" if sources.notes else "quliu index PATH --only"
        raise IndexStoreError(
            f"The index in {store.directory} cannot be used ({unusable}), and {gone}, which it was built from, "
            f"is not there any more; run `{command}` anew with where that is now."
        ) from unusable


def _ignore(message: str) -> None:
    """Tell nobody."""
