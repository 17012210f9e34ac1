"""Use cases of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from services.tiles.areas.store import holder_of_cell
from services.tiles.artists.store import lead_with_meeting
from services.tiles.batches.rules import Edit
from services.tiles.batches.service import Batches
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.rules import Mode, region_of
from services.tiles.canvases.schemas import RegionQuery
from services.tiles.canvases.service import visible_to
from services.tiles.history import store as history
from services.tiles.history.rules import Change, Kind
from services.tiles.reviews import store as reviews_store
from services.tiles.reviews.submission import submit
from services.tiles.tiles import rules, store
from services.tiles.tiles.events import tile_event
from services.tiles.tiles.rules import Actor, Tile, TileState
from services.tiles.tiles.schemas import TileChange, TileCount, TileDraft, TileSlice
from services.tiles.tiles.store import Viewer
from shared import tracing
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound, UniqueViolated
from shared.http.models import Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import TileCreated, TileDeleted, TileUpdated

NO_SUCH_TILE = NotFound("tile_not_found", "no such tile")


class Tiles:
    """Claiming, painting, finding and removing tiles."""

    def __init__(self, database: Database, journal: Journal, batches: Batches) -> None:
        self._database = database
        self._journal = journal
        self._batches = batches

    async def create(self, caller: Identity, draft: TileDraft) -> Tile:
        """Claim a free cell with a painted tile.

        Raises NotFound for the canvas, Invalid for cell or pixels, NotAllowed `tile_limit` or
        `outside_area`, Conflict `cell_occupied`.
        """
        try:
            async with self._database.transaction() as conn:
                return await self._create(conn, caller, draft)
        except UniqueViolated as error:
            if error.constraint != "uq_tiles_cell":
                raise
            raise Conflict("cell_occupied", "there is a tile in this cell already") from None

    async def _create(self, conn: Connection, caller: Identity, draft: TileDraft) -> Tile:
        lead_with_meeting(conn, caller)
        canvases_store.lead_with_lock(conn, draft.canvas_id)
        found, held = await store.claim_state(conn, draft.canvas_id, caller.account_id)
        canvas = visible_to(caller, found)
        pixels = rules.decode_pixels(draft.pixels, canvas.tile_size, len(canvas.palette))
        actor = actor_of(caller)
        waits = rules.waits_for_review(canvas, actor)
        rules.check_claim(canvas, draft.x, draft.y, held)
        if canvas.mode is Mode.AREA_LOCK:
            holder_id = await holder_of_cell(conn, canvas.id, draft.x, draft.y)
            rules.check_in_area(canvas, holder_id, actor)
        tile_id = await store.add(
            conn,
            {
                **draft.model_dump(),
                "pixels": bytes(len(pixels)) if waits else pixels,
                "size": canvas.tile_size,
                "creator_id": caller.account_id,
            },
        )
        tile = await store.get(conn, tile_id, EVERYTHING)
        assert tile is not None
        event = tile_event(TileCreated, canvas.seq + 1, tile, caller.account_id)
        history.keep(conn, Change.of(tile, Kind.CREATED, event.seq, caller.account_id))
        self._journal.record(conn, event, tiles_added=1)
        if waits:
            return await self._submit(conn, tile, event.seq + 1, caller, pixels)
        return tile

    async def change(
        self, caller: Identity, tile_id: int, change: TileChange, expected_version: int | None
    ) -> Tile:
        """Change what is named of a tile.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, StaleVersion, Invalid, TooManyRequests.
        """
        actor, values = actor_of(caller), change.values
        traceparent = tracing.current_trace().header
        edit = Edit(actor, caller.username, tile_id, values, expected_version, traceparent)
        tile = await self._batches.write(edit)
        if tile is not None:
            return tile
        # What waits for a review gets an id that its event tells: a round trip more, so not in a batch.
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            state = await self._state_to_change(conn, tile_id, caller)
            rules.check_may_change(state, actor, values, expected_version)
            new = rules.decoded(values, state.canvas)
            if rules.waits_for_review(state.canvas, actor):
                return await self._change_for_review(conn, state, caller, new)
            return apply(conn, self._journal, state, caller, new)

    async def _change_for_review(
        self, conn: Connection, state: TileState, caller: Identity, values: dict[str, Any]
    ) -> Tile:
        """Let the pixels wait; what else is named applies at once."""
        pixels = values.pop("pixels", None)
        tile, seq = state.tile, state.canvas.seq + 1
        if values:
            tile, seq = apply(conn, self._journal, state, caller, values), seq + 1
        if pixels is None:
            return replace(tile, pending=await reviews_store.pending_of(conn, tile.id))
        return await self._submit(conn, tile, seq, caller, pixels)

    async def _submit(self, conn: Connection, tile: Tile, seq: int, caller: Identity, pixels: bytes) -> Tile:
        return replace(tile, pending=await submit(conn, self._journal, tile, seq, caller.account_id, pixels))

    async def delete(self, caller: Identity, tile_id: int) -> None:
        """Remove a tile. Raises NotFound, Conflict `tile_locked`, NotAllowed."""
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            state = await self._state_to_change(conn, tile_id, caller)
            rules.check_may_delete(state, actor_of(caller))
            store.remove(conn, tile_id)
            tile, seq = state.tile, state.canvas.seq + 1
            event = tile_event(TileDeleted, seq, tile, caller.account_id)
            history.keep(conn, Change.of(tile, Kind.DELETED, seq, caller.account_id))
            self._journal.record(conn, event, tiles_added=-1)

    async def get(self, viewer: Identity | None, tile_id: int) -> Tile:
        """Return a tile; raises NotFound."""
        async with self._database.connection() as conn:
            return _found(await store.get(conn, tile_id, viewer_of(viewer)))

    async def at(self, viewer: Identity | None, canvas_id: int, x: int, y: int) -> Tile:
        """Return the tile in a cell; raises NotFound."""
        async with self._database.connection() as conn:
            return _found(await store.at(conn, canvas_id, x, y, viewer_of(viewer)))

    async def of_canvas(
        self, viewer: Identity | None, canvas_id: int, paging: Paging, *, with_pixels: bool
    ) -> TileSlice:
        """Return a slice of a canvas's tiles, ordered by id; raises NotFound for the canvas."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.of_canvas(
                conn, canvas_id, viewer_of(viewer), after=after_id(paging), count=paging.limit + 1
            )
        return _page(found, paging, with_pixels=with_pixels)

    async def in_region(self, viewer: Identity | None, canvas_id: int, query: RegionQuery) -> TileSlice:
        """Return the tiles of a rectangle, row by row. Raises NotFound, Invalid when it is too large."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
            region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
            rules.check_region(region, canvas.tile_size)
            return _all(await store.in_region(conn, canvas_id, region, viewer_of(viewer)))

    async def of_artist(self, viewer: Identity | None, artist_id: int, paging: Paging) -> TileSlice:
        """Return a slice of an artist's tiles, ordered by id."""
        async with self._database.connection() as conn:
            found = await store.of_artist(
                conn, artist_id, viewer_of(viewer), after=after_id(paging), count=paging.limit + 1
            )
        return _page(found, paging, with_pixels=True)

    async def count(self, viewer: Identity | None, artist_id: int, canvas_id: int | None) -> TileCount:
        """Count an artist's tiles; on one canvas also what they may still claim. Raises NotFound for it."""
        async with self._database.connection() as conn:
            if canvas_id is None:
                count = await store.count_of_artist(conn, artist_id)
                return TileCount(tile_count=count, max_tiles=None, remaining_tiles=None)
            found, held = await store.claim_state(conn, canvas_id, artist_id)
            limit = visible_to(viewer, found).max_tiles_per_user
            return TileCount(tile_count=held, max_tiles=limit, remaining_tiles=max(0, limit - held))

    async def around_tile(self, viewer: Identity | None, tile_id: int, radius: int) -> TileSlice:
        """Return the neighbours of a tile; raises NotFound for it."""
        async with self._database.connection() as conn:
            tile = _found(await store.get(conn, tile_id, viewer_of(viewer)))
            return _all(await store.around(conn, tile.canvas_id, tile.x, tile.y, radius, viewer_of(viewer)))

    async def around_cell(
        self, viewer: Identity | None, canvas_id: int, x: int, y: int, radius: int
    ) -> TileSlice:
        """Return the neighbours of a cell, tile or not; raises NotFound for the canvas."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            return _all(await store.around(conn, canvas_id, x, y, radius, viewer_of(viewer)))

    async def adjacent(self, viewer: Identity | None, tile_id: int) -> TileSlice:
        """Return the up to four tiles that share an edge with a tile; raises NotFound for it."""
        async with self._database.connection() as conn:
            tile = _found(await store.get(conn, tile_id, viewer_of(viewer)))
            return _all(await store.adjacent(conn, tile.canvas_id, tile.x, tile.y, viewer_of(viewer)))

    async def _state_to_change(self, conn: Connection, tile_id: int, caller: Identity) -> TileState:
        return seen_by(caller, await store.state_to_change(conn, tile_id))


EVERYTHING = Viewer(None, sees_all=True)


def viewer_of(caller: Identity | None) -> Viewer:
    """Return whose eyes a list is read with."""
    return Viewer(None, sees_all=False) if caller is None else Viewer(caller.account_id, caller.is_moderator)


def actor_of(caller: Identity) -> Actor:
    """Return the caller as the rules know them."""
    return Actor(caller.account_id, caller.is_moderator)


def seen_by(caller: Identity | None, state: TileState | None) -> TileState:
    """Return the state if the caller may see tile and canvas; raises NotFound."""
    if state is None:
        raise NO_SUCH_TILE
    visible_to(caller, state.canvas)
    if not rules.can_see(state.tile, state.canvas, None if caller is None else actor_of(caller)):
        raise NO_SUCH_TILE
    return state


def apply(
    conn: Connection,
    journal: Journal,
    state: TileState,
    caller: Identity,
    values: dict[str, Any],
    *,
    author_id: int | None = None,
) -> Tile:
    """Store new values as the tile's next version and tell; the caller has checked that they may be.

    `author_id` is whose work it is when that is not the caller's own.
    """
    tile = rules.changed(state, values)
    store.save(conn, tile)
    event = tile_event(TileUpdated, state.canvas.seq + 1, tile, caller.account_id)
    author_id = author_id or caller.account_id
    history.keep(conn, Change.of(tile, Kind.of_values(values), event.seq, author_id))
    journal.record(conn, event, redrawn={tile.canvas_id} if rules.looks_different(state.tile, tile) else ())
    return tile


def _found(tile: Tile | None) -> Tile:
    if tile is None:
        raise NO_SUCH_TILE
    return tile


def _page(found: Sequence[Tile], paging: Paging, *, with_pixels: bool) -> TileSlice:
    items, cursor = slice_of(found, paging, lambda tile: (tile.id,))
    return TileSlice(items, cursor, with_pixels=with_pixels)


def _all(found: Sequence[Tile]) -> TileSlice:
    return TileSlice(found, None, with_pixels=True)


TILES = web.AppKey("TILES", Tiles)
