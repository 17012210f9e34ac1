"""Exchanges, queues and bindings, declared by every process that publishes or consumes.

    tessera.events (topic)    --<type>.*--> users.events  --dead letter--> tessera.dead --> users.events.dead
    tessera.commands (direct) --<type>----> auth.commands --dead letter--> tessera.dead --> auth.commands.dead
    tessera.live (direct)     --<canvas>--> a queue of each tiles process, for its viewers; also <process>

Because the relay declares them too, a message published before its consumer first started is kept. They work
on RabbitMQ 3.10 to 4.x: all queues are quorum queues, with explicit arguments where defaults differ.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import aio_pika
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError
from pamqp.common import FieldTable

from shared.errors import Unavailable
from shared.messaging.connection import CONNECT_SECONDS, open_channel
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRestated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    AreaReleased,
    ArtistActive,
    ArtistMuted,
    ArtistPlaced,
    ArtistsMentioned,
    CanvasClosed,
    CanvasCreated,
    CanvasDeleted,
    CanvasesRestated,
    CanvasHandedOver,
    CanvasOffered,
    CanvasOpened,
    CanvasRolledBack,
    CanvasUpdated,
    ClaimEnding,
    Command,
    DeletedTilesRestated,
    DigestStopped,
    Event,
    ExportPart,
    ExportRequested,
    InvitationCreated,
    InvitationRevoked,
    LockReleased,
    MailRequested,
    MemberNamed,
    Message,
    MessageRemoved,
    MessageReported,
    OfferEnded,
    PolicyChanged,
    ProfileUpdated,
    ReinstateAccount,
    ReviewApproved,
    ReviewRejected,
    ReviewRequested,
    SecondFactorRemoved,
    SendDigest,
    SetRoles,
    SuspendAccount,
    TileCreated,
    TileDeleted,
    TileLiked,
    TilesRestated,
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
        AccountRestated,
        AccountCommandRefused,
        ArtistActive,
        ArtistPlaced,
        CanvasCreated,
        CanvasUpdated,
        CanvasDeleted,
        CanvasHandedOver,
        CanvasRolledBack,
        CanvasesRestated,
        TileCreated,
        TileUpdated,
        TileDeleted,
        TileLiked,
        TileUnliked,
        TilesRestated,
        DeletedTilesRestated,
        LockReleased,
        AreaReleased,
        MessageRemoved,
        MessageReported,
        ArtistMuted,
        ArtistsMentioned,
        MemberNamed,
        ClaimEnding,
        CanvasOpened,
        CanvasClosed,
        DigestStopped,
        CanvasOffered,
        OfferEnded,
        ReviewRequested,
        ReviewApproved,
        ReviewRejected,
        SecondFactorRemoved,
        PolicyChanged,
        InvitationCreated,
        InvitationRevoked,
        ExportRequested,
    ),
    "tiles": (
        AccountRegistered,
        AccountSuspended,
        AccountReinstated,
        AccountDeleted,
        AccountRestated,
        ProfileUpdated,
        ExportRequested,
    ),
}
# The commands in each queue; a command goes to one queue.
COMMANDS: Mapping[str, tuple[type[Command], ...]] = {
    "auth.commands": (SuspendAccount, ReinstateAccount, SetRoles),
    "auth.mail": (MailRequested, SendDigest),
    "auth.exports": (ExportPart,),
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


class Binding(NamedTuple):
    """What an exchange sends to a queue."""

    exchange: str
    queue: str
    routing_key: str


def list_bindings() -> Iterator[Binding]:
    """Yield every binding of every queue."""
    for queue in QUEUES:
        yield _dead_binding(queue)
        yield from _bindings(queue)


def _dead_binding(queue: str) -> Binding:
    """Return what leads the dead letters of a queue to their own."""
    return Binding(DEAD_EXCHANGE, dead_queue(queue), dead_queue(queue))


def _bindings(queue: str) -> Iterator[Binding]:
    for message in QUEUES[queue]:
        exchange, routing_key = address(message.type, f"{message.type}.*")
        yield Binding(exchange, queue, routing_key)


async def declare(channel: AbstractChannel) -> None:
    """Declare exchanges, queues and bindings; existing ones stay as they are."""
    await channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    await channel.exchange_declare(COMMAND_EXCHANGE, exchange_type="direct", durable=True)
    await channel.exchange_declare(DEAD_EXCHANGE, exchange_type="direct", durable=True)
    await channel.exchange_declare(LIVE_EXCHANGE, exchange_type="direct", durable=True)
    for queue in QUEUES:
        dead = dead_queue(queue)
        # Bound before there is a queue whose dead letters it takes.
        await channel.queue_declare(dead, durable=True, arguments=_DEAD_ARGUMENTS)
        await _bind(channel, _dead_binding(queue))
        await channel.queue_declare(
            queue, durable=True, arguments={**_ARGUMENTS, "x-dead-letter-routing-key": dead}
        )
        for binding in _bindings(queue):
            await _bind(channel, binding)


async def _bind(channel: AbstractChannel, binding: Binding) -> None:
    await channel.queue_bind(binding.queue, binding.exchange, routing_key=binding.routing_key)


@asynccontextmanager
async def open_declared(broker_url: str, name: str) -> AsyncIterator[AbstractChannel]:
    """Open a channel for a command, once everything is declared; `name` is that of its connection.

    Raises Unavailable("rabbitmq").
    """
    try:
        connection = await aio_pika.connect(broker_url, timeout=CONNECT_SECONDS, name=name)
        # Messages that are not acknowledged return to their queue when the connection closes.
        async with connection:
            channel = await open_channel(connection)
            await declare(channel)
            yield channel
    except (AMQPError, OSError, TimeoutError) as error:
        raise Unavailable("rabbitmq", f"{type(error).__name__}: {error}") from error
