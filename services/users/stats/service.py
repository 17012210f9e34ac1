"""What is done with the events of the tiles service; each in the consumer's transaction."""

from __future__ import annotations

from services.users.stats import store
from services.users.stats.rules import KnownCanvas, KnownTile, difference
from shared.db import Connection
from shared.messaging.contracts import CanvasCreated, CanvasDeleted, TileDeleted, TileEvent


async def tile_changed(conn: Connection, event: TileEvent) -> None:
    """Count a tile as the event leaves it, unless something newer is known of it."""
    heard = KnownTile(
        tile_id=event.tile_id,
        canvas_id=event.canvas_id,
        creator_id=event.creator_id,
        like_count=event.like_count,
        is_deleted=isinstance(event, TileDeleted),
        seq=event.seq,
    )
    store.lead_with_lock(conn, heard.creator_id)
    counts = difference(await store.known_tile(conn, heard.tile_id), heard)
    if counts is not None:
        await store.save_tile(conn, heard, counts)


async def canvas_changed(conn: Connection, event: CanvasCreated | CanvasDeleted) -> None:
    """Count a canvas as the event leaves it, unless something newer is known of it."""
    heard = KnownCanvas(
        canvas_id=event.canvas_id,
        owner_id=event.owner_id,
        is_deleted=isinstance(event, CanvasDeleted),
        seq=event.seq,
    )
    store.lead_with_lock(conn, heard.owner_id)
    counts = difference(await store.known_canvas(conn, heard.canvas_id), heard)
    if counts is not None:
        await store.save_canvas(conn, heard, counts)
