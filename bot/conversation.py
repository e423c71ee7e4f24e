"""Conversations: a LangGraph graph of one turn, checkpointed in SQLite, so that they survive a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, cast
from uuid import uuid4
from weakref import WeakValueDictionary

from pydantic import ValidationError

from bot.errors import ConversationError
from bot.export import Format, render
from bot.turn import Answer, Claim, Context, Profile, Request, Section, ThreadInfo
from knowledge.passage import Language

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from bot.checkpoints import Checkpoints

Event = Claim | Answer
Stored = TypeVar("Stored", Context, Answer, Profile)
Turn = Callable[[str, Language | None, Context | None], Iterator[tuple[Request, Event]]]
Correct = Callable[[Context, Profile], Context]

# Seconds to wait for another turn of the same thread.
_PATIENCE = 30.0
# So many messages back an enumeration can be referred to.
_MOST_MESSAGES = 6
_LISTED = frozenset(Section) - {Section.SUMMARY, Section.ALSO, Section.CONFLICTS}


class _State(TypedDict, total=False):
    """A message or a correction, and what became of it, as JSON; ``turn`` names the last turn that was answered."""

    message: str
    language: Language | None
    correction: str | None
    context: str
    answer: str
    turn: str


def _no_turn(*_: object) -> Iterator[tuple[Request, Event]]:
    raise ConversationError("Conversations were opened to be read; open an Advisor to go on with them.")


def _with_profile(context: Context, profile: Profile) -> Context:
    return context.model_copy(update={"profile": profile})


class Conversations:
    """Runs turns in threads and remembers them; LangGraph is imported with the first thread.

    ``turn`` answers a message, ``correct`` gives the context that a profile corrected by hand leaves.
    """

    def __init__(self, path: Path, turn: Turn = _no_turn, correct: Correct = _with_profile) -> None:
        self._path = path
        self._turn = turn
        self._correct = correct
        self._lock = threading.Lock()
        self._busy: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._opened: tuple[CompiledStateGraph[Any, Any, Any, Any], Checkpoints] | None = None

    def stream(self, text: str, thread_id: str, language: Language | None) -> Iterator[Event]:
        """The events of one turn; it is remembered once the answer is complete."""
        state = {"message": text, "language": language, "correction": None}
        with self._told(), self._alone(thread_id):
            graph, _ = self._open()
            events = graph.stream(state, _config(thread_id), stream_mode="custom", durability="exit")
            yield from cast(Iterator[Event], events)

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """The answers of a thread, oldest first; a turn that an earlier version wrote otherwise is left out."""
        with self._told():
            _, saved = self._open()
            # A turn that broke off and a correction leave a state with the answer of the turn before.
            states = [state for state in saved.values(thread_id) if "turn" in state]
        turns: dict[str, str] = {}
        for state in reversed(states):
            turns.setdefault(state["turn"], state["answer"])
        return tuple(answer for stored in turns.values() if (answer := _read(Answer, stored)) is not None)

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Every thread, the one with the latest change first."""
        with self._told():
            _, saved = self._open()
            return saved.threads()

    def export(self, thread_id: str, format_: Format) -> str:
        """A whole thread as a text. Raises ConversationError where there is no such thread."""
        self.require(thread_id)
        return render(thread_id, self.profile(thread_id), self.history(thread_id), format_)

    def require(self, thread_id: str) -> None:
        """Raise ConversationError where there is no such thread."""
        with self._told():
            _, saved = self._open()
            if saved.latest(thread_id) is None:
                raise ConversationError(
                    f"There is no conversation {thread_id!r}; `quliu threads` lists those there are."
                )

    def profile(self, thread_id: str) -> Profile:
        """What is known of the person who asks in a thread; nothing in one that is not begun."""
        with self._told():
            _, saved = self._open()
            state = saved.latest(thread_id) or {}
        context = _read(Context, state.get("context"))
        return context.profile if context else Profile()

    def set_profile(self, thread_id: str, profile: Profile) -> None:
        """Put what is known of the person right; this is no turn, and begins a thread that is not begun.

        It waits for an answer that is being written. Raises ConversationError where that takes too long, or where a
        value is not valid, as a changed copy may hold one.
        """
        try:
            profile = Profile.model_validate(profile.model_dump())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "profile"
            raise ConversationError(f"{where}={first['input']!r} is not valid ({first['msg']}); correct it.") from error
        state = {"message": "", "language": None, "correction": profile.model_dump_json()}
        with self._told(), self._alone(thread_id):
            graph, _ = self._open()
            graph.invoke(state, _config(thread_id), durability="exit")

    def forget(self, thread_id: str) -> None:
        """Delete a thread, if there is one."""
        with self._told():
            _, saved = self._open()
            saved.delete_thread(thread_id)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if self._opened:
                self._opened[1].conn.close()
                self._opened = None

    def _open(self) -> tuple[CompiledStateGraph[Any, Any, Any, Any], Checkpoints]:
        with self._lock:
            if self._opened is None:
                self._opened = self._compile()
            return self._opened

    def _compile(self) -> tuple[CompiledStateGraph[Any, Any, Any, Any], Checkpoints]:
        from langgraph.graph import END, START, StateGraph

        from bot.checkpoints import Checkpoints

        saved = Checkpoints.open(self._path)
        graph = StateGraph(_State)
        graph.add_node("answer_it", self._answer)
        graph.add_node("put_right", self._put_right)
        graph.add_conditional_edges(START, _step, ["answer_it", "put_right"])
        graph.add_edge("answer_it", END)
        graph.add_edge("put_right", END)
        return graph.compile(checkpointer=saved), saved

    @contextmanager
    def _alone(self, thread_id: str) -> Iterator[None]:
        """Let nothing else change a thread meanwhile: a turn stores all that it found at its beginning, and more."""
        with self._lock:
            # A stream may be read on in another thread of the process than it was begun in, which an RLock forbids.
            lock = self._busy.setdefault(thread_id, threading.Lock())
        if not lock.acquire(timeout=_PATIENCE):
            raise ConversationError("An answer is still being written in this conversation; read it to its end first.")
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Failures of the store as errors that name cause and fix."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ConversationError(
                f"Conversations cannot be kept in {self._path} ({error}); see that it is writable and that no other "
                "program holds it, or set QULIU_DATA_DIR."
            ) from error
        except sqlite3.DatabaseError as error:
            raise ConversationError(
                f"The conversations in {self._path} cannot be read ({error}); move that file away to begin anew."
            ) from error
        except OSError as error:
            raise ConversationError(
                f"Conversations cannot be kept in {self._path} ({error}); make it writable or set QULIU_DATA_DIR."
            ) from error

    def _answer(self, state: _State) -> _State:
        from langgraph.config import get_stream_writer

        emit = get_stream_writer()
        context = _read(Context, state.get("context")) or Context()
        done: _State = {}
        for request, event in self._turn(state["message"], state.get("language"), context):
            emit(event)
            if isinstance(event, Answer):
                after = _after(context, request, event)
                done = {
                    "context": after.model_dump_json(),
                    "answer": event.model_dump_json(),
                    "turn": uuid4().hex,
                }
        return done

    def _put_right(self, state: _State) -> _State:
        profile = _read(Profile, state.get("correction"))
        context = _read(Context, state.get("context")) or Context()
        return {"context": self._correct(context, profile or Profile()).model_dump_json()}


def _step(state: _State) -> Literal["answer_it", "put_right"]:
    return "put_right" if state.get("correction") else "answer_it"


def _after(context: Context, request: Request, answer: Answer) -> Context:
    """What the conversation holds after a turn; a greeting or a slip in between does not make it lose its subject."""
    messages = (*context.messages, request.asked)[-_MOST_MESSAGES:]
    about = (answer.ask_next.about,) if answer.ask_next and answer.ask_next.about else ()
    asked = tuple(dict.fromkeys((*context.asked, *about)))
    if not request.needs_evidence:
        return context.model_copy(update={"messages": messages, "profile": request.profile, "asked": asked})
    ids = {citation.number: citation.passage_id for citation in answer.citations}
    cited = tuple(tuple(ids[n] for n in claim.citations) for claim in answer.claims if claim.section in _LISTED)
    return Context(request=request, cited=cited, messages=messages, profile=request.profile, asked=asked)


def _read(kind: type[Stored], text: str | None) -> Stored | None:
    try:
        return kind.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _config(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}
