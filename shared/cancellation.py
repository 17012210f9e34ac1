"""A cancellation that Python 3.11 would lose."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reraise_lost_cancellation() -> Iterator[None]:
    """Raise the cancellation that `asyncio.wait_for` drops when it comes together with result or failure.

    Only Python 3.11 does that (https://github.com/python/cpython/issues/86296), and aiopg and aiormq use
    `wait_for` around what they await: a cancelled loop around statements would run forever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
