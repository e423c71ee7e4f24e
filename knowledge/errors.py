"""What the write side raises on purpose; each message names the cause and the fix in one line.

QuliuError
├── CorpusError          a bundled note is not as the schema wants it
├── EmbeddingModelError  the embedding model cannot be loaded
└── IndexStoreError      the index cannot be built, read or replaced
"""


class QuliuError(Exception):
    """Root of all errors that quliu raises on purpose."""


class CorpusError(QuliuError):
    """A bundled note is not as the schema wants it."""


class EmbeddingModelError(QuliuError):
    """The embedding model cannot be loaded."""


class IndexStoreError(QuliuError):
    """The index cannot be built, read or replaced."""
