"""SQL of the feed: the newest tiles of each artist followed, merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, true

from services.users.people import Person, person_columns
from services.users.tables import follows, known_canvases, known_tiles, profiles
from shared.db import Connection

_artist = profiles.alias("artist")
# At most one page of tiles is read per artist, newest first along the index.
_newest = (
    select(known_tiles)
    .join(known_canvases, known_canvases.c.canvas_id == known_tiles.c.canvas_id)
    .where(
        known_canvases.c.is_public,
        ~known_canvases.c.is_deleted,
        known_tiles.c.creator_id == follows.c.followee_id,
        ~known_tiles.c.is_deleted,
        known_tiles.c.is_public,
        known_tiles.c.created_at.is_not(None),
        known_tiles.c.tile_id < bindparam("below"),
    )
    .order_by(known_tiles.c.tile_id.desc())
    .limit(bindparam("count"))
    .lateral("newest")
)
_FEED = (
    select(
        _newest.c.tile_id,
        _newest.c.canvas_id,
        _newest.c.x,
        _newest.c.y,
        _newest.c.like_count,
        _newest.c.created_at,
        *person_columns(_artist, "artist"),
    )
    .join_from(follows, _newest, true())
    .join(_artist, _artist.c.id == follows.c.followee_id)
    .where(follows.c.follower_id == bindparam("follower_id"))
    .order_by(_newest.c.tile_id.desc())
    .limit(bindparam("count"))
)


@dataclass(frozen=True, slots=True)
class Activity:
    """A tile that an artist created."""

    tile_id: int
    canvas_id: int
    x: int
    y: int
    like_count: int
    created_at: datetime
    artist: Person


async def list_activities(
    conn: Connection, follower_id: int, *, below: int, count: int
) -> Sequence[Activity]:
    """Return up to `count` tiles with ids less than `below` of the artists that the account follows."""
    rows = await conn.fetch_all(_FEED, {"follower_id": follower_id, "below": below, "count": count})
    return [
        Activity(
            tile_id=row.tile_id,
            canvas_id=row.canvas_id,
            x=row.x,
            y=row.y,
            like_count=row.like_count,
            created_at=row.created_at,
            artist=Person(row.artist_id, row.artist_username, row.artist_display_name),
        )
        for row in rows
    ]
