"""Conversations: a LangGraph graph of one turn, checkpointed in SQLite, so that they survive a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, cast

from pydantic import ValidationError

from bot.errors import ConversationError
from bot.turn import Answer, Claim, Request
from knowledge.passage import Language

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph.state import CompiledStateGraph

Event = Claim | Answer
Stored = TypeVar("Stored", Request, Answer)
Turn = Callable[[str, Language | None, Request | None], Iterator[tuple[Request, Event]]]


class _State(TypedDict, total=False):
    """One turn: the message, and what became of it, as JSON."""

    message: str
    language: Language | None
    request: str
    answer: str


class Conversations:
    """Runs turns in threads and remembers them; LangGraph is imported with the first thread."""

    def __init__(self, path: Path, turn: Turn) -> None:
        self._path = path
        self._turn = turn
        self._lock = threading.Lock()
        self._opened: tuple[CompiledStateGraph[Any, Any, Any, Any], SqliteSaver] | None = None

    def stream(self, text: str, thread_id: str, language: Language | None) -> Iterator[Event]:
        """The events of one turn; it is remembered once the answer is complete."""
        state = {"message": text, "language": language}
        with self._told():
            graph, _ = self._open()
            events = graph.stream(state, _config(thread_id), stream_mode="custom", durability="exit")
            yield from cast(Iterator[Event], events)

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """The answers of a thread, oldest first; a turn that an earlier version wrote otherwise is left out."""
        with self._told():
            graph, _ = self._open()
            states = [s.values["answer"] for s in graph.get_state_history(_config(thread_id)) if "answer" in s.values]
        return tuple(answer for stored in reversed(states) if (answer := _read(Answer, stored)) is not None)

    def forget(self, thread_id: str) -> None:
        """Delete a thread."""
        with self._told():
            _, saver = self._open()
            saver.delete_thread(thread_id)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if self._opened:
                self._opened[1].conn.close()
                self._opened = None

    def _open(self) -> tuple[CompiledStateGraph[Any, Any, Any, Any], SqliteSaver]:
        with self._lock:
            if self._opened is None:
                self._opened = self._compile()
            return self._opened

    def _compile(self) -> tuple[CompiledStateGraph[Any, Any, Any, Any], SqliteSaver]:
        from langgraph.checkpoint.sqlite import SqliteSaver
        from langgraph.graph import END, START, StateGraph

        self._path.parent.mkdir(parents=True, exist_ok=True)
        saver = SqliteSaver(sqlite3.connect(self._path, check_same_thread=False))
        saver.setup()
        graph = StateGraph(_State)
        graph.add_node("turn", self._node)
        graph.add_edge(START, "turn")
        graph.add_edge("turn", END)
        return graph.compile(checkpointer=saver), saver

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

    def _node(self, state: _State) -> _State:
        from langgraph.config import get_stream_writer

        emit = get_stream_writer()
        previous = _read(Request, state.get("request"))
        done: _State = {}
        for request, event in self._turn(state["message"], state.get("language"), previous):
            emit(event)
            if isinstance(event, Answer):
                # A greeting or a slip in between does not make the next message lose its subject.
                subject = request if request.needs_evidence or previous is None else previous
                done = {"request": subject.model_dump_json(), "answer": event.model_dump_json()}
        return done


def _read(kind: type[Stored], text: str | None) -> Stored | None:
    try:
        return kind.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _config(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}
