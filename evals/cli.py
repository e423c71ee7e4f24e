"""The command line of the evaluation: quliu eval [baseline | report | add | raise | runs]."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.settings import Settings, load_settings
from evals.errors import EvaluationError, JudgeError
from evals.question import Question, Selection, Split, Type, load_questions

if TYPE_CHECKING:
    from evals.results import Run
    from evals.system import System

app = typer.Typer(
    name="eval",
    help="Ask the question set, judge the answers, and say what changed.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_FAILURES_SHOWN = 12

Part = Annotated[Split, typer.Option("--set", help="Which part of the questions; test only when you mean it.")]
Only = Annotated[list[Type] | None, typer.Option("--only", help="One type of question; may be given several times.")]
Limit = Annotated[int | None, typer.Option(min=1, help="How many questions at most, the types taking turns.")]
Writer = Annotated[str | None, typer.Option(help="template, or a chat model such as ollama:qwen3; else as it is set.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's name or folder, or `last`.")]
GateFile = Annotated[Path | None, typer.Option("--gate", help="Fail below the thresholds of this file.")]


@app.callback()
def evaluate(
    context: typer.Context,
    *,
    writer: Writer = None,
    part: Part = Split.DEV,
    only: Only = None,
    limit: Limit = None,
    compare: Annotated[str | None, typer.Option(metavar="RUN", help="Say what changed since that run.")] = None,
    gate: GateFile = None,
) -> None:
    """Ask the question set, judge the answers, and say what changed."""
    if context.invoked_subcommand:
        return
    from evals.compare import Comparison
    from evals.gate import Gate
    from evals.results import find_run, read_run
    from evals.scores import Scores
    from evals.show import comparison, failures, print_all, scores_table, shortfall_lines, types_table

    settings = _settings(writer)
    # What cannot be read is told before anything is run.
    thresholds = Gate.read(gate) if gate else None
    before = read_run(find_run(settings.runs_dir, compare)) if compare else None
    selection = Selection(split=part, types=tuple(only or ()), limit=limit)
    run, baseline = _run_both(settings, selection)
    scores = Scores.of(run.rows)
    bar = Scores.of(baseline.rows)
    print_all(out, [scores_table(run, scores, bar), "", types_table(scores, bar), ""])
    print_all(out, failures(run.rows, _FAILURES_SHOWN))
    if before:
        print_all(out, ["", *comparison(Comparison.of(before, run))])
    _judge(run, settings)
    report_file = _write_report(run, settings, before)
    out.print(f"\nRun {run.info.id} in {run.folder}\nReport: {report_file}", soft_wrap=True)
    if thresholds:
        short = thresholds.shortfalls(scores)
        print_all(out, shortfall_lines(short))
        if short:
            raise typer.Exit(1)
        out.print(f"All thresholds of {gate} are reached.", soft_wrap=True)


@app.command()
def baseline(writer: Writer = None, part: Part = Split.DEV, only: Only = None, limit: Limit = None) -> None:
    """Ask plain RAG the same questions: the bar to clear."""
    from evals.scores import Scores
    from evals.show import print_all, scores_table, types_table

    settings = _settings(writer)
    selection = Selection(split=part, types=tuple(only or ()), limit=limit)
    run = _run_baseline(settings, selection, selection.of(load_questions()))
    scores = Scores.of(run.rows)
    print_all(out, [scores_table(run, scores, None), "", types_table(scores, None)])
    out.print(f"\nRun {run.info.id} in {run.folder}", soft_wrap=True)


@app.command()
def report(
    name: RunName = "last",
    compare: Annotated[str | None, typer.Option(metavar="RUN", help="The run to compare with.")] = None,
) -> None:
    """Rebuild the report of a run."""
    from evals.results import find_run, read_run

    settings = load_settings()
    run = read_run(find_run(settings.runs_dir, name))
    before = read_run(find_run(settings.runs_dir, compare)) if compare else None
    out.print(str(_write_report(run, settings, before)), soft_wrap=True)


@app.command()
def add(
    answer: Annotated[typer.FileText, typer.Argument(help="What `quliu ask --json` printed; - for standard input.")],
    type_: Annotated[Type | None, typer.Option("--type", help="The type of question, where you know better.")] = None,
) -> None:
    """Turn an answer into a draft question, to complete and to paste into the set."""
    from evals.draft import draft, read_answers

    sys.stdout.write(draft(read_answers(answer.read()), type_))


@app.command("raise")
def raise_gate(
    name: RunName = "last",
    gate: Annotated[Path, typer.Option("--gate", help="The file of thresholds.")] = Path("evals/gates.toml"),
) -> None:
    """Raise the thresholds of a file to what a run reached; none is ever lowered."""
    from evals.gate import Gate
    from evals.results import find_run, read_run
    from evals.scores import Scores

    run = read_run(find_run(load_settings().runs_dir, name))
    gates = Gate.read(gate) if gate.exists() else Gate({})
    gate.write_text(gates.raised(Scores.of(run.rows)).text(), "utf-8")
    out.print(f"{gate} now asks for what {run.info.id} reached", soft_wrap=True)


@app.command()
def runs() -> None:
    """List the runs."""
    from evals.results import list_runs
    from evals.show import runs_table

    out.print(runs_table(list_runs(load_settings().runs_dir)))


def _settings(writer: str | None) -> Settings:
    settings = load_settings()
    if writer is None:
        return settings
    return settings.changed(chat_model=None if writer == "template" else writer)


def _run_both(settings: Settings, selection: Selection) -> tuple[Run, Run]:
    """The run, and that of the baseline on the same questions, which is kept from before where nothing changed."""
    from bot.advisor import Advisor
    from evals.results import PLAIN_RAG, newest
    from evals.run import circumstances
    from evals.system import Quliu

    questions = selection.of(load_questions())
    with _telling("Opening the adviser") as progress:
        quliu = Quliu(Advisor.open(settings, notify=_say, progress=progress))
    with closing(quliu):
        run = _evaluate(quliu, settings, selection, questions)
    same = circumstances(PLAIN_RAG, settings.chat_model or "extract", settings, selection, questions)
    kept = newest(settings.runs_dir, lambda info: info.circumstances == same)
    return run, kept or _run_baseline(settings, selection, questions)


def _run_baseline(settings: Settings, selection: Selection, questions: Sequence[Question]) -> Run:
    from evals.baseline import PlainRag
    from knowledge.embed import SentenceTransformerEmbedder

    with _telling("Building plain RAG"):
        # A model of its own: that of quliu remembers the questions it has just embedded.
        system = PlainRag(SentenceTransformerEmbedder(settings.embedding_model), settings.chat_model)
    with closing(system):
        return _evaluate(system, settings, selection, questions)


def _evaluate(system: System, settings: Settings, selection: Selection, questions: Sequence[Question]) -> Run:
    from evals.run import circumstances, evaluate

    if not questions:
        raise EvaluationError("no question is of that set and type; choose others")
    depends_on = circumstances(system.name, system.writer, settings, selection, questions)
    with _telling(f"Asking {system.name}") as progress:
        return evaluate(system, questions, depends_on, settings, notify=_say, progress=progress)


def _judge(run: Run, settings: Settings) -> None:
    """Have the chat model judge the answers, where one is configured."""
    from evals.judge import judge, write_judgements
    from knowledge.embed import SentenceTransformerEmbedder

    if settings.chat_model is None:
        return
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    try:
        with _telling(f"Judging with {settings.chat_model}") as progress:
            write_judgements(run.folder, judge(run.rows, settings.chat_model, embedder, progress))
    except JudgeError as error:
        # The run itself stands without it.
        _say(f"Not judged by a chat model: {error}")


def _write_report(run: Run, settings: Settings, before: Run | None) -> Path:
    """Write the report of a run, beside the newest runs that it can be compared with."""
    from evals.judge import read_judgements
    from evals.report import write_report
    from evals.results import PLAIN_RAG, newest

    mine = run.info.circumstances
    bar = newest(
        settings.runs_dir,
        lambda info: info.circumstances.system == PLAIN_RAG and info.circumstances.questions == mine.questions,
    )
    previous = before or newest(
        settings.runs_dir,
        lambda info: (
            info.started < run.info.started
            and info.circumstances.system == mine.system
            and info.circumstances.selection == mine.selection
        ),
    )
    bench = settings.data_dir / "bench.json"
    return write_report(
        run,
        baseline=bar,
        previous=previous,
        judgements=read_judgements(run.folder),
        bench=bench if bench.exists() else None,
    )


@contextmanager
def _telling(phase: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, which stays silent where that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(phase, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _say(message: str) -> None:
    err.print(message, soft_wrap=True)
