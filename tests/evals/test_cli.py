"""quliu eval, as it is called."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.cli import _run
from evals.question import load_questions
from evals.results import PLAIN_RAG, QULIU, list_runs, read_run


@pytest.fixture
def runs(notes_advisor: Advisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs of a data directory that has an index already."""
    for name in list(os.environ):
        if name.startswith("QULIU_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for part in ("index", "vectors"):
        (tmp_path / part).symlink_to(notes_advisor.settings.data_dir / part)
    monkeypatch.setenv("QULIU_DATA_DIR", str(tmp_path))
    return tmp_path / "runs"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, without the folds of a narrow terminal."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_a_run_its_gate_its_comparison_and_its_report(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate = runs.parent / "gates.toml"
    gate.write_text('[all]\n"claims_cited" = 1.0\n')
    assert _run(["eval", "--limit", "20", "--gate", str(gate)]) == 0
    table = said(capsys)
    assert "20 questions" in table
    assert "plain RAG" in table
    assert f"All thresholds of {gate} are reached." in table
    infos = {info.circumstances.system: info for info in list_runs(runs)}
    assert set(infos) == {QULIU, PLAIN_RAG}
    assert [len(read_run(runs / info.id).rows) for info in infos.values()] == [20, 20]
    report = runs / infos[QULIU].id / "report.html"
    assert "plain" in report.read_text("utf-8").lower()

    # Plain RAG has nothing to be asked again; quliu is, and nothing has changed.
    assert _run(["eval", "--limit", "20", "--compare", "last"]) == 0
    again = said(capsys)
    assert f"against {infos[QULIU].id}: 20 questions in both" in again
    assert "Fixed: 0" in again
    assert "Broken: 0" in again
    assert sum(info.circumstances.system == PLAIN_RAG for info in list_runs(runs)) == 1

    report.unlink()
    assert _run(["eval", "report", infos[QULIU].id]) == 0
    assert report.exists()
    assert _run(["eval", "runs"]) == 0
    assert infos[QULIU].id in said(capsys)

    gate.write_text('[all]\n"claims_cited" = 1.0\n[follow_up]\n"passed" = 0.0\n')
    assert _run(["eval", "raise", "last", "--gate", str(gate)]) == 0
    assert "numbers_supported" in gate.read_text()
    said(capsys)
    gate.write_text('[all]\n"latency" = 1.0\n')
    assert _run(["eval", "--limit", "20", "--gate", str(gate)]) == 1
    gate.write_text('[out_of_scope]\n"conflict_coverage" = 0.5\n')
    assert _run(["eval", "--limit", "20", "--gate", str(gate)]) == 1
    assert "out_of_scope: conflict coverage was not measured" in said(capsys)


def test_an_unknown_run_is_named_before_anything_is_asked(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["eval", "--compare", "yesterday"]) == 1
    assert "there is no run 'yesterday'" in capsys.readouterr().err
    assert _run(["eval", "report", "last"]) == 1
    assert "holds no finished run yet" in capsys.readouterr().err
    assert not runs.exists()


@pytest.mark.parametrize("option", [["--set", "train"], ["--only", "riddle"], ["--limit", "0"], ["--writer", "gpt"]])
def test_options_that_mean_nothing_are_misuse(
    runs: Path, option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["eval", *option]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_answer_becomes_a_draft(notes_advisor: Advisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = notes_advisor.ask("离开北上广深的人有多少又回来了？")
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer.model_dump(mode="json"), ensure_ascii=False), "utf-8")
    assert _run(["eval", "add", str(file)]) == 0
    draft = said(capsys)
    assert "- [return-flow]" in draft
    assert "离开北上广深的人有多少又回来了？" in draft


def test_the_set_is_what_the_help_says() -> None:
    assert len(load_questions()) >= 240
