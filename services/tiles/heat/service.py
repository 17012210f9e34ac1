"""Use cases of heat maps."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

from aiohttp import web
from PIL import Image

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.heat import store
from services.tiles.heat.rules import LEVELS, MAX_PIXELS, MAX_STROKES, Heat
from shared.db import Database
from shared.http.models import BIGINT_MAX
from shared.identity import Identity

STROKES = 2000
"""Read at a time."""

HEAT_PIXELS = 8 * 1024 * 1024
"""What a heat map costs: its counting takes about as long as drawing a picture of so many pixels."""

KEPT, KEPT_SECONDS = 16, 10.0
"""Heat maps kept per process, and for how long; a busy canvas has changed in the meantime."""

_COLD, _HOT = (255, 200, 0), (214, 30, 30)
_FAINTEST = 90
"""Opacity of what was painted least, of 255."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """An encoded heat map and the moment until which it may be shown."""

    png: bytes
    until: float


class HeatMaps:
    """Draws heat maps in a thread, in turn with pictures."""

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings
        self._kept: OrderedDict[tuple[int, int], HeatMap] = OrderedDict()

    async def get(self, viewer: Identity | None, client: Client, canvas_id: int, hours: int) -> bytes:
        """Return a PNG of where a canvas was painted in the last hours. Raises NotFound, TooManyRequests."""
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
        key = (canvas_id, hours)
        if not self._is_fresh(key):
            self._drawings.charge(client, HEAT_PIXELS)
            async with self._drawings.turn(HEAT_PIXELS):
                # The request that had the turn before may have drawn the same.
                if not self._is_fresh(key):
                    png = await self._draw(canvas, hours)
                    self._kept[key] = HeatMap(png, time.monotonic() + KEPT_SECONDS)
                    self._kept.move_to_end(key)
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
        return self._kept[key].png

    def _is_fresh(self, key: tuple[int, int]) -> bool:
        return key in self._kept and time.monotonic() < self._kept[key].until

    async def _draw(self, canvas: Canvas, hours: int) -> bytes:
        heat = Heat(canvas.width, canvas.height, canvas.tile_size)
        # The times of changes are PostgreSQL's, whose clock may be ahead of this one.
        until = datetime.now(UTC) + timedelta(hours=1)
        since, before, count = until - timedelta(hours=hours + 1), (BIGINT_MAX, BIGINT_MAX), 0
        while count < MAX_STROKES and heat.pixels < MAX_PIXELS:
            async with self._database.connection() as conn:
                strokes = await store.list_strokes(
                    conn, canvas.id, since, until, before=before, count=STROKES
                )
            await asyncio.to_thread(heat.add, strokes)
            if len(strokes) < STROKES:
                break
            count += len(strokes)
            until, before = strokes[-1].occurred_at, (strokes[-1].seq, strokes[-1].tile_id)
        return await asyncio.to_thread(_encode, heat)


def _encode(heat: Heat) -> bytes:
    """Encode the levels from yellow to red; what nobody painted is transparent."""
    image = Image.frombytes("P", (heat.width, heat.height), heat.levels())
    shares = [level / LEVELS for level in range(LEVELS + 1)]
    image.putpalette(
        [
            round(cold + (hot - cold) * share)
            for share in shares
            for cold, hot in zip(_COLD, _HOT, strict=True)
        ]
    )
    opacity = bytes([0, *(round(_FAINTEST + (255 - _FAINTEST) * share) for share in shares[1:])])
    encoded = BytesIO()
    image.save(encoded, "PNG", transparency=opacity)
    return encoded.getvalue()


HEAT_MAPS = web.AppKey("HEAT_MAPS", HeatMaps)
