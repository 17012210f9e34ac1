"""The worker over a real broker: every event takes effect once, through every failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiormq
import pytest
from aiormq.abc import AbstractChannel, DeliveredMessage
from sqlalchemy import text

from services.users.stats.rules import Counts
from shared.db import Database
from shared.messaging.contracts import (
    AccountSuspended,
    CanvasCreated,
    ProfileUpdated,
    SuspendAccount,
    TileCreated,
)
from shared.messaging.envelope import Envelope
from shared.messaging.topology import EXCHANGE, dead_queue, declare, events_queue
from tests.support.histories import long_history
from tests.support.parts import Private, VirtualHost
from tests.support.users import (
    ADA,
    ANN,
    BOB,
    MOD,
    Caller,
    Client,
    StartWorker,
    Users,
    counts,
    is_ready,
    list_outbox,
    publish,
    registered,
)
from tests.support.waiting import eventually


class EventListener:
    """A consumer of what users publishes, as another service would be."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._heard: asyncio.Queue[DeliveredMessage] = asyncio.Queue()

    @classmethod
    async def on(cls, url: str, queue: str = "") -> EventListener:
        """Listen on that queue, or on a new one for changes of profiles."""
        connection = await aiormq.connect(url)
        channel = await connection.channel()
        await declare(channel)
        if not queue:
            queue = str((await channel.queue_declare(exclusive=True)).queue)
            await channel.queue_bind(queue, EXCHANGE, routing_key=f"{ProfileUpdated.type}.*")
        listener = cls(channel)
        await channel.basic_consume(queue, listener._heard.put, no_ack=True)
        return listener

    async def next(self) -> Envelope:
        """The next message; waits for it."""
        message = await asyncio.wait_for(self._heard.get(), 20)
        return Envelope.decode(message.body)

    async def close(self) -> None:
        await self._channel.connection.close()


async def inbox_size(db: Database) -> int:
    async with db.connection() as conn:
        return int(await conn.fetch_value(text("SELECT count(*) FROM inbox")))


async def test_a_registration_makes_a_profile(users: Users, worker: Client, broker: VirtualHost) -> None:
    await publish(broker.url, registered(ANN, "Ann"))

    async def is_there() -> bool:
        return (await users.call(None, "GET", "/users/1")).status == 200

    await eventually(is_there)
    assert (await users.get("/users/1"))["display_name"] == "Ann"


async def test_a_message_delivered_twice_counts_once(
    worker: Client, broker: VirtualHost, db: Database
) -> None:
    created = CanvasCreated(canvas_id=1, seq=1, owner_id=1, name="a canvas")
    await publish(broker.url, created, created, registered(BOB))

    async def all_heard() -> bool:
        return await inbox_size(db) == 2

    await eventually(all_heard)
    assert await counts(db, [1]) == {1: Counts(canvases_created=1)}


async def test_shuffled_events_count_exactly_while_workers_start_and_stop(
    start_worker: StartWorker, database_url: str, new_broker: Callable[[], VirtualHost], db: Database
) -> None:
    broker = new_broker()
    history, events = long_history(3)
    first, second = [await start_worker(database_url, broker.url) for _ in range(2)]
    await publish(broker.url, *events[: len(events) // 2])

    async def some_heard() -> bool:
        return await inbox_size(db) > 0

    await eventually(some_heard)
    await asyncio.gather(first.close(), publish(broker.url, *events[len(events) // 2 :]))

    async def all_true() -> bool:
        return await counts(db, list(history.truth)) == history.truth

    await eventually(all_true)
    await second.close()


@pytest.mark.slow
@pytest.mark.usefixtures("quick_retries")
async def test_a_message_that_cannot_be_applied_becomes_a_dead_letter_alone(
    start_worker: StartWorker, database_url: str, new_broker: Callable[[], VirtualHost], db: Database
) -> None:
    broker = new_broker()
    worker = await start_worker(database_url, broker.url)
    impossible = TileCreated(
        canvas_id=1, seq=1, tile_id=1, creator_id=1, actor_id=1, version=1, like_count=-1, x=0, y=0
    )
    await publish(broker.url, registered(ANN), impossible, registered(BOB))
    connection = await aiormq.connect(broker.url)
    channel = await connection.channel()

    async def is_dead() -> bool:
        declared = await channel.queue_declare(dead_queue("users.events"), passive=True)
        return declared.message_count == 1

    await eventually(is_dead)
    await connection.close()
    assert await inbox_size(db) == 2
    assert await counts(db, [1]) == {}
    assert await is_ready(worker)


async def test_a_changed_profile_is_published(users: Users, worker: Client, broker: VirtualHost) -> None:
    listener = await EventListener.on(broker.url)
    response = await users.call(
        ANN,
        "PUT",
        "/users/profile",
        json={"display_name": "Ann"},
        headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"},
    )
    assert response.status == 200
    heard = await listener.next()
    await listener.close()
    assert heard.producer == "users"
    assert heard.routing_key == "profile.updated.1"
    assert heard.traceparent is not None
    assert heard.traceparent.split("-")[1] == "ab" * 16
    assert ProfileUpdated.from_envelope(heard).display_name == "Ann"


async def test_changes_succeed_without_the_broker_and_are_published_later(
    users: Users, start_worker: StartWorker, database_url: str, private_broker: Private, db: Database
) -> None:
    worker = await start_worker(database_url, private_broker.url)
    await eventually(lambda: is_ready(worker))
    await asyncio.to_thread(private_broker.stop)

    async def is_missed() -> bool:
        response = await worker.get("/ready")
        return response.status == 503 and (await response.json())["code"] == "rabbitmq_unavailable"

    await eventually(is_missed)
    response = await users.call(ANN, "PUT", "/users/profile", json={"display_name": "Patient"})
    assert response.status == 200
    assert len(await list_outbox(db)) == 1

    await asyncio.to_thread(private_broker.start)
    listener = await EventListener.on(private_broker.url, events_queue("tiles"))
    heard = await listener.next()
    await listener.close()
    assert ProfileUpdated.from_envelope(heard).display_name == "Patient"


async def test_a_profile_created_before_its_registration_is_corrected_by_it(
    users: Users, worker: Client, broker: VirtualHost
) -> None:
    eve = Caller(5, "eve")
    await users.meet(eve)
    await publish(broker.url, registered(eve))

    async def is_corrected() -> bool:
        profile = await users.get("/users/5")
        return bool(profile["joined_at"] == "2024-02-29T12:00:00Z")

    await eventually(is_corrected)


async def test_a_suspension_goes_to_auth_and_its_outcome_into_the_audit_log(
    users: Users, worker: Client, broker: VirtualHost
) -> None:
    await users.meet(BOB, MOD)
    response = await users.call(MOD, "POST", f"/admin/users/{BOB.id}/suspend", json={"reason": "spam"})
    asked = (await response.json())["audit_id"]
    auth = await EventListener.on(broker.url, "auth.commands")
    command = SuspendAccount.from_envelope(await auth.next())
    await auth.close()
    assert (command.account_id, command.actor_id, command.reason) == (BOB.id, MOD.id, "spam")
    outcome = AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", version=2)
    # Delivered twice, as after a crash.
    await publish(broker.url, outcome, outcome)

    async def is_complete() -> bool:
        entries = (await users.get("/admin/audit", ADA, target_kind="user", target_id=BOB.id))["items"]
        return [(entry["outcome"], entry["refers_to"]) for entry in entries] == [
            ("done", asked), ("requested", None)
        ]  # fmt: skip

    await eventually(is_complete)
    (account,) = (await users.get("/admin/users", MOD, search="bob"))["items"]
    assert (account["status"], account["pending"]) == ("suspended", [])


async def test_commands_of_moderators_wait_for_the_broker_and_then_reach_auth(
    users: Users, start_worker: StartWorker, database_url: str, private_broker: Private
) -> None:
    worker = await start_worker(database_url, private_broker.url)
    await eventually(lambda: is_ready(worker))
    await asyncio.to_thread(private_broker.stop)
    await users.meet(BOB)
    response = await users.call(MOD, "POST", f"/admin/users/{BOB.id}/suspend", json={"reason": "spam"})
    assert response.status == 202
    report = {"kind": "user", "target_id": BOB.id, "reason": "spam"}
    assert (await users.call(ANN, "POST", "/reports", json=report)).status == 201
    assert (await users.call(MOD, "GET", "/admin/dashboard")).status == 200

    await asyncio.to_thread(private_broker.start)
    auth = await EventListener.on(private_broker.url, "auth.commands")
    assert SuspendAccount.from_envelope(await auth.next()).account_id == BOB.id
    await auth.close()
