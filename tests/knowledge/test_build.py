from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import knowledge
from knowledge import IndexStoreError, build, build_index, open_index
from knowledge.embed import Vectors
from knowledge.index import Index
from knowledge.store import FORMAT, LOCK, POINTER, IndexStore, default_directory
from tests.conftest import HashEmbedder

TEXT = "第一段，只有一行。\n\n  \t\nSecond paragraph,\non two lines.  \n\n\n末段没有换行"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "documents" / "notes.txt"
    path.parent.mkdir()
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path, file: Path) -> Path:
    """A closed index of the file."""
    _built(file, tmp_path / "index").close()
    return tmp_path / "index"


def _built(path: Path, directory: Path) -> Index:
    return build_index([path], directory, notes=False, embedder=HashEmbedder())


def _opened(directory: Path) -> tuple[list[str], list[str]]:
    """The texts of the index and what was notified while it opened."""
    told: list[str] = []
    with open_index(directory, embedder=HashEmbedder(), notify=told.append) as index:
        assert index.search("第一段", k=1)[0].passage.text == "第一段，只有一行。"
        return [p.text for p in index.passages.values()], told


def _version(root: Path) -> Path:
    (version,) = root.glob("version-*")
    return version


PARAGRAPHS = ["第一段，只有一行。", "Second paragraph, on two lines.", "末段没有换行"]
QUOTES = ["第一段，只有一行。", "Second paragraph,\non two lines.", "末段没有换行"]


def test_importing_knowledge_imports_no_engine() -> None:
    code = "import sys, knowledge; print({'chromadb', 'torch', 'bm25s', 'langchain_core', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_the_bundled_notes_are_indexed_by_default(tmp_path: Path) -> None:
    documents, passages = knowledge.corpus.load_notes()
    with build_index(directory=tmp_path / "index", embedder=HashEmbedder()) as index:
        assert tuple(index.documents.values()) == documents
        assert tuple(index.passages.values()) == passages
        assert index.directory == tmp_path / "index"


def test_documents_join_the_notes(tmp_path: Path, file: Path) -> None:
    notes = knowledge.corpus.load_notes()[1]
    with build_index([file], tmp_path / "index", embedder=HashEmbedder()) as index:
        assert [p.text for p in index.passages.values()] == [*(p.text for p in notes), *PARAGRAPHS]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_paragraphs_are_quoted_to_the_letter(tmp_path: Path, file: Path, newline: str, mark: str) -> None:
    file.write_bytes((mark + TEXT.replace("\n", newline)).encode())
    decoded = file.read_bytes().decode()
    with _built(file.parent, tmp_path / "index") as index:
        passages = list(index.passages.values())
    assert [p.text for p in passages] == PARAGRAPHS
    assert [p.quote for p in passages] == [quote.replace("\n", newline) for quote in QUOTES]
    assert [decoded[p.start : p.end] for p in passages] == [p.quote for p in passages]
    assert [p.locator for p in passages] == ["paragraph 1", "paragraph 2", "paragraph 3"]
    assert [p.line for p in passages] == [1, 4, 8]
    assert [p.language for p in passages] == ["zh", "en", "zh"]
    assert {p.source for p in passages} == {str(file)}


def test_a_folder_is_read_with_all_below_it(tmp_path: Path, file: Path) -> None:
    below = file.parent / "below"
    below.mkdir()
    (below / "notes.MD").write_text("下面的一段", "utf-8")
    (below / "picture.png").write_bytes(b"\xff")
    with build_index([file.parent, file], tmp_path / "index", notes=False, embedder=HashEmbedder()) as index:
        assert sorted(p.text for p in index.passages.values()) == sorted([*PARAGRAPHS, "下面的一段"])
        assert len(index.documents) == 2


def test_a_single_path_is_a_path_and_an_empty_one_none(tmp_path: Path, file: Path) -> None:
    for path in (file, str(file)):
        with build_index(path, tmp_path / "index", notes=False, embedder=HashEmbedder()) as index:
            assert [document.source for document in index.documents.values()] == [str(file)]
    with pytest.raises(IndexStoreError, match=r'^A path is "", which names nothing; give the files and folders'):
        build_index([file, ""], tmp_path / "index", embedder=HashEmbedder())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.txt", None, r"missing\.txt is not there; correct the path\.$"),
        ("picture.png", b"x", r"picture\.png is not a \.txt, \.md, .* or \.docx file; correct the path\.$"),
        ("binary.txt", bytes(range(256)) * 4, r"binary\.txt is binary, not text; .*\.$"),
        ("blank.txt", b" \n\n ", r"blank\.txt is empty; take it out\.$"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_old_index_stays(
    tmp_path: Path, root: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(IndexStoreError, match=message):
        _built(tmp_path / name, root)
    assert _opened(root) == (PARAGRAPHS, [])


def test_an_index_opens_as_it_was_built_without_embedding(root: Path) -> None:
    embedder = HashEmbedder()
    told: list[str] = []
    open_index(root, embedder=embedder, notify=told.append).close()
    open_index(root, embedder=embedder, notify=told.append).close()
    assert embedder.embedded == 0
    assert told == []


def test_a_missing_index_is_built_from_the_notes(tmp_path: Path) -> None:
    told: list[str] = []
    with open_index(tmp_path / "new", embedder=HashEmbedder(), notify=told.append) as index:
        assert len(index.passages) == len(knowledge.corpus.load_notes()[1])
    assert told == [f"Building the index in {tmp_path / 'new'} anew: there is none yet."]


def _damage_chroma(version: Path) -> None:
    path = version / "chroma" / "chroma.sqlite3"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    path.write_bytes(content)


def _truncate_chroma(version: Path) -> None:
    os.truncate(version / "chroma" / "chroma.sqlite3", 5000)


def _remove_chroma(version: Path) -> None:
    shutil.rmtree(version / "chroma")


def _change_text(version: Path) -> None:
    path = version / "passages.jsonl"
    path.write_bytes(path.read_bytes().replace("第一段".encode(), "第二段".encode()))


def _damage_keywords(version: Path) -> None:
    next(version.glob("keywords-zh/*.npy")).write_bytes(b"")


def _damage_statistics(version: Path) -> None:
    (version / "statistics.npz").write_bytes(b"PK")


def _damage_manifest(version: Path) -> None:
    (version / "manifest.json").write_text("{", "utf-8")


def _remove_manifest(version: Path) -> None:
    (version / "manifest.json").unlink()


def _other_format(version: Path) -> None:
    path = version / "manifest.json"
    path.write_text(path.read_text("utf-8").replace(f'"format": {FORMAT}', '"format": 99'), "utf-8")


def _other_chroma(version: Path) -> None:
    path = version / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"engine": "chromadb', '"engine": "chromadb 0'), "utf-8")


def _damage_pointer(version: Path) -> None:
    (version.parent / POINTER).write_bytes(b"\x00\x00")


def _lead_elsewhere(version: Path) -> None:
    path = version.parent / POINTER
    path.write_text(path.read_text("utf-8").replace(version.name, "../elsewhere"), "utf-8")


def _miscount_passages(version: Path) -> None:
    path = version / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"passages": 3', '"passages": 4'), "utf-8")


def _miscount_documents(version: Path) -> None:
    path = version / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["contents"].append({"source": "other.txt", "sha256": None, "passages": 0, "bundled": False})
    path.write_text(json.dumps(manifest), "utf-8")


def _unreadable_text(version: Path) -> None:
    """What pydantic says of it has several lines."""
    text, manifest = version / "passages.jsonl", version / "manifest.json"
    before = hashlib.sha256(text.read_bytes()).hexdigest()
    text.write_text("{}\n", "utf-8")
    after = hashlib.sha256(text.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text("utf-8").replace(before, after), "utf-8")


def _remove_pointer(version: Path) -> None:
    (version.parent / POINTER).unlink()


def _remove_version(version: Path) -> None:
    shutil.rmtree(version)


@pytest.mark.parametrize(
    ("damage", "cause"),
    [
        (_damage_chroma, "it is damaged ("),
        (_truncate_chroma, "it is damaged ("),
        (_remove_chroma, "it is damaged ("),
        (_change_text, "it is damaged (passages.jsonl is changed)"),
        (_damage_keywords, "it is damaged (keywords-zh/"),
        (_damage_statistics, "it is damaged (statistics.npz is changed)"),
        (_damage_manifest, "it was written by another version of quliu, or is damaged"),
        (_remove_manifest, "it is incomplete"),
        (_other_format, f"its format is 99 and this version of quliu reads {FORMAT}"),
        (_other_chroma, "it was made with chromadb 0"),
        (_damage_pointer, f"{POINTER} cannot be read"),
        (_lead_elsewhere, f"{POINTER} cannot be read"),
        (_miscount_passages, "it is damaged (1 documents and 4 passages were written, 1 and 3 are there)"),
        (_miscount_documents, "it is damaged (2 documents and 3 passages were written, 1 and 3 are there)"),
        (_unreadable_text, "it cannot be read ("),
        (_remove_pointer, "there is none yet"),
        (_remove_version, "it is incomplete"),
    ],
)
def test_what_is_wrong_is_told_and_built_again_from_its_sources(root: Path, damage: object, cause: str) -> None:
    assert callable(damage)
    damage(_version(root))
    with pytest.raises(IndexStoreError, match=r"^The index in .* cannot be used: .*; build it with `quliu index`\.$"):
        open_index(root, embedder=HashEmbedder(), rebuild=False)
    texts, told = _opened(root)
    assert texts == PARAGRAPHS
    assert len(told) == 1
    assert told[0].startswith(f"Building the index in {root} anew: {cause}")
    assert "\n" not in told[0]
    assert _opened(root) == (PARAGRAPHS, [])


def test_a_garbled_graph_file_never_reaches_chroma(tmp_path: Path) -> None:
    told: list[str] = []
    build_index(directory=tmp_path / "index", embedder=HashEmbedder()).close()
    graph = next(_version(tmp_path / "index").glob("chroma/*/data_level0.bin"))
    graph.write_bytes(os.urandom(graph.stat().st_size))
    open_index(tmp_path / "index", embedder=HashEmbedder(), notify=told.append).close()
    assert len(told) == 1
    assert "data_level0.bin is changed" in told[0]


def test_a_graph_header_that_claims_too_much_is_damage(root: Path) -> None:
    header = next(_version(root).glob("chroma/*/header.bin"))
    header.write_bytes(b"\xff" * header.stat().st_size)
    with pytest.raises(IndexStoreError, match=r"it is damaged \(.*\.bin is changed\)"):
        open_index(root, embedder=HashEmbedder(), rebuild=False)


@pytest.mark.parametrize("embedder", [HashEmbedder("other"), HashEmbedder("hash", dimension=32)])
def test_another_embedding_model_builds_anew(root: Path, embedder: HashEmbedder) -> None:
    told: list[str] = []
    with open_index(root, embedder=embedder, notify=told.append) as index:
        assert len(index.search("第一段")) == 3
    assert told == [
        f"Building the index in {root} anew: it was made with the embedding model hash, not {embedder.name}."
    ]


def test_changed_notes_build_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index(directory=tmp_path / "index", embedder=HashEmbedder()).close()
    monkeypatch.setattr(build, "corpus_hash", lambda: "changed")
    told: list[str] = []
    open_index(tmp_path / "index", embedder=HashEmbedder(), notify=told.append).close()
    open_index(tmp_path / "index", embedder=HashEmbedder(), notify=told.append).close()
    assert told == [f"Building the index in {tmp_path / 'index'} anew: the bundled notes have changed."]


def test_sources_that_have_gone_are_told_and_nothing_is_lost(root: Path, file: Path) -> None:
    file.unlink()
    _remove_manifest(_version(root))
    with pytest.raises(IndexStoreError) as raised:
        open_index(root, embedder=HashEmbedder())
    assert str(raised.value) == (
        f"The index in {root} cannot be used (it is incomplete), and {file}, which it was built from, "
        "is not there any more; run `quliu index PATH --only` anew with where that is now."
    )
    assert (_version(root) / "passages.jsonl").exists()


class _Failing(HashEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.embedded > 40:
            raise RuntimeError("out of order")
        return super().embed_passages(texts)


def test_a_build_that_fails_leaves_the_old_index_and_no_rubbish(root: Path, file: Path) -> None:
    before = sorted(path.name for path in root.iterdir())
    with pytest.raises(RuntimeError, match="out of order"):
        build_index([file], root, embedder=_Failing())
    assert sorted(path.name for path in root.iterdir()) == before
    assert _opened(root) == (PARAGRAPHS, [])


def test_a_killed_build_leaves_the_old_index_and_its_rubbish_goes_with_the_next(root: Path, file: Path) -> None:
    rubbish = root / f"building-{'0' * 32}"
    (rubbish / "chroma").mkdir(parents=True)
    (rubbish / "chroma" / "chroma.sqlite3").write_bytes(b"half")
    assert _opened(root) == (PARAGRAPHS, [])
    _built(file, root).close()
    assert not rubbish.exists()


def test_a_reader_keeps_its_version_while_a_new_one_is_built(tmp_path: Path, file: Path) -> None:
    with _built(file, tmp_path / "index") as old:
        file.write_text("换了一段", "utf-8")
        with _built(file, tmp_path / "index") as new:
            assert [p.text for p in new.passages.values()] == ["换了一段"]
            assert sorted(hit.passage.text for hit in old.search("第一段")) == sorted(PARAGRAPHS)
    for _ in range(3):
        _built(file, tmp_path / "index").close()
    assert len([*(tmp_path / "index").glob("version-*")]) == 2


def test_only_one_of_two_builds_at_a_time(root: Path, file: Path) -> None:
    working: list[int] = []
    most: list[int] = []

    class Slow(HashEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            working.append(1)
            most.append(len(working))
            time.sleep(0.01)
            working.pop()
            return super().embed_passages(texts)

    def run() -> None:
        build_index([file], root, notes=False, embedder=Slow(), anew=True).close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert _opened(root) == (PARAGRAPHS, [])


def test_waiting_for_another_builder_is_told_once_before_it(root: Path, file: Path) -> None:
    told: list[str] = []
    waiting = threading.Event()

    def notify(message: str) -> None:
        told.append(message)
        waiting.set()

    def run() -> None:
        build_index([file], root, notes=False, embedder=HashEmbedder(), notify=notify).close()

    second = threading.Thread(target=run)
    with IndexStore(root).locked(told.append):
        second.start()
        assert waiting.wait(10)
        assert second.is_alive()
    second.join()
    assert len(told) == 1
    who = rf"process {os.getpid()} on {re.escape(socket.gethostname())}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(rf"Another quliu \({who}\) is building the index in {root}; waiting for it\.", told[0])
    assert _opened(root) == (PARAGRAPHS, [])


def test_processes_that_find_no_index_build_it_once(tmp_path: Path, file: Path) -> None:
    code = (
        "import sys; from knowledge import open_index; from tests.conftest import HashEmbedder\n"
        "open_index(sys.argv[1], embedder=HashEmbedder(), notify=print).close()"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path / "index"], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        for _ in range(2)
    ]
    told = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    lines = [line for text in told for line in text.splitlines()]
    assert [line for line in lines if line.startswith("Building")] == [
        f"Building the index in {tmp_path / 'index'} anew: there is none yet."
    ]
    waiting = [line for line in lines if not line.startswith("Building")]
    assert len(waiting) <= 1
    assert all(re.match(r"Another quliu( \(process \d+ on .*\))? is building the index in ", line) for line in waiting)


@pytest.mark.parametrize("name", ["thesis.docx", "chroma.sqlite3"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, file: Path, name: str) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / name).write_text("precious", "utf-8")
    message = (
        rf"^.*theirs holds {name}, which is not part of a quliu index, and is left alone; choose an empty folder.*$"
    )
    with pytest.raises(IndexStoreError, match=message):
        _built(file, tmp_path / "theirs")
    with pytest.raises(IndexStoreError, match=message):
        open_index(tmp_path / "theirs", embedder=HashEmbedder())
    assert [path.read_text("utf-8") for path in (tmp_path / "theirs").iterdir()] == ["precious"]


@pytest.mark.parametrize("name", [POINTER, LOCK])
def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path, file: Path, name: str) -> None:
    (tmp_path / "index" / name).mkdir(parents=True)
    with pytest.raises(IndexStoreError) as raised:
        _built(file, tmp_path / "index")
    assert str(raised.value) == (
        f"{tmp_path / 'index' / name} is not a file, as quliu needs it; "
        "remove it or set QULIU_DATA_DIR to another folder."
    )


def test_a_name_that_is_not_utf8_is_told_in_one_line(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    odd = os.fsdecode(os.fsencode(folder) + b"/\xff.txt")
    try:
        Path(odd).write_text("一段", "utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    for path in (folder, Path(odd)):
        with pytest.raises(IndexStoreError) as raised:
            _built(path, root)
        assert str(raised.value) == f"{folder}/\\udcff.txt has a name that is not UTF-8; rename it."
    assert _opened(root) == (PARAGRAPHS, [])


def test_a_home_that_is_not_there_is_told_in_one_line(tmp_path: Path, file: Path) -> None:
    with pytest.raises(IndexStoreError, match=r"^~nosuchuser/x is not there \(.*\); correct the path\.$"):
        _built(Path("~nosuchuser/x"), tmp_path / "index")
    with pytest.raises(IndexStoreError, match=r"^There is no such index folder \(.*\); correct its path\.$"):
        _built(file, Path("~nosuchuser/x"))


def test_a_stray_file_beside_an_index_does_no_harm(root: Path, file: Path) -> None:
    (root / ".DS_Store").write_text("x", "utf-8")
    assert _opened(root) == (PARAGRAPHS, [])
    _built(file, root).close()
    assert (root / ".DS_Store").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(file: Path) -> None:
    message = r"^The index folder .* cannot be used \(Not a directory\); make it writable .* QULIU_DATA_DIR .*$"
    with pytest.raises(IndexStoreError, match=message):
        _built(file, file / "index")
    with pytest.raises(IndexStoreError, match=message):
        _built(file, file)


def test_the_default_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QULIU_DATA_DIR", str(tmp_path))
    assert default_directory() == tmp_path / "index"
    monkeypatch.delenv("QULIU_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform.startswith("linux"):
        assert default_directory() == tmp_path / "quliu" / "index"
