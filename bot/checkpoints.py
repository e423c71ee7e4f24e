"""The SQLite file that conversations are kept in; imported with the first of them, since LangGraph takes a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite import SqliteSaver

from bot.turn import ThreadInfo

# Several processes may write: each waits so many seconds for its turn.
_PATIENCE = 30.0
_TITLE = 120
# What lists need, so that they need not read the answers.
_LISTED = tuple(f"json_extract(CAST(metadata AS TEXT), '$.{name}')" for name in ("asked", "turn", "ts"))


class Checkpoints(SqliteSaver):
    """LangGraph's checkpoints; beside each stands what was asked, which turn was the last to be answered, and when."""

    @classmethod
    def open(cls, path: Path) -> Checkpoints:
        """The checkpoints in that file, which is made where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        saver = cls(sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False))
        try:
            saver.setup()
            # What is deleted is overwritten.
            saver.conn.execute("PRAGMA secure_delete = ON")
            saver.conn.execute(
                f"CREATE INDEX IF NOT EXISTS listed ON checkpoints (thread_id, checkpoint_id, {', '.join(_LISTED)})"
            )
        except sqlite3.Error:
            saver.conn.close()
            raise
        return saver

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        values = checkpoint["channel_values"]
        listed: dict[str, Any] = {
            "asked": values.get("message", "")[:_TITLE],
            "turn": values.get("turn"),
            "ts": checkpoint["ts"],
        }
        return super().put(config, checkpoint, {**metadata, **listed}, new_versions)  # type: ignore[typeddict-item]

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Every conversation, the one with the latest change first."""
        query = f"SELECT thread_id, {', '.join(_LISTED)} FROM checkpoints ORDER BY thread_id, checkpoint_id"
        with self.cursor(transaction=False) as cursor:
            # What an earlier version wrote has no time beside it, and no turn that could be shown.
            rows = [row for row in cursor.execute(query).fetchall() if row[-1]]
        found = [_summary(thread_id, [row[1:] for row in group]) for thread_id, group in groupby(rows, lambda r: r[0])]
        return tuple(sorted(found, key=lambda thread: thread.updated, reverse=True))

    def values(self, thread_id: str) -> Iterator[dict[str, Any]]:
        """The states of a conversation, newest first."""
        for saved in self.list({"configurable": {"thread_id": thread_id}}):
            yield saved.checkpoint["channel_values"]

    def latest(self, thread_id: str) -> dict[str, Any] | None:
        """The last state of a conversation."""
        saved = self.get_tuple({"configurable": {"thread_id": thread_id}})
        return saved.checkpoint["channel_values"] if saved else None

    def delete_thread(self, thread_id: str) -> None:
        """Delete a conversation, also from the journal."""
        super().delete_thread(thread_id)
        with self.cursor(transaction=False) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _summary(thread_id: str, rows: list[tuple[str | None, str | None, str]]) -> ThreadInfo:
    return ThreadInfo(
        id=thread_id,
        title=next((asked for asked, _, _ in rows if asked), ""),
        started=datetime.fromisoformat(rows[0][2]),
        updated=datetime.fromisoformat(rows[-1][2]),
        turns=len({turn for _, turn, _ in rows if turn}),
    )
