"""The broker link retries, can be cancelled, and does not log its password."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiormq.abc import AbstractChannel
from structlog.testing import capture_logs

from shared.cancellation import reraise_lost_cancellation
from shared.messaging.connection import BrokerLink


async def _no_session(_: AbstractChannel) -> None:
    raise AssertionError("there is no broker")


async def test_an_unreachable_broker_is_retried_and_its_password_is_not_logged() -> None:
    with socket.socket() as reserved, capture_logs() as lines:
        reserved.bind(("127.0.0.1", 0))  # nothing listens
        link = BrokerLink(f"amqp://ada:s3cret@127.0.0.1:{reserved.getsockname()[1]}/v", "test")
        work = asyncio.create_task(link.run(_no_session))
        while not lines:  # noqa: ASYNC110 - a log line wakes no task
            await asyncio.sleep(0.01)
        assert not link.connected
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    assert lines[0]["event"] == "broker link broken"
    assert "s3cret" not in repr(lines)


@pytest.mark.parametrize("failure", [None, OSError("refused")])
async def test_a_cancellation_that_arrives_with_the_outcome_is_raised(
    failure: OSError | None,
) -> None:
    result: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        with reraise_lost_cancellation():
            await asyncio.wait_for(result, 5)

    work = asyncio.create_task(wait())
    await asyncio.sleep(0)
    if failure is None:
        result.set_result(None)
    else:
        result.set_exception(failure)
    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_cancellation_that_arrives_with_an_error_is_raised() -> None:
    result: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        with reraise_lost_cancellation():
            await asyncio.wait_for(result, 5)

    work = asyncio.create_task(wait())
    await asyncio.sleep(0)
    result.set_exception(ConnectionError("refused"))
    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
