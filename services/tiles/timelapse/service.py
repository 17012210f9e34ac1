"""Use cases of time-lapses."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from aiohttp import web

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Drawings
from services.tiles.timelapse import store
from services.tiles.timelapse.film import Film
from services.tiles.timelapse.rules import Reel
from shared.db import Database
from shared.identity import Identity

SHOTS = 2000
"""Changes read at a time."""

TILES = 64
"""Tiles read at a time; each takes up to 64 revisions."""

TIMELAPSE_PIXELS = 32 * 1024 * 1024
"""What a time-lapse costs: 120 frames of the largest size have as many pixels."""

KEPT = 16
"""Time-lapses kept per process, of some hundred kilobytes each."""


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

    async def get(self, viewer: Identity | None, client: Hashable, canvas_id: int, frames: int) -> Timelapse:
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
            await self._begin(film, canvas, reel)
            await self._play(film, canvas, reel)
        return await asyncio.to_thread(film.develop)

    async def _begin(self, film: Film, canvas: Canvas, reel: Reel) -> None:
        after = 0
        while True:
            async with self._database.connection() as conn:
                last = await store.get_last_of_next_tiles(conn, canvas.id, after=after, count=TILES)
                if last is None:
                    return
                shots = await store.list_before(conn, canvas.id, reel.start, after=after, last=last)
            await asyncio.to_thread(film.begin, shots)
            after = last

    async def _play(self, film: Film, canvas: Canvas, reel: Reel) -> None:
        start, after = reel.start, 0
        while True:
            async with self._database.connection() as conn:
                shots = await store.list_shots(conn, canvas.id, start, reel.end, after=after, count=SHOTS)
            await asyncio.to_thread(film.play, shots)
            if len(shots) < SHOTS:
                return
            start, after = shots[-1].occurred_at, shots[-1].seq


TIMELAPSES = web.AppKey("TIMELAPSES", Timelapses)
