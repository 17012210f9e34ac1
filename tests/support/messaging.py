"""Events to publish, and their effects to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import psycopg2
from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, create_engine, text

from shared.db import Connection, Database
from shared.messaging.consumer import Consumer, Handler
from shared.messaging.contracts import Event, TileCreated
from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import Outbox, outbox_table
from shared.messaging.topology import EXCHANGE, SUBSCRIPTIONS, declare
from tests.support.waiting import eventually

metadata = MetaData()
outbox_table(metadata)
inbox_table(metadata)
Table(
    "effect",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("canvas_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
_EFFECT = text("INSERT INTO effect (canvas_id, seq) VALUES (:canvas_id, :seq)")


def tile_created(seq: int, canvas_id: int = 7) -> TileCreated:
    return TileCreated(
        canvas_id=canvas_id,
        seq=seq,
        tile_id=seq,
        creator_id=1,
        actor_id=1,
        version=1,
        x=0,
        y=0,
    )


def create_tables(url: str) -> str:
    """Give a database the outbox, the inbox and the table of effects."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    metadata.create_all(engine)
    engine.dispose()
    return url


async def sql(url: str, statement: str) -> Any:
    """Run a statement on a connection of its own; returns the first value, or None."""

    def run() -> Any:
        connection = psycopg2.connect(url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone() if cursor.description else None
                return row[0] if row else None
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def everything(db: Database, tables: MetaData) -> dict[str, list[Any]]:
    """Return every row of a service but those of its inbox."""
    async with db.connection() as conn:
        return {
            name: [
                tuple(row)
                for row in await conn.fetch_all(text(f"SELECT t FROM {name} AS t ORDER BY t::text"))
            ]
            for name in tables.tables
            if name != "inbox"
        }


async def effects(url: str, canvas_id: int = 7) -> list[int]:
    """Return the `seq` of every effect on a canvas, in the order of the effects."""
    found = await sql(
        url, f"SELECT coalesce(array_agg(seq ORDER BY id), '{{}}') FROM effect WHERE canvas_id = {canvas_id}"
    )
    return list(found)


async def waiting(url: str) -> int:
    """Return the number of rows in the outbox."""
    return int(await sql(url, "SELECT count(*) FROM outbox"))


async def arrived(url: str, *seqs: int, canvas_id: int = 7) -> None:
    """Wait for exactly these effects, in this order."""
    wanted = list(seqs)

    async def there() -> bool:
        return len(await effects(url, canvas_id)) >= len(wanted)

    await eventually(there)
    assert await effects(url, canvas_id) == wanted


@asynccontextmanager
async def running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run tasks during the block, then stop them as SIGTERM does, and wait."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def emit(outbox: Outbox, db: Database, *events: Event) -> None:
    """Put events into the outbox in one transaction."""
    async with db.transaction() as conn:
        outbox.defer(conn, *events)


async def apply(db: Database, handlers: Mapping[type[Any], Handler], *events: Event) -> None:
    """Apply events as a consumer does, each in a transaction of its own, but without broker and inbox."""
    for event in events:
        async with db.transaction() as conn:
            await handlers[type(event)](conn, event)


async def publish(broker_url: str, routing_key: str, body: bytes, message_id: str, copies: int = 1) -> None:
    """Publish a message as another producer would; the topology is declared first."""
    async with await aio_pika.connect(broker_url) as connection, connection.channel() as channel:
        await declare(await channel.get_underlay_channel())
        exchange = await channel.get_exchange(EXCHANGE)
        for _ in range(copies):
            message = aio_pika.Message(body, message_id=message_id, delivery_mode=2)
            await exchange.publish(message, routing_key, mandatory=False)


async def write_effect(conn: Connection, event: TileCreated) -> None:
    await conn.execute(_EFFECT, {"canvas_id": event.canvas_id, "seq": event.seq})


async def _nothing(conn: Connection, event: Event) -> None:
    """The handler of what a test is not about."""


def users_consumer(db: Database, broker_url: str, on_tile_created: Handler = write_effect) -> Consumer:
    """A consumer of what users subscribes to, whose effect is `on_tile_created`."""
    handlers: dict[type[Event], Handler] = dict.fromkeys(SUBSCRIPTIONS["users"], _nothing)
    handlers[TileCreated] = on_tile_created
    return Consumer(db, broker_url, service="users", handlers=handlers)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = Database(url, application="test")
    try:
        yield db
    finally:
        await db.close()
