"""The process that parses pdf and docx: files come in on standard input, what they hold goes out on standard output.

It is ``python -m knowledge.reading.child``, and ends when its input does.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from knowledge.passage import Frozen
from knowledge.reading.parts import Blocks, Pages, Refusal, Reply
from knowledge.reading.source import Format, Limits, UnreadableError

LENGTH = 8


class Request(Frozen):
    """Of what kind the file is that follows, and what it may cost."""

    format: Format
    limits: Limits


def send(stream: BinaryIO, *messages: bytes) -> None:
    """Write messages, each after its length."""
    for message in messages:
        stream.write(len(message).to_bytes(LENGTH, "big"))
        stream.write(message)
    stream.flush()


def receive(stream: BinaryIO, limit: int) -> bytes | None:
    """The next message; None where there is none, or only part of one, or one beyond the limit, in bytes."""
    length = stream.read(LENGTH)
    if len(length) < LENGTH or int.from_bytes(length, "big") > limit:
        return None
    message = stream.read(int.from_bytes(length, "big"))
    return message if len(message) == int.from_bytes(length, "big") else None


def main() -> None:
    """Answer requests until there are no more."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    # A library that prints must not be taken for a reply.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while (head := receive(requests, 1 << 20)) is not None:
        request = Request.model_validate_json(head)
        content = receive(requests, request.limits.size) or b""
        _confine(request.limits)
        send(replies, Reply(parsed=_parsed(request, content)).model_dump_json().encode("utf-8"))


def _parsed(request: Request, content: bytes) -> Pages | Blocks | Refusal:
    try:
        if request.format == "pdf":
            from knowledge.reading.pdf import read_pdf

            return read_pdf(content, request.limits)
        from knowledge.reading.word import read_docx

        return read_docx(content, request.limits)
    except UnreadableError as error:
        return Refusal(cause=str(error))
    except MemoryError:
        return Refusal(cause="takes more memory than a file may; split it")
    except RecursionError:
        return Refusal(cause="is nested deeper than a document is; save it again")


def _confine(limits: Limits) -> None:
    """Bound the memory, and the time too in case that nobody is left to end this process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + 5
    for kind, limit in ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    main()
