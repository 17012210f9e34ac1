"""Exchanges, queues and bindings, declared by every process that publishes or consumes.

    tessera.events (topic)    --<type>.*--> users.events  --dead letter--> tessera.dead --> users.events.dead
    tessera.commands (direct) --<type>----> auth.commands --dead letter--> tessera.dead --> auth.commands.dead
    tessera.live (direct)     --<canvas>--> a queue of each tiles process, for its viewers

Because the relay declares them too, a message published before its consumer first started is kept. They work
on RabbitMQ 3.10 to 4.x: all queues are quorum queues, with explicit arguments where defaults differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiormq.abc import AbstractChannel
from pamqp.common import FieldTable

from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    AreaReleased,
    ArtistActive,
    CanvasCreated,
    CanvasDeleted,
    CanvasRolledBack,
    CanvasUpdated,
    Command,
    Event,
    LockReleased,
    MailRequested,
    Message,
    ProfileUpdated,
    ReinstateAccount,
    ReviewApproved,
    ReviewRejected,
    SetRoles,
    SuspendAccount,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
    TileUpdated,
)

EXCHANGE: Final = "tessera.events"
COMMAND_EXCHANGE: Final = "tessera.commands"
DEAD_EXCHANGE: Final = "tessera.dead"
LIVE_EXCHANGE: Final = "tessera.live"
DELIVERY_LIMIT: Final = 5

# The events that each service consumes from a durable queue.
SUBSCRIPTIONS: Mapping[str, tuple[type[Event], ...]] = {
    "users": (
        AccountRegistered,
        AccountVerified,
        AccountSuspended,
        AccountReinstated,
        AccountRolesChanged,
        AccountDeleted,
        AccountCommandRefused,
        ArtistActive,
        CanvasCreated,
        CanvasUpdated,
        CanvasDeleted,
        CanvasRolledBack,
        TileCreated,
        TileUpdated,
        TileDeleted,
        TileLiked,
        TileUnliked,
        LockReleased,
        AreaReleased,
        ReviewApproved,
        ReviewRejected,
    ),
    "tiles": (AccountRegistered, AccountSuspended, AccountReinstated, AccountDeleted, ProfileUpdated),
}
# The commands in each queue; a command goes to one queue.
COMMANDS: Mapping[str, tuple[type[Command], ...]] = {
    "auth.commands": (SuspendAccount, ReinstateAccount, SetRoles),
    "auth.mail": (MailRequested,),
}

COMMAND_TYPES: Final = frozenset(command.type for commands in COMMANDS.values() for command in commands)
DURABLE_TYPES: Final = COMMAND_TYPES | {event.type for events in SUBSCRIPTIONS.values() for event in events}

_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERY_LIMIT,
    # One active consumer keeps the order; the others are on standby.
    "x-single-active-consumer": True,
    "x-dead-letter-exchange": DEAD_EXCHANGE,
    # A dead letter is removed from its queue only after the other queue has confirmed it.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
_DEAD_ARGUMENTS: FieldTable = {
    "x-queue-type": "quorum",
    # Listing a dead letter counts as a delivery, and from 4.0 on the default limit of 20 would drop it.
    "x-delivery-limit": 1_000_000,
}


def events_queue(service: str) -> str:
    """Return the name of the queue of a service's events."""
    return f"{service}.events"


def dead_queue(queue: str) -> str:
    """Return the name of a queue's dead-letter queue."""
    return f"{queue}.dead"


QUEUES: Mapping[str, tuple[type[Message], ...]] = {
    **{events_queue(service): events for service, events in SUBSCRIPTIONS.items()},
    **COMMANDS,
}
"""Every durable queue and its messages; each queue also has a dead-letter queue."""


def address(message_type: str, routing_key: str) -> tuple[str, str]:
    """Return the exchange, and the routing key there, of a message with that key in the outbox."""
    if message_type in COMMAND_TYPES:
        return COMMAND_EXCHANGE, message_type
    return EXCHANGE, routing_key


async def declare(channel: AbstractChannel) -> None:
    """Declare exchanges, queues and bindings; existing ones stay as they are."""
    await channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    await channel.exchange_declare(COMMAND_EXCHANGE, exchange_type="direct", durable=True)
    await channel.exchange_declare(DEAD_EXCHANGE, exchange_type="direct", durable=True)
    await channel.exchange_declare(LIVE_EXCHANGE, exchange_type="direct", durable=True)
    for queue, messages in QUEUES.items():
        dead = dead_queue(queue)
        await channel.queue_declare(dead, durable=True, arguments=_DEAD_ARGUMENTS)
        await channel.queue_bind(dead, DEAD_EXCHANGE, routing_key=dead)
        await channel.queue_declare(
            queue, durable=True, arguments={**_ARGUMENTS, "x-dead-letter-routing-key": dead}
        )
        for message in messages:
            exchange, routing_key = address(message.type, f"{message.type}.*")
            await channel.queue_bind(queue, exchange, routing_key=routing_key)
