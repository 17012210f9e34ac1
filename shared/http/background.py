"""Background tasks of an application."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

CleanupContext = Callable[[web.Application], AsyncIterator[None]]


def background(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> CleanupContext:
    """Make a cleanup context that runs a task for as long as the application.

    The task handles expected failures, such as an unavailable dependency, itself. If it ends on its own, the
    process logs why and stops, so that its supervisor restarts it.
    """

    async def context(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(run(), name=name)
        task.add_done_callback(_stop_the_process)
        yield
        task.remove_done_callback(_stop_the_process)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return context


def _stop_the_process(task: asyncio.Task[None]) -> None:
    if task.cancelled():
        return
    log.critical("background task ended", task=task.get_name(), exc_info=task.exception())
    os.kill(os.getpid(), signal.SIGTERM)
