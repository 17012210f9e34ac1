"""How long something may take on this machine, which may be slow, and busy with other work."""

from __future__ import annotations

import hashlib
import os
import time

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


def true_findings() -> set[str]:
    """Return the codes that the doctor may report of a healthy stack on this machine, because they are true.

    A fact could not be read in time; on a starved machine a server also misses a health check of the gateway.
    """
    return {"check-failed", "backend-down"} if is_starved() else {"check-failed"}


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
