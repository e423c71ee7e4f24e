from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import chromadb
import numpy as np
import pytest

from knowledge.background import QUESTIONS, STATEMENTS
from knowledge.fusion import BACKGROUND_WEIGHT, Fusion, Moments
from knowledge.index import Index, read_index, write_index
from knowledge.passage import LANGUAGES
from knowledge.store import UnusableIndexError
from knowledge.windows import WINDOW, windows
from tests.conftest import DOCUMENT, PASSAGES, HashEmbedder, passage


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("房租一般占工资多少？", "rent"),
        ("What share of pay goes to the landlord?", "rent"),
        ("渡轮几点开？", "ferry"),
        ("Which day is the museum shut?", "museum"),
        ("縣城看重病方便嗎？", "clinic"),
        # In the other language only.
        ("When does the ferry leave for the island?", "ferry"),
        ("博物馆哪一天不开门？", "museum"),
        ("那座石桥是什么时候重建的？", "bridge"),
    ],
)
def test_the_answer_comes_first_whatever_its_language(index: Index, text: str, id_: str) -> None:
    assert index.search(text, k=3)[0].passage.id == id_


def test_hits_are_whole_passages_once_each_best_first(index: Index) -> None:
    hits = index.search("房租", k=100)
    assert sorted(hit.passage.id for hit in hits) == sorted(p.id for p in PASSAGES)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert {hit.passage for hit in hits} == set(PASSAGES)
    assert [hit.passage.id for hit in index.search("房租", k=2)] == [hit.passage.id for hit in hits[:2]]


@pytest.mark.parametrize(("text", "k"), [("", 10), (" \n", 10), ("房租", 0)])
def test_nothing_asked_nothing_found(index: Index, text: str, k: int) -> None:
    assert index.search(text, k=k) == []


@pytest.mark.parametrize("text", ["\0", "?!", "\ud800", "😀", "%" * 500, "' OR 1=1 --"])
def test_odd_texts_are_searched(index: Index, text: str) -> None:
    assert len(index.search(text, k=3)) == 3


def test_the_callers_language_decides_whose_keywords_count(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    write_index(tmp_path, embedder, [DOCUMENT], PASSAGES)
    with read_index(tmp_path, tmp_path, embedder) as opened:
        chinese, english = (
            {hit.passage.id: hit.score for hit in opened.search("museum 茶叶", language=language)}
            for language in LANGUAGES
        )
        assert {hit.passage.id: hit.score for hit in opened.search("museum 茶叶")} == chinese
    assert chinese["tea"] - chinese["return"] > english["tea"] - english["return"] + 0.2
    assert english["museum"] - english["bridge"] > chinese["museum"] - chinese["bridge"] + 0.2


def test_traditional_and_simplified_questions_find_the_same(index: Index) -> None:
    assert index.search("搬走的人會回來嗎？", k=5) == index.search("搬走的人会回来吗？", k=5)


def test_threads_find_what_one_finds(index: Index) -> None:
    texts = [p.text for p in PASSAGES] * 4
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(index.search, texts))
    assert together == [index.search(text) for text in texts]


def test_every_side_window_and_ask_has_a_vector(tmp_path: Path) -> None:
    long = "。".join(f"第{n}条路通往第{n}座城" for n in range(30)) + "。"
    passages = [passage("a:1", "甲", text_en="A", asks=("甲吗？", "Is it A?")), passage("b", long)]
    assert write_index(tmp_path, HashEmbedder(), [DOCUMENT], passages) == 5 + len(windows(long))
    client = chromadb.PersistentClient(tmp_path / "chroma", chromadb.config.Settings(anonymized_telemetry=False))
    zh = client.get_collection("passages-zh", embedding_function=None).get(include=["metadatas"])
    en = client.get_collection("passages-en", embedding_function=None).get(include=["metadatas"])
    client.close()
    assert zh["ids"] == ["text-0:a:1", "ask-0:a:1", "text-0:b", *(f"window-{n}:b" for n in range(len(windows(long))))]
    assert en["ids"] == ["text-0:a:1", "ask-1:a:1"]
    assert en["metadatas"] == [
        {"passage_id": "a:1", "language": "en", "kind": "text"},
        {"passage_id": "a:1", "language": "en", "kind": "ask"},
    ]


def test_an_index_of_one_language_and_one_passage_works(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    write_index(tmp_path, embedder, [DOCUMENT], [passage("only", "一句话")])
    with read_index(tmp_path, tmp_path, embedder) as opened:
        assert [hit.passage.id for hit in opened.search("一句话")] == ["only"]
        assert [hit.passage.id for hit in opened.search("a sentence")] == ["only"]
        assert all(math.isfinite(hit.score) for hit in opened.search("a sentence"))


def test_more_passages_than_candidates_are_searched(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    write_index(tmp_path, embedder, [DOCUMENT], [passage(f"p{n}", f"第{n}号门牌在河的北岸") for n in range(600)])
    with read_index(tmp_path, tmp_path, embedder) as opened:
        assert opened.search("第477号门牌", k=1)[0].passage.id == "p477"
        assert len(opened.search("门牌", k=300)) == 300


def test_a_graph_finds_what_a_scan_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = HashEmbedder()
    passages = [passage(f"p{n}", f"第{n}号门牌在河的北岸", text_en=f"Number {n} is by the river") for n in range(150)]
    passages[47] = passage("p47", passages[47].text)
    write_index(tmp_path, embedder, [DOCUMENT], passages)
    texts = ["第47号门牌", "Which is number 93?", "河的北岸有什么"]
    with read_index(tmp_path, tmp_path, embedder) as scanned:
        exact = [[(h.passage.id, pytest.approx(h.score, abs=1e-4)) for h in scanned.search(t, k=3)] for t in texts[:2]]
        assert len(scanned.search(texts[2], k=100)) == 100
    monkeypatch.setattr("knowledge.index.SCANNED", 0)
    with read_index(tmp_path, tmp_path, embedder) as graph:
        assert [[(h.passage.id, h.score) for h in graph.search(t, k=3)] for t in texts[:2]] == exact
        assert len(graph.search(texts[2], k=100)) == 100
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(graph.search, texts * 8))
        assert together == [graph.search(text) for text in texts] * 8


def test_progress_counts_up_to_the_total(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_index(tmp_path, HashEmbedder(), [DOCUMENT], PASSAGES, lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})
    assert {total for _, total in calls} == {calls[-1][0]}


def test_what_is_not_an_index_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(UnusableIndexError, match=r"^it cannot be read \(.*\)$"):
        read_index(tmp_path, tmp_path, HashEmbedder())


def test_retriever_gives_langchain_documents(index: Index) -> None:
    retriever = index.as_retriever(k=2)
    documents = retriever.invoke("房租要花多少？")
    hits = index.search("房租要花多少？", k=2)
    assert [d.id for d in documents] == [hit.passage.id for hit in hits]
    assert documents[0].page_content == hits[0].passage.text
    assert documents[0].metadata == hits[0].passage.model_dump(mode="json") | {"score": hits[0].score}


def test_moments_are_those_of_the_similarities() -> None:
    generator = np.random.default_rng(0)
    passages, background = (generator.normal(size=(n, 8)).astype(np.float32) for n in (50, 4))
    query = generator.normal(size=8).astype(np.float32)
    everything = np.vstack([passages, np.repeat(background, BACKGROUND_WEIGHT // 4, axis=0)]) @ query
    expected = (passages @ query - everything.mean()) / everything.std()
    standing = Moments.of(passages, background).standardise((passages @ query).astype(np.float64), query)
    np.testing.assert_allclose(standing, expected, atol=1e-4)


def test_keywords_are_averaged_in_and_silent_where_none_matches() -> None:
    similarities, keywords = np.array([1.0, 3.0]), np.array([2.0, 0.0, 0.0, 2.0])
    plain = Fusion(keyword_weight=0.25, keyword_knee=math.inf)
    fused = plain.with_keywords(similarities, keywords[:2], keywords)
    np.testing.assert_allclose(fused, (similarities + 0.25 * np.array([1, -1])) / 1.25)
    np.testing.assert_array_equal(plain.with_keywords(similarities, np.zeros(2), np.zeros(4)), similarities)
    none = Fusion(keyword_weight=0)
    np.testing.assert_array_equal(none.with_keywords(similarities, keywords[:2], keywords), similarities)


def test_a_rare_word_in_common_does_not_count_for_all_its_deviations() -> None:
    keywords = np.zeros(101)
    keywords[0] = 5.0  # ten deviations above the mean
    fused = Fusion(keyword_weight=1, keyword_knee=5).with_keywords(np.zeros(2), keywords[:2], keywords)
    np.testing.assert_allclose(fused, [5 * math.log1p(10 / 5) / 2, -0.1 / 2])


def test_each_part_of_a_score_can_be_left_out(index: Index) -> None:
    text = "What share of pay goes to the landlord?"
    scores = {hit.passage.id: hit.score for hit in index.search(text, k=100)}
    for fusion in (
        Fusion(question_offset=0),
        Fusion(standardised=False),
        Fusion(keyword_weight=0),
        Fusion(keyword_knee=0.1),
    ):
        found = {hit.passage.id: hit.score for hit in index.search(text, k=100, fusion=fusion)}
        assert found.keys() == scores.keys()
        assert found != scores, fusion
    raw = Fusion(whole_share=1, question_offset=0, standardised=False, keyword_weight=0)
    assert all(-1 <= hit.score <= 1 for hit in index.search(text, k=100, fusion=raw))


# To a model of characters, a name and a time are what the two languages have in common; the question has neither.
FERRY = "渡轮 QZ-7 在 19:31 开往海岛。" * 12
FERRY_ASKED = "渡轮几点开往海岛？"
FERRIES = (
    passage("ferry", FERRY),
    passage("tea", "山里的茶叶春天采摘，当天就要炒干。"),
    passage("same", "The boat QZ-7 leaves for the isle at 19:31.", language="en"),
    passage("museum", "The museum of looms is shut on Mondays.", language="en"),
    passage("bridge", "The bridge was rebuilt after the flood.", language="en"),
)


@pytest.fixture
def ferries(tmp_path: Path) -> Iterator[Index]:
    embedder = HashEmbedder()
    write_index(tmp_path, embedder, [DOCUMENT], FERRIES)
    with read_index(tmp_path, tmp_path, embedder) as opened:
        yield opened


def test_what_says_the_same_in_the_other_language_follows_the_best(ferries: Index) -> None:
    def found(feedback: float) -> list[str]:
        return [hit.passage.id for hit in ferries.search(FERRY_ASKED, fusion=Fusion(feedback=feedback))]

    assert found(0) == ["ferry", "tea", "museum", "same", "bridge"]
    assert found(0.25) == ["ferry", "same", "tea", "museum", "bridge"]


@pytest.mark.parametrize("feedback", [0.25, 4])
def test_feedback_raises_scores_only_and_none_above_the_best(ferries: Index, feedback: float) -> None:
    embedder = HashEmbedder()
    english = [p for p in FERRIES if p.language == "en"]
    vectors = embedder.embed_passages([p.text for p in english])
    moments = Moments.of(vectors, embedder.embed_passages([statement["en"] for statement in STATEMENTS]))
    average = embedder.embed_queries([question["zh"] for question in QUESTIONS]).mean(axis=0)
    asked, best = embedder.embed_queries([FERRY_ASKED])[0], embedder.embed_passages([FERRY])[0]
    query = asked - 0.7 * average + feedback * best
    fed = moments.standardise((vectors @ query).astype(np.float64), query)

    before = {hit.passage.id: hit.score for hit in ferries.search(FERRY_ASKED, fusion=Fusion(feedback=0))}
    after = {hit.passage.id: hit.score for hit in ferries.search(FERRY_ASKED, fusion=Fusion(feedback=feedback))}
    raised = {
        p.id: min(max(before[p.id], score), before["ferry"]) for p, score in zip(english, fed.tolist(), strict=True)
    }
    assert after == pytest.approx(before | raised, abs=1e-4)
    assert next(iter(after)) == "ferry"
    assert (after["museum"] == before["museum"], after["same"] == before["ferry"]) == (feedback < 1, feedback > 1)


def test_a_best_passage_in_both_languages_is_not_asked_about(index: Index) -> None:
    text = "What share of pay goes to the landlord?"
    assert index.search(text, fusion=Fusion(feedback=4)) == index.search(text, fusion=Fusion(feedback=0))


def test_windows_are_whole_sentences_and_together_the_text() -> None:
    chinese = "".join(f"第{n}句话说的是另外一座城市和那里的人。" for n in range(12))
    english = " ".join(f"Sentence {n} is about 2.5 towns, e.g. another one." for n in range(12))
    for text in (chinese, english, "。" * 500, "x" * 500, "行\n" * 300):
        assert "".join(windows(text)) == text
    assert all(window.endswith("。") and len(window) <= WINDOW / 2 for window in windows(chinese))
    assert all(window.rstrip().endswith(".") and len(window) <= WINDOW for window in windows(english))
    assert len(windows(chinese)) > 2
    assert windows("一句。") == []
    assert windows("") == []
