"""What is done with the events of the tiles service; each in the consumer's transaction."""

from __future__ import annotations

from services.users.dashboard import counters
from services.users.stats import store
from services.users.stats.rules import Counts, KnownCanvas, KnownTile, difference, remembered
from shared.db import Connection
from shared.messaging.contracts import (
    CanvasCreated,
    CanvasDeleted,
    CanvasUpdated,
    TileCreated,
    TileDeleted,
    TileEvent,
    TileLiked,
)


async def tile_changed(conn: Connection, event: TileEvent) -> None:
    """Count a tile as the event leaves it, unless something newer is known of it."""
    heard = _tile(event)
    store.lead_with_lock(conn, heard.creator_id)
    known = await store.known_tile(conn, heard.tile_id)
    new = remembered(known, heard)
    if new != known:
        counts = difference(known, heard) or Counts()
        await store.save_tile(conn, new, counts)
        counters.add(conn, tiles=counts.tiles_created, likes=counts.likes_received)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.add_on(conn, new.created_at, tiles=1)
    if isinstance(event, TileLiked):
        counters.add_on(conn, event.occurred_at, likes=1)
    counters.seen(conn, event.actor_id, event.occurred_at)


async def canvas_changed(conn: Connection, event: CanvasCreated | CanvasUpdated | CanvasDeleted) -> None:
    """Count a canvas as the event leaves it, unless something newer is known of it."""
    heard = KnownCanvas(
        canvas_id=event.canvas_id,
        owner_id=event.owner_id,
        is_deleted=isinstance(event, CanvasDeleted),
        seq=event.seq,
        is_public=None if isinstance(event, CanvasDeleted) else event.is_public,
        created_at=event.occurred_at if isinstance(event, CanvasCreated) else None,
    )
    store.lead_with_lock(conn, heard.owner_id)
    known = await store.known_canvas(conn, heard.canvas_id)
    new = remembered(known, heard)
    if new != known:
        counts = difference(known, heard) or Counts()
        await store.save_canvas(conn, new, counts)
        counters.add(conn, canvases=counts.canvases_created)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.add_on(conn, new.created_at, canvases=1)
    actor_id = event.owner_id if isinstance(event, CanvasCreated) else event.actor_id
    counters.seen(conn, actor_id, event.occurred_at)


def _tile(event: TileEvent) -> KnownTile:
    return KnownTile(
        tile_id=event.tile_id,
        canvas_id=event.canvas_id,
        creator_id=event.creator_id,
        like_count=event.like_count,
        is_deleted=isinstance(event, TileDeleted),
        seq=event.seq,
        is_public=event.is_public,
        x=getattr(event, "x", None),
        y=getattr(event, "y", None),
        created_at=event.occurred_at if isinstance(event, TileCreated) else None,
    )
