"""The documents that are added on the page: kept in a folder, indexed beside all others, and taken off again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import AsyncIterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol

from bot.errors import QuliuError
from bot.settings import Settings
from knowledge.passage import Document, Frozen, Problem
from knowledge.reading import FORMATS

if TYPE_CHECKING:
    from knowledge.index import Index

Phase = Literal["idle", "waiting", "reading", "embedding", "writing", "opening"]

MEGABYTE = 1_000_000
# What is in the folder and not, or no longer, to be indexed; no name of a document ends like that.
_ARRIVING, _ARRIVED, _LEAVING = ".arriving", ".arrived", ".leaving"
_LONGEST_STEM = 120
_NOT_IN_A_NAME = re.compile(r'[<>:"|?*]')
# Windows takes these for devices, whatever their ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_PROGRESS_SECONDS = 0.5


class Advisor(Protocol):
    """What a shelf needs of an advisor."""

    @property
    def index(self) -> Index:
        """What it answers from."""
        ...

    @property
    def settings(self) -> Settings:
        """Its settings."""
        ...

    def use(self, index: Index) -> None:
        """Answer from another index from the next turn on."""
        ...


class Line(Frozen):
    """What became of a file: ``said`` names a line of the prompts, ``values`` are for its gaps."""

    said: str
    values: Mapping[str, str]


class RefusedError(QuliuError):
    """A file is not taken."""

    def __init__(self, said: str, **values: object) -> None:
        super().__init__(said)
        self.line = Line(said=said, values={name: str(value) for name, value in values.items()})


class Work(Frozen):
    """How far the indexing is: texts ``done`` of ``total``, ``seconds`` still to go; ``lines`` are its problems."""

    phase: Phase = "idle"
    done: int = 0
    total: int = 0
    seconds: float | None = None
    lines: tuple[Line, ...] = ()


class Shelf:
    """A folder of documents, indexed in a thread of its own; several threads may use it."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self.settings = advisor.settings
        self.folder = self.settings.documents_dir
        # Guards all that follows, and tells of every change of the work.
        self._changed = Condition()
        self._arrived: dict[Path, str] = {}
        self._leaving: list[Path] = []
        self._work = Work()
        self._running = False
        self._started = 0.0

    @property
    def index(self) -> Index:
        """What is answered from now."""
        return self._advisor.index

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return self.settings.max_upload_mb * MEGABYTE

    @property
    def work(self) -> Work:
        """How far the indexing is."""
        return self._work

    def holds(self, document: Document) -> bool:
        """Whether a document was added on the page."""
        return Path(document.source).parent == self.folder

    async def receive(self, name: str, content: AsyncIterable[bytes]) -> None:
        """Keep a file until ``start``. Raises RefusedError, or OSError if it cannot be written."""
        path = self._place(name)
        arriving = path.with_name(path.name + _ARRIVING)
        found = hashlib.sha256()
        size = 0
        try:
            with arriving.open("wb") as file:
                async for chunk in content:
                    size += len(chunk)
                    if size > self.most_bytes:
                        raise self.too_large(name)
                    found.update(chunk)
                    file.write(chunk)
            if not size:
                raise RefusedError("empty", name=name)
            sha256 = found.hexdigest()
            with self._changed:
                if sha256 in self._known():
                    raise RefusedError("known", name=name)
                arriving.rename(path.with_name(path.name + _ARRIVED))
                self._arrived[path] = sha256
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise
        finally:
            with self._changed:
                if self._arrived.get(path) == "":
                    del self._arrived[path]

    def too_large(self, name: str) -> RefusedError:
        """What a file larger than allowed is refused with."""
        return RefusedError("large", name=name, limit=self.settings.max_upload_mb)

    def start(self) -> None:
        """Index what has come and what is there, in the background; at once, or after what is being indexed."""
        with self._changed:
            if not self._running and (any(self._arrived.values()) or self._leaving):
                self._running = True
                self._tell(Work(phase="reading"))
                Thread(target=self._run, name="quliu-shelf", daemon=True).start()

    def remove(self, document: Document) -> None:
        """Take a document off in the background. Raises RefusedError if it was not added on the page."""
        if not self.holds(document):
            raise RefusedError("not_ours", name=Path(document.source).name)
        with self._changed:
            path = Path(document.source)
            if path not in self._leaving:
                self._leaving.append(path)
        self.start()

    def follow(self) -> Iterator[Work]:
        """How far the indexing is, again and again until it has ended; at least once."""
        while True:
            with self._changed:
                work = self._work
                if work.phase != "idle":
                    self._changed.wait(_PROGRESS_SECONDS)
            yield work
            if work.phase == "idle":
                return

    def _place(self, name: str) -> Path:
        """The path for a file of that name, held for it. Raises RefusedError."""
        stem, suffix = _safe(name)
        if suffix not in FORMATS:
            raise RefusedError("suffix", name=name, endings=", ".join(FORMATS))
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._changed:
            if not self._running and not self._arrived:
                self._clear()
            there = {path for path in self.folder.iterdir() if path.suffix.lower() in FORMATS} | {*self._arrived}
            if len(there) >= self.settings.max_uploads:
                raise RefusedError("many", name=name, limit=self.settings.max_uploads)
            taken = {path.name.casefold() for path in there}
            number = 1
            while f"{stem}{f'-{number}' if number > 1 else ''}{suffix}".casefold() in taken:
                number += 1
            path = self.folder / f"{stem}{f'-{number}' if number > 1 else ''}{suffix}"
            self._arrived[path] = ""
            return path

    def _clear(self) -> None:
        """Drop what a process that was ended left half done; what was to leave stays."""
        for path in [*self.folder.iterdir()]:
            if path.name.endswith((_ARRIVING, _ARRIVED)):
                path.unlink(missing_ok=True)
            elif path.name.endswith(_LEAVING):
                path.rename(path.with_name(path.name.removesuffix(_LEAVING)))

    def _known(self) -> set[str | None]:
        documents = self._advisor.index.documents.values()
        own = {d.sha256 for d in documents if Path(d.source).is_absolute() and Path(d.source).exists()}
        return own | {*self._arrived.values()}

    def _run(self) -> None:
        lines: tuple[Line, ...] = ()
        ended = False
        try:
            while True:
                with self._changed:
                    arrived = [path for path, sha256 in self._arrived.items() if sha256]
                    leaving, self._leaving = self._leaving, []
                    if not arrived and not leaving:
                        self._running = False
                        self._tell(Work(lines=lines))
                        ended = True
                        return
                lines += self._exchange(arrived, leaving)
                with self._changed:
                    for path in arrived:
                        del self._arrived[path]
        finally:
            if not ended:
                with self._changed:
                    self._running = False
                    self._arrived = {path: sha256 for path, sha256 in self._arrived.items() if not sha256}
                    self._tell(Work(lines=(*lines, Line(said="unexpected", values={}))))

    def _exchange(self, arrived: list[Path], leaving: list[Path]) -> tuple[Line, ...]:
        """Index with some documents more and some less; where that fails, all stays as it was."""
        problems: list[Problem] = []
        try:
            for path in arrived:
                path.with_name(path.name + _ARRIVED).rename(path)
            for path in leaving:
                with suppress(FileNotFoundError):
                    path.rename(path.with_name(path.name + _LEAVING))
            index = self._build(problems)
            indexed = {document.source for document in index.documents.values()}
            self._advisor.use(index)
        except (QuliuError, OSError) as error:
            for path in arrived:
                path.with_name(path.name + _ARRIVED).unlink(missing_ok=True)
                path.unlink(missing_ok=True)
            for path in leaving:
                with suppress(FileNotFoundError):
                    path.with_name(path.name + _LEAVING).rename(path)
            return (self._failure(error, arrived),)
        useless = [path for path in arrived if str(path) not in indexed]
        for path in useless:
            path.unlink(missing_ok=True)
        for path in leaving:
            path.with_name(path.name + _LEAVING).unlink(missing_ok=True)
        told = {problem.path for problem in problems}
        return (
            *(Line(said="unreadable", values={"name": Path(one.path).name, "cause": one.cause}) for one in problems),
            *(Line(said="nothing", values={"name": path.name}) for path in useless if str(path) not in told),
        )

    def _failure(self, error: QuliuError | OSError, arrived: list[Path]) -> Line:
        message = str(error)
        for path in arrived:
            message = message.replace(str(path), path.name)
        return Line(said="failed", values={"message": message})

    def _build(self, problems: list[Problem]) -> Index:
        from bot.web.patient import PatientEmbedder
        from knowledge.build import build_index
        from knowledge.store import IndexStore

        index = self._advisor.index
        sources = IndexStore(index.directory).sources()
        paths = [path for path in sources.paths if Path(path) != self.folder]
        if any(path.suffix.lower() in FORMATS for path in self.folder.iterdir()):
            paths.append(str(self.folder))
        self._tell(Work(phase="reading"))
        built = build_index(
            paths,
            index.directory,
            notes=sources.notes,
            embedder=PatientEmbedder(index.embedder),
            notify=lambda _: self._tell(Work(phase="waiting")),
            progress=self._progress,
            problems=problems.append,
        )
        built.embedder = index.embedder
        self._tell(Work(phase="opening"))
        return built

    def _progress(self, done: int, total: int) -> None:
        now = monotonic()
        if self._work.phase != "embedding":
            self._started = now
        spent = now - self._started
        seconds = spent / done * (total - done) if done and spent > 1 else None
        phase: Phase = "embedding" if done < total else "writing"
        self._tell(Work(phase=phase, done=done, total=total, seconds=seconds))

    def _tell(self, work: Work) -> None:
        with self._changed:
            self._work = work
            self._changed.notify_all()


def _safe(name: str) -> tuple[str, str]:
    """A name that any system takes, as stem and ending."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = _NOT_IN_A_NAME.sub("_", name).strip()
    stem, dot, ending = name.rpartition(".")
    # An office program's lock file and a Mac's resource fork begin so, and are not read.
    stem = stem.lstrip("~$. ").rstrip(". ")
    while len(stem.encode()) > _LONGEST_STEM:
        stem = stem[:-1]
    return ("_" if _DEVICE.fullmatch(stem) else "") + (stem or "document"), f"{dot}{ending.lower()}"
