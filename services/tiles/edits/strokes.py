"""Use cases that paint strokes, as much as the artist's allowance grants. Batches write them."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.edits.limits import PaintAllowance, count_stroke
from services.tiles.edits.queue import OnOutcome, Submit, outcome_of
from services.tiles.edits.rules import Painted, Pixels, Stroke
from shared.identity import Identity


class Strokes:
    """Accepts strokes from sockets and requests; `submit` has them written, by a batch here or elsewhere."""

    def __init__(self, submit: Submit, allowance: PaintAllowance) -> None:
        self._submit = submit
        self._allowance = allowance

    def charge(self, artist_id: int, pixels: int) -> None:
        """Take what a stroke of so many pixels counts. Raises TooManyRequests `paint_limit`."""
        self._allowance.take(artist_id, count_stroke(pixels))

    def submit(self, stroke: Stroke, on_outcome: OnOutcome) -> None:
        """Queue a stroke that is paid for; `on_outcome` is called when it is durable or has failed.

        Raises TooManyRequests `overloaded` if the queue is full.
        """
        self._submit(stroke, on_outcome)

    async def paint(self, caller: Identity, tile_id: int, pixels: Pixels) -> Painted:
        """Paint a stroke and return when it is durable.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid, TooManyRequests, Unavailable.
        """
        self.charge(caller.account_id, len(pixels))
        stroke = Stroke(actor_of(caller), caller.username, tile_id, None, pixels)
        painted: Painted = await outcome_of(self._submit, stroke)
        return painted


STROKES = web.AppKey("STROKES", Strokes)
