"""How busy this machine is, and waiting that takes it into account.

A process that has not answered yet is not dead: on a machine with thirty processes per core it needs thirty
times as long. So deadlines are given in seconds of a machine that has a core for everyone, and grow with it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Report = Callable[[str], None]
"""Is told one step of what a command does."""

OVERLOADED = 4.0
"""Processes that want a core, for each there is; a healthy server can then miss a check of one second."""

PROGRESS_SECONDS = 10.0  # between two reports of what is still waited for


@dataclass(frozen=True)
class Load:
    """How many processes want a core, and how many cores this process may use."""

    wanted: float
    cores: int

    @property
    def per_core(self) -> float:
        """Processes that want a core, for each there is."""
        return self.wanted / self.cores

    @property
    def is_overload(self) -> bool:
        """Whether a healthy process can be late because of the others."""
        return self.per_core > OVERLOADED

    def __str__(self) -> str:
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"load {self.wanted:.0f} on {cores}"


def read_load() -> Load:
    """Read the load: the kernel's average of the last minute, or what wants a core now if that is more."""
    running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])
    return Load(max(os.getloadavg()[0], running - 1), len(os.sched_getaffinity(0)))


class Patience:
    """A time limit in seconds of a machine that has a core for each process; it grows with the load."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._looked = time.monotonic()

    def is_over(self) -> bool:
        """Return whether the time is up; call it again and again while waiting."""
        now = time.monotonic()
        self._left -= (now - self._looked) / max(1.0, read_load().per_core)
        self._looked = now
        return self._left <= 0


class Wait:
    """A wait for one thing that reports what it waits for, and says at its end how long that was.

    `seconds` is the limit of its `Patience`.
    """

    def __init__(self, thing: str, seconds: float, report: Report) -> None:
        self._thing = thing
        self._report = report
        self._patience = Patience(seconds)
        self._began = self._reported = time.monotonic()

    def is_over(self, lack: str) -> bool:
        """Return whether the time is up; every ten seconds, report what is lacking."""
        now = time.monotonic()
        if now - self._reported > PROGRESS_SECONDS:
            self._reported = now
            busy = f"; this machine is overloaded: {load}" if (load := read_load()).is_overload else ""
            self._report(f"waiting for {self._thing}, {now - self._began:.0f} s so far: {lack}{busy}")
        return self._patience.is_over()

    def __str__(self) -> str:
        return f"after {time.monotonic() - self._began:.0f} s ({read_load()})"
