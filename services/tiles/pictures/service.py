"""Use cases of pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from functools import partial

from aiohttp import web

from services.tiles.artists.actors import viewer_of
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas, Region, region_of
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Drawings
from services.tiles.pictures import store
from services.tiles.pictures.png import PngStream
from services.tiles.pictures.renderings import Rendering, Renderings
from services.tiles.pictures.rules import bands_of, check_scale
from services.tiles.pictures.schemas import CanvasPicture
from services.tiles.pictures.snapshot import SnapshotStream
from services.tiles.pictures.states import CanvasStates
from services.tiles.pictures.store import CanvasState, PaintedTile
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import no_such_tile
from shared.db import Database
from shared.identity import Identity

SNAPSHOT_LAG = 500
"""Invisible changes (likes, locks) by which a snapshot may be behind; the feed delivers them."""


class Pictures:
    """Draws and packs canvases, and keeps results that are still current.

    Methods raise TooManyRequests when the `client` has had too many pixels drawn, or when too much waits.
    """

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings
        self._states = CanvasStates(database)
        self._renderings = Renderings()

    async def canvas(
        self, viewer: Identity | None, client: Hashable, canvas_id: int, query: CanvasPicture
    ) -> Rendering:
        """Return the PNG of a canvas or a part of it.

        Raises NotFound, Invalid for a part beyond the canvas and for a scale that makes it too large.
        """
        state = await self._visible(viewer, canvas_id)
        canvas = state.canvas
        region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
        width, height = region.columns * canvas.tile_size, region.rows * canvas.tile_size
        check_scale(width, height, query.scale)
        pixels = width * height * query.scale**2
        return await self._renderings.get(
            (canvas_id, region, query.scale),
            state.picture_seq,
            partial(self._draw_canvas, canvas, region, query.scale, pixels),
            partial(self._drawings.charge, client, pixels),
        )

    async def tile(self, viewer: Identity | None, client: Hashable, tile_id: int, scale: int) -> Rendering:
        """Return the PNG of a tile. Raises NotFound."""
        async with self._database.connection() as conn:
            tile = await tiles_store.get(conn, tile_id, viewer_of(viewer))
            canvas = await canvases_store.get(conn, tile.canvas_id) if tile else None
        if tile is None or canvas is None:
            raise no_such_tile()
        pixels = (tile.size * scale) ** 2
        # The key is the content, so the picture never expires and equal tiles share it.
        return await self._renderings.get(
            (tile.pixels, canvas.palette, scale),
            0,
            partial(self._draw_tile, canvas, tile.pixels, scale, pixels),
            partial(self._drawings.charge, client, pixels),
        )

    async def snapshot(self, viewer: Identity | None, client: Hashable, canvas_id: int) -> Rendering:
        """Return the snapshot of a canvas. Raises NotFound."""
        state = await self._visible(viewer, canvas_id)
        pixels = state.canvas.tile_count * state.canvas.tile_size**2
        return await self._renderings.get(
            (canvas_id, "snapshot"),
            max(state.picture_seq, state.canvas.seq - SNAPSHOT_LAG),
            partial(self._pack, state.canvas, pixels),
            partial(self._drawings.charge, client, pixels),
        )

    async def _visible(self, viewer: Identity | None, canvas_id: int) -> CanvasState:
        state = await self._states.get(canvas_id)
        visible_to(viewer, None if state is None else state.canvas)
        assert state is not None
        return state

    async def _draw_canvas(self, canvas: Canvas, region: Region, scale: int, pixels: int) -> Rendering:
        png = PngStream(canvas.tile_size, canvas.palette, region, scale)
        seq = 0
        async with self._drawings.turn(pixels), self._database.transaction() as conn:
            store.prepend_one_moment(conn)
            for band in bands_of(region, canvas.tile_size):
                seq, painted = await store.list_painted(conn, canvas.id, band)
                await asyncio.to_thread(png.add, band, painted)
            return await asyncio.to_thread(lambda: Rendering.of(seq, png.finish()))

    async def _draw_tile(self, canvas: Canvas, tile: bytes, scale: int, pixels: int) -> Rendering:
        region = Region(0, 0, 1, 1)
        png = PngStream(canvas.tile_size, canvas.palette, region, scale)
        async with self._drawings.turn(pixels):
            await asyncio.to_thread(png.add, region, [PaintedTile(0, 0, tile)])
            return await asyncio.to_thread(lambda: Rendering.of(0, png.finish()))

    async def _pack(self, canvas: Canvas, pixels: int) -> Rendering:
        packed = SnapshotStream(canvas)
        seq = 0
        async with self._drawings.turn(pixels), self._database.transaction() as conn:
            store.prepend_one_moment(conn)
            for band in bands_of(Region(0, 0, canvas.columns, canvas.rows), canvas.tile_size):
                laid = await store.get_layout(conn, canvas.id, band)
                seq = laid.seq
                await asyncio.to_thread(packed.add, laid.count, laid.tiles)
            return await asyncio.to_thread(lambda: Rendering.of(seq, packed.finish(seq)))


PICTURES = web.AppKey("PICTURES", Pictures)
