"""The directory of an index: versions beside each other, one of them current, exchanged in one step.

::

    quliu-index.json       names the current version and what it was built from
    version-<hex>/         manifest.json and all the files it vouches for; reader-<hex>.lock of whoever has it open
    building-<hex>/        a version that was never finished
    embeddings-<hex>.bin   vectors that the next version may need again
    build.lock             held by whoever builds, and says who that is
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, ValidationError

from knowledge.checksums import checksum
from knowledge.errors import IndexStoreError
from knowledge.passage import Frozen, Problem

FORMAT = 2
POINTER = "quliu-index.json"
MANIFEST = "manifest.json"
LOCK = "build.lock"

_OURS = re.compile(
    r"quliu-index\.json(\.tmp)?|build\.lock|(version|building)-[0-9a-f]{32}|embeddings-[0-9a-f]{16}\.(bin|tmp)"
)
# Even to be opened, a version needs some room beside it: Chroma writes when it reads.
_ROOM = 1 << 20
_READERS = "reader-*.lock"
_OPENING = "opening"


class UnusableIndexError(IndexStoreError):
    """There is no index, or it cannot be used as it is; the message is the bare cause."""


class Sources(Frozen):
    """What an index is built from: the bundled notes, and files or folders by their absolute paths."""

    notes: bool = True
    paths: tuple[str, ...] = ()


class Content(Frozen):
    """A document of an index: where it is from, the SHA-256 of that file, and how many passages it gave."""

    source: str
    sha256: str | None
    passages: int
    bundled: bool


class Manifest(Frozen):
    """What a version was made with and from, and the checksum of each of its files."""

    format: int
    engine: str
    built: datetime
    embedder: str
    dimension: int
    notes_hash: str | None
    sources: Sources
    contents: tuple[Content, ...]
    problems: tuple[Problem, ...]
    vectors: int
    files: dict[str, str]

    @property
    def passages(self) -> int:
        """How many passages there are in all."""
        return sum(content.passages for content in self.contents)


class Builder(Frozen):
    """Who holds the lock."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since.astimezone():%Y-%m-%d %H:%M:%S}"


class _Format(BaseModel):
    format: int


class _Pointer(Frozen):
    version: str = Field(pattern=r"^version-[0-9a-f]{32}$")
    sources: Sources


class Reader:
    """A mark in a version that a process has it open, so that the version stays; it ends with the process.

    ``follows_a_crash`` if a process died of opening this version, so that a native engine is not to be trusted with it.
    """

    def __init__(self, version: Path) -> None:
        died = [_died_opening(path) for path in version.glob(_READERS)]
        self.follows_a_crash = any(died)
        self._path = version / _READERS.replace("*", uuid.uuid4().hex)
        # Whoever closes an index need not be the thread that opened it.
        self._lock = FileLock(self._path, thread_local=False)
        # In a folder that cannot be written nothing is removed either.
        with suppress(OSError):
            self._lock.acquire()
            self._path.write_text(_OPENING, "utf-8")

    def opened(self) -> None:
        """Note that the version could be opened."""
        with suppress(OSError):
            os.truncate(self._path, 0)

    def release(self) -> None:
        """Let go of the version, once."""
        if self._lock.is_locked:
            with suppress(OSError):
                self._path.unlink()
            self._lock.release()

    def condemn(self) -> None:
        """Let go of the version as one that no process may open."""
        self._lock.release()


def _died_opening(path: Path) -> bool:
    """Whether this is the mark of a process that died while it opened a version; the mark of any dead one goes."""
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return False
    try:
        died = path.read_text("utf-8", "replace") == _OPENING
        path.unlink()
    except OSError:
        return False
    finally:
        lock.release()
    return died


def _is_read(version: Path) -> bool:
    """Whether a process has a version open."""
    for path in version.glob(_READERS):
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        except OSError:
            continue
        lock.release()
    return False


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

    def current(self) -> Path:
        """The directory of the current version. Raises UnusableIndexError with the cause."""
        return self.directory / self._pointer().version

    def manifest(self, version: Path) -> Manifest:
        """What a version is. Raises UnusableIndexError with the cause."""
        try:
            raw = (version / MANIFEST).read_bytes()
            form = _Format.model_validate_json(raw).format
            if form != FORMAT:
                raise UnusableIndexError(f"its format is {form} and this version of quliu reads {FORMAT}")
            return Manifest.model_validate_json(raw)
        except OSError as error:
            raise UnusableIndexError("it is incomplete") from error
        except ValidationError as error:
            raise UnusableIndexError("it was written by another version of quliu, or is damaged") from error

    def reader(self, version: Path) -> Reader:
        """A mark that this process has a version open; release it."""
        return Reader(version)

    def sources(self) -> Sources:
        """What the index was built from, as far as its files still tell."""
        try:
            return self._pointer().sources
        except UnusableIndexError:
            manifests = [*self.directory.glob(f"version-*/{MANIFEST}")]
        for path in sorted(manifests, key=lambda path: path.stat().st_mtime, reverse=True):
            with suppress(OSError, UnusableIndexError):
                return self.manifest(path.parent).sources
        return Sources()

    def versions(self) -> Iterator[tuple[Path, Manifest]]:
        """All versions that are whole as far as their manifests tell."""
        for path in self.directory.glob(f"version-*/{MANIFEST}"):
            with suppress(UnusableIndexError):
                yield path.parent, self.manifest(path.parent)

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
                    builder = self._builder()
                    who = f"Another quliu ({builder})" if builder else "Another quliu"
                    notify(one_line(f"{who} is building the index in {self.directory}; waiting for it."))
                lock.acquire()
        try:
            with suppress(OSError):
                builder = Builder(pid=os.getpid(), host=socket.gethostname(), since=datetime.now(UTC))
                (self.directory / LOCK).write_text(builder.model_dump_json(), "utf-8")
            yield
        finally:
            with suppress(OSError):
                os.truncate(self.directory / LOCK, 0)
            lock.release()

    @contextmanager
    def building(self) -> Iterator[Path]:
        """An empty directory for a new version; removed again if the block fails.

        What fails in the block for want of room or of permission is told as an IndexStoreError.
        """
        with self._told():
            beside = self.directory / f"building-{uuid.uuid4().hex}"
            beside.mkdir()
            try:
                yield beside
            finally:
                shutil.rmtree(beside, ignore_errors=True)

    def publish(self, built: Path, manifest: Manifest) -> Path:
        """Make what was built the current version; a reader sees the old one or the new one."""
        require_room(self.directory)
        version = self.directory / built.name.replace("building-", "version-")
        (built / MANIFEST).write_text(manifest.model_dump_json(indent=1), "utf-8")
        for path in built.rglob("*"):
            _to_disk(path)
        _to_disk(built)
        former = self._former()
        pointer = self.directory / f"{POINTER}.tmp"
        pointer.write_text(_Pointer(version=version.name, sources=manifest.sources).model_dump_json(), "utf-8")
        _to_disk(pointer)
        built.rename(version)
        pointer.replace(self.directory / POINTER)
        _to_disk(self.directory)
        # The former version stays until the next build: somebody may be reading it.
        self._prune(keep={version.name, former})
        return version

    def _builder(self) -> Builder | None:
        try:
            return Builder.model_validate_json((self.directory / LOCK).read_bytes())
        except (OSError, ValidationError):
            return None

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
        for path in [*self.directory.iterdir()]:
            if path.is_dir() and _OURS.fullmatch(path.name) and path.name not in keep and not _is_read(path):
                # What cannot be removed now is left to the next build.
                with suppress(OSError):
                    self._remove(path)

    def _remove(self, version: Path) -> None:
        # Under another name it cannot be opened any more; who opened it before that is seen now.
        aside = self.directory / f"building-{uuid.uuid4().hex}"
        version.rename(aside)
        if _is_read(aside):
            aside.rename(version)
        else:
            shutil.rmtree(aside, ignore_errors=True)

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
    for name, expected in manifest.files.items():
        try:
            found = checksum(version / name) if (version / name).is_file() else None
        except (OSError, sqlite3.Error) as error:
            raise UnusableIndexError(f"it is damaged ({error})") from error
        if found != expected:
            raise UnusableIndexError(f"it is damaged ({name} is {'changed' if found else 'missing'})")


def require_room(directory: Path) -> None:
    """See that what is about to be kept leaves room to open an index. Raises OSError."""
    if shutil.disk_usage(directory).free < _ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


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
