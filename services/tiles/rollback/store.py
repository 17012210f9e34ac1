"""SQL of rollbacks."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

from sqlalchemy import func, select, text

from services.tiles.artists.rules import Artist
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Mode
from services.tiles.revisions.rules import LAST_VERSION, Span
from services.tiles.rollback.rules import Removed
from shared.db import Connection, Row

# One look at the end of each tile's history instead of a scan of everything since: a canvas has thousands of
# tiles and millions of revisions. Deleted tiles have an index of their own.
_CHANGED_SINCE = text(
    "SELECT concerned.id AS tile_id, coalesce((SELECT version FROM revisions"
    " WHERE tile_id = concerned.id AND occurred_at <= :since ORDER BY version DESC LIMIT 1), 0) AS version"
    " FROM (SELECT id FROM tiles WHERE canvas_id = :canvas_id"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " AND (SELECT occurred_at FROM revisions WHERE tile_id = tiles.id ORDER BY version DESC LIMIT 1) > :since"
    " UNION"
    " SELECT tile_id FROM revisions AS deletion WHERE canvas_id = :canvas_id AND kind = 'deleted'"
    " AND occurred_at > :since AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " AND NOT EXISTS (SELECT FROM tiles WHERE tiles.id = deletion.tile_id)"
    " LIMIT :count) AS concerned"
    " ORDER BY concerned.id"
)
# If the artist alone has changed the tile since, which counting shows, their changes need not be read.
_CHANGED_BY = text(
    "SELECT tile_id, first - 1 AS version,"
    " CASE WHEN count = newest.version - first + 1 THEN first - 1 ELSE :newest END AS until"
    " FROM (SELECT tile_id, min(version) AS first, count(*) AS count FROM revisions"
    " WHERE author_id = :author_id AND canvas_id = :canvas_id AND occurred_at > :since"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " GROUP BY tile_id ORDER BY tile_id LIMIT :count) AS changed"
    " CROSS JOIN LATERAL (SELECT version FROM revisions"
    " WHERE tile_id = changed.tile_id ORDER BY version DESC LIMIT 1) AS newest"
    " ORDER BY tile_id"
)
_REMOVED = text(
    "SELECT wanted.tile_id, newest.version, newest.canvas_id, newest.x, newest.y,"
    " canvases.tile_size, canvases.collaboration_mode, oldest.author_id, oldest.occurred_at,"
    " artists.username, coalesce(artists.display_name, artists.username) AS display_name,"
    " EXISTS (SELECT FROM tiles WHERE tiles.canvas_id = newest.canvas_id"
    " AND tiles.x = newest.x AND tiles.y = newest.y) AS is_cell_taken"
    " FROM unnest(CAST(:tile_ids AS bigint[])) AS wanted (tile_id)"
    " CROSS JOIN LATERAL (SELECT * FROM revisions"
    " WHERE tile_id = wanted.tile_id ORDER BY version DESC LIMIT 1) AS newest"
    " CROSS JOIN LATERAL (SELECT author_id, occurred_at FROM revisions"
    " WHERE tile_id = wanted.tile_id ORDER BY version LIMIT 1) AS oldest"
    " JOIN canvases ON canvases.id = newest.canvas_id"
    " JOIN artists ON artists.id = oldest.author_id"
)
_NOW = select(func.clock_timestamp())


async def list_changed_since(
    conn: Connection, canvas_id: int, area: Region, since: datetime, count: int
) -> Sequence[Span]:
    """Return up to `count` tiles changed after `since`, each as a span of only the version it had then."""
    params = {"canvas_id": canvas_id, "since": since, "count": count, **_bounds(area)}
    rows = await conn.fetch_all(_CHANGED_SINCE, params)
    return [Span(row.tile_id, row.version, row.version) for row in rows]


async def list_changed_by(
    conn: Connection, canvas_id: int, area: Region, since: datetime, author_id: int, count: int
) -> Sequence[Span]:
    """Return up to `count` tiles that the artist changed after `since`, each from its version before that.

    The span reaches the newest version if another artist has changed the tile too.
    """
    params = {
        "canvas_id": canvas_id,
        "since": since,
        "author_id": author_id,
        "count": count,
        "newest": LAST_VERSION,
        **_bounds(area),
    }
    rows = await conn.fetch_all(_CHANGED_BY, params)
    return [Span(row.tile_id, row.version, row.until) for row in rows]


async def list_removed(conn: Connection, tile_ids: Set[int]) -> Sequence[Removed]:
    """Return deleted tiles, read from their history."""
    return [_build_removed(row) for row in await conn.fetch_all(_REMOVED, {"tile_ids": list(tile_ids)})]


async def get_now(conn: Connection) -> datetime:
    """Return the database's time, which is the time of revisions too."""
    moment: datetime = await conn.fetch_value(_NOW)
    return moment


def _bounds(area: Region) -> dict[str, int]:
    return {
        "left": area.x,
        "right": area.x + area.columns - 1,
        "top": area.y,
        "bottom": area.y + area.rows - 1,
    }


def _build_removed(row: Row) -> Removed:
    is_shared = row.collaboration_mode == Mode.PLACE
    return Removed(
        id=row.tile_id,
        canvas_id=row.canvas_id,
        x=row.x,
        y=row.y,
        size=row.tile_size,
        creator=None if is_shared else Artist(row.author_id, row.username, row.display_name),
        version=row.version,
        created_at=row.occurred_at,
        is_cell_taken=row.is_cell_taken,
    )
