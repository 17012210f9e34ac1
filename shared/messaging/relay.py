"""The relay: publishes the rows of the outbox in order, and deletes those that the broker has confirmed.

Exactly one relay per service is active, the one whose session holds the advisory lock. It reads and deletes
on that connection, so a relay that loses the lock cannot delete rows. Rows are deleted rather than marked, so
that the table stays as small as the backlog; a crash between confirm and delete only repeats messages, which
every inbox ignores.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiormq.abc import AbstractChannel
from aiormq.exceptions import DeliveryError
from pamqp import commands
from prometheus_client import Counter, Gauge
from sqlalchemy import text

from shared.db import Connection, Database
from shared.db.locks import AdvisoryLock
from shared.errors import Unavailable
from shared.messaging import outbox
from shared.messaging.connection import BrokerLink
from shared.messaging.topology import DURABLE_TYPES, address, declare

log = structlog.get_logger(__name__)

PERSISTENT: Final = 2
BATCH: Final = 500
# How often a standby tries to get the lock, and how often the active relay polls without a notification.
STANDBY_SECONDS: Final = 0.5
POLL_SECONDS: Final = 1.0
CONFIRM_SECONDS: Final = 10.0
MEASURE_SECONDS: Final = 5.0
# A binding that an operator deleted would lose events without a word: others still route them.
DECLARE_SECONDS: Final = 60.0

PUBLISHED = Counter("relay_published", "Messages confirmed by the broker.")
ACTIVE = Gauge("relay_active", "1 while the relay of this process is the active one.")
WAITING = Gauge("outbox_waiting", "Rows in the outbox that are not confirmed yet; counts to 100000.")
OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest row in the outbox.")

_LOCK = text(f"SELECT pg_try_advisory_lock({AdvisoryLock.RELAY:d})")
# A delete lost in a crash of PostgreSQL only repeats a message, so commits need not wait for the disk.
_NO_WAIT = text("SET synchronous_commit = off")
_LISTEN = text(f"LISTEN {outbox.CHANNEL}")
_CLAIM = text(
    "SELECT id, CAST(message_id AS text) AS message_id, routing_key, payload"
    " FROM outbox ORDER BY id LIMIT :batch"
)
_DELETE = text("DELETE FROM outbox WHERE id = ANY(:ids)")
_MEASURE = text(
    "SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS waiting) AS waiting,"
    " coalesce(extract(epoch FROM now() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0) AS oldest"
)


class Relay:
    """Publishes one service's outbox to the exchanges; start one in each worker process."""

    def __init__(self, database: Database, broker_url: str, *, service: str) -> None:
        self._database = database
        self._link = BrokerLink(broker_url, f"{service} relay")

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._link.connected

    async def run(self) -> None:
        """Relay until cancelled, through every outage of the broker and of PostgreSQL."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._session))
            tasks.create_task(self._measure())

    async def _session(self, channel: AbstractChannel) -> None:
        await declare(channel)
        while True:
            try:
                async with self._database.open_dedicated() as conn:
                    await _wait_for_lock(conn)
                    with ACTIVE.track_inprogress():
                        await _relay(conn, channel)
            except Unavailable as error:
                log.warning("relay paused", reason=str(error))
                await asyncio.sleep(STANDBY_SECONDS)

    async def _measure(self) -> None:
        while True:
            try:
                async with self._database.connection() as conn:
                    row = await conn.fetch_one(_MEASURE)
                WAITING.set(row.waiting)
                OLDEST.set(row.oldest)
            except Exception as error:
                log.warning("outbox not measured", reason=repr(error))
            await asyncio.sleep(MEASURE_SECONDS)


async def _wait_for_lock(conn: Connection) -> None:
    while not await conn.fetch_value(_LOCK):  # noqa: ASYNC110 - PostgreSQL does not announce a free lock
        await asyncio.sleep(STANDBY_SECONDS)
    log.info("relay active")
    await conn.execute(_NO_WAIT)
    await conn.execute(_LISTEN)


async def _relay(conn: Connection, channel: AbstractChannel) -> None:
    declared = time.monotonic()
    while True:
        if time.monotonic() - declared > DECLARE_SECONDS:
            await declare(channel)
            declared = time.monotonic()
        rows = await conn.fetch_all(_CLAIM, {"batch": BATCH})
        if rows:
            confirmed = await _publish(channel, rows)
            await conn.execute(_DELETE, {"ids": [row.id for row in rows[:confirmed]]})
            PUBLISHED.inc(confirmed)
            if confirmed < len(rows):
                await declare(channel)
                await asyncio.sleep(STANDBY_SECONDS)
        if len(rows) < BATCH:
            await conn.wait_for_notification(POLL_SECONDS)


async def _publish(channel: AbstractChannel, rows: Sequence[Any]) -> int:
    """Publish all rows at once and return the number that is confirmed, counted from the first.

    The rows after the first refused one are published again after it, so that a subject's last message is its
    newest. Raises AMQPError or TimeoutError when the channel is lost.
    """
    async with asyncio.timeout(CONFIRM_SECONDS):
        answers = await asyncio.gather(*(_publish_one(channel, row) for row in rows))
    for position, answer in enumerate(answers):
        if not isinstance(answer, commands.Basic.Ack):
            log.error("message refused", message_id=rows[position].message_id, by=type(answer).__name__)
            return position
    return len(rows)


async def _publish_one(channel: AbstractChannel, row: Any) -> object:
    message_type = row.routing_key.rpartition(".")[0]
    exchange, routing_key = address(message_type, row.routing_key)
    try:
        return await channel.basic_publish(
            row.payload.encode(),
            exchange=exchange,
            routing_key=routing_key,
            properties=commands.Basic.Properties(
                message_id=row.message_id,
                message_type=message_type,
                content_type="application/json",
                delivery_mode=PERSISTENT,
            ),
            mandatory=message_type in DURABLE_TYPES,
        )
    except DeliveryError as refused:
        return refused.frame
