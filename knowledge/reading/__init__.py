"""Files as they come: which there are, what they say, and where in the file each character of it stands."""

from knowledge.reading.blobs import without_blobs
from knowledge.reading.files import FORMATS, absolute, find_files
from knowledge.reading.reader import read_file, release
from knowledge.reading.source import (
    LIMITS,
    Format,
    Found,
    Heading,
    Limits,
    Problem,
    ReadError,
    Source,
    shown,
)

__all__ = [
    "FORMATS",
    "LIMITS",
    "Format",
    "Found",
    "Heading",
    "Limits",
    "Problem",
    "ReadError",
    "Source",
    "absolute",
    "find_files",
    "read_file",
    "release",
    "shown",
    "without_blobs",
]
