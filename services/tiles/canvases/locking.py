"""Locks of canvases, under which all writes to them happen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.tables import canvases
from shared.db import Connection, Row, integers

_LOCK = select(canvases.c.id).where(canvases.c.id == bindparam("canvas_id")).with_for_update(key_share=True)

# In a WITH, so that the time is taken once the locks are held.
_LOCK_ALL = text(
    "WITH locked AS (SELECT id, seq FROM canvases WHERE id = ANY(CAST(:ids AS bigint[]))"
    " ORDER BY id FOR NO KEY UPDATE)"
    " SELECT id, seq, clock_timestamp() AS now FROM locked"
)
_FREE = (
    select(canvases.c.id)
    .where(canvases.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .with_for_update(key_share=True, skip_locked=True)
)


def prepend_lock(conn: Connection, canvas_id: int) -> None:
    """Lock the canvas until the transaction ends, so that it has one writer at a time.

    Sent in the round trip of the next statement. A canvas is locked before anything on it is read, so that
    reads see what the previous writer left, and before any other row, so that two writers cannot deadlock.
    """
    conn.prepend(_LOCK, {"canvas_id": canvas_id})


async def lock_all(conn: Connection, canvas_ids: Collection[int]) -> Sequence[Row]:
    """Lock canvases in order of id; returns `id`, `seq` and the time by now of each that exists."""
    return await conn.fetch_all(_LOCK_ALL, {"ids": integers(canvas_ids)})


async def list_unlocked(conn: Connection, canvas_ids: Collection[int]) -> set[int]:
    """Return those of the canvases that no transaction holds at this moment."""
    return {row.id for row in await conn.fetch_all(_FREE, {"ids": list(canvas_ids)})}
