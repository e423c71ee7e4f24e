"""The command line: quliu chat | ask | search | index | threads | doctor, and what other packages add, such as eval."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import entry_points
from io import TextIOWrapper, UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import uuid4

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from bot.errors import QuliuError, SettingsError
from bot.listen import listen
from bot.settings import Settings, load_settings
from knowledge.script import printable

if TYPE_CHECKING:
    from bot.advisor import Advisor
    from bot.conversation import Conversations
    from bot.turn import Answer, ThreadInfo
    from knowledge.passage import Hit, Problem
    from knowledge.status import Changes, IndexStatus

app = typer.Typer(
    help="quliu (去留): cited answers for people who weigh a move between Chinese cities.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
conversations = typer.Typer(help="List, show, export or delete conversations.", rich_markup_mode=None)
app.add_typer(conversations, name="threads", invoke_without_command=True)


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Where to write what comes from files and from people: no markup of Rich's in it means anything."""
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


out, err = console(), console(stderr=True)

_COMMANDS = "quliu.commands"
# Before a mark or a remark in Chinese, and after a warning sign.
_WIDE_SPACE = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef”’]) (?=\[\d)"
    r"|(?<=[\u3000-\u303f\uff00-\uffef\]”’]) (?=\*（)"
    r"|(?<=⚠) (?=\*[\u3400-\u9fff])"
)

Count = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")]
ThreadId = Annotated[str, typer.Argument(metavar="ID", help="Which conversation; `quliu threads` lists them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


def main() -> None:
    """Run the command line: exit code 1 where something failed, 2 where it was misused."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding lacks is shown as a question mark.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(_run(sys.argv[1:] or ["--help"]))


def _run(arguments: list[str]) -> int:
    try:
        _add_commands()
        code = app(arguments, prog_name="quliu", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        context: typer.Context | None = getattr(error, "ctx", None)
        see = f" See `{context.command_path} --help`." if context else ""
        _complain(f"{error.format_message()}{see}")
        return error.exit_code
    except SettingsError as error:
        _complain(str(error))
        return 2
    except QuliuError as error:
        _complain(str(error))
        return 1
    except OSError as error:
        _drop_output()
        if not isinstance(error, BrokenPipeError):
            _complain(f"Reading or writing failed ({error}); see that there is room and that it is allowed.")
        return 1
    except KeyboardInterrupt:
        return 130
    return code or 0


@cache
def _add_commands() -> None:
    """Add the groups of commands that installed packages offer, so that none of them is imported by name."""
    for entry in entry_points(group=_COMMANDS):
        app.add_typer(entry.load(), name=entry.name)


def _drop_output() -> None:
    """Send what is still buffered nowhere, or Python would try to write it once more at its end."""
    with suppress(OSError, UnsupportedOperation), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    turns: Annotated[
        Path | None, typer.Option(help="A JSON list of messages, asked one after another as one conversation.")
    ] = None,
    thread: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on with this conversation, or begin it, and keep it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question, with its evidence."""
    if (text is None) == (turns is None):
        raise typer.BadParameter("give either TEXT or --turns FILE")
    if thread is not None and not thread.strip():
        raise typer.BadParameter("--thread needs an id that is not blank")
    messages = [text] if text is not None else _read_turns(turns)
    with _open_advisor() as advisor:
        thread_id = thread or (uuid4().hex if turns else None)
        try:
            for message in messages:
                answer = advisor.ask(message, thread_id)
                if as_json:
                    sys.stdout.write(answer.model_dump_json() + "\n")
                else:
                    _show(answer)
        finally:
            if thread_id and not thread:
                advisor.forget(thread_id)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")], k: Count = 10, as_json: AsJson = False
) -> None:
    """Find passages, best first."""
    with _open_advisor() as advisor:
        hits = advisor.index.search(text, k=k)
    if as_json:
        sys.stdout.write(json.dumps([hit.model_dump(mode="json") for hit in hits], ensure_ascii=False) + "\n")
    else:
        _show_hits(hits)


@app.command()
def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Your files and folders, in place of those indexed before; without any, the same ones as before."
        ),
    ] = None,
    *,
    only: Annotated[bool, typer.Option("--only", help="Leave the bundled notes out.")] = False,
    notes_only: Annotated[
        bool, typer.Option("--notes-only", help="Leave your own files out: the bundled notes alone.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Embed everything again, as after a change to a model of your own.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Show what is indexed and what has changed since; change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --status: print JSON instead.")] = False,
) -> None:
    """Index your own files beside the bundled notes, or bring the index up to date.

    Only what is new or has changed is embedded. Interrupt it as you like: run again, it goes on where it stood.
    """
    settings = load_settings()
    if only and not paths:
        raise typer.BadParameter("--only needs a file or a folder")
    if notes_only and paths:
        raise typer.BadParameter("--notes-only takes no files; leave out either")
    if as_json and not status:
        raise typer.BadParameter("--json needs --status")
    if status and (paths or notes_only or anew):
        raise typer.BadParameter("--status changes nothing; give it alone, or with --json")
    if status:
        _show_index(settings, as_json)
        return
    try:
        problems = _build(settings, paths, only=only, notes_only=notes_only, anew=anew)
    except KeyboardInterrupt:
        _complain("Interrupted; what is embedded is kept, run the same command again to go on.")
        raise typer.Exit(130) from None
    if problems:
        raise typer.Exit(1)


@app.command()
def chat(
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = None,
) -> None:
    """Serve the web chat."""
    settings = load_settings()
    host, port = host or settings.host, settings.port if port is None else port
    # Before the model is loaded, so that a port that is taken is told at once.
    with listen(host, port) as listener, _open_advisor(settings) as advisor:
        from bot.web import serve

        serve(advisor, listener=listener, on_ready=_announce)


@conversations.callback()
def threads(context: typer.Context, as_json: AsJson = False) -> None:
    """List the conversations, the one with the latest change first."""
    if context.invoked_subcommand is not None:
        return
    with _open_conversations() as kept:
        found = kept.threads()
    if as_json:
        sys.stdout.write(json.dumps([thread.model_dump(mode="json") for thread in found], ensure_ascii=False) + "\n")
    else:
        _show_threads(found)


@conversations.command()
def show(thread_id: ThreadId) -> None:
    """Print a conversation."""
    with _open_conversations() as kept:
        out.print(Markdown(kept.export(thread_id, "markdown")))


@conversations.command()
def export(
    thread_id: ThreadId,
    format_: Annotated[Literal["markdown", "json"], typer.Option("--format", help="What to write.")] = "markdown",
    output: Annotated[Path | None, typer.Option(help="The file to write to; standard output by default.")] = None,
) -> None:
    """Write a conversation out, with its sources."""
    with _open_conversations() as kept:
        text = kept.export(thread_id, format_)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, "utf-8")


@conversations.command()
def delete(thread_id: ThreadId) -> None:
    """Delete a conversation for good."""
    with _open_conversations() as kept:
        kept.require(thread_id)
        kept.forget(thread_id)


@app.command()
def doctor() -> None:
    """Check what is installed, the model, the index, and one test question."""
    from bot.doctor import examine

    table = Table(box=None, show_header=False, padding=(0, 1))
    healthy = True
    with _progress() as tell:
        tell.phase("Examining")
        for finding in examine(load_settings()):
            healthy &= finding.ok
            table.add_row(
                Text("✓" if finding.ok else "✗", "green" if finding.ok else "red"), finding.subject, finding.detail
            )
    out.print(table)
    if not healthy:
        raise typer.Exit(1)


class _Teller:
    """Where a command is: a phase by name, and within it what is done of how much."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Starting", total=None)

    def phase(self, name: str) -> None:
        self._progress.update(self._task, description=name, total=None, completed=0)

    def advance(self, done: int, total: int) -> None:
        # The rest is short, and cannot be counted.
        name = "Computing vectors" if done < total else "Writing the index"
        self._progress.update(self._task, description=name, completed=done, total=total)

    def notify(self, message: str) -> None:
        err.print(printable(message), soft_wrap=True)


class _RateColumn(ProgressColumn):
    """Texts done of all, and how many a second."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text()
        rate = f", {task.speed:.0f}/s" if task.speed else ""
        return Text(f"{task.completed:.0f}/{task.total:.0f} texts{rate}")


@contextmanager
def _progress() -> Iterator[_Teller]:
    """A progress line on standard error; on no terminal it stays silent."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield _Teller(progress)


def _build(settings: Settings, paths: list[Path] | None, *, only: bool, notes_only: bool, anew: bool) -> list[Problem]:
    """Build the index, say what became of what, and give the files that could not be read."""
    from knowledge.build import build_index, update_index
    from knowledge.embed import SentenceTransformerEmbedder
    from knowledge.status import Changes, indexed

    before = indexed(settings.index_dir)
    problems: list[Problem] = []

    def report(problem: Problem) -> None:
        problems.append(problem)
        _complain(str(problem))

    with _progress() as tell:
        tell.phase("Loading the embedding model")
        embedder = SentenceTransformerEmbedder(settings.embedding_model)
        tell.phase("Reading")
        if paths or notes_only:
            built = build_index(
                paths or (),
                settings.index_dir,
                notes=not only,
                embedder=embedder,
                notify=tell.notify,
                progress=tell.advance,
                problems=report,
                anew=anew,
            )
        else:
            built = update_index(
                settings.index_dir,
                embedder=embedder,
                notify=tell.notify,
                progress=tell.advance,
                problems=report,
                anew=anew,
            )
        with built:
            counts = f"{len(built.documents)} documents, {len(built.passages)} passages"
    out.print(f"Indexed {counts} in {printable(settings.index_dir)}", soft_wrap=True)
    _show_changes(Changes.between(before, indexed(settings.index_dir)), replaced=bool(paths or notes_only))
    if problems:
        files = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        _complain(f"{files} could not be read and {'is' if len(problems) == 1 else 'are'} not in the index.")
    return problems


def _open_advisor(settings: Settings | None = None) -> Advisor:
    settings = settings or load_settings()
    with _progress() as tell:
        tell.phase("Loading the embedding model")
        from bot.advisor import Advisor

        return Advisor.open(settings, notify=tell.notify, progress=tell.advance)


@contextmanager
def _open_conversations() -> Iterator[Conversations]:
    """The conversations without the adviser, whose model takes seconds to load."""
    from bot.conversation import Conversations

    kept = Conversations(load_settings().conversations_file)
    try:
        yield kept
    finally:
        kept.close()


def _read_turns(path: Path | None) -> list[str]:
    assert path is not None
    try:
        loaded = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read ({error.strerror}); give a readable file") from error
    except ValueError as error:
        raise typer.BadParameter(f"{path} is no JSON ({error}); write a list of strings") from error
    except RecursionError as error:
        raise typer.BadParameter(f"{path} is nested too deeply; write a list of strings") from error
    if not isinstance(loaded, list) or not loaded or not all(isinstance(message, str) for message in loaded):
        raise typer.BadParameter(f'{path} holds no list of messages; write one such as ["first", "second"]')
    return loaded


def _show(answer: Answer) -> None:
    out.print(Markdown(_foldable(answer.text)))
    if answer.citations:
        out.print()
    for citation in answer.citations:
        where = (citation.document_title, citation.locator, citation.attribution)
        grade = _grade(answer, citation.grade)
        line = (
            f"{'，'.join(filter(None, where))}（{grade}）"
            if answer.language == "zh"
            else f"{', '.join(filter(None, where))} ({grade})"
        )
        out.print(Text(f"[{citation.number}] {printable(line)}", "dim"))


def _foldable(markdown: str) -> str:
    """Chinese without the spaces that Rich would break a line at, long before it is full."""
    return _WIDE_SPACE.sub("", markdown)


def _grade(answer: Answer, grade: str) -> str:
    from prompts import load

    return str(load("answer", answer.language)["grades"][str(grade)])


def _show_hits(hits: list[Hit]) -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("score", justify="right")
    table.add_column("passage")
    for hit in hits:
        where = Text(printable(f"{hit.passage.source}, {hit.passage.locator}"), "dim")
        table.add_row(f"{hit.score:.2f}", Text.assemble(printable(hit.passage.text), "\n", where))
    out.print(table if hits else "Nothing found.")


def _show_changes(changes: Changes, replaced: bool) -> None:
    """What became of one's own files; of those left out by name, ``replaced`` tells whether that was by other paths."""
    groups = (
        ("new", changes.new),
        ("changed", changes.changed),
        ("unchanged", changes.unchanged),
        ("left out" if replaced else "gone", changes.gone),
    )
    counts = [f"{len(sources)} {name}" for name, sources in groups if sources]
    if counts:
        out.print(f"Your files: {', '.join(counts)}.")
    if changes.gone and replaced:
        out.print("Left out now, since the paths given do not hold them; name all paths together to keep all:")
        _show_some([Text(f"  {printable(source)}") for source in changes.gone], 10)


def _show_index(settings: Settings, as_json: bool) -> None:
    from knowledge.status import index_status

    status = index_status(settings.index_dir)
    if as_json:
        sys.stdout.write(status.model_dump_json() + "\n")
        return
    table = Table(box=None, show_header=False, padding=(0, 1))
    for name, value in _index_facts(status):
        table.add_row(Text(name, "dim"), Text(printable(value), overflow="fold"))
    out.print(table)
    order = ("unreadable", "changed", "new", "gone", "unchanged")
    lines = []
    for document in sorted(status.documents, key=lambda d: (order.index(d.state), not d.bundled, d.source)):
        state = f"{document.state}: {document.cause}" if document.cause else document.state
        name = f"{document.source} (bundled notes)" if document.bundled else document.source
        line = printable(f"{document.passages:6d}  {state}  {name}")
        lines.append(Text(line, "dim" if document.state == "unchanged" else ""))
    if lines:
        out.print("passages, since the index was built, document", style="dim")
    # With what stands above, one screen.
    _show_some(lines, 14)
    if any(document.state not in ("unchanged", "unreadable") for document in status.documents) or status.unusable:
        out.print("Run `quliu index` to bring the index up to date.")


def _index_facts(status: IndexStatus) -> Iterator[tuple[str, str]]:
    yield "index", status.directory
    if status.unusable:
        yield "state", f"{status.unusable}; the next command that needs it builds it"
    if status.built:
        yield "built", f"{status.built.astimezone():%Y-%m-%d %H:%M}, with {status.embedder}"
    holds = ["the bundled notes"] if status.sources.notes else []
    yield "holds", ", ".join([*holds, *status.sources.paths])
    states = [document.state for document in status.documents]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    yield "documents", f"{len(states)} ({counts}), {status.passages} passages" if states else "none"


def _show_some(lines: Sequence[Text], most: int) -> None:
    """Print so many lines, and how many there are beyond."""
    shown = lines if len(lines) <= most else lines[: most - 1]
    for line in shown:
        out.print(line, soft_wrap=True)
    if len(shown) < len(lines):
        out.print(f"  … and {len(lines) - len(shown)} more")


def _show_threads(found: Sequence[ThreadInfo]) -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("id", no_wrap=True)
    table.add_column("changed", no_wrap=True)
    table.add_column("turns", justify="right")
    table.add_column("first question", overflow="ellipsis", no_wrap=True)
    for thread in found:
        changed = f"{thread.updated.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(Text(thread.id), changed, str(thread.turns), Text(printable(" ".join(thread.title.split()))))
    out.print(table if found else "No conversations.")


def _announce(url: str) -> None:
    # The page is served whether or not somebody can read where.
    with suppress(OSError):
        out.print(f"quliu is at {url}", soft_wrap=True)


def _complain(message: str) -> None:
    with suppress(OSError):
        err.print(Text(f"quliu: {printable(' '.join(message.split()))}", "red"), soft_wrap=True)
