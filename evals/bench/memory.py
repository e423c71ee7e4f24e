"""The memory of this process after it has opened the adviser and answered the questions on standard input."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path

from knowledge.passage import Frozen

_LINE = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)


class Memory(Frozen):
    """Bytes resident at the end and at most, None where they are not known; ``source`` says who told, or why nobody."""

    resident: int | None
    peak: int | None
    source: str


def resident_memory() -> Memory:
    """The memory of this process, from Linux's own account, else from psutil where it is installed."""
    status = Path("/proc/self/status")
    if status.exists():
        return parse_status(status.read_text("utf-8"))
    try:
        psutil = importlib.import_module("psutil")
    except ModuleNotFoundError:
        return Memory(resident=None, peak=None, source="not measured: no /proc here and psutil is not installed")
    return Memory(resident=int(psutil.Process().memory_info().rss), peak=None, source="psutil, which tells no peak")


def parse_status(status: str) -> Memory:
    """What ``/proc/self/status`` says; its kB are 1024 bytes."""
    found = {name: 1024 * int(kilobytes) for name, kilobytes in _LINE.findall(status)}
    return Memory(resident=found.get("VmRSS"), peak=found.get("VmHWM"), source="/proc/self/status")


def _main() -> None:
    from bot.advisor import Advisor

    with Advisor.open() as advisor:
        for question in json.load(sys.stdin):
            advisor.ask(question)
        sys.stdout.write(resident_memory().model_dump_json())


if __name__ == "__main__":
    _main()
