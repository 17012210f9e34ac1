"""The outbox: a message is a row written in the transaction of the change that it reports.

Rows are numbered when the transaction commits. Transactions that first lock the row of their subject (a
canvas taking its next `seq`) therefore leave their messages in order, and the relay publishes by number.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Table, Text, Uuid, func, text

from shared import tracing
from shared.db import Connection, Database, texts
from shared.errors import Unavailable
from shared.messaging.contracts import Message

log = structlog.get_logger(__name__)

CHANNEL: Final = "outbox"
# NOTIFY serialises the transactions that use it, so it has one of its own, at most this often.
NOTIFY_SECONDS: Final = 0.005

_INSERT = text(
    "INSERT INTO outbox (message_id, routing_key, payload)"
    " SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:payloads AS text[]))"
)
# Nothing durable is written, so the commit need not wait for the disk.
_NOTIFY = text(f"SELECT set_config('synchronous_commit', 'off', true), pg_notify('{CHANNEL}', '')")


def outbox_table(metadata: MetaData) -> Table:
    """Define the outbox of a service; its migration creates the same table.

    The payload is text: relayed byte for byte, neither parsed nor rewritten on the way, and readable.
    Autovacuum does not wait for a share of the table, which is empty most of the time.
    """
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("routing_key", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 5000},
    )


class Outbox:
    """Publishes messages through the database; `producer` is the name of the service."""

    def __init__(self, database: Database, *, producer: str) -> None:
        self._database = database
        self._producer = producer
        self._committed = asyncio.Event()

    def defer(self, conn: Connection, *messages: Message) -> None:
        """Write messages with the COMMIT of this transaction; none of them if it rolls back.

        The order of a subject's messages is only certain if this transaction has locked the subject's row.
        """
        trace = tracing.current_trace().header
        envelopes = [message.envelope(producer=self._producer, traceparent=trace) for message in messages]
        conn.defer(
            _INSERT,
            {
                "ids": texts([str(envelope.id) for envelope in envelopes]),
                "keys": texts([envelope.routing_key for envelope in envelopes]),
                "payloads": texts([envelope.encode() for envelope in envelopes]),
            },
        )
        conn.after_commit(self._committed.set)

    async def run(self) -> None:
        """Notify the relay after commits, until cancelled.

        If a notification is lost with this process, the relay's next poll finds the messages.
        """
        while True:
            await self._committed.wait()
            self._committed.clear()
            try:
                async with self._database.connection() as conn:
                    await conn.execute(_NOTIFY)
            except Unavailable as error:
                log.info("relay not notified", reason=str(error))
            await asyncio.sleep(NOTIFY_SECONDS)
