"""The relay: events are published at least once, in order, by one relay at a time, through every crash."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aio_pika
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.messaging import connection
from shared.messaging import relay as relay_module
from shared.messaging.consumer import CONSUMED
from shared.messaging.contracts import LockReleased, TileCreated
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from shared.messaging.topology import EXCHANGE
from tests.support.busy import here
from tests.support.messaging import (
    arrived,
    create_tables,
    effects,
    emit,
    opened,
    running,
    sql,
    tile_created,
    users_consumer,
    waiting,
)
from tests.support.parts import Private
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
RELAY_PROCESS = """
import asyncio, sys
from shared.db import Database
from shared.messaging.relay import Relay
asyncio.run(Relay(Database(sys.argv[1], application="killed"), sys.argv[2], service="tiles").run())
"""

_NEXT_SEQ = text("UPDATE canvas SET seq = seq + 1 WHERE id = :canvas_id RETURNING seq")


def relay_process(database_url: str, broker_url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RELAY_PROCESS, database_url, broker_url], cwd=ROOT, stderr=subprocess.DEVNULL
    )


async def is_active(database_url: str, application: str) -> bool:
    held = await sql(
        database_url,
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        f" AND application_name = '{application}'",
    )
    return bool(held)


async def test_events_of_one_canvas_arrive_in_their_order(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    await sql(tiles_url, "CREATE TABLE canvas (id bigint PRIMARY KEY, seq bigint NOT NULL)")
    await sql(tiles_url, "INSERT INTO canvas VALUES (1, 0), (2, 0)")

    async def paint(canvas_id: int) -> None:
        for _ in range(25):
            async with tiles_db.transaction() as conn:
                seq = await conn.fetch_value(_NEXT_SEQ, {"canvas_id": canvas_id})
                outbox.defer(conn, tile_created(seq, canvas_id))

    relay = Relay(tiles_db, broker_url, service="tiles")
    async with running(outbox.run(), relay.run(), users_consumer(users_db, broker_url).run()):
        await asyncio.gather(*(paint(canvas_id) for canvas_id in (1, 2) for _ in range(4)))
        await arrived(users_url, *range(1, 101), canvas_id=1)
        await arrived(users_url, *range(1, 101), canvas_id=2)


async def test_an_event_published_before_its_consumer_first_started_is_kept(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    await emit(outbox, tiles_db, tile_created(1))
    async with running(Relay(tiles_db, broker_url, service="tiles").run()):
        await eventually(lambda: _is_empty(tiles_url))

    async with running(users_consumer(users_db, broker_url).run()):
        await arrived(users_url, 1)


async def test_an_event_without_durable_subscribers_does_not_block_the_outbox(
    outbox: Outbox, tiles_db: Database, tiles_url: str, broker_url: str
) -> None:
    await emit(outbox, tiles_db, LockReleased(canvas_id=7, seq=1, tile_id=1, holder_id=1))

    async with running(Relay(tiles_db, broker_url, service="tiles").run()):
        await eventually(lambda: _is_empty(tiles_url))


async def test_a_deleted_queue_is_declared_again_and_nothing_is_lost(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    async with running(Relay(tiles_db, broker_url, service="tiles").run()):
        await emit(outbox, tiles_db, tile_created(1))
        await eventually(lambda: _is_empty(tiles_url))
        async with await aio_pika.connect(broker_url) as connection, connection.channel() as channel:
            await channel.queue_delete("users.events")
        await emit(outbox, tiles_db, tile_created(2))
        async with running(users_consumer(users_db, broker_url).run()):
            await arrived(users_url, 2)


async def test_a_deleted_binding_is_declared_again_within_the_interval(
    outbox: Outbox,
    tiles_db: Database,
    users_db: Database,
    users_url: str,
    broker_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "DECLARE_SECONDS", 0.1)
    async with (
        running(
            Relay(tiles_db, broker_url, service="tiles").run(), users_consumer(users_db, broker_url).run()
        ),
        await aio_pika.connect(broker_url) as connection,
        connection.channel() as channel,
    ):
        await emit(outbox, tiles_db, tile_created(1))
        await arrived(users_url, 1)
        queue = await channel.get_queue("users.events")
        await queue.unbind(EXCHANGE, f"{TileCreated.type}.*")

        async def arrives() -> bool:
            await emit(outbox, tiles_db, tile_created(2))
            return len(await effects(users_url)) > 1

        await eventually(arrives)


@pytest.mark.slow
async def test_one_relay_is_active_and_the_other_takes_over_when_it_is_killed(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    first = relay_process(tiles_url, broker_url)
    try:
        await eventually(lambda: is_active(tiles_url, "killed"))
        relay = Relay(tiles_db, broker_url, service="tiles")
        async with running(relay.run(), users_consumer(users_db, broker_url).run()):
            await emit(outbox, tiles_db, tile_created(1))
            await arrived(users_url, 1)
            assert not await is_active(tiles_url, "test")
            first.kill()
            await eventually(lambda: is_active(tiles_url, "test"))
            await emit(outbox, tiles_db, tile_created(2))
            await arrived(users_url, 1, 2)
    finally:
        first.kill()
        first.wait()


@pytest.mark.slow
async def test_a_relay_killed_after_publishing_repeats_messages_that_take_effect_once(
    outbox: Outbox, tiles_db: Database, tiles_url: str, users_db: Database, users_url: str, broker_url: str
) -> None:
    await sql(
        tiles_url,
        "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END';"
        "CREATE TRIGGER hang BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION hang()",
    )
    await emit(outbox, tiles_db, *(tile_created(seq) for seq in range(20)))
    repeated = CONSUMED.labels("tile.created", "repeated")
    before = repeated._value.get()
    first = relay_process(tiles_url, broker_url)
    try:
        async with running(users_consumer(users_db, broker_url).run()):
            await arrived(users_url, *range(20))
            first.kill()
            await sql(tiles_url, "DROP TRIGGER hang ON outbox")
            assert await waiting(tiles_url) == 20
            async with running(Relay(tiles_db, broker_url, service="tiles").run()):
                await eventually(lambda: _is_empty(tiles_url))
                await emit(outbox, tiles_db, tile_created(20))
                await arrived(users_url, *range(21))
    finally:
        first.kill()
        first.wait()

    assert repeated._value.get() - before >= 20


async def test_rows_wait_while_the_broker_is_down_and_arrive_afterwards(
    outbox: Outbox,
    tiles_db: Database,
    tiles_url: str,
    users_db: Database,
    users_url: str,
    private_broker: Private,
) -> None:
    url = private_broker.url
    relay, consumer = Relay(tiles_db, url, service="tiles"), users_consumer(users_db, url)
    async with running(outbox.run(), relay.run(), consumer.run()):
        await emit(outbox, tiles_db, tile_created(1))
        await arrived(users_url, 1)
        await asyncio.to_thread(private_broker.kill)
        await eventually(lambda: _is(not relay.connected and not consumer.connected))

        await emit(outbox, tiles_db, tile_created(2), tile_created(3))
        assert await waiting(tiles_url) == 2
        assert await effects(users_url) == [1]

        await asyncio.to_thread(private_broker.start)
        await arrived(users_url, 1, 2, 3)


async def test_a_relay_waits_until_postgresql_is_back(
    users_db: Database, users_url: str, broker_url: str, private_database: Callable[[str], Private]
) -> None:
    private = private_database("tiles")
    create_tables(private.url)
    async with opened(private.url) as tiles_db:
        outbox = Outbox(tiles_db, producer="tiles")
        relay = Relay(tiles_db, broker_url, service="tiles")
        async with running(outbox.run(), relay.run(), users_consumer(users_db, broker_url).run()):
            await emit(outbox, tiles_db, tile_created(1))
            await arrived(users_url, 1)
            await asyncio.to_thread(private.stop)
            await asyncio.to_thread(private.start)
            await emit(outbox, tiles_db, tile_created(2))
            await arrived(users_url, 1, 2)


@contextmanager
def frozen(broker: Private) -> Iterator[None]:
    """A broker that keeps its connections open and sends nothing."""
    pid = broker.part.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_link_to_a_frozen_broker_is_closed_and_reconnects(
    outbox: Outbox,
    tiles_db: Database,
    users_db: Database,
    users_url: str,
    private_broker: Private,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_SECONDS", 1)
    monkeypatch.setattr(relay_module, "CONFIRM_SECONDS", 2)
    relay = Relay(tiles_db, private_broker.url, service="tiles")
    consumer = users_consumer(users_db, private_broker.url)
    async with running(outbox.run(), relay.run(), consumer.run()):
        await emit(outbox, tiles_db, tile_created(1))
        await arrived(users_url, 1)
        with frozen(private_broker):
            await emit(outbox, tiles_db, tile_created(2))
            await eventually(lambda: _is(not relay.connected and not consumer.connected))
        await arrived(users_url, 1, 2)


async def test_a_worker_stops_in_time_although_the_broker_is_frozen(
    outbox: Outbox, tiles_db: Database, users_db: Database, users_url: str, private_broker: Private
) -> None:
    relay = Relay(tiles_db, private_broker.url, service="tiles")
    consumer = users_consumer(users_db, private_broker.url)
    async with running(outbox.run(), relay.run(), consumer.run()) as tasks:
        await emit(outbox, tiles_db, tile_created(1))
        await arrived(users_url, 1)
        with frozen(private_broker):
            for task in tasks:
                task.cancel()
            _, late = await asyncio.wait(tasks, timeout=here(8))

    assert not late


async def _is(value: bool) -> bool:
    return value


async def _is_empty(database_url: str) -> bool:
    return await waiting(database_url) == 0
