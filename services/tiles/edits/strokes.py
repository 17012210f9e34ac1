"""Use cases that paint strokes, as much as the artist's allowance grants. Batches write them."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.edits.batches import Batches, OnOutcome
from services.tiles.edits.limits import PaintAllowance, count_stroke
from services.tiles.edits.rules import Painted, Pixels, Stroke
from shared.identity import Identity


class Strokes:
    """Accepts strokes from sockets and requests."""

    def __init__(self, batches: Batches, allowance: PaintAllowance) -> None:
        self._batches = batches
        self._allowance = allowance

    def submit(self, stroke: Stroke, on_outcome: OnOutcome) -> None:
        """Queue a stroke; `on_outcome` is called when it is durable or has failed.

        Raises TooManyRequests: `paint_limit` if the artist is too fast, `overloaded` if the queue is full.
        """
        self._allowance.take(stroke.actor.id, count_stroke(len(stroke.pixels)))
        self._batches.submit(stroke, on_outcome)

    async def paint(self, caller: Identity, tile_id: int, pixels: Pixels) -> Painted:
        """Paint a stroke and return when it is durable.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid, TooManyRequests, Unavailable.
        """
        self._allowance.take(caller.account_id, count_stroke(len(pixels)))
        return await self._batches.write(Stroke(actor_of(caller), caller.username, tile_id, None, pixels))


STROKES = web.AppKey("STROKES", Strokes)
