"""Waits for conditions, with a limit that only a broken product reaches, also on a busy machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds to wait for what takes one second on an idle machine."""


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until the condition holds. Raises AssertionError when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> float:
    """Wait until the condition holds; return how many seconds it took.

    Raises AssertionError when it does not hold within `seconds`.
    """
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def poll_until(read: Callable[[], Awaitable[T]], expected: T, seconds: float = PATIENCE) -> T:
    """Read until the value is the expected one; return the last value, also when `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while (value := await read()) != expected and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return value
