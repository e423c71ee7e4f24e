"""A run: each row kept as it comes, what was interrupted continued, what failed asked again, a folder for one only."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from filelock import FileLock

from bot.advisor import Advisor
from bot.settings import Settings
from bot.turn import Answer, Profile
from evals.errors import RunError
from evals.question import Question, Selection, Split, load_questions, questions_hash
from evals.results import (
    INFO,
    PLAIN_RAG,
    QULIU,
    RESULTS,
    SUMMARY,
    Check,
    Row,
    Run,
    append_row,
    find_run,
    list_runs,
    newest,
    read_rows,
    read_run,
)
from evals.run import circumstances, evaluate
from evals.scores import Scores
from evals.system import Quliu
from knowledge.corpus import corpus_hash
from tests.evals.conftest import Table, answer, question, row, run_info, stored, under

ROOT = Path(__file__).parents[2]
ASKED = tuple(question(id_, gold=[["rent"]]) for id_ in ("a", "b", "c", "d"))
A, B, C, D = (one.asked for one in ASKED)


def go(system: Table, settings: Settings, questions: tuple[Question, ...] = ASKED, **more: str) -> Run:
    return evaluate(system, questions, under(settings, questions, **more), settings)


def folders(settings: Settings) -> list[Path]:
    return sorted(settings.runs_dir.iterdir())


def ids(rows: tuple[Row, ...]) -> str:
    return "".join(row.question.id for row in rows)


def interrupted(settings: Settings, at: str = C) -> Path:
    """A run that was stopped by hand at a question."""
    with pytest.raises(KeyboardInterrupt):
        go(Table({at: KeyboardInterrupt()}), settings)
    (folder,) = folders(settings)
    return folder


# --- a whole run ---


def test_a_run_leaves_its_rows_its_circumstances_and_its_scores(settings: Settings) -> None:
    system = Table(found=["clinic", "rent"])
    done = go(system, settings)
    assert system.asked == [(one.asked,) for one in ASKED]
    assert done.folder == folders(settings)[0]
    assert sorted(path.name for path in done.folder.iterdir() if path.name != ".lock") == [RESULTS, INFO, SUMMARY]
    assert read_run(done.folder) == done
    assert ids(done.rows) == "abcd"
    first = done.rows[0]
    assert first.answers == (answer(question=A),)
    assert first.found == ("clinic", "rent")
    assert first.error is None
    assert first.seconds >= 0
    assert first.scores == pytest.approx(
        {
            "answered": 1.0, "citation_recall": 1.0, "claims_cited": 1.0, "numbers_supported": 1.0, "language": 1.0,
            "nothing_withheld": 1.0, "citation_precision": 1.0, "recall@5": 1.0, "recall@10": 1.0, "mrr": 0.5,
            "ndcg@10": 0.6309297535714575,
        }
    )  # fmt: skip
    assert Scores.model_validate_json((done.folder / SUMMARY).read_bytes()) == Scores.of(done.rows)


def test_what_is_written_of_the_circumstances(settings: Settings) -> None:
    info = go(Table(), settings).info
    assert info.circumstances == under(settings, ASKED)
    assert info.id.endswith("-quliu-table-dev")
    assert info.count == 4
    assert info.finished is not None
    assert info.finished >= info.started
    assert info.settings["embedding_model"] == "hash"
    assert info.versions["pydantic"]


def test_what_a_result_depends_on(settings: Settings) -> None:
    selection = Selection(split=Split.DEV, limit=4)
    ours, plain = (circumstances(system, "table", settings, selection, ASKED) for system in (QULIU, PLAIN_RAG))
    assert ours.model_dump(exclude={"code", "prompts"}) == {
        "system": "quliu",
        "writer": "table",
        "embedding_model": "hash",
        "selection": {"split": Split.DEV, "types": (), "limit": 4},
        "questions": questions_hash(ASKED),
        "corpus": corpus_hash(),
    }
    # Plain RAG knows no adviser, whose changes leave its results as they are.
    assert plain.code != ours.code
    assert {len(ours.code), len(plain.code), len(ours.prompts)} == {64}


def test_a_writer_with_a_colon_gives_a_folder_a_plain_name(settings: Settings) -> None:
    assert go(Table(), settings, writer="ollama:qwen3/x y").info.id.endswith("-quliu-ollama-qwen3-x-y-dev")


def test_only_single_messages_with_gold_are_searched_for(settings: Settings) -> None:
    asked = (question("plain"), question("talk", turns=["One.", "Two."], gold=[["rent"]]), ASKED[0])
    system = Table()
    done = go(system, settings, asked)
    assert system.searched == [(A, 10)]
    assert [row.found for row in done.rows] == [(), (), ("clinic", "rent")]
    assert [len(row.answers) for row in done.rows] == [1, 2, 1]
    assert "mrr" not in done.rows[1].scores


def test_a_conversation_is_judged_by_its_last_answer(settings: Settings) -> None:
    talk = question("talk", turns=["One.", "Two."], profile={"age": 30})
    system = Table({"Two.": answer({"No.": []}, profile=Profile(age=30))})
    (talked,) = go(system, settings, (talk,)).rows
    assert system.asked == [("One.", "Two.")]
    assert talked.answer == talked.answers[1]
    assert talked.scores["claims_cited"] == 0.0
    assert talked.scores["profile"] == 1.0


def test_progress_is_told_of_each_question(settings: Settings) -> None:
    told: list[tuple[int, int]] = []
    evaluate(Table(), ASKED, under(settings, ASKED), settings, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_finished_run_is_not_continued(settings: Settings) -> None:
    first, system = go(Table(), settings), Table()
    second = go(system, settings)
    assert len(system.asked) == 4
    assert second.folder != first.folder
    assert len(folders(settings)) == 2


# --- interrupted ---


def test_rows_are_there_as_soon_as_they_come(settings: Settings) -> None:
    seen: list[str] = []

    class Watching(Table):
        def ask(self, turns: object) -> tuple[Answer, ...]:
            seen.append(ids(read_rows(folders(settings)[0])))
            return (answer(),)

    go(Watching(), settings)
    assert seen == ["", "a", "ab", "abc"]


def test_what_was_interrupted_is_continued(settings: Settings) -> None:
    folder = interrupted(settings)
    assert ids(read_rows(folder)) == "ab"
    assert read_run(folder).info.finished is None
    system, said = Table(), []
    told: list[tuple[int, int]] = []
    done = evaluate(
        system, ASKED, under(settings, ASKED), settings, notify=said.append, progress=lambda *at: told.append(at)
    )
    assert system.asked == [(C,), (D,)]
    assert said == [f"Continuing {folder.name}, of which 2 of 4 questions are done."]
    assert told[-1] == (4, 4)
    assert folders(settings) == [folder]
    assert ids(done.rows) == "abcd"
    assert read_run(folder) == done
    assert done.info.finished is not None


def test_rows_stand_in_the_order_of_the_set_whatever_was_done_when(settings: Settings) -> None:
    folder = interrupted(settings)
    rows = read_rows(folder)
    (folder / RESULTS).write_text("".join(f"{row.model_dump_json()}\n" for row in reversed(rows)))
    assert ids(go(Table(), settings).rows) == "abcd"


@pytest.mark.parametrize("keep", [1, 100, -1])
def test_a_last_line_that_was_cut_off_is_asked_again(settings: Settings, keep: int) -> None:
    folder = interrupted(settings)
    lines = (folder / RESULTS).read_bytes().splitlines(keepends=True)
    (folder / RESULTS).write_bytes(lines[0] + lines[1][:keep])
    assert ids(read_rows(folder)) == "a"
    system = Table()
    assert ids(go(system, settings).rows) == "abcd"
    assert system.asked == [(B,), (C,), (D,)]
    assert len((folder / RESULTS).read_bytes().splitlines()) == 4


def test_a_run_that_was_stopped_before_its_first_row(settings: Settings) -> None:
    folder = interrupted(settings, at=A)
    assert not (folder / RESULTS).read_bytes()
    assert ids(go(Table(), settings).rows) == "abcd"
    assert folders(settings) == [folder]


def test_a_damaged_line_is_told_with_what_to_do(settings: Settings) -> None:
    folder = interrupted(settings)
    (folder / RESULTS).write_text("{}\n")
    with pytest.raises(RunError) as caught:
        go(Table(), settings)
    assert str(caught.value) == f"{folder} cannot be continued, since results.jsonl is damaged; delete the folder"
    with pytest.raises(RunError) as caught:
        read_run(folder)
    assert str(caught.value) == (
        f"{folder} cannot be read as a run (1 validation error for Row); run the evaluation anew"
    )


@pytest.mark.parametrize(
    "other", ["writer", "questions", "settings", "selection", "system", "corpus", "prompts", "code"]
)
def test_under_other_circumstances_a_new_run_begins(settings: Settings, other: str) -> None:
    folder = interrupted(settings)
    depends_on, asked = under(settings, ASKED), ASKED
    if other == "writer":
        depends_on = under(settings, ASKED, "another")
    elif other == "questions":
        asked = (*ASKED[:3], question("d", turns=["Otherwise?"]))
        depends_on = under(settings, asked)
    elif other == "settings":
        depends_on = under(settings.changed(embedding_model="another"), ASKED)
    elif other == "selection":
        depends_on = depends_on.model_copy(update={"selection": Selection(split=Split.DEV, limit=4)})
    else:
        depends_on = depends_on.model_copy(update={other: "another"})
    system = Table()
    done = evaluate(system, asked, depends_on, settings)
    assert len(system.asked) == 4
    assert done.folder != folder
    assert ids(read_rows(folder)) == "ab"


def test_a_killed_process_is_continued(settings: Settings) -> None:
    killed = """
import os, sys
from pathlib import Path
from bot.settings import Settings
from tests.evals.conftest import Table
from tests.evals.test_run import ASKED, C, go
class Killed(Table):
    def ask(self, turns):
        if turns == (C,):
            os._exit(9)
        return super().ask(turns)
go(Killed(), Settings(data_dir=Path(sys.argv[1]), embedding_model="hash", language=None, chat_model=None))
"""
    assert (
        subprocess.run([sys.executable, "-c", killed, settings.data_dir], check=False, timeout=60, cwd=ROOT).returncode
        == 9
    )
    system = Table()
    assert ids(go(system, settings).rows) == "abcd"
    assert system.asked == [(C,), (D,)]
    assert len(folders(settings)) == 1


# --- failing ---


def test_a_crash_is_a_row_and_the_rest_is_asked(settings: Settings) -> None:
    system = Table({B: ValueError("no such thing")})
    done = go(system, settings)
    assert system.asked == [(A,), (B,), (C,), (D,)]
    failed = done.rows[1]
    assert failed.answer is None
    assert failed.error is not None
    assert failed.error.startswith("ValueError: no such thing (conftest.py:")
    assert failed.checks == (Check(name="answered", score=0.0, reason=failed.error),)
    assert [row.error is None for row in done.rows] == [True, False, True, True]
    assert Scores.of(read_run(done.folder).rows).errors == 1


def test_a_search_that_crashes_is_a_row_too(settings: Settings) -> None:
    class Lost(Table):
        def search(self, text: str, k: int) -> tuple[str, ...]:
            raise OSError("the index is gone")

    done = go(Lost(), settings)
    assert [row.error is None for row in done.rows] == [False] * 4
    assert (done.rows[0].error or "").startswith("OSError: the index is gone (test_run.py:")


def test_what_failed_is_asked_again_when_the_run_is_continued(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Table({A: RuntimeError("busy"), C: KeyboardInterrupt()}), settings)
    assert [row.error is None for row in read_rows(folders(settings)[0])] == [False, True]
    system = Table()
    done = go(system, settings)
    assert system.asked == [(A,), (C,), (D,)]
    assert [row.error for row in done.rows] == [None] * 4
    assert ids(done.rows) == "abcd"


def test_a_folder_that_cannot_be_made(settings: Settings) -> None:
    settings.runs_dir.write_text("a file")
    with pytest.raises(RunError, match=r"^the run cannot be written \(.*\); see that .*runs has room$"):
        go(Table(), settings)


# --- two at once ---


def test_two_at_once_do_not_share_a_folder(settings: Settings) -> None:
    inside, finish = Event(), Event()

    class Waiting(Table):
        def ask(self, turns: object) -> tuple[Answer, ...]:
            inside.set()
            assert finish.wait(30)
            return (answer(),)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(go, Waiting(), settings)
        try:
            assert inside.wait(30)
            quick = go(Table(), settings)
        finally:
            finish.set()
        assert slow.result(30).folder != quick.folder
    assert len(folders(settings)) == 2
    assert [ids(read_rows(folder)) for folder in folders(settings)] == ["abcd", "abcd"]


def test_an_interrupted_run_that_somebody_else_continues_is_left_to_them(settings: Settings) -> None:
    folder = interrupted(settings)
    with FileLock(folder / ".lock"):
        system = Table()
        done = go(system, settings)
    assert len(system.asked) == 4
    assert done.folder != folder
    assert ids(read_rows(folder)) == "ab"
    # Nobody is at it any more.
    again = Table()
    assert go(again, settings).folder == folder
    assert again.asked == [(C,), (D,)]


# --- reading runs ---


def test_runs_are_listed_oldest_first_and_what_is_none_is_passed_over(settings: Settings) -> None:
    runs = settings.runs_dir
    assert list_runs(runs) == []
    stored(runs, run_info("z-first"))
    stored(runs, run_info("a-second", minutes=1))
    (runs / "empty").mkdir()
    (runs / "broken").mkdir()
    (runs / "broken" / INFO).write_text("{}")
    assert [info.id for info in list_runs(runs)] == ["z-first", "a-second"]


def test_a_run_by_its_name_its_folder_or_the_last(settings: Settings) -> None:
    runs = settings.runs_dir
    one = stored(runs, run_info("one"), row("a")).folder
    two = stored(runs, run_info("two", minutes=1)).folder
    stored(runs, run_info("three", minutes=2, finished=False))
    assert find_run(runs, "one") == find_run(runs, str(one)) == one
    assert find_run(runs, "last") == two
    assert find_run(runs, "three") == runs / "three"
    with pytest.raises(RunError) as caught:
        find_run(runs, "four")
    assert str(caught.value) == f"there is no run 'four'; name one of {runs}, or a folder"


def test_where_there_is_no_run(settings: Settings) -> None:
    runs = settings.runs_dir
    stored(runs, run_info("half", finished=False))
    with pytest.raises(RunError) as caught:
        find_run(runs, "last")
    assert str(caught.value) == f"{runs} holds no finished run yet; run `quliu eval` first"
    with pytest.raises(RunError) as caught:
        read_run(runs / "none")
    assert str(caught.value) == f"{runs}/none holds no run; name a folder that `quliu eval` made"


def test_the_newest_that_is_wanted(settings: Settings) -> None:
    runs = settings.runs_dir
    old = stored(runs, run_info("old", writer="w"), row("a"))
    stored(runs, run_info("other", minutes=1))
    stored(runs, run_info("half", minutes=2, finished=False, writer="w"))
    assert newest(runs, lambda info: info.circumstances.writer == "w") == old
    assert newest(runs, lambda info: info.circumstances.writer == "none") is None


def test_a_row_keeps_line_breaks_of_every_kind(tmp_path: Path) -> None:
    odd = row("a", said=answer({"one\ntwo\r\u2028three\x85": []}))
    append_row(tmp_path, odd)
    append_row(tmp_path, row("b"))
    assert read_rows(tmp_path) == (odd, row("b"))
    assert json.loads((tmp_path / RESULTS).read_bytes().split(b"\n")[0])["question"]["id"] == "a"


# --- the adviser itself ---


def test_the_adviser_answers_some_of_every_type(notes_advisor: Advisor, notes_settings: Settings) -> None:
    selection = Selection(split=Split.DEV, limit=10)
    asked = selection.of(load_questions())
    system = Quliu(notes_advisor)
    depends_on = circumstances(system.name, system.writer, notes_settings, selection, asked)
    done = evaluate(system, asked, depends_on, notes_settings)
    assert done.folder.parent == notes_settings.data_dir / "runs"
    assert len({row.question.type for row in done.rows}) == 10
    assert [row.error for row in done.rows] == [None] * 10
    # What holds of every answer, whatever it says.
    for name in ("answered", "claims_cited", "numbers_supported", "language"):
        assert {row.scores.get(name, 1.0) for row in done.rows} == {1.0}, name
    scores = Scores.of(done.rows)
    assert scores.overall["passed"].count == 10
    assert scores.overall["recall@10"].mean > 0.5
    assert scores.latency is not None
    assert {row.answer.writer for row in done.rows if row.answer} == {"template"}
    assert read_run(done.folder) == done
