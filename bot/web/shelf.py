"""The documents that are added on the page: kept in a folder, indexed beside all others, and taken off again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import uuid4

from bot.errors import QuliuError
from bot.settings import Settings
from knowledge.passage import Bilingual, Document, Frozen, Problem
from knowledge.reading import FORMATS

if TYPE_CHECKING:
    from knowledge.index import Index

Phase = Literal["idle", "waiting", "reading", "embedding", "writing", "opening"]

MEGABYTE = 1_000_000
# What is in the folder and not, or no longer, to be indexed; no name of a document ends like that.
_ARRIVING, _LEAVING = ".arriving", ".leaving"
_LONGEST_STEM = 120
# What no system forbids stands for what some do, so that no two names become one.
_IN_A_NAME = str.maketrans('<>:"|?*', "＜＞：＂｜？＊")
# Windows takes these for devices, whatever their ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_PROGRESS_SECONDS = 0.5
# Before that the first few texts tell little of the others.
_ESTIMATED_AFTER_SECONDS = 5.0
# How the reader's causes begin, and what is said of a file that was to be added and is taken back at once.
_REFUSALS = {
    "is empty": "empty",
    "has no text": "no_text",
    "has nothing": "nothing",
    "is encrypted": "encrypted",
    "is damaged": "damaged",
    "holds more": "long",
}


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


class Outcome(Frozen):
    """What was done with a document; ``id`` is None where it is not there any more."""

    done: Literal["added", "replaced", "removed"]
    title: Bilingual
    id: str | None = None


class Work(Frozen):
    """How far the indexing is: texts ``done`` of ``total``, and whole ``minutes`` still to go, rounded up.

    ``lines`` are its problems, ``outcomes`` what it did; ``coming`` and ``leaving`` are names of the files whose turn
    is next.
    """

    phase: Phase = "idle"
    done: int = 0
    total: int = 0
    minutes: int | None = None
    lines: tuple[Line, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    coming: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kept:
    """A file that has come and is not yet where it is to be indexed."""

    file: Path
    sha256: str


class Shelf:
    """A folder of documents, indexed in a thread of its own; several threads may use it."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self.settings = advisor.settings
        self.folder = self.settings.documents_dir
        # Guards all that follows, and tells of every change of the work.
        self._changed = Condition()
        # Files that are on their way, that wait, and that are being indexed, with where each is to stand.
        self._arriving: dict[Path, Path] = {}
        self._arrived: dict[Path, _Kept] = {}
        self._taken: dict[Path, _Kept] = {}
        # Files that wait to be taken off, and that are being.
        self._leaving: list[Path] = []
        self._going: list[Path] = []
        self._work = Work()
        self._running = False
        self._started = 0.0
        self._least: int | None = None

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
        with self._changed:
            if self._work.phase == "idle":
                return self._work
            coming, leaving = (tuple(path.name for path in paths) for paths in (self._arrived, self._leaving))
            return self._work.model_copy(update={"coming": coming, "leaving": leaving})

    def holds(self, document: Document) -> bool:
        """Whether a document was added on the page."""
        return Path(document.source).parent == self.folder

    def drops(self, document: Document) -> bool:
        """Whether a document is about to be taken off."""
        with self._changed:
            return Path(document.source) in {*self._leaving, *self._going}

    async def receive(self, name: str, content: AsyncIterable[bytes]) -> None:
        """Keep a file until ``start``; one of that name that is there already will be replaced by it.

        Raises RefusedError, or OSError if it cannot be written.
        """
        arriving = self._expect(name)
        try:
            found = hashlib.sha256()
            size = 0
            with arriving.open("wb") as file:
                async for chunk in content:
                    size += len(chunk)
                    if size > self.most_bytes:
                        raise self.too_large(name)
                    found.update(chunk)
                    file.write(chunk)
            if not size:
                raise RefusedError("empty", name=name)
            self._keep(_Kept(arriving, found.hexdigest()), name)
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise
        finally:
            with self._changed:
                del self._arriving[arriving]

    def too_large(self, name: str) -> RefusedError:
        """What a file larger than allowed is refused with."""
        return RefusedError("large", name=name, limit=self.settings.max_upload_mb)

    def start(self) -> None:
        """Index what has come and what is there, in the background; at once, or after what is being indexed."""
        with self._changed:
            if not self._running and self._take():
                self._running = True
                self._tell(Work(phase="reading"))
                Thread(target=self._run, name="quliu-shelf", daemon=True).start()

    def remove(self, document: Document) -> None:
        """Take a document off in the background. Raises RefusedError if it was not added on the page."""
        if not self.holds(document):
            raise RefusedError("not_ours", name=Path(document.source).name)
        with self._changed:
            path = Path(document.source)
            if kept := self._arrived.pop(path, None):
                kept.file.unlink(missing_ok=True)
            if not self.drops(document):
                self._leaving.append(path)
        self.start()

    def follow(self) -> Iterator[Work]:
        """How far the indexing is, again and again until it has ended; at least once."""
        while True:
            with self._changed:
                work = self.work
                if work.phase != "idle":
                    self._changed.wait(_PROGRESS_SECONDS)
            yield work
            if work.phase == "idle":
                return

    def _expect(self, name: str) -> Path:
        """Where a file of that name is to be written for now. Raises RefusedError."""
        stem, suffix = _safe(name)
        if suffix not in FORMATS:
            raise RefusedError("suffix", name=name, endings=", ".join(FORMATS))
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._changed:
            if not self._running and not self._arrived and not self._arriving:
                self._clear()
            there = {path for path in self.folder.iterdir() if path.suffix.lower() in FORMATS}
            there |= {*self._arrived, *self._arriving.values()}
            # Some systems do not tell small letters from capitals.
            same = (path for path in there if path.name.casefold() == f"{stem}{suffix}".casefold())
            path = next(same, self.folder / f"{stem}{suffix}")
            if path not in there and len(there) >= self.settings.max_uploads:
                raise RefusedError("many", name=name, limit=self.settings.max_uploads)
            arriving = self.folder / f"{uuid4().hex}{_ARRIVING}"
            self._arriving[arriving] = path
            return arriving

    def _keep(self, kept: _Kept, name: str) -> None:
        """Let a file wait to be indexed, unless what it holds is there. Raises RefusedError."""
        with self._changed:
            path = self._arriving[kept.file]
            waiting = self._arrived.get(path) or self._taken.get(path)
            if waiting and waiting.sha256 == kept.sha256 and path not in self._leaving:
                # It came before, and nobody has asked for it to be indexed yet.
                kept.file.unlink()
                return
            if (known := self._known(kept.sha256)) is not None:
                same = known.name.casefold() == path.name.casefold()
                raise RefusedError("known" if same else "known_as", name=name, there=known.name)
            if former := self._arrived.get(path):
                former.file.unlink(missing_ok=True)
            if path in self._leaving:
                self._leaving.remove(path)
            self._arrived[path] = kept

    def _known(self, sha256: str) -> Path | None:
        """The file that holds just that, among those that are there and stay."""
        pending = {**self._taken, **self._arrived}
        there = {path: kept.sha256 for path, kept in pending.items() if path not in self._leaving}
        for one in self.index.documents.values():
            path = Path(one.source)
            if path not in {*pending, *self._leaving, *self._going} and path.is_absolute() and path.exists():
                there[path] = one.sha256 or ""
        return next((path for path, known in there.items() if known == sha256), None)

    def _clear(self) -> None:
        """Drop what a process that was ended left half done; what was to leave stays."""
        for path in [*self.folder.iterdir()]:
            if path.name.endswith(_ARRIVING):
                path.unlink(missing_ok=True)
            elif path.name.endswith(_LEAVING):
                there = path.with_name(path.name.removesuffix(_LEAVING))
                if there.exists():
                    path.unlink()
                else:
                    path.rename(there)

    def _take(self) -> bool:
        """Take on what waits; whether there is anything."""
        self._taken, self._arrived = self._arrived, {}
        self._going, self._leaving = self._leaving, []
        return bool(self._taken or self._going)

    def _run(self) -> None:
        lines: tuple[Line, ...] = ()
        outcomes: tuple[Outcome, ...] = ()
        ended = False
        try:
            while not ended:
                more_lines, more_outcomes = self._exchange(self._taken, self._going)
                lines += tuple(line for line in more_lines if line not in lines)
                outcomes += more_outcomes
                with self._changed:
                    ended = not self._take()
                    if ended:
                        self._running = False
                        self._tell(Work(lines=lines, outcomes=outcomes))
        finally:
            if not ended:
                with self._changed:
                    self._take()
                    self._taken, self._going = {}, []
                    self._running = False
                    self._tell(Work(lines=(*lines, Line(said="unexpected", values={})), outcomes=outcomes))

    def _exchange(
        self, taken: Mapping[Path, _Kept], going: Sequence[Path]
    ) -> tuple[tuple[Line, ...], tuple[Outcome, ...]]:
        """Index with some documents more and some less; where that fails, all stays as it was."""
        before = {Path(one.source): one for one in self.index.documents.values()}
        problems: list[Problem] = []
        aside: list[Path] = []
        placed: list[Path] = []
        try:
            for path in (*going, *taken):
                with suppress(FileNotFoundError):
                    path.rename(_aside(path))
                    aside.append(path)
            for path, kept in taken.items():
                kept.file.rename(path)
                placed.append(path)
            index, useless = self._built(placed, aside, problems)
            self._advisor.use(index)
        except (QuliuError, OSError) as error:
            for path in (*placed, *(kept.file for kept in taken.values())):
                path.unlink(missing_ok=True)
            for path in aside:
                with suppress(FileNotFoundError):
                    _aside(path).rename(path)
            return (self._failure(error, taken),), ()
        for path in aside:
            _aside(path).unlink(missing_ok=True)
        after = {Path(one.source): one for one in index.documents.values()}
        outcomes = (
            *(_outcome(after[path], replaced=path in before) for path in taken if path not in useless),
            *(Outcome(done="removed", title=before[path].title) for path in going if path in before),
        )
        return tuple(_refusals(useless, problems, aside)), outcomes

    def _built(
        self, placed: list[Path], aside: Sequence[Path], problems: list[Problem]
    ) -> tuple[Index, tuple[Path, ...]]:
        """The new index, and which files nothing could be had of; what such a one was to replace is put back."""
        index = self._build(problems)
        indexed = {Path(document.source) for document in index.documents.values()}
        useless = tuple(path for path in placed if path not in indexed)
        for path in useless:
            path.unlink(missing_ok=True)
            placed.remove(path)
            if path in aside:
                _aside(path).rename(path)
        if not {*useless} & {*aside}:
            return index, useless
        index.close()
        return self._build([]), useless

    def _failure(self, error: QuliuError | OSError, taken: Iterable[Path]) -> Line:
        message = str(error)
        for path in taken:
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
            self._started, self._least = now, None
        spent = now - self._started
        minutes = ceil(spent / done * (total - done) / 60) if done and spent >= _ESTIMATED_AFTER_SECONDS else None
        # An estimate that has risen was none: until it is as low again, there is no telling.
        if minutes is not None and self._least is not None and minutes > self._least:
            minutes = None
        self._least = minutes or self._least
        phase: Phase = "embedding" if done < total else "writing"
        self._tell(Work(phase=phase, done=done, total=total, minutes=minutes or None))

    def _tell(self, work: Work) -> None:
        with self._changed:
            self._work = work
            self._changed.notify_all()


def _aside(path: Path) -> Path:
    """Where a file waits until it is sure that it is not needed any more."""
    return path.with_name(path.name + _LEAVING)


def _outcome(document: Document, *, replaced: bool) -> Outcome:
    return Outcome(done="replaced" if replaced else "added", title=document.title, id=document.id)


def _refusals(useless: Iterable[Path], problems: Iterable[Problem], aside: Iterable[Path]) -> Iterator[Line]:
    """Why files are not added; of those that were to replace others, that these stay."""
    causes = {Path(problem.path): problem.cause for problem in problems}
    for path in useless:
        cause = causes.get(path, "has nothing")
        said = next((said for beginning, said in _REFUSALS.items() if cause.startswith(beginning)), "unreadable")
        yield Line(said=said, values={"name": path.name, "cause": cause})
        if path in aside:
            yield Line(said="stays", values={"name": path.name})


def _safe(name: str) -> tuple[str, str]:
    """A name that any system takes, as stem and ending."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = name.translate(_IN_A_NAME).strip()
    stem, dot, ending = name.rpartition(".")
    # An office program's lock file and a Mac's resource fork begin so, and are not read.
    stem = stem.lstrip("~$. ").rstrip(". ")
    if len(stem.encode()) > _LONGEST_STEM:
        # Two long names may begin alike.
        rest = f"-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"
        while len(stem.encode()) + len(rest) > _LONGEST_STEM:
            stem = stem[:-1]
        stem += rest
    return ("_" if _DEVICE.fullmatch(stem) else "") + (stem or "document"), f"{dot}{ending.lower()}"
