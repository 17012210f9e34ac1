"""Use cases of the past."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp import web

from services.tiles.canvases.regions import Region, region_of
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.past import store
from services.tiles.past.drawing import Drawing, PicturePainter, SnapshotPacker
from services.tiles.past.rules import (
    bands_of,
    check_cells,
    check_moment,
    check_picture,
    check_snapshot,
    cost_of,
    cost_of_strokes,
    sampling_of,
)
from services.tiles.past.schemas import PastPicture, PastSnapshot
from services.tiles.pictures.renderings import Rendering, Renderings, tag_of
from services.tiles.pictures.store import CanvasState, list_states, prepend_one_moment
from shared.db import Database, Lookups
from shared.identity import Identity


@dataclass(frozen=True, slots=True)
class PastRendering(Rendering):
    """A rendering of the past, and when what it shows was last painted; None if it is empty.

    `seq` is the number of the canvas's last change when it was made: a tile may have been deleted since.
    """

    painted_at: datetime | None


class Pasts:
    """Shows canvases as they were after any of their changes.

    Methods raise TooManyRequests when the `client` has had too many pixels drawn, or when too much waits.
    """

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings
        self._states: Lookups[int, CanvasState] = Lookups(database, list_states)
        self._renderings: Renderings[PastRendering] = Renderings()

    async def snapshot(
        self, viewer: Identity | None, client: Client, canvas_id: int, query: PastSnapshot
    ) -> PastRendering:
        """Return the snapshot of a canvas or a part of it after a change.

        Raises NotFound, Invalid for a later change and for a part that is too large or beyond the canvas.
        """
        state, region = await self._find(viewer, canvas_id, query)
        check_snapshot(region, state.canvas.tile_size)
        packer = partial(SnapshotPacker, state.canvas, query.at)
        cost = cost_of(region, state.canvas.tile_size)
        return await self._render(client, state, query.at, region, "snapshot", cost, packer)

    async def picture(
        self, viewer: Identity | None, client: Client, canvas_id: int, query: PastPicture
    ) -> PastRendering:
        """Return the PNG of a canvas or a part of it after a change. Raises as `snapshot`."""
        state, region = await self._find(viewer, canvas_id, query)
        check_picture(region, state.canvas.tile_size, query.shrink)
        painter = partial(PicturePainter, state.canvas, region, query.shrink)
        cost = cost_of(region, state.canvas.tile_size, sampling_of(query.shrink))
        return await self._render(client, state, query.at, region, query.shrink, cost, painter)

    async def _find(
        self, viewer: Identity | None, canvas_id: int, query: PastSnapshot
    ) -> tuple[CanvasState, Region]:
        state = await self._states.get(canvas_id)
        canvas = visible_to(viewer, None if state is None else state.canvas)
        assert state is not None
        check_moment(canvas, query.at)
        region = region_of(canvas.columns, canvas.rows, query.x, query.y, query.columns, query.rows)
        check_cells(region)
        return state, region

    async def _render(
        self,
        client: Client,
        state: CanvasState,
        at: int,
        region: Region,
        form: Hashable,
        cost: int,
        begin: Callable[[], Drawing],
    ) -> PastRendering:
        return await self._renderings.get(
            (state.canvas.id, at, region, form),
            state.picture_seq,
            partial(self._draw, client, state, at, region, cost, begin),
            partial(self._drawings.charge, client, cost),
        )

    async def _draw(
        self,
        client: Client,
        state: CanvasState,
        at: int,
        region: Region,
        cost: int,
        begin: Callable[[], Drawing],
    ) -> PastRendering:
        canvas = state.canvas
        drawing = begin()
        painted_at: datetime | None = None
        async with self._drawings.turn(cost), self._database.transaction() as conn:
            prepend_one_moment(conn)
            for band in bands_of(region, canvas.tile_size):
                tiles = await store.list_tiles_at(conn, canvas.id, at, band)
                self._drawings.charge(client, cost_of_strokes(tiles))
                moments = [tile.painted_at for tile in tiles]
                painted_at = max([*moments, painted_at] if painted_at else moments, default=None)
                await asyncio.to_thread(drawing.add, band, [tile for tile in tiles if not tile.is_deleted])
        body = await asyncio.to_thread(drawing.finish)
        return PastRendering(state.picture_seq, body, tag_of(body), painted_at)


PASTS = web.AppKey("PASTS", Pasts)
