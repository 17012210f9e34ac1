"""Messages between outbox and inbox: a copy of each one published while the tap is open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError
from pamqp import commands

from shared.messaging.connection import CONNECT_SECONDS, open_channel
from shared.messaging.topology import COMMAND_EXCHANGE, COMMAND_TYPES, EXCHANGE, QUEUES, declare

SETTLE_SECONDS = 2.0
"""How long after opening the tap earlier messages may take to reach their queues."""

DRAIN_SECONDS = 30.0  # for the queues to be empty
SENTINEL = b"sentinel"


class Tap:
    """An open tap; `missing` is why it may not have received every message, or empty."""

    def __init__(self, channel: AbstractChannel, queue: str, missing: str) -> None:
        self._channel = channel
        self._queue = queue
        self.missing = missing

    async def drain(self) -> list[bytes]:
        """Return every message published until now, oldest first."""
        # Messages confirmed to a relay earlier are in the queue before this one.
        await self._channel.basic_publish(SENTINEL, routing_key=self._queue)
        bodies: list[bytes] = []
        while True:
            message = await self._channel.basic_get(self._queue, no_ack=True)
            if isinstance(message.delivery, commands.Basic.GetOk):
                if message.body == SENTINEL:
                    return bodies
                bodies.append(message.body)


@asynccontextmanager
async def open_tap(broker_url: str) -> AsyncIterator[Tap | None]:
    """Open a tap and let earlier messages settle; yield None when the broker cannot be used."""
    try:
        connection = await aio_pika.connect(broker_url, timeout=CONNECT_SECONDS, name="tessera backup")
    except (AMQPError, OSError, TimeoutError):
        yield None
        return
    async with connection:
        channel = await open_channel(connection)
        await declare(channel)
        queue = (await channel.queue_declare(exclusive=True)).queue or ""
        await channel.queue_bind(queue, EXCHANGE, routing_key="#")
        for command in COMMAND_TYPES:
            await channel.queue_bind(queue, COMMAND_EXCHANGE, routing_key=command)
        yield Tap(channel, queue, await _settle(channel))


async def _settle(channel: AbstractChannel) -> str:
    """Wait until each queue was empty once; return which were not."""
    await asyncio.sleep(SETTLE_SECONDS)
    left = set(QUEUES)
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        for queue in tuple(left):
            if not (await channel.queue_declare(queue, passive=True)).message_count:
                left.remove(queue)
        if not left or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.1)
    return f"messages waiting in {', '.join(sorted(left))}" if left else ""
