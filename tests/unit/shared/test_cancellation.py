"""A cancellation is not lost when a result or an error arrives with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.cancellation import reraise_lost_cancellation


@pytest.mark.parametrize(
    "settle", [lambda future: future.set_result(None), lambda future: future.set_exception(OSError())]
)
async def test_a_cancellation_that_arrives_with_a_result_or_error_is_raised(
    settle: Callable[[asyncio.Future[None]], Any],
) -> None:
    awaited: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> str:
        try:
            with reraise_lost_cancellation():
                await asyncio.wait_for(awaited, 5)
        except OSError:
            return "went on"
        return "went on"

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    settle(awaited)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
