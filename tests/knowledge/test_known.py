"""The shipped vectors of the bundled texts: what they are, and what stands in for them where they cannot be used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from evals.vectors import bundled_texts
from knowledge import embed
from knowledge.embed import SentenceTransformerEmbedder, Vectors
from knowledge.known import FILE, Kind, KnownVectors, write_known

DIMENSION = 384
RANDOM = np.random.default_rng(7)


def unit(*values: float) -> Vectors:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


# Whole numbers up to 32,767, which a file keeps exactly.
SMALL: dict[tuple[Kind, str], Vectors] = {
    ("query", "一"): unit(32767, 5, -3),
    ("document", "一"): unit(-32767, 0, 64),
    ("query", "two"): unit(0, 1, 32767),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_known(SMALL, tmp_path / "new" / "known.npz", "model 1")
    return tmp_path / "new" / "known.npz"


@pytest.fixture(scope="module")
def bare() -> SentenceTransformerEmbedder:
    """The bundled model without its file."""
    return SentenceTransformerEmbedder(known=False)


@pytest.fixture(scope="module")
def shipped() -> KnownVectors:
    return KnownVectors(DIMENSION)


@pytest.fixture(scope="module")
def bundled() -> tuple[tuple[Kind, str], ...]:
    return bundled_texts()


# --- the file ---


def test_vectors_come_in_the_order_of_the_texts_and_by_kind(file: Path) -> None:
    known, vectors = KnownVectors(3, file, "model 1").vectors(["two", "three", "一"], "query")
    assert known.tolist() == [True, False, True]
    np.testing.assert_allclose(vectors, [SMALL["query", "two"], SMALL["query", "一"]], atol=1e-7)
    known, vectors = KnownVectors(3, file, "model 1").vectors(["two", "三", "一"], "document")
    assert known.tolist() == [False, False, True]
    np.testing.assert_allclose(vectors, [SMALL["document", "一"]], atol=1e-7)
    assert vectors.dtype == np.float32


def test_the_same_vectors_make_the_same_file_in_any_order_and_from_what_was_read(file: Path, tmp_path: Path) -> None:
    write_known(dict(reversed(SMALL.items())), tmp_path / "turned.npz", "model 1")
    assert (tmp_path / "turned.npz").read_bytes() == file.read_bytes()
    random = {("query", f"{n}"): unit(*RANDOM.standard_normal(8)) for n in range(500)}
    write_known(random, tmp_path / "first.npz", "model 1")
    first = KnownVectors(8, tmp_path / "first.npz", "model 1")
    read = {(kind, text): vector for kind, text in random if (vector := first.vector(text, kind)) is not None}
    write_known(read, tmp_path / "second.npz", "model 1")
    assert (tmp_path / "second.npz").read_bytes() == (tmp_path / "first.npz").read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["known.npz"]


def test_half_a_surrogate_pair_is_looked_up_as_the_model_reads_it(tmp_path: Path) -> None:
    write_known({("query", "a?"): unit(0, 1)}, tmp_path / "known.npz", "model 1")
    assert KnownVectors(2, tmp_path / "known.npz", "model 1").vector("a\ud800", "query") is not None


@pytest.mark.parametrize(("dimension", "model"), [(3, "model 2"), (4, "model 1")])
def test_a_file_of_another_model_is_not_used(file: Path, dimension: int, model: str) -> None:
    known = KnownVectors(dimension, file, model)
    assert len(known) == 0
    which, vectors = known.vectors(["一"], "query")
    assert which.tolist() == [False]
    assert vectors.shape == (0, dimension)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"\x00" * 500, b"\x93NUMPY\x01\x00", b"(lp0\n."])
def test_a_file_that_is_missing_or_none_of_ours_is_not_used(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "known.npz").write_bytes(content)
    assert KnownVectors(3, tmp_path / "known.npz", "model 1").vector("一", "query") is None


def test_a_file_with_any_byte_altered_or_cut_short_gives_right_vectors_or_none(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    damaged = tmp_path / "damaged.npz"
    versions = [whole[:end] for end in range(0, len(whole), 7)]
    versions += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    unused = 0
    for version in versions:
        damaged.write_bytes(version)
        vector = KnownVectors(3, damaged, "model 1").vector("一", "query")
        unused += vector is None
        if vector is not None:
            np.testing.assert_allclose(vector, SMALL["query", "一"], atol=1e-7)
    assert unused > len(versions) // 2


def test_an_array_of_another_kind_is_not_used(tmp_path: Path) -> None:
    keys = np.zeros((2, 16), dtype=np.uint8)
    for number, codes in enumerate(
        (np.ones((2, 3)), np.ones((3, 3), np.int16), np.zeros((2, 3), np.int16), np.int16(1))
    ):
        np.savez(tmp_path / f"{number}.npz", model=np.array("model 1"), keys=keys, codes=codes)
        assert len(KnownVectors(3, tmp_path / f"{number}.npz", "model 1")) == 0


def test_threads_may_be_the_first_to_look(file: Path) -> None:
    known = KnownVectors(3, file, "model 1")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: known.vector("two", "query"), range(64)))
    for vector in found:
        np.testing.assert_array_equal(vector, found[0])
    assert found[0] is not None


# --- the bundled texts ---


def test_every_bundled_text_is_in_the_file(bundled: tuple[tuple[Kind, str], ...], shipped: KnownVectors) -> None:
    lacking = [text for kind, text in bundled if shipped.vector(text, kind) is None]
    assert not lacking, f"{len(lacking)} texts lack a vector, such as {lacking[0]!r}; run `make vectors`"
    assert len(shipped) == len(bundled), f"{FILE.name} has vectors of texts that are gone; run `make vectors`"


def test_what_is_served_is_what_the_model_computes(
    bundled: tuple[tuple[Kind, str], ...], shipped: KnownVectors, bare: SentenceTransformerEmbedder
) -> None:
    held = [(kind, text) for kind, text in bundled if shipped.vector(text, kind) is not None]
    chosen = [held[row] for row in np.random.default_rng(0).choice(len(held), 40, replace=False)]
    kinds: tuple[Kind, ...] = ("query", "document")
    for kind in kinds:
        texts = [text for own, text in chosen if own == kind]
        assert texts
        computed = bare.embed_queries(texts) if kind == "query" else bare.embed_passages(texts)
        known, served = shipped.vectors(texts, kind)
        assert known.all()
        assert float((served * computed).sum(axis=1).min()) > 1 - 0.002


def test_a_batch_of_known_and_unknown_texts_keeps_its_order(
    embedder: SentenceTransformerEmbedder,
    bare: SentenceTransformerEmbedder,
    bundled: tuple[tuple[Kind, str], ...],
    shipped: KnownVectors,
) -> None:
    one, two = [text for kind, text in bundled if kind == "document"][:2]
    texts = ["渡轮六点开。", two, "The ferry leaves at six.", one, two]
    vectors = embedder.embed_passages(texts)
    assert (vectors.shape, vectors.dtype) == ((5, DIMENSION), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors[[0, 2]], bare.embed_passages([texts[0], texts[2]]))
    np.testing.assert_array_equal(vectors[[1, 3, 4]], shipped.vectors([two, one, two], "document")[1])
    assert shipped.vector(texts[0], "document") is None


def test_without_its_file_the_model_computes_every_vector(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    bare: SentenceTransformerEmbedder,
    bundled: tuple[tuple[Kind, str], ...],
) -> None:
    (tmp_path / "known.npz").write_bytes(FILE.read_bytes()[:-100])
    monkeypatch.setattr(embed, "KnownVectors", lambda dimension: KnownVectors(dimension, tmp_path / "known.npz"))
    texts = [text for kind, text in bundled if kind == "document"][:2]
    vectors = SentenceTransformerEmbedder().embed_passages(texts)
    np.testing.assert_array_equal(vectors, bare.embed_passages(texts))
