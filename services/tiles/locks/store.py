"""SQL of locks; a writer holds the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.rules import CanvasSeq
from services.tiles.tables import artists, canvases, locks, tiles
from services.tiles.tiles.rules import Lock
from shared.db import Connection

_offered = insert(locks).values(
    tile_id=bindparam("tile_id"), holder_id=bindparam("holder_id"), expires_at=bindparam("expires_at")
)
_PUT = _offered.on_conflict_do_update(
    index_elements=["tile_id"],
    set_={"holder_id": _offered.excluded.holder_id, "expires_at": _offered.excluded.expires_at},
)
_DELETE = delete(locks).where(locks.c.tile_id == bindparam("tile_id"))
_ARTIST = select(artists.c.id, artists.c.username, DISPLAYED_NAME.label("display_name")).where(
    artists.c.id == bindparam("artist_id")
)
_EXPIRED = locks.c.expires_at <= func.clock_timestamp()
_CANVASES_WITH_EXPIRED = (
    select(tiles.c.canvas_id)
    .join_from(locks, tiles, tiles.c.id == locks.c.tile_id)
    .where(_EXPIRED)
    .distinct()
)
_EXPIRED_ON_CANVAS = (
    select(canvases.c.seq, locks.c.tile_id, locks.c.holder_id)
    .join_from(locks, tiles, tiles.c.id == locks.c.tile_id)
    .join(canvases, canvases.c.id == tiles.c.canvas_id)
    .where(_EXPIRED, tiles.c.canvas_id == bindparam("canvas_id"))
    .order_by(locks.c.tile_id)
    .limit(bindparam("count"))
)
_LIVE = (
    select(
        locks.c.tile_id,
        locks.c.holder_id,
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
        locks.c.expires_at,
    )
    .join_from(locks, tiles, tiles.c.id == locks.c.tile_id)
    .join(artists, artists.c.id == locks.c.holder_id)
    .where(
        tiles.c.canvas_id == bindparam("canvas_id"),
        tiles.c.is_public,
        locks.c.tile_id > bindparam("after"),
        locks.c.expires_at > func.clock_timestamp(),
    )
    .order_by(locks.c.tile_id)
    .limit(bindparam("count"))
)


class ListedLock(NamedTuple):
    """A live lock and its tile."""

    tile_id: int
    lock: Lock


class ExpiredLock(NamedTuple):
    """A lock to delete."""

    tile_id: int
    holder_id: int


async def get_artist(conn: Connection, artist_id: int) -> Artist:
    """Return an artist as shown to others."""
    row = await conn.fetch_one(_ARTIST, {"artist_id": artist_id})
    return Artist(row.id, row.username, row.display_name)


def defer_put(conn: Connection, tile_id: int, holder_id: int, expires_at: datetime) -> None:
    """Store with the COMMIT that the holder has the lock until `expires_at`."""
    conn.defer(_PUT, {"tile_id": tile_id, "holder_id": holder_id, "expires_at": expires_at})


def defer_delete(conn: Connection, tile_id: int) -> None:
    """Delete the lock with the COMMIT."""
    conn.defer(_DELETE, {"tile_id": tile_id})


async def list_live(conn: Connection, canvas_id: int, *, after: int, count: int) -> Sequence[ListedLock]:
    """Return up to `count` live locks of the canvas's public tiles, ordered by tile, beyond tile `after`."""
    rows = await conn.fetch_all(_LIVE, {"canvas_id": canvas_id, "after": after, "count": count})
    return [
        ListedLock(row.tile_id, Lock(Artist(row.holder_id, row.username, row.display_name), row.expires_at))
        for row in rows
    ]


async def list_canvases_with_expired(conn: Connection) -> Sequence[int]:
    """Return the canvases with expired locks."""
    return [row.canvas_id for row in await conn.fetch_all(_CANVASES_WITH_EXPIRED)]


async def list_expired(
    conn: Connection, canvas_id: int, count: int
) -> tuple[CanvasSeq, Sequence[ExpiredLock]]:
    """Return the number of the canvas's last change (0 if there are none) and up to `count` expired locks."""
    rows = await conn.fetch_all(_EXPIRED_ON_CANVAS, {"canvas_id": canvas_id, "count": count})
    seq = rows[0].seq if rows else 0
    return CanvasSeq(canvas_id, seq), [ExpiredLock(row.tile_id, row.holder_id) for row in rows]
