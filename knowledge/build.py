"""From notes and documents to an index that can be opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from knowledge.checksums import checksums
from knowledge.corpus import corpus_hash, load_notes
from knowledge.embed import Embedder, SentenceTransformerEmbedder
from knowledge.errors import IndexStoreError
from knowledge.index import ENGINE, Index, Progress, read_index, write_index
from knowledge.passage import Document, Passage
from knowledge.read import absolute, read_files
from knowledge.store import FORMAT, IndexStore, Manifest, Sources, UnusableIndexError, one_line, verify


def build_index(
    paths: Iterable[str | os.PathLike[str]] = (),
    directory: str | os.PathLike[str] | None = None,
    *,
    notes: bool = True,
    embedder: Embedder | None = None,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Index:
    """Index the bundled notes (unless ``notes`` is false) and the given files and folders, in place of what was there.

    ``directory`` is by default ``$QULIU_DATA_DIR/index`` or the user's data directory; ``notify`` is told in one line
    if it has to wait for another builder; ``progress`` is called with texts done and texts in all. Raises
    IndexStoreError or EmbeddingModelError.
    """
    store = IndexStore(directory)
    sources = Sources(notes=notes, paths=tuple(str(absolute(path)) for path in paths))
    with store.locked(notify):
        return _build(store, sources, embedder or SentenceTransformerEmbedder(), progress)


def open_index(
    directory: str | os.PathLike[str] | None = None,
    *,
    embedder: Embedder | None = None,
    rebuild: bool = True,
    notify: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Index:
    """Open an index; where it is missing, damaged or out of date, build it again from what it was built from.

    ``notify`` is told in one line what happened, ``progress`` is called as in ``build_index``. With ``rebuild`` false
    that is an IndexStoreError instead.
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
            if notify:
                notify(one_line(f"Building the index in {store.directory} anew: {unusable}."))
            return _build(store, sources, embedder, progress)


def _build(store: IndexStore, sources: Sources, embedder: Embedder, progress: Progress | None) -> Index:
    documents, passages = _load(sources)
    with store.building() as beside:
        vectors = write_index(beside, embedder, documents, passages, progress)
        manifest = Manifest(
            format=FORMAT,
            engine=ENGINE,
            embedder=embedder.name,
            dimension=embedder.dimension,
            notes_hash=corpus_hash() if sources.notes else None,
            sources=sources,
            documents=len(documents),
            passages=len(passages),
            vectors=vectors,
            files=checksums(beside),
        )
        version = store.publish(beside, manifest)
    return read_index(version, store.directory, embedder)


def _open(store: IndexStore, embedder: Embedder) -> Index:
    version, manifest = store.manifest()
    if (manifest.embedder, manifest.dimension) != (embedder.name, embedder.dimension):
        raise UnusableIndexError(f"it was made with the embedding model {manifest.embedder}, not {embedder.name}")
    if manifest.sources.notes and manifest.notes_hash != corpus_hash():
        raise UnusableIndexError("the bundled notes have changed")
    if manifest.engine != ENGINE:
        raise UnusableIndexError(f"it was made with {manifest.engine}, not {ENGINE}")
    verify(version, manifest)
    index = read_index(version, store.directory, embedder)
    if (len(index.documents), len(index.passages)) != (manifest.documents, manifest.passages):
        index.close()
        raise UnusableIndexError(
            f"it is damaged ({manifest.documents} documents and {manifest.passages} passages were written, "
            f"{len(index.documents)} and {len(index.passages)} are there)"
        )
    return index


def _refuse_gone(store: IndexStore, sources: Sources, unusable: UnusableIndexError) -> None:
    gone = next((path for path in sources.paths if not os.path.exists(path)), None)
    if gone is not None:
        command = "quliu index PATH" if sources.notes else "quliu index PATH --only"
        raise IndexStoreError(
            f"The index in {store.directory} cannot be used ({unusable}), and {gone}, which it was built from, "
            f"is not there any more; run `{command}` anew with where that is now."
        ) from unusable


def _load(sources: Sources) -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    documents, passages = load_notes() if sources.notes else ((), ())
    if sources.paths or not sources.notes:
        own_documents, own_passages = read_files(Path(path) for path in sources.paths)
        documents, passages = (*documents, *own_documents), (*passages, *own_passages)
    return documents, passages
