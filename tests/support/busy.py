"""How long something may take on this machine, which may be slow, and busy with other work."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.checks.findings import Finding

_BLOCK = bytes(2**16)
_REFERENCE = 0.03
"""Seconds for `_work` on an idle core of 2 GHz."""

_STARVED = 4.0
"""Processes that want a core, for each there is."""

_SLACK = 3.0
"""A flushed disk or a moment without the processor is no fault of the product."""


def here(seconds: float) -> float:
    """Return the limit on this machine of what takes at most `seconds` on a quiet one.

    Call it when the work is done: it looks at how fast a core is now, and how many processes want one.
    """
    wanted = max(os.getloadavg()[0], _running()) / (os.cpu_count() or 1)
    return seconds * _SLACK * max(1.0, wanted, _work() / _REFERENCE)


def is_starved() -> bool:
    """Whether so many processes want each core that a healthy one can be late for a check of one second."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) > _STARVED


TRUE_FINDINGS = {"check-failed", "machine-overloaded"}
"""Codes that the doctor may report of a healthy stack on a busy machine, because they are true there."""


@contextmanager
def busy_loops(number: int) -> Iterator[None]:
    """Let that many processes want a core; they end with this one."""
    command = ["setpriv", "--pdeathsig", "KILL", "--", "yes"]
    loops = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.wait()


def without_load(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings about the stack itself: that this machine is overloaded may be true, too."""
    return [one for one in findings if one.code != "machine-overloaded"]


def _running() -> int:
    """How many threads run or wait for a core at this moment."""
    with open("/proc/loadavg") as file:
        return int(file.read().split()[3].partition("/")[0])


def _work() -> float:
    """Seconds that a fixed piece of work takes."""
    started = time.perf_counter()
    for _ in range(200):
        hashlib.blake2b(_BLOCK).digest()
    return time.perf_counter() - started
