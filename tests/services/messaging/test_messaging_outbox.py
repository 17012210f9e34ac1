"""The outbox: an event is published exactly if its change was committed."""

from __future__ import annotations

import pytest

from shared import tracing
from shared.db import Connection, Database
from shared.messaging import relay as relay_module
from shared.messaging.contracts import TileCreated
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from tests.support.messaging import (
    arrived,
    emit,
    running,
    tile_created,
    users_consumer,
    waiting,
    write_effect,
)
from tests.support.waiting import PATIENCE


async def test_an_event_of_a_rolled_back_transaction_is_never_published(
    outbox: Outbox, tiles_db: Database, users_db: Database, users_url: str, broker_url: str
) -> None:
    async def emit_and_fail() -> None:
        async with tiles_db.transaction() as conn:
            outbox.defer(conn, tile_created(1))
            raise LookupError

    with pytest.raises(LookupError):
        await emit_and_fail()
    await emit(outbox, tiles_db, tile_created(2))

    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(relay.run(), users_consumer(users_db, broker_url).run()):
        await arrived(users_url, 2)


async def test_a_commit_wakes_the_relay(
    outbox: Outbox,
    tiles_db: Database,
    users_db: Database,
    users_url: str,
    broker_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 10 * PATIENCE)
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(outbox.run(), relay.run(), users_consumer(users_db, broker_url).run()):
        for seq in range(1, 6):
            await emit(outbox, tiles_db, tile_created(seq))
            await arrived(users_url, *range(1, seq + 1))


async def test_an_event_whose_notification_was_lost_is_found_by_the_poll(
    outbox: Outbox, tiles_db: Database, users_db: Database, users_url: str, broker_url: str
) -> None:
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(relay.run(), users_consumer(users_db, broker_url).run()):
        await emit(outbox, tiles_db, tile_created(0))
        await arrived(users_url, 0)
        await emit(outbox, tiles_db, tile_created(1))
        await arrived(users_url, 0, 1)


async def test_confirmed_rows_leave_the_outbox(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    await emit(outbox, tiles_db, *(tile_created(seq) for seq in range(5)))
    assert await waiting(tiles_url) == 5

    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(relay.run(), users_consumer(users_db, broker_url).run()):
        await arrived(users_url, *range(5))

    assert await waiting(tiles_url) == 0


async def test_an_event_carries_the_trace_of_the_request_to_its_handler(
    outbox: Outbox, tiles_db: Database, users_db: Database, users_url: str, broker_url: str
) -> None:
    seen = []

    async def remember(conn: Connection, event: TileCreated) -> None:
        seen.append(tracing.current_trace().trace_id)
        await write_effect(conn, event)

    request = tracing.continue_trace(None)
    await emit(outbox, tiles_db, tile_created(1))
    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(relay.run(), users_consumer(users_db, broker_url, remember).run()):
        await arrived(users_url, 1)

    assert seen == [request.trace_id]
