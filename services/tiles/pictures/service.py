"""Use cases of pictures."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.pictures import store
from services.tiles.pictures.png import draw
from services.tiles.pictures.rules import check_scale
from shared.db import Database
from shared.identity import Identity

CACHE_BYTES = 64 * 1024 * 1024
"""Encoded pictures a process keeps, the least recently used ones go first."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and the number of the canvas's change that it shows."""

    seq: int
    png: bytes


class Pictures:
    """Draws canvases, each state of each at most once at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: OrderedDict[tuple[int, int], Picture] = OrderedDict()
        self._cached_bytes = 0
        self._drawing: dict[tuple[int, int], asyncio.Task[Picture]] = {}

    async def canvas(self, viewer: Identity | None, canvas_id: int, scale: int) -> Picture:
        """Return the picture of a canvas. Raises NotFound, Invalid when the scale makes it too large."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
        check_scale(canvas.width, canvas.height, scale)
        key = (canvas_id, scale)
        known = self._cache.get(key)
        if known is not None and known.seq >= canvas.seq:
            self._cache.move_to_end(key)
            return known
        if key not in self._drawing:
            task = asyncio.create_task(self._draw(canvas, scale))
            self._drawing[key] = task
            task.add_done_callback(lambda _: self._drawing.pop(key))
        # A drawing that others wait for too outlives the request that asked first.
        picture = await asyncio.shield(self._drawing[key])
        # It may have begun before the change that this caller knows of.
        return picture if picture.seq >= canvas.seq else await self._draw(canvas, scale)

    async def _draw(self, canvas: Canvas, scale: int) -> Picture:
        async with self._database.connection() as conn:
            seq, painted = await store.painted(conn, canvas.id)
        picture = Picture(seq, await asyncio.to_thread(draw, canvas, painted, scale))
        self._keep((canvas.id, scale), picture)
        return picture

    def _keep(self, key: tuple[int, int], picture: Picture) -> None:
        replaced = self._cache.pop(key, None)
        self._cache[key] = picture
        self._cached_bytes += len(picture.png) - (len(replaced.png) if replaced else 0)
        while self._cached_bytes > CACHE_BYTES and self._cache:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= len(dropped.png)


PICTURES = web.AppKey("PICTURES", Pictures)
