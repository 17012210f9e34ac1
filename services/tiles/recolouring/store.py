"""SQL of replacing a colour; a writer holds the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from services.tiles.canvases.regions import Region
from shared.db import Connection

_WITH_COLOUR = text(
    "SELECT id FROM tiles WHERE canvas_id = :canvas_id"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " AND position(set_byte(CAST('\\x00' AS bytea), 0, :colour) IN pixels) > 0 ORDER BY id LIMIT :count"
)


async def list_with_colour(
    conn: Connection, canvas_id: int, region: Region, colour: int, count: int
) -> Sequence[int]:
    """Return the ids of up to `count` tiles of a rectangle of cells that have pixels of a colour."""
    rows = await conn.fetch_all(
        _WITH_COLOUR,
        {
            "canvas_id": canvas_id,
            "left": region.x,
            "right": region.x + region.columns - 1,
            "top": region.y,
            "bottom": region.y + region.rows - 1,
            "colour": colour,
            "count": count,
        },
    )
    return [row.id for row in rows]
