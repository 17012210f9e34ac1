"""Use cases of pictures."""

from __future__ import annotations

import asyncio
from functools import partial

from aiohttp import web

from services.tiles.artists.actors import viewer_of
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas, Region, region_of
from services.tiles.canvases.service import visible_to
from services.tiles.pictures import store
from services.tiles.pictures.png import draw
from services.tiles.pictures.renderings import Rendering, Renderings
from services.tiles.pictures.rules import check_scale
from services.tiles.pictures.schemas import CanvasPicture
from services.tiles.pictures.snapshot import pack
from services.tiles.pictures.states import CanvasStates
from services.tiles.pictures.store import CanvasState, PaintedTile
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import no_such_tile
from shared.db import Database
from shared.identity import Identity

SNAPSHOT_LAG = 500
"""Invisible changes (likes, locks) by which a snapshot may be behind; the feed delivers them."""


class Pictures:
    """Draws and packs canvases, and keeps results that are still current."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._states = CanvasStates(database)
        self._renderings = Renderings()

    async def canvas(self, viewer: Identity | None, canvas_id: int, query: CanvasPicture) -> Rendering:
        """Return the PNG of a canvas or a part of it.

        Raises NotFound, Invalid for a part beyond the canvas and for a scale that makes it too large.
        """
        state = await self._visible(viewer, canvas_id)
        canvas = state.canvas
        region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
        size = canvas.tile_size
        check_scale(region.columns * size, region.rows * size, query.scale)
        return await self._renderings.get(
            (canvas_id, region, query.scale),
            state.picture_seq,
            partial(self._draw_canvas, canvas, region, query.scale),
        )

    async def tile(self, viewer: Identity | None, tile_id: int, scale: int) -> Rendering:
        """Return the PNG of a tile. Raises NotFound."""
        async with self._database.connection() as conn:
            tile = await tiles_store.get(conn, tile_id, viewer_of(viewer))
            canvas = await canvases_store.get(conn, tile.canvas_id) if tile else None
        if tile is None or canvas is None:
            raise no_such_tile()
        # The key is the content, so the picture never expires and equal tiles share it.
        return await self._renderings.get(
            (tile.pixels, canvas.palette, scale), 0, partial(_draw_tile, canvas, tile.pixels, scale)
        )

    async def snapshot(self, viewer: Identity | None, canvas_id: int) -> Rendering:
        """Return the snapshot of a canvas. Raises NotFound."""
        state = await self._visible(viewer, canvas_id)
        return await self._renderings.get(
            (canvas_id, "snapshot"),
            max(state.picture_seq, state.canvas.seq - SNAPSHOT_LAG),
            partial(self._pack, state.canvas),
        )

    async def _visible(self, viewer: Identity | None, canvas_id: int) -> CanvasState:
        state = await self._states.get(canvas_id)
        visible_to(viewer, None if state is None else state.canvas)
        assert state is not None
        return state

    async def _draw_canvas(self, canvas: Canvas, region: Region, scale: int) -> Rendering:
        async with self._database.connection() as conn:
            seq, painted = await store.list_painted(conn, canvas.id, region)
        png = await asyncio.to_thread(draw, canvas.tile_size, canvas.palette, region, painted, scale)
        return Rendering.of(seq, png)

    async def _pack(self, canvas: Canvas) -> Rendering:
        async with self._database.connection() as conn:
            laid = await store.get_layout(conn, canvas.id)
        packed = await asyncio.to_thread(pack, canvas, laid.seq, laid.count, laid.tiles)
        return Rendering.of(laid.seq, packed)


async def _draw_tile(canvas: Canvas, pixels: bytes, scale: int) -> Rendering:
    alone = [PaintedTile(0, 0, pixels)]
    png = await asyncio.to_thread(draw, canvas.tile_size, canvas.palette, Region(0, 0, 1, 1), alone, scale)
    return Rendering.of(0, png)


PICTURES = web.AppKey("PICTURES", Pictures)
