"""Use cases of pictures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from aiohttp import web

from services.tiles.canvases.regions import Box, Region, box_of, region_of
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.pictures import store
from services.tiles.pictures.png import PngStream
from services.tiles.pictures.renderings import Rendering, Renderings
from services.tiles.pictures.rules import (
    BLOCK_SHRINK,
    BLOCK_SIDE,
    SHRUNK_SECONDS,
    bands_of,
    cells_of_block,
    check_scale,
    check_size,
    drawing_cost,
    fit_preview,
    shrinking_cost,
)
from services.tiles.pictures.schemas import CanvasPicture, PixelsPicture, Scale, SnapshotPart
from services.tiles.pictures.shrinking import Shrinker, ShrunkPicture
from services.tiles.pictures.snapshot import SnapshotStream
from services.tiles.pictures.store import CanvasState, PaintedTile
from services.tiles.tiles.rules import no_such_tile
from services.tiles.tiles.service import Tiles
from shared.db import Database, Lookups
from shared.identity import Identity

SNAPSHOT_LAG = 500
"""Invisible changes (likes, locks) by which a snapshot may be behind; the feed delivers them."""

HEAD_COST = 16
"""Drawn pixels that a tile without its pixels counts as: its bytes in a snapshot."""


class Pictures:
    """Draws and packs canvases, and keeps results that are still current.

    Methods raise TooManyRequests when the `client` has had too many pixels drawn, or when too much waits.
    """

    def __init__(self, database: Database, tiles: Tiles, drawings: Drawings) -> None:
        self._database = database
        self._tiles = tiles
        self._drawings = drawings
        self._states: Lookups[int, CanvasState] = Lookups(database, store.list_states)
        self._renderings: Renderings[Rendering] = Renderings()

    async def canvas(
        self, viewer: Identity | None, client: Client, canvas_id: int, query: CanvasPicture
    ) -> Rendering | None:
        """Return the PNG of a canvas or a part of it; None if that has no more pixels than asked for.

        Raises NotFound, Invalid for a part beyond the canvas and for a scale that makes it too large.
        """
        state = await self._visible(viewer, canvas_id)
        canvas = state.canvas
        region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
        box = region.box(canvas.tile_size)
        check_size(box.width, box.height, query.scale, query.shrink, paper=query.paper)
        if box.pixels <= query.pixels_above:
            return None
        return await self._of_cells(client, state, region, query)

    async def pixels(
        self, viewer: Identity | None, client: Client, canvas_id: int, query: PixelsPicture
    ) -> Rendering:
        """Return the PNG of a rectangle of pixels.

        Raises NotFound, Invalid for a part beyond the canvas and for a scale that makes it too large.
        """
        state = await self._visible(viewer, canvas_id)
        box = box_of(state.canvas, query.x, query.y, query.width, query.height)
        check_scale(box.width, box.height, query.scale)
        return await self._drawn(client, state, box, query)

    async def preview(self, viewer: Identity | None, client: Client, canvas_id: int) -> Rendering:
        """Return the PNG of a canvas in a size for previews of links. Raises NotFound."""
        state = await self._visible(viewer, canvas_id)
        canvas = state.canvas
        scale, shrink = fit_preview(canvas.width, canvas.height)
        whole = Region(0, 0, canvas.columns, canvas.rows)
        return await self._of_cells(client, state, whole, CanvasPicture(scale=scale, shrink=shrink))

    async def tile(self, viewer: Identity | None, client: Client, tile_id: int, query: Scale) -> Rendering:
        """Return the PNG of a tile. Raises NotFound."""
        tile = await self._tiles.get(viewer, tile_id)
        state = await self._states.get(tile.canvas_id)
        if state is None:
            raise no_such_tile()
        canvas = state.canvas
        scale, paper = query.scale, canvas.paper_color if query.paper else None
        pixels = (tile.size * scale) ** 2
        # The key is the content, so the picture never expires and equal tiles share it.
        return await self._renderings.get(
            (tile.pixels, canvas.palette, scale, paper),
            0,
            partial(self._draw_tile, canvas, tile.pixels, scale, paper),
            partial(self._drawings.charge, client, pixels),
        )

    async def snapshot(
        self, viewer: Identity | None, client: Client, canvas_id: int, part: SnapshotPart
    ) -> Rendering:
        """Return the snapshot of a canvas or a part of it. Raises NotFound, Invalid beyond the canvas."""
        state = await self._visible(viewer, canvas_id)
        canvas = state.canvas
        region = region_of(canvas.columns, canvas.rows, part.x, part.y, part.columns, part.rows)
        cells = region.columns * region.rows
        with_pixels = cells * canvas.tile_size**2 <= part.pixels_up_to
        pixels = min(canvas.tile_count, cells) * (canvas.tile_size**2 if with_pixels else HEAD_COST)
        return await self._renderings.get(
            (canvas_id, "snapshot", region, with_pixels),
            max(state.picture_seq, canvas.seq - SNAPSHOT_LAG),
            partial(self._pack, canvas, region, pixels, with_pixels=with_pixels),
            partial(self._drawings.charge, client, pixels),
        )

    async def _of_cells(
        self, client: Client, state: CanvasState, region: Region, query: CanvasPicture
    ) -> Rendering:
        if query.shrink > 1:
            return await self._shrunk(client, state, region, query.shrink)
        return await self._drawn(client, state, region.box(state.canvas.tile_size), query)

    async def _drawn(self, client: Client, state: CanvasState, box: Box, query: Scale) -> Rendering:
        canvas, scale = state.canvas, query.scale
        paper = canvas.paper_color if query.paper else None
        return await self._renderings.get(
            (canvas.id, box, scale, paper),
            state.picture_seq,
            partial(self._draw_canvas, canvas, box, scale, paper),
            partial(self._drawings.charge, client, drawing_cost(box, canvas.tile_size, scale)),
        )

    async def _shrunk(self, client: Client, state: CanvasState, region: Region, shrink: int) -> Rendering:
        canvas = state.canvas
        pixels = region.box(canvas.tile_size).pixels
        return await self._renderings.get(
            (canvas.id, region, "shrunk", shrink),
            state.picture_seq,
            partial(self._draw_shrunk, canvas, region, shrink),
            partial(self._drawings.charge, client, shrinking_cost(pixels, shrink)),
            lag=SHRUNK_SECONDS,
        )

    async def _visible(self, viewer: Identity | None, canvas_id: int) -> CanvasState:
        state = await self._states.get(canvas_id)
        visible_to(viewer, None if state is None else state.canvas)
        assert state is not None
        return state

    async def _draw_canvas(self, canvas: Canvas, box: Box, scale: int, paper: str | None) -> Rendering:
        size = canvas.tile_size
        png = PngStream(size, canvas.palette, box, scale, paper)
        seq = 0
        async with (
            self._drawings.turn(drawing_cost(box, size, scale)),
            self._database.transaction() as conn,
        ):
            store.prepend_one_moment(conn)
            for band in bands_of(box.cells(size), size):
                seq, painted = await store.list_painted(conn, canvas.id, band)
                await asyncio.to_thread(png.add, band, painted)
            return await asyncio.to_thread(lambda: Rendering.of(seq, png.finish()))

    async def _draw_tile(self, canvas: Canvas, tile: bytes, scale: int, paper: str | None) -> Rendering:
        region = Region(0, 0, 1, 1)
        png = PngStream(canvas.tile_size, canvas.palette, region.box(canvas.tile_size), scale, paper)
        async with self._drawings.turn((canvas.tile_size * scale) ** 2):
            await asyncio.to_thread(png.add, region, [PaintedTile(0, 0, tile)])
            return await asyncio.to_thread(lambda: Rendering.of(0, png.finish()))

    async def _draw_shrunk(self, canvas: Canvas, region: Region, shrink: int) -> Rendering:
        picture = ShrunkPicture(canvas.tile_size, region, shrink)
        add = self._add_bands if shrink < BLOCK_SHRINK else self._add_blocks
        pixels = region.columns * region.rows * canvas.tile_size**2
        async with self._drawings.turn(pixels):
            seq = await add(canvas, region, shrink, picture)
            return await asyncio.to_thread(lambda: Rendering.of(seq, picture.finish()))

    async def _add_bands(self, canvas: Canvas, region: Region, shrink: int, picture: ShrunkPicture) -> int:
        """Draw a picture of tiles; returns the number of the change that it shows."""
        shrinker = Shrinker(canvas.tile_size, canvas.palette)
        seq = 0
        async with self._database.transaction() as conn:
            store.prepend_one_moment(conn)
            for band in bands_of(region, canvas.tile_size):
                seq, painted = await store.list_painted(conn, canvas.id, band)
                drawn = await asyncio.to_thread(shrinker.shrink, band, painted, shrink)
                picture.add_band(band.y * canvas.tile_size, drawn)
        return seq

    async def _add_blocks(self, canvas: Canvas, region: Region, _shrink: int, picture: ShrunkPicture) -> int:
        """Draw a picture of the blocks' copies; those that are outdated are drawn again, and kept."""
        drawn = []
        async with self._database.transaction() as conn:
            store.prepend_one_moment(conn)
            found = await store.list_blocks(conn, canvas.id, region, BLOCK_SIDE // canvas.tile_size)
            # The palette of the same moment: a tile may already have a colour that is newer than `canvas`.
            shrinker = Shrinker(canvas.tile_size, found.palette)
            for block in found.blocks:
                copy = block.copy
                if copy is None:
                    cells = cells_of_block(block.x, block.y, canvas.columns, canvas.rows, canvas.tile_size)
                    _, painted = await store.list_painted(conn, canvas.id, cells)
                    copy = await asyncio.to_thread(shrinker.copy_block, cells, painted)
                    drawn.append(replace(block, copy=copy))
                picture.add_block(block.x, block.y, copy)
        if drawn:
            async with self._database.connection() as conn:
                await store.keep_blocks(conn, canvas.id, drawn)
        return found.seq

    async def _pack(self, canvas: Canvas, region: Region, pixels: int, *, with_pixels: bool) -> Rendering:
        packed = SnapshotStream(canvas, with_pixels=with_pixels)
        seq = 0
        bands = bands_of(region, canvas.tile_size) if with_pixels else [region]
        async with self._drawings.turn(pixels), self._database.transaction() as conn:
            store.prepend_one_moment(conn)
            for band in bands:
                laid = await store.get_layout(conn, canvas.id, band, with_pixels=with_pixels)
                seq = laid.seq
                await asyncio.to_thread(packed.add, laid.count, laid.tiles)
            return await asyncio.to_thread(lambda: Rendering.of(seq, packed.finish(seq)))


PICTURES = web.AppKey("PICTURES", Pictures)
