"""SQL of likes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.likes.schemas import LikeView
from services.tiles.tables import artists, likes, tiles
from shared.db import Connection

_INSERT = (
    insert(likes)
    .values(tile_id=bindparam("tile_id"), artist_id=bindparam("artist_id"))
    .on_conflict_do_nothing(index_elements=["tile_id", "artist_id"])
)
_DELETE = delete(likes).where(
    likes.c.tile_id == bindparam("tile_id"), likes.c.artist_id == bindparam("artist_id")
)
_COUNT = (
    update(tiles)
    .where(tiles.c.id == bindparam("tile_id"))
    .values(like_count=tiles.c.like_count + bindparam("change"))
)
_LIKES = (
    select(artists.c.id, artists.c.username, DISPLAYED_NAME.label("display_name"), likes.c.liked_at)
    .join_from(likes, artists, artists.c.id == likes.c.artist_id)
    .where(likes.c.tile_id == bindparam("tile_id"), likes.c.artist_id > bindparam("after"))
    .order_by(likes.c.artist_id)
    .limit(bindparam("count"))
)


async def insert_like(conn: Connection, tile_id: int, artist_id: int) -> bool:
    """Store a like; returns False if it existed already."""
    return await conn.execute(_INSERT, {"tile_id": tile_id, "artist_id": artist_id}) == 1


async def delete_like(conn: Connection, tile_id: int, artist_id: int) -> bool:
    """Delete a like; returns False if there was none."""
    return await conn.execute(_DELETE, {"tile_id": tile_id, "artist_id": artist_id}) == 1


def defer_count(conn: Connection, tile_id: int, change: int) -> None:
    """Change the tile's `like_count` by `change` with the COMMIT."""
    conn.defer(_COUNT, {"tile_id": tile_id, "change": change})


async def list_likes(conn: Connection, tile_id: int, *, after: int, count: int) -> Sequence[LikeView]:
    """Return up to `count` likes of a tile, ordered by the artist's id, beyond `after`."""
    rows = await conn.fetch_all(_LIKES, {"tile_id": tile_id, "after": after, "count": count})
    return [LikeView.model_validate({"artist": row, "liked_at": row.liked_at}) for row in rows]
