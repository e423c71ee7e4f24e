"""The command line: quliu chat | ask | search | index | threads | doctor, and what other packages add, such as eval."""

from __future__ import annotations

import json
import os
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
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot.errors import QuliuError, SettingsError
from bot.listen import listen
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.advisor import Advisor
    from bot.conversation import Conversations
    from bot.turn import Answer, ThreadInfo
    from knowledge.passage import Hit

app = typer.Typer(
    help="quliu (去留): cited answers for people who weigh a move between Chinese cities.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
conversations = typer.Typer(help="List, show, export or delete conversations.", rich_markup_mode=None)
app.add_typer(conversations, name="threads", invoke_without_command=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_COMMANDS = "quliu.commands"

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
    paths: Annotated[list[Path] | None, typer.Argument(help="Text files or folders to index beside the notes.")] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave the bundled notes out.")] = False,
) -> None:
    """Build the index anew from the bundled notes and from your own files."""
    from knowledge import build_index
    from knowledge.embed import SentenceTransformerEmbedder

    settings = load_settings()
    if only and not paths:
        raise typer.BadParameter("--only needs a file or a folder")
    with _progress() as tell:
        tell.phase("Loading the embedding model")
        embedder = SentenceTransformerEmbedder(settings.embedding_model)
        with build_index(
            paths or (),
            settings.index_dir,
            notes=not only,
            embedder=embedder,
            notify=tell.notify,
            progress=tell.advance,
        ) as built:
            counts = len(built.documents), len(built.passages)
    out.print(f"Indexed {counts[0]} documents, {counts[1]} passages in {settings.index_dir}", soft_wrap=True)


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
        self._progress.update(self._task, description="Computing vectors", completed=done, total=total)

    def notify(self, message: str) -> None:
        err.print(message, soft_wrap=True)


@contextmanager
def _progress() -> Iterator[_Teller]:
    """A progress line on standard error; on no terminal it stays silent."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield _Teller(progress)


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
    out.print(Markdown(answer.text))
    if answer.citations:
        out.print()
    for citation in answer.citations:
        who = f", {citation.attribution}" if citation.attribution else ""
        line = (
            f"[{citation.number}] {citation.document_title}, {citation.locator}{who} ({_grade(answer, citation.grade)})"
        )
        out.print(Text(line, "dim"))


def _grade(answer: Answer, grade: str) -> str:
    from prompts import load

    return str(load("answer", answer.language)["grades"][str(grade)])


def _show_hits(hits: list[Hit]) -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("score", justify="right")
    table.add_column("passage")
    for hit in hits:
        where = Text(f"{hit.passage.source}, {hit.passage.locator}", "dim")
        table.add_row(f"{hit.score:.2f}", Text.assemble(hit.passage.text, "\n", where))
    out.print(table if hits else "Nothing found.")


def _show_threads(found: Sequence[ThreadInfo]) -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("id", no_wrap=True)
    table.add_column("changed", no_wrap=True)
    table.add_column("turns", justify="right")
    table.add_column("first question", overflow="ellipsis", no_wrap=True)
    for thread in found:
        changed = f"{thread.updated.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(Text(thread.id), changed, str(thread.turns), Text(" ".join(thread.title.split())))
    out.print(table if found else "No conversations.")


def _announce(url: str) -> None:
    # The page is served whether or not somebody can read where.
    with suppress(OSError):
        out.print(f"quliu is at {url}", soft_wrap=True)


def _complain(message: str) -> None:
    with suppress(OSError):
        err.print(Text(f"quliu: {' '.join(message.split())}", "red"), soft_wrap=True)
