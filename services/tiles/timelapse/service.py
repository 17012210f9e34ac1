"""Use cases of time-lapses."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.timelapse import store
from services.tiles.timelapse.film import Film
from services.tiles.timelapse.history import read_before, read_changes
from shared.db import Database
from shared.identity import Identity

TIMELAPSE_PIXELS = 32 * 1024 * 1024
"""What a time-lapse costs: 120 frames of the largest size have as many pixels."""

KEPT = 16
"""Time-lapses kept per process, each of a few hundred kilobytes."""


@dataclass(frozen=True, slots=True)
class Timelapse:
    """An encoded time-lapse and the number of the canvas's change that it ends with."""

    seq: int
    png: bytes


class Timelapses:
    """Draws time-lapses in a thread, in turn with other large pictures."""

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings
        self._kept: OrderedDict[tuple[int, int], Timelapse] = OrderedDict()

    async def get(self, viewer: Identity | None, client: Client, canvas_id: int, frames: int) -> Timelapse:
        """Return the time-lapse of a canvas in at most `frames` frames. Raises NotFound, TooManyRequests."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
        key = (canvas_id, frames)
        if not self._is_current(key, canvas):
            self._drawings.charge(client, TIMELAPSE_PIXELS)
            async with self._drawings.turn(TIMELAPSE_PIXELS):
                # The request that had the turn before may have drawn the same.
                if not self._is_current(key, canvas):
                    self._kept[key] = Timelapse(canvas.seq, await self._draw(canvas, frames))
                    self._kept.move_to_end(key)
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
        return self._kept[key]

    def _is_current(self, key: tuple[int, int], canvas: Canvas) -> bool:
        return key in self._kept and self._kept[key].seq >= canvas.seq

    async def _draw(self, canvas: Canvas, frames: int) -> bytes:
        async with self._database.connection() as conn:
            reel = await store.get_reel(conn, canvas.id)
        film = Film(canvas, reel.changes if reel else 0, frames)
        if reel is not None:
            async for shots in read_before(self._database, canvas.id, reel):
                await asyncio.to_thread(film.begin, shots)
            async for shots in read_changes(self._database, canvas.id, reel):
                await asyncio.to_thread(film.play, shots)
        return await asyncio.to_thread(film.develop)


TIMELAPSES = web.AppKey("TIMELAPSES", Timelapses)
