"""Dead letters: messages that could not be consumed, to be listed and, once the cause is gone, replayed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aio_pika
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import AMQPError
from pamqp import commands

from shared.errors import Unavailable
from shared.messaging.connection import CONNECT_SECONDS, open_channel
from shared.messaging.topology import dead_queue, declare

_SHOWN: Final = 100


@dataclass(frozen=True)
class DeadLetter:
    """One message in the dead-letter queue; `reason` is the broker's: `rejected` or `delivery_limit`."""

    message_id: str
    type: str
    reason: str
    body: bytes


async def show(broker_url: str, queue: str, limit: int = _SHOWN) -> list[DeadLetter]:
    """Return the oldest dead letters of a queue without removing them.

    Raises Unavailable("rabbitmq").
    """
    async with _channel(broker_url) as channel:
        return [_read_letter(message) async for message in _take(channel, queue, limit)]


async def replay(broker_url: str, queue: str, message_id: str | None = None) -> int:
    """Send one dead letter, or all of them, back to the queue; return how many.

    Each keeps its id, so that one which did have its effect is not applied again.
    Raises Unavailable("rabbitmq").
    """
    replayed = 0
    async with _channel(broker_url) as channel:
        count = (await channel.queue_declare(dead_queue(queue), passive=True)).message_count or 0
        async for message in _take(channel, queue, count):
            properties = message.header.properties
            if message_id not in (None, properties.message_id):
                continue
            properties.headers = None
            answer = await channel.basic_publish(
                message.body, routing_key=queue, properties=properties, mandatory=True
            )
            if not isinstance(answer, commands.Basic.Ack):
                raise Unavailable("rabbitmq", f"{queue} does not take messages")
            await channel.basic_ack(message.delivery_tag or 0)
            replayed += 1
    return replayed


@asynccontextmanager
async def _channel(broker_url: str) -> AsyncIterator[AbstractChannel]:
    try:
        connection = await aio_pika.connect(broker_url, timeout=CONNECT_SECONDS, name="tessera dead letters")
        # Messages that are not acknowledged return to their queue when the connection closes.
        async with connection:
            channel = await open_channel(connection)
            await declare(channel)
            yield channel
    except (AMQPError, OSError, TimeoutError) as error:
        raise Unavailable("rabbitmq", f"{type(error).__name__}: {error}") from error


async def _take(channel: AbstractChannel, queue: str, limit: int) -> AsyncIterator[DeliveredMessage]:
    for _ in range(limit):
        message = await channel.basic_get(dead_queue(queue))
        if not isinstance(message.delivery, commands.Basic.GetOk):
            return
        yield message


def _read_letter(message: DeliveredMessage) -> DeadLetter:
    properties = message.header.properties
    deaths: Any = (properties.headers or {}).get("x-death") or [{}]
    return DeadLetter(
        message_id=properties.message_id or "",
        type=properties.message_type or "",
        reason=str(deaths[0].get("reason", "")),
        body=message.body,
    )
