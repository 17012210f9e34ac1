"""What exists in the broker, declared by everybody who publishes or consumes.

    tessera.events (topic) --<type>.*--> users.events --dead letter--> tessera.dead --> users.events.dead

Because the relay declares it too, an event published before its consumer ever started is kept. Works on
RabbitMQ 3.10 to 4.x: quorum queues only, arguments explicit where the defaults differ between versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiormq.abc import AbstractChannel
from pamqp.common import FieldTable

from shared.messaging.contracts import (
    AccountRegistered,
    CanvasCreated,
    CanvasDeleted,
    Event,
    ProfileUpdated,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
)

EXCHANGE: Final = "tessera.events"
DEAD_EXCHANGE: Final = "tessera.dead"
DELIVERY_LIMIT: Final = 5

# Which service consumes what. Whoever is not here hears nothing durably.
SUBSCRIPTIONS: Mapping[str, tuple[type[Event], ...]] = {
    "users": (
        AccountRegistered,
        CanvasCreated,
        CanvasDeleted,
        TileCreated,
        TileDeleted,
        TileLiked,
        TileUnliked,
    ),
    "tiles": (AccountRegistered, ProfileUpdated),
}

DURABLE_TYPES: Final = frozenset(event.type for events in SUBSCRIPTIONS.values() for event in events)

_EVENTS_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERY_LIMIT,
    # One consumer at a time keeps the order; the others stand by.
    "x-single-active-consumer": True,
    "x-dead-letter-exchange": DEAD_EXCHANGE,
    # A dead letter leaves its queue only once the other queue has confirmed it.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
_DEAD_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    # Looking at a dead letter counts as a delivery, and from 4.0 on the default limit of 20 would drop it.
    "x-delivery-limit": 1_000_000,
}


def events_queue(service: str) -> str:
    """Name the queue a service consumes."""
    return f"{service}.events"


def dead_queue(service: str) -> str:
    """Name the queue of what a service could not consume."""
    return f"{service}.events.dead"


async def declare(channel: AbstractChannel) -> None:
    """Declare exchanges, queues and bindings; changes nothing that is already there."""
    await channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    await channel.exchange_declare(DEAD_EXCHANGE, exchange_type="direct", durable=True)
    for service, events in SUBSCRIPTIONS.items():
        queue, dead = events_queue(service), dead_queue(service)
        await channel.queue_declare(dead, durable=True, arguments=_DEAD_ARGUMENTS)
        await channel.queue_bind(dead, DEAD_EXCHANGE, routing_key=dead)
        await channel.queue_declare(
            queue, durable=True, arguments={**_EVENTS_ARGUMENTS, "x-dead-letter-routing-key": dead}
        )
        for event in events:
            await channel.queue_bind(queue, EXCHANGE, routing_key=f"{event.type}.*")
