"""Keep processes running: start them a few at a time, replace those that are dead, stop them in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from deploy.stack.errors import DeployError
from deploy.stack.load import Patience, Report, read_load
from deploy.stack.parts.process import START_SECONDS, Process

T = TypeVar("T")

FIRST_PAUSE = 0.5  # seconds before a restart; doubled at each one until LONGEST_PAUSE
LONGEST_PAUSE = 10.0
STEADY = 30.0  # seconds of running after which the pause is FIRST_PAUSE again


class Supervisor:
    """The processes of a run.

    As many start at a time as the machine has cores: a process that starts needs a whole one.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._started: list[Process] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._starts = asyncio.Semaphore(read_load().cores)

    async def start(self, *processes: Process) -> None:
        """Start these, wait until they are ready, and keep them running.

        Raises DeployError when one cannot be started; `stop` stops the others.
        """
        self._report(f"starting {', '.join(process.name for process in processes)}")
        self._started += processes
        await together(*(self._start(process) for process in processes))

    async def stop(self, stages: Sequence[tuple[float, Sequence[Process]]]) -> None:
        """Stop one stage after another; each has a deadline in seconds after the call, and is then killed."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        began = time.monotonic()
        for until, processes in stages:
            left = max(0.1, until - (time.monotonic() - began))
            await asyncio.gather(*(process.stop(left) for process in processes if process in self._started))

    async def _start(self, process: Process) -> None:
        began = time.monotonic()
        await self._launch(process)
        await process.wait_until_ready(self._report)
        self._report(f"{process.name} is ready (pid {process.pid}, {time.monotonic() - began:.1f} s)")
        self._keepers.append(asyncio.create_task(self._keep(process)))

    async def _launch(self, process: Process) -> None:
        async with self._starts:
            await process.launch()
            await process.wait_until_alive(Patience(START_SECONDS))

    async def _keep(self, process: Process) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            end = await process.wait_until_dead()
            process.kill()
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            self._report(f"{process.name} ended ({end}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            await self._restart(process)

    async def _restart(self, process: Process) -> None:
        """Start it again and report when it is ready; one that is not ready in time is left running."""
        try:
            await self._launch(process)
            await process.wait_until_ready(self._report)
        except DeployError as error:
            self._report(str(error))
        else:
            self._report(f"{process.name} is ready again (pid {process.pid})")


async def together(*works: Awaitable[T]) -> list[T]:
    """Gather like asyncio, but cancel and await the others before the error of one is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
