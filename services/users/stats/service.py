"""Handlers of the events of the tiles service, each in the consumer's transaction."""

from __future__ import annotations

from services.users import counters
from services.users.stats import store
from services.users.stats.rules import Counts, KnownCanvas, KnownTile, compute_difference, merge
from shared.db import Connection
from shared.messaging.contracts import (
    ArtistActive,
    CanvasCreated,
    CanvasDeleted,
    CanvasUpdated,
    TileCreated,
    TileDeleted,
    TileEvent,
    TileLiked,
)


async def record_activity(conn: Connection, event: ArtistActive) -> None:
    """Count an artist who paints as active on that day."""
    counters.defer_mark_active(conn, event.account_id, event.occurred_at)


async def record_tile(conn: Connection, event: TileEvent) -> None:
    """Store and count a tile as the event leaves it, unless a newer state is known."""
    received = _read_tile(event)
    store.prepend_artist_lock(conn, received.creator_id)
    known = await store.get_tile(conn, received.tile_id)
    new = merge(known, received)
    if new != known:
        counts = compute_difference(known, received) or Counts()
        await store.save_tile(conn, new, counts)
        counters.defer_add_to_totals(conn, tiles=counts.tiles_created, likes=counts.likes_received)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.defer_add_to_day(conn, new.created_at, tiles=1)
    if isinstance(event, TileLiked):
        counters.defer_add_to_day(conn, event.occurred_at, likes=1)
    counters.defer_mark_active(conn, event.actor_id, event.occurred_at)


async def record_canvas(conn: Connection, event: CanvasCreated | CanvasUpdated | CanvasDeleted) -> None:
    """Store and count a canvas as the event leaves it, unless a newer state is known."""
    received = KnownCanvas(
        canvas_id=event.canvas_id,
        owner_id=event.owner_id,
        is_deleted=isinstance(event, CanvasDeleted),
        seq=event.seq,
        is_public=None if isinstance(event, CanvasDeleted) else event.is_public,
        created_at=event.occurred_at if isinstance(event, CanvasCreated) else None,
    )
    store.prepend_artist_lock(conn, received.owner_id)
    known = await store.get_canvas(conn, received.canvas_id)
    new = merge(known, received)
    if new != known:
        counts = compute_difference(known, received) or Counts()
        await store.save_canvas(conn, new, counts)
        counters.defer_add_to_totals(conn, canvases=counts.canvases_created)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.defer_add_to_day(conn, new.created_at, canvases=1)
    actor_id = event.owner_id if isinstance(event, CanvasCreated) else event.actor_id
    counters.defer_mark_active(conn, actor_id, event.occurred_at)


def _read_tile(event: TileEvent) -> KnownTile:
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
