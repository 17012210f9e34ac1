"""A guard against lost cancellations in Python 3.11."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reraise_lost_cancellation() -> Iterator[None]:
    """Raise a cancellation that `asyncio.wait_for` drops when it arrives together with a result or failure.

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
