"""SQL of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import text

from services.tiles.canvases.regions import Region
from services.tiles.layers.rules import MAX_LAYERS, Layer
from shared.db import Connection, integers

# An artist's drafts are among their own tiles, as on their canvas.
_LAYERS = text(
    "SELECT tiles.id AS tile_id, x, y, coalesce(display_name, username) AS artist"
    " FROM tiles LEFT JOIN artists ON artists.id = creator_id"
    " WHERE canvas_id = :canvas_id AND x BETWEEN :x AND :x + :columns - 1"
    " AND y BETWEEN :y AND :y + :rows - 1"
    " AND (creator_id = :artist_id OR (CAST(:everyone AS boolean) AND is_public))"
    " ORDER BY y, x LIMIT :count"
)
_PIXELS = text("SELECT id, pixels FROM tiles WHERE id = ANY(CAST(:tile_ids AS bigint[]))")


async def list_layers(
    conn: Connection, canvas_id: int, cells: Region, artist_id: int, *, everyone: bool
) -> Sequence[Layer]:
    """Return the tiles of an artist in a rectangle, and all public ones with `everyone`; row by row.

    There is one more than MAX_LAYERS where there are too many.
    """
    params = {
        "canvas_id": canvas_id,
        **asdict(cells),
        "artist_id": artist_id,
        "everyone": everyone,
        "count": MAX_LAYERS + 1,
    }
    return [Layer(**row._asdict()) for row in await conn.fetch_all(_LAYERS, params)]


async def get_pixels(conn: Connection, layers: Sequence[Layer]) -> Mapping[int, bytes]:
    """Return the pixels of tiles by id."""
    rows = await conn.fetch_all(_PIXELS, {"tile_ids": integers(layer.tile_id for layer in layers)})
    return {row.id: bytes(row.pixels) for row in rows}
