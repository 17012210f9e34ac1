"""Use cases that paint strokes: how fast an artist may paint. Batches write them."""

from __future__ import annotations

import asyncio

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.edits.batches import Batches, OnOutcome
from services.tiles.edits.limits import PaintAllowance
from services.tiles.edits.rules import Painted, Pixels, Stroke
from shared.errors import TooManyRequests
from shared.identity import Identity


class Strokes:
    """Accepts strokes from sockets and requests, as many per artist as the allowance grants."""

    def __init__(self, batches: Batches, allowance: PaintAllowance) -> None:
        self._batches = batches
        self._allowance = allowance

    def submit(self, stroke: Stroke, on_outcome: OnOutcome) -> None:
        """Queue a stroke; `on_outcome` is called when it is durable or has failed.

        Raises TooManyRequests: `paint_limit` if the artist is too fast, `overloaded` if the queue is full.
        """
        self._take_allowance(stroke.actor.id)
        self._batches.submit(stroke, on_outcome)

    async def paint(self, caller: Identity, tile_id: int, pixels: Pixels) -> Painted:
        """Paint a stroke and return when it is durable.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid, TooManyRequests, Unavailable.
        """
        self._take_allowance(caller.account_id)
        return await self._batches.write(Stroke(actor_of(caller), caller.username, tile_id, None, pixels))

    def _take_allowance(self, artist_id: int) -> None:
        early = self._allowance.take(artist_id, asyncio.get_running_loop().time())
        if early:
            raise TooManyRequests("paint_limit", "You're painting too fast.", retry_after=early)


STROKES = web.AppKey("STROKES", Strokes)
