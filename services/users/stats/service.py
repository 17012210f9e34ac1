"""Handlers of the events of the tiles service, each in the consumer's transaction."""

from __future__ import annotations

from dataclasses import replace

from services.users import counters
from services.users.stats import store
from services.users.stats.rules import (
    Counts,
    KnownCanvas,
    KnownPlacing,
    KnownTile,
    compute_difference,
    merge,
)
from shared.db import Connection
from shared.messaging.contracts import (
    ArtistActive,
    ArtistPlaced,
    CanvasCreated,
    CanvasDeleted,
    CanvasesRestated,
    CanvasHandedOver,
    CanvasUpdated,
    DeletedTilesRestated,
    TileCreated,
    TileDeleted,
    TileEvent,
    TileLiked,
    TilesRestated,
)


async def record_activity(conn: Connection, event: ArtistActive) -> None:
    """Count an artist who paints as active on that day."""
    counters.defer_mark_active(conn, event.account_id, event.occurred_at)


async def record_placing(conn: Connection, event: ArtistPlaced) -> None:
    """Store and count the pixels that an artist has placed on a canvas, unless newer ones are known."""
    received = KnownPlacing(event.canvas_id, event.account_id, event.pixels_placed, event.seq)
    store.prepend_artist_lock(conn, received.artist_id)
    known = await store.get_placing(conn, received.canvas_id, received.artist_id)
    difference = compute_difference(known, received)
    if difference is not None:
        await store.save_placing(conn, received, difference)


async def record_tile(conn: Connection, event: TileEvent) -> None:
    """Store and count a tile as the event leaves it, unless a newer state is known.

    A tile without a creator counts for nobody.
    """
    if event.creator_id is not None:
        await _count_tile(conn, _read_tile(event, event.creator_id))
    if isinstance(event, TileLiked):
        counters.defer_add_to_day(conn, event.occurred_at, likes=1)
    counters.defer_mark_active(conn, event.actor_id, event.occurred_at)


async def record_canvas(
    conn: Connection, event: CanvasCreated | CanvasUpdated | CanvasDeleted | CanvasHandedOver
) -> None:
    """Store and count a canvas as the event leaves it, unless a newer state is known."""
    received = KnownCanvas(
        canvas_id=event.canvas_id,
        owner_id=event.owner_id,
        is_deleted=isinstance(event, CanvasDeleted),
        seq=event.seq,
        is_public=None if isinstance(event, CanvasDeleted) else event.is_public,
        created_at=event.occurred_at if isinstance(event, CanvasCreated) else None,
    )
    await _count_canvas(conn, received)
    actor_id = event.owner_id if isinstance(event, CanvasCreated) else event.actor_id
    counters.defer_mark_active(conn, actor_id, event.occurred_at)


async def restate_tiles(conn: Connection, event: TilesRestated) -> None:
    """Correct what was missed about these tiles; of those that are known so already, only the number."""
    known = {one.tile_id: one for one in await store.list_tiles(conn, [one.tile_id for one in event.tiles])}
    same = {}
    for received in (KnownTile(**one.model_dump(), is_deleted=False) for one in event.tiles):
        before = known.get(received.tile_id)
        if before is None or merge(before, received) != replace(before, seq=max(before.seq, received.seq)):
            await _count_tile(conn, received)
        elif received.seq > before.seq:
            same[received.tile_id] = received.seq
    if same:
        await store.advance_tiles(conn, same)


async def restate_deleted_tiles(conn: Connection, event: DeletedTilesRestated) -> None:
    """Count tiles out whose deletion was missed."""
    deleted_at = {one.tile_id: one.seq for one in event.tiles}
    for known in await store.list_tiles(conn, list(deleted_at)):
        if not known.is_deleted:
            await _count_tile(conn, replace(known, is_deleted=True, seq=deleted_at[known.tile_id]))


async def restate_canvases(conn: Connection, event: CanvasesRestated) -> None:
    """Correct what was missed about these canvases."""
    for one in event.canvases:
        await _count_canvas(conn, KnownCanvas(**one.model_dump()))


async def _count_tile(conn: Connection, received: KnownTile) -> None:
    store.prepend_artist_lock(conn, received.creator_id)
    known = await store.get_tile(conn, received.tile_id)
    new = merge(known, received)
    if new != known:
        counts = compute_difference(known, received) or Counts()
        await store.save_tile(conn, new, counts)
        counters.defer_add_to_totals(conn, tiles=counts.tiles_created, likes=counts.likes_received)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.defer_add_to_day(conn, new.created_at, tiles=1)


async def _count_canvas(conn: Connection, received: KnownCanvas) -> None:
    unlocked = await store.get_canvas(conn, received.canvas_id)
    # In the order of ids, to prevent deadlocks.
    for owner_id in sorted({received.owner_id, unlocked.owner_id if unlocked else received.owner_id}):
        store.prepend_artist_lock(conn, owner_id)
    known = await store.get_canvas(conn, received.canvas_id)
    new = merge(known, received)
    if new != known:
        counts = compute_difference(known, received) or Counts()
        if known is not None and new.owner_id != known.owner_id:
            await store.save_canvas(conn, new, new.counts)
            await store.add_counts(conn, known.owner_id, Counts() - known.counts)
        else:
            await store.save_canvas(conn, new, counts)
        counters.defer_add_to_totals(conn, canvases=counts.canvases_created)
        if new.created_at is not None and (known is None or known.created_at is None):
            counters.defer_add_to_day(conn, new.created_at, canvases=1)


def _read_tile(event: TileEvent, creator_id: int) -> KnownTile:
    return KnownTile(
        tile_id=event.tile_id,
        canvas_id=event.canvas_id,
        creator_id=creator_id,
        like_count=event.like_count,
        is_deleted=isinstance(event, TileDeleted),
        seq=event.seq,
        is_public=event.is_public,
        x=getattr(event, "x", None),
        y=getattr(event, "y", None),
        created_at=event.occurred_at if isinstance(event, TileCreated) else None,
    )
