"""How long something may take on this machine, which may be slow, and busy with other work."""

from __future__ import annotations

import hashlib
import os
import time

_BLOCK = bytes(2**16)
_REFERENCE = 0.03
"""Seconds for `_work` on an idle core of 2 GHz."""

_SLACK = 3.0
"""A flushed disk or a moment without the processor is no fault of the product."""


def here(seconds: float) -> float:
    """Return the limit on this machine of what takes at most `seconds` on a quiet one.

    Call it when the work is done: it looks at how fast a core is now, and how many processes want one.
    """
    wanted = max(os.getloadavg()[0], _running()) / (os.cpu_count() or 1)
    return seconds * _SLACK * max(1.0, wanted, _work() / _REFERENCE)


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
