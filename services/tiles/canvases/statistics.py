"""SQL of the statistics of a canvas."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, text

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.rules import PlacedPixels, Share, Shares
from services.tiles.tables import artists, tiles
from shared.db import Connection

PLACED_HOURS = 7 * 24
"""How far back placed pixels are counted by hour, in hours."""

_STATS = (
    select(
        artists.c.id,
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
        func.count().label("tile_count"),
        func.sum(tiles.c.like_count).label("like_count"),
        func.count().over().label("all_artists"),
        func.sum(func.sum(tiles.c.like_count)).over().label("all_likes"),
    )
    .join_from(tiles, artists, artists.c.id == tiles.c.creator_id)
    .where(tiles.c.canvas_id == bindparam("canvas_id"))
    .group_by(artists.c.id)
    .order_by(func.count().desc(), artists.c.id)
    .limit(bindparam("count"))
)
_PLACED = text(
    "SELECT coalesce(sum(pixels_placed), 0) AS count, count(*) FILTER (WHERE pixels_placed > 0) AS artists"
    " FROM charges WHERE canvas_id = :canvas_id"
)
_PLACED_HOURS = text(
    "SELECT colour, NULL AS hour, sum(pixels) AS pixels FROM placed_hours"
    " WHERE canvas_id = :canvas_id AND pixels > 0 GROUP BY colour"
    " UNION ALL SELECT NULL, to_timestamp(hour * 3600.0), sum(pixels) FROM placed_hours"
    " WHERE canvas_id = :canvas_id AND pixels > 0"
    " AND hour > floor(date_part('epoch', now()) / 3600) - :hours GROUP BY hour"
    " ORDER BY 1, 2"
)


async def get_shares(conn: Connection, canvas_id: int, top: int) -> Shares:
    """Return how much of a canvas artists have: the `top` ones by tiles, and the sums over all of them."""
    rows = await conn.fetch_all(_STATS, {"canvas_id": canvas_id, "count": top})
    return Shares(
        artist_count=rows[0].all_artists if rows else 0,
        like_count=int(rows[0].all_likes) if rows else 0,
        top=[
            Share(Artist(row.id, row.username, row.display_name), row.tile_count, int(row.like_count))
            for row in rows
        ],
    )


async def get_placed(conn: Connection, canvas_id: int) -> PlacedPixels:
    """Return what was placed on a canvas; by hour, for the last PLACED_HOURS."""
    total = await conn.fetch_one(_PLACED, {"canvas_id": canvas_id})
    rows = await conn.fetch_all(_PLACED_HOURS, {"canvas_id": canvas_id, "hours": PLACED_HOURS})
    return PlacedPixels(
        count=int(total.count),
        artist_count=total.artists,
        by_colour={row.colour: int(row.pixels) for row in rows if row.colour is not None},
        by_hour={row.hour: int(row.pixels) for row in rows if row.hour is not None},
    )
