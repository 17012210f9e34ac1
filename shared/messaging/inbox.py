"""The inbox: messages that have been applied, each recorded in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Uuid, func, text

from shared.db import Connection, Database
from shared.db.arrays import texts

# Longer than dead letters wait to be replayed.
KEEP_DAYS: Final = 14
_PRUNE_ROWS: Final = 5000

_CLAIM = text(
    "INSERT INTO inbox (message_id) SELECT unnest(CAST(:ids AS uuid[]))"
    " ON CONFLICT DO NOTHING RETURNING CAST(message_id AS text) AS message_id"
)
_PRUNE = text(
    "DELETE FROM inbox WHERE message_id IN (SELECT message_id FROM inbox"
    " WHERE received_at < now() - make_interval(days => :days) LIMIT :rows)"
)


def inbox_table(metadata: MetaData) -> Table:
    """Define the inbox of a service; its migration creates the same table.

    Rows are inserted in the order of time, so a BRIN index, which costs inserts nothing, finds old ones.
    """
    return Table(
        "inbox",
        metadata,
        Column("message_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("ix_inbox_received_at", "received_at", postgresql_using="brin"),
    )


async def claim(conn: Connection, message_ids: Sequence[str]) -> set[str]:
    """Record messages and return the ids of the new ones, which the caller must apply in this transaction."""
    rows = await conn.fetch_all(_CLAIM, {"ids": texts(message_ids)})
    return {row.message_id for row in rows}


async def prune(database: Database) -> int:
    """Delete messages received more than `KEEP_DAYS` ago, in small transactions; returns their number."""
    pruned = 0
    while True:
        async with database.transaction() as conn:
            rows = await conn.execute(_PRUNE, {"days": KEEP_DAYS, "rows": _PRUNE_ROWS})
        pruned += rows
        if rows < _PRUNE_ROWS:
            return pruned
