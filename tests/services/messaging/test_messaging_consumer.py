"""The consumer: each message takes effect once and in order, and none is lost or blocks others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aio_pika
import pytest

from shared.db import Connection, Database
from shared.messaging import dead_letters, inbox
from shared.messaging.consumer import Consumer
from shared.messaging.contracts import TileCreated
from shared.messaging.envelope import Envelope
from tests.support.messaging import (
    arrived,
    create_tables,
    effects,
    opened,
    publish,
    running,
    sql,
    tile_created,
    users_consumer,
    write_effect,
)
from tests.support.parts import Private
from tests.support.waiting import eventually


def message(seq: int) -> Envelope:
    return tile_created(seq).envelope(producer="tiles", traceparent=None)


async def send(broker_url: str, *envelopes: Envelope, copies: int = 1) -> None:
    for envelope in envelopes:
        await publish(broker_url, envelope.routing_key, envelope.encode().encode(), str(envelope.id), copies)


async def is_listening(consumer: Consumer, broker_url: str) -> None:
    """Wait until the consumer has declared its queue."""

    async def declared() -> bool:
        if not consumer.connected:
            return False
        async with await aio_pika.connect(broker_url) as connection, connection.channel() as channel:
            try:
                queue = await channel.get_queue("users.events", ensure=True)
            except aio_pika.exceptions.ChannelClosed:
                return False
            return bool(queue.declaration_result.consumer_count)

    await eventually(declared)


async def dead(broker_url: str, count: int) -> list[dead_letters.DeadLetter]:
    """Wait for that many dead letters of users."""
    found: list[dead_letters.DeadLetter] = []

    async def there() -> bool:
        found[:] = await dead_letters.show(broker_url, "users.events")
        return len(found) >= count

    await eventually(there)
    return found


async def test_a_repeated_message_changes_nothing(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    consumer = users_consumer(users_db, broker_url)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        first = message(1)
        await send(broker_url, first, copies=3)
        await arrived(users_url, 1)
        await send(broker_url, first, message(2))
        await arrived(users_url, 1, 2)


@pytest.mark.slow
async def test_a_poison_message_ends_as_a_dead_letter_and_the_others_pass(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    async def refuse_three(conn: Connection, event: TileCreated) -> None:
        await write_effect(conn, event)
        if event.seq == 3:
            raise ArithmeticError("poison")

    consumer = users_consumer(users_db, broker_url, refuse_three)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        poison = message(3)
        await send(broker_url, message(1), message(2), poison, message(4), message(5))
        await arrived(users_url, 1, 2, 4, 5)
        letters = await dead(broker_url, 1)

    assert [(letter.message_id, letter.reason) for letter in letters] == [(str(poison.id), "delivery_limit")]


@pytest.mark.slow
async def test_a_replayed_dead_letter_has_its_effect(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    broken = True

    async def refuse_while_broken(conn: Connection, event: TileCreated) -> None:
        if broken:
            raise ArithmeticError("not mended yet")
        await write_effect(conn, event)

    consumer = users_consumer(users_db, broker_url, refuse_while_broken)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        await send(broker_url, message(1))
        await dead(broker_url, 1)
        broken = False
        assert await dead_letters.replay(broker_url, "users.events") == 1
        await arrived(users_url, 1)

    assert await dead_letters.show(broker_url, "users.events") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00",
        b'{"id": 1}',
        message(1).encode().replace('"tile_id":1', '"tile_id":"many"').encode(),
    ],
    ids=["empty", "not text", "no envelope", "data of another shape"],
)
async def test_an_unreadable_message_is_a_dead_letter_at_once(
    users_db: Database, users_url: str, broker_url: str, body: bytes
) -> None:
    consumer = users_consumer(users_db, broker_url)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        await publish(broker_url, "tile.created.7", body, "unreadable")
        await send(broker_url, message(2))
        await arrived(users_url, 2)
        letters = await dead(broker_url, 1)

    assert [(letter.message_id, letter.reason, letter.body) for letter in letters] == [
        ("unreadable", "rejected", body)
    ]


async def test_a_message_of_an_unknown_type_is_ignored(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    consumer = users_consumer(users_db, broker_url)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        unknown = message(1).model_copy(update={"type": "tile.folded"})
        await publish(broker_url, "tile.created.7", unknown.encode().encode(), str(unknown.id))
        await send(broker_url, message(2))
        await arrived(users_url, 2)

    assert await dead_letters.show(broker_url, "users.events") == []


async def test_messages_are_held_while_postgresql_is_down(
    broker_url: str, private_database: Callable[[str], Private]
) -> None:
    private = private_database("users")
    create_tables(private.url)
    async with opened(private.url) as users_db:
        consumer = users_consumer(users_db, broker_url)
        async with running(consumer.run()):
            await is_listening(consumer, broker_url)
            await send(broker_url, message(1))
            await arrived(private.url, 1)
            await asyncio.to_thread(private.stop)
            await send(broker_url, *(message(seq) for seq in range(2, 20)))
            await asyncio.to_thread(private.start)
            await arrived(private.url, *range(1, 20))

    assert await dead_letters.show(broker_url, "users.events") == []


async def test_a_stopped_consumer_finishes_the_messages_it_has_received(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    began = asyncio.Event()

    async def slow(conn: Connection, event: TileCreated) -> None:
        began.set()
        await asyncio.sleep(0.2)
        await write_effect(conn, event)

    consumer = users_consumer(users_db, broker_url, slow)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        await send(broker_url, message(1), message(2), message(3))
        await began.wait()
    finished = await effects(users_url)

    assert finished == list(range(1, len(finished) + 1))
    assert finished
    async with running(users_consumer(users_db, broker_url).run()):
        await arrived(users_url, 1, 2, 3)


@pytest.mark.slow
async def test_a_handler_that_writes_nothing_durable_on_failure(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    async def fail_after_writing(conn: Connection, event: TileCreated) -> None:
        await write_effect(conn, event)
        raise ArithmeticError

    consumer = users_consumer(users_db, broker_url, fail_after_writing)
    async with running(consumer.run()):
        await is_listening(consumer, broker_url)
        await send(broker_url, message(1))
        await dead(broker_url, 1)

    assert await effects(users_url) == []
    assert await sql(users_url, "SELECT count(*) FROM inbox") == 0


async def test_only_one_of_two_consumers_is_active_and_the_other_takes_over(
    users_db: Database, users_url: str, broker_url: str
) -> None:
    worked = set()

    def worker(name: str) -> Consumer:
        async def note(conn: Connection, event: TileCreated) -> None:
            worked.add(name)
            await write_effect(conn, event)

        return users_consumer(users_db, broker_url, note)

    first, second = worker("first"), worker("second")
    async with running(first.run()) as tasks:
        await is_listening(first, broker_url)
        async with running(second.run()):
            await is_listening(second, broker_url)
            await send(broker_url, message(1), message(2))
            await arrived(users_url, 1, 2)
            assert worked == {"first"}
            tasks[0].cancel()
            await asyncio.wait(tasks)
            await send(broker_url, message(3))
            await arrived(users_url, 1, 2, 3)

    assert worked == {"first", "second"}


async def test_only_old_inbox_rows_are_deleted(users_db: Database, users_url: str) -> None:
    await sql(
        users_url,
        "INSERT INTO inbox SELECT gen_random_uuid(), now() - make_interval(days => days)"
        " FROM generate_series(1, 20) AS days",
    )

    assert await inbox.prune(users_db) == 20 - inbox.KEEP_DAYS + 1
    assert await sql(users_url, "SELECT max(now() - received_at) < interval '14 days' FROM inbox")


async def test_a_consumer_must_handle_exactly_what_it_subscribes_to(users_db: Database) -> None:
    with pytest.raises(ValueError, match="users"):
        Consumer(users_db, "amqp://localhost", service="users", handlers={TileCreated: write_effect})
