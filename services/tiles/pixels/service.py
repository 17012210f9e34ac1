"""Use cases of pixels: who painted one, and keeping that quick to answer."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from aiohttp import web

from services.tiles.artists.actors import viewer_of
from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.service import visible_to
from services.tiles.pixels import store
from services.tiles.pixels.rules import Origins
from services.tiles.pixels.schemas import PixelView, Position
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.store import SeenCell
from shared.db import Database
from shared.errors import Invalid
from shared.identity import Identity

CHANGES_AT_ONCE = 256
"""Read and replayed in a few milliseconds, and in a few megabytes where each paints a whole tile."""

TILES_AT_ONCE = 100
"""How many tiles the worker stores origins of in one round."""


class Pixels:
    """Showing a pixel of a canvas in any mode."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def get(self, viewer: Identity | None, canvas_id: int, position: Position) -> PixelView:
        """Return a pixel and who painted it. Raises NotFound for the canvas, Invalid beyond its sides."""
        x, y = position.x, position.y
        async with self._database.connection() as conn:
            canvas = visible_to(viewer, await canvases_store.get(conn, canvas_id))
            for name, value, side in (("x", x, canvas.width), ("y", y, canvas.height)):
                if value >= side:
                    raise Invalid.field("query", name, msg=f"must be less than {side}")
            size = canvas.tile_size
            sought = SeenCell(canvas_id, x // size, y // size, viewer_of(viewer))
            tile = (await tiles_store.find_at(conn, [sought])).get(sought)
        if tile is None:
            return PixelView(x=x, y=y, colour=0, artist=None, painted_at=None, seq=None)
        offset = y % size * size + x % size
        origins = await self._find_origins(tile.id, size, tile.version)
        async with self._database.connection() as conn:
            origin = await store.get_origin(conn, tile.id, origins.version_of(offset))
        return PixelView(
            x=x,
            y=y,
            colour=tile.pixels[offset],
            artist=origin and ArtistView.model_validate(origin.artist),
            painted_at=origin and origin.painted_at,
            seq=origin and origin.seq,
        )

    async def keep_up(self) -> None:
        """Keep the origins of tiles that have changed a lot lately."""
        async with self._database.connection() as conn:
            behind = await store.list_behind(conn, TILES_AT_ONCE)
        for tile_id, size, version in behind:
            await self._find_origins(tile_id, size, version)

    async def _find_origins(self, tile_id: int, size: int, version: int) -> Origins:
        """Return the origins of a tile at a version, and keep them if that took long.

        One request at a time does that for a tile; those that wait for it go on from what it kept.
        """
        lock = self._locks.setdefault(tile_id, asyncio.Lock())
        async with lock:
            return await self._replay(tile_id, size, version)

    async def _replay(self, tile_id: int, size: int, version: int) -> Origins:
        async with self._database.connection() as conn:
            origins = await store.get_kept(conn, tile_id, size)
        # Another process may have kept them at a version that is newer than `version`: that is as good.
        kept = origins.version
        while origins.version < version:
            async with self._database.connection() as conn:
                changes = await store.list_changes(
                    conn, tile_id, after=origins.version, until=version, count=CHANGES_AT_ONCE
                )
            if not changes:
                break
            await asyncio.to_thread(origins.replay, changes)
        if origins.is_worth_keeping(kept):
            async with self._database.connection() as conn:
                await store.keep(conn, tile_id, origins)
        return origins


PIXELS = web.AppKey("PIXELS", Pixels)
