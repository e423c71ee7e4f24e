"""The write side: documents to an index that can be searched in Chinese and in English."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from knowledge.errors import CorpusError, EmbeddingModelError, IndexStoreError, QuliuError
from knowledge.passage import Document, Hit, Passage

if TYPE_CHECKING:
    from knowledge.build import build_index, open_index
    from knowledge.index import Index

__all__ = [
    "CorpusError",
    "Document",
    "EmbeddingModelError",
    "Hit",
    "Index",
    "IndexStoreError",
    "Passage",
    "QuliuError",
    "build_index",
    "open_index",
]

# The engines behind these take a second to import; whoever only wants a value does not wait for them.
_LAZY = {"Index": "knowledge.index", "build_index": "knowledge.build", "open_index": "knowledge.build"}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
