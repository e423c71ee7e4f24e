"""An index that is built again: what costs no embedding, what is said, and what survives an interruption."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import IndexStoreError, build_index, open_index
from knowledge.annotate import labelled_notes
from knowledge.build import update_index
from knowledge.embed import Vectors
from knowledge.embedding_cache import EmbeddingCache
from knowledge.index import Index
from knowledge.passage import Problem
from knowledge.probe import probe
from knowledge.status import Changes, index_status, indexed
from knowledge.store import IndexStore, Reader, UnusableIndexError
from tests.conftest import HashEmbedder

# So much that a paragraph with it is a passage of its own.
MORE = (
    "这一段写得长一些，好让它自己成为一段，不同前后两段并在一起；"
    "里面说的都是同一件小事，多说几遍，也还是那么一件小事，没有别的意思。"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of one passage each."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"第{number}号门牌在河边。", "utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def _build(folder: Path, root: Path, embedder: HashEmbedder | None = None) -> list[str]:
    with build_index([folder], root, notes=False, embedder=embedder or HashEmbedder()) as index:
        return _texts(index)


def _texts(index: Index) -> list[str]:
    return [passage.text for passage in index.passages.values()]


def _cost(folder: Path, root: Path) -> int:
    """How many texts a build embeds."""
    embedder = HashEmbedder()
    _build(folder, root, embedder)
    return embedder.embedded


def _version(root: Path) -> Path:
    return IndexStore(root).current()


def test_only_new_and_changed_texts_are_embedded(folder: Path, root: Path) -> None:
    first = _cost(folder, root)
    assert first > 3
    assert _cost(folder, root) == 0
    (folder / "1.txt").write_text("换了一段。\n\n另一节\n\n第0号门牌在河边。", "utf-8")
    (folder / "3.txt").write_text("新的一段。", "utf-8")
    (folder / "2.txt").rename(folder / "moved.txt")
    (folder / "0.txt").unlink()
    assert _cost(folder, root) == 2
    with open_index(root, embedder=HashEmbedder(), rebuild=False) as index:
        assert _texts(index) == ["换了一段。", "第0号门牌在河边。", "新的一段。", "第2号门牌在河边。"]


def test_an_updated_index_is_the_one_built_anew(folder: Path, root: Path, tmp_path: Path) -> None:
    _build(folder, root)
    (folder / "1.txt").write_text("换了一段。", "utf-8")
    (folder / "2.txt").unlink()
    _build(folder, root)
    _build(folder, tmp_path / "other")
    for text in ("河边", "换了", "0"):
        found = []
        for directory in (root, tmp_path / "other"):
            with open_index(directory, embedder=HashEmbedder(), rebuild=False) as index:
                found.append(index.search(text))
        assert found[0] == found[1]


def test_anew_embeds_everything_again(folder: Path, root: Path) -> None:
    first = _cost(folder, root)
    embedder = HashEmbedder()
    build_index([folder], root, notes=False, embedder=embedder, anew=True).close()
    assert embedder.embedded == first


def test_each_model_has_its_own_vectors(folder: Path, root: Path) -> None:
    _build(folder, root)
    other = HashEmbedder("other")
    _build(folder, root, other)
    assert other.embedded == _cost(folder, root / "fresh") > 0
    # The former version's are still there, and go with it.
    again = HashEmbedder()
    _build(folder, root, again)
    assert again.embedded == 0
    _build(folder, root)
    assert len([*root.glob("embeddings-*")]) == 1


def test_what_no_version_uses_is_forgotten(folder: Path, root: Path) -> None:
    _build(folder, root)
    size = next(root.glob("embeddings-*")).stat().st_size
    text = (folder / "0.txt").read_text("utf-8")
    (folder / "0.txt").write_text("换了一段。", "utf-8")
    _build(folder, root)
    assert next(root.glob("embeddings-*")).stat().st_size > size
    _build(folder, root)
    assert next(root.glob("embeddings-*")).stat().st_size == size
    (folder / "0.txt").write_text(text, "utf-8")
    assert _cost(folder, root) == 1


class _Interrupted(HashEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.embedded > 100:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


def test_an_interrupted_build_goes_on_where_it_stood(tmp_path: Path, folder: Path, root: Path) -> None:
    (folder / "long.txt").write_text("\n\n".join(f"第{n}条路。{MORE}" for n in range(100)), "utf-8")
    interrupted = _Interrupted()
    with pytest.raises(KeyboardInterrupt):
        _build(folder, root, interrupted)
    # The chat is opened meanwhile, and builds an index of the notes, which are the examples to label others by.
    open_index(root, embedder=HashEmbedder()).close()
    examples = len(labelled_notes())
    assert _cost(folder, root) == _cost(folder, tmp_path / "whole") - interrupted.embedded - examples


def test_progress_counts_what_is_embedded(folder: Path, root: Path) -> None:
    _build(folder, root)
    for number in range(20):
        (folder / f"new-{number}.txt").write_text(f"新的第{number}段。", "utf-8")
    calls: list[tuple[int, int]] = []
    progress = lambda done, total: calls.append((done, total))  # noqa: E731
    build_index([folder], root, notes=False, embedder=HashEmbedder(), progress=progress).close()
    assert calls == [(16, 20), (20, 20)]
    build_index([folder], root, notes=False, embedder=HashEmbedder(), progress=progress).close()
    assert len(calls) == 2


def test_a_damaged_vector_is_computed_again(tmp_path: Path) -> None:
    texts = [f"第{n}段" for n in range(40)]
    with EmbeddingCache(tmp_path, HashEmbedder()) as cache:
        expected = cache.embed_passages(texts)
    np.testing.assert_array_equal(expected, HashEmbedder().embed_passages(texts))
    path = next(tmp_path.iterdir())
    size = path.stat().st_size // 40
    content = bytearray(path.read_bytes())
    content[size // 2] ^= 1
    # The last record is torn, as by a writer that was killed.
    path.write_bytes(content[: -size // 2])
    embedder = HashEmbedder()
    for _ in range(2):
        with EmbeddingCache(tmp_path, embedder) as cache:
            np.testing.assert_array_equal(cache.embed_passages(texts), expected)
            assert embedder.embedded == 2
    with EmbeddingCache(tmp_path, embedder) as cache:
        cache.embed_passages(texts[:3])
        cache.keep_only([cache.used()])
        assert path.stat().st_size == 3 * size
        np.testing.assert_array_equal(cache.embed_passages(texts), expected)
        assert embedder.embedded == 2 + 37


def test_questions_and_passages_are_kept_apart(tmp_path: Path) -> None:
    class Prefixed(HashEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> Vectors:
            return self.embed_passages([f"query: {text}" for text in texts])

    with EmbeddingCache(tmp_path, Prefixed()) as cache:
        assert not np.array_equal(cache.embed_queries(["一段"]), cache.embed_passages(["一段"]))
        assert cache.embed_passages([]).shape == (0, 64)


def test_what_cannot_be_read_is_told_and_the_rest_is_indexed(folder: Path, root: Path) -> None:
    (folder / "1.txt").write_bytes(bytes(range(256)) * 4)
    problems: list[Problem] = []
    embedder = HashEmbedder()
    with build_index([folder], root, notes=False, embedder=embedder, problems=problems.append) as index:
        assert _texts(index) == ["第0号门牌在河边。", "第2号门牌在河边。"]
        assert index.problems == tuple(problems)
    assert list(map(str, problems)) == [
        f"{folder}/1.txt is binary, not text; give it the ending of its kind or take it out."
    ]
    with open_index(root, embedder=embedder) as index:
        assert index.problems == tuple(problems)


def test_if_nothing_can_be_read_the_index_stays(folder: Path, root: Path) -> None:
    before = _build(folder, root)
    for path in folder.iterdir():
        path.write_bytes(bytes(range(256)) * 4)
    problems: list[Problem] = []
    with pytest.raises(
        IndexStoreError, match=r"^None of 3 files could be read; the first: .*0\.txt is binary, not text"
    ):
        build_index([folder], root, embedder=HashEmbedder(), problems=problems.append)
    assert len(problems) == 3
    with open_index(root, embedder=HashEmbedder()) as index:
        assert _texts(index) == before


def test_an_update_reads_the_same_sources(folder: Path, root: Path) -> None:
    _build(folder, root)
    (folder / "3.txt").write_text("新的一段。", "utf-8")
    embedder = HashEmbedder()
    with update_index(root, embedder=embedder) as index:
        assert _texts(index) == [f"第{n}号门牌在河边。" for n in range(3)] + ["新的一段。"]
    assert embedder.embedded == 1


def test_status_tells_what_has_changed_since(folder: Path, root: Path) -> None:
    (folder / "bad.txt").write_bytes(bytes(range(256)) * 4)
    build_index([folder], root, embedder=HashEmbedder()).close()
    before = indexed(root)
    (folder / "0.txt").write_text("换了一段。", "utf-8")
    (folder / "1.txt").unlink()
    (folder / "3.txt").write_text("新的一段。", "utf-8")
    status = index_status(root)
    assert (status.unusable, status.embedder, status.sources.paths) == (None, "hash", (str(folder),))
    assert status.built is not None
    assert [document.state for document in status.documents if document.bundled] == ["unchanged"] * 3
    own = [document for document in status.documents if not document.bundled]
    assert [(Path(d.source).name, d.state, d.passages) for d in own] == [
        ("0.txt", "changed", 1),
        ("1.txt", "gone", 1),
        ("2.txt", "unchanged", 1),
        ("3.txt", "new", 0),
        ("bad.txt", "unreadable", 0),
    ]
    assert own[4].cause == "is binary, not text; give it the ending of its kind or take it out"
    assert status.passages == sum(document.passages for document in status.documents)
    update_index(root, embedder=HashEmbedder()).close()
    changes = Changes.between(before, indexed(root))
    assert [[Path(s).name for s in group] for group in (changes.new, changes.changed, changes.gone)] == [
        ["3.txt"],
        ["0.txt"],
        ["1.txt"],
    ]
    assert [Path(source).name for source in changes.unchanged] == ["2.txt"]


def test_status_tells_of_damage_and_of_nothing(folder: Path, root: Path) -> None:
    assert index_status(root).unusable == "there is none yet"
    assert index_status(root).documents == ()
    _build(folder, root)
    (_version(root) / "passages.jsonl").write_text("", "utf-8")
    status = index_status(root)
    assert status.unusable == "it is damaged (passages.jsonl is changed)"
    assert [document.state for document in status.documents] == ["unchanged"] * 3


def test_a_version_that_is_read_stays_however_often_another_is_built(folder: Path, root: Path) -> None:
    with build_index([folder], root, notes=False, embedder=HashEmbedder()) as index:
        old, before = _version(root), index.search("河边")
        for number in range(3):
            (folder / "0.txt").write_text(f"第{number}次换了。", "utf-8")
            _build(folder, root)
        assert old.exists()
        assert index.search("河边") == before
    _build(folder, root)
    assert not old.exists()
    assert len([*root.glob("version-*")]) == 2


def _die(version: Path) -> None:
    """A process dies of opening a version."""
    code = "import os, sys; from pathlib import Path; from knowledge.store import Reader\n"
    code += f"Reader(Path(sys.argv[1])); os.kill(os.getpid(), {signal.SIGKILL})"
    done = subprocess.run([sys.executable, "-c", code, version], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_version_is_probed_once_after_a_process_died_of_it(
    folder: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _build(folder, root)
    probed: list[Path] = []

    def counted(version: Path, dimension: int) -> None:
        probed.append(version)
        probe(version, dimension)

    monkeypatch.setattr("knowledge.build.probe", counted)
    open_index(root, embedder=HashEmbedder(), rebuild=False).close()
    assert probed == []
    _die(_version(root))
    with open_index(root, embedder=HashEmbedder(), rebuild=False):
        assert probed == [_version(root)]
        open_index(root, embedder=HashEmbedder(), rebuild=False).close()
    assert len(probed) == 1
    assert [*_version(root).glob("reader-*")] == []


def test_a_reader_that_was_killed_later_is_no_cause_to_probe(folder: Path, root: Path) -> None:
    _build(folder, root)
    code = "import os, sys; from knowledge import open_index; from tests.conftest import HashEmbedder\n"
    code += f"i = open_index(sys.argv[1], embedder=HashEmbedder()); os.kill(os.getpid(), {signal.SIGKILL})"
    subprocess.run([sys.executable, "-c", code, root], check=False, timeout=60, cwd=Path.cwd())
    assert len([*_version(root).glob("reader-*")]) == 1
    reader = Reader(_version(root))
    assert reader.follows_a_crash is False
    reader.release()
    assert [*_version(root).glob("reader-*")] == []


def test_an_engine_that_crashes_does_so_in_a_child_and_its_version_is_built_again(
    folder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _build(folder, root)
    # An engine that crashes whatever it opens, for child processes alone.
    crashing = tmp_path / "crashing" / "chromadb"
    crashing.mkdir(parents=True)
    (crashing / "__init__.py").write_text("import ctypes; ctypes.string_at(0)", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(crashing.parent))
    version = _version(root)
    with pytest.raises(UnusableIndexError) as raised:
        probe(version, 64)
    assert str(raised.value) == f"it is damaged (its engine crashed with signal {signal.SIGSEGV:d})"
    _die(version)
    told: list[str] = []
    with open_index(root, embedder=HashEmbedder(), notify=told.append) as index:
        assert _texts(index) == before
    assert told == [f"Building the index in {root} anew: {raised.value}."]
    assert _version(root) != version


def test_a_probe_tells_what_an_engine_says(folder: Path, root: Path) -> None:
    _build(folder, root)
    probe(_version(root), 64)
    shutil.rmtree(_version(root) / "keywords-zh")
    with pytest.raises(UnusableIndexError, match=r"^it cannot be read \(.*keywords-zh.*\)$"):
        probe(_version(root), 64)


def test_damage_to_what_finds_the_rows_of_a_database_is_seen(folder: Path, root: Path) -> None:
    _build(folder, root)
    path = _version(root) / "chroma" / "chroma.sqlite3"
    whole = path.read_bytes()
    seen = 0
    for start in range(4096, len(whole), 4096):
        path.write_bytes(whole[:start] + b"\x5a" * 4096 + whole[start + 4096 :])
        if index_status(root).unusable:
            seen += 1
            continue
        with open_index(root, embedder=HashEmbedder(), rebuild=False) as index:
            assert index.search("第1号门牌", k=1)[0].passage.text == "第1号门牌在河边。"
    assert seen > 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a small index and little more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2600k", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs to be allowed to mount")
    try:
        yield disk
    finally:
        # The engine lets go of a folder a moment after it was told to.
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("paragraphs", [800, 1200, 2000, 3000])
def test_a_full_disk_is_told_in_one_line_and_leaves_the_index(folder: Path, small_disk: Path, paragraphs: int) -> None:
    root = small_disk / "index"
    before = _build(folder, root)
    (folder / "long.txt").write_text("\n\n".join(f"第{n}条路通往第{n}座城。{MORE}" for n in range(paragraphs)), "utf-8")
    for _ in range(2):
        with pytest.raises(IndexStoreError) as raised:
            _build(folder, root)
        assert "see that the disk has room" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert [path.name for path in root.glob("building-*")] == []
        with open_index(root, embedder=HashEmbedder(), rebuild=False) as index:
            assert _texts(index) == before
            assert len(index.search("河边")) == 3
    (folder / "long.txt").unlink()
    assert _build(folder, root) == before


def test_a_folder_that_cannot_be_written_is_told(folder: Path, root: Path) -> None:
    before = _build(folder, root)
    if os.geteuid() == 0:
        pytest.skip("root writes anywhere")
    root.chmod(0o500)
    try:
        with pytest.raises(IndexStoreError, match=r"cannot be used \(Permission denied\); make it writable"):
            _build(folder, root)
    finally:
        root.chmod(0o700)
    with open_index(root, embedder=HashEmbedder(), rebuild=False) as index:
        assert _texts(index) == before
