"""Builders that are killed at random points, and readers beside them: there is always an index, old or new."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import build_index, open_index
from knowledge.embed import Vectors
from knowledge.store import IndexStore

FILES = 4
PARAGRAPHS = 12
# So much that a paragraph with it is a passage of its own.
MORE = (
    "这一段写得长一些，好让它自己成为一段，不同前后两段并在一起；"
    "里面说的都是同一件小事，多说几遍，也还是那么一件小事，没有别的意思。"
)


class ChecksumEmbedder:
    """Vectors that know nothing of meaning; it is here so that a process of its own has little to import."""

    name = "checksum"
    dimension = 32

    def __init__(self, seconds: float = 0.0) -> None:
        self.embedded = 0
        self._seconds = seconds

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A random vector for each text, always the same; takes its time."""
        time.sleep(self._seconds)
        self.embedded += len(texts)
        seeds = [zlib.crc32(text.encode()) for text in texts]
        vectors = np.stack([np.random.default_rng(seed).normal(size=self.dimension) for seed in seeds])
        normalised: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return normalised

    embed_queries = embed_passages


# Reports when it begins and waits to be told how it is to end: after so many steps on the file system, or from outside.
BUILDER = """
import os, signal, sys
from knowledge import build_index
from tests.knowledge.test_killed import ChecksumEmbedder

STEPS = ("open", "os.", "shutil.", "sqlite3.")

def count(event, arguments):
    global left
    if event.startswith(STEPS) and left:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

print("ready", flush=True)
left = int(sys.stdin.readline())
sys.addaudithook(count)
build_index([sys.argv[1]], sys.argv[2], notes=False, embedder=ChecksumEmbedder(0.02)).close()
"""


class _Documents:
    """Files that all say which round they are of, so that a mixture of two would be seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def write(self, number: int) -> list[str]:
        """The texts of a round's passages, every one of them new."""
        texts = [
            [f"第{number}轮第{f}份第{n}段说的是河边的房子。{MORE}" for n in range(PARAGRAPHS)] for f in range(FILES)
        ]
        for f, paragraphs in enumerate(texts):
            (self.folder / f"{f}.txt").write_text("\n\n".join(paragraphs), "utf-8")
        return [text for paragraphs in texts for text in paragraphs]


def _start(documents: Path, root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, documents, root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def _kill(builder: subprocess.Popen[str], chance: random.Random) -> str:
    """Let a builder go and kill it at a random moment; how that was chosen."""
    assert builder.stdin
    assert builder.stdout
    assert builder.stdout.readline() == "ready\n"
    # A build takes some 250 such steps and, above all of embedding, half a second.
    by_steps = chance.random() < 0.6
    builder.stdin.write(f"{chance.randint(1, 260) if by_steps else 0}\n")
    builder.stdin.flush()
    if not by_steps:
        time.sleep(chance.uniform(0, 0.6))
        builder.kill()
    builder.communicate(timeout=60)
    return "finished" if builder.returncode == 0 else "step" if by_steps else "time"


def _where(root: Path) -> str:
    """What a killed builder left behind: how far it came."""
    beside = [*root.glob("building-*")]
    if not beside:
        return "outside"
    if any((path / "manifest.json").exists() for path in beside):
        return "publishing"
    return "writing" if any((path / "chroma").exists() for path in beside) else "embedding"


def _hold(tmp_path: Path, kills: int, seed: int) -> Counter[str]:
    """Kill so many builders one after another on the same index; how far each came."""
    chance = random.Random(seed)
    documents, root = _Documents(tmp_path / "documents"), tmp_path / "index"
    current = documents.write(0)
    reached: Counter[str] = Counter()
    killed = number = 0
    with build_index([documents.folder], root, notes=False, embedder=ChecksumEmbedder()) as first:
        before = first.search("河边", k=5)
        following = _start(documents.folder, root)
        while killed < kills:
            number += 1
            builder, following = following, _start(documents.folder, root)
            written = documents.write(number)
            ended = _kill(builder, chance)
            killed += ended != "finished"
            reached[ended] += 1
            reached[_where(root)] += 1
            with open_index(root, embedder=ChecksumEmbedder(), rebuild=False) as index:
                texts = [passage.text for passage in index.passages.values()]
                assert texts in (current, written), f"seed {seed}, round {number}"
                wanted = texts[chance.randrange(len(texts))]
                assert wanted in [hit.passage.text for hit in index.search(wanted, k=5)], f"seed {seed}, round {number}"
            current = texts
        following.kill()
        following.communicate(timeout=60)
        # Whoever had an index open all the while still has it.
        assert first.search("河边", k=5) == before
    with build_index([documents.folder], root, notes=False, embedder=ChecksumEmbedder()) as last:
        assert [passage.text for passage in last.passages.values()] == written
    kinds = Counter(path.name.split("-")[0] for path in root.iterdir())
    assert kinds == {"version": 2, "quliu": 1, "embeddings": 1, "build.lock": 1}
    return reached


def test_a_few_kills_leave_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    _hold(tmp_path, kills=5, seed=1)


@pytest.mark.slow
def test_many_kills_leave_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    reached = _hold(tmp_path, kills=60, seed=int.from_bytes(os.urandom(4)))
    assert {"embedding", "writing", "publishing"} <= set(reached), reached


def test_what_a_killed_builder_embedded_is_not_embedded_again(tmp_path: Path) -> None:
    documents, root = _Documents(tmp_path / "documents"), tmp_path / "index"
    whole = ChecksumEmbedder()
    documents.write(0)
    build_index([documents.folder], tmp_path / "whole", notes=False, embedder=whole).close()
    builder = _start(documents.folder, root)
    assert builder.stdin
    builder.stdin.write("0\n")
    builder.stdin.flush()
    record = 16 + 4 * whole.dimension + 4
    while sum(path.stat().st_size for path in root.glob("embeddings-*")) < 40 * record:
        assert builder.poll() is None
        time.sleep(0.001)
    builder.kill()
    builder.communicate(timeout=60)
    kept = sum(path.stat().st_size for path in root.glob("embeddings-*")) // record
    rest = ChecksumEmbedder()
    build_index([documents.folder], root, notes=False, embedder=rest).close()
    assert kept >= 40
    assert rest.embedded == whole.embedded - kept


def test_readers_beside_a_builder_see_one_version_or_the_other(tmp_path: Path) -> None:
    documents, root = _Documents(tmp_path / "documents"), tmp_path / "index"
    rounds = [documents.write(0)]
    build_index([documents.folder], root, notes=False, embedder=ChecksumEmbedder()).close()
    code = (
        "import sys; from pathlib import Path; from knowledge import open_index\n"
        "from tests.knowledge.test_killed import ChecksumEmbedder\n"
        "print('ready', flush=True)\n"
        "count = 0\n"
        "while not Path(sys.argv[2]).exists() or not count:\n"
        "    with open_index(sys.argv[1], embedder=ChecksumEmbedder(), rebuild=False) as index:\n"
        "        texts = [p.text for p in index.passages.values()]\n"
        "        assert len({t.partition('第')[2].partition('轮')[0] for t in texts}) == 1, texts\n"
        f"        assert len(texts) == {FILES * PARAGRAPHS}\n"
        "        assert texts[7] in [hit.passage.text for hit in index.search(texts[7], k=5)]\n"
        "    count += 1\n"
        "print(count)\n"
    )
    done = tmp_path / "done"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", code, root, done], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, 9):
        rounds.append(documents.write(number))
        build_index([documents.folder], root, notes=False, embedder=ChecksumEmbedder()).close()
    done.touch()
    counts = [int(reader.communicate(timeout=60)[0]) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0]
    assert all(count > 1 for count in counts)
    with open_index(root, embedder=ChecksumEmbedder(), rebuild=False) as index:
        assert [passage.text for passage in index.passages.values()] == rounds[-1]


def test_a_killed_builder_holds_up_nobody(tmp_path: Path) -> None:
    documents, root = _Documents(tmp_path / "documents"), tmp_path / "index"
    texts = documents.write(0)
    code = "import os, signal, sys; from knowledge.store import IndexStore\n"
    code += "with IndexStore(sys.argv[1]).locked(): os.kill(os.getpid(), signal.SIGKILL)"
    killed = subprocess.run([sys.executable, "-c", code, root], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    told: list[str] = []
    with build_index([documents.folder], root, notes=False, embedder=ChecksumEmbedder(), notify=told.append) as index:
        assert [passage.text for passage in index.passages.values()] == texts
    assert told == []
    assert IndexStore(root).current().exists()
