"""What a stack costs that nobody uses: CPU of each part of a native stack over a minute."""

from __future__ import annotations

import asyncio
import sys

from bench.report import Result, processes_of, results_by_part
from tests.support.stack import Stack

SETTLE_SECONDS = 5.0
SECONDS = 60.0


async def measure(stack: Stack) -> list[Result]:
    """Measure the CPU time of a minute without requests, in % of one core."""
    await asyncio.sleep(SETTLE_SECONDS)
    print(f"nothing happens for {SECONDS:.0f} s ...", file=sys.stderr)
    processes = processes_of(stack)
    before = processes.cpu_microseconds()
    await asyncio.sleep(SECONDS)
    used = processes.cpu_microseconds() - before
    return results_by_part("CPU of an idle stack", used, "% of a core", "<= 5", scale=1e-4 / SECONDS)
