"""What an index holds, and what has changed since it was built."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from knowledge.corpus import corpus_hash
from knowledge.passage import Frozen, Problem
from knowledge.reading import shown
from knowledge.sources import files
from knowledge.store import Content, IndexStore, Manifest, Sources, UnusableIndexError, verify

State = Literal["unchanged", "changed", "new", "gone", "unreadable"]


class FileStatus(Frozen):
    """A document that is indexed or would be; ``cause`` says why an unreadable one is."""

    source: str
    state: State
    passages: int
    bundled: bool = False
    cause: str | None = None


class IndexStatus(Frozen):
    """An index as it is on disk; ``unusable`` says why the next to open it will build it again, if so."""

    directory: str
    unusable: str | None
    built: datetime | None
    embedder: str | None
    sources: Sources
    passages: int
    documents: tuple[FileStatus, ...]


class Changes(Frozen):
    """Documents by their sources, before and after."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Changes:
        """What became of documents, given their checksums."""
        both = [source for source in after if source in before]
        return cls(
            new=tuple(source for source in after if source not in before),
            changed=tuple(source for source in both if before[source] != after[source]),
            gone=tuple(source for source in before if source not in after),
            unchanged=tuple(source for source in both if before[source] == after[source]),
        )


def indexed(directory: str | os.PathLike[str] | None = None) -> dict[str, str | None]:
    """The checksums of one's own documents in an index, by their sources; none if it cannot be read."""
    store = IndexStore(directory)
    try:
        return _own(store.manifest(store.current()).contents)
    except UnusableIndexError:
        return {}


def _own(contents: Iterable[Content]) -> dict[str, str | None]:
    """The checksums of all documents but the bundled ones, by their sources."""
    return {content.source: content.sha256 for content in contents if not content.bundled}


def index_status(directory: str | os.PathLike[str] | None = None) -> IndexStatus:
    """The state of an index and of the files it was built from; loads no model. Raises IndexStoreError."""
    store = IndexStore(directory)
    manifest: Manifest | None = None
    unusable = None
    try:
        version = store.current()
        manifest = store.manifest(version)
        verify(version, manifest)
    except UnusableIndexError as error:
        unusable = str(error)
    sources = manifest.sources if manifest else store.sources()
    documents = _documents(manifest, sources)
    return IndexStatus(
        directory=str(store.directory),
        unusable=unusable,
        built=manifest.built if manifest else None,
        embedder=manifest.embedder if manifest else None,
        sources=sources,
        passages=manifest.passages if manifest else 0,
        documents=documents,
    )


def _documents(manifest: Manifest | None, sources: Sources) -> tuple[FileStatus, ...]:
    contents = manifest.contents if manifest else ()
    unread = {problem.path: problem for problem in manifest.problems} if manifest else {}
    passages = {content.source: content.passages for content in contents}
    before = _own(contents)
    there = {shown(file): file for file in files(sources.paths) if file.exists()}
    changes = Changes.between(before, {path: _sha256(file) for path, file in there.items() if path not in unread})
    states: dict[str, State] = {
        **dict.fromkeys(changes.new, "new"),
        **dict.fromkeys(changes.changed, "changed"),
        **dict.fromkeys(changes.gone, "gone"),
        **dict.fromkeys(changes.unchanged, "unchanged"),
    }
    notes: State = "unchanged" if manifest and manifest.notes_hash == corpus_hash() else "changed"
    return (
        *(
            FileStatus(source=content.source, state=notes, passages=content.passages, bundled=True)
            for content in contents
            if content.bundled
        ),
        *(FileStatus(source=path, state=states[path], passages=passages.get(path, 0)) for path in sorted(states)),
        *(_unreadable(problem) for path, problem in unread.items() if path in there),
    )


def _unreadable(problem: Problem) -> FileStatus:
    return FileStatus(source=problem.path, state="unreadable", passages=0, cause=problem.cause)


def _sha256(file: Path) -> str | None:
    """Of a file's content; None if it cannot be read now."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
