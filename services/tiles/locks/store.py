"""SQL of locks; all of it runs while the caller holds the canvas."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.tables import artists, locks
from shared.db import Connection

_offered = insert(locks).values(
    tile_id=bindparam("tile_id"), holder_id=bindparam("holder_id"), expires_at=bindparam("expires_at")
)
_PUT = _offered.on_conflict_do_update(
    index_elements=["tile_id"],
    set_={"holder_id": _offered.excluded.holder_id, "expires_at": _offered.excluded.expires_at},
)
_REMOVE = delete(locks).where(locks.c.tile_id == bindparam("tile_id"))
_ARTIST = select(artists.c.id, artists.c.username, DISPLAYED_NAME.label("display_name")).where(
    artists.c.id == bindparam("artist_id")
)


async def artist(conn: Connection, artist_id: int) -> Artist:
    """Return the artist who is about to hold a lock."""
    row = await conn.fetch_one(_ARTIST, {"artist_id": artist_id})
    return Artist(row.id, row.username, row.display_name)


def put(conn: Connection, tile_id: int, holder_id: int, expires_at: datetime) -> None:
    """Give the lock to the holder until `expires_at`, with the COMMIT."""
    conn.defer(_PUT, {"tile_id": tile_id, "holder_id": holder_id, "expires_at": expires_at})


def remove(conn: Connection, tile_id: int) -> None:
    """Take the lock away, with the COMMIT."""
    conn.defer(_REMOVE, {"tile_id": tile_id})
