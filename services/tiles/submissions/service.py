"""Submitting pixels for a review: what a write does where its pixels may not show at once."""

from __future__ import annotations

from services.tiles.canvases.journal import CanvasChanges
from services.tiles.canvases.rules import Canvas
from services.tiles.submissions import store
from services.tiles.submissions.rules import Pending
from shared.db import Connection
from shared.messaging.contracts import ReviewRequested


async def submit(
    conn: Connection,
    changes: CanvasChanges,
    canvas: Canvas,
    tile_id: int,
    cell: tuple[int, int],
    author_id: int,
    pixels: bytes,
) -> Pending:
    """Submit pixels of a tile for review, and record on the canvas that they wait, without showing them.

    The caller holds the canvas and has checked that the author may edit the tile.
    """
    pending = await store.replace_pending(conn, canvas.id, tile_id, author_id, pixels)
    changes.use(canvas.id, pixels)
    x, y = cell
    changes.record(
        ReviewRequested,
        canvas,
        {"review_id": pending.id, "tile_id": tile_id, "x": x, "y": y},
        review_id=pending.id,
        tile_id=tile_id,
        author_id=author_id,
    )
    return pending
