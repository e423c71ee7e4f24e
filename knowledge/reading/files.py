"""Which files there are to read in the paths that somebody gives."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from knowledge.errors import IndexStoreError
from knowledge.reading.source import Format, Found, Problem, shown

FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}

# The lock files of an office program and the resource forks of a Mac, each named after the document it belongs to.
_NOT_DOCUMENTS = ("~$", "._")


def find_files(paths: Iterable[str | os.PathLike[str]]) -> Found:
    """The files of these paths, and those of their folders at any depth, each once and in the order of their paths.

    Symbolic links in a folder are followed to files in that folder, never out of it. Raises IndexStoreError if a path
    is not there, has a name that is not UTF-8, or is a file of no known kind.
    """
    files: dict[Path, Path] = {}
    problems: set[Problem] = set()
    for path in map(absolute, paths):
        found = _given(path)
        problems.update(found.problems)
        for file in found.files:
            files.setdefault(file.resolve(), file)
    return Found(tuple(sorted(files.values())), tuple(sorted(problems, key=lambda problem: problem.path)))


def absolute(path: str | os.PathLike[str]) -> Path:
    """The absolute path, ``~`` expanded. Raises IndexStoreError if it has none, or none that is UTF-8."""
    try:
        found = Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise IndexStoreError(f"{path} is not there ({error}); correct the path.") from error
    try:
        str(found).encode("utf-8")
    except UnicodeEncodeError as error:
        raise IndexStoreError(f"{shown(found)} has a name that is not UTF-8; rename it.") from error
    return found


def _given(path: Path) -> Found:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _below(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexStoreError(f"{path} is not there; correct the path.") from error
    except (OSError, ValueError) as error:
        raise IndexStoreError(f"{path} cannot be read ({_reason(error)}); see that you may read it.") from error
    if path.suffix.lower() not in FORMATS:
        raise IndexStoreError(f"{path} is not a {_known()} file; correct the path.")
    return Found((path,)) if stat.S_ISREG(mode) else Found((), (_special(path),))


def _below(folder: Path) -> Found:
    root = folder.resolve()
    files: list[Path] = []
    links: list[Path] = []
    problems: list[Problem] = []
    waiting = [folder]
    while waiting:
        below = waiting.pop()
        try:
            entries = [*os.scandir(below)]
        except OSError as error:
            problems.append(Problem(below, f"cannot be listed ({_reason(error)}); see that you may read it"))
            continue
        for entry in entries:
            kind = _kind(entry)
            if kind == "other":
                continue
            path = Path(entry.path)
            if not _is_utf8(entry.name):
                problems.append(Problem(path, "has a name that is not UTF-8; rename it"))
            elif kind == "folder":
                waiting.append(path)
            elif kind == "link":
                links.append(path)
            elif kind == "file":
                files.append(path)
            else:
                problems.append(_special(path))
    led = _followed(links, root, {file.resolve() for file in files})
    return Found((*files, *led.files), (*problems, *led.problems))


def _kind(entry: os.DirEntry[str]) -> str:
    """``folder``, ``link``, ``file``, ``special``, or ``other`` for what is no business of ours."""
    if entry.is_symlink():
        return "link" if _is_document(entry.name) or os.path.isdir(entry.path) else "other"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    if not _is_document(entry.name):
        return "other"
    return "file" if entry.is_file(follow_symlinks=False) else "special"


def _followed(links: Iterable[Path], root: Path, known: set[Path]) -> Found:
    """The files in a folder that links lead to and nothing else does."""
    files: dict[Path, Path] = {}
    problems: list[Problem] = []
    for link in sorted(links):
        try:
            target = link.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            # Before Python 3.13, a loop was a RuntimeError.
            loops = isinstance(error, RuntimeError) or error.errno == errno.ELOOP
            cause = "is a link that leads back to itself" if loops else "is a link to what is not there"
            problems.append(Problem(link, f"{cause}; remove it"))
            continue
        if not target.is_relative_to(root):
            cause = "is a link that leads out of its folder; give what it leads to as a path of its own"
            problems.append(Problem(link, cause))
        elif target.is_file() and target not in known:
            files.setdefault(target, link)
        elif not target.is_file() and not target.is_dir():
            problems.append(_special(link))
    return Found(tuple(files.values()), tuple(problems))


def _is_document(name: str) -> bool:
    return Path(name).suffix.lower() in FORMATS and not name.startswith(_NOT_DOCUMENTS)


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _special(path: Path) -> Problem:
    return Problem(path, "is a pipe, socket or device, not a file; take it out of the folder")


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _known() -> str:
    *most, last = FORMATS
    return f"{', '.join(most)} or {last}"
