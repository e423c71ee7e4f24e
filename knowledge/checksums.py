"""What the files of an index hold, told by SHA-256, so that damage is found before a native reader trips over it."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

_JOURNALS = ("-journal", "-wal", "-shm")
# Files of Chroma's graph with room for more elements than there are: what stands in that room is left-over memory, and
# changes whenever a collection is first read.
_ROOMY = frozenset({"data_level0.bin", "length.bin"})
_GRAPH_HEADER = struct.Struct("<iQQQ")  # format, offset, capacity, elements
# Chroma's own lock: it gains a row whenever a client opens the store.
_VOLATILE_TABLES = frozenset({"acquire_write", "sqlite_sequence"})


def checksums(directory: Path) -> dict[str, str]:
    """Checksum of every file below a directory, by its path in it.

    Raises OSError or sqlite3.Error if a file cannot be read.
    """
    paths = sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.endswith(_JOURNALS))
    return {path.relative_to(directory).as_posix(): checksum(path) for path in paths}


def checksum(path: Path) -> str:
    """Checksum of a file. Raises OSError or sqlite3.Error if it cannot be read."""
    if path.name in _ROOMY:
        return _of_elements(path)
    if path.suffix == ".sqlite3":
        return _of_database(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_elements(path: Path) -> str:
    header = path.with_name("header.bin").read_bytes()
    if len(header) < _GRAPH_HEADER.size:
        return "no elements"
    _, _, capacity, elements = _GRAPH_HEADER.unpack_from(header)
    size = path.stat().st_size
    with path.open("rb") as file:
        # A damaged header can claim any number of elements.
        used = min(size, size * elements // max(capacity, 1))
        return f"{size} {hashlib.sha256(file.read(used)).hexdigest()}"


def _of_database(path: Path) -> str:
    """Over the rows, since reading through Chroma changes the bytes; rows do not show damage to what finds them."""
    digest = hashlib.sha256()
    # Not read-only: a reader that was killed may have left a change for SQLite to take back.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as database:
        ((verdict,),) = database.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            if table in _VOLATILE_TABLES:
                continue
            digest.update(table.encode())
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    digest.update(value if isinstance(value, bytes) else repr(value).encode())
    return digest.hexdigest()
