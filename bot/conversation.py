"""Conversations: a LangGraph graph of one turn, checkpointed in SQLite, so that they survive a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from bot.errors import ConversationError
from bot.turn import Answer, Claim, Request
from knowledge.passage import Language

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph.state import CompiledStateGraph

Event = Claim | Answer
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
        graph, _ = self._open()
        state = {"message": text, "language": language}
        yield from cast(
            Iterator[Event], graph.stream(state, _config(thread_id), stream_mode="custom", durability="exit")
        )

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """The answers of a thread, oldest first."""
        graph, _ = self._open()
        states = [s.values["answer"] for s in graph.get_state_history(_config(thread_id)) if "answer" in s.values]
        return tuple(Answer.model_validate_json(answer) for answer in reversed(states))

    def forget(self, thread_id: str) -> None:
        """Delete a thread."""
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

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            saver = SqliteSaver(sqlite3.connect(self._path, check_same_thread=False))
            saver.setup()
        except (OSError, sqlite3.Error) as error:
            raise ConversationError(
                f"Conversations cannot be kept in {self._path} ({error}); make it writable or set QULIU_DATA_DIR."
            ) from error
        graph = StateGraph(_State)
        graph.add_node("turn", self._node)
        graph.add_edge(START, "turn")
        graph.add_edge("turn", END)
        return graph.compile(checkpointer=saver), saver

    def _node(self, state: _State) -> _State:
        from langgraph.config import get_stream_writer

        emit = get_stream_writer()
        previous = Request.model_validate_json(state["request"]) if state.get("request") else None
        done: _State = {}
        for request, event in self._turn(state["message"], state.get("language"), previous):
            emit(event)
            if isinstance(event, Answer):
                # A greeting or a slip in between does not make the next message lose its subject.
                subject = request if request.needs_evidence or previous is None else previous
                done = {"request": subject.model_dump_json(), "answer": event.model_dump_json()}
        return done


def _config(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}
