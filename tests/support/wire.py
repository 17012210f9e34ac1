"""A broker client in the role of another service: it sends commands to auth and receives its events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue

from shared.messaging.contracts import Command
from shared.messaging.topology import COMMAND_EXCHANGE, EXCHANGE, declare
from tests.support.waiting import PATIENCE


class Wire:
    """Sends commands, and receives every event about accounts and sessions in order."""

    def __init__(self, channel: AbstractChannel, queue: AbstractQueue) -> None:
        self._channel = channel
        self._queue = queue

    async def send(self, command: Command, copies: int = 1) -> None:
        """Send a command as the relay of users does; `copies` are deliveries of the same message."""
        envelope = command.envelope(producer="users", traceparent=None)
        exchange = await self._channel.get_exchange(COMMAND_EXCHANGE)
        for _ in range(copies):
            message = aio_pika.Message(
                envelope.encode().encode(), message_id=str(envelope.id), type=envelope.type, delivery_mode=2
            )
            await exchange.publish(message, command.type)

    async def receive(self, count: int, timeout: float = PATIENCE) -> list[tuple[str, dict[str, Any]]]:
        """Wait for the next `count` events and return their types and data."""
        received: list[tuple[str, dict[str, Any]]] = []
        async with asyncio.timeout(timeout):
            while len(received) < count:
                message = await self._queue.get(no_ack=True, fail=False)
                if message is None:
                    await asyncio.sleep(0.01)
                    continue
                envelope = json.loads(message.body)
                received.append((envelope["type"], envelope["data"]))
        return received

    async def assert_empty(self) -> None:
        """Check that no further event has arrived."""
        assert await self._queue.get(no_ack=True, fail=False) is None


@asynccontextmanager
async def connect_wire(broker_url: str) -> AsyncIterator[Wire]:
    async with await aio_pika.connect(broker_url) as connection, connection.channel() as channel:
        await declare(await channel.get_underlay_channel())
        queue = await channel.declare_queue(exclusive=True)
        for pattern in ("account.*.*", "session.*.*"):
            await queue.bind(EXCHANGE, pattern)
        yield Wire(channel, queue)
