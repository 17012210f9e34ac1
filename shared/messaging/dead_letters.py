"""Dead letters: messages that could not be consumed, to be listed and, once the cause is gone, replayed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp import commands

from shared.errors import Unavailable
from shared.messaging.topology import dead_queue, open_declared

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
    async with open_declared(broker_url, "tessera dead letters") as channel:
        return [_read_letter(message) async for message in _take(channel, queue, limit)]


async def replay(broker_url: str, queue: str, message_id: str | None = None) -> int:
    """Send one dead letter, or all of them, back to the queue; return how many.

    Each keeps its id, so that one which did have its effect is not applied again.
    Raises Unavailable("rabbitmq").
    """
    replayed = 0
    async with open_declared(broker_url, "tessera dead letters") as channel:
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
