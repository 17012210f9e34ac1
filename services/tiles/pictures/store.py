"""SQL of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from services.tiles.tables import canvases, tiles
from shared.db import Connection

_PAINTED = (
    select(canvases.c.seq, tiles.c.x, tiles.c.y, tiles.c.pixels)
    .join_from(canvases, tiles, and_(tiles.c.canvas_id == canvases.c.id, tiles.c.is_public), isouter=True)
    .where(canvases.c.id == bindparam("canvas_id"))
)


@dataclass(frozen=True, slots=True)
class PaintedTile:
    """A tile to draw: its cell and its pixels."""

    x: int
    y: int
    pixels: bytes


async def painted(conn: Connection, canvas_id: int) -> tuple[int, Sequence[PaintedTile]]:
    """Return the public tiles of a canvas and the number of the change they show, read in one statement."""
    rows = await conn.fetch_all(_PAINTED, {"canvas_id": canvas_id})
    return rows[0].seq, [PaintedTile(row.x, row.y, row.pixels) for row in rows if row.x is not None]
