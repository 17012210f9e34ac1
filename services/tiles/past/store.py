"""SQL of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import text

from services.tiles.canvases.regions import Region
from services.tiles.past.rules import PastTile
from shared.db import Connection

# Only tiles that are public and exist today: what an artist or a moderator has taken away stays away. Of
# each, the newest whole picture up to the change (by an index of its own: there may be 100,000 later ones),
# and the strokes since, joined into one. A tile has a whole picture at least every 64 versions.
_TILES_AT = text(
    "SELECT tiles.id, tiles.x, tiles.y, whole.pixels, since.*"
    " FROM tiles CROSS JOIN LATERAL (SELECT version, pixels FROM revisions"
    " WHERE tile_id = tiles.id AND pixels IS NOT NULL AND seq <= :at"
    " ORDER BY seq DESC, version DESC LIMIT 1) AS whole"
    " CROSS JOIN LATERAL (SELECT max(version) AS version, max(occurred_at) AS painted_at,"
    " bool_or(kind = 'deleted') AS is_deleted,"
    " string_agg(stroke, ''::bytea ORDER BY version) FILTER (WHERE version > whole.version) AS strokes"
    " FROM revisions WHERE tile_id = tiles.id AND seq <= :at"
    " AND version BETWEEN whole.version AND whole.version + 64) AS since"
    " WHERE tiles.canvas_id = :canvas_id AND tiles.is_public"
    " AND tiles.x BETWEEN :x AND :x + :columns - 1 AND tiles.y BETWEEN :y AND :y + :rows - 1"
    " ORDER BY tiles.y, tiles.x"
)


async def list_tiles_at(conn: Connection, canvas_id: int, at: int, region: Region) -> Sequence[PastTile]:
    """Return the tiles of a rectangle of cells as they were after change `at`, row by row."""
    rows = await conn.fetch_all(_TILES_AT, {"canvas_id": canvas_id, "at": at, **asdict(region)})
    return [
        PastTile(
            id=row.id,
            x=row.x,
            y=row.y,
            version=row.version,
            whole=row.pixels,
            strokes=row.strokes or b"",
            is_deleted=row.is_deleted,
            painted_at=row.painted_at,
        )
        for row in rows
    ]
