"""Use cases of strokes: how fast an artist may paint; writing them is the business of `batches`."""

from __future__ import annotations

import asyncio

from aiohttp import web

from services.tiles.batches.service import Answer, Batches
from services.tiles.strokes.limits import Allowance
from services.tiles.strokes.rules import Painted, Pixels, Stroke
from services.tiles.tiles.service import actor_of
from shared.errors import TooManyRequests
from shared.identity import Identity


class Strokes:
    """Takes strokes from sockets and requests alike."""

    def __init__(self, batches: Batches, allowance: Allowance) -> None:
        self._batches = batches
        self._allowance = allowance

    def submit(self, stroke: Stroke, answer: Answer) -> None:
        """Let a stroke be written; `answer` is called when it is durable, or will not be.

        Raises TooManyRequests `paint_limit` for an artist who is too fast, `overloaded` when too many wait.
        """
        self._take_allowance(stroke.actor.id)
        self._batches.submit(stroke, answer)

    async def paint(self, caller: Identity, tile_id: int, pixels: Pixels) -> Painted:
        """Paint a stroke and return when it is durable.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid, TooManyRequests, Unavailable.
        """
        self._take_allowance(caller.account_id)
        return await self._batches.write(Stroke(actor_of(caller), caller.username, tile_id, None, pixels))

    def _take_allowance(self, artist_id: int) -> None:
        early = self._allowance.take(artist_id, asyncio.get_running_loop().time())
        if early:
            raise TooManyRequests("paint_limit", "too many strokes a second", retry_after=early)


STROKES = web.AppKey("STROKES", Strokes)
