"""The feed: messages with bound keys are received, and every reconnect is reported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.abc import DeliveredMessage

from shared.db import Database
from shared.messaging.envelope import Envelope
from shared.messaging.feed import Feed
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from shared.messaging.topology import EXCHANGE
from tests.support.messaging import emit, running, tile_created
from tests.support.parts import Private
from tests.support.waiting import eventually


class FeedListener:
    """A feed and the events that it received."""

    def __init__(self, broker_url: str) -> None:
        self.heard: list[tuple[int, int]] = []
        self.connects = 0
        self.feed = Feed(
            broker_url,
            name="test",
            exchange=EXCHANGE,
            on_message=self._on_message,
            on_connected=self._on_connected,
        )

    def _on_message(self, delivered: DeliveredMessage) -> None:
        envelope = Envelope.decode(delivered.body)
        self.heard.append((envelope.subject_id, envelope.data["seq"]))

    async def _on_connected(self) -> None:
        self.connects += 1

    async def connected(self, times: int) -> None:
        async def so_often() -> bool:
            return self.connects >= times

        await eventually(so_often)

    async def expect(self, *wanted: tuple[int, int]) -> None:
        async def so_many() -> bool:
            return len(self.heard) >= len(wanted)

        await eventually(so_many)
        assert self.heard == list(wanted)


@asynccontextmanager
async def listening(broker_url: str) -> AsyncIterator[FeedListener]:
    listener = FeedListener(broker_url)
    async with running(listener.feed.run()):
        await listener.connected(1)
        yield listener


async def test_a_feed_receives_the_keys_it_bound_in_order_and_no_others(
    outbox: Outbox, tiles_db: Database, broker_url: str
) -> None:
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with (
        running(outbox.run(), relay.run()),
        listening(broker_url) as one,
        listening(broker_url) as other,
    ):
        await one.feed.bind("*.*.7")
        await other.feed.bind("*.*.7")
        await other.feed.bind("*.*.8")
        await emit(
            outbox,
            tiles_db,
            *(tile_created(seq, canvas_id) for seq in range(3) for canvas_id in (7, 8, 9)),
        )
        await one.expect((7, 0), (7, 1), (7, 2))
        await other.expect((7, 0), (8, 0), (7, 1), (8, 1), (7, 2), (8, 2))


async def test_a_feed_receives_nothing_of_a_key_it_unbound(
    outbox: Outbox, tiles_db: Database, broker_url: str
) -> None:
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(outbox.run(), relay.run()), listening(broker_url) as listener:
        await listener.feed.bind("*.*.7")
        await listener.feed.bind("*.*.8")
        await listener.feed.unbind("*.*.7")
        await emit(outbox, tiles_db, tile_created(1, 7), tile_created(2, 8))
        await listener.expect((8, 2))


async def test_a_feed_binds_its_keys_again_after_the_broker_restarted(
    outbox: Outbox, tiles_db: Database, private_broker: Private
) -> None:
    relay = Relay(tiles_db, private_broker.url, service="tiles")
    async with running(outbox.run(), relay.run()), listening(private_broker.url) as listener:
        await listener.feed.bind("*.*.7")
        await emit(outbox, tiles_db, tile_created(1))
        await listener.expect((7, 1))

        await asyncio.to_thread(private_broker.kill)
        await listener.feed.bind("*.*.8")
        await asyncio.to_thread(private_broker.start)
        await listener.connected(2)
        await emit(outbox, tiles_db, tile_created(2, 7), tile_created(3, 8))
        await listener.expect((7, 1), (7, 2), (8, 3))


async def test_a_cancelled_caller_of_bind_does_not_break_the_feed(
    outbox: Outbox, tiles_db: Database, broker_url: str
) -> None:
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(outbox.run(), relay.run()), listening(broker_url) as listener:
        caller = asyncio.create_task(listener.feed.bind("*.*.7"))
        await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait((caller,))
        await listener.feed.bind("*.*.8")
        await emit(outbox, tiles_db, tile_created(1, 7), tile_created(2, 8))
        await listener.expect((7, 1), (8, 2))
        assert listener.connects == 1
