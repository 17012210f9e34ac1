"""Use cases that read tiles; their writes are in `edits`."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.tiles.artists.actors import viewer_of
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.regions import region_of
from services.tiles.canvases.schemas import RegionQuery
from services.tiles.canvases.service import visible_to
from services.tiles.tiles import rules, store
from services.tiles.tiles.rules import Tile, TileState, no_such_tile
from services.tiles.tiles.schemas import TileCount, TileSlice
from services.tiles.tiles.store import SeenCell, SeenTile
from shared.db import Database, Lookups
from shared.http.models import Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity


class Tiles:
    """Showing, finding and counting tiles."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_id = Lookups(database, store.find)
        self._in_cell = Lookups(database, store.find_at)

    async def get(self, viewer: Identity | None, tile_id: int) -> Tile:
        """Return a tile; raises NotFound."""
        return _check_exists(await self._by_id.get(SeenTile(tile_id, viewer_of(viewer))))

    async def get_at(self, viewer: Identity | None, canvas_id: int, x: int, y: int) -> Tile:
        """Return the tile in a cell; raises NotFound."""
        return _check_exists(await self._in_cell.get(SeenCell(canvas_id, x, y, viewer_of(viewer))))

    async def list_of_canvas(
        self, viewer: Identity | None, canvas_id: int, paging: Paging, *, with_pixels: bool
    ) -> TileSlice:
        """Return a slice of a canvas's tiles, ordered by id; raises NotFound for the canvas."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.list_of_canvas(
                conn, canvas_id, viewer_of(viewer), after=after_id(paging), count=paging.limit + 1
            )
        return _page(found, paging, with_pixels=with_pixels)

    async def list_in_region(self, viewer: Identity | None, canvas_id: int, query: RegionQuery) -> TileSlice:
        """Return the tiles of a rectangle, row by row. Raises NotFound, Invalid when it is too large."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
            region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
            rules.check_region(region, canvas.tile_size)
            return _all(await store.list_in_region(conn, canvas_id, region, viewer_of(viewer)))

    async def list_of_artist(self, viewer: Identity | None, artist_id: int, paging: Paging) -> TileSlice:
        """Return a slice of an artist's tiles, ordered by id."""
        async with self._database.connection() as conn:
            found = await store.list_of_artist(
                conn, artist_id, viewer_of(viewer), after=after_id(paging), count=paging.limit + 1
            )
        return _page(found, paging, with_pixels=True)

    async def count(self, viewer: Identity | None, artist_id: int, canvas_id: int | None) -> TileCount:
        """Count an artist's tiles; on one canvas also how many more they may claim. Raises NotFound."""
        async with self._database.connection() as conn:
            if canvas_id is None:
                count = await store.count_of_artist(conn, artist_id)
                return TileCount(tile_count=count, max_tiles=None, remaining_tiles=None)
            found, held = await store.get_claim_state(conn, canvas_id, artist_id)
            limit = visible_to(viewer, found).max_tiles_per_user
            return TileCount(tile_count=held, max_tiles=limit, remaining_tiles=max(0, limit - held))

    async def list_around_tile(self, viewer: Identity | None, tile_id: int, radius: int) -> TileSlice:
        """Return the neighbours of a tile; raises NotFound for it."""
        async with self._database.connection() as conn:
            tile = _check_exists(await store.get(conn, tile_id, viewer_of(viewer)))
            return _all(
                await store.list_around(conn, tile.canvas_id, tile.x, tile.y, radius, viewer_of(viewer))
            )

    async def list_around_cell(
        self, viewer: Identity | None, canvas_id: int, x: int, y: int, radius: int
    ) -> TileSlice:
        """Return the neighbours of a cell, tile or not; raises NotFound for the canvas."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            return _all(await store.list_around(conn, canvas_id, x, y, radius, viewer_of(viewer)))

    async def list_adjacent(self, viewer: Identity | None, tile_id: int) -> TileSlice:
        """Return the up to four tiles that share an edge with a tile; raises NotFound for it."""
        async with self._database.connection() as conn:
            tile = _check_exists(await store.get(conn, tile_id, viewer_of(viewer)))
            return _all(await store.list_adjacent(conn, tile.canvas_id, tile.x, tile.y, viewer_of(viewer)))


def state_visible_to(viewer: Identity | None, state: TileState | None) -> TileState:
    """Return the state if the viewer may see tile and canvas; raises NotFound."""
    if state is None:
        raise no_such_tile()
    visible_to(viewer, state.canvas)
    if not rules.can_see(state.tile, state.canvas, viewer_of(viewer)):
        raise no_such_tile()
    return state


def _check_exists(tile: Tile | None) -> Tile:
    if tile is None:
        raise no_such_tile()
    return tile


def _page(found: Sequence[Tile], paging: Paging, *, with_pixels: bool) -> TileSlice:
    weigh = (lambda tile: len(tile.pixels)) if with_pixels else None
    items, cursor = slice_of(found, paging, lambda tile: (tile.id,), weigh)
    return TileSlice(items, cursor, with_pixels=with_pixels)


def _all(found: Sequence[Tile]) -> TileSlice:
    return TileSlice(found, None, with_pixels=True)


TILES = web.AppKey("TILES", Tiles)
