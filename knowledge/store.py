"""The directory of an index: versions beside each other, one of them current, exchanged in one step.

::

    quliu-index.json       names the current version and what it was built from
    version-<hex>/         manifest.json and all the files it vouches for
    building-<hex>/        a version that was never finished
    build.lock             held by whoever builds
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from knowledge.checksums import checksums
from knowledge.errors import IndexStoreError
from knowledge.passage import Frozen

FORMAT = 1
POINTER = "quliu-index.json"
MANIFEST = "manifest.json"
LOCK = "build.lock"

_OURS = re.compile(r"quliu-index\.json(\.tmp)?|build\.lock|(version|building)-[0-9a-f]{32}")


class UnusableIndexError(IndexStoreError):
    """There is no index, or it cannot be used as it is; the message is the bare cause."""


class Sources(Frozen):
    """What an index is built from: the bundled notes, and files or folders by their absolute paths."""

    notes: bool = True
    paths: tuple[str, ...] = ()


class Manifest(Frozen):
    """What a version was made with, and the checksum of each of its files."""

    format: int
    engine: str
    embedder: str
    dimension: int
    notes_hash: str | None
    sources: Sources
    documents: int
    passages: int
    vectors: int
    files: dict[str, str]


class _Pointer(Frozen):
    version: str = Field(pattern=r"^version-[0-9a-f]{32}$")
    sources: Sources


class IndexStore:
    """Versions of an index in a directory.

    Raises IndexStoreError if the directory holds something else.
    """

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        try:
            self.directory = Path(directory).expanduser().absolute() if directory is not None else default_directory()
        except RuntimeError as error:
            raise IndexStoreError(f"There is no such index folder ({error}); correct its path.") from error
        self._refuse_foreign()

    def manifest(self) -> tuple[Path, Manifest]:
        """The current version's directory and its manifest, all files checked against it.

        Raises UnusableIndexError with the cause.
        """
        version = self.directory / self._pointer().version
        try:
            manifest = Manifest.model_validate_json((version / MANIFEST).read_bytes())
        except OSError as error:
            raise UnusableIndexError("it is incomplete") from error
        except ValidationError as error:
            raise UnusableIndexError("it was written by another version of quliu, or is damaged") from error
        if manifest.format != FORMAT:
            raise UnusableIndexError(f"its format is {manifest.format} and this version of quliu reads {FORMAT}")
        return version, manifest

    def sources(self) -> Sources:
        """What the index was built from, as far as its files still tell."""
        try:
            return self._pointer().sources
        except UnusableIndexError:
            manifests = [*self.directory.glob(f"version-*/{MANIFEST}")]
        for path in sorted(manifests, key=lambda path: path.stat().st_mtime, reverse=True):
            try:
                return Manifest.model_validate_json(path.read_bytes()).sources
            except ValidationError:
                continue
        return Sources()

    @contextmanager
    def locked(self, notify: Callable[[str], None] | None = None) -> Iterator[None]:
        """Make the directory and hold it against other builders; ``notify`` is told before waiting for one at work."""
        with self._told():
            self.directory.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.directory / LOCK, is_singleton=True)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                if notify:
                    notify(one_line(f"Another quliu is building the index in {self.directory}; waiting for it."))
                lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def building(self) -> Iterator[Path]:
        """An empty directory for a new version; removed again if the block fails."""
        with self._told():
            beside = self.directory / f"building-{uuid.uuid4().hex}"
            beside.mkdir()
            try:
                yield beside
            finally:
                shutil.rmtree(beside, ignore_errors=True)

    def publish(self, built: Path, manifest: Manifest) -> Path:
        """Make what was built the current version; a reader sees the old one or the new one."""
        version = self.directory / built.name.replace("building-", "version-")
        (built / MANIFEST).write_text(manifest.model_dump_json(indent=1), "utf-8")
        for path in built.rglob("*"):
            _to_disk(path)
        _to_disk(built)
        built.rename(version)
        former = self._former()
        pointer = self.directory / f"{POINTER}.tmp"
        pointer.write_text(_Pointer(version=version.name, sources=manifest.sources).model_dump_json(), "utf-8")
        _to_disk(pointer)
        pointer.replace(self.directory / POINTER)
        _to_disk(self.directory)
        # The former version stays until the next build: somebody may be reading it.
        self._prune(keep={version.name, former})
        return version

    def _pointer(self) -> _Pointer:
        try:
            return _Pointer.model_validate_json((self.directory / POINTER).read_bytes())
        except FileNotFoundError as error:
            raise UnusableIndexError("there is none yet") from error
        except (OSError, ValidationError) as error:
            raise UnusableIndexError(f"{POINTER} cannot be read") from error

    def _former(self) -> str | None:
        try:
            return self._pointer().version
        except UnusableIndexError:
            return None

    def _prune(self, keep: set[str | None]) -> None:
        for path in self.directory.iterdir():
            if path.is_dir() and _OURS.fullmatch(path.name) and path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)

    def _refuse_foreign(self) -> None:
        with self._told():
            for path in (self.directory / POINTER, self.directory / LOCK):
                if path.exists() and not path.is_file():
                    raise IndexStoreError(
                        f"{path} is not a file, as quliu needs it; remove it or set QULIU_DATA_DIR to another folder."
                    )
            if not self.directory.exists() or (self.directory / POINTER).exists():
                return
            foreign = next((path.name for path in self.directory.iterdir() if not _OURS.fullmatch(path.name)), None)
        if foreign:
            raise IndexStoreError(
                f"{self.directory} holds {foreign}, which is not part of a quliu index, and is left alone; "
                "choose an empty folder or set QULIU_DATA_DIR."
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise IndexStoreError(
                f"The index folder {self.directory} cannot be used ({error.strerror or error}); "
                "make it writable and see that the disk has room, or set QULIU_DATA_DIR to another folder."
            ) from error


def verify(version: Path, manifest: Manifest) -> None:
    """Check every file of a version. Raises UnusableIndexError if one is missing or changed."""
    try:
        found = checksums(version)
    except (OSError, sqlite3.Error) as error:
        raise UnusableIndexError(f"it is damaged ({error})") from error
    for name, expected in manifest.files.items():
        if found.get(name) != expected:
            raise UnusableIndexError(f"it is damaged ({name} is {'changed' if name in found else 'missing'})")


def one_line(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(line.strip() for line in text.splitlines())


def default_directory() -> Path:
    """``$QULIU_DATA_DIR/index``, by default in the user's data directory."""
    data = os.environ.get("QULIU_DATA_DIR")
    root = Path(data).expanduser().absolute() if data else platformdirs.user_data_path("quliu", appauthor=False)
    return root / "index"


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
