"""How long callbacks hold the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class LongestHold:
    """The most seconds of processor time that the loop's thread spent between two turns of a waiting task."""

    seconds: float = 0.0


@asynccontextmanager
async def measuring_holds() -> AsyncIterator[LongestHold]:
    """Measure in the block; processor time does not grow while other processes have the cores."""
    longest = LongestHold()

    async def measure() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest.seconds = max(longest.seconds, time.thread_time() - before)

    task = asyncio.create_task(measure())
    try:
        yield longest
    finally:
        task.cancel()
