"""Handing a picture in for review: what saving does where it does not apply at once."""

from __future__ import annotations

from services.tiles.canvases.journal import Journal, view
from services.tiles.reviews import store
from services.tiles.tiles.rules import Pending, Tile
from shared.db import Connection
from shared.messaging.contracts import ReviewRequested


async def submit(
    conn: Connection, journal: Journal, tile: Tile, seq: int, author_id: int, pixels: bytes
) -> Pending:
    """Let the pixels wait for review and tell, without them, that they do; `seq` numbers this change.

    The caller holds the canvas and has checked that the author may edit the tile.
    """
    pending = await store.submit(conn, tile.canvas_id, tile.id, author_id, pixels)
    journal.record(
        conn,
        ReviewRequested(
            canvas_id=tile.canvas_id,
            seq=seq,
            review_id=pending.id,
            tile_id=tile.id,
            author_id=author_id,
            view=view(ReviewRequested, seq, review_id=pending.id, tile_id=tile.id, x=tile.x, y=tile.y),
        ),
    )
    return pending
