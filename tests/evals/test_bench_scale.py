"""The part of the benchmark that grows: its texts, its vectors, what it compares with, and its arithmetic."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from threading import Lock

import numpy as np
import pytest
from rich.console import Console

from evals.bench.concurrency import Load, measure_loads
from evals.bench.embedders import CountingEmbedder, ReadyVectors, TimedEmbedder
from evals.bench.footprint import Footprint
from evals.bench.indexing import Indexing, measure_indexing
from evals.bench.latency import Percentiles
from evals.bench.memory import Memory
from evals.bench.questions import questions, variants, warm_up
from evals.bench.rag import Floor, PlainRag, Search
from evals.bench.report import scale_checks, scale_table
from evals.bench.run import FULL, QUICK
from evals.bench.scale import Scale, Size, SizePlan, Spent, System, measure_sizes
from evals.bench.texts import passages, sentences, wordings
from knowledge.corpus import load_notes
from knowledge.passage import LANGUAGES, Language
from knowledge.script import simplified
from knowledge.windows import windows
from tests.conftest import HashEmbedder


def spent(p50: float, p95: float, search: float) -> Spent:
    return Spent(
        retrieval=Percentiles(count=9, p50=p50, p95=p95), search=Percentiles(count=9, p50=search, p95=2 * search)
    )


def size(count: int, p50: float, p95: float, indexing: float) -> Size:
    memory = Footprint(
        empty=Memory(resident=2**30, peak=None, source="x"),
        searched=Memory(resident=2**30 + 2**21, peak=None, source="x"),
    )
    latency: dict[System, Spent] = {
        "floor": spent(8.0, 16.0, 1.0),
        "plain": spent(10.0, 20.0, 2.0),
        "quliu": spent(p50, p95, 3.0),
    }
    return Size(
        passages=count,
        real=100,
        vectors=2 * count,
        embedding=Percentiles(count=27, p50=7.0, p95=15.0),
        latency=latency,
        memory=dict.fromkeys(latency, memory),
        bytes=dict.fromkeys(latency, 3 * 2**20),
        write_s=dict.fromkeys(latency, 1.5),
        to_plain=p50 / 10.0,
        to_floor=p50 / 8.0,
        search_to_plain=1.5,
        indexing_to_embedder=indexing,
    )


INDEXING = Indexing(
    passages=100,
    batch=16,
    vectors=200,
    plain_vectors=100,
    quliu_s=(10.0,),
    embedder_s=(9.0,),
    plain_s=(5.0,),
    plain_embedder_s=(4.0,),
    vectors_per_s=20.0,
    embedder_vectors_per_s=22.2,
    to_embedder=0.9,
    plain_to_embedder=0.8,
)
LOAD = Load(
    system="quliu",
    users=8,
    passages=1000,
    requests=64,
    latency=Percentiles(count=64, p50=100.0, p95=200.0),
    per_s=80.0,
    to_plain=0.95,
    to_floor=0.9,
)
SCALE = Scale(
    questions=9,
    indexing=INDEXING,
    sizes=(size(1_000, 9.0, 18.0, 0.99), size(100_000, 12.0, 45.0, 0.84)),
    loads=(LOAD,),
)


def test_passages_are_permuted_sentences_no_two_alike() -> None:
    made = passages(3_000)
    assert len({p.text for p in made}) == len({p.id for p in made}) == 3_000
    assert [p.language for p in made[:4]] == ["zh", "en", "zh", "en"]
    assert not any(p.asks for p in made)
    for passage in made[:50]:
        rest = passage.text
        for sentence in sorted(sentences(passage.language), key=len, reverse=True):
            rest = rest.replace(sentence, "")
        assert rest.strip() == ""


def test_fewer_passages_are_the_first_of_more() -> None:
    assert passages(20) == passages(50)[:20]
    assert passages(20, seed=1) != passages(20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_those_of_the_notes(language: Language) -> None:
    _, notes = load_notes()
    assert len(sentences(language)) >= 100
    assert all(any(s in note.in_language(language) for note in notes) for s in sentences(language))


def test_no_turn_words_a_question_as_another_does() -> None:
    texts = [text for turn in range(230) for text in wordings(turn, 7)]
    asked = [text for q in (*questions(), *warm_up()) for text in (q, *variants(q))]
    assert len(set(texts)) == 230 * 7
    assert not set(texts) & set(asked)
    assert wordings(0, 1) == ("合肥五年后留住多少人:",)
    assert wordings(8, 1) == ("合肥五年后留住多少人::",)


def test_the_first_vectors_are_embedded_and_the_others_are_near_one_of_them() -> None:
    made, embedder = passages(60), HashEmbedder()
    told: list[str] = []
    ready = ReadyVectors(made, embedder, 20, tell=told.append)
    assert embedder.embedded == ready.real == 20
    assert told == ["Embedded 16 of 20 passages", "Embedded 20 of 20 passages"]
    real = embedder.embed_passages([simplified(p.text) for p in made[:20]])
    np.testing.assert_array_equal(ready.whole[:20], real)
    np.testing.assert_allclose(np.linalg.norm(ready.whole, axis=1), 1.0, atol=1e-5)
    nearest = (ready.whole[20:] @ real.T).max(axis=1)
    assert ((nearest > 0.95) & (nearest < 0.9999)).all()
    np.testing.assert_array_equal(ready(simplified(made[33].text)), ready.whole[33])
    part = next(w for p in made for w in windows(p.text))
    assert ready(simplified(part)) is not None
    assert ready("something else") is None


def test_vectors_are_kept_only_where_a_folder_is_given(tmp_path: Path) -> None:
    first, again = HashEmbedder(), HashEmbedder()
    made = passages(30)
    one, two = (ReadyVectors(made, e, 10, tmp_path / "bench", tell=lambda _: None) for e in (first, again))
    assert (first.embedded, again.embedded) == (10, 0)
    np.testing.assert_array_equal(one.whole, two.whole)
    other = HashEmbedder()
    ReadyVectors(made, other, 11, tmp_path / "bench", tell=lambda _: None)
    assert other.embedded == 11


def test_a_timed_embedder_asks_once_for_what_every_index_needs() -> None:
    embedder = HashEmbedder()
    timed = TimedEmbedder(embedder, lambda text: np.ones(64, dtype=np.float32) if text == "served" else None)
    for _ in range(2):
        timed.embed_passages(["a", "b"])
        timed.embed_queries(["c", "d"])
        timed.embed_passages(["served"])
    assert embedder.embedded == 4
    timed.embed_queries(["e"])
    timed.embed_queries(["e"])
    assert embedder.embedded == 6
    assert timed.seconds > 0


def test_a_counting_embedder_counts_texts_and_seconds() -> None:
    counting = CountingEmbedder(HashEmbedder())
    assert (counting.texts, counting.seconds) == (0, 0.0)
    counting.embed_passages(["a", "b"])
    first = counting.seconds
    counting.embed_queries(["c"])
    assert counting.texts == 3
    assert counting.seconds > first > 0


def test_the_floor_finds_the_nearest() -> None:
    embedder = HashEmbedder()
    texts = [p.text for p in passages(50)]
    floor = Floor(embedder.embed_passages([simplified(t) for t in texts]), embedder)
    found = floor(texts[17])
    assert isinstance(found, np.ndarray)
    assert len(found) == 4
    assert 17 in found


def test_plain_rag_gives_the_four_nearest_chunks(tmp_path: Path) -> None:
    plain = PlainRag(tmp_path, HashEmbedder())
    made = passages(50)
    plain.add(made, batch=16)
    found = plain(made[17].text)
    assert isinstance(found, list)
    assert len(found) == 4
    assert found[0].page_content == made[17].text


def test_indexing_counts_the_vectors_of_both() -> None:
    embedder = HashEmbedder()
    made = passages(12)
    found = measure_indexing(embedder, 12, 2, lambda _: None)
    background = 2 * (32 + 24)
    assert found.vectors == 12 + sum(len(windows(p.text)) for p in made) + background
    assert found.plain_vectors == 12
    assert len(found.quliu_s) == len(found.embedder_s) == len(found.plain_s) == len(found.plain_embedder_s) == 2
    assert 0 < found.to_embedder < 1
    assert embedder.embedded == 2 * (found.vectors + found.plain_vectors)


def test_every_user_asks_a_share_and_nobody_the_same() -> None:
    asked: dict[str, list[str]] = {"plain": [], "floor": []}
    lock = Lock()

    def ask(system: str, text: str) -> None:
        with lock:
            asked[system].append(text)

    systems: Mapping[str, Search] = {"plain": lambda text: ask("plain", text), "floor": lambda text: ask("floor", text)}
    loads = measure_loads(systems, 1000, 40, 5)
    assert [(load.system, load.users) for load in loads] == [
        (system, users) for users in (1, 8, 32) for system in ("plain", "floor")
    ]
    assert all(load.latency.count == load.requests == 40 for load in loads)
    assert all(load.to_plain == 1.0 for load in loads if load.system == "plain")
    texts = asked["plain"] + asked["floor"]
    assert len(texts) == len(set(texts)) == 240
    assert {len(asked["plain"]), len(asked["floor"])} == {120}


def test_the_checks_take_the_worst_size() -> None:
    assert [(c.name, c.value, c.target, c.at_least, c.met) for c in scale_checks(SCALE)] == [
        ("indexing_to_embedder", 0.9, 0.85, True, True),
        ("indexing_to_embedder_by_size", 0.84, 0.85, True, False),
        ("retrieval_p95_growth", 2.5, 2.0, False, False),
        ("retrieval_to_plain", 1.2, 1.0, False, False),
    ]


def test_growth_is_not_known_where_a_size_was_left_out() -> None:
    assert SCALE.p95_growth(1_000, 10_000) is None
    assert SCALE.p95_growth(1_000, 100_000) == 2.5


def test_the_scale_is_read_back_from_its_json() -> None:
    assert Scale.model_validate_json(SCALE.model_dump_json()) == SCALE


def test_the_table_of_sizes_needs_no_more_than_80_columns() -> None:
    text = StringIO()
    Console(file=text, width=200).print(scale_table(SCALE))
    lines = text.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    shown = [" ".join(line.split()) for line in lines]
    assert shown[0] == "Indexing 20.0 vectors/s, 90% of the bare embedder (plain RAG 80%)"
    assert "quliu 12.0 ms 45.0 ms 3.00 ms 2 MiB 3.0 MiB 1.5 s" in shown
    assert "100,000 1.20 × 1.50 × 1.50 × 84%" in shown
    assert "8 quliu 1,000 80.0 100.0 ms 200.0 ms 0.95 ×" in shown


def test_a_plan_takes_what_is_asked_for() -> None:
    assert FULL.changed(scale=True, sizes=None, real=None) == FULL
    assert FULL.sizes == (100, 1_000, 10_000, 100_000)
    assert QUICK.changed(scale=False, sizes=(5,), real=None).sizes == ()
    assert QUICK.changed(scale=True, sizes=(5, 9), real=3).sizes == (5, 9)


@pytest.mark.slow
def test_sizes_are_measured_with_processes_of_their_own() -> None:
    loaded: list[tuple[int, list[str]]] = []
    sizes = measure_sizes(
        HashEmbedder(),
        SizePlan(sizes=(20, 40), real=10, questions=3),
        embedder_vectors_per_s=100.0,
        kept=None,
        tell=lambda _: None,
        under_load=lambda count, systems: loaded.append((count, [*systems])),
    )
    assert loaded == [(20, ["floor", "plain", "quliu"]), (40, ["floor", "plain", "quliu"])]
    assert [(s.passages, s.real) for s in sizes] == [(20, 10), (40, 10)]
    assert [s.vectors for s in sizes] == [n + sum(len(windows(p.text)) for p in passages(n)) for n in (20, 40)]
    for found in sizes:
        quliu, plain = found.latency["quliu"].search.p50, found.latency["plain"].search.p50
        assert found.search_to_plain == quliu / plain
        assert found.to_plain == (found.embedding.p50 + quliu) / (found.embedding.p50 + plain)
        assert all(spent.retrieval.count == 3 for spent in found.latency.values())
        assert all(spent.search.p50 <= spent.retrieval.p50 for spent in found.latency.values())
        assert min(found.bytes.values()) > 0
        seconds = found.vectors / 100.0
        assert found.indexing_to_embedder == seconds / (seconds + found.write_s["quliu"])


@pytest.mark.slow
def test_sizes_that_are_none_are_refused() -> None:
    command = [sys.executable, "-m", "evals.bench", "--sizes", "many"]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "many is not a list of sizes" in done.stderr
