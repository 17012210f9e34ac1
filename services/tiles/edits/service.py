"""Use cases that write whole tiles; those that paint on them are in `strokes`."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from services.tiles.areas.store import get_cell_holder
from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Mode
from services.tiles.canvases.service import visible_to
from services.tiles.edits import rules, store
from services.tiles.edits.batches import Batches
from services.tiles.edits.limits import PaintAllowance, count_tile
from services.tiles.edits.rules import Edit, NewValues, NewVersion, Written, new_version
from services.tiles.edits.schemas import TileChange, TileDraft, decode_pixels
from services.tiles.edits.versions import defer_versions
from services.tiles.revisions.rules import Change, Kind
from services.tiles.submissions.service import submit
from services.tiles.submissions.store import get_pending
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import (
    TileState,
    check_claim,
    check_in_area,
    check_may_delete,
    waits_for_review,
)
from services.tiles.tiles.service import state_visible_to
from services.tiles.tiles.states import get_state_for_update
from shared import tracing
from shared.db import Connection
from shared.errors import Conflict, UniqueViolated
from shared.identity import Identity


class Edits:
    """Claiming, changing and deleting tiles."""

    def __init__(self, journal: Journal, batches: Batches, allowance: PaintAllowance) -> None:
        self._journal = journal
        self._batches = batches
        self._allowance = allowance

    async def claim(self, caller: Identity, draft: TileDraft) -> Written:
        """Claim a free cell with a painted tile.

        Raises NotFound for the canvas, Invalid for cell or pixels, NotAllowed `tile_limit` or
        `outside_area`, Conflict `cell_occupied`, TooManyRequests.
        """
        pixels = decode_pixels(draft.pixels)
        self._allowance.take(caller.account_id, count_tile(len(pixels)))
        try:
            async with self._journal.transaction() as (conn, changes):
                return await _claim(conn, changes, caller, draft, pixels)
        except UniqueViolated as error:
            if error.constraint != "uq_tiles_cell":
                raise
            raise Conflict("cell_occupied", "There is already a tile in this cell.") from None

    async def change(
        self, caller: Identity, tile_id: int, change: TileChange, expected_version: int | None
    ) -> Written:
        """Change the named fields of a tile.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, StaleVersion, Invalid, TooManyRequests.
        """
        actor, values = actor_of(caller), change.values()
        self._allowance.take(actor.id, count_tile(len(values.pixels)))
        traceparent = tracing.current_trace().header
        edit = Edit(actor, caller.username, tile_id, values, expected_version, traceparent)
        version = await self._batches.write(edit)
        if version is not None:
            return version.written
        # A submission's event has the id that the database gives it: one more round trip, so not in a batch.
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            rules.check_may_change(state, actor, values, expected_version)
            if waits_for_review(state.canvas, actor):
                return await _change_for_review(conn, changes, state, caller, values)
            version = new_version(state, values, changes.number(state.canvas), actor)
            defer_versions(conn, changes, [version])
        return version.written

    async def delete(self, caller: Identity, tile_id: int) -> None:
        """Delete a tile. Raises NotFound, Conflict `tile_locked`, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            check_may_delete(state, actor_of(caller))
            seq = changes.number(state.canvas)
            deletion = Change.of(state.tile, Kind.DELETED, seq, caller.account_id)
            defer_versions(conn, changes, [NewVersion(deletion, caller.account_id)])


async def _claim(
    conn: Connection, changes: CanvasChanges, caller: Identity, draft: TileDraft, pixels: bytes
) -> Written:
    ensure_artist(conn, caller)
    prepend_lock(conn, draft.canvas_id)
    found, held = await tiles_store.get_claim_state(conn, draft.canvas_id, caller.account_id)
    canvas = visible_to(caller, found)
    rules.check_picture(pixels, canvas.tile_size, len(canvas.palette))
    actor = actor_of(caller)
    waits = waits_for_review(canvas, actor)
    check_claim(canvas, actor_of(caller), draft.x, draft.y, held)
    if canvas.mode is Mode.AREA_LOCK:
        holder_id = await get_cell_holder(conn, canvas.id, draft.x, draft.y)
        check_in_area(canvas, holder_id, actor)
    tile_id = await store.insert_tile(
        conn,
        {
            **draft.model_dump(),
            "pixels": bytes(len(pixels)) if waits else pixels,
            "size": canvas.tile_size,
            "creator_id": caller.account_id,
        },
    )
    tile = await tiles_store.get(conn, tile_id, actor)
    assert tile is not None
    creation = Change.of(tile, Kind.CREATED, changes.number(canvas), caller.account_id)
    version = NewVersion(creation, caller.account_id)
    defer_versions(conn, changes, [version])
    if not waits:
        return version.written
    cell = draft.x, draft.y
    pending = await submit(conn, changes, canvas, tile_id, cell, caller.account_id, pixels)
    return Written(replace(tile, pending=pending))


async def _change_for_review(
    conn: Connection, changes: CanvasChanges, state: TileState, caller: Identity, values: NewValues
) -> Written:
    """Submit the pixels for review; the other named fields change at once."""
    tile, canvas = state.tile, state.canvas
    if described := values.without_pixels():
        version = new_version(state, described, changes.number(canvas), actor_of(caller))
        defer_versions(conn, changes, [version])
        tile = version.change.tile
    if not values.changes_pixels:
        return Written(replace(tile, pending=await get_pending(conn, tile.id)))
    cell = tile.x, tile.y
    pending = await submit(conn, changes, canvas, tile.id, cell, caller.account_id, values.pixels)
    return Written(replace(tile, pending=pending))


EDITS = web.AppKey("EDITS", Edits)
