"""The worker: relays events and deletes expired rows."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aio_pika

from services.auth.app import create_worker
from shared.messaging.topology import EXCHANGE
from tests.support.auth import Auth, Client, is_ready, problem, settings_for
from tests.support.parts import VirtualHost
from tests.support.waiting import PATIENCE, eventually


async def test_a_registration_reaches_the_exchange(
    auth: Auth, broker: VirtualHost, aiohttp_client: Any
) -> None:
    account = (await auth.register("ada", display_name="Ada"))["account"]
    connection = await aio_pika.connect(broker.url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "account.registered.*")
        worker: Client = await aiohttp_client(
            create_worker(settings_for(auth.database_url, broker_url=broker.url))
        )
        await eventually(lambda: is_ready(worker))
        async with asyncio.timeout(PATIENCE):
            async with queue.iterator(no_ack=True) as messages:
                message = await anext(messages)
    assert message.routing_key == f"account.registered.{account['id']}"
    assert json.loads(message.body)["data"]["username"] == "ada"

    async def is_relayed() -> bool:
        return auth.rows("SELECT count(*) FROM outbox") == [(0,)]

    await eventually(is_relayed)


async def test_only_expired_rows_are_deleted(auth: Auth, aiohttp_client: Any) -> None:
    expired, live = await auth.register("expired"), await auth.register("live")
    for session in (expired, live):
        assert (await auth.refresh(session["refresh_token"])).status == 200
    auth.rows("DELETE FROM login_throttles")
    await auth.login("expired", "wrong")
    await auth.login("live", "wrong", headers={"X-Forwarded-For": "203.0.113.7"})
    auth.rows(
        "UPDATE sessions SET expires_at = now() WHERE account_id = %(id)s", {"id": expired["account"]["id"]}
    )
    auth.rows(
        "UPDATE login_throttles SET expires_at = now() - interval '1 s'"
        " WHERE key IN (SELECT key FROM login_throttles ORDER BY key LIMIT 5)"
    )
    await aiohttp_client(create_worker(settings_for(auth.database_url)))

    async def is_tidy() -> bool:
        counts = auth.rows(
            "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM refresh_tokens),"
            " (SELECT count(*) FROM login_throttles)"
        )
        return counts == [(1, 2, 1)]

    await eventually(is_tidy)


async def test_a_worker_without_a_broker_is_alive_but_not_ready(auth: Auth, aiohttp_client: Any) -> None:
    worker: Client = await aiohttp_client(create_worker(settings_for(auth.database_url)))
    assert (await worker.get("/health")).status == 200
    assert await problem(await worker.get("/ready")) == (503, "rabbitmq_unavailable")
