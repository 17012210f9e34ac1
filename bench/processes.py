"""CPU time and memory of a running stack by part: whose they are decides what to improve."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

PARTS = (
    ("tiles-web", "tiles"),
    ("tiles-worker", "tiles worker"),
    ("postgres", "PostgreSQL"),
    ("gateway", "gateway"),
    ("rabbitmq", "broker"),
    ("auth", "auth"),
    ("users", "users"),
    ("frontend", "frontend"),
)
"""Beginnings of the names in a state folder's `run`, and the part that these processes are."""

_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


class StackProcesses:
    """The processes of a stack, found by the process ids in its state folder.

    `folders` are state folders: that of the stack, and those of parts that a benchmark starts beside it.
    """

    def __init__(self, supervisor: int, folders: Sequence[Path]) -> None:
        self._supervisor = supervisor
        self._folders = folders

    def cpu_microseconds(self) -> Counter[str]:
        """Return the CPU time used so far in µs by part; other work on the machine does not affect them.

        Children that have ended count, because their parent has waited for them.
        """
        used: Counter[str] = Counter()
        for part, process in self._processes():
            with suppress(psutil.NoSuchProcess):
                used[part] += round(1e6 * sum(process.cpu_times()[:4]))
        return used

    def memory_bytes(self) -> Counter[str]:
        """Return the proportional set size by part: memory that processes share counts once."""
        held: Counter[str] = Counter()
        for part, process in self._processes():
            with suppress(FileNotFoundError, ProcessLookupError):
                rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
                held[part] += sum(1024 * int(kib) for kib in _PSS.findall(rollup))
        return held

    def _processes(self) -> Iterator[tuple[str, psutil.Process]]:
        yield "supervisor", psutil.Process(self._supervisor)
        for folder in self._folders:
            for pid_file in (folder / "run").glob("*.pid"):
                part = next((part for start, part in PARTS if pid_file.name.startswith(start)), None)
                if part is None:
                    raise LookupError(f"{pid_file.name} belongs to no part: add it to {__name__}.PARTS")
                with suppress(psutil.NoSuchProcess):
                    leader = psutil.Process(int(pid_file.read_text().split()[0]))
                    for process in (leader, *leader.children(recursive=True)):
                        yield part, process
