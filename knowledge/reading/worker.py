"""The parsing of pdf and docx in a process of its own.

A file of strangers may take minutes, gigabytes, or crash the parser with the process it runs in. So one child process
is started with the first such file and kept for the next ones, each under a limit of time, set from here, and of
memory, which the child sets itself (not on Windows; macOS does not enforce it). A child that breaks a limit is killed,
and the file after it has a new one.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer
from typing import BinaryIO

from pydantic import ValidationError

from knowledge.reading.child import Request, receive, send
from knowledge.reading.parts import Blocks, Pages, Refusal, Reply
from knowledge.reading.source import UnreadableError

_REPLY = 1 << 29


class Worker:
    """A child process that is there when it is needed; calls from several threads take turns."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def parse(self, request: Request, content: bytes) -> Pages | Blocks:
        """What a file holds. Raises UnreadableError."""
        with self._lock:
            child = self._ready()
            late: list[bool] = []

            def kill() -> None:
                late.append(True)
                child.kill()

            timer = Timer(request.limits.seconds, kill)
            timer.start()
            try:
                reply = _asked(child, request, content)
            finally:
                timer.cancel()
                timer.join()
            if reply is None or late:
                self._end()
        if late:
            raise UnreadableError(f"takes longer to read than {request.limits.seconds:g} seconds; split it")
        if reply is None:
            raise UnreadableError("makes its reader crash, or takes more memory than a file may; save it again")
        if isinstance(reply.parsed, Refusal):
            raise UnreadableError(reply.parsed.cause)
        return reply.parsed

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            # The folder that somebody is in must not be searched for modules: it may hold an email.py.
            here = str(Path(__file__).resolve().parents[2])
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "knowledge.reading.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([here, *filter(None, sys.path)])},
            )
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _asked(child: subprocess.Popen[bytes], request: Request, content: bytes) -> Reply | None:
    stdin, stdout = _pipes(child)
    try:
        send(stdin, request.model_dump_json().encode("utf-8"), content)
        reply = receive(stdout, _REPLY)
        return None if reply is None else Reply.model_validate_json(reply)
    except (OSError, ValidationError):
        return None


def _pipes(child: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    assert child.stdin is not None and child.stdout is not None  # noqa: PT018
    return child.stdin, child.stdout  # type: ignore[return-value]


WORKER = Worker()
atexit.register(WORKER.close)
